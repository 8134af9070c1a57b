"""The run looked at, and how to look at another one."""

import streamlit as st

from dashboard.services import runs, workers
from dashboard.shell import address
from dashboard.text.badges import is_leaky
from dashboard.text.runs import STATES, about_labels
from dashboard.theme import percent
from genre_core.store.schema import Run

KEY = "run picker"
MOST = 200


def run_picker(current: Run | None) -> None:
    """Draw the list of runs, newest first, each with its state and headline; choosing one puts it into the address."""
    listed = {run.id: run for run in workers.store().runs(limit=MOST)}
    if current is not None:
        listed.setdefault(current.id, current)
    if not listed:
        return
    if current is not None:
        st.session_state[KEY] = current.id
    st.selectbox(
        "Run",
        list(listed),
        index=0 if current else None,
        format_func=lambda run_id: label(listed[run_id]),
        key=KEY,
        placeholder="Choose a run",
        label_visibility="collapsed",
        on_change=_choose,
    )


def label(run: Run) -> str:
    """Return a run's name with its state, and its validation accuracy once it is complete."""
    found = run.summary.get("validation")
    if run.state == "complete" and found:
        mark, of = "leaky " if is_leaky(run) else "", "of labels, " if about_labels(run) else ""
        return f"{run.name} · {mark}{percent(found['accuracy'])} {of}validation · {run.id[:4]}"
    return f"{run.name} · {STATES[run.state]} · {run.id[:4]}"


def _choose() -> None:
    """Look at the chosen run; the same cell and genre stay chosen where its genres are the same."""
    chosen = runs.run(st.session_state[KEY])
    if chosen is None:
        return
    before = runs.run(address.run_id())
    same = before is not None and before.context.get("genres") == chosen.context.get("genres")
    address.look(
        run=chosen.id, track=None, **({} if same else {"cell": None, "answer": None, "genre": None, "merge": None})
    )
