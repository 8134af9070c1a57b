"""What the data look like before anything is trained. Each result says from how many rows it was computed."""

from genre_core.exploration.features import Histogram, Separation, Spread, histograms, separations, spreads
from genre_core.exploration.projection import Method, Projection, project

__all__ = [
    "Histogram",
    "Method",
    "Projection",
    "Separation",
    "Spread",
    "histograms",
    "project",
    "separations",
    "spreads",
]
