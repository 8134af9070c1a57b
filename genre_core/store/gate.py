"""The gate before test parts: nothing that a run says of test tracks is read before somebody has opened them.

Whoever reads runs reads them here. A run whose test part is closed has no test scores in its summary, and no answers
for its test tracks.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sqlalchemy import RowMapping, Select, select

from genre_core.data.dataset import PARTS, Part
from genre_core.errors import RunStateError
from genre_core.store.saved import SavedStore
from genre_core.store.schema import UNANSWERED, Run, values_of
from genre_core.store.schema import openings as _openings
from genre_core.store.schema import runs as _runs
from genre_core.training.predictions import Predictions

_OPENED = select(_openings.c.fingerprint).where(_openings.c.fingerprint == _runs.c.fingerprint).exists()


def select_runs(*also: Any) -> Select[Any]:
    """Return the query of all runs as `read_run` reads them, `also` with other columns."""
    return select(*also, _runs, _OPENED.label("opened"))


def read_run(row: RowMapping | Mapping[str, Any]) -> Run:
    """Return the record of a row of `runs`; a row that does not say so is closed, and so is one without answers."""
    values = values_of({"opened": False, **row})
    values["opened"] = bool(values["opened"]) and UNANSWERED not in values["context"]
    values["summary"] = {part: of for part, of in values["summary"].items() if values["opened"] or part != "test"}
    return Run(**values)


def need_open(run: Run, part: Part) -> None:
    """Go on only where a part may be looked at.

    Raises RunStateError where it is the test part, and nobody has opened it.
    """
    if part == "test" and not run.opened:
        raise RunStateError(f"The test part of the run {run.name} is closed: open it first, which is counted.")


def predictions_of(store: SavedStore, run: Run) -> Predictions | None:
    """Return what a run's best weights say of all rows of its data; None where nothing is stored.

    Of test rows that are closed it says nothing: their logits are NaN. So are those of rows that folds or a further
    deal leave out: they are the test part of these settings without folds, which this run's opening does not open.
    """
    saved = store.artifact(run.id, "logits")
    if saved is None:
        return None
    every, split = Predictions.load(saved), run.config.split
    closed = np.zeros(len(every), dtype=np.bool_)
    if not run.opened:
        closed |= every.part == PARTS.index("test")
    if split.folds or split.dealing:
        closed |= every.part == len(PARTS)
    return replace(every, logits=np.where(closed[:, None], np.float32(np.nan), every.logits)) if closed.any() else every
