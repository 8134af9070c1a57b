"""FMA and folders of clips, imported by a process of their own, the terminal's: its memory is given back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from genre_core.data.fma.reading import Progress
from genre_core.errors import DataError

NICE = 10
REFUSED = 2
"""The exit status of a command that says in a sentence what is wrong."""
ROOT = Path(__file__).resolve().parents[3]


def import_paths(paths: Sequence[Path], store_url: str) -> Iterator[Progress | str]:
    """Store what lies there unless it is stored already, with progress; the last value is the hash of its table.

    Raises DataError where it was not imported, and the sentence says why.
    """
    with _started(paths, store_url) as process:
        try:
            yield from _followed(process)
        finally:
            process.kill()  # nothing, where it has ended


def _followed(process: "subprocess.Popen[str]") -> Iterator[Progress | str]:
    assert process.stdout
    assert process.stderr
    said = ""
    for line in process.stderr:
        step = _progress(line)
        if step is None:
            said = line.strip()
        else:
            yield step
    document = process.stdout.read()
    status = process.wait()
    if status:
        raise DataError(said if status == REFUSED else _ended(status))
    table: str = json.loads(document)["table"]
    yield table


def _started(paths: Sequence[Path], store_url: str) -> "subprocess.Popen[str]":
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", "genre_core", "import", *map(str, paths), "--progress", "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "GENRE_LAB_STORE": store_url, "PYTHONPATH": path},
    )
    with suppress(OSError):  # it has ended already
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)  # pages go first
    return process


def _progress(line: str) -> Progress | None:
    """Return what a line says of the progress; None where it says something else."""
    try:
        found: dict[str, Any] = json.loads(line)
        return Progress(**found)
    except (ValueError, TypeError):
        return None


def _ended(status: int) -> str:
    if status < 0:
        return "The import process was killed, perhaps because memory ran out: free some memory and try again."
    return "The import process stopped without a message: try again."
