"""Answers of a trained run for new rows: a table with or without genres, a folder of clips, or one clip."""
