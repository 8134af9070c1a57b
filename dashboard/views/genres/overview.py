"""All genres as rulers of recall under each other, the hardest first."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from dashboard.components.folded import folded
from dashboard.components.judged import Judged
from dashboard.components.many_genres import MANY
from dashboard.components.scores import genre_table
from dashboard.shell import address
from dashboard.text.limits import unheard
from dashboard.views.genres.genre_rulers import GenreRuler, genre_rulers
from dashboard.views.genres.text import best_recall, by_difficulty, ruler_text
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.text import GAP, capitalized, told

SHOWN = 20
"""Of many genres, the hardest that are shown at once."""


def draw(judged: Judged) -> None:
    """Draw a ruler for each genre; pressing one opens its page."""
    outcome = judged.outcome
    hardest = by_difficulty(outcome.evaluation)
    shown = hardest[:SHOWN] if len(hardest) >= MANY else hardest
    _rulers(judged, shown, "rulers")
    if rest := hardest[len(shown) :]:
        folded(f"The {len(rest):,} other genres", "other genres", _rulers, judged, rest, "other rulers")
    said = []
    if any(told(score.recall_interval) for score in outcome.evaluation.per_genre):
        said.append(f"the bar is the 95{GAP}% interval of recall")
    if outcome.limit is not None:
        whom = unheard(judged.run.config.data, outcome.unit)
        held = f", judging them as {whom}" if whom else ""
        said.append(f"the dashed line is the recall of the best possible classifier on the same tracks{held}")
    explained = f"{capitalized('; '.join(said))}. " if said else ""
    st.caption(f"{explained}Select a genre to open its page.", help=GLOSSARY["recall"])
    file_name = f"{judged.file_name} genres.csv"
    folded("As a table", "genres as a table", genre_table, outcome.evaluation, f"{judged.part} tracks", file_name)


def _rulers(judged: Judged, genres: Sequence[int], name: str) -> None:
    rows = [_ruler(judged, genre) for genre in genres]
    genre_rulers(rows, f"{judged.file_name} {name}", is_test=judged.part == "test", on_pick=_open)


def _ruler(judged: Judged, genre: int) -> GenreRuler:
    score = judged.outcome.evaluation.per_genre[genre]
    kept = {name: text for name in ("part", "right", "unit") if (text := st.query_params.get(name))}
    query = urlencode({"run": judged.run.id, **kept, "genre": score.genre})
    best = best_recall(judged.outcome, genre)
    text = ruler_text(judged.outcome, genre)
    return GenreRuler(score.genre, score.recall, score.recall_interval, best, text, f"genres?{query}")


def _open(genre: str) -> None:
    address.look(genre=genre, threshold=None, track=None)
