"""Result of a search: the winner and its test score, charts, and the table of trials."""

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.live import Parts
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import chart
from dashboard.components.safely import refreshing
from dashboard.components.table import table
from dashboard.components.view import beyond_plain, numbers
from dashboard.components.words import words
from dashboard.services import openings, searches
from dashboard.services.searches import Search, UnderWay
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.views.tune import text as sentences
from dashboard.views.tune.live import HEIGHT
from genre_core.studies.tuning.rows import TrialResult

TABLE_SECONDS = 1.0
ORDERS = {"best": "Best first", "newest": "Newest first"}
N_COLUMNS, SLICE_HEIGHT, ROWS = 4, 190, 5
MOST_LETTERS = 1000


def results(found: Search, parts: Parts) -> None:
    """Draw all that a search has come to."""
    with st.container(key="tune-searched"):
        st.caption(plain(sentences.searched(found.config), MOST_LETTERS))
    if failed := sentences.failures(found):
        st.caption(f":material/error: {plain(failed, MOST_LETTERS)}")
    _winner(found)
    numbers(parts["numbers"], live="numbers")
    phone_parts({"best": "Best so far", "trials": "Trials", "settings": "By setting", "together": "Together"})
    left, right = st.columns(2, gap="medium")
    with left, part("best"):
        chart(parts["best"], "search best", height=HEIGHT, revision=found.study.id, live="best")
    with right, beyond_plain("trials", aside=True), part("trials"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader("The trials", anchor=False, width="content")
            address_choice("Order of trials", "order", ORDERS)
        refreshing(_trials, TABLE_SECONDS if found.study.active else None)(found.study.id)
        _open_chosen(found)
    with beyond_plain("settings"):
        with part("settings"):
            _by_setting(found, parts)
        with part("together"):
            _together(found, parts)


def _by_setting(found: Search, parts: Parts) -> None:
    """Draw what each setting did."""
    st.subheader("One setting at a time", anchor=False)
    for start in range(0, len(found.config.space), N_COLUMNS):
        row = found.config.space[start : start + N_COLUMNS]
        for one, column in zip(row, st.columns(max(2, len(row)), gap="small"), strict=False):
            with column:
                name = f"slice {one.name}"
                chart(parts[name], f"search {name}", height=SLICE_HEIGHT, revision=found.study.id, live=name)


def _together(found: Search, parts: Parts) -> None:
    """Draw what all settings did together, and which of them mattered."""
    left, right = st.columns(2, gap="medium")
    with left:
        chart(parts["parallel"], "search parallel", height=HEIGHT + 40, revision=found.study.id, live="parallel")
    with right:
        if sentences.importances_note(found):
            words(parts["decides"], "search decides", live="decides")
        else:
            chart(parts["importances"], "search importances", height=HEIGHT, live="importances")
    with st.expander("In Optuna's own dashboard", type="compact", key="tune-optuna"):
        st.caption(plain(sentences.DASHBOARD.format(found.study.id)))
        st.code(searches.optuna_command(), language=None, wrap_lines=True)


def _winner(found: Search) -> None:
    """Draw what can be done with the winner: use its settings, open its run, reveal its test score."""
    if found.best is None or found.winner_config is None:
        return
    winner = searches.winner(found)
    with st.container(key="tune-winner", horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Use the winner's settings", icon=":material/tune:", key="use winner",
                     help="Open Train with exactly the settings of the best trial."):  # fmt: skip
            settings = forms.link(found.winner_config, origin=found.config.base)
            st.switch_page("views/train/page.py", query_params=settings)
        run = winner.run.id if winner else found.best.runs[0]
        address.page_link("views/evaluate/page.py", "Open the best on Evaluate", icon=":material/analytics:", run=run)
        if winner and not winner.opened.opened:
            st.button("Reveal the winner's test score", icon=":material/lock_open:", key="reveal",
                      on_click=openings.open_test, args=(winner.run.id,), help=sentences.CLOSED)  # fmt: skip
    if found.over and winner is None and found.config.folds:
        st.caption(plain(sentences.NO_FINAL_RUN))
    elif not found.over:
        st.caption(f":material/lock: {plain(sentences.OVER_ONLY)}")


def _trials(study_id: str) -> None:
    found = searches.search(study_id)
    ended = reversed(found.trials) if st.query_params.get("order") == "newest" else found.ranked
    listed: list[TrialResult | UnderWay] = [*reversed(found.under_way), *ended]
    if not listed:
        st.caption("Then the first trials start.")
        return
    chosen, ids = st.query_params.get("run"), [trial.runs[0] if trial.runs else "" for trial in listed]
    number = st.column_config.NumberColumn
    forms_of = {"accuracy": "%.1f %%", "macro-F1": "%.1f %%", "log loss": "%.3f"}
    table(
        [sentences.row(found, trial) for trial in listed],
        f"trials of {study_id}",
        "The trials of this search: state, scores, values tried and epochs.",
        n=len(listed),
        most=ROWS,
        row_height=33,
        columns={name: number(format=form) for name, form in forms_of.items()},
        on_pick=lambda at: address.look(run=None if at is None else ids[at] or None),
        at=ids.index(chosen) if chosen and chosen in ids else None,
        file="trials",
    )
    if note := sentences.uncertainty(found):
        st.caption(plain(note))


def _open_chosen(found: Search) -> None:
    """Draw the way to the run of the chosen trial."""
    chosen = st.query_params.get("run")
    listed: list[TrialResult | UnderWay] = [*found.trials, *found.under_way]
    for trial in listed:
        if chosen and chosen in trial.runs:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**Trial {trial.trial}**", width="content")
                for number, run in enumerate(trial.runs, 1):
                    fold = f", fold {number}" if len(trial.runs) > 1 else ""
                    address.page_link("views/evaluate/page.py", f"Evaluate{fold}", icon=":material/analytics:", run=run)
                address.page_link("views/train/page.py", "Curves on Train", icon=":material/show_chart:", run=chosen)
            return
    st.caption("Select a trial to open its run.")
