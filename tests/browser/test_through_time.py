"""Through time in a real browser: the scrubber follows a run that trains, plays, and keeps its epoch."""

import re

import numpy as np
import pytest

from genre_core.settings.names import configure
from genre_core.store.heartbeat import Heart
from genre_core.store.schema import Epoch
from tests.browser.conftest import settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

GENRES = ["Rock", "Folk", "Jazz"]
LABELS = np.repeat([0, 1, 2], 40).astype(np.uint8)


@pytest.fixture(scope="module")
def store(lab):
    own = lab.store
    own.submit("growing", configure({"data.n_samples": 400, "data.n_genres": 3}), "The growing one")
    own.claim("growing", 1)
    own.describe("growing", 1, {"genres": GENRES, "n_validation": 120}, {"validation_labels": LABELS.tobytes()})
    with Heart(lambda: own.beat("growing", 1), "growing"):
        yield own


def train(store, epoch):
    """Append an epoch that is right on as many tracks more."""
    predicted = np.where(np.arange(120) % 40 < 5 * epoch, LABELS, (LABELS + 1) % 3).astype(np.uint8)
    store.append("growing", 1, Epoch(epoch, 1.0, 0.4, 1.0, 5 * epoch / 40, 0.001, 0.1, True), predicted.tobytes())


def counts(store, epoch):
    predicted = store.predictions("growing", epoch).astype(int)
    return np.bincount(LABELS.astype(int) * 3 + predicted, minlength=9).tolist()


def stands(page, store, epoch, last):
    """Wait until the slider and the matrix show an epoch."""
    slider = page.get_by_role("slider", name="Epoch")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(rf"^epoch {epoch} of {last}: "))
    expect(page.locator(".st-key-through-time td.cell")).to_have_text([str(n) for n in counts(store, epoch)])


def test_it_grows_while_training_plays_and_a_reload_keeps_the_epoch(page, lab, store):
    for epoch in (1, 2, 3):
        train(store, epoch)
    page.goto(f"{lab.url}/evaluate?run=growing")
    stands(page, store, 3, 3)
    train(store, 4)
    stands(page, store, 4, 4)  # who stands at the end follows
    settle(page)
    steps = page.evaluate("history.length")
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press("Home")
    stands(page, store, 1, 4)
    page.wait_for_url(re.compile("epoch=1"))
    train(store, 5)
    stands(page, store, 1, 5)  # who does not, stays
    page.get_by_label("Playback speed").select_option("10")
    page.get_by_role("slider", name="Epoch").focus()
    page.keyboard.press(" ")
    stands(page, store, 5, 5)
    page.wait_for_url(lambda address: "epoch=" not in address)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("epoch=4"))
    expect(page.get_by_text("Between epochs 1 and 4")).to_be_visible()
    assert page.evaluate("history.length") == steps  # scrubbing makes no Back steps
    page.locator(".st-key-through-time").get_by_role("rowheader", name="Jazz").click()
    page.wait_for_url(re.compile("lift=2"))
    page.reload()
    stands(page, store, 4, 5)
