"""Subject of every section of a genre's page, and links from it that keep what is judged."""

from dataclasses import dataclass

import streamlit as st

from dashboard.components.judged import Judged
from dashboard.shell import address
from genre_core.evaluation.report import GenreScore

EVALUATE, TRACK = "views/evaluate/page.py", "views/track/page.py"


@dataclass(frozen=True, eq=False)
class OneGenre:
    """One genre, counted from 0, of what is judged."""

    judged: Judged
    number: int

    @property
    def name(self) -> str:
        """Return the genre's name."""
        return self.judged.outcome.genres[self.number]

    @property
    def score(self) -> GenreScore:
        """Return its scores."""
        return self.judged.outcome.evaluation.per_genre[self.number]

    @property
    def key(self) -> str:
        """Return what tells its widgets from those of other genres and parts."""
        return f"{self.judged.file_name} genre {self.number}"


def link(page: str, label: str, icon: str | None = None, **looked_at: str | tuple[int, int] | None) -> None:
    """Draw a link to a page that judges the same run on the same part by the same labels, in one Back step."""
    kept = {name: st.query_params.get(name) for name in ("part", "right", "unit")}
    address.page_link(page, address.plain(label), icon, **{**kept, **looked_at})
