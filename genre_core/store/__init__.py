"""The store: runs, epochs, artifacts, studies and uploaded tables in one database."""

from genre_core.store.members import MemberStore
from genre_core.store.openings import Openings, count_openings, open_test, openings_of
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import (
    DEAD_AFTER,
    Epoch,
    Request,
    Run,
    RunState,
    StoredTable,
    Study,
    StudyState,
    Wish,
)
from genre_core.store.studies import StudyStore

__all__ = [
    "DEAD_AFTER",
    "Epoch",
    "MemberStore",
    "Openings",
    "Request",
    "Run",
    "RunState",
    "RunStore",
    "StoredTable",
    "Study",
    "StudyState",
    "StudyStore",
    "Wish",
    "count_openings",
    "new_run_id",
    "open_test",
    "openings_of",
]
