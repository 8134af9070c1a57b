"""For which genres the two runs differ, all genres considered together."""

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.components.file_names import named
from dashboard.components.table import table
from dashboard.shell.address import plain
from dashboard.views.compare import text as sentences
from dashboard.views.compare.chosen import Chosen
from genre_core.evaluation.glossary import GLOSSARY

ROWS_SHOWN = 14


def draw(chosen: Chosen) -> None:
    """Draw recall of each genre for both runs, with the difference, its interval and Holm's p."""
    found = chosen.pair
    rows = [sentences.genre_row(one, found.first, found.second) for one in found.per_genre]
    names = sentences.genre_columns(found.first, found.second)
    st.subheader(f"By genre, on {chosen.nouns}", anchor=False)
    st.caption(plain(sentences.genres_sentence(found), longest=600), help=GLOSSARY["Holm"])
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    table(
        rows,
        "genre differences",
        "Recall of each genre for both runs, the difference with its interval, and its adjusted p.",
        n=len(rows),
        file=None,
        most=ROWS_SHOWN,
        columns={
            names[2]: number(format="%.1f %%"),
            names[3]: number(format="%.1f %%"),
            "difference": text(help="In points of recall, with the 95 % interval for each genre by itself."),
            "p": text(help=f"McNemar's exact test, adjusted. {GLOSSARY['Holm']}"),
        },
    )
    file_name = f"{named('genre differences')}.csv"
    csv_download(sentences.genre_numbers(found), file_name, "genre differences", "Genres as CSV")
