"""A worker's work on an ensemble: take its members' answers from the store, train what is missing, average."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS
from genre_core.errors import GenreLabError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.ensembles import average_logits
from genre_core.store.record import evaluate_logits, record_test_set, validation_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.training.events import EpochEnd, Progress, TrainEnd
from genre_core.training.experiment import describe, make_trainer, prepare_members
from genre_core.training.predictions import Predictions

if TYPE_CHECKING:
    from genre_core.training.experiment import Prepared

BY_ITSELF = ("patience", "max_epochs", "diverged")
"""How a training ends whose result its configuration determines."""


def average(store: RunStore, run: Run, prepared: "Prepared") -> None:
    """Average the members of an ensemble and save what came out; a stop or pause is heard between epochs.

    Raises GenreLabError where a member that is not in the store diverged before it had learned anything, or cannot be
    given all tracks.
    """
    members = run.config.members
    card = describe(members[0], prepared, make_trainer(members[0], prepared))
    own, n_genres = prepare_members(run.config, prepared, store), len(prepared.dataset.genres)
    card["n_parameters"] = sum(
        member.model.n_parameters(each.X.shape[1:], n_genres) for member, each in zip(members, own, strict=True)
    )
    record_test_set(store, run, card, prepared)
    store.describe(run.id, run.attempt, card, validation_of(prepared))
    answers = []
    for number, (member, each) in enumerate(zip(members, own, strict=True)):
        logits = stored_logits(store, member, each)
        if logits is None:
            logits = _trained(store, run, each, member, number)
        if logits is None or not _wanted(store, run, (number + 1) / len(members)):
            return
        answers.append(logits)
    summary, saved = evaluate_logits(prepared, average_logits(answers))
    store.finish(run.id, run.attempt, "averaged", None, summary, {"logits": saved})


def stored_logits(store: RunStore, config: ExperimentConfig, prepared: "Prepared") -> npt.NDArray[np.float32] | None:
    """Return the logits (n, n_genres) of a stored run of a configuration, on the same split; None without one.

    A run that a person stopped is not what its configuration says, and does not count.
    """
    for found in store.runs_of(config.fingerprint):
        if found.state != "complete" or found.stopped_because not in BY_ITSELF:
            continue
        saved = store.artifact(found.id, "logits")  # as they are: to average them shows nobody what they say
        every = None if saved is None else Predictions.load(saved)
        known = every is not None and not np.isnan(every.logits).any()  # not so where it came without its data
        if every is not None and known and _same_rows(every, prepared):
            return every.logits
    return None


def _same_rows(saved: Predictions, prepared: "Prepared") -> bool:
    same = [np.array_equal(saved.of(part).rows, np.sort(prepared.split[part])) for part in PARTS]
    return all(same) and np.array_equal(saved.y, prepared.dataset.y)


def _trained(
    store: RunStore, run: Run, prepared: "Prepared", member: ExperimentConfig, number: int
) -> npt.NDArray[np.float32] | None:
    """Train a member that is not in the store; None where the person wants it no longer."""
    trainer, n = make_trainer(member, prepared), len(run.config.members)
    for event in trainer:
        match event:
            case Progress() | EpochEnd():
                if not _wanted(store, run, (number + event.epoch / (member.train.max_epochs + 1)) / n):
                    return None
            case TrainEnd(best_epoch=None):
                raise GenreLabError("A member of the ensemble diverged in its first epoch: take it out.")
    return trainer.predict(prepared.X)


def _wanted(store: RunStore, run: Run, fraction: float) -> bool:
    """Give a sign of life; pause or cancel where that is asked for, and return whether to go on."""
    match store.beat(run.id, run.attempt, min(fraction, 0.99)).request:
        case "stop":
            store.abandon(run.id, run.attempt)
        case "pause" | "step":
            return not store.pause(run.id, run.attempt, None)
        case _:
            return True
    return False
