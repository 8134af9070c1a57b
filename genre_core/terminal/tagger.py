"""`tagger`: the pretrained tagger is fetched, or said to be there already."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from genre_core.data.clips.tagger import about
from genre_core.data.clips.tagger.fetch import fetch, is_fetched
from genre_core.data.clips.tagger.tags import TAGS
from genre_core.store.files import files_folder
from genre_core.store.runs import RunStore
from genre_core.terminal import text
from genre_core.terminal.output import DONE, progress_bar, say, show


def tagger(options: argparse.Namespace) -> int:
    """Fetch the tagger unless it is there, and say what it is."""
    folder = files_folder(RunStore().url)
    is_new = not is_fetched(folder)
    if is_new:
        if options.wheel is None:
            say(f"Fetching {about.SOURCE}: {about.WHEEL_BYTES / 10**6:.0f} MB. License: {about.LICENSE}.")
        _fetch(folder, options.wheel)
    document = described(folder, is_new)
    show(document, text.tagger(document), as_json=options.json)
    return DONE


def _fetch(folder: Path, wheel: str | None) -> None:
    with (
        progress_bar(about.WHEEL_BYTES, "{elapsed}", "Fetching: ") as bar,
        closing(fetch(folder, None if wheel is None else Path(wheel))) as sizes,
    ):
        for size in sizes:
            bar.update(min(size, about.WHEEL_BYTES) - bar.n)


def described(folder: Path, is_new: bool) -> dict[str, Any]:
    """Return what a person should know about the tagger that a folder keeps."""
    path = about.weights_path(folder)
    return {
        "tagger": about.NAME,
        "version": about.VERSION,
        "new": is_new,
        "file": str(path),
        "bytes": path.stat().st_size,
        "about": about.ABOUT,
        "source": about.SOURCE,
        "wheel_sha256": about.WHEEL_SHA256,
        "author": about.AUTHOR,
        "license": about.LICENSE,
        "warning": about.WARNING,
        "tags": list(TAGS),
    }
