"""The terminal: what is typed, what comes out on which stream, and with which exit status."""

import contextlib
import io
import json
import os
import re
import shlex
import signal
import statistics
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from genre_core.errors import StoreError
from genre_core.settings.names import all_settings, configure
from genre_core.settings.presets import PRESETS
from genre_core.store.runs import RunStore
from genre_core.terminal import text
from genre_core.terminal.main import main
from genre_core.workers.run import execute
from tests.terminal import Terminal

ROOT = Path(__file__).parents[1]
GTZAN = ROOT.parent / "shared" / "data" / "gtzan"
QUICK = ("--data.n_samples", "400", "--model.hidden", "16", "--train.max_epochs", "3")
DIVERGING = ("--train.optimizer", "sgd", "--train.learning_rate", "10", "--train.max_epochs", "2")


@pytest.fixture(autouse=True)
def store_url(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    monkeypatch.setenv("GENRE_LAB_STORE", url)
    return url


@pytest.fixture
def run(capsys):
    """Return a function that does a command line and gives its status, standard output and standard error."""

    def do(*arguments):
        status = main(list(map(str, arguments)))
        return status, *capsys.readouterr()

    return do


def document(run, *arguments):
    status, out, err = run(*arguments, "--json")
    assert (status, err) == (0, "")
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def write_table(path, n=120, genres=("jazz", "pop", "rock"), **columns):
    rng = np.random.default_rng(0)
    y = np.arange(n) % len(genres)
    features = {f"f{i}": rng.normal(y, 1) for i in range(4)} | columns
    rows = [",".join([*features, "label"])]
    rows += [",".join([*(str(values[row]) for values in features.values()), genres[y[row]]]) for row in range(n)]
    path.write_text("\n".join(rows) + "\n")
    return path


# -- train -------------------------------------------------------------------------------------------------------------


def test_the_document_has_what_was_promised(run):
    found = document(run, "train", *QUICK)
    assert {
        "config", "run", "history", "best_epoch", "stopped_because", "test", "bayes", "notes", "leaky",
    } <= set(found)  # fmt: skip
    assert {
        "n", "accuracy", "accuracy_interval", "balanced_accuracy", "macro_f1", "weighted_precision", "weighted_recall",
        "weighted_f1", "log_loss", "confusion_matrix", "per_genre", "majority_accuracy",
    } <= set(found["test"])  # fmt: skip
    assert set(found["bayes"]) == {"accuracy", "standard_error", "test_accuracy", "holds_for", "about"}
    assert found["config"]["data"]["n_samples"] == 400
    assert found["stopped_because"] == "max_epochs"
    assert [genre["genre"] for genre in found["test"]["per_genre"]][:2] == ["Rock", "Electronic"]
    low, high = found["test"]["accuracy_interval"]
    assert low < found["test"]["accuracy"] < high


def test_settings_are_typed_by_their_dotted_names(run):
    typed = ("--data.overlap", "3.4", "--model.hidden", "24,12", "--train.seed=7", "--train.schedule", "cosine")
    config = document(run, "train", *QUICK, *typed)["config"]
    assert config["data"]["overlap"] == 3.4
    assert config["model"]["hidden"] == [24, 12]
    assert (config["train"]["seed"], config["train"]["schedule"]) == (7, "cosine")


def test_the_same_line_gives_the_same_result(run):
    first, second = (document(run, "train", *QUICK) for _ in range(2))
    assert first.pop("run") != second.pop("run")
    for found in (first, second):
        for epoch in found["history"]:
            epoch.pop("seconds")
    assert first == second


def test_a_person_reads_a_sentence_figures_and_a_table(run):
    status, out, err = run("train", "--preset", "notebook", "--train.max_epochs", "2")
    assert (status, err) == (0, "")
    assert out.startswith("Right on 1,200 of 1,200 test tracks: 100.0 % (99.7-100.0).\n")
    for part in ("macro-F1", "always the most common genre", "12.5 %", "no classifier can expect more than", "Hip-Hop"):
        assert part in out
    assert "Trained for 2 epochs" in out
    assert len([line for line in out.splitlines() if re.match(r"\S+ +150 ", line)]) == 8


def test_a_table_has_no_bayes_limit_and_its_notes_are_told(run, tmp_path):
    table = write_table(tmp_path / "music.csv", note=["x"] * 120)
    found = document(run, "train", "--table", table, "--model.architecture", "linear", "--train.max_epochs", "5")
    assert found["bayes"] is None
    assert found["config"]["data"]["source"] == "table"
    assert [genre["genre"] for genre in found["test"]["per_genre"]] == ["jazz", "pop", "rock"]
    again = document(
        run, "train", "--data.source", "table", "--data.table", found["config"]["data"]["table"], *QUICK[2:]
    )
    assert again["config"]["data"] == found["config"]["data"]


def test_columns_are_chosen_by_name(run, tmp_path):
    table = write_table(tmp_path / "music.csv", mood=["calm", "wild"] * 60, album=[f"a{i // 4}" for i in range(120)])
    options = ("--label", "mood", "--group", "album", "--data.missing", "drop", *QUICK[2:])
    found = document(run, "train", "--table", table, *options)
    assert [genre["genre"] for genre in found["test"]["per_genre"]] == ["calm", "wild"]
    assert (found["config"]["data"]["group"], found["config"]["data"]["missing"]) == ("album", "drop")
    assert found["leaky"] is False
    leaky = document(run, "train", "--table", table, *options, "--split.by", "row")
    assert leaky["leaky"] is True
    assert "Leaky" in run("train", "--table", table, *options, "--split.by", "row")[1]


def test_a_run_that_diverges_at_once_says_so(run):
    status, out, err = run("train", *DIVERGING)
    assert (status, out) == (1, "")
    assert err == "Training diverged in its first epoch and has nothing to keep: lower the learning rate.\n"


def test_a_run_that_diverges_later_has_a_result(run):
    linear = ("--data.n_samples", "400", "--model.architecture", "linear", "--train.max_epochs", "200")
    overshooting = ("--train.optimizer", "sgd", "--train.learning_rate", "3", "--train.momentum", "0")
    found = document(run, "train", *linear, *overshooting, "--train.weight_decay", "1", "--train.patience", "200")
    assert found["stopped_because"] == "diverged"
    assert 1 <= found["best_epoch"] <= len(found["history"]) < 200
    told = found["diagnosis"]
    assert (told["kind"], told["remedy"]["settings"]) == ("diverged", {"train.learning_rate": 0.3})
    assert f"\n{told['sentence']} To change that: --train.learning_rate 0.3\n" in text.result(found)


# -- the store ---------------------------------------------------------------------------------------------------------


def test_a_run_is_kept_listed_and_evaluated_to_the_same_numbers(run, store_url):
    found = document(run, "train", *QUICK, "--name", "my first", "--data.overlap", "2")
    (row,) = document(run, "runs")["runs"]
    assert (row["run"], row["name"], row["state"], row["epochs"]) == (found["run"], "my first", "complete", 3)
    assert row["settings"] == {
        "data.n_samples": 400, "data.overlap": 2.0, "model.hidden": [16], "train.max_epochs": 3,
    }  # fmt: skip
    assert row["test"]["accuracy"] == found["test"]["accuracy"]
    for name in (found["run"], "my first"):
        again = document(run, "evaluate", name, "--part", "test")
        assert again["bayes"] == found["bayes"]
        assert again["test"] == {k: v for k, v in found["test"].items() if k in again["test"]}
    sizes = {part: document(run, "evaluate", "my first", "--part", part)[part]["n"] for part in ("train", "validation")}
    assert sum(sizes.values()) + found["test"]["n"] == 400
    assert len(RunStore(store_url).epochs(found["run"])) == 3
    _, out, _ = run("runs")
    assert "my first" in out
    assert "data.overlap 2" in out
    _, out, _ = run("evaluate", "my first")
    assert f"of {sizes['validation']} validation tracks" in out
    found = document(run, "evaluate", "my first")["findings"]
    assert set(found[0]) == {"sentence", "kind", "genres", "values", "intervals"}
    assert out.rstrip().endswith("\n".join(["What stands out:", *(f"- {one['sentence']}" for one in found)]))
    assert not set("\u202f–") & set(out)
    assert document(run, "evaluate", "my first", "--part", "train")["findings"] == []
    branches = ["--branches", "rock, folk; Jazz,Classical"]
    tree, matrix = (document(run, "evaluate", "my first", *branches)[name] for name in ("tree", "validation"))
    counts = np.array(matrix["confusion_matrix"])
    assert tree["n_within"] == counts[0, 5] + counts[5, 0] + counts[3, 4] + counts[4, 3]
    assert tree["top_accuracy"] == pytest.approx((np.trace(counts) + tree["n_within"]) / counts.sum())
    assert tree["sentence"] in run("evaluate", "my first", *branches)[1]
    genres = document(run, "evaluate", "my first", "--explain")["explanation"]["genres"]
    assert all(len(one["recall_rests_on"]) == len(one["apart_in_training"]) == 3 for one in genres.values())
    most = next(iter(genres.values()))["recall_rests_on"][0]
    assert most["recall_drop"] > 0
    shown = run("evaluate", "my first", "--explain")[1].split("Why it answers so")[1]
    assert f"({100 * most['recall_drop']:.1f})" in shown.split(most["feature"], 1)[1]
    assert "There is no genre Metal" in run("evaluate", "my first", "--branches", "Rock, Metal")[2]


def test_a_run_comes_with_sets_of_genres_that_hold_the_right_one(run):
    found = document(run, "train", *QUICK, "--name", "sets")["run"]
    sets = document(run, "evaluate", found, "--part", "test")["prediction_sets"]
    assert [(one["level"], one["by_genre"]) for one in sets] == [
        (level, by_genre) for by_genre in (False, True) for level in (0.8, 0.9, 0.95)
    ]
    for one in sets:
        assert sum(one["sizes"]) == one["n"] == sum(genre["n"] for genre in one["per_genre"])
        assert one["held"] >= one["level"] - 0.15
        too_few = max(one["calibrated_on"]) < one["needed"]
        assert too_few == (one["mean_size"] == 8) == one["sentence"].startswith("Each set holds all 8 genres")
    assert any(one["mean_size"] < 8 for one in sets)
    out = run("evaluate", found)[1]
    validation = document(run, "evaluate", found)["prediction_sets"]
    assert f"90 %  all tracks  {100 * validation[1]['held']:.1f} %" in out
    assert "so the share had to reach the promise" in validation[1]["sentence"]
    assert document(run, "evaluate", found, "--part", "train")["prediction_sets"] == []
    assert "Sets of genres" not in run("evaluate", found, "--part", "train")[1]


def test_a_run_on_noisy_labels_is_judged_by_them_or_by_the_true_genres(run):
    noisy = ["--data.label_noise", "0.3", "--data.overlap", "1", "--train.max_epochs", "12"]
    assert document(run, "train", *QUICK, *noisy, "--name", "noisy")["right_about"] == "labels"
    saved = document(run, "evaluate", "noisy")
    true = document(run, "evaluate", "noisy", "--right-about", "true")
    assert (saved["right_about"], true["right_about"]) == ("labels", "true genres")
    assert true["validation"]["accuracy"] > saved["validation"]["accuracy"]
    assert true["bayes"]["accuracy"] > 0.95 > saved["bayes"]["accuracy"]
    assert "Right about the true genres on" in run("evaluate", "noisy", "--right-about", "true")[1]
    assert "right about the true genres" in run("limit", *noisy[:4], "--right-about", "true")[1]
    assert run("limit", "--right-about", "true")[0] == 2


def test_a_test_set_is_opened_once_for_each_configuration_that_is_reported_on_it(run, store_url):
    assert document(run, "train", *QUICK)["test_opened"] == 1
    assert document(run, "train", *QUICK)["test_opened"] == 1
    found = document(run, "train", *QUICK, "--train.seed", "7")
    assert found["test_opened"] == 2
    for _ in range(2):
        assert document(run, "evaluate", found["run"], "--part", "test")["test_opened"] == 2
    assert "test_opened" not in document(run, "evaluate", found["run"])
    looks = "Looks at the test part: 60 of these 60 tracks were looked at for 1 other configuration"
    assert looks in run("evaluate", found["run"], "--part", "test")[1]
    assert "Looks at the test part" not in run("evaluate", found["run"])[1]


def test_the_list_of_runs_shows_no_test_score_that_nobody_opened(run, store_url):
    store = RunStore(store_url)
    store.submit("closed", configure({"data.n_samples": 400, "model.hidden": (16,), "train.max_epochs": 3}))
    execute("closed", 1, store_url)
    (row,) = document(run, "runs")["runs"]
    assert row["validation"]["accuracy"]
    assert (row["test"], row["test_opened"], row["leaky"]) == (None, 0, False)
    assert run("runs")[1].splitlines()[1].count("–") == 2
    document(run, "evaluate", "closed", "--part", "test")
    (row,) = document(run, "runs")["runs"]
    assert row["test"]["accuracy"] == store.run("closed").summary["test"]["accuracy"]
    assert "1×" in run("runs")[1]


def test_who_chooses_by_validation_opens_no_test_part(run):
    found = document(run, "train", *QUICK, "--part", "validation")
    assert (found["part"], found["test"], found["test_opened"]) == ("validation", None, None)
    assert set(found["bayes"]) == {"accuracy", "standard_error", "validation_accuracy", "holds_for", "about"}
    (row,) = document(run, "runs")["runs"]
    assert (row["test"], row["test_opened"]) == (None, 0)
    tested = document(run, "train", *QUICK)
    assert (tested["part"], tested["validation"], tested["test_opened"]) == ("test", None, 1)
    assert set(found["validation"]) == set(tested["test"])
    stored = document(run, "evaluate", found["run"])["validation"]
    assert stored == {name: value for name, value in found["validation"].items() if name != "genres"}
    out = run("train", *QUICK, "--part", "validation")[1]
    assert re.match(r"Right on \d+ of \d+ validation tracks", out)
    assert "test" not in out.lower().replace("latest", "")


def test_a_test_part_stays_closed_where_a_look_at_it_cannot_be_counted(run, tmp_path, monkeypatch, store_url):
    shown = document(run, "train", *QUICK)["run"]
    closed = document(run, "train", *QUICK, "--train.seed", "7", "--part", "validation")["run"]
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///file:{tmp_path}/store.sqlite?mode=ro&uri=true")
    assert document(run, "evaluate", shown, "--part", "test")["test_opened"] == 1
    status, out, err = run("evaluate", closed, "--part", "test")
    assert (status != 0, out) == (True, "")
    assert "is read-only" in err


def test_a_run_need_not_be_kept_and_its_test_part_stays_closed(run):
    found = document(run, "train", *QUICK, "--no-store")
    assert (found["run"], found["test"], found["test_opened"]) == (None, None, None)
    assert found["validation"]["accuracy"]
    status, out, err = run("train", *QUICK, "--no-store", "--part", "test")
    assert (status, out) == (2, "")
    assert "--part test needs the store, which counts how often test tracks are looked at" in err
    assert document(run, "runs") == {"runs": []}
    assert run("runs")[1] == "There are no runs yet: train one with python -m genre_core train.\n"


def test_a_run_that_is_paused_and_resumed_elsewhere_is_followed_to_the_same_end(run, store_url):
    longer = (
        *("--data.n_samples", "4000", "--train.batch_size", "64", "--model.hidden", "16"),
        *("--train.max_epochs", "40", "--train.patience", "40"),
    )
    expected = document(run, "train", *longer, "--no-store")

    def elsewhere():
        store, deadline = RunStore(store_url), time.monotonic() + 60
        while not (runs := store.runs()) or runs[0].epoch < 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        store.request(runs[0].id, "pause")
        while (paused := store.run(runs[0].id)).state != "paused":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.3)
        execute(paused.id, store.requeue(paused.id, ("paused",)), store_url)

    dashboard = threading.Thread(target=elsewhere)
    dashboard.start()
    status, out, err = run("train", *longer, "--part", "validation", "--json")
    dashboard.join()
    assert status == 0
    assert re.fullmatch(r"Paused after epoch \d+: resume or stop the run \w+ in the dashboard.\n", err)
    found = json.loads(out)
    assert found["validation"] == expected["validation"]
    assert len(found["history"]) == len(expected["history"])


def test_the_list_of_runs_says_which_have_lost_their_worker(run, store_url):
    store = RunStore(store_url)
    store.submit("gone", configure({}))
    store.claim("gone", 1)
    store.lose("gone", 1)
    said = "Its worker was lost before its first epoch was done: the run goes on by itself."
    assert document(run, "runs")["runs"][0]["lost_worker"] == said
    assert run("runs")[1].splitlines()[-1] == f"gone: {said}"
    store.close()


def test_names_that_two_runs_share_are_refused(run):
    for _ in range(2):
        document(run, "train", *QUICK, "--name", "twin")
    status, _, err = run("evaluate", "twin")
    assert status == 2
    assert "2 runs are called twin" in err


def test_a_run_that_is_not_complete_cannot_be_evaluated(run):
    run("train", *DIVERGING, "--name", "broken")
    status, _, err = run("evaluate", "broken")
    assert (status, err) == (2, "The run broken is failed: only a complete run can be evaluated.\n")


def test_a_read_only_store_loses_no_training_and_takes_no_table(run, tmp_path, monkeypatch, store_url):
    RunStore(store_url).close()
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///file:{tmp_path}/store.sqlite?mode=ro&uri=true")
    status, out, err = run("train", *QUICK, "--json")
    assert status == 0
    assert len(json.loads(out)["history"]) == 3
    assert json.loads(out)["run"] is None
    assert err.startswith("The run is not kept. The store at")
    assert "read-only" in err
    assert err.count("\n") == 1
    status, out, err = run("import", write_table(tmp_path / "music.csv"))
    assert (status, out) == (2, "")
    assert "read-only" in err


def test_a_disk_that_fills_up_in_the_middle_loses_no_training(run, monkeypatch, store_url):
    append = RunStore.append

    def full_after_two(self, run_id, attempt, epoch, *rest):
        if self.url == store_url and epoch.epoch > 2:
            raise StoreError("The disk is full: make room on it.")
        return append(self, run_id, attempt, epoch, *rest)

    monkeypatch.setattr(RunStore, "append", full_after_two)
    status, out, err = run("train", *QUICK, "--json")
    assert status == 0
    assert len(json.loads(out)["history"]) == 3
    assert err.startswith("The run is not kept. The disk is full: make room on it. The test part stays closed, because")


def test_a_table_is_imported_once_with_what_its_columns_were_taken_for(run, tmp_path):
    table = write_table(tmp_path / "music.csv", filename=[f"t{i}.wav" for i in range(120)], flat=[1] * 120)
    found = document(run, "import", table)
    assert found["new"] is True
    assert found["genres"] == {"jazz": 40, "pop": 40, "rock": 40}
    roles = {column["name"]: column["role"] for column in found["columns"]}
    assert roles == dict.fromkeys(("f0", "f1", "f2", "f3"), "feature") | {
        "filename": "identifier", "flat": "left out", "label": "label",
    }  # fmt: skip
    assert all(column["reason"] for column in found["columns"])
    assert document(run, "import", table)["new"] is False
    _, out, _ = run("import", table)
    assert "120 tracks of 3 genres" in out
    assert out.endswith("Train on it with --data.source table --data.table music.csv\n")
    by_name = ("--data.source", "table", "--data.table", "music.csv")
    assert document(run, "train", *by_name, *QUICK[2:])["test"]["n"] == 18
    artists = write_table(tmp_path / "artists.csv", artist=[f"a{i // 6}" for i in range(120)])
    _, out, _ = run("import", artists, "--label", "label")
    said = "--data.source table --data.table artists.csv --data.label label --split.balanced true"
    assert out.endswith(f"Train on it with {said}\n")


def test_roles_of_columns_are_typed_and_what_to_know_is_told(run, tmp_path):
    table = write_table(tmp_path / "music.csv", song=[f"s{i // 3}" for i in range(120)], length=list(range(120)))
    line = ("import", table, "--track", "song", "--leave-out", "f0,f1", "--take", "length")
    found = document(run, *line)
    chosen = {column["name"]: column["role"] for column in found["columns"] if column["reason"].startswith("Chosen")}
    assert chosen == {"song": "identifier", "f0": "left out", "f1": "left out", "length": "feature"}
    assert "says nothing about the sound" in {finding["kind"] for finding in found["findings"]}
    assert "Serious: length is used as a feature, but is a length" in run(*line)[1]


def test_a_table_is_read_as_the_options_say(run, tmp_path):
    table = tmp_path / "music.csv"
    table.write_text("\n".join(["genre;a;b", *(f"{('x', 'y')[i % 2]};1.{500 + i};{i % 7 - 1}" for i in range(40))]))
    assert "Numbers such as 1,234 can mean a thousand" in run("import", table)[1]
    found = document(run, "import", table, "--thousands", ".", "--missing=-1,0", "--separator", ";", "--header", "1")
    assert {column["name"]: column["reason"] for column in found["columns"]} == {
        "genre": "Names the genre, by its name and its few different values.",
        "a": "Consecutive whole numbers, a different one in each row.",
        "b": "Numbers, 12 of 40 missing.",
    }
    assert found["notes"][1].startswith("Read as you chose: semicolons between columns; commas before decimals; points")
    status, _, err = run("import", table, "--separator", "x")
    assert (status, "“x” is no separator that is read" in err) == (2, True)


def test_training_and_predicting_read_a_table_by_the_same_words(run, tmp_path):
    table = tmp_path / "music.csv"
    table.write_text(
        "\n".join(["genre;a;b", *(f"{('x', 'y')[i % 2]};1.{500 + 7 * i % 90};{i % 7 - 1}" for i in range(60))])
    )
    how = ("--decimal", ".", "--missing=-1", "--separator", ";")
    found = document(run, "train", "--table", table, *how, "--model.hidden", "4", "--train.max_epochs", "1")
    read = "Read as you chose: semicolons between columns; points before decimals; “-1” as missing."
    assert read in found["notes"]
    status, _, said = run("predict", found["run"], table, *how, "--out", tmp_path / "answers.csv")
    assert (status, read in said) == (0, True)


def test_the_advice_to_keep_the_commonest_genres_can_be_followed(run, tmp_path):
    genres = [f"g{i // 2}" for i in range(406)] + ["soul"] * 10 + ["pop"] * 10
    table = write_table(tmp_path / "music.csv", len(genres), genres)
    status, _, err = run("import", table)
    assert (status, "keep the 2 commonest (a minimum of 3 tracks per genre)" in err) == (2, True)
    assert document(run, "import", table, "--data.min_tracks", "3")["genres"] == {"pop": 10, "soul": 10}


def test_an_import_says_that_the_split_tears_copies_apart(run, tmp_path):
    table = write_table(tmp_path / "music.csv")
    rows = table.read_text().splitlines()
    table.write_text("\n".join([*rows, *rows[1:61]]) + "\n")
    (copies,) = [finding for finding in document(run, "import", table)["findings"] if finding["kind"] == "copies"]
    assert "are both in the test part and outside it" in copies["sentence"]
    assert copies["severity"] == "warning"


def test_what_an_import_advises_can_be_typed_as_it_is_printed(run, tmp_path):
    table = tmp_path / "music.csv"
    kinds = ["Hip-Hop"] * 40 + ["hiphop"] * 40 + ["rock"] * 40 + ["polka"]
    lines = [f"{i % 7 / 3},{-1 if i % 9 == 0 else i % 11 + 0.5},{i % 13},{kind}" for i, kind in enumerate(kinds)]
    table.write_text("\n".join(["tempo,pitch,popularity,genre", *lines, "1,2"]) + "\n")
    told = {finding["kind"]: finding for finding in document(run, "import", table)["findings"]}
    options = {kind: [way["options"] for way in finding["ways"]] for kind, finding in told.items()}
    assert options["too small to split"] == ["--data.min_tracks 2"]
    assert options["alike names"] == ["--data.genres '*,Hip-Hop=Hip-Hop+hiphop'"]
    assert options["rows left out"] == ["--keep-rows"]
    assert options["not taken"] == ["--data.taken popularity"]
    assert options["code for missing"] == ["--data.codes pitch=-1"]
    for kind, ways in options.items():
        for way in filter(re.compile("--data|--keep").match, ways):  # the others are settings of a training
            left = document(run, "import", table, *shlex.split(way))["findings"]
            assert told[kind]["sentence"] not in [finding["sentence"] for finding in left], (kind, way)


def test_a_table_too_small_to_split_is_imported(run, tmp_path):
    table = write_table(tmp_path / "music.csv", n=6)
    assert document(run, "import", table)["n_tracks"] == 6


# -- limit -------------------------------------------------------------------------------------------------------------


def test_the_best_possible_is_known_before_anything_is_trained(run):
    found = document(run, "limit", "--data.overlap", "4.25")
    assert found["accuracy"] == pytest.approx(0.8185, abs=4 * found["standard_error"] + 1e-3)
    assert found["accuracy"] == document(run, "train", *QUICK[2:], "--data.overlap", "4.25")["bayes"]["accuracy"]
    assert (found["overlap"], found["reach"], found["about"]) == (4.25, None, "")
    assert found["macro_f1"] == pytest.approx(found["accuracy"], abs=0.01)
    out = run("limit", "--data.artists", "5")[1]
    assert out.startswith("At overlap 4.25 the best possible classifier is right on ")
    assert "It holds for single tracks by unknown artists." in out
    assert "On all 200 tracks by unknown artists, heard together, the best possible classifier is right on " in out


def test_the_overlap_for_a_wanted_limit_is_found(run):
    found = document(run, "limit", "--reach", "80")
    assert (found["reach"], found["data"]["overlap"]) == (0.8, found["overlap"])
    assert found["accuracy"] == pytest.approx(0.8, abs=0.01)
    assert document(run, "limit", "--data.overlap", found["overlap"])["accuracy"] == found["accuracy"]
    said = run("limit", "--reach", "80")[1]
    assert "You asked for 80 %. The overlap is rounded to its step of 0.05, so the accuracy is " in said


def test_the_limit_of_generated_music_is_called_what_it_is(run):
    found = document(run, "limit", "--preset", "music", "--data.label_noise", "0.2", "--right-about", "true")
    assert (found["right_about"], found["data"]["source"]) == ("true genres", "music")
    assert 0.8 < found["accuracy"] <= 1
    said = run("limit", "--preset", "music", "--data.difficulty", "1")[1]
    assert said.startswith("Someone who knows the recipes")
    assert "above what can be heard" in said


# -- bad input ---------------------------------------------------------------------------------------------------------

BAD_LINES = [
    ((), "No command is given"),
    (("trian",), "There is no command trian: did you mean train?"),
    (("train", "--data.overlp", "3"), "train has no option --data.overlp: did you mean --data.overlap?"),
    (("train", "--hidden", "3"), "did you mean --model.hidden?"),
    (("train", "--train.seed"), "--train.seed needs a value after it."),
    (("train", "extra"), "extra is one word too many for train"),
    (("train", "--preset", "noteboook"), "There is no preset noteboook: did you mean notebook?"),
    (("train", "--data.overlap", "99"), "data.overlap is 99, but the highest allowed is 20."),
    (("train", "--data.overlap", "much"), "data.overlap is"),
    (("train", "--model.hidden", "64,none"), "model.hidden is"),
    (("train", "--train.optimizer", "lion"), "must be one of adam, adamw, sgd"),
    (("train", "--model.architecture", "linear", "--model.hidden", "8"), "model.hidden is no setting where"),
    (("train", "--data.n_samples", "40", "--data.n_genres", "20"), "too few for 20 genres"),
    (("train", "--data.n_samples", "40"), "The genre Rock has 5 tracks, too few"),
    (("train", "--data.source", "table"), "No table is chosen: name its file after --table."),
    (("train", "--data.source", "table", "--data.table", "ab" * 32), "The table abababab is not in the store"),
    (("train", "--table", "nowhere.csv"), "There is no file nowhere.csv"),
    (("train", "--table", "."), ". is a folder"),
    (("train", "--decimal", ","), "say how the file of a table is read: name such a file"),
    (("train", "--table", "nowhere.csv", "--encoding", "klingon"), "“klingon” is no encoding"),
    (("import", "x" * 300), "cannot be read"),
    (("import",), "FILE is missing"),
    (("evaluate",), "RUN is missing"),
    (("evaluate", "nothing"), "There is no run nothing"),
    (("evaluate", "nothing", "--part", "all"), "There is no part all: choose one of train, validation, test."),
    (("runs", "--limit", "0"), "--limit"),
    (("train", "--part", "train"), "There is no part train: choose one of validation, test."),
    (("limit", "--reach", "101"), "--reach: must be a percentage above 0, at most 100"),
    (("limit", "--reach", "1"), "No overlap makes 1.0 % the best possible accuracy"),
    (("limit", "--data.source", "table"), "The limit is known only for synthetic tracks"),
    (("limit", "--preset", "music", "--reach", "80"), "--reach finds an overlap"),
    (("limit", "--preset", "music", "--right-about", "true"), "--right-about true needs generated tracks"),
    (("limit", "--model.hidden", "8"), "limit has no option --model.hidden"),
]


@pytest.mark.parametrize(
    ("line", "sentence"), BAD_LINES, ids=[" ".join(line)[:40] or "nothing" for line, _ in BAD_LINES]
)
def test_bad_input_is_told_in_one_line(run, line, sentence):
    status, out, err = run(*line)
    assert (status, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


FEW = b"".join(b"%d.5,jazz\n" % i for i in range(50)) + b"1.25,pop\n2.75,pop\n"
BAD_TABLES = {
    "empty": (b"", "is empty"),
    "header alone": (b"f0,f1,label\n", "no rows"),
    "binary": (bytes(range(256)) * 20, "binary"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n", "pointer"),
    "no label": (b"f0,f1\n" + b"1,2\n3,5\n" * 20, "genre"),
    "one genre": (b"f0,f1,label\n" + b"1,2,jazz\n3,5,jazz\n" * 20, "one genre"),
    "tiny genre": (b"f0,label\n" + FEW, "pop has 2 tracks"),
    "text features": (b"f0,label\n" + b"loud,jazz\nsoft,pop\n" * 20, "no numeric feature"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_told_in_one_line_and_not_kept(run, tmp_path, name, store_url):
    content, sentence = BAD_TABLES[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    commands = ("train --table", "import") if name != "tiny genre" else ("train --table",)
    for command in commands:
        status, out, err = run(*command.split(), path)
        assert (status, out) == (2, "")
        assert sentence in err
        assert err.count("\n") == (2 if "The others alone: " in err else 1)
    assert RunStore(store_url).tables() == []
    assert document(run, "runs") == {"runs": []}


def test_a_run_can_be_evaluated_after_its_table_was_deleted(run, tmp_path, store_url):
    found = document(run, "train", "--table", write_table(tmp_path / "music.csv"), *QUICK[2:])
    assert RunStore(store_url).delete_table(found["config"]["data"]["table"])
    again = document(run, "evaluate", found["run"], "--part", "test")
    assert again["test"]["confusion_matrix"] == found["test"]["confusion_matrix"]
    assert again["bayes"] is None
    assert again["findings"] is None
    status, _, err = run("evaluate", found["run"], "--part", "train")
    assert status == 2
    assert "is not in the store" in err


def test_an_unknown_column_is_told_with_those_that_come_close(run, tmp_path):
    table = write_table(tmp_path / "music.csv")
    for option in ("--label", "--group"):
        status, _, err = run("import", table, option, "lable")
        assert status == 2
        assert "no column lable" in err
        assert "label" in err


# -- the process -------------------------------------------------------------------------------------------------------


def test_help_lists_every_setting_with_its_default_and_bounds_without_importing_torch():
    code = (
        "import sys; from genre_core.terminal.main import main\n"
        "try: main(['train', '--help'])\n"
        "except SystemExit as end: status = end.code\n"
        "slow = {'torch', 'sklearn', 'pandas', 'scipy', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(str(slow) if slow else status)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    for name, setting in all_settings().items():
        assert f"--{name} " in done.stdout
        if setting.unit:
            assert re.search(rf"--{re.escape(name)} .*{setting.unit}\)", done.stdout)
    assert "--train.learning_rate 0.001 (1e-06 to 10)" in done.stdout
    assert "--model.hidden 128,64,32" in done.stdout
    assert all(preset in done.stdout for preset in PRESETS)


LONG = ("train", "--data.n_samples", "4000", "--train.max_epochs", "500", "--train.patience", "500")


def when_stored(terminal, store_url):
    """Return the run of a process as soon as it is in the store."""
    store, deadline = RunStore(store_url), time.monotonic() + 60
    while not (runs := store.runs()):
        assert terminal.running
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return store, runs[0].id


def test_ctrl_c_keeps_the_best_weights_so_far(store_url, tmp_path):
    terminal = Terminal(tmp_path, *LONG)
    store, run_id = when_stored(terminal, store_url)
    deadline = time.monotonic() + 60
    while store.run(run_id).epoch < 2:
        assert terminal.running
        assert time.monotonic() < deadline
        time.sleep(0.05)
    terminal.send(signal.SIGINT)
    status, out, err = terminal.end()
    assert (status, out) == (130, "")
    kept = store.run(run_id)
    assert (kept.state, kept.stopped_because) == ("complete", "stopped")
    assert (
        err
        == f"Stopped after epoch {kept.epoch}: the run {kept.id} keeps its best weights, of epoch {kept.best_epoch}.\n"
    )


def test_a_training_that_is_terminated_before_it_begins_is_not_left_waiting(store_url, tmp_path):
    terminal = Terminal(tmp_path, *LONG)
    store, run_id = when_stored(terminal, store_url)
    terminal.send(signal.SIGTERM)
    assert terminal.end()[:2] == (130, "")
    assert store.run(run_id).state in ("cancelled", "complete")


def test_a_second_ctrl_c_ends_a_training_at_once_and_without_a_complaint(store_url, tmp_path):
    terminal = Terminal(tmp_path, *LONG)
    store, run_id = when_stored(terminal, store_url)
    while store.run(run_id).state == "queued":
        assert terminal.running
        time.sleep(0.02)
    for _ in range(2):
        terminal.send(signal.SIGINT)
        time.sleep(0.001)
    status, _, err = terminal.end()
    assert status == 130
    assert re.fullmatch(r"(Interrupted|Stopped.*)\.\n", err), err


def test_output_that_nobody_reads_is_no_error():
    command = [sys.executable, "-m", "genre_core", "--help"]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=30) == 0
    process.stderr.close()


def test_progress_is_shown_where_the_output_is_a_terminal(tmp_path):
    import fcntl
    import pty
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    terminal = Terminal(tmp_path, "train", *QUICK, "--json", err=Path(os.ttyname(follower)))
    status, out, _ = terminal.end()
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):  # a terminal whose process has left
        while part := os.read(leader, 4096):
            shown += part
    os.close(leader)
    assert status == 0
    assert len(json.loads(out)["history"]) == 3
    assert b"of 3" in shown


# -- real tables -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not GTZAN.exists(), reason="the GTZAN tables are not beside the project")
@pytest.mark.parametrize(
    ("file", "expected"), [("features_30_sec.csv", 0.693), ("features_3_sec_three_genres.csv", 0.899)]
)
def test_real_tables_are_told_apart_as_well_as_they_can_be(store_url, file, expected):
    accuracies = []
    for seed in "012":
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            seeds = ["--split.seed", seed, "--train.seed", seed]
            large_batches = ["--train.batch_size", "256", "--train.learning_rate", "0.002"]  # as good, and sooner there
            assert main(["train", "--table", str(GTZAN / file), *seeds, *large_batches, "--by", "row", "--json"]) == 0
        found = json.loads(out.getvalue())
        assert found["leaky"] is False
        accuracies.append(found["test"]["accuracy"])
    assert statistics.mean(accuracies) == pytest.approx(expected, abs=0.03)
