"""The game of finding wrong labels in a real browser: by keyboard, by link, on the phone."""

import re

import pytest

from genre_core.settings import configure
from genre_core.store import RunStore
from genre_core.worker import execute
from tests.browser.conftest import ROOT, settle

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
def url(serve, tmp_path_factory):
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('labels') / 'store.sqlite'}")
    own.submit("noisy", configure(NOISY), "Noisy")
    execute("noisy", 1, own.url)
    yield serve(ROOT / "dashboard" / "app.py", GENRE_LAB_STORE=own.url)
    own.close()


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_round_is_played_by_keyboard_and_its_link_shows_the_same(page, url):
    page.goto(f"{url}/evaluate?run=noisy&section=labels&game=4")
    first = page.get_by_role("checkbox").first
    first.wait_for()
    settle(page)
    assert page.get_by_role("checkbox").count() == 12
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
    page.get_by_text(re.compile(r"You found \d of \d, with")).wait_for()
    assert page.locator(".ff .verdict").count() == 12
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.locator(".ff .verdict").first.wait_for()
    settle(page)
    assert [page.get_by_role("checkbox").nth(at).is_checked() for at in (0, 1, 3)] == [True, False, True]
    page.get_by_role("button", name="Another round").click()
    page.wait_for_url(re.compile("game=5"))
    page.get_by_text("Mark the tracks whose labels").wait_for()
    settle(page)
    assert page.locator(".ff .hint").all_inner_texts() != names
    assert "marks" not in page.url
