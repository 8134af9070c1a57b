"""The run looked at, and how to look at another one."""

from collections.abc import Iterable

import streamlit as st

from dashboard.services import runs, workers
from dashboard.shell import address
from dashboard.text.run_names import picker_labels
from genre_core.store.schema import Run

KEY = "run picker"
MOST = 200


def run_picker(current: Run | None, among: Iterable[Run] | None = None) -> None:
    """Draw the list of runs, newest first, each with its state and headline; choosing one puts it into the address."""
    listed = {run.id: run for run in (runs.listed(limit=MOST) if among is None else among)}
    if current is not None:
        listed.setdefault(current.id, current)
    if not listed:
        return
    st.session_state[KEY] = None if current is None else current.id
    texts = run_labels(listed.values())
    st.selectbox(
        "Run",
        list(listed),
        index=0 if current else None,
        format_func=lambda run_id: texts.get(run_id, ""),
        key=KEY,
        placeholder="Choose a run",
        label_visibility="collapsed",
        on_change=_choose,
    )


def run_labels(some: Iterable[Run]) -> dict[str, str]:
    """Return how each of some runs reads in a list to choose from, by its id."""
    return picker_labels(list({run.id: run for run in some}.values()), workers.store().table_names())


def _choose() -> None:
    """Look at the chosen run; the same cell and genre stay chosen where its genres are the same."""
    chosen = runs.run(st.session_state[KEY])
    if chosen is None:
        return
    before = runs.run(address.run_id())
    same = before is not None and before.context.get("genres") == chosen.context.get("genres")
    of_others = {} if same else dict.fromkeys(("cell", "answer", "genre", "merge"))
    address.look(run=chosen.id, track=None, clip=None, **of_others)
