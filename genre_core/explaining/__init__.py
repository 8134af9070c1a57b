"""Why a network answers as it does: its weights in numpy, what its answer rests on, and what would change it."""

from genre_core.explaining.attribution import Attribution, attribute
from genre_core.explaining.counterfactual import Change, Flip, flip, flip_work, flips, smallest_change
from genre_core.explaining.neighbours import Neighbours, nearest
from genre_core.explaining.network import FittedNetwork

__all__ = [
    "Attribution",
    "Change",
    "FittedNetwork",
    "Flip",
    "Neighbours",
    "attribute",
    "flip",
    "flip_work",
    "flips",
    "nearest",
    "smallest_change",
]
