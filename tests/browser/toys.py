"""Pages that only tests have: the settings form over two pages, and every component in its states."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import streamlit as st

from dashboard.shell import address
from dashboard.shell.forms import MOVES, link, sidebar_settings
from genre_core.settings.names import configure
from tests.browser.gallery import gallery


def train() -> None:
    address.read()
    st.session_state[MOVES] = frozenset({"train.learning_rate"}) if "locked" in st.query_params else None
    form = sidebar_settings({"table": [("ab" * 32, "<img src=x onerror=alert(1)> & co.csv")]})
    train = (form.config or form.preset.config).train
    time.sleep(float(st.query_params.get("slow", 0)))
    st.text(f"rate {train.learning_rate} batch {train.batch_size} optimizer {train.optimizer}")
    st.text(f"run {address.run_id()}")
    st.button("look", on_click=address.look, kwargs={"run": "r1"})
    st.page_link(PAGES[1], label="cell", query_params={"run": "r1", "cell": "1-2"})


def runs() -> None:
    address.read()
    st.text(f"looking at {address.run_id()} cell {getattr(address.selection(8), 'text', None)}")
    if st.button("same settings"):
        said = link(configure({"data.overlap": 0.8, "train.batch_size": 256}))
        st.switch_page(PAGES[0], query_params=said)


PAGES = [st.Page(train, title="Train", url_path="train", default=True), st.Page(runs, title="Runs", url_path="runs")]
ALL = [*PAGES, st.Page(gallery, title="Gallery", url_path="gallery")]

st.set_page_config(layout="wide")
st.navigation(ALL, position="top").run()
