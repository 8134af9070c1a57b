"""Many networks at once: trainers whose steps are computed together, each the run that it would be alone."""

from genre_core.batched.trainer import BatchTrainer, Shape, shape_of

__all__ = ["BatchTrainer", "Shape", "shape_of"]
