"""Views of data and their limits, kept while a person looks from one picture to the next."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.figures.matrix import MatrixView, matrix_view
from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset, limit
from dashboard.services.outcomes import outcome
from dashboard.services.runs import COMPLETE, listed
from genre_core.bayes.curve import LimitPoint, limit_curve
from genre_core.bayes.limit import BayesLimit
from genre_core.bayes.shortfall import Shortfall, shortfall
from genre_core.data.dataset import IntArray
from genre_core.data.splitting import Split, split_dataset
from genre_core.errors import DataError
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.intervals import Interval
from genre_core.inspection import drift, relations
from genre_core.inspection import features as by_feature
from genre_core.inspection import projection as plane
from genre_core.settings.config import DatasetConfig, SplitConfig, SyntheticConfig
from genre_core.settings.names import all_settings
from genre_core.store.run_result import Judge
from genre_core.store.schema import Run

_FEW_DRAWS = 20_000
MOST_RUNS = 100
MOST_COLOURED, FEW_LIFTED = 8, 3
FEWEST_BINS, MOST_BINS = 12, 30
PART: Literal["validation"] = "validation"
"""The part on which this page judges runs: it never opens a test part."""


@st.cache_resource(show_spinner=False, max_entries=64)
def separations(
    config: DatasetConfig, pair: tuple[int, int] | None = None, by: Literal["f", "information"] = "f"
) -> tuple[by_feature.Separation, ...]:
    """Return how well each feature alone tells all genres or a pair of them apart, the best first."""
    return by_feature.separations(dataset(config), pair, by)


@st.cache_resource(show_spinner=False, max_entries=16)
def histograms(config: DatasetConfig, features: tuple[str, ...]) -> tuple[by_feature.Histogram, ...]:
    """Return how features' values lie in each genre."""
    data = dataset(config)
    bins = min(MOST_BINS, max(FEWEST_BINS, int(np.sqrt(np.median(data.counts)))))
    return by_feature.histograms(data, features, bins)


@st.cache_resource(show_spinner=False, max_entries=16)
def spreads(config: DatasetConfig, feature: str) -> tuple[by_feature.Spread, ...]:
    """Return a feature's quartiles in each genre."""
    return by_feature.spreads(dataset(config), feature)


@st.cache_resource(show_spinner=False, max_entries=8)
def correlations(config: DatasetConfig) -> relations.Correlations:
    """Return how features go together."""
    return relations.correlations(dataset(config))


@st.cache_resource(show_spinner=False, max_entries=16)
def genre_distances(config: DatasetConfig) -> relations.GenreDistances:
    """Return how far genres lie apart; raises DataError."""
    return relations.genre_distances(dataset(config))


@st.cache_resource(show_spinner=False, max_entries=16)
def split(config: DatasetConfig, by: SplitConfig) -> Split:
    """Return how the tracks are dealt; raises DataError."""
    return split_dataset(dataset(config), by)


@st.cache_resource(show_spinner=False, max_entries=16)
def drifts(config: DatasetConfig, by: SplitConfig) -> drift.Drifts:
    """Return how the training and the test part differ; raises DataError."""
    return drift.drifts(dataset(config), split(config, by))


def curve(config: SyntheticConfig, *, clean: bool) -> tuple[LimitPoint, ...]:
    """Return the limit against the overlap, all else as the configuration says."""
    return _curve(config.model_copy(update={"overlap": SyntheticConfig().overlap}), clean)


@st.cache_resource(show_spinner=False, max_entries=64)
def _curve(config: SyntheticConfig, clean: bool) -> tuple[LimitPoint, ...]:
    low = all_settings()["data.overlap"].low
    overlaps = [low or 0.05, *np.arange(0.5, 10.01, 0.5).tolist(), *np.arange(11, 20.1, 1.5).tolist()]
    return limit_curve(config, overlaps, _FEW_DRAWS, clean=clean)


@cached_by_run(1000)
def data_of(of: Run) -> DatasetConfig | None:
    """Return the data that a run was trained on; None where they are no longer known."""
    return of.known_config.data if of.known_config else None


def runs_on(config: DatasetConfig, *, at_any_overlap: bool = False) -> list[Run]:
    """Return the latest complete runs on these data, or on those that differ from them in the overlap alone."""
    return [
        found
        for found in listed(MOST_RUNS, COMPLETE)
        if (data := data_of(found)) is not None and (data == config or (at_any_overlap and _alike(data, config)))
    ]


def _alike(one: DatasetConfig, other: DatasetConfig) -> bool:
    first, second = one.generator, other.generator
    return first is not None and second is not None and first.model_copy(update={"overlap": second.overlap}) == second


@dataclass(frozen=True, eq=False)
class Answers:
    """A run's predictions on its validation part: `rows`, `right` (n,), the matrix, its scores, and its shortfall.

    The shortfall is None where the best possible is not known.
    """

    rows: IntArray
    right: npt.NDArray[np.bool_]
    matrix: ConfusionMatrix
    accuracy: float
    interval: Interval
    macro_f1: float
    shortfall: Shortfall | None


@cached_by_run(32)
def answers(of: Run, *, clean: bool = False) -> Answers | None:
    """Return what a run answered on its validation part, judged by the labels or by the true genres."""
    seen, config = outcome(of, PART, judge=Judge(clean, "row")), of.config.data
    if seen is None:
        return None
    y_pred, scores = seen.logits.argmax(axis=1), seen.evaluation
    missed = None
    if config.generator:
        X = dataset(config).X[seen.rows]
        missed = shortfall(config.generator, X, seen.y_true, y_pred, seen.groups, clean=clean)
    right, matrix = seen.y_true == y_pred, scores.confusion_matrix
    return Answers(seen.rows, right, matrix, scores.accuracy, scores.accuracy_interval, scores.macro_f1, missed)


@st.cache_resource(show_spinner=False, max_entries=32)
def projection(config: DatasetConfig, method: plane.Method) -> plane.Projection:
    """Return tracks on a plane; raises DataError."""
    return plane.project(dataset(config), method)


def best_told(config: DatasetConfig, most: int) -> list[int]:
    """Return the genres that lie most apart from all others on the plane that separates them best, in their order."""
    try:
        recalls = np.nan_to_num(projection(config, "lda").recalls, nan=-1)
    except DataError:
        recalls = np.zeros(len(dataset(config).genres))
    return sorted(np.argsort(-recalls, kind="stable")[:most].tolist())


def usual_lifted(config: DatasetConfig) -> list[int]:
    """Return the genres that stand out unless a person chooses: all where each has a color, else the best told."""
    k = len(dataset(config).genres)
    return list(range(k)) if k <= MOST_COLOURED else best_told(config, FEW_LIFTED)


def scores(of: Run, *, clean: bool = False) -> tuple[float, Interval] | None:
    """Return a run's validation accuracy with its interval, by the labels or by the true genres."""
    if clean:
        judged = answers(of, clean=True)
        return None if judged is None else (judged.accuracy, judged.interval)
    saved = of.summary.get(PART)
    return None if saved is None else (saved["accuracy"], Interval(*saved["accuracy_interval"]))


@st.cache_resource(show_spinner=False, max_entries=32)
def limit_view(config: SyntheticConfig, *, clean: bool) -> MatrixView:
    """Return the rates of the best classifier as a matrix draws them: counts are those of its simulated tracks."""
    found = limit(config, clean=clean)
    assert found is not None
    return view_of(found, dataset(config).genres)


def view_of(limit: BayesLimit, genres: tuple[str, ...]) -> MatrixView:
    """Return the confusion rates of a limit as a matrix draws them: counts are those of its simulated tracks."""
    counts = np.rint(limit.confusion * limit.shares[:, None] * limit.n_draws).astype(np.int64)
    return matrix_view(ConfusionMatrix(counts, genres), "true", nouns="simulated tracks")


@cached_by_run(32)
def answers_view(of: Run, *, clean: bool = False) -> MatrixView:
    """Return what a run confuses on its validation part as a matrix draws it, for a run that has answers."""
    found = answers(of, clean=clean)
    assert found is not None
    return matrix_view(found.matrix, "true", nouns=f"{PART} tracks")
