"""Runs: what was trained, which is the best on validation, and what can be done with each."""

import hashlib
from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.components.csv_download import csv_download
from dashboard.components.ensembles import average_button
from dashboard.components.safely import refreshing
from dashboard.components.take_home import export_several
from dashboard.services import openings, workers
from dashboard.services.runs import listed, notes_of
from dashboard.services.runs import run as find_run
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import evaluate_states
from dashboard.views.runs import text as sentences
from dashboard.views.runs.arriving import arriving, import_button
from dashboard.views.runs.ear_tests import ear_test_list
from dashboard.views.runs.filtering import HELP
from dashboard.views.runs.run_card import run_card
from dashboard.views.runs.studies import study_list
from dashboard.views.runs.text import Row
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.settings.names import all_settings
from genre_core.text import GAP

POLL_SECONDS = 1.0
MOST = 500
MOST_COMPARED = 6
ROW_HEIGHT, WRAPPING, HEIGHT = 35, 61, 360
"""Of a row of one line, of one whose texts wrap, and of all rows in sight, in pixels: Streamlit wraps above 60."""
FIND, COLUMNS, LONGEST_QUERY = "runs find", "runs columns", 120
FILTER_ICON, PLACEHOLDER = ":material/filter_list:", "Filter: dropout 0, accuracy > 80, a tag …"
SELECT = "Select a run to see its settings and what can be done with it, or several to compare or export them."
SCORE_WIDTH = 154
CLICKED, BROUGHT = "run that was clicked", "run that an address brought"
VALIDATION_HELP = f"With its 95{GAP}% interval. {sentences.BEST} marks the best of several runs on the same tracks."


def main() -> None:
    """Draw the page: the answer, the list, and the card of the chosen run."""
    arriving()
    runs = listed(limit=MOST)
    if not runs:
        st.header("No runs yet.", anchor=False)
        st.caption("A run appears here as soon as you press Train, and stays until you delete it.")
        st.page_link("views/train/page.py", label="Train the first one", icon=":material/arrow_forward:")
        import_button()
        study_list()
        ear_test_list()
        return
    chosen = find_run(address.run_id())
    active = any(run.active for run in runs)
    refreshing(_list, POLL_SECONDS if active else None)(
        [(run.id, run.state) for run in runs], chosen.id if chosen else None
    )
    with st.container(key="runs-next", horizontal=True, vertical_alignment="center", gap="small"):
        if not chosen:
            lost = evaluate_states.no_run(asked, any_runs=True)[0].reason if (asked := address.run_id()) else ""
            st.caption(plain(f"{lost} {SELECT}".strip()), width="content")
        import_button()
    if chosen:
        run_card(chosen)
    study_list()
    ear_test_list()


def _list(drawn: list[tuple[str, str]], chosen: str | None) -> None:
    """Draw the answer and the list; start the page anew when a run comes, goes, changes its state or is chosen."""
    runs = listed(limit=MOST)
    looked_at = find_run(address.run_id())
    if [(run.id, run.state) for run in runs] != drawn or (looked_at.id if looked_at else None) != chosen:
        st.rerun()
    tables, notes = workers.store().table_names(), notes_of(runs)
    every = sentences.rows_of(runs, tables, openings.openings_of(runs), notes)
    query = st.query_params.get("find", "")
    rows = sentences.fitting(every, query)
    st.header(plain(sentences.answer(rows, len(every))), anchor=False)
    st.caption(sentences.caution(rows))
    columns = _tools(rows, query) if len(every) > 1 else sentences.usual_columns(rows)
    if rows:
        _table(rows, columns, chosen)


def _tools(rows: Sequence[Row], query: str) -> list[str]:
    """Draw the filter and the choice of columns; return the columns to show."""
    asked = [name for name in st.query_params.get("columns", "").split(",") if name]
    titles, usual = sentences.column_titles(rows, asked), sentences.usual_columns(rows)
    columns = [name for name in asked if name in titles] or usual
    with st.container(key="runs-tools", horizontal=True, vertical_alignment="center", gap="small"):
        st.session_state[FIND] = query
        st.text_input("Filter", key=FIND, max_chars=LONGEST_QUERY, placeholder=PLACEHOLDER, width=430, icon=FILTER_ICON,
                      label_visibility="collapsed", help=HELP, on_change=_find)  # fmt: skip
        with st.popover("Columns", icon=":material/view_column:", type="tertiary", help="Choose what the list shows."):
            st.session_state[COLUMNS] = columns
            st.multiselect("Columns", list(titles), format_func=lambda name: titles.get(name, name), key=COLUMNS,
                           wrap=True, on_change=_choose_columns, args=(tuple(usual),))  # fmt: skip
            if asked:
                st.button("Usual columns", type="tertiary", key="usual columns", icon=":material/undo:",
                          on_click=address.look, kwargs={"columns": None})  # fmt: skip
        if rows:
            told = sentences.columns(rows, list(dict.fromkeys(["data", *columns])))
            csv_download(told, "Runs.csv", "runs", help="Download the list as it stands.")
    return columns


def _find() -> None:
    address.look(find=st.session_state[FIND].strip() or None)


def _choose_columns(usual: tuple[str, ...]) -> None:
    chosen = tuple(st.session_state[COLUMNS])
    address.look(columns=None if chosen == usual else ",".join(chosen) or None)


def _table(rows: Sequence[Row], columns: Sequence[str], chosen: str | None) -> None:
    """Draw the list; the runs that are chosen in it are looked at, and compared where they are several."""
    row_height = WRAPPING if "apart" in columns or len({row.data for row in rows}) > 1 else ROW_HEIGHT
    rows = _in_sight(rows, chosen, HEIGHT // row_height)
    ids = tuple(row.run.id for row in rows)
    several = _several(chosen, ids)
    shown = repr((ids, columns))  # rows are chosen by number
    labels = sentences.labels(rows)
    key = f"runs {hashlib.sha256(shown.encode()).hexdigest()[:12]}"
    drawn = st.dataframe(
        sentences.columns(rows, columns) | {"run": labels},
        hide_index=True,
        height=40 + min(row_height * len(rows), HEIGHT),
        row_height=row_height,
        key=key,
        on_select=partial(_choose, key, ids, several),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(run_id) for run_id in several]}} if several else None,
        column_config=_columns_shown(rows, columns),
        placeholder="–",
        alt="Runs, newest first: name, validation scores, test accuracy if opened, what differs, data and times.",
    )
    if len(several) > 1:
        marked = sentences.marked(drawn.selection.rows, ids, several)
        label = f"Compare {'these' if len(marked) == len(several) else 'the last'} {len(several)} runs"
        with st.container(key="several-runs", horizontal=True, vertical_alignment="center", gap="small"):
            address.page_link("views/compare/page.py", label, ":material/compare_arrows:", runs=",".join(several))
            named = {row.run.id: row.run for row in rows}
            average_button([named[run_id] for run_id in several])
            export_several([named[run_id] for run_id in marked])


def _in_sight(rows: Sequence[Row], chosen: str | None, n_seen: int) -> list[Row]:
    """Return the rows with the run first that an address brought, not a click, where it would be out of sight."""
    if chosen != st.session_state.get(CLICKED):
        st.session_state[CLICKED] = st.session_state[BROUGHT] = chosen
    brought = next((at for at, row in enumerate(rows) if row.run.id == st.session_state.get(BROUGHT)), 0)
    return list(rows) if brought < n_seen else [rows[brought], *rows[:brought], *rows[brought + 1 :]]


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
    last = st.session_state[CLICKED] = order[-1] if order else None
    if len(order) > 1:
        address.look(run=last, runs=",".join(order[-MOST_COMPARED:]))
    elif "runs" in st.query_params:
        address.look(run=last, runs=None)
    else:
        address.look(run=last)


def _columns_shown(rows: Sequence[Row], columns: Sequence[str]) -> dict[str, ColumnConfig]:
    """Return how the columns are drawn: settings by their titles, as wide as what stands in them."""
    column, known = st.column_config, all_settings()
    titles = {name: title for name, (title, _) in sentences.COLUMNS.items()}
    own = {name: column.Column(known[name].title, help=known[name].help) for name in columns if name in known}
    return own | {
        "run": column.TextColumn("Run", width=186),
        "state": column.TextColumn(titles["state"], width=98),
        "validation": column.TextColumn(titles["validation"], width=SCORE_WIDTH, help=VALIDATION_HELP),
        "macro_f1": column.TextColumn(titles["macro_f1"], width=78, help="The mean over genres of F1, on validation."),
        "test": column.TextColumn(
            titles["test"], width=SCORE_WIDTH, help="Only for runs whose test part was opened on Evaluate."
        ),
        "opened": column.TextColumn(titles["opened"], width=70, help=GLOSSARY["test opened"]),
        "apart": column.TextColumn(
            titles["apart"],
            width=240,
            help="Settings in which the runs shown differ; what most have is left out.",
        ),
        "settings": column.TextColumn(
            titles["settings"], width=210, help="Settings that differ from the default preset."
        ),
        "data": column.TextColumn(titles["data"], width=170),
        "tags": column.ListColumn(titles["tags"], width=150),
        "note": column.TextColumn(titles["note"], width=200),
        "epochs": column.NumberColumn(titles["epochs"], width=65),
        "best": column.NumberColumn(titles["best"], width=90, help="The best epoch on validation."),
        "ago": column.DatetimeColumn(titles["ago"], width=118, format="distance"),
        "seconds": column.NumberColumn(titles["seconds"], width=75, format="%.1f s"),
    }


main()
