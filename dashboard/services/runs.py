"""Runs as they stand: in the queue, under way, and how far they are."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.services import classroom, workers
from dashboard.services.caching import cached_by_run
from dashboard.services.outcomes import outcome
from dashboard.services.workers import store
from genre_core.data.dataset import IntArray
from genre_core.errors import DataError, RunStateError, StoreError
from genre_core.evaluation.confusion import ConfusionMatrix, confusion_matrix
from genre_core.store.losses import loss_sentence
from genre_core.store.run_result import Judge
from genre_core.store.schema import Epoch, Run, RunNote, RunState

COMPLETE: tuple[RunState, ...] = ("complete",)
SOON_SECONDS, POLL_SECONDS, WATCH_SECONDS = 0.05, 0.5, 5.0
MOST_NAMED = 10_000
"""Among so many runs, the newest, a link is looked for by a run's name."""
FEW = 4
"""As many active runs as people watch at full pace."""


def run(run_id: str | None) -> Run | None:
    """Return a run as it stands now; None where there is none of that name."""
    if run_id is None:
        return None
    try:
        return find(run_id)
    except RunStateError:
        return None


def find(run_id: str) -> Run:
    """Return a run as it stands now. Raises RunStateError where there is none, or it belongs to another class."""
    classroom.check_sight(run_id)
    return store().run(run_id)


def listed(limit: int = 200, states: Collection[RunState] | None = None) -> list[Run]:
    """Return the latest runs, newest first: a student's own, or those that belong to no class."""
    return store().runs(limit, states, whose=classroom.whose())


def latest_complete() -> Run | None:
    """Return the newest run that is complete."""
    return next(iter(listed(1, COMPLETE)), None)


def notes_of(some: Sequence[Run]) -> dict[str, RunNote]:
    """Return the tags and the note of each of these runs that has any, by its id."""
    return store().notes.of([run.id for run in some])


def all_tags() -> list[str]:
    """Return the tags of the latest runs, in order."""
    return sorted({tag for note in notes_of(listed(limit=500)).values() for tag in note.tags})


@dataclass(frozen=True)
class Queue:
    """Wait of a queued run: how many runs go before it, and about how many seconds that takes (None: unknown).

    `starting` is true while the workers themselves are not there yet; `problem` says why they could not be had before.
    """

    before: int = 0
    seconds: float | None = None
    starting: bool = False
    problem: str = ""


def queue(of: Run) -> Queue:
    """Return what a run waits for."""
    if of.state != "queued":
        return Queue()
    linking = workers.linked()
    if not linking.link.done():
        return Queue(starting=True, problem=linking.problem)
    at_once = workers.n_workers()
    return Queue(max(0, store().queue_position(of.id) - at_once + 1), store().expected_wait(of.id, at_once))


def is_next(of: Run) -> bool:
    """Say whether a run trains, or waits for nobody else."""
    return of.state == "running" or (of.state == "queued" and store().queue_position(of.id) == 0)


def loss(of: Run) -> str:
    """Say that a run has lost its worker and from where it went on; empty where it has not."""
    return loss_sentence(of, store().losses([of.id]).get(of.id, ())) if of.attempt > 1 else ""


def named(text: str) -> tuple[str | None, str]:
    """Return the identifier of a run by that or by its name, and what is to be said; None where there is none.

    Of several runs of a name it is the newest.
    """
    try:
        if run(text):
            return text, ""
        same = [one.id for one in listed(limit=MOST_NAMED) if one.name == text]
    except StoreError:  # said by the page
        return None, ""
    if len(same) < 2:
        return next(iter(same), None), ""
    return same[0], f"{len(same)} runs are called “{text[:40]}”; this is the newest."


def parent(of: Run) -> Run | None:
    """Return the stored run that a branch branches from, the one with the most epochs; None without one."""
    before = of.config.parent
    if before is None:
        return None
    there = [run for run in store().runs_of(before.fingerprint) if run.epoch >= of.config.before.epochs]
    return max(there, key=lambda run: run.epoch, default=None)


def members(of: Run) -> list[Run]:
    """Return the complete stored runs that an ensemble averages, one for each member that is still there."""
    found = [
        next((run for run in store().runs_of(config.fingerprint) if run.state == "complete"), None)
        for config in of.config.members
    ]
    return [run for run in found if run is not None]


def done(of: Run) -> float:
    """Return the share in [0, 1] of a run's epochs, at most, that is done."""
    if of.averages:
        return 1.0 if of.state == "complete" else of.fraction
    return min(1.0, (of.epoch + of.fraction) / of.config.train.max_epochs)


def poll_seconds(of: Run) -> float:
    """Return after how long it is worth looking at a run again: at once where its first epoch is near, rarely at rest.

    A run that rests may be set going in another tab, or by someone else.
    """
    if not of.active:
        return WATCH_SECONDS
    if of.epoch == 0 and is_next(of):
        return SOON_SECONDS
    return POLL_SECONDS if len(store().runs(limit=FEW + 1, states=("queued", "running"))) <= FEW else 2 * POLL_SECONDS


@dataclass(frozen=True, eq=False)
class Progress:
    """A run as far as it is: its epochs and the validation matrix of one of them (None before the first)."""

    epochs: tuple[Epoch, ...]
    shown: Epoch | None
    matrix: ConfusionMatrix | None


NO_PROGRESS = Progress((), None, None)


def shown_epoch(of: Run, epochs: Sequence[Epoch]) -> Epoch | None:
    """Return the epoch that a page speaks of: the latest, or the best once the run is complete."""
    if of.state == "complete" and of.best_epoch:
        return epochs[of.best_epoch - 1]
    return epochs[-1] if epochs else None


def _as_far_as(run: Run) -> tuple[Any, ...]:
    return run.id, run.attempt, run.epoch, run.state


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={Run: _as_far_as})
def progress(of: Run) -> Progress:
    """Return the epochs of a run, with the validation matrix of its latest one, or of its best once it has ended.

    A worker goes on while a page is drawn: what it has added since the run was read belongs to the next look.
    """
    if of.averages:
        return _averaged(of)
    epochs = tuple(epoch for epoch in store().epochs(of.id) if epoch.epoch <= of.epoch)
    shown = shown_epoch(of, epochs)
    if shown is None:
        return NO_PROGRESS
    labels, groups = _saved(of, "validation_labels", np.uint8), _saved(of, "validation_groups", np.int32)
    if labels is None:
        return Progress(epochs, shown, None)
    level = of.context.get("groups", {}).get("level", "group")
    answers, genres = store().predictions(of.id, shown.epoch), tuple(of.context["genres"])
    return Progress(epochs, shown, confusion_matrix(labels, answers, genres, groups, level))


def _averaged(of: Run) -> Progress:
    """Return what there is of an ensemble: no epochs, and its validation matrix once it is complete."""
    with suppress(DataError):  # its table was deleted
        if found := outcome(of, "validation", judge=Judge(unit="row")):
            return Progress((), None, found.evaluation.confusion_matrix)
    return NO_PROGRESS


@cached_by_run(256)
def _saved(of: Run, name: str, dtype: npt.DTypeLike) -> IntArray | None:
    saved = store().artifact(of.id, name)
    return None if saved is None else np.frombuffer(saved, dtype=dtype).astype(np.int64)


def phase(run: Run) -> str:
    """Return what the page around the parts depends on."""
    return f"{run.attempt} {'active' if run.active else run.state} {'begun' if run.epoch else 'new'}"
