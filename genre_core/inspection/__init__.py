"""Inspection of data before anything is trained. Each result says from how many rows it was computed."""
