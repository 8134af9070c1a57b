"""The answers: how much they are worth, a table to filter, files to take away, and how right they are where known."""

from functools import partial
from typing import Any

import streamlit as st

from dashboard.components.judged_elsewhere import judged_elsewhere
from dashboard.components.table import table
from dashboard.shell.address import plain
from dashboard.text.track_names import short_names
from dashboard.theme import count
from dashboard.views.predict import text as sentences
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.judging.predicting.answers import Answers
from genre_core.store.schema import Run
from genre_core.takehome.answers import FORMS, UNKNOWN, written
from genre_core.takehome.naming import file_name

MOST_SHOWN = 1_000
"""Rows in the table on the page, at most; files hold all."""
FIRST = ("track", "answer", "prediction set")
"""Columns for which a phone has room; the genres' probabilities come last."""


def draw_head(found: Answers, threshold: float) -> None:
    """Draw how many tracks are answered, and what the answers are worth."""
    st.header(plain(found.headline(threshold)), anchor=False)
    st.caption(plain(" ".join(found.sentences), longest=1500), help=GLOSSARY["temperature scaling"])


def draw(run: Run, found: Answers, answers: Any) -> None:
    """Draw the table of answers, the files of it, and how right they are."""
    with st.container(key="predict-take", horizontal=True, vertical_alignment="center", gap="small"):
        kept = _filtered(found, answers)
        for ending, media_type in FORMS.items():
            st.download_button(
                {".csv": "CSV", ".parquet": "Parquet"}[ending],
                partial(written, answers, ending),
                f"{file_name(run)} predictions{ending}",
                media_type,
                key=f"predictions{ending}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )
    if kept.num_rows == 0:
        st.caption(f"No {found.whole} is answered so.")
    else:
        _table(kept, found)
    if found.evaluation:
        judged_elsewhere(run, found.evaluation)


def _filtered(found: Answers, answers: Any) -> Any:
    """Draw the choice of answers, and return the rows of the table that have it."""
    import pyarrow.compute as pc

    options = [sentences.EVERY, *found.genres, sentences.UNKNOWN, sentences.WITH_NOTE]
    chosen = st.selectbox("Show", options, key="predict show", label_visibility="collapsed", width=220)
    if chosen == sentences.EVERY:
        return answers
    if chosen == sentences.WITH_NOTE:
        return answers.filter(pc.not_equal(answers["note"], ""))
    return answers.filter(pc.equal(answers["answer"], UNKNOWN if chosen == sentences.UNKNOWN else chosen))


def _table(kept: Any, found: Answers) -> None:
    """Draw the first rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first, shares = kept.slice(0, MOST_SHOWN), ["confidence", *(f"P({genre})" for genre in found.genres)]
    for name in shares:
        first = first.set_column(first.column_names.index(name), name, pc.multiply(first[name], 100.0))
    first = first.set_column(
        first.column_names.index("track"), "track", pa.array(short_names(first["track"].to_pylist()))
    )
    columns: dict[str, Any] = {"note": st.column_config.TextColumn("note", width="large")}
    columns |= {name: st.column_config.NumberColumn(name, format="%.1f %%") for name in shares}
    places = {name: at for at, name in enumerate(FIRST)} | dict.fromkeys(shares[1:], len(first.column_names))
    order = sorted(first.column_names, key=lambda name: places.get(name, len(FIRST)))
    if not any(first["note"].to_pylist()):
        order.remove("note")
    alt = f"The answers for {count(kept.num_rows, found.whole)}."
    table(first.select(order), "predictions", alt, n=first.num_rows, file=None, most=12, columns=columns)
    if kept.num_rows > MOST_SHOWN:
        st.caption(f"The first {MOST_SHOWN:,} of {count(kept.num_rows, found.whole)}. The files hold all of them.")
