"""Arrivals from another store: runs, tables and looks at test parts, put into this one together or not at all."""

import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.ear.sitting import Sitting
from genre_core.errors import StoreError
from genre_core.store.ear_tests import put_sittings
from genre_core.store.openings import Look
from genre_core.store.runs import RunStore
from genre_core.store.saved import put
from genre_core.store.schema import Epoch, RunNote, own_words, run_notes
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import openings as _openings
from genre_core.store.schema import runs as _runs
from genre_core.store.schema import test_sets as _test_sets
from genre_core.store.tables import insert_table

PIECES_FROM = 16 << 20
"""A larger table is stored in pieces."""


class ArrivingTable(NamedTuple):
    """A table as another store has it, its content as Parquet."""

    content_hash: str
    name: str
    parquet: bytes
    n_rows: int
    n_columns: int
    notes: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Answers:
    """A run that is known by its answers: its card, its scores by part, and its logits as they are stored."""

    context: Mapping[str, Any]
    summary: Mapping[str, Any]
    logits: bytes | None = None


@dataclass(frozen=True)
class ArrivingRun:
    """A run as another store has it: the `values` of its row, and what it saved beside it."""

    values: Mapping[str, Any]
    answers: Answers
    epochs: Sequence[tuple[Epoch, bytes]]
    saved: Mapping[str, bytes]
    note: RunNote
    words: Mapping[str, str]


@dataclass(frozen=True)
class Arrivals:
    """All that comes; `answered` are answers of runs that are here already, and had none for their test part.

    `test_sets` are the source of each test part, and which tracks it holds. `configurations` are the fingerprints of
    all runs of an archive, new or not.
    """

    runs: Sequence[ArrivingRun]
    tables: Sequence[ArrivingTable]
    looks: Collection[Look]
    test_sets: Mapping[str, tuple[str, bytes]]
    answered: Mapping[str, Answers]
    configurations: Collection[str]
    ear_tests: Sequence[Sitting] = ()


def put_arrivals(store: RunStore, arrivals: Arrivals) -> int:
    """Put all of it into a store, or nothing; return how many ear tests are new.

    Looks for the configuration of a run that is closed here would open it: they are left out, unless a run of that
    configuration is in the archive.
    Raises StoreError where it cannot be written, or somebody else has put some of it in at the same moment.
    """
    try:
        with store.transaction() as connection:
            for table in arrivals.tables:
                content = table.parquet if len(table.parquet) < PIECES_FROM else io.BytesIO(table.parquet)
                insert_table(connection, **{**table._asdict(), "parquet": content})
            _put_looks(connection, arrivals)
            for run in arrivals.runs:
                _put_run(connection, run)
            for run_id, answers in arrivals.answered.items():
                said = {"context": json.dumps(answers.context), "summary": json.dumps(answers.summary)}
                shown = update(_runs).where(_runs.c.id == run_id).values(revision=_runs.c.revision + 1, **said)
                connection.execute(shown)
                put(connection, run_id, "logits", answers.logits or b"")
            return put_sittings(connection, arrivals.ear_tests)
    except IntegrityError as error:
        raise StoreError("Somebody imported some of these runs just now: import the archive again.") from error


def _put_run(connection: Connection, run: ArrivingRun) -> None:
    of, answers = {"run_id": run.values["id"]}, run.answers
    begun = {"request": "continue", "attempt": 1, "revision": 1, "pace": 0.0, "fraction": 0.0}
    said = {"context": json.dumps(answers.context), "summary": json.dumps(answers.summary)}
    connection.execute(insert(_runs).values({**begun, **run.values, **said}))
    for epoch, predictions in run.epochs:
        connection.execute(insert(_epochs).values({**of, **asdict(epoch), "predictions": predictions}))
    saved = dict(run.saved) if answers.logits is None else {**run.saved, "logits": answers.logits}
    for name, data in saved.items():
        put(connection, run.values["id"], name, data)
    if run.note.tags or run.note.note:
        connection.execute(insert(run_notes).values(**of, tags=json.dumps(run.note.tags), note=run.note.note))
    for section, text in run.words.items():
        connection.execute(insert(own_words).values(**of, section=section, text=text))


def _put_looks(connection: Connection, arrivals: Arrivals) -> None:
    known = set(connection.execute(select(_test_sets.c.test_hash)).scalars())
    for name, (source, marks) in arrivals.test_sets.items():
        if name not in known:
            connection.execute(insert(_test_sets).values(test_hash=name, source=source, marks=marks))
    seen = {tuple(row) for row in connection.execute(select(_openings.c.test_hash, _openings.c.fingerprint))}
    closed = set(connection.execute(select(_runs.c.fingerprint)).scalars()) - {of for _, of in seen}
    closed -= set(arrivals.configurations)
    for look in arrivals.looks:
        if (look.test_hash, look.fingerprint) not in seen and look.fingerprint not in closed:
            connection.execute(insert(_openings).values(look._asdict()))
            same = _runs.c.fingerprint == look.fingerprint
            connection.execute(update(_runs).where(same).values(revision=_runs.c.revision + 1))
