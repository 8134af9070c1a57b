"""How a genre was learned: recall over the epochs, and over the size of the training part."""

import streamlit as st

from dashboard.components.ensembles import members_instead
from dashboard.components.plot import plot
from dashboard.components.safely import refreshing
from dashboard.components.study_page import study_progress
from dashboard.components.twin import limits, twin
from dashboard.figures.recalls import recalls_figure
from dashboard.services import histories
from dashboard.shell.address import plain
from dashboard.text.ensembles import NO_CURVE, NO_EPOCHS
from dashboard.text.train import duration
from dashboard.views.genres import learning_curve
from dashboard.views.genres.figures import learning_figure
from dashboard.views.genres.learning_curve import LearningCurve
from dashboard.views.genres.one_genre import EVALUATE, OneGenre, link
from dashboard.views.genres.text import before_learning, epochs_sentence, learning_note, learning_sentence
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.store.schema import Run
from genre_core.studies.learning_curve.config import LearningCurveConfig

HEIGHT, POLL_SECONDS = 270, 1.0


def draw(one: OneGenre) -> None:
    """Draw both beside each other."""
    left, right = st.columns(2, gap="medium")
    with left:
        _epochs(one)
    with right:
        st.subheader("Recall by the size of the training part", anchor=False, help=GLOSSARY["learning curve"])
        _sizes(one)


def _epochs(one: OneGenre) -> None:
    run = one.judged.run
    history = histories.history(run, clean=one.judged.clean)
    if history is None:
        if run.averages:
            st.subheader("Recall by epoch", anchor=False, help=GLOSSARY["epoch"])
            members_instead(run, NO_EPOCHS, "epochs")
        else:
            st.caption("This run did not store its predictions of each epoch.")
        return
    said, key = epochs_sentence(history, one.number, run.best_epoch), f"{one.key} epochs"
    figure = recalls_figure(history, [one.number], run.best_epoch, height=HEIGHT)
    plot(figure, key, height=HEIGHT, alt=said, revision=key, name="recall by epoch")
    st.caption(plain(said, 600))
    link(EVALUATE, "The whole matrix through time", ":material/arrow_forward:", section="epochs")
    rows = []
    for epoch, recall in enumerate(history.recalls[:, one.number].tolist(), 1):
        low, high = limits(history.recall_interval(epoch, one.number))
        rows.append({"epoch": epoch, "recall": 100 * recall if recall == recall else None, "low": low, "high": high})
    twin(rows, f"{one.key} recall by epoch", said, ("recall", "low", "high"), name="recall by epoch")


def _sizes(one: OneGenre) -> None:
    run = one.judged.run
    if run.averages:
        members_instead(run, NO_CURVE, "curve")
        return
    curve = learning_curve.learning_curve(run)
    if curve is None or (curve.study.state in ("failed", "cancelled") and not curve.scores):
        config = LearningCurveConfig()
        n = config.n_repeats * len(config.shares)
        if curve is not None and curve.study.error:
            st.caption(f":material/error: {plain(curve.study.error)}")
        st.caption(before_learning(run, n, config.n_repeats * sum(config.shares)))
    with st.container(key="learning-buttons", horizontal=True, vertical_alignment="center", gap="small"):
        _button(run, curve)
        if curve is not None:
            refreshing(_progress, POLL_SECONDS if curve.study.active else None)(run, curve.study.state)
    if curve is not None:
        refreshing(_curve, POLL_SECONDS if curve.study.active else None)(one)


def _button(run: Run, curve: LearningCurve | None) -> None:
    state, args = curve.study.state if curve else "", (learning_curve.config_of(run),)
    if curve is None or (state in ("failed", "cancelled") and not curve.scores):
        st.button("Measure it", icon=":material/play_arrow:", type="primary", key="measure learning",
                  on_click=learning_curve.STUDIES.ask, args=args)  # fmt: skip
    elif state in ("failed", "cancelled"):
        st.button("Continue", icon=":material/resume:", key="continue", on_click=learning_curve.STUDIES.ask,
                  args=args, help="Measures the missing sizes; those already measured stay.")  # fmt: skip
    elif curve.study.active:
        st.button("Stop", icon=":material/stop:", key="stop learning", on_click=learning_curve.STUDIES.stop,
                  args=args, help="Stop now and keep the sizes measured so far.")  # fmt: skip


def _progress(run: Run, drawn: str) -> None:
    """Say how far the measuring is, and draw the page anew once its state is another."""
    curve = learning_curve.learning_curve(run)
    if curve is None or curve.study.state != drawn:
        st.rerun()
    if curve.study.active:
        left = curve.seconds_left
        n = len(curve.scores)
        text = "waiting for a free worker" if curve.study.state == "queued" else f"{n} of {_total(curve)} trained"
        if curve.study.measuring:
            text = "measuring the clips first"
        text = text if left is None else f"{text}, about {duration(left)} left"
        study_progress(curve.study, curve.done, text, 260)
    elif curve.study.error:
        st.caption(f":material/error: {plain(curve.study.error)}")
    elif curve.study.state == "cancelled":
        st.caption(f"Stopped after {len(curve.scores)} of {_total(curve)}.")


def _total(curve: LearningCurve) -> int:
    return curve.config.n_repeats * len(curve.config.shares)


def _curve(one: OneGenre) -> None:
    curve = learning_curve.learning_curve(one.judged.run)
    if curve is None or not curve.scores:
        return
    noun = one.judged.run.noun
    points, said = curve.points(one.number), learning_sentence(curve, one.number, one.name, noun)
    if points:
        key = f"{one.key} learning"
        plot(learning_figure(points), key, height=HEIGHT - 45, alt=said, revision=key, name="learning curve")
    st.caption(plain(f"{said} {learning_note(curve, bool(one.judged.outcome.about), noun)}", 800))
    rows = [
        {
            f"training {noun}s": point.n,
            "recall": 100 * point.score,
            "low": None if point.interval is None else 100 * point.interval.low,
            "high": None if point.interval is None else 100 * point.interval.high,
            "repeats": point.n_repeats,
        }
        for point in points
    ]
    if rows and not curve.study.active:
        twin(rows, f"{one.key} learning curve", said, ("recall", "low", "high"), name="learning curve")
