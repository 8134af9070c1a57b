"""Names of files that say what they hold, and texts that may stand in a line of a program."""

import re

from genre_core.store.schema import Run

MOST_BYTES = 150
"""Most bytes of a run's name in that of a file: with all that follows, file systems take 255."""


def file_name(run: Run) -> str:
    """Return what files of a run are called by: `features_30_sec perceptron 128-64-32 4f1c`."""
    words = " ".join(re.sub(r"[^\w.,+() -]", "", run.name).split()).lstrip(".- ")
    short = words.encode()[:MOST_BYTES].decode(errors="ignore").strip()
    return f"{short} {run.id[:4]}" if short and run.name != run.id else run.id


def one_line(text: str) -> str:
    """Return a text as one line without control characters, so that it may stand in a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
