"""Prediction sets of a run: how often they hold the right genre, how large they are, and for which genres."""

import numpy as np
import streamlit as st

from dashboard.components.cell_tracks import tracks_in
from dashboard.components.judged import Judged
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import plot
from dashboard.components.promise import promise_choice
from dashboard.components.table import COUNT, table
from dashboard.components.tracks import download
from dashboard.components.twin import twin
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.services.prediction_sets import Promise, sets_of
from dashboard.shell.address import plain
from dashboard.theme import spread
from dashboard.views.evaluate.figures import sizes_figure
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.prediction_sets import PredictionSets
from genre_core.evaluation.set_sentences import (
    chance_sentence,
    held_sentence,
    promise_sentence,
    short_sentence,
    size_sentence,
)
from genre_core.store.run_result import told_of

ROWS_SHOWN = 12


def draw(judged: Judged) -> None:
    """Draw the promise that is chosen, what was seen of it, and the sets by size and by genre."""
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        promise = promise_choice()
        found = sets_of(judged.run, judged.part, promise, judge=judged.judge)
        if found is None:
            return
        _answer(judged, found)
        shown = {"Promised": found.rule.level, "Right genre in the set": found.share}
        numbers(numbers_part({**shown, "Genres in a set": f"{found.size:.1f}"}))
        phone_parts({"sizes": "By size", "by-genre": "By genre"})
        with part("sizes"):
            _sizes(judged, found)
    with right, beyond_plain("genres", aside=True), part("by-genre"):
        _genres(judged, found, promise)


def _answer(judged: Judged, found: PredictionSets) -> None:
    said = held_sentence(found, f"{judged.part} {judged.outcome.noun}s")
    st.subheader(plain(said), anchor=False, help=GLOSSARY["prediction set"])
    told = told_of(judged.run, judged.part, judged.data)
    leaky = bool(judged.run.context.get("leaky"))
    sentences = promise_sentence(found.rule, told.genres, told.level, leaky=leaky), chance_sentence(found, judged.part)
    meaning = GLOSSARY["promise by group"] if found.rule.grouped else None
    st.caption(plain(" ".join(filter(None, sentences))), help=meaning)


def _sizes(judged: Judged, found: PredictionSets) -> None:
    said = size_sentence(found)
    alt = f"Sets by the number of genres in them, on {judged.measured}. {said}"
    plot(sizes_figure(found.by_size), key="set sizes", height=250, alt=alt, revision=judged.run.id)
    st.caption(plain(said))
    rows = [
        {"genres in the set": size, "right genre in it": int(held), "right genre not in it": int(missed)}
        for size, (missed, held) in enumerate(found.by_size.tolist(), 1)
    ]
    twin(rows, "set sizes", alt)


def _genres(judged: Judged, found: PredictionSets, promise: Promise) -> None:
    names = judged.outcome.genres
    with st.container(key="sets-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("By genre", anchor=False, help=GLOSSARY["promise by genre"])
        every = np.ones(found.n, dtype=np.bool_)
        tracks = tracks_in(judged.outcome, judged.data, every)
        download(judged, tracks, f"{judged.file_name} prediction sets.csv", promise, "Every set as CSV")
    short = short_sentence(found, names)
    if short:
        st.markdown(plain(short))
    rows = [
        {
            "Genre": names[one.genre],
            "In the set": 100 * one.held / one.n,
            "Interval": spread(one.interval),
            "Set size": one.size,
            "Tracks": one.n,
        }
        for one in found.per_genre
        if one.n
    ]
    number = st.column_config.NumberColumn
    looks = {
        "In the set": number(format="%.1f %%", help="Tracks whose right genre is in their set, with a 95 % interval."),
        "Tracks": number(format=COUNT),
        "Set size": number(format="%.2f", help="The mean number of genres in a set."),
    }
    alt = f"Prediction sets of each genre, on {judged.measured}."
    table(rows, "sets by genre", alt, n=len(rows), most=ROWS_SHOWN, columns=looks, file="prediction sets by genre")
