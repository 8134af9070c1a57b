"""The split lens: the same data and the same classifiers, judged by splits that keep more and more together.

A split by row puts segments of one track into training and test; a split by track does the same to albums and artists.
The score then says how well classifiers know these very tracks, not how well they recognize genres. `Lens` trains and
scores; `summary` says what the scores tell, and how certain that is.
"""

from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, NETWORK, TORN, Classifier, LensConfig
from genre_core.studies.lens.judging import Lens, LensPlan, LensScore, fingerprint_of, plan_lens, tasks
from genre_core.studies.lens.summary import (
    Difference,
    LensEstimate,
    coarsest_of,
    difference,
    estimate,
    estimates,
    flips,
    still_torn,
)

__all__ = [
    "CLASSIFIERS",
    "JUDGED_BY",
    "NETWORK",
    "TORN",
    "Classifier",
    "Difference",
    "Lens",
    "LensConfig",
    "LensEstimate",
    "LensPlan",
    "LensScore",
    "coarsest_of",
    "difference",
    "estimate",
    "estimates",
    "fingerprint_of",
    "flips",
    "plan_lens",
    "still_torn",
    "tasks",
]
