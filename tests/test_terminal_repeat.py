"""`python -m genre_core repeat` and `crossvalidate`: what they print, keep and refuse."""

import json
import re

import pytest

from genre_core.store.openings import openings_of
from genre_core.store.runs import RunStore
from genre_core.terminal.main import main

SMALL = [
    "--data.n_samples", "300", "--data.n_genres", "3", "--data.n_features", "6", "--model.architecture", "linear",
    "--train.max_epochs", "3",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/store.sqlite")


def test_json_of_seeds_holds_the_mean_and_every_run_and_the_test_part_stays_closed(capsys):
    assert main(["repeat", *SMALL, "--times", "3", "--vary", "network", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["part"] == "validation"
    assert document["config"]["what"] == {"how": "seeds", "times": 3, "vary": "network", "closed": True}
    scores = [row["accuracy"] for row in document["runs"]]
    assert document["accuracy"]["mean"] == pytest.approx(sum(scores) / 3)
    low, high = document["accuracy"]["interval"]
    assert low <= document["accuracy"]["mean"] <= high
    assert document["judged_per_learned"] == 0
    assert document["pooled"] is None
    store = RunStore()
    assert store.studies.study(document["study"]).state == "complete"
    kept = store.members.runs(document["study"]).values()
    assert [run.id for run in kept] == [row["run"] for row in document["runs"]]
    assert not any(found.n for found in openings_of(store, kept).values())


def test_json_of_folds_pools_every_track_once(capsys):
    assert main(["crossvalidate", *SMALL, "--folds", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["part"] == "held-out"
    assert document["pooled"]["n"] == sum(map(sum, document["pooled"]["confusion_matrix"])) == 255
    weighted = sum(row["accuracy"] * row["n"] for row in document["runs"]) / 255
    assert document["pooled"]["accuracy"] == pytest.approx(weighted)
    low, high = document["pooled"]["accuracy_interval"]
    assert low < document["pooled"]["accuracy"] < high
    assert document["judged_per_learned"] == pytest.approx(85 / 170)


def test_text_answers_first_and_then_lists_every_run(capsys):
    assert main(["crossvalidate", *SMALL, "--folds", "2", "--repeats", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Right on ")
    assert lines[0].endswith("of held-out tracks, on average over 4 folds.")
    assert sum(line.startswith("Fold ") for line in lines) == 4
    assert any(re.fullmatch(r"Of all 510 answers .+ are right\.", line) for line in lines)
    assert "Each track outside the test part was judged 2 times; the test part stayed closed." in lines


def test_the_test_part_of_seeds_is_reported_and_counted_where_it_is_asked_for(capsys):
    assert main(["repeat", *SMALL, "--times", "2", "--vary", "network", "--part", "test", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    store = RunStore()
    kept = store.members.runs(document["study"]).values()
    assert {found.n for found in openings_of(store, kept).values()} == {2}
    assert document["accuracy"]["interval"] is None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["crossvalidate", "--folds", "1"], "--folds is 1, but should be at least 2."),
        (["repeat", "--times", "99"], "--times is 99, but should be at most 50."),
        (["crossvalidate", "--split.folds", "5"], "These settings already hold out a fold: set Folds to 0 first."),
        (["repeat", "--vary", "nothing"], "There is no choice nothing: choose one of network, split, both."),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(capsys, arguments, sentence):
    assert main(arguments) == 2
    assert capsys.readouterr().err.strip() == sentence


def test_folds_without_a_genre_fail_with_the_sentence(capsys):
    assert main(["crossvalidate", *SMALL, "--data.n_samples", "60", "--folds", "20"]) == 1
    assert "too few for 20 folds" in capsys.readouterr().err


def _repeated(capsys, *also):
    assert main(["repeat", *SMALL, "--times", "5", "--vary", "both", *also, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["study"]


def test_settings_are_compared_by_naming_repetitions(capsys):
    usual, poor = (_repeated(capsys, "--train.learning_rate", rate) for rate in ("0.05", "0.00001"))
    assert main(["compare", usual, poor, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (found,) = document["comparisons"]
    assert found["verdict"] == "first"
    assert sum(found["probabilities"].values()) == pytest.approx(1)
    low, high = found["accuracy_difference_interval"]
    assert 0.01 < low < found["accuracy_difference"] < high
    judged = [row["accuracy"] for row in document["repetitions"]]
    assert found["accuracy_difference"] == pytest.approx(judged[0] - judged[1])
    assert document["settings"] == {"train.learning_rate": [0.05, 1e-5]}
    assert 0 < found["correlation"] < 0.5
    assert main(["compare", poor, usual, "--region", "20"]) == 0
    said = capsys.readouterr().out
    assert "the same within ±20 points" in said
    assert "train.learning_rate" in said


def test_what_cannot_be_compared_is_refused(capsys):
    usual = _repeated(capsys)
    for given, sentence in (
        ([usual], "Name two repetitions or more"),
        ([usual, usual], "is named twice"),
        ([usual, "nowhere"], "nowhere is no repetition"),
        ([usual, usual, "--region", "50"], "--region is 50"),
    ):
        assert main(["compare", *given]) != 0
        assert sentence in capsys.readouterr().err


def test_splits_that_tear_artists_apart_say_that_the_interval_is_for_these_artists(capsys):
    artists = ["--data.artists", "10", "--times", "3", "--vary", "split"]
    assert main(["repeat", *SMALL, *artists, "--split.by", "row"]) == 0
    assert "It is for these artists, which are on both sides of each split" in capsys.readouterr().out
    assert main(["repeat", *SMALL, *artists, "--split.by", "artist"]) == 0
    assert "It is for these artists" not in capsys.readouterr().out
