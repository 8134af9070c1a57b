"""`python -m genre_core lens`: what it prints, and what it refuses."""

import json
import re
from pathlib import Path

import pytest

from genre_core.studies.lens.config import LENS_BY
from genre_core.studies.lens.judging import LensPlan, LensScore
from genre_core.studies.lens.verdict import JudgedLens, verdict
from genre_core.terminal.main import main
from genre_core.text import GAP

SMALL = ["--data.n_samples", "400", "--data.n_genres", "2", "--data.n_features", "6", "--train.max_epochs", "2"]
SEGMENTS = str(Path(__file__).parent / "data" / "segments.csv")


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/store.sqlite")


def test_json_holds_plan_estimates_and_every_score(capsys):
    assert main(["lens", *SMALL, "--data.artists", "20", "--repeats", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["plan"]["levels"] == ["row", "artist"]
    assert len(document["repeats"]) == document["plan"]["n_scores"] == 36
    assert {row["level"] for row in document["scores"]} == {"row", "artist"}
    low, high = document["scores"][0]["accuracy_interval"]
    assert low <= document["scores"][0]["accuracy"] <= high
    assert document["leakage"]["interval"]["low"] <= document["leakage"]["mean"]
    plan, scores = LensPlan.from_json(document["plan"]), map(LensScore.from_json, document["repeats"])
    said = verdict(JudgedLens(plan, tuple(scores)))
    assert document["answer"] == said.answer.replace(GAP, " ")
    assert document["reason"] == said.reason.replace(GAP, " ")
    assert 0 < document["bayes"]["accuracy"] < 1
    assert [one["level"] for one in document["rankings"]] == ["row", "artist"]
    for one in document["rankings"]:
        assert len(one["order"]) == 6
        assert len(one["pairs"]) == 15
        assert all(pair["p"] <= pair["p_adjusted"] <= 1 for pair in one["pairs"])
        assert all(sum(pair["probabilities"].values()) == pytest.approx(1) for pair in one["pairs"])


def test_text_answers_first_and_then_lists_every_classifier(capsys):
    assert main(["lens", *SMALL, "--repeats", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("; each track is independent, so no split can leak.")
    assert lines[1].startswith("Macro-F1 ")
    assert lines[2].startswith("By row, the most accurate is ")
    assert sum(line.startswith("by row") for line in lines) == 6
    assert "The best possible classifier is right on" in lines[-2]
    assert lines[-1] == "Note: The 60 test tracks of these settings are in no split and stay closed."


def test_wrong_labels_or_true_genres_judge_and_the_text_says_which(capsys):
    noisy = [*SMALL, "--data.overlap", "0.5", "--data.label_noise", "0.3", "--repeats", "3"]
    found = {}
    for about in ("labels", "true"):
        assert main(["lens", *noisy, "--right-about", about, "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        found[document["right_about"]] = next(e["accuracy"] for e in document["scores"] if e["classifier"] == "svc")
        assert document["bayes"]["accuracy"] > (0.95 if about == "true" else 0.6)
    assert found["true genres"] > found["labels"] + 0.1
    assert main(["lens", *SMALL, "--repeats", "3", "--right-about", "true"]) == 2
    assert "tracks with label noise" in capsys.readouterr().err


@pytest.mark.parametrize("segments", [1, 2])
def test_artists_that_no_split_keeps_together_are_said_to_stand_on_both_sides(capsys, segments):
    few = ["--data.artists", "2", "--data.segments", str(segments), "--data.n_samples", "300"]
    assert main(["lens", *SMALL, *few, "--repeats", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.search("the same artists (are )?in (both )?training and test", " ".join(lines[:2]))
    assert "each track is independent" not in lines[0]
    assert "has 2 artists, too few" in lines[-1]


def test_pieces_of_tracks_in_a_table_are_judged_by_track(capsys):
    found = {}
    for by in ("track", "row"):
        asked = ["--repeats", "3", "--by", by, "--json"]
        assert main(["lens", "--table", SEGMENTS, "--train.max_epochs", "2", *asked]) == 0
        found[by] = json.loads(capsys.readouterr().out)
        assert found[by]["by"] == by
        assert "track" in found[by]["plan"]["levels"]
    for track, row in zip(found["track"]["repeats"], found["row"]["repeats"], strict=True):
        assert track["accuracy"] == row["track_accuracy"]
        assert row["n_test"] > row["n_test_tracks"]


def test_the_text_says_what_is_counted(capsys):
    lens = ["lens", "--table", SEGMENTS, "--train.max_epochs", "1", "--repeats", "3"]
    assert main(lens) == 0
    said = capsys.readouterr().out
    assert LENS_BY["track"] in said
    assert "test tracks" in said
    assert main([*lens, "--by", "row"]) == 0
    said = capsys.readouterr().out
    assert LENS_BY["row"] in said
    assert "test segments" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--repeats", "2"], "--repeats is 2, but should be from 3 to 50."),
        (["--data.overlap", "-1"], "data.overlap"),
        (["--repeat", "3"], "did you mean --repeats?"),
        (["--table", "nowhere.csv"], "There is no file nowhere.csv"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_a_sentence(capsys, options, said):
    assert main(["lens", *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_what_is_seen_of_a_published_test_part_is_counted_once(capsys, tmp_path):
    names = [f"{genre}.{track:05}" for genre in ("blues", "disco", "metal") for track in range(12)]
    for at, part in enumerate(("train", "train", "valid", "test")):
        with (tmp_path / f"{part}.txt").open("a") as dealt:
            dealt.writelines(f"{name}\n" for name in names[at::4])
    table = ["--table", SEGMENTS, "--published", str(tmp_path), "--train.max_epochs", "1"]
    for _ in range(2):
        assert main(["lens", *table, "--split.by", "track", "--repeats", "3", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert document["test_opened"] == 3 + 5
    assert main(["train", *table]) == 0
    left = document["test_seen_before"]
    assert 0 < left < 27
    assert f"{left} of these 27 segments were looked at for 8 other configurations" in capsys.readouterr().out


def test_the_published_test_part_of_the_settings_themselves_stays_closed(capsys, tmp_path):
    names = [f"{genre}.{track:05}" for genre in ("blues", "disco", "metal") for track in range(12)]
    for at, part in enumerate(("train", "train", "valid", "test")):
        with (tmp_path / f"{part}.txt").open("a") as dealt:
            dealt.writelines(f"{name}\n" for name in names[at::4])
    table = ["--table", SEGMENTS, "--published", str(tmp_path), "--train.max_epochs", "1"]
    assert main(["lens", *table, "--repeats", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert "published" in document["plan"]["levels"]
    assert (document["test_opened"], document["plan"]["n_closed"]) == (None, 9)
    assert "the validation tracks are judged" in document["notes"][0]
