"""Summary of a repetition's runs: mean and scatter, bands on their curves, one matrix, and a comparison."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from genre_core.data.dataset import Dataset, IntArray, Part, count_groups
from genre_core.evaluation import repeated_scores
from genre_core.evaluation.confusion import confusion_matrix
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.metrics import METRICS, softmax
from genre_core.settings.config import ExperimentConfig
from genre_core.store.schema import Run
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.training.predictions import Predictions, Unit


@dataclass(frozen=True)
class MemberScore:
    """Score of one run on the judged part: rates, and the tracks learned from and judged."""

    number: int
    accuracy: float
    macro_f1: float
    n_learned: int
    n_judged: int


@dataclass(frozen=True)
class Scatter:
    """One measure over all runs: mean, standard deviation (None of one), extremes, interval of the mean or None."""

    n: int
    mean: float
    sd: float | None
    low: float
    high: float
    interval: Interval | None


@dataclass(frozen=True)
class Repeats:
    """Result of a repetition; `ratio` is what the interval allows for overlapping parts."""

    accuracy: Scatter
    macro_f1: Scatter
    ratio: float
    n_judged: int


@dataclass(frozen=True, eq=False)
class Band:
    """A curve over the epochs of several runs, each array (n_epochs,); `n` runs have got as far as that epoch."""

    n: IntArray
    mean: "np.ndarray[Any, np.dtype[np.float64]]"
    sd: "np.ndarray[Any, np.dtype[np.float64]]"
    low: "np.ndarray[Any, np.dtype[np.float64]]"
    high: "np.ndarray[Any, np.dtype[np.float64]]"


class Epoch(Protocol):
    """Measures of an epoch that a band needs: its measures by name."""

    def __getattribute__(self, name: str, /) -> Any:
        """Return a measure."""


def score_of(number: int, summary: Mapping[str, Any], context: Mapping[str, Any], part: str) -> MemberScore:
    """Return a run's score on a part from what is stored of it.

    What is not judged is learned from, be it to choose the epoch: that is how far two splits overlap.
    """
    found, judged = summary[part], context[f"n_{part}"]
    learned = context["n_train"] + (context["n_validation"] if part == "test" else 0)
    return MemberScore(number, found["accuracy"], found["macro_f1"], learned, judged)


def track_score(number: int, predictions: Predictions, data: Dataset, part: Part) -> MemberScore:
    """Return a run's score on the tracks of a part whose rows are segments."""
    seen = predictions.of(part).by("track", data)
    others: list[Part] = ["train", "validation"] if part == "test" else ["train"]
    learned = np.concatenate([predictions.of(other).rows for other in others])
    prob = softmax(seen.logits)
    accuracy, macro_f1 = (METRICS[name].compute(seen.y, prob) for name in ("accuracy", "macro_f1"))
    return MemberScore(number, accuracy, macro_f1, count_groups(data.groups["track"][learned]), len(seen))


def track_counts(predictions: Predictions, data: Dataset) -> list[list[int]]:
    """Return the confusion counts (k, k) of the held-out tracks of a fold whose rows are segments."""
    seen = predictions.of("test").by("track", data)
    return confusion_matrix(seen.y, seen.y_pred, data.genres).counts.tolist()


def in_segments(runs: Iterable[Run], load: Callable[[], Dataset]) -> bool:
    """Return whether complete runs learned from segments of tracks: by their cards, or of older cards by their data."""
    cards = [run.context for run in runs]
    if any("n_validation_tracks" in card for card in cards):
        return True
    return not any("input_shape" in card for card in cards) and load().in_segments


def shared_groups(runs: Iterable[Run]) -> str:
    """Say that intervals are for the groups that there are, where splits tear groups apart; nothing elsewhere."""
    torn = next((found for run in runs if (found := run.context.get("straddlers"))), None)
    if not torn:
        return ""
    level = list(torn)[-1]
    return f" It is for these {level}s, which are on both sides of each split: other {level}s would change the score."


def scores_of(
    runs: Mapping[int, Run],
    part: Part,
    by_track: bool,
    predictions: Callable[[], Mapping[int, Predictions]],
    load: Callable[[], Dataset],
) -> dict[int, MemberScore]:
    """Return the scores of those of numbered runs that have one: as it is stored, or that of whole tracks."""
    scored = {number: run for number, run in runs.items() if part in run.summary}
    if by_track:
        data, found = load(), predictions()
        return {number: track_score(number, found[number], data, part) for number in scored if number in found}
    return {number: score_of(number, run.summary, run.context, part) for number, run in scored.items()}


def summarize(config: RepeatsConfig, scores: Sequence[MemberScore]) -> Repeats | None:
    """Return what scores come to; None before there is one."""
    if not scores:
        return None
    ratio, n_judged = _ratio(config, scores), round(sum(score.n_judged for score in scores) / len(scores))
    measured = [_scatter([getattr(s, name) for s in scores], ratio, n_judged) for name in ("accuracy", "macro_f1")]
    return Repeats(measured[0], measured[1], ratio, n_judged)


def bands(histories: Sequence[Sequence[Epoch]], measure: str) -> Band:
    """Return mean, standard deviation and extremes of a measure, epoch by epoch, over the runs that have that epoch."""
    longest = max(map(len, histories), default=0)
    values = np.full((max(1, len(histories)), longest), np.nan)
    for row, history in enumerate(histories):
        values[row, : len(history)] = [getattr(epoch, measure) for epoch in history]
    n = np.isfinite(values).sum(0)
    kept = values[:, n > 0]
    mean = np.nanmean(kept, 0)
    squares = np.nansum((kept - mean) ** 2, 0)
    sd = np.sqrt(squares / np.maximum(1, n[n > 0] - 1))
    return Band(n[n > 0], mean, sd, np.nanmin(kept, 0), np.nanmax(kept, 0))


def held_out(predictions: Predictions, data: Dataset, unit: Unit) -> repeated_scores.HeldOut:
    """Return what a fold's network says of the tracks held out, by row or by track."""
    seen = predictions.of("test").by(unit, data)
    return repeated_scores.HeldOut(seen.rows, seen.y_pred == seen.y, data.clusters(seen.rows))


def pooled(matrices: Sequence[Sequence[Sequence[int]]]) -> IntArray:
    """Return the sum of confusion counts (k, k): over the folds of one dealing each track is in it once."""
    return np.sum(np.asarray(matrices, dtype=np.int64), axis=0)


def compare(
    ours: tuple[RepeatsConfig, Mapping[int, MemberScore]], theirs: tuple[RepeatsConfig, Mapping[int, MemberScore]]
) -> repeated_scores.PairedScores | None:
    """Compare two repetitions in accuracy, run by run where both have the same tracks and seeds; None before three."""
    pairs = [(ours[1][a], theirs[1][b]) for a, b in _pairs(ours[0], theirs[0]) if a in ours[1] and b in theirs[1]]
    ratio = max((_ratio(ours[0], pair) for pair in pairs), default=0.0)
    return repeated_scores.paired_scores([a.accuracy for a, _ in pairs], [b.accuracy for _, b in pairs], ratio)


def why_incomparable(ours: RepeatsConfig, theirs: RepeatsConfig) -> str:
    """Return why two repetitions cannot be compared run by run; nothing where they can."""
    if ours.experiment.data != theirs.experiment.data:
        return "They are about other tracks."
    if ours.what.how != theirs.what.how:
        return "One has other seeds, the other folds."
    if isinstance(ours.what, OtherSeeds) and ours.what.vary != getattr(theirs.what, "vary", ""):
        return "They vary other seeds."
    if len(_pairs(ours, theirs)) == 0:
        return "None of their runs have the same split and seed."
    return ""


def runs_to_show(summary: Repeats, difference: float) -> int | None:
    """Return how many runs of each would show that other settings differ by `difference` in accuracy; None: none would.

    The others are taken to vary as much as these, and by their own luck, so that a difference varies √2 times as much.
    """
    sd = summary.accuracy.sd
    return None if sd is None else repeated_scores.scores_needed(difference, math.sqrt(2) * sd, summary.ratio)


def _pairs(ours: RepeatsConfig, theirs: RepeatsConfig) -> list[tuple[int, int]]:
    """Return the numbers of runs on the same split with the same seed."""
    there = {_same(config): number for number, config in enumerate(theirs.configs, 1)}
    found = ((number, there.get(_same(config))) for number, config in enumerate(ours.configs, 1))
    return [(a, b) for a, b in found if b is not None]


def _same(config: ExperimentConfig) -> tuple[str, int]:
    return config.split.model_dump_json(), config.train.seed


def _ratio(config: RepeatsConfig, scores: Sequence[MemberScore]) -> float:
    """Return the size of what is judged by that of what is learned from; 0 where the split stays as it is."""
    if isinstance(config.what, OtherSeeds) and config.what.vary == "network":
        return 0.0
    return max(score.n_judged / score.n_learned for score in scores)


def _scatter(values: Sequence[float], ratio: float, n_judged: float) -> Scatter:
    n, mean = len(values), sum(values) / len(values)
    sd = repeated_scores.standard_deviation(values) if n > 1 else None
    return Scatter(n, mean, sd, min(values), max(values), repeated_scores.mean_interval(values, ratio, n_judged))
