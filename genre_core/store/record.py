"""Record of a training, whoever trains it: the run's card, each epoch, and how it ended."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from genre_core.errors import GenreLabError
from genre_core.evaluation.intervals import coded
from genre_core.store.runs import RunStore
from genre_core.store.schema import Epoch, Run, Wish
from genre_core.training.events import EpochEnd, TrainEnd
from genre_core.training.predictions import Predictions

if TYPE_CHECKING:
    from genre_core.training.experiment import Prepared
    from genre_core.training.trainer import Trainer

NOTHING_TO_KEEP = "Training diverged in its first epoch and has nothing to keep: lower the learning rate."
"""Why a run has failed whose loss was no number before there was anything to keep."""


def record_card(store: RunStore, run: Run, prepared: "Prepared", trainer: "Trainer") -> dict[str, Any]:
    """Save what is known of a run before it trains, and its validation tracks; return the former."""
    from genre_core.training.experiment import describe

    card = describe(run.config, prepared, trainer)
    record_test_set(store, run, card, prepared)
    store.describe(run.id, run.attempt, card, validation_of(prepared))
    return card


def record_test_set(store: RunStore, run: Run, card: Mapping[str, Any], prepared: "Prepared") -> None:
    """Save which tracks are in the test part of a run, so that looks at them are counted whatever split shows them."""
    tracks = prepared.dataset.tracks
    store.test_sets.record(card["test_hash"], run.config.data, (tracks[row] for row in prepared.split.test))


def validation_of(prepared: "Prepared") -> dict[str, bytes]:
    """Return what the matrix of each epoch needs: genres of the validation tracks (uint8), and their groups (int32)."""
    rows = prepared.split.validation
    groups = prepared.dataset.clusters(rows)
    saved = {"validation_labels": prepared.dataset.y[rows].astype(np.uint8).tobytes()}
    return saved if groups is None else saved | {"validation_groups": coded(groups).astype(np.int32).tobytes()}


def record_epoch(store: RunStore, run: Run, event: EpochEnd, trainer: "Trainer") -> Wish:
    """Save an epoch with its predictions, and a snapshot if it is watched; return what the person wants next."""
    fields = {name: getattr(event, name) for name in Epoch.__dataclass_fields__}
    pred = event.validation_pred.tobytes()
    return store.append(run.id, run.attempt, Epoch(**fields), pred, trainer.snapshot)


def record_end(store: RunStore, run: Run, prepared: "Prepared", trainer: "Trainer", end: TrainEnd) -> None:
    """Save the result of a run whose network holds its best weights.

    Raises GenreLabError where it diverged before there was anything to keep.
    """
    if end.best_epoch is None:
        if end.reason == "diverged":
            raise GenreLabError(NOTHING_TO_KEEP)
        store.abandon(run.id, run.attempt)
        return
    summary, logits = evaluate_logits(prepared, trainer.predict(prepared.X))
    saved = {"weights": trainer.weights(), "logits": logits}
    store.finish(run.id, run.attempt, end.reason, end.best_epoch, summary, saved)


def evaluate_logits(prepared: "Prepared", logits: npt.NDArray[np.float32]) -> tuple[dict[str, Any], bytes]:
    """Return the evaluation of validation and test as JSON, and logits (n, n_genres) of all tracks as safetensors."""
    from genre_core.data.dataset import PARTS
    from genre_core.training.experiment import evaluate_part

    part = np.full(len(logits), len(PARTS), dtype=np.uint8)  # rows in no part are left out
    for number, name in enumerate(PARTS):
        part[prepared.split[name]] = number
    summary: dict[str, Any] = {name: evaluate_part(prepared, logits, name).to_json() for name in PARTS[1:]}
    return summary, Predictions(np.arange(len(part)), prepared.dataset.y, logits, part).save()
