"""From a cell to a track's page and back in a real browser, and what the sliders there do at once."""

import re

import pytest

from tests.browser.conftest import settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser
SMALL = {"data.n_samples": 600, "data.overlap": 3.0, "train.max_epochs": 3, "model.hidden": (32,)}


@pytest.fixture(scope="module")
def url(lab):
    lab.train("blurred", "The blurred one", SMALL)
    return lab.url


@pytest.fixture(scope="module")
def wrong(lab, url):
    """Return a cell off the diagonal with two tracks or more, as the address writes it."""
    counts = lab.store.run("blurred").summary["validation"]["confusion_matrix"]
    return next(f"{i}-{j}" for i in range(8) for j in range(8) if i != j and counts[i][j] > 1)


def answer(page):
    return page.locator(".gl-answer .share").all_inner_texts()


def test_from_a_cell_to_a_track_what_if_and_back_to_the_same_place(page, url, wrong):
    page.goto(f"{url}/evaluate?run=blurred&cell={wrong}")
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
    page.get_by_text("1 feature changed").wait_for()
    page.get_by_role("button", name="Try it").last.click()
    page.get_by_text(", instead of ").wait_for()
    expect(page.locator(".gl-answer .share")).not_to_have_text(before)
    page.go_back()
    page.get_by_text("1 feature changed").wait_for()
    page.go_back()
    page.get_by_text("feature changed").wait_for(state="detached")
    assert page.url == here
    expect(page.locator(".gl-answer .share")).to_have_text(before)
    page.get_by_role("button", name="Next").click()
    page.get_by_text(re.compile(r"^2 of \d+$")).wait_for()
    page.go_back()
    page.get_by_text(re.compile(r"^1 of \d+$")).wait_for()
    page.go_back()
    page.locator(".st-key-track-head h3").wait_for()
    assert page.url == came_from
