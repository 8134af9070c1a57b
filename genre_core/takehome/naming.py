"""Names of files that say what they hold, and texts that may stand in a line of a program."""

import re

from genre_core.store.schema import Run

MOST_BYTES = 150
"""Most bytes of a name that is part of a file's: with all that follows, file systems take 255."""


def file_name(run: Run) -> str:
    """Return what files of a run are called by: `features_30_sec perceptron 128-64-32 4f1c`."""
    name = safe(run.name, MOST_BYTES)
    return f"{name} {run.id[:4]}" if name and run.name != run.id else run.id


def safe(text: str, most: int = 240) -> str:
    """Return a text as it may stand in the name of a file, cut to so many bytes."""
    words = " ".join(re.sub(r"[^\w.,+() -]", "", text).split()).lstrip(".- ")
    return words.encode()[:most].decode(errors="ignore").strip()


def one_line(text: str) -> str:
    """Return a text as one line without control characters, so that it may stand in a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
