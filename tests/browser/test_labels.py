"""The game of finding wrong labels in a real browser: by keyboard, by link, on the phone."""

import re

import pytest

from tests.browser.conftest import settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser
NOISY = {
    "data.n_samples": 1600,
    "data.overlap": 3.0,
    "data.label_noise": 0.1,
    "train.max_epochs": 4,
    "train.learning_rate": 0.01,
    "model.hidden": (32,),
}


@pytest.fixture(scope="module")
def url(lab):
    lab.train("noisy", "Noisy", NOISY)
    return lab.url


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_round_is_played_by_keyboard_and_its_link_shows_the_same(page, url):
    page.goto(f"{url}/evaluate?run=noisy&section=labels&game=4")
    first = page.get_by_role("checkbox").first
    first.wait_for()
    settle(page)
    expect(page.get_by_role("checkbox")).to_have_count(12)
    names = page.locator(".ff .hint").all_inner_texts()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first.focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text("2 marked").wait_for()
    assert "marks" not in page.url
    for _ in range(9):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("marks=0-3"))
    page.get_by_text(re.compile(r"^You found \d of \d\b")).wait_for()
    expect(page.locator(".ff .verdict")).to_have_count(12)
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.locator(".ff .verdict").first.wait_for()
    settle(page)
    for at, marked in ((0, True), (1, False), (3, True)):
        expect(page.get_by_role("checkbox").nth(at)).to_be_checked(checked=marked)
    page.get_by_role("button", name="Another round").click()
    page.wait_for_url(re.compile("game=5"))
    expect(page.locator(".ff .verdict")).to_have_count(0)
    settle(page)
    expect(page.locator(".ff .hint")).not_to_have_text(names)
    assert "marks" not in page.url
