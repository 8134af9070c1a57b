"""`evaluate` and `runs`: what the store holds."""

import argparse
from typing import Any

from genre_core.config import SyntheticConfig
from genre_core.dataset import PARTS, Part
from genre_core.errors import RunStateError
from genre_core.experiment import evaluate_part, prepare
from genre_core.settings import all_settings, flatten
from genre_core.store import Run, RunStore
from genre_core.terminal import text
from genre_core.terminal.limit import bayes
from genre_core.terminal.output import DONE, show

_HEADLINE = ("n", "accuracy", "accuracy_interval", "macro_f1")


def evaluate(options: argparse.Namespace) -> int:
    """Print the evaluation of a stored run on one part."""
    store, part = RunStore(), options.part
    assert part in PARTS
    run = _find(store, options.run)
    if run.state != "complete":
        raise RunStateError(f"The run {run.name} is {run.state}: only a complete run can be evaluated.")
    found, limit, leaky = *_evaluation(store, run, part), bool(run.context.get("leaky"))
    document = {"run": run.id, "name": run.name, "part": part, "leaky": leaky, part: found, "bayes": limit}
    show(
        document,
        text.heading(run.name, run.id) + text.evaluation(found, part, leaky=leaky, bayes=limit),
        as_json=options.json,
    )
    return DONE


def runs(options: argparse.Namespace) -> int:
    """List the stored runs, newest first."""
    rows = [_row(run) for run in RunStore().runs(limit=options.limit)]
    show({"runs": rows}, text.runs(rows), as_json=options.json)
    return DONE


def _find(store: RunStore, name: str) -> Run:
    """Return the run of an identifier, or the only one of a name."""
    named = [run for run in store.runs(limit=10_000) if name == run.name and name != run.id]
    if len(named) > 1:
        raise RunStateError(f"{len(named)} runs are called {name}: name one by its identifier, such as {named[0].id}.")
    return named[0] if named else store.run(name)


def _evaluation(store: RunStore, run: Run, part: Part) -> tuple[dict[str, Any], dict[str, float | str] | None]:
    """Return a run's evaluation and the Bayes limit; only what is not stored needs the data again."""
    if part in run.summary and not isinstance(run.config.data, SyntheticConfig):
        return run.summary[part], None
    prepared = prepare(run.config, store)
    limit = bayes(run.config, prepared, part)
    if part in run.summary:
        return run.summary[part], limit
    from safetensors.numpy import load

    logits = store.artifact(run.id, "logits")
    if logits is None:
        raise RunStateError(f"The run {run.name} has no predictions in the store: train it again.")
    return evaluate_part(prepared, load(logits)["logits"], part).to_json(), limit


def _row(run: Run) -> dict[str, Any]:
    scores = {part: {name: found[name] for name in _HEADLINE} for part, found in run.summary.items()}
    return {
        "run": run.id,
        "name": run.name,
        "state": run.state,
        "created_at": run.created_at.isoformat(timespec="seconds"),
        "epochs": run.epoch,
        "best_epoch": run.best_epoch,
        "stopped_because": run.stopped_because,
        "error": run.error,
        "settings": _changed(run),
        "validation": scores.get("validation"),
        "test": scores.get("test"),
    }


def _changed(run: Run) -> dict[str, Any] | None:
    """Return the settings that are not at their default, or None where another version wrote them."""
    known = all_settings()
    try:
        values = flatten(run.config)
    except RunStateError:
        return None
    return {name: value for name, value in values.items() if value != known[name].default}
