"""Report: what is handed in, a person's own paragraphs in it, and how it looks."""

import streamlit as st

from dashboard.components.judged_head import say_headline
from dashboard.services import runs
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import evaluate_states
from dashboard.views.report import preview, writing
from dashboard.views.report import text as sentences
from genre_core.errors import RunStateError
from genre_core.store.schema import Run
from genre_core.takehome.known import check


def main() -> None:
    """Draw the page: a field for each section beside the report as it is handed in."""
    found = _reported()
    if not found:
        return
    st.header(plain(sentences.answer(found)), anchor=False)
    st.caption(sentences.how(found))
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        writing.draw(found[0])
    with right, st.container(key="report-preview", gap="small"):
        preview.draw(found)


def _reported() -> list[Run]:
    """Return the runs that are reported on, the first of which it is about; none where the page says why."""
    asked = list(dict.fromkeys(st.query_params.get("runs", "").split(","))) if st.query_params.get("runs") else []
    if not asked:
        run_id = address.run_id()
        asked = [run_id] if run_id else []
    found = [run for run in map(runs.run, asked) if run is not None]
    if not asked and (latest := runs.latest_complete()):
        address.look(run=latest.id)
        found = [latest]
    elif not asked or len(found) < len(asked):
        there = {run.id for run in found}
        missing = next((run_id for run_id in asked if run_id not in there), None)
        say_headline(*evaluate_states.no_run(missing, bool(runs.listed(limit=1))))
        return []
    for run in found:
        try:
            check(run, "report")
        except RunStateError as error:
            say_headline(*sentences.none_of(run, str(error)))
            return []
    return found


main()
