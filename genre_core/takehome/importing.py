"""An exported model that becomes a run again: its weights answer anew for the data, which the store must hold.

Nothing that an archive says of scores is believed. It is unpacked within bounds, and its weights are plain arrays.
"""

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.settings.naming import data_name
from genre_core.store.record import evaluate_logits, record_test_set, validation_of
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Epoch, Run
from genre_core.studies.extraction import missing_of
from genre_core.takehome.answering import Measure, measure_here
from genre_core.takehome.archive import unpack
from genre_core.takehome.model import EPOCHS, KIND, RUN, VERSION, WEIGHTS

if TYPE_CHECKING:
    from genre_core.training.experiment import Prepared

MOST_EPOCHS = 1000
_REASONS = ("patience", "max_epochs", "stopped", "diverged")


def import_model(store: RunStore, data: bytes, measure: Measure = measure_here) -> Run:
    """Make a run of an exported model, and return it; its test part is as closed as this store knows it.

    What it needs of sound is measured by `measure`.
    Raises DataError where it is no such archive, was changed, or is of a newer version; or this store does not hold its
    data.
    """
    from genre_core.training.experiment import describe, make_trainer, prepare_once
    from genre_core.training.trainer import predict, rebuilt

    files = unpack(data, KIND, VERSION, {WEIGHTS, RUN})
    said = _document(files[RUN])
    config = _config(said)
    if config.averaged_with:
        raise DataError("This is an ensemble: export its members, import them, and average them here again.")
    prepared = _prepared(prepare_once, store, config, said, measure)
    shape, genres = prepared.dataset.inputs.shape, prepared.dataset.genres
    logits = predict(rebuilt(config.model, shape, len(genres), files[WEIGHTS]), prepared.X)
    summary, answers = evaluate_logits(prepared, logits)
    epochs = _epochs(said, files.get(EPOCHS), len(prepared.split.validation))
    best = said.get("best_epoch")
    best_epoch = best if isinstance(best, int) and 1 <= best <= len(epochs) else None
    reason = said.get("stopped_because")
    card = describe(config, prepared, make_trainer(config, prepared))
    card |= {name: said[name] for name in ("versions", "device") if isinstance(said.get(name), type(card[name]))}
    run_id = new_run_id()
    store.begin(run_id, config, str(said.get("name", ""))[:200])
    try:
        run = store.run(run_id)
        store.describe(run_id, 1, card, validation_of(prepared))
        record_test_set(store, run, card, prepared)
        for epoch, predictions in epochs:
            store.append(run_id, 1, epoch, predictions)
        saved = {"weights": files[WEIGHTS], "logits": answers}
        store.finish(run_id, 1, reason if reason in _REASONS else "stopped", best_epoch, summary, saved)
    except BaseException:
        store.delete(run_id)
        raise
    return store.run(run_id)


def _document(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{RUN} in the archive is no JSON: export the model again.") from error
    if not isinstance(found, dict):
        raise DataError(f"{RUN} in the archive holds no run: export the model again.")
    return found


def _config(said: dict[str, Any]) -> ExperimentConfig:
    try:
        return ExperimentConfig.model_validate(said.get("config"))
    except ValidationError as error:
        raise DataError("This model was trained with settings that this version does not know: update it.") from error


def _prepared(
    prepare: Any, store: RunStore, config: ExperimentConfig, said: dict[str, Any], measure: Measure
) -> "Prepared":
    """Return the data that a model learned from, as this store holds them."""
    name, hashed = data_name(config.data, store.table_names()), str(said.get("data_hash"))
    try:
        for work in missing_of(config.data, store, store, config.split):
            measure(work)
        prepared: Prepared = prepare(config.data, config.split, store)
    except DataError as error:
        how = "import its clips here first" if isinstance(config.data, SoundConfig) else "import them here first"
        raise DataError(f"This model learned from data that this store does not hold: {how}. ({error})") from error
    if prepared.dataset.content_hash != hashed:
        raise DataError(
            f"The data {name} in this store are not those that the model learned from: their hash begins "
            f"{prepared.dataset.content_hash[:8]}, and {hashed[:8]} is needed."
        )
    return prepared


def _epochs(said: dict[str, Any], data: bytes | None, n_validation: int) -> list[tuple[Epoch, bytes]]:
    """Return the epochs with their predictions of the validation tracks; none where they do not fit together."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    listed = said.get("epochs") or []
    if data is None or not isinstance(listed, list) or len(listed) > MOST_EPOCHS:
        return []
    try:
        predictions = load(data)["predictions"]
        epochs = [Epoch(**{name: one[name] for name in Epoch.__dataclass_fields__}) for one in listed]
    except (SafetensorError, KeyError, TypeError) as error:
        raise DataError(f"The epochs in {EPOCHS} cannot be read: export the model again.") from error
    numbered = [epoch.epoch for epoch in epochs] == list(range(1, len(epochs) + 1))
    if predictions.dtype != "uint8" or predictions.shape != (len(epochs), n_validation) or not numbered:
        return []
    return [(epoch, row.tobytes()) for epoch, row in zip(epochs, predictions, strict=True)]
