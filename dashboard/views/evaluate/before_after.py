"""One table of scores whose columns are ways to look at the same run: as trained, after one scaling, after another."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.components.file_names import named
from dashboard.components.terms import term


@dataclass(frozen=True)
class ScoreRow:
    """A score's name, its term in the glossary, and for each column a value with what stands below it."""

    name: str
    term: str
    values: Sequence[tuple[str, str]]


def before_after(columns: Sequence[str], rows: Sequence[ScoreRow], chosen: int, caption: str) -> None:
    """Draw the table, and a button that downloads it; the column that the picture shows is marked."""
    head = "".join(f'<th scope="col"{_mark(at, chosen)}>{escape(name)}</th>' for at, name in enumerate(columns))
    body = "".join(_row(row, chosen) for row in rows)
    st.html(
        f'<table class="gl-before-after" aria-label="{escape(caption)}">'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    values = {name: [_said(*row.values[at]) for row in rows] for at, name in enumerate(columns)}
    csv_download({"score": [row.name for row in rows], **values}, f"{named('probability scores')}.csv", caption)


def _row(row: ScoreRow, chosen: int) -> str:
    cells = "".join(
        f"<td{_mark(at, chosen)}>{escape(value)}{_small(below)}</td>" for at, (value, below) in enumerate(row.values)
    )
    sub = "" if any(value for value, _ in row.values) else ' class="sub"'
    return f'<tr{sub}><th scope="row">{term(row.name, row.term)}</th>{cells}</tr>'


def _said(value: str, below: str) -> str:
    return f"{value} ({below})" if value and below else value or below


def _small(below: str) -> str:
    return f"<small>{escape(below)}</small>" if below else ""


def _mark(at: int, chosen: int) -> str:
    return ' class="chosen"' if at == chosen else ""
