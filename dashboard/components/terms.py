"""Lines and tables whose words explain themselves: those of the glossary by themselves, badges by what they mean."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.text.badges import Badge


def term(text: str, name: str) -> str:
    """Return text as HTML that is marked with the glossary's sentence on `name`, whatever words it has."""
    return f'<span data-term="{escape(name)}">{escape(text)}</span>'


def numbers_line(text: str, badges: Sequence[Badge] = ()) -> None:
    """Draw one quiet line of text and the badges of its numbers."""
    st.html(f'<p class="gl-line">{" ".join([escape(text), *map(_badge, badges)])}</p>')


def terms_table(rows: Sequence[tuple[str, str, str]], caption: str, file: str) -> None:
    """Draw a table of (name, glossary term, value), and a button that downloads it as `file`."""
    lines = "".join(
        f'<tr><th scope="row">{term(name, meaning)}</th><td>{escape(value)}</td></tr>' for name, meaning, value in rows
    )
    st.html(f'<table class="gl-scores" aria-label="{escape(caption)}"><tbody>{lines}</tbody></table>')
    columns = {"name": [name for name, _, _ in rows], "value": [value for _, _, value in rows]}
    csv_download(columns, file, caption, "Scores as CSV")


def _badge(badge: Badge) -> str:
    return f'<span class="gl-badge {badge.tone}" data-help="{escape(badge.meaning)}">{escape(badge.text)}</span>'
