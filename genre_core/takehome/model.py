"""A trained model as an archive that runs anywhere: graph, weights, preprocessing, card, and the run it came from."""

import json
from dataclasses import asdict
from typing import Any

from genre_core.judging.fitted import Fitted, fit_again, weights_of
from genre_core.judging.trust import trust_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.takehome.archive import pack
from genre_core.takehome.card import card, described
from genre_core.takehome.graph import graph_of
from genre_core.takehome.made import Made
from genre_core.takehome.naming import file_name
from genre_core.takehome.preprocessing import preprocessing_of, takes_any_length

KIND, VERSION = "model", 1
CARD, GRAPH, WEIGHTS = "README.md", "model.onnx", "weights.safetensors"
PREPROCESSING, RUN, EPOCHS = "preprocessing.json", "run.json", "epochs.safetensors"


def export_model(store: RunStore, run: Run) -> Made:
    """Return a complete run as an archive: ONNX, safetensors, JSON and a model card.

    Raises RunStateError where it is not complete, and DataError where its data or its weights are not there any more.
    """
    fitted = fit_again(store, run)
    trust = trust_of(store, run, fitted.prepared.dataset)
    preprocessing = preprocessing_of(fitted, trust)
    files = {
        CARD: card(described(store, run, fitted, trust), preprocessing).encode(),
        GRAPH: graph_of(fitted.networks, fitted.shape, any_length=takes_any_length(fitted)),
        WEIGHTS: _weights(store, run, fitted),
        PREPROCESSING: _json(preprocessing),
        RUN: _json(_run(store, run)),
    }
    if epochs := _predictions(store, run):
        files[EPOCHS] = epochs
    return Made(f"{file_name(run)} model.zip", "application/zip", pack(KIND, VERSION, files))


def _weights(store: RunStore, run: Run, fitted: Fitted) -> bytes:
    """Return the weights of a run as they are stored, or those of all members of an ensemble under their numbers."""
    from safetensors.torch import load, save

    members = fitted.config.members
    if not members:
        return weights_of(store, run, fitted.config)
    every = [load(weights_of(store, run, member)) for member in members]
    return save({f"{at}.{name}": array for at, one in enumerate(every) for name, array in one.items()})


def _run(store: RunStore, run: Run) -> dict[str, Any]:
    """Return what a store needs, beside weights, to have the run again."""
    return {
        "name": run.name,
        "config": json.loads(run.config_json),
        "best_epoch": run.best_epoch,
        "stopped_because": run.stopped_because,
        "data_hash": run.context.get("data_hash"),
        "versions": run.context.get("versions", {}),
        "n_parameters": run.context.get("n_parameters"),
        "device": run.context.get("device", ""),
        "epochs": [asdict(epoch) for epoch in store.epochs(run.id)],
    }


def _predictions(store: RunStore, run: Run) -> bytes | None:
    """Return the predicted class of each validation track after each epoch; None where there are no epochs."""
    from safetensors.numpy import save

    found = store.all_predictions(run.id)
    return save({"predictions": found}) if found.size else None


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False).encode()
