"""Prediction sets of completed runs: calibrated on validation, shown on parts that the network did not train on."""

from dataclasses import dataclass

import numpy as np

from dashboard.services.caching import cached_by_run
from dashboard.services.outcomes import Outcome, outcome
from genre_core.data.dataset import Dataset, FloatArray, Part
from genre_core.evaluation.intervals import Mask
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.prediction_sets import LEVELS, PredictionSets, SetRule, calibrate, prediction_sets
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run


@dataclass(frozen=True)
class Promise:
    """Share of right genres that sets are to hold, of all tracks together or of each genre."""

    level: float = LEVELS[0]
    by_genre: bool = False


@cached_by_run(64)
def _rule(of: Run, promise: Promise, judge: Judge) -> SetRule | None:
    seen = outcome(of, "validation", judge=judge)
    if seen is None:
        return None
    return calibrate(seen.y_true, _y_prob(seen), promise.level, groups=seen.groups, by_genre=promise.by_genre)


@cached_by_run(64)
def genres_in_sets(of: Run, part: Part, promise: Promise, *, judge: Judge = JUDGE) -> Mask | None:
    """Return which genres are in the set of each track of a part (n, k), in the order of its `outcome`."""
    seen, rule = outcome(of, part, judge=judge), _rule(of, promise, judge)
    return None if seen is None or rule is None else rule.sets(_y_prob(seen))


@cached_by_run(64)
def sets_of(of: Run, part: Part, promise: Promise, *, judge: Judge = JUDGE) -> PredictionSets | None:
    """Return the sets of a part of a completed run with how often they hold the right genre."""
    seen, rule = outcome(of, part, judge=judge), _rule(of, promise, judge)
    return (
        None if seen is None or rule is None else prediction_sets(rule, seen.y_true, _y_prob(seen), groups=seen.groups)
    )


def set_of_row(
    of: Run, data: Dataset, part: Part | None, row: int, promise: Promise, *, clean: bool = False
) -> list[bool] | None:
    """Return which genres are in the set of one row of the data (k,); None where the network learned from it."""
    if part in (None, "train"):
        return None
    judge = Judge(clean, "row" if data.in_segments else "track")
    held, seen = genres_in_sets(of, part, promise, judge=judge), outcome(of, part, judge=judge)
    if held is None or seen is None:
        return None
    return held[int(np.flatnonzero(seen.rows == row)[0])].tolist()


def _y_prob(seen: Outcome) -> FloatArray:
    return softmax(seen.logits.astype(np.float64))
