"""Ear tests that people take: drawn once, answered item by item. A second answer to an item changes nothing.

They stay when their run is deleted: what a person has heard is not the run's. What the run says is not here, but read
through the gate each time.
"""

import time
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Update, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.ear.sitting import UNHEARD, Answer, EarTest, Sitting
from genre_core.errors import RunStateError
from genre_core.store.database import Shelf
from genre_core.store.schema import ear_answers as _answers
from genre_core.store.schema import ear_tests as _tests

ARRIVED = "came with an archive"
"""Stands for the person where a test came from another store."""


class EarTests(Shelf):
    """The ear tests of a database."""

    def begin(self, test_id: str, test: EarTest, person: str = "", session: str = "") -> bool:
        """Add a test that was drawn; False if there is one of that id already, as after a double click."""
        row = {"id": test_id, "run_id": test.run, "test": test.to_json(), "person": person, "session": session}
        blank = [{"ear_test_id": test_id, "number": number, "plays": 0} for number in range(len(test.items))]
        try:
            with self._database.transaction() as connection:
                connection.execute(insert(_tests).values(**row, created_at=time.time()))
                connection.execute(insert(_answers), blank)
        except IntegrityError:
            return False
        return True

    def sitting(self, test_id: str) -> Sitting:
        """Return a test as far as it is answered. Raises RunStateError where there is no such test."""
        found = self._read(select(_tests).where(_tests.c.id == test_id))
        if not found:
            raise RunStateError(
                f"There is no ear test {test_id[:40]} in this store: it was deleted, or the link is from elsewhere."
            )
        return found[0]

    def of_person(self, person: str, limit: int = 200) -> list[Sitting]:
        """Return the latest tests that a browser has taken, newest first."""
        return self._read(select(_tests).where(_tests.c.person == person).limit(limit))

    def of_session(self, session: str, limit: int = 500) -> list[Sitting]:
        """Return the latest tests of a session, newest first."""
        return self._read(select(_tests).where(_tests.c.session == session).limit(limit))

    def of_runs(self, run_ids: Collection[str]) -> list[Sitting]:
        """Return the tests that have ended of some runs, oldest first; none that was taken in a class."""
        query = select(_tests).where(_tests.c.run_id.in_(run_ids), _tests.c.session == "")
        return [sitting for sitting in reversed(self._read(query)) if sitting.at is None]

    def play(self, test_id: str, number: int) -> None:
        """Count that the sound of an item was played; nothing is counted after its answer."""
        self._database.change(self._open(test_id, number).values(plays=_answers.c.plays + 1))

    def answer(self, test_id: str, number: int, said: int) -> None:
        """Keep what was said to an item, be it that it could not be heard; the first answer stays.

        Raises ValueError where it is no answer to this test.
        """
        if not UNHEARD <= said < len(self.sitting(test_id).test.genres):
            raise ValueError(f"{said} is no answer to this test")
        self._database.change(self._open(test_id, number).values(said=said))

    def finish(self, test_id: str) -> None:
        """End a test, whatever of it is answered; a second time changes nothing."""
        ended = update(_tests).where(_tests.c.id == test_id, _tests.c.finished_at.is_(None))
        self._database.change(ended.values(finished_at=time.time()))

    def delete(self, test_id: str) -> None:
        """Forget a test and its answers."""
        with self._database.transaction() as connection:
            _forget(connection, _tests.c.id == test_id)

    def _open(self, test_id: str, number: int) -> Update:
        """Return what changes an item that has no answer, of a test that is not finished."""
        finished = select(_tests.c.id).where(_tests.c.id == test_id, _tests.c.finished_at.is_not(None)).exists()
        item = (_answers.c.ear_test_id == test_id) & (_answers.c.number == number)
        return update(_answers).where(item, _answers.c.said.is_(None), ~finished)

    def _read(self, query: Select[Any]) -> list[Sitting]:
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(_tests.c.created_at.desc(), _tests.c.id)).all()
            of = select(_answers).where(_answers.c.ear_test_id.in_([row.id for row in rows]))
            said: dict[str, dict[int, Answer]] = {}
            for one in connection.execute(of):
                said.setdefault(one.ear_test_id, {})[one.number] = Answer(one.said, one.plays)
        return [_sitting(row, said.get(row.id, {})) for row in rows]


def put_sittings(connection: Connection, sittings: Iterable[Sitting]) -> int:
    """Add tests that came from another store; return how many are new. Nothing is known of who took them."""
    there, n_new = set(connection.execute(select(_tests.c.id)).scalars()), 0
    for one in sittings:
        if one.id in there:
            continue
        row = {"id": one.id, "run_id": one.test.run, "test": one.test.to_json(), "person": ARRIVED, "session": ""}
        connection.execute(insert(_tests).values(**row, created_at=one.created_at, finished_at=one.finished_at))
        said = [{"ear_test_id": one.id, "number": at, **of._asdict()} for at, of in enumerate(one.answers)]
        connection.execute(insert(_answers), said)
        n_new += 1
    return n_new


def forget_session(connection: Connection, sessions: Collection[str]) -> None:
    """Forget the tests that were taken in some sessions, such as classes that are over."""
    _forget(connection, _tests.c.session.in_(sessions))


def _forget(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(delete(_answers).where(_answers.c.ear_test_id.in_(select(_tests.c.id).where(which))))
    connection.execute(delete(_tests).where(which))


def _sitting(row: Any, said: dict[int, Answer]) -> Sitting:
    test = EarTest.from_json(row.test)
    answers = tuple(said.get(number, Answer()) for number in range(len(test.items)))
    return Sitting(row.id, test, answers, row.created_at, row.finished_at, row.person, row.session)
