"""The list of ear tests that were taken in this browser or came with runs, newest first, each to open."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from dashboard.components.folded import folded
from dashboard.components.table import table
from dashboard.services import ear, runs
from dashboard.shell import address
from dashboard.text.ear_tests import label, result
from dashboard.theme import count
from genre_core.ear.sitting import Sitting

ROWS_SHOWN = 6


def ear_test_list() -> None:
    """Draw the list, folded, where there are any."""
    found = sorted([*ear.own(), *ear.arrived()], key=lambda one: -one.created_at)
    if found:
        folded(count(len(found), "ear test"), "ear tests", _list, found)


def _list(found: Sequence[Sitting]) -> None:
    at = next((number for number, one in enumerate(found) if one.id == st.query_params.get("ear")), None)
    rows = [
        {
            "run": run.name if (run := runs.run(one.test.run)) else "deleted",
            "asked about": one.test.noun + "s",
            "result": result(one),
            "who": ear.label(one),
            "taken": datetime.fromtimestamp(one.created_at),
        }
        for one in found
    ]
    column = st.column_config
    shown = {"run": column.TextColumn("Run that asked"), "taken": column.DatetimeColumn("Taken", format="distance")}
    table(rows, "ear test list", "Ear tests of this browser, and those that came with runs, newest first.", n=len(rows),
          most=ROWS_SHOWN, columns=shown, at=at, file="ear tests",
          on_pick=lambda at: address.look(ear=None if at is None else found[at].id))  # fmt: skip
    if at is None:
        st.caption("Select an ear test to open it, beside any run on the same data.")
        return
    address.page_link("views/ear/page.py", f"Open {label(found[at])}", ":material/arrow_forward:", ear=found[at].id)
