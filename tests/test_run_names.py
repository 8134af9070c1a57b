"""Names of runs in lists, what tells them apart, and how the list of runs is filtered."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.text.run_names import distinct_names, is_named, picker_labels, short_name, told_apart, versus
from dashboard.views.runs.filtering import fits
from dashboard.views.runs.text import BEST, columns, differing, labels, rows_of, usual_columns
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.settings.naming import apart, run_name
from genre_core.store.openings import Openings
from tests.test_sentences_train import make_run


def a_run(number: int, name: str = "", accuracy: float | None = None, **given):
    config = configure({name.replace("__", "."): value for name, value in given.items()})
    scores = {"accuracy": accuracy, "accuracy_interval": [0.5, 0.9], "macro_f1": accuracy}
    run = make_run("complete", summary={} if accuracy is None else {"validation": scores})
    return replace(
        run,
        id=f"r{number}",
        name=name or run_name(config, {}),
        config_json=config.model_dump_json(),
        created_at=run.created_at + timedelta(minutes=number),
    )


def rows(*runs):
    return rows_of(runs, {}, defaultdict(Openings), {})


def test_a_run_is_called_by_its_network_among_others_on_its_data():
    run = a_run(1, model__dropout=0.5)
    assert short_name(run, {}) == "perceptron 128-64-32 · dropout 0.5"
    assert not is_named(run, {})
    assert is_named(replace(run, name="mine"), {})
    assert short_name(replace(run, name="mine"), {}) == "mine"
    nameless = replace(run, name=run.id)
    assert short_name(nameless, {}) == "perceptron 128-64-32 · dropout 0.5"


def test_runs_of_the_same_settings_are_numbered_by_age():
    runs = [a_run(3), a_run(1), a_run(2, data__n_samples=400)]
    name = "perceptron 128-64-32"
    assert distinct_names(runs, {}) == {"r1": name, "r2": name, "r3": f"{name} (2)"}
    assert told_apart(runs[:2], {}) == [f"{name} (2)", name]


def test_in_a_list_to_choose_from_the_data_come_last_and_only_where_they_differ():
    runs = [a_run(1, accuracy=0.8), a_run(2, accuracy=0.7, train__seed=7)]
    assert picker_labels(runs, {})["r2"] == "perceptron 128-64-32 · training seed 7 · 70.0\u202f%"
    other = [*runs, a_run(3, data__overlap=0.8)]
    assert picker_labels(other, {})["r1"].endswith(" · 80.0\u202f% · synthetic, overlap 4.25")


def test_what_tells_runs_apart_is_said_of_each():
    runs = [a_run(1), a_run(2, train__learning_rate=0.05), a_run(3, "mine", model__hidden=(256, 256))]
    assert told_apart(runs, {}) == [
        "hidden layers 128-64-32, learning rate 0.001", "hidden layers 128-64-32, learning rate 0.05", "mine",
    ]  # fmt: skip
    rates = (runs[0], runs[1])
    assert versus(rates, ("learning rate 0.001", "learning rate 0.05"), {}) == ("Learning rate 0.001", "0.05")
    assert versus(rates, ("dropout 0.5", "learning rate 0.05"), {}) == ("Dropout 0.5", "learning rate 0.05")
    mine = (runs[2], replace(runs[2], name="mine too"))
    assert versus(mine, ("run a", "run b"), {}) == ("run a", "run b")
    both = [run.config for run in runs[:2]]
    assert apart([both[0], ensemble_of(both)], {})[1][0] == "ensemble of 2"
    assert apart([both[0], both[0]], {}) == [[], []]


def test_what_a_network_asks_for_itself_is_not_said():
    heard = {"data.source": "clips", "data.table": "ab" * 32}
    listens, reads = configure(heard | {"model.architecture": "cnn"}), configure(heard)
    assert "logmel" not in run_name(listens, {})
    assert "feature sets gtzan57" in apart([reads, listens], {})[0]
    assert apart([reads, configure({})], {})[0] == ["clips abababab, no longer stored"], "no setting at its default"
    assert not any("logmel" in text for text in apart([reads, listens], {})[1])


def test_few_settings_have_columns_of_their_own_and_many_share_one():
    few = rows(a_run(1, accuracy=0.8), a_run(2, accuracy=0.7, train__seed=7))
    assert differing([*few]) == ["train.seed"]
    shown = columns(few, usual_columns(few))
    assert shown["train.seed"] == [42, 7]
    assert labels(few) == ["perceptron 128-64-32", "perceptron 128-64-32"]
    assert [BEST in text for text in shown["validation"]] == [True, False]
    one = {"train__seed": 7, "train__patience": 3, "model__dropout": 0.1}
    many = rows(a_run(1), a_run(2), a_run(3, train__batch_size=32, **one))
    assert "apart" in usual_columns(many)
    assert columns(many, ["apart"])["apart"] == [None, None, "dropout 0.1, batch size 32, patience 3, training seed 7"]


def test_a_run_alone_on_its_tracks_is_the_best_of_none():
    alone = rows(a_run(1, accuracy=0.8))
    assert not alone[0].best
    assert usual_columns(alone)[:2] == ["validation", "macro_f1"]


@pytest.mark.parametrize(
    ("query", "fitting"),
    [
        ("", True),
        ("perceptron dropout", True),
        ("PERCEPTRON, lesson", True),
        ("-lesson", False),
        ("-cnn", True),
        ("accuracy > 80", True),
        ("accuracy >= 82 %, learning rate < 0.001", False),
        ("learning rate <= 1e-3", True),
        ("learning rate <= .001, accuracy > 80.", True),
        ("accuracy > 1.2.3", False),
        ("accuracy > .", False),
        ("no such number > 1", False),
        ("cnn", False),
    ],
)
def test_a_filter_asks_for_words_and_numbers(query, fitting):
    numbers = {"accuracy": 82.0, "Learning rate": 0.001}
    assert fits(query, "Perceptron 128-64-32 · dropout 0.5 Lesson 2", numbers) == fitting


def test_the_numbers_of_a_run_are_its_scores_and_settings():
    (row,) = rows(a_run(1, accuracy=0.8))
    assert row.numbers["accuracy"] == 80.0
    assert row.numbers["Learning rate"] == ExperimentConfig().train.learning_rate
