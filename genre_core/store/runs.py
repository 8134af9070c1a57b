"""The store is the truth about runs: what is queued, how far each one is, what came out, and the uploaded tables.

States move by compare-and-set, and losing a race is no error: the method returns False (or None).
"""

import secrets
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, Literal, get_args

from sqlalchemy import and_, delete, func, or_, select, update

from genre_core.errors import RunStateError, StoreError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.checkpoints import LATEST, SNAPSHOTS, earlier, kept
from genre_core.store.classes import ClassStore, Seat, made_by
from genre_core.store.clips import ClipStore
from genre_core.store.ear_tests import EarTests
from genre_core.store.gate import read_run, select_runs
from genre_core.store.members import MemberStore, not_a_member
from genre_core.store.notes import NoteStore, forget_note
from genre_core.store.own_words import OwnWords
from genre_core.store.queue import seems_silent
from genre_core.store.saved import clear
from genre_core.store.schema import DEAD_AFTER, LOST, MEASURING, Request, Run, RunState
from genre_core.store.schema import class_entries as _entries
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import members as _members
from genre_core.store.schema import own_words as _own_words
from genre_core.store.schema import runs as _runs
from genre_core.store.studies import StudyStore
from genre_core.store.tables import short
from genre_core.store.test_sets import TestSets
from genre_core.store.working import WorkStore

_BLANK = {"started_at": None, "epoch": 0, "fraction": 0.0, "best_epoch": None, "context": "{}", "summary": "{}"}


@cache
def open_store(url: str) -> "RunStore":
    """Return the store of that address, one for all of this process: for workers, which wait for a server."""
    return RunStore(url, patient=True)


def new_run_id() -> str:
    """Return a fresh name for a run: 10 hex digits."""
    return secrets.token_hex(5)


class RunStore(WorkStore):
    """Runs, epochs, artifacts and tables in one database; share one store between the threads of a process."""

    @cached_property
    def studies(self) -> StudyStore:
        """The studies in the same database."""
        return StudyStore(self)

    @cached_property
    def clips(self) -> ClipStore:
        """The clips of the same database, and what was measured on them."""
        return ClipStore(self)

    @cached_property
    def members(self) -> MemberStore:
        """Which runs of the same database belong to a study."""
        return MemberStore(self)

    @cached_property
    def notes(self) -> NoteStore:
        """Tags and notes of the runs of the same database."""
        return NoteStore(self)

    @cached_property
    def test_sets(self) -> TestSets:
        """The tracks of the test parts in the same database."""
        return TestSets(self)

    @cached_property
    def ear_tests(self) -> EarTests:
        """The ear tests that people took in the same database."""
        return EarTests(self)

    @cached_property
    def own_words(self) -> OwnWords:
        """Paragraphs that people wrote for the reports on runs of the same database."""
        return OwnWords(self)

    @cached_property
    def classes(self) -> ClassStore:
        """The classes of the same database."""
        return ClassStore(self)

    # -- reading -----------------------------------------------------------------------------------------------------

    def run(self, run_id: str) -> Run:
        """Return a run as it stands now. Raises RunStateError where there is no such run."""
        return self._look(self._read(run_id))

    def find(self, run_id: str) -> Run | None:
        """Return a run as it stands now; None where there is no such run."""
        with suppress(RunStateError):
            return self.run(run_id)
        return None

    def runs(
        self,
        limit: int = 200,
        states: Collection[RunState] | None = None,
        *,
        with_members: bool = False,
        whose: Seat | Literal["all", "outside"] = "all",
    ) -> list[Run]:
        """Return the latest runs, newest first; those that belong to a study only where they are asked for.

        `whose` leaves those of a student in a class, or those that belong to no class.
        """
        query = select_runs().order_by(_runs.c.created_at.desc(), _runs.c.id).limit(limit)
        if whose != "all":
            query = query.where(made_by(whose, "run", _runs.c.id))
        if not with_members:
            query = query.where(not_a_member(_runs.c.id))
        if states is not None:
            query = query.where(_runs.c.state.in_(states))
        found = [self._look(read_run(row)) for row in self.mappings(query)]
        return [run for run in found if states is None or run.state in states]

    def runs_of_class(self, code: str, known: Mapping[str, Run] = MappingProxyType({})) -> list[tuple[int, Run]]:
        """Return the runs of a class in the order in which they began, each with the number of its student's seat.

        Of the runs that are `known` by their ids, only those that changed since are read again.
        """
        query = select(_entries.c.number, *(_runs.c[name] for name in ("id", "revision", "state", "heartbeat_at")))
        query = query.join(_runs, _runs.c.id == _entries.c.about).order_by(_entries.c.made_at)
        with self.transaction() as connection:
            there = connection.execute(query.where(_entries.c.code == code, _entries.c.kind == "run")).all()
            changed = [row.id for row in there if not _is_same(known.get(row.id), row)]
            rows = connection.execute(select_runs().where(_runs.c.id.in_(changed))).mappings().all() if changed else ()
        found = {**known, **{run.id: self._look(run) for run in map(read_run, rows)}}
        return [(row.number, found[row.id]) for row in there if row.id in found]

    def runs_of(self, fingerprint: str) -> list[Run]:
        """Return the runs of one configuration, newest first, those that belong to a study with them."""
        query = select_runs().where(_runs.c.fingerprint == fingerprint).order_by(_runs.c.created_at.desc())
        return [self._look(read_run(row)) for row in self.mappings(query)]

    def revision(self, run_id: str) -> int:
        """Return a number that is another one whenever a page would show the run differently.

        Raises RunStateError where there is no such run.
        """
        query = select(_runs.c.revision, _runs.c.state, _runs.c.heartbeat_at).where(_runs.c.id == run_id)
        row = self.one(query)
        if row is None:
            raise _unknown(run_id)
        return self.run(run_id).revision if seems_silent(row.state, row.heartbeat_at) else int(row.revision)

    def queue_position(self, run_id: str) -> int:
        """Return how many runs go before a queued one: those that train at full speed, and those queued earlier.

        A run that is paced lets others in between its epochs, as a study does with all its runs: they don't count.
        """
        queued_at = select(_runs.c.queued_at).where(_runs.c.id == run_id).scalar_subquery()
        earlier = and_(_runs.c.state == "queued", _runs.c.queued_at < queued_at)
        training = and_(
            _runs.c.state == "running", _runs.c.pace == 0.0, _runs.c.heartbeat_at >= self.now() - DEAD_AFTER
        )
        others = (_runs.c.id != run_id, not_a_member(_runs.c.id))
        query = select(func.count()).select_from(_runs).where(or_(earlier, training), *others)
        return int(self.value(query))

    def expected_wait(self, run_id: str, n_workers: int) -> float | None:
        """Estimate the seconds until a queued run starts, from what the last 20 runs took; None before the first."""
        complete = and_(_runs.c.state == "complete", not_a_member(_runs.c.id))
        latest = select(_runs.c.id).where(complete).order_by(_runs.c.finished_at.desc()).limit(20)
        spent = select(func.sum(_epochs.c.seconds).label("seconds")).where(_epochs.c.run_id.in_(latest))
        query = select(func.avg(spent.group_by(_epochs.c.run_id).subquery().c.seconds))
        seconds = self.value(query)
        before = self.queue_position(run_id)
        return None if seconds is None else max(0, before - n_workers + 1) * float(seconds) / n_workers

    def _read(self, run_id: str) -> Run:
        row = self.one(select_runs().where(_runs.c.id == run_id))
        if row is None:
            raise _unknown(run_id)
        return read_run(row._mapping)

    def _look(self, run: Run) -> Run:
        """Return a run that is called running only while its worker lives, even where that cannot be written down."""
        if not seems_silent(run.state, run.heartbeat_at):
            return run
        try:
            self.reap()
        except StoreError as problem:  # most likely that is also what the worker died of
            when = "while it measured the clips" if MEASURING in run.context else f"in epoch {run.epoch + 1}"
            error = f"Its worker was lost {when}. {problem}"
            return replace(run, state="failed", stopped_because=LOST, error=error, finished_at=run.heartbeat_at)
        return self._read(run.id)

    def checkpoint_before(self, run: Run, epoch: int) -> bytes | None:
        """Return the latest checkpoint that is kept of a run and was taken within or after one of its first epochs.

        A paused run keeps what it goes on from, too.
        """
        if run.state == "paused" and run.epoch + (run.fraction > 0) <= epoch:
            return self.artifact(run.id, LATEST)
        with self.transaction() as connection:
            return earlier(connection, run.id, epoch)

    def snapshots(self, run_id: str) -> list[int]:
        """Return the epochs of which a run has a snapshot of its network, in order."""
        with self.transaction() as connection:
            return list(kept(connection, SNAPSHOTS, run_id))

    def snapshot(self, run_id: str, epoch: int) -> bytes | None:
        """Return the weights that a run's network had after an epoch, in half precision; None where it left none."""
        return self.artifact(run_id, f"{SNAPSHOTS.name}{epoch}")

    # -- what a person does ------------------------------------------------------------------------------------------

    def submit(self, run_id: str, config: ExperimentConfig, name: str = "", pace: float = 0.0) -> bool:
        """Queue a new run; False if there is one of that id already, as after a double click."""
        return self._queue.add(id=run_id, **_new(run_id, config, name, pace))

    def begin(self, run_id: str, config: ExperimentConfig, name: str = "") -> bool:
        """Add a run that its caller finishes at once, as attempt 1, so that no worker takes it; False as `submit`."""
        begun = {"state": "running", "started_at": time.time(), "heartbeat_at": self.now()}
        return self._queue.add(id=run_id, **_new(run_id, config, name, 0.0) | begun)

    def request(self, run_id: str, request: Request, attempt: int | None = None) -> bool:
        """Say what a queued or running run shall do next; False if it is neither, or another attempt than asked for."""
        where = () if attempt is None else (_runs.c.attempt == attempt,)
        return self._queue.move(run_id, ("queued", "running"), *where, request=request)

    def set_pace(self, run_id: str, pace: float) -> bool:
        """Set the least seconds that each epoch shall take, 0.0 for as fast as it can."""
        return self._queue.move(run_id, get_args(RunState), pace=float(pace))

    def watch(self, run_id: str) -> None:
        """Say that somebody watches the network of an unfinished run: for a while, its epochs leave snapshots."""
        unfinished = ("queued", "running", "paused")
        watched = update(_runs).where(_runs.c.id == run_id, _runs.c.state.in_(unfinished))
        self.change(watched.values(watched_at=self.now()))

    def rename(self, run_id: str, name: str) -> bool:
        """Give a run another name; False if there is no such run or the name is empty."""
        return bool(short(name)) and self._queue.move(run_id, get_args(RunState), name=short(name))

    def delete(self, run_id: str) -> bool:
        """Forget a run and all that it saved; a worker that trains it stops. False if there is no such run."""
        with self.transaction() as connection:
            found = connection.execute(delete(_runs).where(_runs.c.id == run_id)).rowcount > 0
            for table in (_members, _own_words):
                connection.execute(delete(table).where(table.c.run_id == run_id))
            forget_note(connection, run_id)
            clear(connection, run_id)
        return found

    def requeue(
        self, run_id: str, states: Collection[RunState], request: Request = "continue", *, anew: bool = False
    ) -> int | None:
        """Queue a run again if it is in one of `states`; return its new attempt or None. `anew` forgets its epochs."""
        with self.transaction() as connection:
            changes = {"request": request, "queued_at": time.time(), **(_BLANK if anew else {})}
            attempt = self._queue.requeue(connection, run_id, states, **changes)
            if attempt is not None and anew:
                clear(connection, run_id)
        return attempt

    def hold(self, run_id: str) -> bool:
        """Pause a run that is still queued."""
        return self._queue.move(run_id, ("queued",), **self._queue.no_end, state="paused")

    def cancel(self, run_id: str) -> bool:
        """End a run that waits and has no epoch to keep; False if it is not such a one."""
        waits = ("queued", "paused")
        return self._queue.move(run_id, waits, _runs.c.epoch == 0, state="cancelled", finished_at=time.time())


def _is_same(known: Run | None, row: Any) -> bool:
    """Say whether a run that is known stands as it did, by its row."""
    return known is not None and known.revision == row.revision and not seems_silent(row.state, row.heartbeat_at)


def _new(run_id: str, config: ExperimentConfig, name: str, pace: float) -> dict[str, Any]:
    """Return the row of a run that has not begun."""
    new = {"name": short(name) or run_id, "config": config.model_dump_json(), "fingerprint": config.fingerprint}
    return {**new, "request": "continue", "pace": float(pace), "queued_at": time.time(), **_BLANK}


def _unknown(run_id: str) -> RunStateError:
    return RunStateError(f"There is no run {run_id[:40]} in this store: it was deleted, or the link is from elsewhere.")
