"""Train: change a setting, press Train, watch the network learn."""

import time

import streamlit as st

from dashboard import address, controls, forms, services
from dashboard.components.matrix import live_view, matrix
from dashboard.components.plot import plot
from dashboard.components.ruler import Mark, Ruler, bayes_limit, majority, model, ruler
from dashboard.components.safely import refreshing
from dashboard.components.tables import epoch_table, matrix_table
from dashboard.figures.curves import accuracy_figure, loss_figure
from dashboard.figures.network import network_figure
from dashboard.sentences import train as sentences
from dashboard.theme import count
from genre_core.architectures import parameter_count
from genre_core.config import ExperimentConfig
from genre_core.errors import DataError, RunStateError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.presets import PRESETS
from genre_core.store import Run

PLOT_HEIGHT = 250
FIRST_POINT_SECONDS = 0.4
"""How long a poll that finds no epoch yet goes on looking: the first point then comes as soon as it is there."""


def main() -> None:
    """Draw the page: the answer, the controls, the curves; settings in the sidebar.

    Each part has its own container, drawn in every state, so that nothing moves when the state changes.
    """
    form = forms.sidebar_settings(PRESETS, services.tables())
    run, missing = _looked_at()
    config, problem = _usable(form)
    # What polls is one part of the page, drawn last; the style sheet puts its answer above the controls
    # and its progress beside them.
    with st.container(key="train-page", gap="small"):
        with st.container(key="train-notes", gap=None):
            for note in filter(None, (missing, problem)):
                st.caption(f":material/error: {address.plain(note)}")
            if unsaved := controls.unsaved():
                st.error(address.plain(unsaved), icon=":material/error:")
        controls.draw(run, config, form.preset.title)
        with st.container(key="train-differs", horizontal=True, vertical_alignment="center", gap="small"):
            if run and config:
                _say_what_differs(run, config)
        with st.container(key="train-live", gap="small"):
            refreshing(_live, services.poll_seconds(run))(run, config)


def _looked_at() -> tuple[Run | None, str]:
    """Return the run that the address names, or the sentence why it cannot be shown."""
    run_id = address.run_id()
    if run_id is None:
        return None, ""
    try:
        run = services.store().run(run_id)
        _ = run.config  # a run of another version cannot be read
    except RunStateError as error:
        return None, str(error)
    return run, ""


def _usable(form: forms.Form) -> tuple[ExperimentConfig | None, str]:
    """Return the form's configuration if its data can be had, or the sentence why not."""
    if form.config is None:
        return None, ""
    try:
        services.shape(form.config.data)
    except DataError as error:
        return None, str(error)
    return form.config, ""


def _live(drawn: Run | None, config: ExperimentConfig | None) -> None:
    """Draw the answer and the charts; start the page anew when the run is not what its buttons were drawn for."""
    run = _fresh(drawn)
    if drawn and (run is None or _phase(run) != _phase(drawn)):
        st.rerun()
    progress = services.progress(run) if run else services.NO_PROGRESS
    _answer(run, progress, config)
    with st.container(key="train-progress"):
        if run:
            st.progress(services.done(run), text=sentences.time_left(run, progress.epochs), width=260)
        elif config:
            st.progress(0.0, text=f"{count(config.train.max_epochs, 'epoch')} at most", width=260)
    with st.container(key="train-charts", gap="small"):
        _charts(run, progress, config)


def _answer(run: Run | None, progress: services.Progress, config: ExperimentConfig | None) -> None:
    """Draw the sentence that answers the page's question, how far it is, and the ruler."""
    of = run.config if run else config
    limit = services.limit(of.data) if of else None
    if run:
        headline = sentences.of_run(run, progress.epochs, limit, services.queue(run), progress.macro_f1)
    else:
        headline = sentences.before_training(services.shape(config.data) if config else None, config, limit)
    leaky = bool(run and run.context.get("leaky") and progress.shown)
    with st.container(key="answer", gap="xsmall"):
        st.header(
            headline.answer + (" :orange-badge[leaky]" if leaky else ""),
            anchor=False,
            help=GLOSSARY["leaky"] if leaky else None,
        )
        st.caption(headline.reason, help=GLOSSARY["macro-F1"] if "Macro-F1" in headline.reason else None)
        ruler(Ruler(tuple(_marks(run, progress, of, limit.accuracy if limit else None))), key="train ruler")


def _phase(run: Run) -> tuple[str, int]:
    """Return what buttons depend on: waiting and running have the same ones."""
    return ("active" if run.active else run.state), run.attempt


def _marks(
    run: Run | None, progress: services.Progress, of: ExperimentConfig | None, limit: float | None
) -> list[Mark]:
    base = _majority(run, of)
    marks = [] if base is None else [majority(base)]
    if run and progress.shown:
        interval = sentences.validation_interval(run, progress.shown)
        marks.append(model(progress.shown.validation_accuracy, interval, "validation"))
    return marks if limit is None else [*marks, bayes_limit(limit)]


def _majority(run: Run | None, of: ExperimentConfig | None) -> float | None:
    """Return the majority baseline on validation, or among all tracks before they are split."""
    if run and "majority_accuracy" in run.context:
        return float(run.context["majority_accuracy"])
    try:
        return services.shape(of.data).majority if of else None
    except DataError:  # a run whose table was deleted since
        return None


def _charts(run: Run | None, progress: services.Progress, config: ExperimentConfig | None) -> None:
    """Draw the curves, the network, the confusions, and the same as tables."""
    _curves(run, progress, run.config if run else config)
    left, right = st.columns(2, gap="medium")
    with left:
        _network(config or (run.config if run else None))
    with right, st.container(key="confusions", gap="small"):
        _confusions(run, progress)
    if run:
        _tables(run, progress)


def _fresh(drawn: Run | None) -> Run | None:
    """Read the run again; while its first epoch is awaited and near, keep looking for a moment."""
    if drawn is None:
        return None
    deadline = time.monotonic() + FIRST_POINT_SECONDS
    run = services.run(drawn.id)
    while run and run.epoch == 0 and services.is_next(run) and time.monotonic() < deadline:
        time.sleep(0.01)
        run = services.run(drawn.id)
    return run


def _curves(run: Run | None, progress: services.Progress, of: ExperimentConfig | None) -> None:
    """Draw loss and accuracy by epoch."""
    best = run.best_epoch if run else None
    limit = services.limit(of.data) if of else None
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
            progress.epochs,
            best,
            majority=_majority(run, of),
            bayes=limit.accuracy if limit else None,
            height=PLOT_HEIGHT,
        )
        plot(figure, key="accuracy", height=PLOT_HEIGHT, revision=revision, alt=sentences.accuracy_alt(progress.epochs))


def _network(config: ExperimentConfig | None) -> None:
    if config is None:
        return
    try:
        shape = services.shape(config.data)
    except DataError:  # said above the controls
        return
    hidden = getattr(config.model, "hidden", ())
    weights = parameter_count(config.model, shape.n_features, shape.n_genres)
    dropout = getattr(config.model, "dropout", 0.0)
    figure = network_figure(shape.n_features, hidden, shape.n_genres, dropout, n_parameters=weights)
    plot(figure, key="network", height=PLOT_HEIGHT, alt=sentences.network_alt(config, shape, weights))


def _confusions(run: Run | None, progress: services.Progress) -> None:
    """Draw the validation matrix of the epoch that the page speaks of, and the way to the test part."""
    of = f" :gray[validation, epoch {progress.shown.epoch} of {len(progress.epochs)}]" if progress.shown else ""
    with st.container(key="confusions-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**What it confuses**{of}", help=GLOSSARY["confusion matrix"], width="content")
        if run and run.state == "complete":
            address.page_link("views/evaluate.py", "Evaluate on the test part", icon=":material/arrow_forward:")
    if progress.matrix:
        matrix(live_view(progress.matrix), key="live matrix", compact=True)
    else:
        st.caption("After the first epoch: which genres the validation tracks are taken for.")


def _tables(run: Run, progress: services.Progress) -> None:
    """Draw the same as tables, where someone wants them."""
    opened = st.expander("As a table", key="as a table", type="compact", on_change="rerun")
    if not opened.open:
        return
    with opened:
        left, right = st.columns(2, gap="medium")
        with left:
            epoch_table(progress.epochs, "epoch table", f"{run.id} epochs.csv")
        with right:
            if progress.matrix and progress.shown:
                name = f"{run.id} validation epoch {progress.shown.epoch}.csv"
                matrix_table(progress.matrix, "matrix table", name)


def _adopt(config: ExperimentConfig) -> None:
    forms.adopt(config, PRESETS)


def _say_what_differs(run: Run, config: ExperimentConfig) -> None:
    """Say where the settings in the sidebar are not those of the run that is shown."""
    text = sentences.what_differs(config, run.config)
    if text:
        st.caption(f":material/difference: {text}", width="content")
        st.button("Use this run's settings", type="tertiary", on_click=_adopt, args=(run.config,))


main()
