"""Things that leave the laboratory: models, scripts, notebooks and reports of stored runs."""
