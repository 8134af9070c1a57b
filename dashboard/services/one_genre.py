"""Facts about one genre of a completed run: its curves, what sets it apart, whose errors, how it was learned."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.services.datasets import dataset
from dashboard.services.networks import network, training
from dashboard.services.outcomes import Outcome, outcome
from dashboard.services.workers import store
from genre_core.data.dataset import Part
from genre_core.evaluation.concentration import Concentration, GroupErrors, concentration, group_errors
from genre_core.evaluation.curves import (
    OperatingPoint,
    PrecisionRecallCurve,
    RocCurve,
    operating_point,
    precision_recall_curve,
    roc_curve,
)
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.importance import Importances, permutation_importances
from genre_core.inspection.apart import Apart, apart
from genre_core.store import Run

STEPS = 100
"""Thresholds that can be chosen: each hundredth from 0 to 1."""


@dataclass(frozen=True, eq=False)
class AgainstTheRest:
    """One genre against all others: both curves, what each hundredth as a threshold does, and the usual answer.

    `usual` is what the model does as it is: it answers the genre wherever that is the most probable one.
    """

    roc: RocCurve
    precision_recall: PrecisionRecallCurve
    points: tuple[OperatingPoint, ...]
    usual: OperatingPoint


def _outcome(run_id: str, part: Part, clean: bool) -> tuple[Run, Outcome]:
    found = store().run(run_id)
    seen = outcome(found, part, clean=clean)
    assert seen is not None, "pages ask for complete runs"
    return found, seen


@st.cache_resource(show_spinner=False, max_entries=256)
def _against_the_rest(run_id: str, attempt: int, part: Part, clean: bool, genre: int) -> AgainstTheRest | None:
    _, seen = _outcome(run_id, part, clean)
    is_genre, y_prob, groups = seen.y_true == genre, softmax(seen.logits), seen.groups
    y_score = y_prob[:, genre]
    roc, areas = roc_curve(is_genre, y_score, groups), precision_recall_curve(is_genre, y_score, groups)
    if roc is None or areas is None:
        return None
    points = tuple(operating_point(is_genre, y_score, step / STEPS, groups) for step in range(STEPS + 1))
    answered = (y_prob.argmax(axis=1) == genre).astype(np.float64)
    return AgainstTheRest(roc, areas, points, operating_point(is_genre, answered, 1.0, groups))


def against_the_rest(of: Run, part: Part, genre: int, *, clean: bool = False) -> AgainstTheRest | None:
    """Return a genre's curves against all others; None where the part has no track of it, or no other."""
    return _against_the_rest(of.id, of.attempt, part, clean, genre)


@st.cache_resource(show_spinner="Shuffling each feature", max_entries=16)
def _importances(run_id: str, attempt: int, part: Part, clean: bool) -> Importances:
    found, seen = _outcome(run_id, part, clean)
    data = dataset(found.config.data)
    X = training(found).standardizer.transform(data.X[seen.rows])
    return permutation_importances(network(found), X, seen.y_true, data.features, seen.groups)


def importances(of: Run, part: Part, *, clean: bool = False) -> Importances:
    """Return what shuffling each feature costs each genre on a part; raises DataError without stored weights."""
    return _importances(of.id, of.attempt, part, clean)


@st.cache_resource(show_spinner=False, max_entries=256)
def _sets_apart(run_id: str, attempt: int, genre: int, clean: bool) -> tuple[Apart, ...]:
    found = store().run(run_id)
    data, learned = dataset(found.config.data), training(found)
    y = data.y_clean if clean and data.y_clean is not None else data.y
    X = learned.standardizer.transform(data.X[learned.rows])
    return apart(X, y[learned.rows], genre, data.features, data.clusters(learned.rows))


def sets_apart(of: Run, genre: int, *, clean: bool = False) -> tuple[Apart, ...]:
    """Return how far each feature's mean in a genre lies from that of all others, in the training part."""
    return _sets_apart(of.id, of.attempt, genre, clean)


@dataclass(frozen=True)
class WhoseErrors:
    """The errors of a genre by its artists (or albums, or tracks), and whether they pile up; None: too few to tell."""

    groups: tuple[GroupErrors, ...]
    concentration: Concentration | None


@st.cache_resource(show_spinner=False, max_entries=256)
def _whose_errors(run_id: str, attempt: int, part: Part, genre: int, clean: bool) -> WhoseErrors:
    _, seen = _outcome(run_id, part, clean)
    own = seen.y_true == genre
    assert seen.groups is not None, "a page asks where there are groups"
    wrong, groups = seen.logits[own].argmax(axis=1) != genre, seen.groups[own]
    return WhoseErrors(group_errors(wrong, groups), concentration(wrong, groups))


def whose_errors(of: Run, part: Part, genre: int, *, clean: bool = False) -> WhoseErrors:
    """Return how a genre's errors lie among its artists (or albums, or tracks), for data that have them."""
    return _whose_errors(of.id, of.attempt, part, genre, clean)
