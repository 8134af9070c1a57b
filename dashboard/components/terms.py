"""Text whose terms explain themselves on hover, focus or touch, from the one glossary."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from genre_core.evaluation.glossary import GLOSSARY


def term(text: str, name: str) -> str:
    """Return text as HTML that shows the glossary's sentence on `name` on hover and focus."""
    meaning = escape(GLOSSARY[name])
    return (
        f'<span class="gl-term" tabindex="0" data-help="{meaning}" aria-description="{meaning}">{escape(text)}</span>'
    )


def terms_line(parts: Sequence[tuple[str, str]]) -> None:
    """Draw one quiet line of (text, glossary term), set apart by dots."""
    st.html('<p class="gl-line">' + " · ".join(term(text, name) for text, name in parts) + "</p>")


def terms_table(rows: Sequence[tuple[str, str, str]], caption: str) -> None:
    """Draw a table of (name, glossary term, value)."""
    lines = "".join(
        f'<tr><th scope="row">{term(name, meaning)}</th><td>{escape(value)}</td></tr>' for name, meaning, value in rows
    )
    st.html(f'<table class="gl-scores" aria-label="{escape(caption)}"><tbody>{lines}</tbody></table>')
