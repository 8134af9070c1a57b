"""Features that set a genre apart in the training part, and features that recognize it."""

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.ensembles import say_whose_features
from dashboard.components.features_meaning import features_meaning
from dashboard.components.has_features import has_features
from dashboard.components.plot import plot
from dashboard.components.twin import twin
from dashboard.services import one_genre
from dashboard.shell.address import plain
from dashboard.theme import count
from dashboard.views.genres.figures import apart_figure, importance_figure
from dashboard.views.genres.one_genre import OneGenre
from dashboard.views.genres.text import apart_sentence, importance_sentence
from genre_core.errors import DataError
from genre_core.evaluation.glossary import GLOSSARY

BY = {"recall": "Recall", "loss": "Log loss"}
ROW, AXIS = 22, 52


def draw(one: OneGenre) -> None:
    """Draw both beside each other, each with its sentence and its table."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("What sets it apart", anchor=False, help=GLOSSARY["standard score"])
        apart_chart(one)
        features_meaning(one.judged.run.config.data, one.judged.data.features)
    with right:
        _rests_on(one)


def apart_chart(one: OneGenre, most: int = 20, *, folded: bool = True) -> None:
    """Draw the features that set a genre apart most in the training part."""
    judged = one.judged
    if not has_features(judged.data, "What sets a genre apart"):
        return
    found = one_genre.sets_apart(judged.run, one.number, clean=judged.clean)
    said = apart_sentence(found, one.name, judged.run.noun)
    if found:
        shown = min(most, len(found))
        key = f"{one.key} apart {most}"
        plot(apart_figure(found, most), key, height=AXIS + ROW * shown, alt=said, revision=key, name="sets it apart")
    st.caption(plain(f"Training part: {said}"))
    say_whose_features(judged.run)
    if found and folded:
        rows = [
            {
                "feature": item.feature,
                "difference": round(item.difference, 4),
                "low": None if item.interval is None else round(item.interval.low, 4),
                "high": None if item.interval is None else round(item.interval.high, 4),
            }
            for item in found
        ]
        twin(rows, f"{one.key} what sets it apart", said, name="sets it apart")


def _rests_on(one: OneGenre) -> None:
    judged = one.judged
    st.subheader("Which features recognize it", anchor=False, help=GLOSSARY["permutation importance"])
    if not has_features(judged.data, "What recognition rests on"):
        return
    try:
        every = one_genre.importances(judged.run, judged.part, judge=judged.judge)
    except DataError as error:  # a run from before weights were stored
        st.caption(plain(str(error)))
        return
    found = every.per_genre[one.number]
    by = address_choice(
        "Lost", "lost", BY, help="Shuffling a feature lowers the recall, and the probability behind it."
    )
    said = importance_sentence(found, one.name, count(every.n, f"{judged.part} {judged.run.noun}"), every.n_repeats)
    if one.score.recall is not None or by == "loss":
        shown = min(20, len(found))
        key = f"{one.key} importance {by}"
        figure = importance_figure(found, by)
        plot(figure, key, height=AXIS + ROW * shown, alt=said, revision=key, name="features it needs")
    st.caption(plain(said))
    rows = [
        {
            "feature": item.feature,
            "recall lost": None if item.recall_drop != item.recall_drop else 100 * item.recall_drop,
            "low": None if item.recall_interval is None else 100 * item.recall_interval.low,
            "high": None if item.recall_interval is None else 100 * item.recall_interval.high,
            "nats lost": round(item.loss_rise, 4),
            "nats low": None if item.loss_interval is None else round(item.loss_interval.low, 4),
            "nats high": None if item.loss_interval is None else round(item.loss_interval.high, 4),
        }
        for item in found
    ]
    twin(rows, f"{one.key} importance", said, ("recall lost", "low", "high"), name="features it needs")
