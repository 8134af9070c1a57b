"""All genres as rulers of recall under each other; pressing one chooses its genre."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.picture import pictured
from dashboard.theme import ACCENT, TWINS
from genre_core.evaluation.intervals import Interval
from genre_core.text import told

_mount = pictured(__file__)


@dataclass(frozen=True)
class GenreRuler:
    """One genre: its recall with the interval (None without a track), what the best classifier finds, and its text."""

    genre: str
    recall: float | None
    interval: Interval
    best: float | None
    text: str
    link: str


def genre_rulers(rows: Sequence[GenreRuler], key: str, *, is_test: bool, on_pick: Callable[[str], None]) -> None:
    """Draw a ruler for each genre in the order given; `on_pick` is given the genre that was pressed."""
    shown = [
        {
            "genre": row.genre,
            "recall": row.recall,
            "limits": None if (limits := told(row.interval)) is None else [limits.low, limits.high],
            "best": row.best,
            "text": row.text,
            "link": row.link,
        }
        for row in rows
    ]
    data = {"file": "recall by genre", "rows": shown, "test": is_test, "hue": [ACCENT, TWINS[ACCENT]]}
    _mount(key=key, data=data, on_pick_change=lambda: on_pick(str(st.session_state[key]["pick"])))
