"""Words of the glossary on real pages: each has its mark, and the mark its sentence, by mouse, finger and keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
SMALL = {"data.n_samples": 800, "data.seed": 5, "train.max_epochs": 3, "train.batch_size": 16, "model.hidden": (8,)}


@pytest.fixture(scope="module")
def url(lab):
    lab.train("marked", "Marked", SMALL)
    return lab.url


@pytest.mark.parametrize("page", ["light", "phone"], indirect=True)
def test_a_marked_word_shows_its_sentence(page, url):
    page.goto(f"{url}/evaluate?run=marked")
    word, tip = page.locator(".gl-line .gl-mark", has_text="macro-F1"), page.locator("#gl-tip")
    if page.evaluate("navigator.maxTouchPoints"):
        word.tap()
    else:
        word.hover()
    expect(tip).to_contain_text("The mean of the genres' F1 scores.")
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    expect(tip.get_by_role("link", name="All terms")).to_have_attribute("href", re.compile("/glossary.find=macro-F1"))
    page.mouse.click(5, 500)
    expect(tip).to_be_hidden()
    word.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_words_in_charts_are_listed_and_what_is_drawn_anew_stays_whole(page, url):
    page.goto(f"{url}/evaluate?run=marked")
    expect(page.locator(".gl-also .gl-mark", has_text="recall")).to_be_visible()  # of the matrix's margin
    said = page.locator(".st-key-evaluate-page h2").first
    before = said.inner_text()
    assert "of 120 validation tracks" in before
    page.get_by_text("Test", exact=True).click()
    page.get_by_role("button", name="Open the test part").wait_for()
    page.get_by_text("Validation", exact=True).click()
    expect(said).to_have_text(before)
    settle(page)
    expect(said.locator(".gl-mark")).not_to_have_count(0)
