"""Glossary: every term that is shown on a screen, with what it means."""

from html import escape

import streamlit as st

from genre_core.evaluation.glossary import GLOSSARY, lookup


def main() -> None:
    """Draw the field to search in, and the terms that hold all its words."""
    st.header("What does this word mean?", anchor=False)
    st.text_input(
        "Search",
        key="find",
        bind="query-params",
        placeholder="recall",
        icon=":material/search:",
        max_chars=120,
        width=320,
    )
    asked = st.session_state["find"]
    found = lookup(asked)
    if not found:
        st.caption("No term and no explanation has all these words. Try fewer, or one alone.")
        return
    st.caption(f"{len(found)} of {len(GLOSSARY)} terms" if asked else f"{len(GLOSSARY)} terms")
    entries = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(GLOSSARY[name])}</dd></div>" for name in found)
    st.html(f'<dl class="gl-glossary">{entries}</dl>')


main()
