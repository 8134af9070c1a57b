"""Import in a real browser: bad tables with their sentences, roles that are changed, published splits, FMA."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import assert_accessible, settle
from tests.data.make_fma import write_fma

pytestmark = pytest.mark.browser
TABLES = Path(__file__).resolve().parents[1] / "data"
BAD = {
    "bad_empty.csv": "empty",
    "bad_header_alone.csv": "no rows",
    "bad_no_genre.csv": "No column",
    "bad_binary.csv": "bad_binary.csv",
    "bad_pointer.csv": "Git",
}


@pytest.fixture(scope="module")
def url(lab):
    write_fma(lab.offered / "fma", 1200)
    return lab.url


@pytest.fixture
def data(page, url):
    page.goto(f"{url}/data?data.n_samples=800")
    page.get_by_role("heading", name="800 tracks").wait_for()
    return page


def upload(page, *names: str) -> None:
    settle(page)
    page.get_by_role("button", name="Add data").click()
    page.locator('input[type="file"]').set_input_files([str(TABLES / name) for name in names])


def test_bad_tables_get_a_sentence_each_a_good_one_is_shown_split_as_published_and_trained_on(data, tmp_path):
    for name, sentence in BAD.items():
        upload(data, name)
        data.get_by_role("alert").filter(has_text=sentence).wait_for()
        assert data.get_by_role("heading", name="800 tracks").is_visible()
    upload(data, "segments.csv")
    data.get_by_role("heading", name=re.compile(r"\b108 segments\b.*\b36 tracks\b.*\b3 genres")).wait_for()
    data.get_by_role("alert").wait_for(state="hidden")
    data.locator('input[type="file"]').wait_for(state="detached")
    data.wait_for_url(re.compile(r"data\.table=[0-9a-f]{64}"))
    lines = (TABLES / "segments.csv").read_text().splitlines()[1:]
    tracks = sorted({line.split(",")[0].rsplit(".", 2)[0] for line in lines})
    for part, own in {"train": (0, 1), "valid": (2,), "test": (3,)}.items():
        tmp_path.joinpath(f"{part}.txt").write_text("\n".join(t for n, t in enumerate(tracks) if n % 4 in own))
    settle(data)
    data.get_by_role("button", name="Add a published split").click()
    data.locator('input[type="file"]').last.set_input_files(sorted(map(str, tmp_path.iterdir())))
    data.get_by_role("button", name="Use this split").click()
    data.get_by_text(re.compile(r"^It names 54 .*\b27 .*\b27 ")).wait_for()
    settle(data)
    data.get_by_role("button", name="Split as published").click()
    data.get_by_text(re.compile(r"Split by .*: 54 .*\b27 .*\b27 ")).first.wait_for()
    data.wait_for_url(re.compile("split.by=published"))
    settle(data)
    data.get_by_role("link", name="Train on this table").click()
    data.wait_for_url(re.compile(r"data\.table=[0-9a-f]{64}"))
    data.get_by_role("button", name="Train", exact=True).wait_for()
    assert "/data" not in data.url.partition("?")[0]


def test_a_changed_role_changes_the_features_stays_over_a_reload_and_is_trained_on(data):
    upload(data, "segments.csv")
    data.get_by_role("heading", name="4 features, from segments.csv.").wait_for()
    settle(data)
    data.get_by_text("4 columns are features", exact=True).click()
    data.get_by_label("tempo is").select_option("left out")
    data.get_by_role("heading", name="3 features, from segments.csv.").wait_for()
    data.wait_for_url(re.compile(r"data\.left_out=tempo"))
    settle(data)
    data.get_by_label("length is").select_option("a feature")
    data.get_by_role("heading", name="4 features, from segments.csv.").wait_for()
    data.get_by_role("button", name="Leave out length").wait_for()
    data.reload()
    data.get_by_role("heading", name="4 features, from segments.csv.").wait_for()
    assert data.get_by_label("tempo is").input_value() == "left out"
    settle(data)
    data.get_by_label("filename is").select_option("a feature")
    data.get_by_role("alert").filter(has_text="filename holds text").wait_for()
    assert data.get_by_label("filename is").input_value() == "identifier"
    settle(data)
    data.go_back()  # one step of the address for one change
    data.get_by_role("heading", name="3 features, from segments.csv.").wait_for()
    settle(data)
    data.get_by_role("link", name="Train on this table").click()
    data.get_by_role("button", name="Train", exact=True).click()
    data.get_by_text("Trained:").wait_for()
    assert "data.left_out=tempo" in data.url


def test_fma_of_the_server_is_imported_in_the_background_and_shown(data):
    settle(data)
    data.get_by_role("button", name="Add data").click()
    data.get_by_role("combobox", name="Or from this server").click()
    data.get_by_role("option", name="fma (FMA)").click()
    data.get_by_role("button", name="Import", exact=True).click()
    data.get_by_text("fma is imported.").wait_for()
    data.reload()
    data.get_by_role("button", name="Show it").click()
    data.get_by_role("heading", name="from FMA small.").wait_for()
    data.wait_for_url(re.compile("data.source=fma"))
    settle(data)
    data.get_by_label("Subset", exact=True).select_option("full")
    data.get_by_role("heading", name="from all of FMA.").wait_for()


def test_genres_are_left_out_by_their_ticks(data, tmp_path):
    genres = ("pop", '"drum, bass"', "Rock")
    lines = [f"{n % 7 / 3},{n % 5 / 2},{genres[n % 3]}" for n in range(60)]
    tmp_path.joinpath("three.csv").write_text("\n".join(["tempo,energy,genre", *lines]))
    upload(data, str(tmp_path / "three.csv"))
    data.get_by_role("heading", name="60 tracks in 3 genres").wait_for()
    settle(data)
    data.locator("summary").filter(has_text=re.compile("^More")).first.click()
    data.get_by_text("3 genres", exact=True).click()
    data.get_by_label("Rock", exact=True).uncheck()
    data.get_by_role("heading", name="40 tracks in 2 genres").wait_for()
    data.wait_for_url(re.compile(r"data\.genres=%22drum%2C(\+|%20)bass%22"))
    assert data.get_by_label("drum, bass", exact=True).is_checked()
    data.get_by_label("Rock", exact=True).check()
    data.get_by_role("heading", name="60 tracks in 3 genres").wait_for()
    data.wait_for_url(lambda address: "data.genres" not in address)


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
