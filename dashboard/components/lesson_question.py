"""The question of a step: the fields to predict with, and what came beside what was predicted."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.components.ruler import Mark, Ruler, ruler
from dashboard.shell.address import plain
from dashboard.text import lessons as sentences
from genre_core.lessons.figures import FIGURES, Result, n_tracks_of, sides_of, value_of
from genre_core.lessons.lesson import Cell, Choice, Number, Question
from genre_core.text import capitalized, count

Prediction = float | tuple[int, int]
"""A number, the number of an answer, or a cell of the matrix."""


def prediction_fields(ask: Question, key: str, genres: Sequence[str], noun: str = "track") -> None:
    """Draw the fields for a prediction, which stand in the session at `key`; a cell is of these genres and nouns."""
    match ask:
        case Number():
            st.select_slider(
                ask.text, range(ask.low, ask.high + 1), round((ask.low + ask.high) / 2), key=key,
                format_func=partial(sentences.written, unit=sentences.unit_of(ask)), label_visibility="collapsed",
            )  # fmt: skip
        case Choice():
            st.radio(
                ask.text, range(len(ask.answers)), format_func=ask.answers.__getitem__, index=None, key=key,
                label_visibility="collapsed",
            )  # fmt: skip
        case Cell():
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                for at, label in enumerate((f"{capitalized(noun)}s of", "are taken for")):
                    options, name = range(len(genres)), f"{key} {at}"
                    st.selectbox(label, options, at, key=name, format_func=genres.__getitem__, width=170)


def read_prediction(ask: Question, key: str) -> Prediction | None:
    """Return what the fields say; None, and a message, where that is no prediction yet: for callbacks."""
    if isinstance(ask, Cell):
        true, taken = (int(st.session_state[f"{key} {at}"]) for at in (0, 1))
        if true != taken:
            return true, taken
        st.toast("A confusion needs two different genres.", icon=":material/error:")
    elif (given := st.session_state[key]) is not None:
        return float(given)
    else:
        st.toast("Choose an answer first.", icon=":material/error:")
    return None


def said(ask: Question | None, prediction: Prediction | None, genres: Sequence[str]) -> str:
    """Return a prediction as a person says it."""
    match ask, prediction:
        case Choice(), float():
            return ask.answers[int(prediction)]
        case Number(), float():
            return sentences.written(prediction, sentences.unit_of(ask))
        case Cell(), (int(true), int(taken)):
            return sentences.cell_name(genres, (true, taken))
    return ""


def reveal(ask: Question, predicted: Prediction, result: Result, than: Result | None) -> str | float | None:
    """Draw what came, compared `than` an earlier result if the question is, and return it; None where it is unknown."""
    noun = result.outcome("validation").noun
    if isinstance(ask, Cell):
        assert isinstance(predicted, tuple)
        st.markdown(_plain_but_bold(sentences.cell_reveal(result.matrix, predicted, noun)))
        return sentences.cell_name(result.matrix.genres, sentences.commonest(result.matrix))
    assert isinstance(predicted, float)
    value = value_of(ask.figure, result, than)
    on, sides = count(n_tracks_of(ask.figure, result), f"validation {noun}"), sides_of(ask.figure, result, than)
    came = sentences.what_came(ask, value, on, sides)
    if isinstance(ask, Choice):
        st.markdown(f"{came} {sentences.choice_reveal(ask, int(predicted), value)}")
        return ask.answers[ask.answer(value)] if value == value else None
    st.markdown(f"{came} {sentences.number_reveal(ask, predicted, value)}")
    if sentences.unit_of(ask) == "percent" and not FIGURES[ask.figure].paired and value == value:
        marks = Mark("other", predicted / 100, "your prediction"), Mark("model", value / 100, "what came")
        ruler(Ruler(marks, FIGURES[ask.figure].title), "lesson ruler", height=0)
    return value if value == value else None


def _plain_but_bold(sentence: str) -> str:
    """Return a sentence with genres of data in it, in which only its own bold parts are Markdown."""
    return "**".join(plain(part) for part in sentence.split("**"))
