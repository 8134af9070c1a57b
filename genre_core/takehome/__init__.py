"""Things that leave the laboratory: scripts, notebooks and reports of a run."""
