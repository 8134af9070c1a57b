"""The terminal in processes of its own, forked from one that has imported what is slow to import."""

import ctypes
import multiprocessing
import os
import runpy
import sys
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parents[1]
forked = multiprocessing.get_context("forkserver")
forked.set_forkserver_preload(
    ["torch", "sklearn.model_selection", "genre_core.workers.run", "genre_core.workers.study"]
)


class Terminal:
    """`python -m genre_core …` at work, with its output in files."""

    def __init__(self, folder: Path, *arguments: str, err: Path | None = None) -> None:
        self.files = folder / "out", err or folder / "err"
        self._process = forked.Process(target=_do, args=(arguments, self.files, dict(os.environ)), daemon=True)
        # The new process runs the main module first, and Streamlit's tests leave one there that runs in them alone.
        with mock.patch.dict(sys.modules, {"__main__": sys.modules[__name__]}):
            self._process.start()

    @property
    def running(self) -> bool:
        return self._process.exitcode is None

    def send(self, signal: int) -> None:
        os.kill(self._process.pid, signal)

    def end(self, timeout: float = 60) -> tuple[int, str, str]:
        """Wait for its end; return its status and what it wrote on either stream."""
        self._process.join(timeout)
        assert not self.running
        out, err = (path.read_text() if path.is_file() else "" for path in self.files)
        return self._process.exitcode, out, err


def _do(arguments: tuple[str, ...], files: tuple[Path, Path], environment: dict[str, str]) -> None:
    for number, path in enumerate(files, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOCTTY, 0o600), number)
    # The streams that are there remember whether they could seek.
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["genre_core", *arguments]
    status: object = 0
    try:
        runpy.run_module("genre_core", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        status = end.code
    # As any Python ends, and a forked one does not: its interpreter is taken down under the threads that still run.
    ctypes.pythonapi.Py_Exit(status)
