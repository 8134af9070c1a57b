"""Train: change a setting, press Train, watch the network learn."""

from contextlib import suppress

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.file_names import about
from dashboard.components.folded import folded
from dashboard.components.live import Parts, follow_from
from dashboard.components.matrix import matrix, picked
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import chart
from dashboard.components.ruler import ruler
from dashboard.components.safely import refreshing
from dashboard.components.tables import epoch_table, matrix_table
from dashboard.components.tagger import tagger_offer
from dashboard.components.take_home import take_home
from dashboard.components.usable import say_why_not, usable
from dashboard.components.view import numbers
from dashboard.components.words import words
from dashboard.services import runs, tables, tagger
from dashboard.services.listening import can_listen
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text import train as sentences
from dashboard.text.ensembles import networks_of
from dashboard.views.train import controls, hear_changes, watch, welcome
from dashboard.views.train import live as following
from dashboard.views.train.live import CURVE_HEIGHT, LOW_HEIGHT, NETWORK_HEIGHT
from dashboard.views.train.repeat_menu import repeat_menu
from genre_core.errors import DataError, RunStateError
from genre_core.settings.branches import latest_branch
from genre_core.settings.config import ExperimentConfig
from genre_core.store.schema import Run
from genre_core.takehome.naming import file_name

LIVE_MATRIX, _PICKED = "live matrix", "cell of the live matrix"
TABLE_SECONDS = 1.0
"""How often tables are drawn anew while their run trains."""


def main() -> None:
    """Draw the page: the answer, the controls, the curves; settings in the sidebar.

    Each part has its own container, drawn in every state, so that nothing moves when the state changes.
    """
    form = forms.sidebar_settings(tables.tables(), genres=tables.genres, columns=tables.columns, begins=tables.begins)
    run, missing = _looked_at()
    found = usable(form)
    config = found.config
    parts = following.parts(run, config)
    if run:
        about(file_name(run))
    with st.container(key="train-page", gap="small"):
        welcome.draw(run)
        with st.container(key="train-notes", gap=None):
            if missing:
                st.caption(f":material/error: {plain(missing)}")
            if form.config and tagger.lacks_tagger(form.config.data):
                tagger_offer()
            if unsaved := controls.unsaved():
                st.error(plain(unsaved), icon=":material/error:")
        with st.container(key="answer", gap="xsmall"):
            with st.container(key="headline", horizontal=True, vertical_alignment="top", gap="small"):
                words(parts["answer"], "answer words", live="answer")
                if run:
                    controls.remedy(run)
            ruler(parts["ruler"], "train ruler", live="ruler")
        with st.container(key="controls", horizontal=True, vertical_alignment="center", gap="small"):
            controls.draw(run, config)
            words(parts["progress"], "train progress", live="progress", width=180)
        say_why_not(found)
        with st.container(key="train-next", horizontal=True, vertical_alignment="center", gap="small"):
            repeat_menu(config)
            if run and not sentences.why_no_branch(run):
                controls.branch(run, _branch_epochs(run), config.before.epochs if config else 0)
            if run:
                take_home([run])
            if run and run.state == "complete" and run.context.get("leaky"):
                address.page_link(
                    "views/lens/page.py", "How much of the score is leakage?", icon=":material/arrow_forward:"
                )
            if run and config:
                _say_what_differs(run, config)
        _say_branch(run, config)
        if config:
            hear_changes.draw(config)
        numbers(parts["numbers"], live="numbers")
        phone_parts({"curves": "Curves", "network": "Network", "confusions": "Confusions"})
        with st.container(key="train-charts", gap="small"):
            _charts(run, config, parts)
        if run:
            follow_from(run.id, following.followed(run))


def _looked_at() -> tuple[Run | None, str]:
    """Return the run that the address names, or the sentence why it cannot be shown."""
    run_id = address.run_id()
    if run_id is None:
        return None, ""
    try:
        run = runs.find(run_id)
        _ = run.config  # a run of another version cannot be read
    except RunStateError as error:
        return None, str(error)
    return run, ""


def _charts(run: Run | None, config: ExperimentConfig | None, parts: Parts) -> None:
    """Draw the curves, the network, the confusions, and the same as tables."""
    with part("curves"):
        columns = st.columns(2, gap="medium")
    for name, column in zip(("loss", "accuracy"), columns, strict=True):
        with column:
            chart(parts[name], name, height=CURVE_HEIGHT, low=LOW_HEIGHT, revision=run.id if run else "", live=name)
    left, right = st.columns(2, gap="medium")
    with left, part("network"):
        watched = _network(run, config)
    if run and watched:
        with right, part("network", "map"):
            watch.choose_track(run)
            watch.the_map(run)
        right, _ = st.columns(2, gap="medium")
    with right, part("confusions"), st.container(key="confusions", gap="small"):
        _confusions(run, parts)
    if run:
        _tables(run)


def _network(run: Run | None, config: ExperimentConfig | None) -> bool:
    """Draw the network of the run looked at, or the one that Train would train; of an ensemble, one of its kinds.

    Returns whether it is watched, and so drawn with its weights.
    """
    of = run.config if run else config
    if of is None:
        return False
    if watch.opener(run, of) and run:
        watch.drawing(run)
        return True
    members = networks_of(of)
    name = next(iter(members))
    if len(members) > 1:
        name = address_choice("Network of the ensemble", "network", {name: name for name in members})
    with suppress(DataError):  # said above the controls
        chart(following.network(members[name]), "network", height=NETWORK_HEIGHT)
    return False


def _confusions(run: Run | None, parts: Parts) -> None:
    """Draw the validation matrix of the epoch that the page speaks of, and the way to its evaluation."""
    of, chosen = st.session_state.get(_PICKED, ("", ""))
    cell = chosen if run and of == run.id else ""
    with st.container(key="confusions-head", horizontal=True, vertical_alignment="center", gap="small"):
        words(parts["confusions"], "confusions title", live="confusions")
        if run and (run.epoch or run.averages):
            with st.container(horizontal=True, gap="small", width="content"):
                if cell:
                    address.page_link("views/evaluate/page.py", "Its tracks", cell=cell)
                elif run.epoch:
                    address.page_link("views/evaluate/page.py", "Through time", section="epochs")
                if run.state == "complete":
                    address.page_link("views/evaluate/page.py", "Evaluate it", icon=":material/arrow_forward:")
    if "matrix" in parts:
        matrix(
            parts["matrix"]["view"],
            key=LIVE_MATRIX,
            compact=True,
            live="matrix",
            selected=cell,
            on_pick=_pick if run and run.state == "complete" else None,
        )
        if run and run.state == "complete" and can_listen(run):
            address.page_link("views/listen/page.py", "Let it listen to a sound", icon=":material/hearing:")
    else:
        st.caption(sentences.no_confusions(run))


def _pick() -> None:
    """Offer the way to the tracks of the chosen cell: a switch of pages here would leave an empty sidebar there."""
    st.session_state[_PICKED] = address.run_id(), picked(LIVE_MATRIX) or ""


def _tables(run: Run) -> None:
    """Draw the same as tables, where someone wants them."""
    folded("As a table", "as a table", refreshing(_as_tables, TABLE_SECONDS if run.active else None), run.id)


def _as_tables(run_id: str) -> None:
    run = runs.run(run_id)
    if run is None:
        return
    progress = runs.progress(run)
    left, right = st.columns(2, gap="medium")
    with left:
        epoch_table(progress.epochs, "epoch table", f"{file_name(run)} epochs.csv")
    with right:
        if progress.matrix and progress.shown:
            name = f"{file_name(run)} validation epoch {progress.shown.epoch}.csv"
            matrix_table(progress.matrix, "matrix table", name)


def _branch_epochs(run: Run) -> tuple[int, int]:
    """Return the epoch after which a branch is offered, that of the address or the best, and the last possible."""
    last, asked = min(run.epoch, latest_branch(run.config)), st.query_params.get("epoch", "")
    return max(1, int(asked)) if asked.isdecimal() else run.best_epoch or run.epoch, last


def _say_branch(run: Run | None, config: ExperimentConfig | None) -> None:
    """Say where the run that is shown branches, and where the one that Train would train does."""
    planned = config if config and config.before.epochs and (run is None or config != run.config) else None
    if not planned and not (run and run.config.before.epochs):
        return
    with st.container(key="train-branch", horizontal=True, vertical_alignment="center", gap="small"):
        if run and run.config.before.epochs:
            parent = runs.parent(run)
            epochs = [runs.progress(one).epochs if one else () for one in (run, parent)]
            found = sentences.branch_sentence(run.config, plain(parent.name) if parent else "")
            against = sentences.against_parent(run, parent, *epochs)
            st.caption(f":material/call_split: {found} {against}", width="content")
            if parent:
                address.same_page_link("Its parent", "its parent", ":material/arrow_upward:", run=parent.id)
        if planned:
            name = plain(run.name) if run and run.config == planned.parent else ""
            text = sentences.branch_sentence(planned, name, planned=True)
            st.caption(f":material/call_split: {text}", width="content")
            st.button("No branch", type="tertiary", key="no branch", on_click=controls.no_branch, args=(planned,))


def _say_what_differs(run: Run, config: ExperimentConfig) -> None:
    """Say where the settings in the sidebar are not those of the run that is shown."""
    if run.averages or run.config == config.parent:
        return  # it is being branched, and the branch says what differs
    if text := sentences.what_differs(config, run.config):
        with st.popover("Settings changed", icon=":material/difference:", type="tertiary", key=f"differs {run.id}"):
            st.caption(text)
            st.button("Use this run's settings", on_click=forms.adopt, args=(run.config,))


main()
