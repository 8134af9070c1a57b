"""Classes of a store: their plans, who is in them, and what was said there; all of it is gone after a day."""

import hashlib
import json
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import Connection, case, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.classroom.names import MOST_SEATS, new_code, read_code
from genre_core.classroom.plan import MOST_RUNS, ClassPlan, plan_of
from genre_core.errors import ClassError
from genre_core.store.database import Shelf
from genre_core.store.ear_tests import forget_session
from genre_core.store.schema import class_entries as _entries
from genre_core.store.schema import class_reveals as _reveals
from genre_core.store.schema import class_seats as _seats
from genre_core.store.schema import classes as _classes
from genre_core.store.schema import ear_answers as _answers
from genre_core.store.schema import ear_tests as _tests
from genre_core.store.schema import runs as _runs

Owned = Literal["run", "study"]
Kind = Literal["prediction", "result", "sentence", "run", "study", "ear"]
KEPT_FOR = 24 * 3600.0
"""Seconds after which a class and its data are deleted."""
LONGEST = 600
"""Most letters of what a student says at once."""
MOST_ENTRIES = 500
"""Most things that one student says or does in a class."""


class Leaves(NamedTuple):
    """All that a class leaves behind and that is forgotten with it: identifiers of its students' runs and studies."""

    runs: list[str]
    studies: list[str]


@dataclass(frozen=True)
class Class:
    """A class as it stands: its code, its plan, the browser of its teacher, and whether it is over."""

    code: str
    plan: ClassPlan
    teacher: str
    made_at: datetime
    closed: bool


@dataclass(frozen=True)
class Seat:
    """A student's place in a class: its number, counted from 1, the page seen last and when."""

    code: str
    number: int
    page: str
    seen_at: datetime


@dataclass(frozen=True)
class Entry:
    """A thing that a student said or did: its kind, what it is about, and its value as JSON holds it."""

    number: int
    kind: Kind
    about: str
    value: Any
    made_at: datetime


class ClassStore(Shelf):
    """The classes of a database."""

    # -- the teacher ---------------------------------------------------------------------------------------------------

    def begin(self, plan: ClassPlan, teacher: str) -> tuple[str, str]:
        """Begin a class; return its code, and the key with which another browser becomes the teacher's."""
        key = secrets.token_urlsafe(16)
        row = {"teacher": teacher, "key_hash": _hash(key), "plan": plan.model_dump_json(), "made_at": time.time()}
        while True:
            code = new_code()
            try:
                self._database.change(insert(_classes).values(code=code, **row))
            except IntegrityError:  # somebody has this code
                continue
            return code, key

    def of_teacher(self, teacher: str) -> Class | None:
        """Return the latest class of a teacher that is not older than a day."""
        query = select(_classes).where(_classes.c.teacher == teacher, _young(_classes.c.made_at))
        row = self._database.one(query.order_by(_classes.c.made_at.desc()).limit(1))
        return None if row is None else _class(row)

    def take_over(self, code: str, key: str, teacher: str) -> bool:
        """Let another browser be the teacher's; return whether the key is right."""
        query = update(_classes).where(_classes.c.code == code, _classes.c.key_hash == _hash(key))
        return bool(self._database.change(query.values(teacher=teacher)))

    def change(self, code: str, plan: ClassPlan) -> None:
        """Let the students of a class see something else from now on."""
        self._set(code, plan=plan.model_dump_json())

    def close(self, code: str) -> None:
        """End a class: nobody joins it or says anything in it any more."""
        self._set(code, closed_at=time.time())

    def delete(self, code: str) -> Leaves:
        """Forget a class and all that was said in it; return what its students made, which is to go as well."""
        with self._database.transaction() as connection:
            return _forget(connection, [code])

    def reveal(self, code: str, about: str) -> None:
        """Show the result of a question to the class."""
        with self._database.transaction() as connection:
            connection.execute(delete(_reveals).where(_reveals.c.code == code, _reveals.c.about == about))
            connection.execute(insert(_reveals).values(code=code, about=about))

    def revealed(self, code: str) -> frozenset[str]:
        """Return the questions whose results are shown."""
        return frozenset(self._database.values(select(_reveals.c.about).where(_reveals.c.code == code)))

    def state(self, code: str) -> tuple[object, ...]:
        """Return what is another tuple whenever the board of a class would show something else.

        A run counts by how it stands, not by how far it is: each epoch would be another state.
        """
        own, session = _entries.c.code == code, _tests.c.session == code
        stands = case((_runs.c.state == "running", 0), else_=_runs.c.revision + 1000 * _runs.c.attempt)
        of_runs = _runs.join(_entries, own & (_entries.c.kind == "run") & (_entries.c.about == _runs.c.id))
        heard = _answers.join(_tests, session & (_tests.c.id == _answers.c.ear_test_id))
        parts = (
            select(func.count(), func.max(_entries.c.made_at)).where(own),
            select(func.count()).select_from(_reveals).where(_reveals.c.code == code),
            select(func.count(), func.sum(stands)).select_from(of_runs),
            select(func.count(_tests.c.finished_at)).where(session),
            select(func.count(_answers.c.said)).select_from(heard),
        )
        with self._database.transaction() as connection:
            return tuple(value for part in parts for value in connection.execute(part).one())

    def remove(self, code: str, entry: Entry) -> None:
        """Take away what a student said."""
        self._database.change(delete(_entries).where(_is(code, entry.number, entry.kind, entry.about)))

    # -- the students --------------------------------------------------------------------------------------------------

    def find(self, code: str) -> Class | None:
        """Return a class that is not older than a day; None where there is none of that code."""
        query = select(_classes).where(_classes.c.code == read_code(code), _young(_classes.c.made_at))
        row = self._database.one(query)
        return None if row is None else _class(row)

    def join(self, code: str, person: str) -> Seat:
        """Give a browser a place in a class, the one that it has where it has one.

        Raises ClassError where there is no such class, it is over, or it is full.
        """
        found = self.find(code)
        if found is None:
            raise ClassError("There is no class with this code: check its letters, or ask the teacher for a new one.")
        if found.closed:
            raise ClassError("This class is over: ask the teacher for a new code.")
        while True:
            try:
                return self._sit_down(found.code, person)
            except IntegrityError:  # somebody took this number at the same moment
                continue

    def seat_of(self, person: str) -> tuple[Class, Seat] | None:
        """Return the open class that a browser is in, the one joined last, and its place there."""
        query = (
            select(_classes, _seats)
            .join(_seats, _seats.c.code == _classes.c.code)
            .where(_seats.c.person == person, _classes.c.closed_at.is_(None), _young(_classes.c.made_at))
            .order_by(_classes.c.made_at.desc())
            .limit(1)
        )
        row = self._database.one(query)
        return None if row is None else (_class(row), _seat(row))

    def leave(self, code: str, person: str) -> None:
        """Let a browser leave a class; what it said there stays."""
        gone = f"left {secrets.token_hex(8)}"
        query = update(_seats).where(_seats.c.code == code, _seats.c.person == person)
        self._database.change(query.values(person=gone, seen_at=0.0))

    def seen(self, seat: Seat, page: str) -> None:
        """Note which page a student sees."""
        query = update(_seats).where(_seats.c.code == seat.code, _seats.c.number == seat.number)
        self._database.change(query.values(page=page[:64], seen_at=time.time()))

    def seats(self, code: str) -> list[Seat]:
        """Return the places of a class by their numbers."""
        query = select(_seats).where(_seats.c.code == code, _seats.c.seen_at > 0).order_by(_seats.c.number)
        return [_seat(row) for row in self._database.all(query)]

    def numbers(self, code: str) -> dict[str, int]:
        """Return the number of the place that each browser has in a class."""
        query = select(_seats.c.person, _seats.c.number).where(_seats.c.code == code)
        return {row.person: row.number for row in self._database.all(query)}

    def enter(self, seat: Seat, kind: Kind, about: str, value: Any) -> bool:
        """Keep what a student said or did; return whether it was kept.

        The same thing said again takes the place of what was said, but never once its result was revealed.
        Raises ClassError where the class is over, or the student has said and done too much.
        """
        document, about = json.dumps(_shortened(value)), about[:120]
        with self._database.transaction() as connection:
            closed = select(_classes.c.closed_at).where(_classes.c.code == seat.code)
            row = connection.execute(closed).one_or_none()
            if row is None or row.closed_at is not None:
                raise ClassError("This class is over: nothing more is kept there.")
            this = _is(seat.code, seat.number, kind, about)
            there = bool(connection.execute(select(func.count()).select_from(_entries).where(this)).scalar_one())
            shown = select(_reveals.c.about).where(_reveals.c.code == seat.code, _reveals.c.about == about)
            if there and connection.execute(shown).first():
                return False
            said = select(func.count()).select_from(_entries)
            said = said.where(_entries.c.code == seat.code, _entries.c.number == seat.number)
            if not there and connection.execute(said).scalar_one() >= MOST_ENTRIES:
                raise ClassError(f"You have said and done {MOST_ENTRIES} things in this class: that is the most.")
            connection.execute(delete(_entries).where(this))
            row_ = {"code": seat.code, "number": seat.number, "kind": kind, "about": about, "value": document}
            connection.execute(insert(_entries).values(made_at=time.time(), **row_))
        return True

    def entries(self, code: str, *kinds: Kind) -> list[Entry]:
        """Return what the students of a class said and did, of these kinds or of all, in its order."""
        columns = (_entries.c[name] for name in Entry.__dataclass_fields__)
        query = select(*columns).where(_entries.c.code == code).order_by(_entries.c.made_at)
        if kinds:
            query = query.where(_entries.c.kind.in_(kinds))
        return [
            Entry(number, kind, about, json.loads(value), _time(made_at))
            for number, kind, about, value, made_at in self._database.all(query)
        ]

    def begin_run(self, seat: Seat, run_id: str) -> None:
        """Count a run as a student's of this class. Raises ClassError where they have trained too many."""
        mine = [entry for entry in self.entries(seat.code, "run") if entry.number == seat.number]
        if len(mine) >= MOST_RUNS:
            raise ClassError(f"You have trained {MOST_RUNS} runs in this class: that is the most.")
        self.enter(seat, "run", run_id, None)

    def begin_study(self, seat: Seat, study_id: str) -> None:
        """Count a study as a student's of this class. Raises ClassError where they have said and done too much."""
        self.enter(seat, "study", study_id, None)

    def class_of(self, made_id: str) -> str:
        """Return the code of the class that a run or a study was made in; empty where it was made in none."""
        query = select(_entries.c.code).where(_entries.c.kind.in_(get_args(Owned)), _entries.c.about == made_id)
        return self._database.value(query.limit(1)) or ""

    def sweep(self) -> Leaves:
        """Forget the classes that are older than a day; return what their students made, which is to go as well."""
        old = select(_classes.c.code).where(_classes.c.made_at < time.time() - KEPT_FOR)
        with self._database.transaction() as connection:
            return _forget(connection, connection.execute(old).scalars().all())

    def _sit_down(self, code: str, person: str) -> Seat:
        mine = select(_seats).where(_seats.c.code == code, _seats.c.person == person)
        with self._database.transaction() as connection:
            if row := connection.execute(mine).one_or_none():
                return _seat(row)
            taken = connection.execute(select(func.max(_seats.c.number)).where(_seats.c.code == code)).scalar_one() or 0
            if taken >= MOST_SEATS:
                raise ClassError(f"This class is full: it has {MOST_SEATS} students.")
            row_ = {"code": code, "person": person, "number": taken + 1, "page": "", "seen_at": time.time()}
            connection.execute(insert(_seats).values(**row_))
            return _seat(connection.execute(mine).one())

    def _set(self, code: str, **values: Any) -> None:
        self._database.change(update(_classes).where(_classes.c.code == code).values(**values))


def _forget(connection: Connection, codes: Collection[str]) -> Leaves:
    made = select(_entries.c.about).where(_entries.c.code.in_(codes))
    runs, studies = (
        list(connection.execute(made.where(_entries.c.kind == kind)).scalars()) for kind in get_args(Owned)
    )
    for table in (_classes, _seats, _entries, _reveals):
        connection.execute(delete(table).where(table.c.code.in_(codes)))
    forget_session(connection, codes)
    return Leaves(runs, studies)


def made_by(whose: Seat | Literal["outside"], kind: Owned, made_id: Any) -> Any:
    """Return the condition that a run or a study was made by a student in a class, or in no class."""
    query = select(_entries.c.about).where(_entries.c.kind == kind)
    if whose == "outside":
        return made_id.not_in(query)
    return made_id.in_(query.where(_entries.c.code == whose.code, _entries.c.number == whose.number))


def _young(made_at: Any) -> Any:
    return made_at >= time.time() - KEPT_FOR


def _is(code: str, number: int, kind: str, about: str) -> Any:
    one = (_entries.c.code == code) & (_entries.c.number == number)
    return one & (_entries.c.kind == kind) & (_entries.c.about == about)


def _shortened(value: Any) -> Any:
    return value.strip()[:LONGEST] if isinstance(value, str) else value


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _class(row: Any) -> Class:
    return Class(row.code, plan_of(row.plan), row.teacher, _time(row.made_at), row.closed_at is not None)


def _seat(row: Any) -> Seat:
    return Seat(row.code, row.number, row.page, _time(row.seen_at))


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
