"""Scores of both sides as tables: on the whole, by genre, and for generated music by difficulty."""

import streamlit as st

from dashboard.components.table import table
from dashboard.services import ear
from dashboard.services.ear import Compared
from dashboard.views.ear import text as sentences
from genre_core.ear.sitting import Sitting
from genre_core.judging.ear import N_TRAITS, borrowed_by

HOLM = "p by McNemar's exact test, adjusted for the number of rows (Holm). Few items in a row seldom show anything."
MOST_GENRES = 16


def draw(sitting: Sitting, found: Compared) -> None:
    """Draw the tables."""
    both, noun = found.together, sitting.test.noun
    who = ear.label(sitting)
    rows = [sentences.score_row(who, both.first), sentences.score_row(both.second.name, both.second)]
    st.subheader("All scores", anchor=False)
    table(rows, "ear scores", "Scores of both on the same items, with 95 % intervals.", n=2, file="scores")
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("By genre", anchor=False)
        by_genre = [sentences.share_row("genre", share, who, both.second.name, noun) for share in both.by_genre()]
        alt = f"Rightly answered {noun}s of each genre."
        table(by_genre, "ear genres", alt, n=len(by_genre), most=MOST_GENRES, file="scores by genre")
        st.caption(HOLM)
    bands = both.by_band(borrowed_by(sitting, found.numbers), N_TRAITS)
    if not bands:
        return
    with right:
        st.subheader("By difficulty", anchor=False)
        rows_of = [sentences.share_row("borrowed traits", share, who, both.second.name, noun) for share in bands]
        alt = "Rightly answered clips by the traits they borrow."
        table(rows_of, "ear difficulty", alt, n=len(rows_of), file="scores by difficulty")
        st.caption(sentences.BY_DIFFICULTY)
