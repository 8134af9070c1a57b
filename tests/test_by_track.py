"""Runs whose rows are segments of tracks are judged by track, or by row where that is asked for."""

import json
from pathlib import Path

import numpy as np
import pytest

from genre_core.data.sources import load_dataset
from genre_core.store.run_result import JUDGE, Judge, outcome_of
from genre_core.store.runs import RunStore
from genre_core.terminal.main import main

SEGMENTS = Path(__file__).with_name("data") / "segments.csv"
TRAINED = ("--table", str(SEGMENTS), "--train.max_epochs", "3", "--model.hidden", "8")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path_factory.mktemp('by_track')}/store.sqlite")
        assert main(["train", *TRAINED, "--name", "one", "--part", "validation"]) == 0
        assert main(["train", *TRAINED, "--name", "two", "--part", "validation", "--train.seed", "1"]) == 0
        yield RunStore()


@pytest.fixture
def told(store, capsys):
    """Return a function that does a command line and gives its document and its text."""

    def tell(*arguments):
        capsys.readouterr()
        assert main([*arguments, "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert main(list(arguments)) == 0
        return document, capsys.readouterr().out

    return tell


def test_tracks_and_segments_are_counted_apart(told):
    by_track, said = told("evaluate", "one", "--part", "validation")
    by_row, said_of_rows = told("evaluate", "one", "--part", "validation", "--by", "row")
    n_tracks, n_rows = by_track["n_tracks"], by_track["n_rows"]
    assert n_rows > n_tracks
    assert (by_track["by"], by_track["validation"]["n"]) == ("track", n_tracks)
    assert (by_row["by"], by_row["validation"]["n"]) == ("row", n_rows)
    assert f"of {n_tracks} validation tracks ({n_rows} segments)" in said
    assert f"of {n_rows} validation segments of {n_tracks} tracks" in said_of_rows


def test_by_row_is_what_was_stored_of_the_run(told, store):
    by_row, _ = told("evaluate", "one", "--part", "validation", "--by", "row")
    assert by_row["validation"] == store.run(by_row["run"]).summary["validation"]


def test_by_track_counts_whole_tracks_that_stand_alone(told, store):
    run = store.run(told("evaluate", "one")[0]["run"])
    data = load_dataset(run.config.data, store)
    by_track = outcome_of(store, run, "validation", data, JUDGE)
    by_row = outcome_of(store, run, "validation", data, Judge(unit="row"))
    tracks = data.groups["track"]
    assert np.array_equal(np.sort(tracks[by_track.rows]), np.unique(tracks[by_row.rows]))
    assert by_track.groups is None
    assert np.array_equal(by_row.groups, tracks[by_row.rows])
    assert np.array_equal(by_track.y_true, data.y[by_track.rows])


def test_a_comparison_is_of_tracks_or_of_rows(told):
    by_track, said = told("compare", "one", "two", "--part", "validation")
    by_row, said_of_rows = told("compare", "one", "two", "--part", "validation", "--by", "row")
    assert (by_track["by"], by_row["by"]) == ("track", "row")
    assert by_track["runs"][0]["n"] < by_row["runs"][0]["n"]
    assert " tracks\n" in said
    assert " segments\n" in said_of_rows


def test_folds_hold_whole_tracks(told):
    by_track, said = told("crossvalidate", *TRAINED, "--folds", "2")
    by_row, said_of_rows = told("crossvalidate", *TRAINED, "--folds", "2", "--by", "row")
    assert (by_track["by"], by_row["by"]) == ("track", "row")
    assert by_track["pooled"]["n"] < by_row["pooled"]["n"]
    assert by_track["pooled"]["n"] == sum(run["n"] for run in by_track["runs"])
    assert np.sum(by_track["pooled"]["confusion_matrix"]) == by_track["pooled"]["n"]
    assert "of held-out tracks" in said
    assert "of held-out segments" in said_of_rows


def test_rows_that_are_whole_tracks_are_tracks_either_way(told):
    line = (
        "train",
        "--data.n_samples",
        "200",
        "--train.max_epochs",
        "1",
        "--model.hidden",
        "4",
        "--part",
        "validation",
    )
    whole, said = told(*line, "--by", "row")
    assert (whole["by"], whole["n_rows"]) == ("track", whole["n_tracks"])
    assert f"of {whole['n_tracks']} validation tracks:" in said
