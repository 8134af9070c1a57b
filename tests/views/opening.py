"""Pages opened without a browser, over a store of their own and without a cluster."""

import json
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.services import datasets, workers
from genre_core.store.runs import RunStore
from tests.views.wording import unexplained

APP = Path(__file__).resolve().parents[2] / "dashboard" / "pages.py"
known_limit = cache(datasets.bayes_limit)
"""The limits of generated tracks, which no store changes."""


@contextmanager
def own_store(folder: Path):
    """Give a fresh store, which the pages use as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_LAB_STORE", f"sqlite:///{folder / 'store.sqlite'}")
        patch.setattr(workers, "linked", lambda: workers.Linking(Future()))  # workers that are still starting
        patch.setattr(datasets, "bayes_limit", known_limit)
        st.cache_resource.clear()
        try:
            yield RunStore()
        finally:  # a test that fails leaves its store to no other
            workers.store().close()
            st.cache_resource.clear()


def track_named(run_id: str, row: int) -> str:
    """Return what an address calls a row of a run's data."""
    return datasets.dataset(workers.store().run(run_id).config.data).address_of(int(row))


def opened(view: str, state: Mapping[str, Any] = MappingProxyType({}), /, **params: Any) -> AppTest:
    """Open a page of the app (`views/runs/page.py`) with these parameters, dots written as __; `track` may be a row.

    The session begins with `state`.
    """
    page = AppTest.from_file(APP, default_timeout=60)
    for name, value in state.items():
        page.session_state[name] = value
    # Before its first run AppTest looks a page up by the name of its file, which is `page.py` for all of them.
    page._page_hash = calc_hash(Path(view).parent.name)
    for name, text in params.items():
        of = params.get("run") or params.get("runs", "").split(",")[0]
        page.query_params[name.replace("__", ".")] = text if isinstance(text, str) else track_named(of, text)
    page.run()
    assert not page.exception, [item.message for item in page.exception]
    assert not (words := unexplained(page)), f"the glossary has no sentence on {words}"
    return page


def drawn(page: AppTest, key: str) -> dict[str, Any]:
    """Return the data of a component of ours."""
    found = [json.loads(item.proto.json) for item in page.get("bidi_component") if item.proto.id.endswith(f"-{key}")]
    assert len(found) == 1, key
    return found[0]


def texts(page: AppTest) -> str:
    """Return all that a page says in sentences."""
    said = [item.value for kind in (page.header, page.caption, page.markdown) for item in kind]
    for part in (json.loads(item.proto.json) for item in page.get("bidi_component")):
        if "kind" in part and "text" in part:
            said.append(f"{part['text']} {part.get('note', '')}")
        rows = part.get("rows")
        said += [row["reason"] for row in rows if "reason" in row] if isinstance(rows, list) else []
    return " ".join(said).replace("\\", "")


def panel(page: AppTest) -> dict[str, Any]:
    """Return what the settings in the sidebar are given to draw."""
    state: dict[str, Any] = json.loads(drawn(page, "settings")["state"])
    return state


def press(page: AppTest, label: str) -> AppTest:
    """Press the button of that label."""
    next(button for button in page.button if button.label == label).click()
    page.run()
    assert not page.exception, [item.message for item in page.exception]
    return page
