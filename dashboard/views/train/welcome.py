"""The first minute: what this is in two sentences, one click that shows it, and the way into the first lesson."""

import streamlit as st

from dashboard.components.browser_memory import browser_memory, end_welcome, is_welcomed
from dashboard.components.lesson_panel import begin_link
from dashboard.components.view import PLAIN, plain_at_first
from dashboard.services import commands
from dashboard.shell import address, forms
from genre_core.errors import StoreError
from genre_core.settings.presets import PRESETS
from genre_core.store.runs import new_run_id
from genre_core.store.schema import Run

_WATCHED, _UNSAVED = "run watched first", "why nothing could be watched"
PACE = "two epochs a second"
ABOUT = (
    "A small network learns to tell genres of music apart, and you see how. "
    "Change anything, let it learn again, and find out how good it really is."
)
LEARNING = (
    "Genre Lab composes 320 clips, measures their sound, and the network learns from them. "
    "The first time, this takes about a minute. The dot on the ruler shows how often it is right."
)
LEARNED = (
    "It has learned. See which genres it confuses: click a cell there to play its clips. "
    "Then predict what a network will do before you let it learn."
)


def draw(run: Run | None) -> None:
    """Draw the welcome of a person who comes for the first time and looks at nothing else than the first example."""
    seen = address.run_seen()
    came_for_it = seen == st.session_state.get(_WATCHED) if seen else not address.settings_named()
    if st.query_params.get("lesson") or not came_for_it:
        return
    browser_memory()
    if is_welcomed():
        return
    plain_at_first()
    with st.container(key="welcome", gap="xsmall"):
        st.markdown(ABOUT if run is None else LEARNING if run.active else LEARNED)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if run is None:
                st.button(
                    "Watch one learn", icon=":material/play_circle:", type="primary", key="watch one learn",
                    on_click=_watch, args=(new_run_id(),), help="Composes music, and a network learns to recognize it.",
                )  # fmt: skip
            if run is not None and run.state == "complete":
                address.page_link("views/evaluate/page.py", "Hear what it confuses", icon=":material/hearing:")
            begin_link("The first lesson", "train")
            st.button("Hide this", key="hide the welcome", type="tertiary", on_click=end_welcome)
        if problem := st.session_state.pop(_UNSAVED, ""):
            st.error(address.plain(problem), icon=":material/error:")


def _watch(run_id: str) -> None:
    preset = PRESETS["music"]
    try:
        commands.train(run_id, preset.config, PACE)
    except StoreError as error:
        st.session_state[_UNSAVED] = f"Nothing was started. {error}"
        return
    st.session_state["pace"], st.session_state[_WATCHED] = PACE, run_id
    address.say_settings({"preset": preset.name, **forms.parameters(preset.config, preset)})
    address.look(run=run_id, cell=None, view=address.view() or PLAIN)
