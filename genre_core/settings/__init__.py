"""Settings: configurations as frozen values, their dotted names, presets, branches and ensembles."""
