"""`python -m genre_core search`: what it prints, and what it refuses."""

import json
import signal
import time

import pytest

from genre_core.store.openings import count_openings
from genre_core.store.runs import RunStore
from genre_core.terminal.main import main
from tests.terminal import Terminal

SMALL = ["--data.n_samples", "300", "--data.n_genres", "3", "--data.n_features", "4", "--train.max_epochs", "2"]
SMALL += ["--model.hidden", "8"]


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/store.sqlite")


def test_json_holds_the_best_every_trial_and_what_picking_it_flatters_by(capsys):
    space = [
        "--space",
        "train.learning_rate",
        "--space",
        "model.dropout=0..0.5",
        "--trials",
        "4",
        "--sampler",
        "random",
    ]
    assert main(["search", *SMALL, *space, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [trial["trial"] for trial in document["trials"]] == [1, 2, 3, 4]
    assert document["best"]["value"] == max(trial["value"] for trial in document["trials"])
    assert document["best_config"]["train"]["learning_rate"] == document["best"]["params"]["train.learning_rate"]
    assert document["optimism"]["corrected"] <= document["optimism"]["chosen"] == document["best"]["value"]
    assert set(document["best"]["params"]) == {"train.learning_rate", "model.dropout"}
    assert document["test"] is None
    store = RunStore()
    assert store.studies.study(document["study"]).state == "complete"
    assert count_openings(store, store.run(document["best"]["runs"][0]).context["test_hash"]).n == 0
    store.close()


def test_the_winners_test_part_is_opened_once_where_it_is_asked_for(capsys):
    space = ["--space", "model.hidden=4|8", "--sampler", "grid", "--objective", "log-loss", "--part", "test"]
    assert main(["search", *SMALL, *space]) == 0
    text = capsys.readouterr().out
    assert text.startswith("Best of 2 trials: ")
    assert "inflates the score by about" in text
    assert "The winner on 45 test tracks:" in text
    assert "Looks at the test part: None of these tracks was looked at for another configuration." in text


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_pauses_a_search_and_a_second_one_leaves_at_once_without_a_complaint(tmp_path, times):
    endless = ["--train.max_epochs", "500", "--train.patience", "500", "--trials", "50", "--no-pruning"]
    terminal = Terminal(tmp_path, "search", *SMALL, *endless, "--space", "train.learning_rate")
    store, deadline = RunStore(), time.monotonic() + 60
    while not (found := store.studies.studies("search", states=["running"])):
        assert terminal.running
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for _ in range(times):
        terminal.send(signal.SIGINT)
        time.sleep(0.05)
    status, out, err = terminal.end()
    assert (status, out) == (130, "")
    assert store.studies.study(found[0].id).state == "cancelled"
    assert err == "Interrupted.\n" or err.startswith("Paused after "), err
    assert err.count("\n") == 1
    store.close()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "--space is missing"),
        (["--space", "model.dropout=0.2..0.2"], "one point"),
        (["--space", "data.overlap"], "cannot be searched"),
        (["--space", "model.dropout", "--sampler", "bayes"], "There is no sampler bayes"),
        (["--space", "model.dropout", "--trials", "2000"], "highest allowed is 1,000"),
        (["--space", "model.dropout", "--trial", "3"], "did you mean --trials?"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_a_sentence(capsys, options, said):
    assert main(["search", *SMALL, *options]) == 2
    assert said in capsys.readouterr().err
