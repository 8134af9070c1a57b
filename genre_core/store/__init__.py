"""The store: runs, epochs, artifacts and uploaded tables in one database."""

from genre_core.store.runs import DEAD_AFTER, RunStore, new_run_id
from genre_core.store.schema import Epoch, Request, Run, RunState, StoredTable, Wish

__all__ = ["DEAD_AFTER", "Epoch", "Request", "Run", "RunState", "RunStore", "StoredTable", "Wish", "new_run_id"]
