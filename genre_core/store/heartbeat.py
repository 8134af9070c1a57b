"""The sign of life that a worker gives while it is busy with a run or a study."""

import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from genre_core.errors import GenreLabError

BEAT_SECONDS = 1.0


class Heart:
    """Gives a sign of life each second while the worker prepares, computes or sleeps."""

    def __init__(self, beat: Callable[[], object], name: str) -> None:
        self._beat = beat
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heart-{name}", daemon=True)

    def _run(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            with suppress(GenreLabError):  # a store that stays away ends the run where it appends
                self._beat()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
