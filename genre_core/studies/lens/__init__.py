"""The split lens: the same data and the same classifiers, judged by splits that keep more and more together.

A row split tears tracks apart, a track split tears albums and artists apart; what is trained on then stands in the test
as well, and the score says how well classifiers know these very tracks, not how well they hear genres. `Lens`
trains and scores; `summary` says what the scores tell, and how surely.
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
