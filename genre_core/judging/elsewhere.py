"""A run judged on data that it did not come from: the same genres, perhaps under other names, in other recordings.

It answers among the genres that both have. Tracks that its own data hold too are left out: those it learned from would
flatter it, and its test part stays closed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from genre_core.data.clips.features import FEATURE_SETS
from genre_core.data.dataset import Dataset, IntArray
from genre_core.data.inputs import Features
from genre_core.errors import DataError
from genre_core.evaluation.report import Evaluation, evaluate
from genre_core.judging.fitted import Fitted, Logits
from genre_core.judging.partners import partners, with_pairs
from genre_core.settings.config import DatasetConfig, ExperimentConfig, MusicConfig, SoundConfig, StoredConfig
from genre_core.store.gate import predictions_of
from genre_core.store.saved import SavedStore
from genre_core.store.schema import Run
from genre_core.text import capitalized, count, joined, judged, percent
from genre_core.training.predictions import Predictions, Unit
from genre_core.values import Frozen

LONGEST_WINDOW = 60.0
"""Seconds."""
_WINDOW = re.compile(r" at [\d.]+ s$")
_ONLY_NUMBERED = re.compile(r"(row )?[\d,]+")
"""Names that tell a track from others of its own table alone."""
DRAWN = (
    "The features of synthetic tracks are drawn, not measured: a run on them can only be judged on other synthetic "
    "tracks."
)
MUSIC_ONLY = "It learned from generated music only and has never heard a real recording."


class ElsewhereConfig(Frozen):
    """Everything that determines how a stored run does on other data: `pairs` of their genres and ours, as said."""

    run: str
    data: DatasetConfig
    pairs: tuple[tuple[str, str], ...] = ()
    unit: Unit = "track"


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """How a run does on other data, and on its own validation part with the same genres to choose from.

    `pairs` are our genres by theirs. `without_partner` counts the rows of their other genres, and `ours_alone` are our
    genres that they do not have; `n_own` rows were left out because the run's own data hold them too. `level` is what
    intervals respect, such as `artist`; empty where tracks stand alone.
    """

    evaluation: Evaluation
    validation: Evaluation | None
    pairs: Mapping[str, str]
    without_partner: Mapping[str, int]
    ours_alone: tuple[str, ...]
    n_own: int
    n_rows: int
    n_tracks: int
    unit: Unit
    level: str = ""
    about: str = ""

    @property
    def chance(self) -> float:
        """Return how often a guess among the genres that both have is right."""
        return 1 / len(self.evaluation.per_genre)

    @property
    def _noun(self) -> str:
        return "segment" if self.n_rows > self.n_tracks else "track"

    @property
    def headline(self) -> str:
        """Say how often it is right."""
        matrix = self.evaluation.confusion_matrix
        what = judged("", self.n_rows, self.n_tracks, self.unit)
        rate = percent(self.evaluation.accuracy, self.evaluation.accuracy_interval, matrix.too_few())
        return f"Right on {matrix.correct:,} of {what}: {rate}."

    @property
    def sentences(self) -> list[str]:
        """Say what that is to be compared with, and what was left out."""
        n = len(self.evaluation.per_genre)
        said = [self.about] if self.about else []
        interval = self.evaluation.accuracy_interval
        if interval.low <= self.chance <= interval.high:
            said.append(f"No clear difference from guessing: among {n} genres, a guess is right on "
                        f"{percent(self.chance)}.")  # fmt: skip
        else:
            said.append(f"Guessing among {n} genres is right on {percent(self.chance)}.")
        if self.validation is not None:
            rate = percent(self.validation.accuracy, self.validation.accuracy_interval)
            said.append(f"On its own validation tracks of these genres it is right on {rate}.")
        if self.without_partner:
            n_out, names = sum(self.without_partner.values()), joined(sorted(self.without_partner))
            said.append(f"{count(n_out, self._noun)} left out: the run does not know {names}.")
        if self.ours_alone:
            said.append(f"It may not answer {joined(list(self.ours_alone), 'or')}: these data have no such genre.")
        if self.n_own:
            said.append(f"{count(self.n_own, self._noun)} left out: the run's own data hold them too.")
        return [capitalized(sentence) for sentence in said]

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain numbers, lists and dicts."""
        plain = {name: getattr(self, name) for name in ("n_own", "n_rows", "n_tracks", "level", "about")}
        return {
            **plain,
            "by": self.unit,
            "mapping": dict(self.pairs),
            "without_partner": dict(self.without_partner),
            "only_in_run": list(self.ours_alone),
            "chance": self.chance,
            "evaluation": self.evaluation.to_json(),
            "validation": None if self.validation is None else self.validation.to_json(),
            "headline": self.headline,
            "sentences": self.sentences,
        }


def heard_alike(data: DatasetConfig, own: ExperimentConfig, learned: Dataset) -> DatasetConfig:
    """Return other data cut and measured as those that a run learned from, where they are sound.

    Raises DataError where what the run learned from cannot be measured on sound.
    """
    if not isinstance(data, SoundConfig):
        return data
    if own.data.generator is not None:
        raise DataError(DRAWN)
    if isinstance(own.data, SoundConfig):
        usual = float(np.median([window.length for window in learned.heard])) / 1000
        length = min(own.data.window or usual, LONGEST_WINDOW)
        cut = {"features": own.data.features, "window": length, "hop": own.data.hop, "windows": own.data.windows}
        return type(data).model_validate({**dict(data), **cut})
    return type(data).model_validate({**dict(data), "features": ",".join(_sets_of(learned.features))})


def judge_elsewhere(
    store: SavedStore, run: Run, fitted: Fitted, config: ElsewhereConfig, other: Dataset, logits: Logits | None = None
) -> Elsewhere:
    """Return how a run does on other data, of which its `logits` (n, n_genres) may be known already.

    Raises DataError where they do not have what the run learned from, hold nothing but its own tracks, or share fewer
    than two genres with it.
    """
    if (fitted.config.data.generator is None) != (config.data.generator is None):
        raise DataError(DRAWN)
    pairs = with_pairs(partners(fitted.genres, other.genres), dict(config.pairs))
    is_own = own_rows(fitted.prepared.dataset, fitted.config.data, other, config.data)
    if is_own.all():
        raise DataError("All these tracks are in the run's own data: use its validation part instead.")
    unknown = np.array([genre not in pairs for genre in other.genres])[other.y]
    kept = np.flatnonzero(~is_own & ~unknown)
    genres = tuple(
        genre for genre in fitted.genres if genre in {pairs[other.genres[y]] for y in np.unique(other.y[kept])}
    )
    if len(genres) < 2:
        raise DataError(
            f"These data and the run share {'no genre' if not genres else 'only ' + genres[0]}, and two are needed: "
            f"the run knows {joined(list(fitted.genres))}, the data hold {joined(list(other.genres))}."
        )
    number = np.array([genres.index(pairs[genre]) if pairs.get(genre) in genres else -1 for genre in other.genres])
    columns = [fitted.genres.index(genre) for genre in genres]
    answers = (fitted.answers(other.inputs) if logits is None else logits)[kept][:, columns]
    rows = Predictions(kept, number[other.y[kept]], answers, np.zeros(len(kept), dtype=np.uint8))
    learned = fitted.prepared.dataset.y[fitted.prepared.split.train]
    majority = int(np.bincount(learned, minlength=len(fitted.genres))[columns].argmax())
    left_out = np.bincount(other.y[~is_own & unknown], minlength=len(other.genres))
    music = isinstance(fitted.config.data, MusicConfig) and not isinstance(config.data, MusicConfig)
    found = _evaluate(rows, other, genres, majority, config.unit)
    grouped = found.confusion_matrix.grouped
    return Elsewhere(
        found,
        _on_validation(store, run, fitted, columns, genres, majority, config.unit),
        {theirs: ours for theirs, ours in pairs.items() if ours in genres},
        {other.genres[at]: int(n) for at, n in enumerate(left_out) if n},
        tuple(genre for genre in fitted.genres if genre not in genres),
        int(is_own.sum()),
        len(kept),
        other.n_tracks(kept),
        config.unit if other.in_segments else "track",
        grouped.level if grouped else "",
        MUSIC_ONLY if music else "",
    )


def own_rows(own: Dataset, own_config: DatasetConfig, other: Dataset, config: DatasetConfig) -> "np.ndarray[Any, Any]":
    """Return which rows of other data (n,) are tracks of a run's own data."""
    return own_marks(own, own_config, np.zeros(len(own), dtype=np.int64), other, config) >= 0


def own_marks(
    own: Dataset, own_config: DatasetConfig, marks: IntArray, other: Dataset, config: DatasetConfig
) -> IntArray:
    """Return for each row of other data (n,) the mark of that row of a run's own data which is the same track, or -1.

    Tracks are the same by clip, by name, or by all their features. `marks` (n_own,) are 0 or more; of several rows the
    highest counts. A name tells within one source; between stored data it does where it is more than a number.
    """
    found: IntArray = np.full(len(other), -1, dtype=np.int64)

    def take(theirs: Iterable[Any], ours: Iterable[Any]) -> None:
        mark_of: dict[Any, int] = {}
        for key, mark in zip(ours, marks.tolist(), strict=True):
            mark_of[key] = max(mark, mark_of.get(key, -1))
        np.maximum(found, np.fromiter((mark_of.get(key, -1) for key in theirs), np.int64, len(found)), out=found)

    if own.heard and other.heard:
        take((window.clip for window in other.heard), (window.clip for window in own.heard))
    if own_config.identity == config.identity:
        take(_track_names(other).tolist(), _track_names(own).tolist())
    elif isinstance(own_config, StoredConfig) and isinstance(config, StoredConfig):
        names = (None if _ONLY_NUMBERED.fullmatch(name) else name for name in _track_names(other).tolist())
        take(names, _track_names(own).tolist())
    if isinstance(own.inputs, Features) and set(own.features) <= set(other.features):
        at = [other.features.index(name) for name in own.features]
        take(_row_bytes(other.X[:, at]), _row_bytes(own.X))
    return found


def _row_bytes(X: "np.ndarray[Any, Any]") -> list[bytes]:
    """Return rows as they are alike in single precision, in which clips are measured."""
    return [row.tobytes() for row in np.ascontiguousarray(X, dtype=np.float32)]


def _track_names(data: Dataset) -> "np.ndarray[Any, Any]":
    """Return the names of tracks as their segments share them, without folders and endings."""
    import pandas as pd

    from genre_core.data.tables.cells import track_keys

    names = pd.Series([_WINDOW.sub("", track) for track in data.tracks], dtype="str")
    return np.asarray(track_keys(names).str.rpartition("/")[2], dtype=str)


def _evaluate(rows: Predictions, data: Dataset, genres: tuple[str, ...], majority: int, unit: Unit) -> Evaluation:
    seen = rows.by(unit, data)
    level = data.coarsest[0] if data.coarsest else "group"
    groups = data.clusters(seen.rows)
    return evaluate(seen.y, seen.logits, genres, majority=majority, groups=groups, level=level)


def _on_validation(
    store: SavedStore, run: Run, fitted: Fitted, columns: list[int], genres: tuple[str, ...], majority: int, unit: Unit
) -> Evaluation | None:
    """Return how it does on its own validation part with these genres alone."""
    every = predictions_of(store, run)
    if every is None:
        return None
    own = every.of("validation")
    place: IntArray = np.full(len(fitted.genres), -1, dtype=np.int64)
    place[columns] = np.arange(len(columns))
    inside = place[own.y] >= 0
    rows = replace(own, rows=own.rows[inside], y=place[own.y[inside]], logits=own.logits[inside][:, columns],
                   part=own.part[inside])  # fmt: skip
    return _evaluate(rows, fitted.prepared.dataset, genres, majority, unit) if len(rows) else None


def _sets_of(columns: tuple[str, ...]) -> list[str]:
    """Return the feature sets that have these columns, as few as there need be."""
    missing, sets = set(columns), list[str]()
    while left := {name: len(missing & set(one.names)) for name, one in FEATURE_SETS.items() if name not in sets}:
        best = max(left, key=lambda name: left[name])
        if not left[best]:
            break
        sets.append(best)
        missing -= set(FEATURE_SETS[best].names)
    if missing:
        first = next(column for column in columns if column in missing)
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise DataError(f"This run needs the feature {first}{more}, which is not measured on sound.")
    return sets
