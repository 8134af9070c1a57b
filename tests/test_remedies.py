from dataclasses import replace

import numpy as np
import pytest

from genre_core.data.dataset import Column, Dataset
from genre_core.data.inputs import Features
from genre_core.inspection.remedies import Remedy, remedies, taken
from genre_core.inspection.warnings import SEVERITIES, Finding, findings
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure

TABLE = {"data.source": "table", "data.table": "ab" * 32}
ROWS = 60


@pytest.fixture
def data() -> Dataset:
    rng = np.random.default_rng(0)
    artists = np.repeat(np.arange(20), 3)
    return Dataset(
        Features(rng.standard_normal((ROWS, 3)), ("x", "y", "z")),
        np.repeat([0, 1], ROWS // 2),
        ("a", "b"),
        tuple(map(str, range(ROWS))),
        {"artist": artists},
    )


def config(**values) -> ExperimentConfig:
    return configure(TABLE | {name.replace("__", "."): value for name, value in values.items()})


def found(kind, columns=(), genres=()) -> Finding:
    return Finding(kind, SEVERITIES[0], "A sentence.", tuple(columns), (), tuple(genres))


def offered(finding, config, data, n_complete=ROWS) -> list[str]:
    return [way.label for way in remedies(finding, config, data, n_complete)]


def test_a_column_that_gives_the_genre_away_can_be_left_out(data):
    assert remedies(found("gives the genre away", ["x"]), config(), data, ROWS) == (
        Remedy("Leave out x", leave_out=("x",)),
    )
    (way,) = remedies(found("gives the genre away", ["x"]), before := config(data__left_out="id"), data, ROWS)
    assert way.options(before.data) == "--data.left_out id,x"
    assert offered(found("constant", ["x", "y"]), config(), data) == ["Leave out 2 columns"]
    assert offered(found("copied column", ["x", "y"]), config(), data) == ["Leave out y"]


def test_the_last_features_are_not_left_out(data):
    assert offered(found("constant", ["x", "y", "z"]), config(), data) == []


def test_generated_tracks_have_no_columns_to_leave_out(data):
    assert offered(found("constant", ["x"]), ExperimentConfig(), data) == []


def test_rows_with_gaps_are_dropped_only_where_most_remain(data):
    finding = found("missing", ["x"])
    assert offered(finding, config(), data, 50) == ["Drop the 10 rows with gaps"]
    assert offered(finding, config(), data, 20) == []
    assert offered(finding, config(data__missing="drop"), data, 50) == []


def test_small_genres_are_left_out_only_where_two_remain(data):
    assert offered(found("small", genres=["a"]), config(), data) == []
    y = np.repeat([0, 1, 2], [4, 28, 28])
    three = replace(data, y=y, genres=("rare", "b", "c"))
    ways = remedies(found("too small to split", genres=["rare"]), config(split__by="row"), three, ROWS)
    assert ways == (Remedy("Leave out rare", {"data.min_tracks": 5}),)
    assert offered(found("small", genres=["rare"]), config(), three) == ["Leave out rare"]
    assert offered(found("small", genres=["b"]), config(), replace(three, y=np.arange(ROWS) % 3)) == []


def test_numbers_with_a_slip_can_be_left_out_and_those_in_two_units_used(data):
    assert offered(found("read in part", ["x"]), config(), data) == ["Leave out x"]
    problem = "60 of 60 values are numbers with something else, such as “{}”, so it is left out."
    for value, ways in (("9.5 kHz", ["Use t, values in another unit as missing"]), ("3:45", [])):
        columns = (Column("t", "left out", "", problem.format(value)),)
        assert offered(found("read in part", ["t"]), config(), replace(data, columns=columns)) == ways


def test_what_is_of_one_artist_is_split_by_rows_where_there_are_enough(data):
    assert offered(found("one group", genres=["a"]), config(), data) == ["Split by single rows"]
    assert offered(found("one group", genres=["a"]), config(split__by="row"), data) == []


def test_copies_that_a_row_split_tears_apart_are_kept_together(data):
    assert offered(found("copies"), config(split__by="row"), data) == [
        "Keep artists together",
        "Keep copies together",
    ]
    assert offered(found("copies"), config(), data) == ["Keep copies together"]
    assert offered(found("copies"), config(split__copies=True), data) == []
    assert offered(found("unbalanced parts"), config(), data) == ["Balance the parts"]
    assert offered(found("unbalanced parts"), config(split__balanced=True), data) == []


def test_common_genres_can_be_weighed_once(data):
    assert offered(found("imbalance"), config(), data) == ["Turn on class weighting"]
    assert offered(found("imbalance"), config(train__class_weighting="balanced"), data) == []


def test_every_change_has_its_way_back():
    changed = config(
        data__left_out="x, y", data__label="g", data__min_tracks=5, data__genres="a, b", data__missing="drop",
        split__by="row",        train__class_weighting="balanced",
    )  # fmt: skip
    ways = taken(changed, frozenset({"x", "y", "g"}), ("x", "y"))
    assert [way.label for way in ways] == [
        "2 columns left out", "g chosen", "genres chosen", "genres under 5 tracks left out", "rows with gaps dropped",
        "split: single rows", "class weighting on",
    ]  # fmt: skip
    assert all(value is None for way in ways for value in way.values.values())
    assert taken(config(), frozenset(), ()) == ()


def test_what_a_remedy_does_can_be_configured(data):
    y = np.repeat([0, 1, 2], [4, 28, 28])
    awkward = replace(data, y=y, genres=("rare", "b", "c"))
    start = config(split__by="row")
    for finding in findings(awkward):
        for way in remedies(finding, start, awkward, ROWS):
            configure(way.values, start)
