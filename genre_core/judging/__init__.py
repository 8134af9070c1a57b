"""Answers of a trained run on data and sound that it never saw."""
