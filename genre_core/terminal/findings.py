"""Findings about a stored run, as `evaluate` lists it."""

from collections.abc import Mapping, Sequence
from typing import Any

from genre_core.data.dataset import Part
from genre_core.data.sources import load_dataset
from genre_core.errors import DataError
from genre_core.findings.sentences import sentence
from genre_core.store.diagnosed import findings_on
from genre_core.store.run_result import JUDGE, Judge, outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.terminal.text.words import plain


def findings_of(store: RunStore, run: Run, part: Part, judge: Judge = JUDGE) -> list[dict[str, Any]] | None:
    """Return what stands out in a complete run on one part, the most important first; None where its data are gone.

    Of the training part nothing is said: what a network has learned by heart proves nothing.
    """
    if part == "train":
        return []
    try:
        data = load_dataset(run.config.data, store)
    except DataError:
        return None
    seen = outcome_of(store, run, part, data, judge)
    if seen is None:
        return []
    validation = outcome_of(store, run, "validation", data, judge) if part == "test" else None
    found, told = findings_on(store, run, part, data, seen, validation)
    return [{"sentence": plain(sentence(one, told)), **one.to_json(data.genres)} for one in found]


def listed(found: Sequence[Mapping[str, Any]] | None) -> str:
    """Return findings as a person reads them; nothing where there are none."""
    if found is None:
        return "\n\nWhat stands out is unknown: the tracks of this run are no longer stored."
    lines = [f"- {one['sentence']}" for one in found]
    return "\n".join(["\n", "What stands out:", *lines]) if lines else ""
