"""`repeat` and `crossvalidate`: one configuration with other seeds or on folds, its runs kept in the store.

They are trained by the same worker that trains them for the dashboard, where they can be watched, stopped and gone on
with.
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from genre_core.data.dataset import Dataset, Part
from genre_core.data.sources import load_dataset
from genre_core.errors import ConfigError
from genre_core.evaluation.repeated_scores import pooled_score
from genre_core.settings.config import ExperimentConfig
from genre_core.store.gate import predictions_of
from genre_core.store.openings import opened
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats import summary as repeats
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.terminal import text
from genre_core.terminal.inputs import read_order
from genre_core.terminal.limit import right_about
from genre_core.terminal.output import DONE, FAILED, INTERRUPTED, say, show
from genre_core.terminal.work import do_study, read_workers
from genre_core.training.predictions import Predictions, Unit

_OPTIONS = {"times": "--times", "k": "--folds", "repeats": "--repeats"}


def repeat(options: argparse.Namespace) -> int:
    """Train a configuration with other seeds and print what came out."""
    return _do(options, {"how": "seeds", "times": options.times, "vary": options.vary})


def crossvalidate(options: argparse.Namespace) -> int:
    """Train a configuration on folds and print what came out."""
    return _do(options, {"how": "folds", "k": options.folds, "repeats": options.repeats})


def _do(options: argparse.Namespace, what: dict[str, Any]) -> int:
    n_workers = read_workers(options)
    experiment, inputs = read_order(options)
    config = _config(experiment, what)
    store = RunStore()
    inputs.put_into(store, experiment)

    def done(study_id: str) -> int:
        return sum(run.state == "complete" for run in store.members.runs(study_id).values())

    study = do_study(store, REPEATS, config, len(config.configs), "runs", done, n_workers)
    runs, n_complete = store.members.runs(study.id), done(study.id)
    if study.state == "cancelled":
        say(f"Stopped after {n_complete} of {len(config.configs)} runs: continue {study.id} in the dashboard.")
        return INTERRUPTED
    if study.state == "failed" or not n_complete:
        say(study.error or "No run has a score: each was stopped before its first epoch ended.")
        return FAILED
    part: Part = "test" if isinstance(config.what, Folds) else options.part
    if part == "test":
        runs = {n: opened(store, run)[0] if run.state == "complete" else run for n, run in runs.items()}
    document = _document(store, config, study.id, runs, part, options.by)
    show(document, text.repeated(document), as_json=options.json)
    return DONE


def _config(experiment: ExperimentConfig, what: dict[str, Any]) -> RepeatsConfig:
    try:
        return RepeatsConfig.model_validate({"experiment": experiment, "what": what})
    except ValidationError as error:
        raise ConfigError(" ".join(_sentence(detail) for detail in error.errors())) from error


def _sentence(detail: ErrorDetails) -> str:
    """Say what is wrong with an option."""
    context = detail.get("ctx", {})
    if "error" in context:
        said = str(context["error"])
        return f"{said[0].upper()}{said[1:]}."
    limit = f"at least {context['ge']}" if "ge" in context else f"at most {context.get('le')}"
    return f"{_OPTIONS[str(detail['loc'][-1])]} is {detail['input']}, but should be {limit}."


def _document(
    store: RunStore, config: RepeatsConfig, study_id: str, runs: dict[int, Run], part: Part, unit: Unit
) -> dict[str, Any]:
    """Return what `--json` prints."""
    complete = {number: run for number, run in runs.items() if run.state == "complete"}
    load = cache(lambda: load_dataset(config.experiment.data, store))
    segments = repeats.in_segments(complete.values(), load)
    saved = {number: predictions_of(store, run) for number, run in complete.items()}
    predictions = {number: found for number, found in saved.items() if found is not None}
    scores = repeats.scores_of(complete, part, segments and unit == "track", lambda: predictions, load)
    summary = repeats.summarize(config, list(scores.values()))
    assert summary is not None
    folds = isinstance(config.what, Folds)
    return {
        "config": config.model_dump(mode="json"),
        "study": study_id,
        "part": "held-out" if folds else part,
        "by": "row" if segments and unit == "row" else "track",
        "right_about": right_about(config.experiment.data),
        "dealt": config.closed_sentence,
        "genres": next(iter(complete.values())).context["genres"],
        "accuracy": _scatter(summary.accuracy),
        "macro_f1": _scatter(summary.macro_f1),
        "judged_per_learned": summary.ratio,
        "shared_groups": repeats.shared_groups(complete.values()).strip() if summary.accuracy.interval else "",
        "runs": [_row(config, number, run, scores.get(number)) for number, run in runs.items()],
        "pooled": _pooled(complete, predictions, load(), unit) if folds else None,
    }


def _scatter(found: repeats.Scatter) -> dict[str, Any]:
    interval = found.interval
    return {**asdict(found), "interval": [interval.low, interval.high] if interval else None}


def _row(config: RepeatsConfig, number: int, run: Run, score: repeats.MemberScore | None) -> dict[str, Any]:
    return {
        "number": number,
        "name": config.name(number),
        "run": run.id,
        "state": run.state,
        "epochs": run.epoch,
        "best_epoch": run.best_epoch,
        "n": score.n_judged if score else None,
        "accuracy": score.accuracy if score else None,
        "macro_f1": score.macro_f1 if score else None,
        "error": run.error,
    }


def _pooled(
    complete: Mapping[int, Run], predictions: Mapping[int, Predictions], data: Dataset, unit: Unit
) -> dict[str, Any]:
    """Return the matrix over all held-out folds, and the share that is right of all that they hold."""
    found = pooled_score([repeats.held_out(one, data, unit) for one in predictions.values()])
    if data.in_segments and unit == "track":
        counts = repeats.pooled([repeats.track_counts(one, data) for one in predictions.values()])
    else:
        counts = repeats.pooled([run.summary["test"]["confusion_matrix"] for run in complete.values()])
    return {
        "n": found.n,
        "accuracy": found.rate,
        "accuracy_interval": [found.interval.low, found.interval.high],
        "confusion_matrix": counts.tolist(),
    }
