"""Inspection of data before anything is trained. Each result says from how many rows it was computed."""

from genre_core.inspection.drift import Drift, Drifts, drifts
from genre_core.inspection.features import Histogram, Separation, Spread, histograms, separations, spreads
from genre_core.inspection.projection import MapConfig, Method, Projection, neighbour_map, place_neighbours, project
from genre_core.inspection.relations import Correlations, GenreDistances, correlations, genre_distances
from genre_core.inspection.trees import Tree

__all__ = [
    "Correlations",
    "Drift",
    "Drifts",
    "GenreDistances",
    "Histogram",
    "MapConfig",
    "Method",
    "Projection",
    "Separation",
    "Spread",
    "Tree",
    "correlations",
    "drifts",
    "genre_distances",
    "histograms",
    "neighbour_map",
    "place_neighbours",
    "project",
    "separations",
    "spreads",
]
