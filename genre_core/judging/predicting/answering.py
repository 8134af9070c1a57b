"""Answering for new rows: the networks are asked once, and what is known of each track is said beside its answer."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from genre_core.data.dataset import PARTS, Dataset, FloatArray, IntArray
from genre_core.data.genres import in_order
from genre_core.data.inputs import Features
from genre_core.errors import DataError
from genre_core.evaluation.intervals import Mask
from genre_core.evaluation.prediction_sets import LEVELS
from genre_core.judging.elsewhere import MUSIC_ONLY, ElsewhereConfig, judge_elsewhere, own_marks
from genre_core.judging.fitted import Fitted, Logits, fit_again
from genre_core.judging.nearest import Surroundings
from genre_core.judging.predicting.answers import Answers
from genre_core.judging.predicting.far import find_far
from genre_core.judging.predicting.rows import NewRows
from genre_core.judging.trust import Trust, trust_of
from genre_core.settings.config import MusicConfig
from genre_core.store.gate import predictions_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.training.predictions import Predictions, Unit

MOST_ROWS = 2_000
"""Training rows among which the nearest to each new row is looked for, at most."""
CLOSED = len(PARTS)
"""Mark of a row in a test part that is closed, beside the numbers of parts."""
OWN = (
    "It learned from this track.",
    "In its validation part, which chose its weights.",
    "In its test part.",
    "No answer: by its name or its sound it is in the run's test part, which is closed. Open it on Evaluate first.",
)
"""Notes on tracks that a run's own data hold, by their mark."""


@lru_cache(maxsize=2)
def ready(store: RunStore, run_id: str, _attempt: int) -> tuple[Fitted, Surroundings]:
    """Return a complete run as it answers, and where its training part lies; raises as `fit_again` does."""
    fitted = fit_again(store, store.run(run_id))
    return fitted, Surroundings(fitted, MOST_ROWS)


def answer(store: RunStore, run: Run, rows: NewRows, unit: Unit = "track", level: float = LEVELS[0]) -> Answers:
    """Return what a complete run answers for new rows: one answer for each track, or for each row.

    Raises DataError where the rows are not what the run learned from, or its own data or weights are gone, and
    RunStateError where the run is not complete.
    """
    rows = rows if unit == "track" else _each_alone(rows)
    fitted, surroundings = ready(store, run.id, run.attempt)
    trust = trust_of(store, run, fitted.prepared.dataset, level)
    logits = fitted.answers(rows.inputs)
    marks = _marks(store, run, fitted, rows)
    refused = {**rows.refused, **dict.fromkeys(np.flatnonzero(marks == CLOSED).tolist(), OWN[CLOSED])}
    of_tracks = _of_tracks(logits, rows, refused)
    far, whys = find_far(fitted, surroundings, rows, ~np.isnan(of_tracks[:, 0]))
    own = {track: OWN[marks[track]] for track in np.flatnonzero(marks >= 0).tolist()}
    evaluation, problem = _judged(store, run, fitted, rows, logits, unit)
    return Answers(
        run.id,
        fitted.genres,
        rows.track_names,
        _probabilities(trust, of_tracks),
        _sets(trust, of_tracks),
        level,
        trust.calibrated,
        trust.n,
        trust.temperature,
        np.bincount(rows.tracks, minlength=len(rows.track_names)),
        far,
        tuple(
            refused.get(track) or " ".join(said[track] for said in (own, whys, rows.known) if track in said)
            for track in range(len(rows.track_names))
        ),
        _labels(rows),
        evaluation,
        problem,
        (*rows.notes, *never_heard(run, rows)),
        run.whole,
    )


def never_heard(run: Run, rows: NewRows) -> tuple[str, ...]:
    """Say of a run on generated music that it never heard recordings, where the rows are no generated music."""
    generated = isinstance(run.config.data, MusicConfig) and not isinstance(rows.config, MusicConfig)
    return (MUSIC_ONLY,) if generated else ()


def _each_alone(rows: NewRows) -> NewRows:
    """Return the same rows, each as a track, and behind them those that could not be answered."""
    n = len(rows)
    left = [track for track in rows.refused if track not in set(rows.tracks.tolist())]
    of_track: dict[int, list[int]] = {}
    for row, track in enumerate(rows.tracks.tolist()):
        of_track.setdefault(track, []).append(row)
    known = {row: said for track, said in rows.known.items() for row in of_track.get(track, ())}
    refused = {row: said for track, said in rows.refused.items() for row in of_track.get(track, ())}
    refused |= {n + at: rows.refused[track] for at, track in enumerate(left)}
    names = (*rows.names, *(rows.track_names[track] for track in left))
    return replace(rows, tracks=np.arange(n), track_names=names, known=known, refused=refused)


def _marks(store: RunStore, run: Run, fitted: Fitted, rows: NewRows) -> IntArray:
    """Return for each track (n_tracks,) in which part of the run's own data it is, or `CLOSED`; -1 in none."""
    found: IntArray = np.full(len(rows.track_names), -1, dtype=np.int64)
    own = predictions_of(store, run)
    if own is None:
        return found
    marks = np.where(np.isnan(own.logits).any(axis=1), CLOSED, own.part.astype(np.int64))
    of_rows = own_marks(fitted.prepared.dataset, run.config.data, marks, _as_data(rows), rows.config)
    np.maximum.at(found, rows.tracks, of_rows)
    return found


def _as_data(rows: NewRows, at: IntArray | None = None, genres: tuple[str, ...] = ("?",)) -> Dataset:
    """Return rows as a data set: all of them without their genres, or some of them with them."""
    if at is None:
        return Dataset(rows.inputs, np.zeros(len(rows), dtype=np.int64), genres, rows.names, heard=rows.heard)
    y: IntArray = np.array([genres.index(rows.labels[row]) for row in at.tolist()], dtype=np.int64)
    groups = {level: numbers[at] for level, numbers in rows.groups.items()}
    heard = tuple(rows.heard[row] for row in at.tolist()) if rows.heard else ()
    return Dataset(rows.inputs.of(at), y, genres, tuple(rows.names[row] for row in at.tolist()), groups, heard=heard)


def _of_tracks(logits: Logits, rows: NewRows, refused: dict[int, str]) -> FloatArray:
    """Return logits (n_tracks, k), averaged over the rows of each track; NaN where there is no answer."""
    found = np.full((len(rows.track_names), logits.shape[1]), np.nan)
    usable = np.isfinite(logits).all(axis=1)
    if isinstance(rows.inputs, Features):
        usable &= ~np.isnan(rows.inputs.X).all(axis=1)
    kept = np.flatnonzero(usable)
    nothing = np.zeros(len(kept), dtype=np.int64)
    by_track = Predictions(kept, nothing, logits[kept], nothing.astype(np.uint8)).by_track(rows.tracks)
    found[rows.tracks[by_track.rows]] = by_track.logits
    found[list(refused)] = np.nan
    return found


def _probabilities(trust: Trust, logits: FloatArray) -> FloatArray:
    found = np.full(logits.shape, np.nan)
    answered = ~np.isnan(logits[:, 0])
    found[answered] = trust.probabilities(logits[answered])
    return found


def _sets(trust: Trust, logits: FloatArray) -> Mask | None:
    found, answered = np.zeros(logits.shape, dtype=np.bool_), ~np.isnan(logits[:, 0])
    sets = trust.sets(logits[answered])
    if sets is None:
        return None
    found[answered] = sets
    return found


def _labels(rows: NewRows) -> tuple[str, ...]:
    """Return the genre of each track (n_tracks,), that of its first row; nothing where none is known."""
    if not any(rows.labels):
        return ()
    found = [""] * len(rows.track_names)
    for track, label in zip(rows.tracks.tolist(), rows.labels, strict=True):
        found[track] = found[track] or label
    return tuple(found)


def _judged(
    store: RunStore, run: Run, fitted: Fitted, rows: NewRows, logits: Logits, unit: Unit
) -> tuple[dict[str, Any], str]:
    """Return how right the answers are where genres are known, as on any other data, or why that is not told."""
    labelled = np.flatnonzero([bool(label) for label in rows.labels])
    if not len(labelled):
        return {}, ""
    genres = in_order(rows.labels[row] for row in labelled.tolist())
    config = ElsewhereConfig(run=run.id, data=rows.config, unit=unit)
    try:
        other = _as_data(rows, labelled, genres)
        return judge_elsewhere(store, run, fitted, config, other, logits[labelled]).to_json(), ""
    except DataError as error:
        return {}, str(error)
