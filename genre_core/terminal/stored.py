"""`evaluate` and `runs`: what the store holds."""

import argparse
from typing import Any

from genre_core.data.dataset import PARTS, Dataset, Part
from genre_core.data.sources import load_dataset
from genre_core.errors import DataError, RunStateError
from genre_core.evaluation.hierarchy import Tree, branches_of, hierarchical_scores
from genre_core.settings.names import all_settings, flatten
from genre_core.store.losses import loss_sentence
from genre_core.store.openings import Openings, opened, openings_of
from genre_core.store.run_result import JUDGE, Judge, Outcome, outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.store.tag_baseline import tags_alone
from genre_core.terminal import text
from genre_core.terminal.elsewhere import evaluate_on
from genre_core.terminal.explain import as_table as explanation
from genre_core.terminal.explain import explained
from genre_core.terminal.find_run import find_run
from genre_core.terminal.findings import findings_of, listed
from genre_core.terminal.limit import bayes, judge_of, right_about, with_recipe
from genre_core.terminal.output import DONE, show
from genre_core.terminal.sets import as_table, sets_of
from genre_core.terminal.usage import UsageError
from genre_core.text import capitalized

_HEADLINE = ("n", "accuracy", "accuracy_interval", "macro_f1")


def evaluate(options: argparse.Namespace) -> int:
    """Print the evaluation of a stored run on one part."""
    if options.on:
        if options.part == "test":
            raise UsageError("--part test is of the run's own data: leave out --part or --on.")
        return evaluate_on(options)
    if options.map:
        raise UsageError("--map pairs genres with those of other data: name those with --on.")
    store, part = RunStore(), options.part
    assert part in PARTS
    run = find_run(store, options.run)
    if run.state != "complete":
        raise RunStateError(f"The run {run.name} is {run.state}: only a complete run can be evaluated.")
    judge = judge_of(options, run.config.data)
    document = document_of(store, run, part, judge, options.branches)
    run = store.run(run.id)  # as it is now that its test part may be open
    document["findings"] = findings_of(store, run, part, judge)
    document["prediction_sets"] = sets_of(store, run, part, judge)
    said = text.heading(run.name, run.id) + text.evaluation(document, part)
    said += as_table(document["prediction_sets"]) + listed(document["findings"])
    if options.explain:
        document["explanation"] = explained(store, run, part, judge)
        said += explanation(document["explanation"])
    show(document, said, as_json=options.json)
    return DONE


def document_of(store: RunStore, run: Run, part: Part, judge: Judge = JUDGE, branches: str = "") -> dict[str, Any]:
    """Return what is printed of a complete run; the test part counts as opened then. `branches` as `--branches`.

    Raises StoreError where it cannot be written down that it was opened: it stays closed.
    """
    about, seen = right_about(run.config.data, clean=judge.clean), None
    if part == "test":
        run, seen = opened(store, run)
    document = {"run": run.id, "name": run.name, "part": part, "right_about": about, **leaks(run)}
    return document | _evaluation(store, run, part, judge, branches) | (looks(run, seen) if seen else {})


def looks(run: Run, seen: Openings) -> dict[str, Any]:
    """Return what is printed of the looks at a run's test part."""
    return {"test_opened": seen.n, "test_seen_before": seen.seen, "test_looks": seen.sentence(run.noun)}


def leaks(run: Run) -> dict[str, Any]:
    """Return whether a run's split is leaky, and how many tracks, albums or artists it tears apart, where known."""
    return {"leaky": bool(run.context.get("leaky")), "straddlers": run.context.get("straddlers")}


def runs(options: argparse.Namespace) -> int:
    """List the stored runs, newest first."""
    store = RunStore()
    found = store.runs(limit=options.limit)
    seen = openings_of(store, found)
    lost = store.losses([run.id for run in found])
    rows = [_row(run, seen[run.id], loss_sentence(run, lost.get(run.id, ()))) for run in found]
    show({"runs": rows}, text.runs(rows), as_json=options.json)
    return DONE


def _evaluation(store: RunStore, run: Run, part: Part, judge: Judge, branches: str) -> dict[str, Any]:
    """Return a run's evaluation, what it counts, and the Bayes limit; by row, as stored, where its data are gone."""
    try:
        data = load_dataset(run.config.data, store)
    except DataError:
        if part not in run.summary or judge.clean:
            raise
        few = f"{capitalized(run.too_few(part))}." if run.too_few(part) else ""
        return {"by": "row", "n_rows": None, "n_tracks": None, "too_few": few, part: run.summary[part], "bayes": None}
    seen = outcome_of(store, run, part, data, judge)
    if seen is None:
        raise RunStateError(f"The run {run.name} has no predictions in the store: train it again.")
    return judged(run, seen, part) | in_tree(seen, data, branches) | _tags_alone(store, run, part, data, judge)


def _tags_alone(store: RunStore, run: Run, part: Part, data: Dataset, judge: Judge) -> dict[str, Any]:
    """Return what a pretrained tagger's tags tell without training; nothing where they are not measured."""
    told = tags_alone(store, run, part, data, judge)
    if told is None:
        return {}
    interval = [told.interval.low, told.interval.high]
    found = {"accuracy": told.accuracy, "accuracy_interval": interval, "without_a_tag": told.without}
    return {"tags_alone": {**found, "sentence": told.sentence}}


def in_tree(seen: Outcome, data: Dataset, branches: str = "") -> dict[str, Any]:
    """Return what is printed of the tree of genres: the one that is given, or that of the data; nothing without one."""
    paths = branches_of(data.genres, branches) if branches else data.paths
    if not paths:
        return {}
    found = hierarchical_scores(seen.y_true, seen.logits.argmax(axis=1), Tree(paths), seen.groups)
    few = seen.evaluation.confusion_matrix.too_few()
    return {"tree": {**found.to_json(), "sentence": found.sentence(few), "rows": found.rows(few)}}


def judged(run: Run, seen: Outcome, part: Part) -> dict[str, Any]:
    """Return what is printed of an outcome: what was judged, its evaluation, and the Bayes limit."""
    counted = {"by": seen.unit, "n_rows": seen.n_rows, "n_tracks": seen.n_tracks}
    few = seen.evaluation.confusion_matrix.too_few_by_genre()
    return {
        **counted,
        "too_few": few,
        part: seen.evaluation.to_json(),
        "bayes": bayes(run, seen, part),
        **with_recipe(run, seen),
    }


def _row(run: Run, seen: Openings, lost: str) -> dict[str, Any]:
    """Return a run's line; its test score only where somebody has opened it. `lost` says how it lost its worker."""
    scores = {
        part: {**{name: run.summary[part][name] for name in _HEADLINE}, "too_few": run.too_few(part)}
        for part in PARTS
        if part in run.summary
    }
    return {
        "run": run.id,
        "name": run.name,
        "state": run.state,
        "created_at": run.created_at.isoformat(timespec="seconds"),
        "epochs": run.epoch,
        "best_epoch": run.best_epoch,
        "stopped_because": run.stopped_because,
        "error": run.error,
        "lost_worker": lost or None,
        "settings": _changed(run),
        "validation": scores.get("validation"),
        "test": scores.get("test"),
        "test_opened": seen.n,
        "test_seen_before": seen.seen,
        "by": "row" if "n_validation_tracks" in run.context else "track",
        **leaks(run),
    }


def _changed(run: Run) -> dict[str, Any] | None:
    """Return the settings that are not at their default, or None where another version wrote them."""
    if run.known_config is None:
        return None
    known = all_settings()
    return {name: value for name, value in flatten(run.known_config).items() if value != known[name].default}
