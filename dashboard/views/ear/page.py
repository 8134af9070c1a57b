"""Ear test: a person answers blind clips, and stands beside the network on the same ones."""

from pathlib import Path

import streamlit as st

from dashboard.services import ear
from dashboard.views.ear import asking, result, set_up

COMPONENTS = Path(__file__).parents[2] / "components"
CSS = (COMPONENTS / "terms.css", COMPONENTS / "judged.css", Path(__file__).with_name("ear.css"))


def main() -> None:
    """Draw the test that the address names: what it asks now, or what came of it; without one how to begin one."""
    for style in CSS:
        st.html(style)
    with st.container(key="ear-page", gap="small"):
        named = st.query_params.get("ear")
        sitting = ear.sitting(named)
        if sitting is None:
            set_up.draw(named)
        elif sitting.at is None:
            result.draw(sitting)
        else:
            asking.draw(sitting, sitting.at)


main()
