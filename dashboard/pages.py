"""The pages, and what stands around each of them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # streamlit puts only this folder on the path
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard.components.file_names import about  # noqa: E402
from dashboard.components.lesson_panel import lesson_panel  # noqa: E402
from dashboard.components.plot import install_plotly  # noqa: E402
from dashboard.components.safely import safely  # noqa: E402
from dashboard.services import runs, workers  # noqa: E402
from dashboard.shell import address  # noqa: E402

HERE = Path(__file__).parent

st.set_page_config(page_title="Genre Lab", page_icon=str(HERE / "icon.svg"), layout="wide")
install_plotly()
st.logo(str(HERE / "logo.svg"), size="large")
address.read(runs.named)
page = st.navigation(
    [
        st.Page("views/train/page.py", title="Train", url_path="train", default=True),
        st.Page("views/evaluate/page.py", title="Evaluate", url_path="evaluate"),
        st.Page("views/genres/page.py", title="Genres", url_path="genres"),
        st.Page("views/listen/page.py", title="Listen", url_path="listen"),
        st.Page("views/track/page.py", title="Track", url_path="track", visibility="hidden"),
        st.Page("views/compare/page.py", title="Compare", url_path="compare"),
        st.Page("views/repeat/page.py", title="Repeat", url_path="repeat", visibility="hidden"),
        st.Page("views/report/page.py", title="Report", url_path="report", visibility="hidden"),
        st.Page("views/tune/page.py", title="Tune", url_path="tune"),
        st.Page("views/lens/page.py", title="Split lens", url_path="lens"),
        st.Page("views/data/page.py", title="Data", url_path="data"),
        st.Page("views/runs/page.py", title="Runs", url_path="runs"),
        st.Page("views/lessons/page.py", title="Lessons", url_path="lessons"),
        st.Page("views/glossary/page.py", title="Glossary", url_path="glossary", visibility="hidden"),
    ],
    position="top",
)
with safely():
    workers.warm()
    about(page.title)
    if lesson_panel(page.url_path or "train"):
        page.run()
