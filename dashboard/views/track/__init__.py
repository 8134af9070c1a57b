"""The page and all that only it has."""
