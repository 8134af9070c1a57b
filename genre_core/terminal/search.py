"""`search`: done by the same worker that searches for the dashboard, where it can be watched as well."""

import argparse
from typing import Any

from genre_core.data.sources import longest_window
from genre_core.store.openings import opened
from genre_core.store.runs import RunStore
from genre_core.studies.kinds import SEARCH
from genre_core.studies.tuning.config import SearchConfig, search_config, trial_config
from genre_core.studies.tuning.rows import SearchSummary, TrialResult, best_of, read_rows
from genre_core.studies.tuning.space import read_dimension
from genre_core.terminal import text
from genre_core.terminal.inputs import read_order
from genre_core.terminal.limit import right_about
from genre_core.terminal.output import DONE, FAILED, INTERRUPTED, say, show
from genre_core.terminal.stored import looks
from genre_core.terminal.work import do_study, read_workers


def search(options: argparse.Namespace) -> int:
    """Search, and print what came out."""
    n_workers = read_workers(options)
    base, inputs = read_order(options)
    longest = longest_window(base.data, inputs)
    space = [read_dimension(text, base, longest) for text in options.space]
    config = search_config(
        base,
        space,
        sampler=options.sampler,
        n_trials=options.trials,
        objective=options.objective.replace("-", "_"),
        folds=options.folds,
        pruning=not options.no_pruning,
        fast_masks=not options.no_fast_masks,
        seed=options.search_seed,
    )
    store = RunStore()
    inputs.put_into(store, base)

    def done(study_id: str) -> int:
        return sum(row["kind"] == "trial" for row in store.studies.results(study_id))

    study = do_study(store, SEARCH, config, config.n_planned, "trials", done, n_workers)
    trials, summary = read_rows(store.studies.results(study.id))
    if study.state == "cancelled":
        say(f"Paused after {len(trials)} of {config.n_planned} trials: continue {study.id} on Tune in the dashboard.")
        return INTERRUPTED
    best = best_of(config, trials)
    if study.state == "failed" or best is None:
        say(study.error or "No trial has a score: each was stopped before its first epoch ended.")
        return FAILED
    revealed = {"test": None, "test_opened": None}
    if options.part == "test":
        revealed = _reveal(store, config, best, summary)
    document = _document(config, study.id, trials, best, summary) | revealed
    show(document, text.searched(document), as_json=options.json)
    return DONE


def _reveal(store: RunStore, config: SearchConfig, best: TrialResult, summary: SearchSummary | None) -> dict[str, Any]:
    """Open the winner's test part; return its evaluation, and how often its tracks were looked at."""
    winner = best.runs[0] if not config.folds or summary is None else summary.final_run
    run, seen = opened(store, store.run(winner))
    return {"test": {**run.summary["test"], "run": run.id}, **looks(run, seen)}


def _document(
    config: SearchConfig, study_id: str, trials: list[TrialResult], best: TrialResult, summary: SearchSummary | None
) -> dict[str, Any]:
    """Return what `--json` prints."""
    return {
        "config": config.model_dump(mode="json"),
        "study": study_id,
        "judged_on": f"{config.folds} held-out folds" if config.folds else "validation",
        "right_about": right_about(config.base.data),
        "best": _row(best),
        "best_config": trial_config(config, best.params).model_dump(mode="json"),
        "optimism": summary.optimism.to_json() | {"size": summary.optimism.size}
        if summary and summary.optimism
        else None,
        "importances": dict(summary.importances) if summary else {},
        "trials": [_row(trial) for trial in trials],
    }


def _row(trial: TrialResult) -> dict[str, Any]:
    return {name: value for name, value in trial.to_json().items() if name != "kind"}
