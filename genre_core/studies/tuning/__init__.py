"""Search for settings: what is searched and how, and what the best of many is worth."""
