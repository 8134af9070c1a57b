"""Configuration of a lens: an experiment, its network and simple baselines, on splits repeated so many times."""

from typing import Literal

from pydantic import Field

from genre_core.settings.config import DatasetConfig, ExperimentConfig, SplitConfig
from genre_core.studies.seeds import KeepsTestClosed
from genre_core.training.predictions import Unit
from genre_core.values import Frozen, setting

Classifier = Literal["network", "majority", "neighbour", "logistic", "svc", "boosting"]
LEAST_REPEATS, MOST_REPEATS = 3, 50
"""From two splits the interval is as wide as the scale, and tells nothing."""

NETWORK: Classifier = "network"
CLASSIFIERS: dict[Classifier, str] = {
    "network": "network",
    "majority": "always the most common genre",
    "neighbour": "nearest neighbor",
    "logistic": "logistic regression",
    "svc": "support vectors",
    "boosting": "boosted trees",
}
"""Classifiers by their names on a screen; of the support vectors, the kernel is a radial basis function."""

_REPEATS = "How many splits each classifier is judged on. More: narrower intervals; it takes longer."


class LensConfig(KeepsTestClosed):
    """Everything that determines what a lens comes to; how `experiment` is split says its fractions and its seed."""

    experiment: ExperimentConfig = ExperimentConfig()
    n_repeats: int = setting(5, "Splits", _REPEATS, ge=LEAST_REPEATS, le=MOST_REPEATS, step=1, unit="splits")
    classifiers: tuple[Classifier, ...] = Field(tuple(CLASSIFIERS), min_length=1)


class Baseline(Frozen):
    """Everything that determines what a baseline reaches on a published split."""

    data: DatasetConfig
    classifier: Classifier
    seed: int


class Outside(Frozen):
    """Everything that determines what is reached outside the test part of a split; `judged` is a fingerprint."""

    judged: str
    split: SplitConfig


TORN = {
    "track": "segments of training tracks are in the test part",
    "album": "tracks from training albums are in the test part",
    "artist": "tracks by training artists are in the test part",
    "group": "rows of training groups are in the test part",
}
"""Effect of a split by row on the groups of a level, in words."""

JUDGED_BY = {"row": "by row", **{level: f"by {level}" for level in TORN}, "published": "as published"}
"""Levels by their names on a screen."""

LENS_BY: dict[Unit, str] = {
    "track": "Judged by track: the mean log-probability of its segments, or their votes where a classifier has no "
    "probabilities.",
    "row": "Judged by segment: each one counts by itself.",
}
"""The units that the scores of a lens count where rows are segments of tracks, in sentences."""
