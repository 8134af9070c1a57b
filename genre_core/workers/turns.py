"""Turns of the studies in a process: one piece at a time, so that nobody waits for the end of another study."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """The turn goes round between people, and between the studies of each: next is whoever had it longest ago."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[str, str]] = []
        self._latest: dict[tuple[str, str], int] = {}
        """When each person (with an empty study) and each study had the turn, counted."""
        self._n, self._taken = 0, False

    @contextmanager
    def turn(self, person: str, study_id: str) -> Iterator[None]:
        """Wait for the turn of a study, and keep it in the block."""
        me = person, study_id
        with self._changed:
            self._waiting.append(me)
            self._changed.wait_for(lambda: not self._taken and min(self._waiting, key=self._order) == me)
            self._waiting.remove(me)
            self._taken, self._n = True, self._n + 1
            self._latest |= {(person, ""): self._n, me: self._n}
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

    def _order(self, waits: tuple[str, str]) -> tuple[int, int]:
        return self._latest.get((waits[0], ""), 0), self._latest.get(waits, 0)
