"""Genres are chosen, merged and renamed on Data, with what that comes to, and from Evaluate's merged view."""

from pathlib import Path

import pytest

from dashboard.services import tables
from genre_core.settings.names import configure
from genre_core.workers.run import execute
from tests.views.opening import drawn, opened, own_store, panel, press, texts

SEGMENTS = Path(__file__).resolve().parents[1] / "data" / "segments.csv"
DATA = "views/data/page.py"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("genres")) as own:
        yield own


@pytest.fixture(scope="module")
def table(store):
    return tables.add_table([(SEGMENTS.name, SEGMENTS.read_bytes())])


def on_table(table: str, **more: str):
    return opened(DATA, data__source="table", data__table=table, **more)


def chosen(page, *genres: str, name: str = ""):
    next(box for box in page.multiselect if box.label == "Genres").set_value(list(genres))
    page.run()
    if name:
        next(box for box in page.text_input if box.label == "Name").set_value(name)
        page.run()
    assert not page.exception
    return page


def test_genres_are_merged_with_a_preview_and_parted_again(table):
    page = chosen(on_table(table), "blues", "metal", name="guitars")
    assert "72 tracks as guitars (blues 36, metal 36). There are then 2 genres, from 36 to 72" in texts(page)
    press(page, "Count as one genre")
    assert page.query_params["data.genres"] == "*,guitars=blues+metal"
    assert "in 2 genres" in page.header[0].value
    assert "blues and metal count as guitars." in texts(page)
    assert list(panel(page)["ticks"]["data.genres"]["options"]) == ["guitars=blues+metal", "disco"]
    press(page, "Undo")
    assert "data.genres" not in page.query_params


def test_genres_are_renamed_left_out_and_used_alone(table):
    page = press(chosen(on_table(table), "blues", name="the blues"), "Rename it")
    assert page.query_params["data.genres"] == "*,the blues=blues"
    page = press(chosen(page, "disco"), "Leave out")
    assert page.query_params["data.genres"] == "the blues=blues,metal"
    assert "1 genre left out." in texts(page)
    page = press(chosen(on_table(table), "blues", "metal"), "Use these alone")
    assert page.query_params["data.genres"] == "blues,metal"
    last = chosen(page, "metal")
    assert next(button for button in last.button if button.label == "Leave out").disabled


def test_a_choice_in_the_address_that_cannot_be_is_said(table):
    page = on_table(table, data__genres="*,loud=metl+disco")
    assert "no genre metl in these data: did you mean metal?" in texts(page)


def test_the_merged_view_of_evaluate_trains_with_the_genres_as_one(store, table):
    config = configure({"data.source": "table", "data.table": table, "train.max_epochs": 1, "model.hidden": "4"})
    store.submit("r", config, "r")
    execute("r", 1, store.url)
    page = opened("views/evaluate/page.py", run="r", merge="0.2")
    link = next(item.proto for item in page.get("page_link") if item.proto.label == "Train with them as one")
    assert "data.genres=%2A%2Cblues+%26+metal%3Dblues%2Bmetal" in link.query_string
    assert drawn(page, "matrix")["view"]["genres"] == ["blues + metal", "disco"]


def test_what_is_asked_about_a_table_is_answered_by_one_click_each(store):
    names = ("blues", "rock", "soul")
    rows = [
        f"{names[n % 3]} list {n // 15},{names[n % 3]},{200_000 + 137 * n},{('C', 'D', 'E')[n // 3 % 3]},"
        f"{-1 if n < 6 else n * 37 % 101 + 0.5},{('train', 'test')[n // 3 % 4 == 0]}"
        for n in range(120)
    ]
    text = "\n".join(["playlist,genre,duration_ms,key,tempo,split", *rows])
    page = on_table(tables.add_table([("asked.csv", text.encode())]))
    for label, name, value in (
        ("Use duration_ms as a feature", "data.taken", "duration_ms"),
        ("Use key as a feature", "data.taken", "duration_ms,key"),
        ("Treat -1 as missing", "data.codes", "tempo=-1"),
        ("Keep playlist together", "data.group", "playlist"),
        ("Split as published", "split.by", "published"),
    ):
        page = press(page, label)
        assert page.query_params[name] == value, label
    assert "It names 90 train and 30 test rows; the validation part is cut from the training part." in texts(page)
    assert "5 features" in page.header[0].value
