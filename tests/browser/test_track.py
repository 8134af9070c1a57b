"""From a cell to a track's page and back in a real browser, and what the sliders there do at once."""

import re

import numpy as np
import pytest
from safetensors.numpy import load

from genre_core.settings import configure
from genre_core.store import RunStore
from genre_core.worker import execute
from tests.browser.conftest import ROOT, settle

pytestmark = pytest.mark.browser
SMALL = {"data.n_samples": 600, "data.overlap": 3.0, "train.max_epochs": 3, "model.hidden": (32,)}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('track') / 'store.sqlite'}")
    own.submit("small", configure(SMALL), "The small one")
    execute("small", 1, own.url)
    yield own
    own.close()


@pytest.fixture(scope="module")
def url(serve, store):
    return serve(ROOT / "dashboard" / "app.py", GENRE_LAB_STORE=store.url)


@pytest.fixture(scope="module")
def row(store):
    """Return a track of the validation part, by its row in the data."""
    return int(np.flatnonzero(load(store.artifact("small", "logits"))["part"] == 1)[0])


@pytest.fixture(scope="module")
def wrong(store):
    """Return a cell off the diagonal with two tracks or more, as the address writes it."""
    counts = store.run("small").summary["validation"]["confusion_matrix"]
    return next(f"{i}-{j}" for i in range(8) for j in range(8) if i != j and counts[i][j] > 1)


def answer(page):
    return page.locator(".gl-answer .share").all_inner_texts()


def test_from_a_cell_to_a_track_what_if_and_back_to_the_same_place(page, url, wrong):
    page.goto(f"{url}/evaluate?run=small&cell={wrong}")
    table = page.locator('.st-key-cell [data-testid="stDataFrame"]').first
    table.wait_for()
    settle(page)
    box = table.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + 52)
    page.wait_for_url(re.compile(r"track=\d+"))
    came_from = page.url
    page.get_by_role("link", name="Open this track").click()
    page.wait_for_url(re.compile(r"/track\?"))
    page.get_by_text(re.compile(r"^1 of \d+$")).wait_for()
    settle(page)
    before, here = answer(page), page.url
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"what="))
    page.get_by_text("With 1 feature changed").wait_for()
    page.get_by_role("button", name="Try it").last.click()
    page.get_by_text(", no longer ").wait_for()
    assert answer(page) != before
    page.go_back()
    page.get_by_text("With 1 feature changed").wait_for()
    page.go_back()
    page.get_by_text("Move a feature and see").wait_for()
    assert page.url == here
    assert answer(page) == before
    page.get_by_role("button", name="Next").click()
    page.get_by_text(re.compile(r"^2 of \d+$")).wait_for()
    page.go_back()
    page.get_by_text(re.compile(r"^1 of \d+$")).wait_for()
    page.go_back()
    page.locator(".st-key-track-head h3").wait_for()
    assert page.url == came_from


def test_nothing_of_a_tracks_page_is_out_of_reach_or_unreadable(page, url, row):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page.goto(f"{url}/track?run=small&track={row}")
    page.get_by_role("heading", name="Nearest training tracks").wait_for()
    settle(page)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        found = axe.Axe().run(page, context=".st-key-track-page", options={"runOnly": ["wcag2a", "wcag2aa"]})
        nodes = [(violation["id"], node["html"]) for violation in found.response["violations"]
                 for node in violation["nodes"]]  # fmt: skip
        assert not nodes, theme
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
