"""`listen` and `horse`: what a stored run says of a sound file, and which answers flip under harmless changes."""

import argparse
from pathlib import Path

from genre_core.data.clips.reading import shown
from genre_core.judging.hearing import hear, read_sound
from genre_core.judging.horse import Asking, horse_of
from genre_core.store.runs import RunStore
from genre_core.terminal import text
from genre_core.terminal.find_run import find_run
from genre_core.terminal.output import DONE, progress_bar, show


def listen(options: argparse.Namespace) -> int:
    """Print what a run says of a sound: along time, on the whole, and which training clips are nearest."""
    store = RunStore()
    run = find_run(store, options.run)
    path = Path(options.file)
    found = hear(store, run, *read_sound(path))
    threshold = options.threshold / 100
    document = {
        **found.to_json(),
        "name": run.name,
        "file": shown(path),
        "known": found.confidence >= threshold,
        "headline": found.headline(threshold),
        "sentences": found.sentences,
    }
    show(document, text.heading(run.name, run.id) + text.hearing(document), as_json=options.json)
    return DONE


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
