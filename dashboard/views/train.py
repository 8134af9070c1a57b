"""Train: change a setting, press Train, watch the network learn."""

import time

import streamlit as st

from dashboard import address, controls, forms, sentences, services
from dashboard.components.matrix import live_view, matrix
from dashboard.components.plot import plot
from dashboard.components.ruler import Ruler, bayes_limit, majority, model, ruler
from dashboard.figures.curves import accuracy_figure, loss_figure
from dashboard.figures.network import network_figure
from genre_core.architectures import parameter_count
from genre_core.bayes import BayesLimit
from genre_core.config import ExperimentConfig
from genre_core.errors import DataError
from genre_core.presets import PRESETS
from genre_core.store import Run

POLL_SECONDS = 0.5
PLOT_HEIGHT = 260
FIRST_POINT_SECONDS = 0.4
"""How long a poll that finds no epoch yet goes on looking: the first point then comes as soon as it is there."""


def main() -> None:
    """Draw the page: the answer, the controls, the curves; settings in the sidebar."""
    form = forms.sidebar_settings(PRESETS, services.tables())
    run_id = address.run_id()
    run = services.run(run_id)
    if run_id and run is None:
        st.caption(f":material/link_off: There is no run named {run_id} in this store; it may have been deleted.")
    config, problem = _usable(form)
    poll = POLL_SECONDS if run and run.active else None
    st.fragment(_answer, run_every=poll)(run, config)
    if problem:
        st.error(problem)
    controls.draw(run, config, form.preset.title)
    if run and config:
        _say_what_differs(run, config)
    st.fragment(_charts, run_every=poll)(run, config)


def _usable(form: forms.Form) -> tuple[ExperimentConfig | None, str]:
    """Return the form's configuration if its data can be had, or the sentence why not."""
    if form.config is None:
        return None, ""
    try:
        services.shape(form.config.data)
    except DataError as error:
        return None, str(error)
    return form.config, ""


def _answer(drawn: Run | None, config: ExperimentConfig | None) -> None:
    """Draw the sentence that answers the page's question, and the ruler."""
    run = services.run(drawn.id) if drawn else None
    of = run.config if run else config
    limit = services.limit(of.data) if of else None
    marks = []
    if run:
        epochs = services.store().epochs(run.id)
        headline = sentences.of_run(run, epochs, limit, services.queue(run))
        shown = services.shown_epoch(run, epochs)
        if "majority_accuracy" in run.context:
            marks.append(majority(run.context["majority_accuracy"]))
        if shown:
            marks.append(model(shown.validation_accuracy, sentences.validation_interval(run, shown), "validation"))
    else:
        shape = services.shape(config.data) if config else None
        headline = sentences.before_training(shape, config, limit)
        if shape:
            marks.append(majority(shape.majority))
    if limit:
        marks.append(bayes_limit(limit.accuracy))
    with st.container(key="answer", gap="small"):
        title, badges = (
            st.columns([6, 1], vertical_alignment="center")
            if run and run.context.get("leaky")
            else (st.container(), None)
        )
        title.header(headline.answer)
        if badges:
            badges.badge(
                "leaky",
                color="orange",
                help="Segments of one track stand on both sides of the split, so the score is too good.",
            )
        st.caption(headline.reason)
        ruler(Ruler(tuple(marks)), key="train ruler")


def _charts(drawn: Run | None, config: ExperimentConfig | None) -> None:
    """Draw curves, network and confusions; start the page anew when the run changes its state."""
    run = _fresh(drawn)
    if drawn and run and run.state != drawn.state:
        st.rerun()
    progress = services.progress(run) if run else services.NO_PROGRESS
    of = run.config if run else config
    limit = services.limit(of.data) if of else None
    _curves(run, progress, limit)
    left, right = st.columns(2, gap="medium")
    with left:
        _network(config or of)
    with right:
        _confusions(run, progress)


def _fresh(drawn: Run | None) -> Run | None:
    """Read the run again; while its first epoch is awaited, keep looking for a moment."""
    if drawn is None:
        return None
    deadline = time.monotonic() + FIRST_POINT_SECONDS
    run = services.run(drawn.id)
    while run and run.active and run.epoch == 0 and run.state == drawn.state and time.monotonic() < deadline:
        time.sleep(0.01)
        run = services.run(drawn.id)
    return run


def _curves(run: Run | None, progress: services.Progress, limit: BayesLimit | None) -> None:
    best = run.best_epoch if run else None
    base = run.context.get("majority_accuracy") if run else None
    revision = run.id if run else ""
    loss, accuracy = st.columns(2, gap="medium")
    with loss:
        plot(
            loss_figure(progress.epochs, best, height=PLOT_HEIGHT),
            key="loss",
            height=PLOT_HEIGHT,
            revision=revision,
            alt=sentences.loss_alt(progress.epochs),
        )
    with accuracy:
        figure = accuracy_figure(
            progress.epochs, best, majority=base, bayes=limit.accuracy if limit else None, height=PLOT_HEIGHT
        )
        plot(figure, key="accuracy", height=PLOT_HEIGHT, revision=revision, alt=sentences.accuracy_alt(progress.epochs))


def _network(config: ExperimentConfig | None) -> None:
    if config is None:
        return
    shape = services.shape(config.data)
    hidden = getattr(config.model, "hidden", ())
    weights = parameter_count(config.model, shape.n_features, shape.n_genres)
    dropout = getattr(config.model, "dropout", 0.0)
    figure = network_figure(shape.n_features, hidden, shape.n_genres, dropout, n_parameters=weights)
    plot(figure, key="network", height=PLOT_HEIGHT, alt=sentences.network_alt(config, shape, weights))


def _confusions(run: Run | None, progress: services.Progress) -> None:
    if run is None or progress.matrix is None or progress.shown is None:
        st.markdown("**What it confuses**")
        st.caption("After the first epoch: which genres the validation tracks are taken for.")
        return
    st.markdown(f"**What it confuses** :gray[validation, epoch {progress.shown.epoch} of {len(progress.epochs)}]")
    matrix(live_view(progress.matrix), key="live matrix", compact=True)
    if run.state == "complete":
        address.page_link("views/evaluate.py", "Evaluate on the test part", icon=":material/arrow_forward:")


def _adopt(config: ExperimentConfig) -> None:
    forms.adopt(config, PRESETS)


def _say_what_differs(run: Run, config: ExperimentConfig) -> None:
    """Say where the settings in the sidebar are not those of the run that is shown."""
    text = sentences.what_differs(config, run.config)
    if not text:
        return
    with st.container(key="differs", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/difference: {text}")
        st.button("Use this run's settings", type="tertiary", on_click=_adopt, args=(run.config,))


main()
