"""`listen`: what a stored run says of a sound file."""

import argparse
from pathlib import Path

from genre_core.data.clips.reading import shown
from genre_core.judging.hearing import hear, read_sound
from genre_core.store.runs import RunStore
from genre_core.terminal import text
from genre_core.terminal.find_run import find_run
from genre_core.terminal.output import DONE, show


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
