"""Import in a real browser: tables that are dropped, genres and roles of columns that are changed, music."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import assert_accessible, settle

pytestmark = pytest.mark.browser
TABLES = Path(__file__).resolve().parents[1] / "data"


@pytest.fixture(scope="module")
def url(lab):
    return lab.url


def upload(page, table: Path) -> None:
    settle(page)
    page.get_by_role("button", name="Add data").click()
    page.locator('input[type="file"]').set_input_files(table)


def test_tables_are_added_and_refused_and_genres_and_columns_chosen_then_trained_on(page, url, tmp_path):
    page.goto(f"{url}/data?data.n_samples=800")
    page.get_by_role("heading", name="800 tracks").wait_for()
    upload(page, TABLES / "bad_empty.csv")
    page.get_by_role("alert").filter(has_text="empty").wait_for()
    assert page.get_by_role("heading", name="800 tracks").is_visible()
    genres = ("pop", '"drum, bass"', "Rock")
    lines = [f"{n % 7 / 3},{n % 5 / 2},{genres[n % 3]}" for n in range(60)]
    tmp_path.joinpath("three.csv").write_text("\n".join(["tempo,energy,genre", *lines]))
    upload(page, tmp_path / "three.csv")
    page.get_by_role("heading", name="60 tracks in 3 genres").wait_for()
    page.get_by_role("alert").wait_for(state="hidden")
    page.locator('input[type="file"]').wait_for(state="detached")
    settle(page)
    page.locator("summary").filter(has_text=re.compile("^More")).first.click()
    page.get_by_text("3 genres", exact=True).click()
    page.get_by_label("Rock", exact=True).uncheck()
    page.get_by_role("heading", name="40 tracks in 2 genres").wait_for()
    page.wait_for_url(re.compile(r"data\.genres=%22drum%2C(\+|%20)bass%22"))
    assert page.get_by_label("drum, bass", exact=True).is_checked()
    page.get_by_label("Rock", exact=True).check()
    page.get_by_role("heading", name="60 tracks in 3 genres").wait_for()
    page.wait_for_url(lambda address: "data.genres" not in address)

    upload(page, TABLES / "segments.csv")
    page.get_by_role("heading", name="4 features, from segments.csv.").wait_for()
    page.wait_for_url(re.compile(r"data\.table=[0-9a-f]{64}"))
    settle(page)
    page.get_by_text("4 columns are features", exact=True).click()
    page.get_by_label("tempo is").select_option("left out")
    page.get_by_role("heading", name="3 features, from segments.csv.").wait_for()
    page.wait_for_url(re.compile(r"data\.left_out=tempo"))
    settle(page)
    page.get_by_label("length is").select_option("a feature")
    page.get_by_role("heading", name="4 features, from segments.csv.").wait_for()
    page.get_by_role("button", name="Leave out length").wait_for()
    page.reload()
    page.get_by_role("heading", name="4 features, from segments.csv.").wait_for()
    assert page.get_by_label("tempo is").input_value() == "left out"
    settle(page)
    page.get_by_label("filename is").select_option("a feature")
    page.get_by_role("alert").filter(has_text="filename holds text").wait_for()
    assert page.get_by_label("filename is").input_value() == "identifier"
    settle(page)
    page.go_back()  # one step of the address for one change
    page.get_by_role("heading", name="3 features, from segments.csv.").wait_for()
    settle(page)
    page.get_by_role("link", name="Train on this table").click()
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Trained:").wait_for()
    assert "data.left_out=tempo" in page.url
    assert "/data" not in page.url.partition("?")[0]


def test_feature_sets_are_ticked_and_generated_music_is_heard_at_once(page, url):
    page.goto(f"{url}/data?data.source=music&data.clips=10")
    page.get_by_role("heading", name="80 clips of generated music").wait_for()
    settle(page)
    page.locator(".ticks summary").click()
    page.get_by_label("The notebook's 20").check()
    page.wait_for_url(re.compile(r"data\.features=gtzan57%2C(\+|%20)notebook20"))
    page.get_by_label("The notebook's 20").uncheck()
    page.wait_for_url(lambda address: "data.features" not in address)
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function("() => [...window.genreLabSound.players].some(({ audio }) => audio?.currentTime > 0.1)")
    assert_accessible(page)
