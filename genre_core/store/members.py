"""Which runs a study consists of: seeds, folds or trials, each of them a run like any other, with a number from 1.

They are listed under their study and not among the latest runs, and no cluster is sent one by itself: the study's
worker trains them.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from genre_core.store.database import Shelf
from genre_core.store.gate import read_run, select_runs
from genre_core.store.schema import Epoch, Run, RunState
from genre_core.store.schema import artifacts as _artifacts
from genre_core.store.schema import epochs as _epochs
from genre_core.store.schema import losses as _losses
from genre_core.store.schema import members as _members
from genre_core.store.schema import own_words as _own_words
from genre_core.store.schema import run_notes as _notes
from genre_core.store.schema import runs as _runs


class MemberStore(Shelf):
    """The members of the studies of a database."""

    def enrol(self, study_id: str, number: int, run_id: str) -> str:
        """Make a run that is still to be submitted a study's member; return the run that has that number."""
        query = select(_members.c.run_id).where(_members.c.study_id == study_id, _members.c.number == number)
        try:
            with self._database.transaction() as connection:
                found: str | None = connection.execute(query).scalar()
                if found is None:
                    connection.execute(insert(_members).values(study_id=study_id, number=number, run_id=run_id))
        except IntegrityError:  # another worker was faster
            return self.enrol(study_id, number, run_id)
        return found or run_id

    def runs(self, study_id: str, states: Collection[RunState] | None = None) -> dict[int, Run]:
        """Return the runs of a study by their numbers, in order; those that were deleted are left out."""
        query = select_runs(_members.c.number).join(_members, _runs.c.id == _members.c.run_id)
        query = query.where(_members.c.study_id == study_id).order_by(_members.c.number)
        if states is not None:
            query = query.where(_runs.c.state.in_(states))
        rows: list[dict[str, Any]] = [dict(row) for row in self._database.mappings(query)]
        return {row.pop("number"): read_run(row) for row in rows}

    def revision(self, study_id: str) -> int:
        """Return a number that is another one whenever a page would show one of the runs differently."""
        query = select(func.coalesce(func.sum(_runs.c.revision + 1000 * _runs.c.attempt), 0))
        query = query.select_from(_members.join(_runs, _runs.c.id == _members.c.run_id))
        return int(self._database.value(query.where(_members.c.study_id == study_id)))

    def epochs(self, study_id: str) -> dict[int, list[Epoch]]:
        """Return the epochs of each run of a study that has any, by its number, in order."""
        columns = [_epochs.c[name] for name in Epoch.__dataclass_fields__]
        query = select(_members.c.number, *columns).join(_members, _members.c.run_id == _epochs.c.run_id)
        query = query.where(_members.c.study_id == study_id).order_by(_members.c.number, _epochs.c.epoch)
        found: dict[int, list[Epoch]] = {}
        for number, *values in self._database.all(query):
            found.setdefault(number, []).append(Epoch(*values))
        return found

    def beat(self, run_ids: Collection[str]) -> None:
        """Give a sign of life for the members that are in training."""
        alive = update(_runs).where(_runs.c.id.in_(list(run_ids)), _runs.c.state == "running")
        self._database.change(alive.values(heartbeat_at=self._database.now()))

    def delete(self, study_id: str) -> int:
        """Forget a study's runs and all that they saved; return how many there were."""
        own: Any = select(_members.c.run_id).where(_members.c.study_id == study_id)
        with self._database.transaction() as connection:
            for table in (_artifacts, _epochs, _losses, _notes, _own_words):
                connection.execute(delete(table).where(table.c.run_id.in_(own)))
            n_runs = connection.execute(delete(_runs).where(_runs.c.id.in_(own))).rowcount
            connection.execute(delete(_members).where(_members.c.study_id == study_id))
        return n_runs


def not_a_member(run_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that a run stands alone."""
    return ~select(_members.c.run_id).where(_members.c.run_id == run_id).exists()
