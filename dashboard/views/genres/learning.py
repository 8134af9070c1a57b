"""How a genre was learned: recall over the epochs, and over the size of the training part."""

import streamlit as st

from dashboard.components.ensembles import members_instead
from dashboard.components.plot import plot
from dashboard.components.safely import refreshing
from dashboard.components.study_page import LOOK_SECONDS, measure_here
from dashboard.components.twin import limits, twin
from dashboard.figures.recalls import recalls_figure
from dashboard.services import histories
from dashboard.shell.address import plain
from dashboard.text.ensembles import NO_CURVE, NO_EPOCHS
from dashboard.views.genres import learning_curve
from dashboard.views.genres.figures import learning_figure
from dashboard.views.genres.one_genre import EVALUATE, OneGenre, link
from dashboard.views.genres.text import before_learning, epochs_sentence, learning_note, learning_sentence
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.studies.learning_curve.config import LearningCurveConfig

HEIGHT = 270


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
        usual = LearningCurveConfig()
        st.caption(before_learning(run, usual.n_repeats * len(usual.shares), usual.n_repeats * sum(usual.shares)))
    config = learning_curve.config_of(run)
    measure_here(learning_curve.STUDIES, config, lambda: learning_curve.learning_curve(run))
    if curve is not None:
        refreshing(_curve, LOOK_SECONDS if curve.study.active else None)(one)


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
