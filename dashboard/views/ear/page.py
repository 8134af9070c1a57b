"""Ear test: a person answers blind clips, and stands beside the network on the same ones."""

import streamlit as st

from dashboard.services import ear
from dashboard.views.ear import asking, result, set_up


def main() -> None:
    """Draw the test that the address names: what it asks now, or what came of it; without one how to begin one."""
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
