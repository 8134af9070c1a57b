"""`ensemble`: the averaged probabilities of stored runs, as a run."""

import argparse

from genre_core.errors import RunStateError
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.naming import run_name
from genre_core.store.runs import RunStore, new_run_id
from genre_core.terminal import text
from genre_core.terminal.find_run import find_run
from genre_core.terminal.output import DONE, FAILED, say, show
from genre_core.terminal.stored import document_of
from genre_core.workers.run import execute


def ensemble(options: argparse.Namespace) -> int:
    """Average stored runs, keep the result as a run, and print its evaluation."""
    store, run_id = RunStore(), new_run_id()
    members = [find_run(store, name) for name in options.runs]
    for member in members:
        if member.state != "complete":
            raise RunStateError(f"The run {member.name} is {member.state}: only complete runs can be averaged.")
        if member.stopped_because == "stopped":
            raise RunStateError(f"The run {member.name} was stopped by hand, so its settings cannot repeat it.")
    config = ensemble_of([member.config for member in members])
    store.submit(run_id, config, options.name or run_name(config, store.table_names()))
    execute(run_id, 1, store.url)
    run = store.run(run_id)
    if run.state != "complete":
        say(run.error or f"The ensemble {run_id} was stopped from the dashboard.")
        return FAILED
    document = document_of(store, run, options.part) | {"members": [member.id for member in members]}
    show(document, text.heading(run.name, run.id) + text.evaluation(document, options.part), as_json=options.json)
    return DONE
