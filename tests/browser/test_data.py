"""Uploads in a real browser: one good table, five bad ones, each with its sentence."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import ROOT, settle

pytestmark = pytest.mark.browser
TABLES = Path(__file__).resolve().parents[1] / "data"
BAD = {
    "bad_empty.csv": "empty",
    "bad_header_alone.csv": "no rows",
    "bad_no_genre.csv": "No column names the genre",
    "bad_binary.csv": "bad_binary.csv",
    "bad_pointer.csv": "Git",
}


@pytest.fixture(scope="module")
def url(serve):
    return serve(ROOT / "dashboard" / "app.py")


@pytest.fixture
def data(page, url):
    page.goto(f"{url}/data")
    page.get_by_role("heading", name="8,000 tracks in 8 genres").wait_for()
    return page


def upload(page, *names: str) -> None:
    settle(page)
    page.get_by_role("button", name="Add a table").click()
    page.locator('input[type="file"]').set_input_files([str(TABLES / name) for name in names])


def test_bad_tables_get_a_sentence_each_and_a_good_one_after_them_is_shown_and_trained_on(data):
    for name, sentence in BAD.items():
        upload(data, name)
        data.get_by_role("alert").filter(has_text=sentence).wait_for()
        assert data.get_by_role("heading", name="8,000 tracks in 8 genres").is_visible()
        data.keyboard.press("Escape")
    upload(data, "segments.csv")
    data.get_by_role("heading", name="108 tracks in 3 genres of 36 each, 4 features, from segments.csv.").wait_for()
    assert not data.get_by_role("alert").count()
    data.wait_for_url(re.compile(r"data\.table=[0-9a-f]{64}"))
    data.get_by_role("link", name="Train on this table").click()
    data.wait_for_url(re.compile(r"data\.table=[0-9a-f]{64}"))
    data.get_by_role("button", name="Train", exact=True).wait_for()
    assert "/data" not in data.url.partition("?")[0]


@pytest.mark.parametrize("page", ["phone"], indirect=True)
@pytest.mark.parametrize("view", ["data", "runs"])
def test_neither_page_scrolls_sideways_on_a_phone(page, url, view):
    page.goto(f"{url}/{view}")
    page.get_by_role("heading", name={"data": "8,000 tracks", "runs": "No runs yet."}[view]).wait_for()
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("(e => e.scrollWidth <= e.clientWidth)(document.querySelector('[data-testid=stMain]'))")
