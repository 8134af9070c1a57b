"""Text whose terms explain themselves on hover, focus or touch, from the one glossary."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.text.badges import Badge
from genre_core.evaluation.glossary import GLOSSARY

CSS = Path(__file__).with_name("terms.css")


def term(text: str, name: str) -> str:
    """Return text as HTML that shows the glossary's sentence on `name` on hover and focus, and the way to all terms."""
    more = f'<a href="glossary?find={quote(name)}" target="_blank">All terms</a>'
    tip = f'<span class="gl-tip">{escape(GLOSSARY[name])} {more}</span>'
    return _explained(text, GLOSSARY[name], "gl-term", tip=tip)


def terms_line(parts: Sequence[tuple[str, str]], badges: Sequence[Badge] = ()) -> None:
    """Draw one quiet line of (text, glossary term), set apart by dots, and the badges of its numbers."""
    st.html(CSS)
    said = " · ".join(term(text, name) for text, name in parts)
    st.html(f'<p class="gl-line">{" ".join([said, *map(_badge, badges)])}</p>')


def numbers_line(text: str, badges: Sequence[Badge] = ()) -> None:
    """Draw one quiet line of text and the badges of its numbers."""
    st.html(CSS)
    st.html(f'<p class="gl-line">{" ".join([escape(text), *map(_badge, badges)])}</p>')


def terms_table(rows: Sequence[tuple[str, str, str]], caption: str, file: str) -> None:
    """Draw a table of (name, glossary term, value), and a button that downloads it as `file`."""
    lines = "".join(
        f'<tr><th scope="row">{term(name, meaning)}</th><td>{escape(value)}</td></tr>' for name, meaning, value in rows
    )
    st.html(f'<table class="gl-scores" aria-label="{escape(caption)}"><tbody>{lines}</tbody></table>')
    csv_download({"name": [name for name, _, _ in rows], "value": [value for _, _, value in rows]}, file, caption)


def _badge(badge: Badge) -> str:
    return _explained(
        badge.text, badge.meaning, f"gl-term gl-badge {badge.tone}", f'data-help="{escape(badge.meaning)}"'
    )


def _explained(text: str, meaning: str, classes: str, also: str = "", tip: str = "") -> str:
    said = f'tabindex="0" aria-description="{escape(meaning)}" {also}'
    return f'<span class="{classes}" {said}>{escape(text)}{tip}</span>'
