from pathlib import Path

import pytest

from dashboard import services
from genre_core.errors import DataError
from genre_core.settings import configure
from tests.views.opening import drawn, opened, own_store, panel, press, texts

DATA = "views/data.py"
TABLES = Path(__file__).resolve().parents[1] / "data"
BAD = {
    "bad_empty.csv": "empty",
    "bad_header_alone.csv": "no rows",
    "bad_no_genre.csv": "No column names the genre",
    "bad_binary.csv": "bad_binary.csv",
    "bad_pointer.csv": "Git",
}
LIST = """filename,mood,style,tempo,rms
{}
"""


@pytest.fixture
def store(tmp_path):
    with own_store(tmp_path) as own:
        yield own


def added(name: str) -> str:
    return services.add_table([(name, (TABLES / name).read_bytes())])


def on_table(table: str, **more: str):
    return opened(DATA, data__source="table", data__table=table, **more)


def figure(page, key: str):
    import json

    return next(json.loads(item.proto.json) for item in page.get("bidi_component") if item.proto.id.endswith(key))[
        "figure"
    ]


def test_generated_tracks_are_told_with_the_best_possible(store):
    page = opened(DATA)
    answer = page.header[0].value.replace("\\", "")
    assert answer.startswith("8,000 tracks in 8 genres of 1,000 each, 20 features; no classifier can be right on more")
    assert "81.9" in answer or "81.8" in answer
    assert "nearest genre centre" in texts(page)


def test_the_data_follow_the_address(store):
    page = opened(DATA, data__n_samples="400", data__n_genres="4")
    assert page.header[0].value.startswith("400 tracks in 4 genres of 100 each")
    assert panel(page)["values"] == {"data.n_samples": 400, "data.n_genres": 4}


def test_the_feature_shown_first_separates_best_and_another_can_be_chosen(store):
    page = opened(DATA, data__n_samples="400", section="features")
    box = next(item for item in page.selectbox if item.label == "Feature")
    assert f"{box.value} is the one that tells genres apart best" in texts(page)
    box.set_value(box.options[3]).run()
    assert f"{box.options[3]} is number 4 of 20" in texts(page)


def test_a_table_says_what_each_column_was_taken_for(store):
    page = on_table(added("segments.csv"))
    assert page.header[0].value.replace("\\", "") == "108 tracks in 3 genres of 36 each, 4 features, from segments.csv."
    roles = {row["name"]: row["role"] for row in drawn(page, "columns")["rows"]}
    assert roles["label"] == "label"
    assert roles["length"] == "left out"
    assert roles["tempo"] == "feature"
    assert "pieces of" in texts(page)
    assert len(page.dataframe[-1].value) == 20


def test_genre_and_group_columns_are_chosen_from_lists(store):
    rows = "\n".join(f"t{n},{'ab'[n % 2]},{'xyz'[n % 3]},{n * 37 % 101},{n * 53 % 97}" for n in range(90))
    page = on_table(services.add_table([("two.csv", LIST.format(rows).encode())]))
    assert page.header[0].value == "These data cannot be used yet."
    assert "choose one as the genre column" in texts(page)
    assert {"mood", "style"} <= set(panel(page)["options"]["data.label"])
    assert panel(page)["options"]["data.group"][""] == "found by itself"
    page.query_params["data.label"] = "style"
    page.run()
    assert page.header[0].value.startswith("90 tracks in 3 genres of 30 each")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_table_is_refused_in_one_sentence_and_nothing_is_stored(store, name):
    added("segments.csv")
    with pytest.raises(DataError, match=BAD[name]) as caught:
        added(name)
    assert "\n" not in str(caught.value)
    assert [table.name for table in store.tables()] == ["segments.csv"]


def test_files_given_together_are_joined(store):
    names = ("fma_features.csv", "fma_tracks.csv")
    page = on_table(services.add_table([(name, (TABLES / name).read_bytes()) for name in names]))
    assert "Joined on track" in texts(page)
    assert "2 genres" in page.header[0].value


def test_the_table_goes_along_to_train(store):
    table = added("segments.csv")
    page = on_table(table)
    assert "Train on this table" in [item.proto.label for item in page.get("page_link")]
    page.switch_page("views/train.py").run()
    assert not page.exception
    assert page.query_params["data.table"] == table
    assert not next(button for button in page.button if button.label == "Train").disabled


def test_deleting_a_table_asks_first_and_names_the_runs_that_used_it(store):
    table = added("segments.csv")
    store.submit("r", configure({"data.source": "table", "data.table": table}), "My run")
    page = press(on_table(table), "Delete this table")
    assert "My run" in texts(page)
    assert "cannot be undone" in texts(page)
    press(page, "Keep it")
    assert store.tables()
    press(press(page, "Delete this table"), "Delete")
    assert not store.tables()
    assert "No table is chosen yet." in page.header[0].value


def test_a_table_that_is_not_stored_here_is_said(store):
    page = on_table("cd" * 32)
    assert page.header[0].value == "No table is chosen yet."
    assert panel(page)["notes"][0]["text"] == "No table is stored yet. Add one on the right."
