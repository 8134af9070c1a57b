"""The terminal in processes of its own, forked from one that has imported what is slow to import."""

import multiprocessing
import os
import runpy
import subprocess
import sys
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parents[1]
_forked = multiprocessing.get_context("forkserver")
_forked.set_forkserver_preload(
    ["torch", "sklearn.model_selection", "genre_core.workers.run", "genre_core.workers.study"]
)


class Terminal:
    """`python -m genre_core …` at work, with its output in files.

    Only one that is `fresh` ends as any Python does: its interpreter is taken down under the threads that still run.
    """

    def __init__(self, folder: Path, *arguments: str, err: Path | None = None, fresh: bool = False) -> None:
        self.files = folder / "out", err or folder / "err"
        if fresh:
            with self.files[0].open("w") as to_out, self.files[1].open("w") as to_err:
                command = [sys.executable, "-m", "genre_core", *arguments]
                self._process = subprocess.Popen(command, cwd=ROOT, stdout=to_out, stderr=to_err)
            self._wait, self._status = self._process.wait, self._process.poll
        else:
            self._process = _forked.Process(target=_do, args=(arguments, self.files, dict(os.environ)), daemon=True)
            # The new process runs the main module first, and Streamlit's tests leave one there that runs in them alone.
            with mock.patch.dict(sys.modules, {"__main__": sys.modules[__name__]}):
                self._process.start()
            self._wait, self._status = self._process.join, lambda: self._process.exitcode

    @property
    def running(self) -> bool:
        return self._status() is None

    def send(self, signal: int) -> None:
        os.kill(self._process.pid, signal)

    def end(self, timeout: float = 60) -> tuple[int, str, str]:
        """Wait for its end; return its status and what it wrote on either stream."""
        self._wait(timeout)
        assert not self.running
        out, err = (path.read_text() if path.is_file() else "" for path in self.files)
        return self._status(), out, err


def _do(arguments: tuple[str, ...], files: tuple[Path, Path], environment: dict[str, str]) -> None:
    for number, path in enumerate(files, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOCTTY, 0o600), number)
    # The streams that are there remember whether they could seek.
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1) for number in (1, 2))
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["genre_core", *arguments]
    runpy.run_module("genre_core", run_name="__main__", alter_sys=True)
