"""Results of whole trainings that several tests look at: each is trained once."""

from functools import cache

from genre_core.training.experiment import run_experiment

trained = cache(run_experiment)
