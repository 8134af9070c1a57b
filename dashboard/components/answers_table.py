"""The confusion matrix with a last column for tracks that were not answered."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from genre_core.dataset import IntArray

CSS = Path(__file__).with_name("answers_table.css")


def answers_table(counts: IntArray, genres: Sequence[str], nouns: str) -> None:
    """Draw counts (k, k + 1) of tracks by true genre and answer; the last column, hatched, holds those without one."""
    st.html(CSS)
    answers = [*genres, "don’t know"]
    head = "".join(
        f'<th scope="col"{_class("held" * (j == len(genres)))}>{_name(n)}</th>' for j, n in enumerate(answers)
    )
    highest = [max(1, int(counts.diagonal().max())), _highest_wrong(counts)]
    rows = "".join(
        f'<tr><th scope="row">{_name(genre)}</th>{_cells(counts[i].tolist(), i, highest)}</tr>'
        for i, genre in enumerate(genres)
    )
    st.html(
        f'<div class="gl-answers" tabindex="0" role="region" aria-label="Answers by true genre">'
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="gl-answers-note">{escape(nouns.capitalize())}: a row for each true genre, a column for each '
        "answer.</p>"
    )


def _highest_wrong(counts: IntArray) -> int:
    wrong = counts[:, :-1].copy()
    wrong[range(len(wrong)), range(len(wrong))] = 0
    return max(1, int(wrong.max()))


def _cells(row: list[int], i: int, highest: list[int]) -> str:
    return "".join(
        _cell(n, "held" if j == len(row) - 1 else "right" if i == j else "wrong", highest) for j, n in enumerate(row)
    )


def _cell(n: int, kind: str, highest: list[int]) -> str:
    if kind == "held" or not n:
        return f'<td class="{kind}{" none" * (not n)}">{n:,}</td>'
    heat = round(100 * n / highest[kind == "wrong"])
    return f'<td class="{kind}" style="--heat:{heat}%">{n:,}</td>'


def _name(genre: str) -> str:
    return escape(genre if len(genre) <= 22 else f"{genre[:21]}…")


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
