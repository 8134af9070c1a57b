"""`horse`: answers of a stored run that flip under changes that leave the genre as it is."""

import argparse

from genre_core.judging.horse import Asking, horse_of
from genre_core.store.runs import RunStore
from genre_core.terminal import text
from genre_core.terminal.find_run import find_run
from genre_core.terminal.output import DONE, progress_bar, show


def horse(options: argparse.Namespace) -> int:
    """Print how many answers each change flips, and how many in each genre."""
    store = RunStore()
    run = find_run(store, options.run)
    asking, answers = Asking(store, run, options.clips), []
    with progress_bar(len(asking.rows), "{n} of {total}, {elapsed}", "clips changed ") as bar:
        for row in asking.rows:
            answers.append(asking.answers(row))
            bar.update()
    document = {"run": run.id, "name": run.name, **horse_of(asking.known, answers).to_json()}
    show(document, text.heading(run.name, run.id) + text.horse(document), as_json=options.json)
    return DONE
