"""Runs: what was trained, which is the best on validation, and what can be done with each."""

import hashlib
from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.components.ensembles import average_button
from dashboard.components.safely import refreshing
from dashboard.services import openings, workers
from dashboard.services.runs import run as find_run
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import runs as sentences
from dashboard.text.badges import is_leaky, noun
from dashboard.theme import percent
from dashboard.views.runs.run_card import run_card
from dashboard.views.runs.studies import study_list
from genre_core.evaluation.glossary import GLOSSARY

POLL_SECONDS = 1.0
MOST = 500
MOST_COMPARED = 6
ROWS_SHOWN, ROW_HEIGHT = 9, 35


def main() -> None:
    """Draw the page: the answer, the list, and the card of the chosen run."""
    runs = workers.store().runs(limit=MOST)
    if not runs:
        st.header("No runs yet.", anchor=False)
        st.caption("A run appears here as soon as you press Train, and stays until you delete it.")
        st.page_link("views/train/page.py", label="Train the first one", icon=":material/arrow_forward:")
        study_list()
        return
    chosen = find_run(address.run_id())
    active = any(run.active for run in runs)
    refreshing(_list, POLL_SECONDS if active else None)(
        [(run.id, run.state) for run in runs], chosen.id if chosen else None
    )
    if chosen:
        run_card(chosen)
    else:
        st.caption("Select a run to see its settings, the command that repeats it, and its actions.")
        st.caption("Select two or more to compare them.")
    study_list()


def _list(drawn: list[tuple[str, str]], chosen: str | None) -> None:
    """Draw the answer and the list; start the page anew when a run comes, goes, changes its state or is chosen."""
    runs = workers.store().runs(limit=MOST)
    looked_at = find_run(address.run_id())
    if [(run.id, run.state) for run in runs] != drawn or (looked_at.id if looked_at else None) != chosen:
        st.rerun()
    tables = workers.store().table_names()
    opened = openings.openings_of(runs)
    rows = [sentences.row(run, tables, opened[run.id]) for run in runs]
    st.header(plain(sentences.answer(rows)), anchor=False)
    st.caption(sentences.caution(rows))
    ids = tuple(run.id for run in runs)
    key = f"runs {hashlib.sha256(repr(ids).encode()).hexdigest()[:12]}"  # rows are chosen by number
    several = _several(chosen, ids)
    st.dataframe(
        _columns(rows),
        hide_index=True,
        height=40 + ROW_HEIGHT * min(len(rows), ROWS_SHOWN),
        row_height=ROW_HEIGHT,
        key=key,
        on_select=partial(_choose, key, ids, several),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(run_id) for run_id in several]}} if several else None,
        column_config=_columns_shown(any(is_leaky(run) or noun(run) == "segment" for run in runs)),
        placeholder="–",
        alt="Runs, newest first: validation scores, test accuracy if opened, settings, data and times.",
    )

    if len(several) > 1:
        label = f"Compare these {len(several)} runs"
        with st.container(key="several-runs", horizontal=True, vertical_alignment="center", gap="small"):
            address.page_link("views/compare/page.py", label, ":material/compare_arrows:", runs=",".join(several))
            average_button([run for run_id in several for run in runs if run.id == run_id])


def _several(chosen: str | None, ids: Sequence[str]) -> list[str]:
    """Return the runs that are chosen, in the order in which they were, the run looked at among them."""
    named = [run_id for run_id in st.query_params.get("runs", "").split(",") if run_id in ids]
    if chosen in named:
        return named
    return [chosen] if chosen is not None and chosen in ids else []


def _choose(key: str, ids: tuple[str, ...], before: Sequence[str]) -> None:
    """Look at the run that was chosen last, and name all that are chosen, to be compared."""
    now = [ids[row] for row in st.session_state[key]["selection"]["rows"]]
    order = [run_id for run_id in before if run_id in now] + [run_id for run_id in now if run_id not in before]
    last = order[-1] if order else None
    if len(order) > 1:
        address.look(run=last, runs=",".join(order[-MOST_COMPARED:]))
    elif "runs" in st.query_params:
        address.look(run=last, runs=None)
    else:
        address.look(run=last)


def _columns(rows: Sequence[sentences.Row]) -> dict[str, list[object]]:
    """Return the list as columns."""
    return {
        "run": [row.run.name for row in rows],
        "state": [sentences.STATES[row.run.state] for row in rows],
        "validation": [
            None if row.accuracy is None else sentences.rate(row.run, row.accuracy, row.interval) for row in rows
        ],
        "macro_f1": [None if row.macro_f1 is None else percent(row.macro_f1) for row in rows],
        "test": [row.test for row in rows],
        "opened": [row.opened for row in rows],
        "settings": [row.settings for row in rows],
        "data": [row.data for row in rows],
        "epochs": [row.run.epoch for row in rows],
        "best": [row.run.best_epoch for row in rows],
        "ago": [row.run.created_at for row in rows],
        "seconds": [row.run.seconds for row in rows],
    }


def _columns_shown(marked: bool) -> dict[str, ColumnConfig]:
    column, score = st.column_config, 196 if marked else 150
    return {
        "run": column.TextColumn("Run", width=206),
        "state": column.TextColumn("State", width=98),
        "validation": column.TextColumn("Validation accuracy", width=score, help="With its 95 % interval."),
        "macro_f1": column.TextColumn("Macro-F1", width=80, help="The mean over genres of F1, on validation."),
        "test": column.TextColumn(
            "Test accuracy", width=score, help="Only for runs whose test part was opened on Evaluate."
        ),
        "opened": column.TextColumn("Opened", width=70, help=GLOSSARY["test opened"]),
        "settings": column.TextColumn(
            "Settings that differ", width=172, help="Settings that differ from the default preset."
        ),
        "data": column.TextColumn("Data", width=118),
        "epochs": column.NumberColumn("Epochs", width=65),
        "best": column.NumberColumn("Best", width=55, help="The best epoch on validation."),
        "ago": column.DatetimeColumn("Made", width=112, format="distance"),
        "seconds": column.NumberColumn("Took", width=75, format="%.1f s"),
    }


main()
