"""Lessons: each a file in `lessons/`, read and checked here, and what came of the runs that they start."""
