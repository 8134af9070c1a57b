"""Repetitions: one configuration with other seeds, or on folds."""
