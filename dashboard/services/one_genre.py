"""Facts about one genre of a completed run: its curves, what sets it apart, whose errors, how it was learned."""

from dataclasses import dataclass

import numpy as np

from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.networks import network, training
from dashboard.services.outcomes import Outcome, outcome
from genre_core.data.dataset import Part
from genre_core.evaluation import curves
from genre_core.evaluation.concentration import Concentration, GroupErrors, concentration, group_errors
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.importance import Importances, permutation_importances
from genre_core.inspection.apart import Apart, apart
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run

STEPS = 100
"""Thresholds that can be chosen: each hundredth from 0 to 1."""


@dataclass(frozen=True, eq=False)
class AgainstTheRest:
    """One genre against all others: both curves, what each hundredth as a threshold does, and the usual answer.

    `usual` is what the model does as it is: it answers the genre wherever that is the most probable one.
    """

    roc: curves.RocCurve
    precision_recall: curves.PrecisionRecallCurve
    points: tuple[curves.OperatingPoint, ...]
    usual: curves.OperatingPoint


def _outcome(of: Run, part: Part, judge: Judge) -> Outcome:
    seen = outcome(of, part, judge=judge)
    assert seen is not None, "pages ask for complete runs"
    return seen


@cached_by_run(256)
def against_the_rest(of: Run, part: Part, genre: int, *, judge: Judge = JUDGE) -> AgainstTheRest | None:
    """Return a genre's curves against all others; None where the part has no track of it, or no other."""
    seen = _outcome(of, part, judge)
    is_genre, y_prob, groups = seen.y_true == genre, softmax(seen.logits), seen.groups
    y_score = y_prob[:, genre]
    roc, areas = curves.roc_curve(is_genre, y_score, groups), curves.precision_recall_curve(is_genre, y_score, groups)
    if roc is None or areas is None:
        return None
    points = tuple(curves.operating_point(is_genre, y_score, step / STEPS, groups) for step in range(STEPS + 1))
    answered = (y_prob.argmax(axis=1) == genre).astype(np.float64)
    return AgainstTheRest(roc, areas, points, curves.operating_point(is_genre, answered, 1.0, groups))


@cached_by_run(16, show_spinner="Shuffling each feature")
def importances(of: Run, part: Part, *, judge: Judge = JUDGE) -> Importances:
    """Return what shuffling each feature costs each genre on a part; raises DataError without stored weights."""
    data, seen = dataset(of.config.data), _outcome(of, part, judge.of_rows)  # a row is what has features
    X = training(of).standardizer.transform(data.X[seen.rows])
    return permutation_importances(network(of), X, seen.y_true, data.features, seen.groups)


@cached_by_run(256)
def sets_apart(of: Run, genre: int, *, clean: bool = False) -> tuple[Apart, ...]:
    """Return how far each feature's mean in a genre lies from that of all others, in the training part."""
    data, learned = dataset(of.config.data), training(of)
    y = data.y_clean if clean and data.y_clean is not None else data.y
    X = learned.standardizer.transform(data.X[learned.rows])
    return apart(X, y[learned.rows], genre, data.features, data.clusters(learned.rows))


@dataclass(frozen=True)
class WhoseErrors:
    """The errors of a genre by its artists (or albums, or tracks), and whether they pile up; None: too few to tell."""

    groups: tuple[GroupErrors, ...]
    concentration: Concentration | None


@cached_by_run(256)
def whose_errors(of: Run, part: Part, genre: int, *, judge: Judge = JUDGE) -> WhoseErrors:
    """Return how a genre's errors lie among its artists (or albums, or tracks), for data that have them."""
    seen = _outcome(of, part, judge)
    own = seen.y_true == genre
    assert seen.groups is not None, "a page asks where there are groups"
    wrong, groups = seen.logits[own].argmax(axis=1) != genre, seen.groups[own]
    return WhoseErrors(group_errors(wrong, groups), concentration(wrong, groups))
