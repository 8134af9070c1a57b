"""The pages, and what stands around each of them."""

import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # streamlit puts only this folder on the path
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard.components import class_strip  # noqa: E402
from dashboard.components.file_names import about  # noqa: E402
from dashboard.components.lesson_panel import lesson_panel  # noqa: E402
from dashboard.components.plot import install_plotly  # noqa: E402
from dashboard.components.safely import safely  # noqa: E402
from dashboard.components.view import choose_view, leave_out  # noqa: E402
from dashboard.services import runs, workers  # noqa: E402
from dashboard.shell import address  # noqa: E402
from dashboard.shell.sidebar import no_sidebar  # noqa: E402
from genre_core.errors import StoreError  # noqa: E402

HERE = Path(__file__).parent
SECTIONS = {
    "": {
        "train": "Train",
        "evaluate": "Evaluate",
        "genres": "Genres",
        "track": "Track",
        "compare": "Compare",
        "report": "Report",
        "data": "Data",
        "runs": "Runs",
    },
    "Studies": {"repeat": "Repeat", "tune": "Tune", "lens": "Split lens"},
    "New tracks": {"predict": "Predict", "listen": "Listen", "ear": "Ear test"},
    "Learn": {"lessons": "Lessons", "classroom": "Class", "glossary": "Glossary"},
}
"""Pages by their names in an address, in the sections of the navigation; the first of them stands at the root."""
PAGES = {name: title for pages in SECTIONS.values() for name, title in pages.items()}
HIDDEN = {"track", "report"}
"""Pages that one comes to by a link."""


def page_file(name: str) -> str:
    """Return the file of a page."""
    return f"views/{name}/page.py"


st.set_page_config(page_title="Genre Lab", page_icon=str(HERE / "icon.svg"), layout="wide")
install_plotly()
st.logo(str(HERE / "logo.svg"), size="large")
with suppress(StoreError):  # the page itself says what is wrong with the store
    class_strip.arrive()
address.read(runs.named)
page = st.navigation(
    {
        section: [
            st.Page(
                page_file(name),
                title=title,
                url_path=name,
                default=name == "train",
                visibility="visible" if name not in HIDDEN and class_strip.allows(name) else "hidden",
            )
            for name, title in pages.items()
        ]
        for section, pages in SECTIONS.items()
    },
    position="top",
)
with safely():
    name = page.url_path or "train"
    class_strip.hold(name)
    class_strip.class_strip()
    leave_out(name)
    workers.linked()  # so that the first training does not wait for them
    about(page.title)
    if not class_strip.allows(name):
        class_strip.not_here(PAGES[name])
    elif lesson_panel(name):
        page.run()
    choose_view(name)
    if page_file(name) not in address.WITH_SETTINGS:
        no_sidebar()
