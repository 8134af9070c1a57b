"""Data: sets of tracks, how they are split, and where they come from."""
