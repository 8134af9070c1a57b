"""Ensembles in the pages: made from runs, and a run like any other on every page."""

import json

import pytest

from dashboard.services import datasets, networks
from dashboard.services.runs import Queue
from dashboard.text.ensembles import NO_EPOCHS, beside_members, why_not_averaged
from dashboard.text.train import of_run, which_epoch
from genre_core.errors import DataError
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.settings.naming import run_name
from genre_core.workers.run import execute
from tests.views.opening import drawn, opened, own_store, texts

SMALL = configure({"data.n_samples": 400, "train.max_epochs": 3, "model.hidden": (8,), "train.batch_size": 32})
SEEDS = [configure({"train.seed": seed}, SMALL) for seed in (1, 2, 3)]
NAMES = ("one", "two", "three")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("ensembles")) as own:
        for run_id, config in zip((*NAMES, "other", "all"), (*SEEDS, other(), ensemble_of(SEEDS)), strict=True):
            own.submit(run_id, config, run_id)
            execute(run_id, 1, own.url)
        yield own


def other():
    return configure({"data.overlap": 2}, SMALL)


def button(page):
    return next(button for button in page.button if button.label.startswith("Average these"))


def marks(page, key: str, kind: str) -> list[float]:
    return [mark["value"] for mark in drawn(page, key)["marks"] if mark["kind"] == kind]


def accuracies(store, part: str) -> list[float]:
    return sorted(round(store.run(name).summary[part]["accuracy"], 5) for name in NAMES)


def test_chosen_runs_are_averaged_and_twice_is_once(store, monkeypatch):
    went = []
    monkeypatch.setattr("streamlit.switch_page", lambda page, query_params: went.append((page, query_params["run"])))
    page = opened("views/runs/page.py", run="one", runs="one,two")
    for _ in range(2):
        assert button(page).label == "Average these 2"
        button(page).click().run()
        assert not page.exception
    (first, second) = went
    assert first == second
    run = store.run(first[1])
    assert run.config == ensemble_of(SEEDS[:2])
    assert run.name == run_name(run.config, {})
    store.cancel(run.id)


@pytest.mark.parametrize("runs", ["one,other", "one,all"])
def test_what_cannot_be_averaged_says_why(store, runs):
    reason = why_not_averaged([store.run(run) for run in runs.split(",")])
    assert reason
    found = button(opened("views/runs/page.py", run="one", runs=runs))
    assert found.disabled
    assert reason in found.help.replace("\\", "")


def test_evaluate_shows_an_ensemble_beside_its_members(store):
    page = opened("views/evaluate/page.py", run="all")
    assert marks(page, "evaluate ruler", "tick") == accuracies(store, "validation")
    rates = [store.run(name).summary["validation"]["accuracy"] for name in NAMES]
    assert beside_members(store.run("all"), "validation", rates) in texts(page)


def test_members_whose_test_part_is_closed_stay_closed(store):
    page = opened("views/evaluate/page.py", run="all", part="test")
    page.button(key="open test").click().run()
    assert not page.exception
    assert marks(page, "evaluate ruler", "tick") == []
    assert beside_members(store.run("all"), "test", []) in texts(page)


def test_train_says_what_an_ensemble_is_and_has_no_way_to_branch_it(store):
    page = opened("views/train/page.py", run="all")
    run = store.run("all")
    said = of_run(run, [], datasets.limit(run.config.data), Queue())
    assert said.answer.startswith("Averaged: ")
    assert drawn(page, "answer words")["text"] == said.answer
    assert said.reason in texts(page)
    assert drawn(page, "train progress")["text"] == "3 networks averaged"
    assert marks(page, "train ruler", "tick") == accuracies(store, "validation")
    assert not [field for field in page.number_input if field.key.startswith("branch epoch")]


def test_its_card_lists_its_members_and_the_commands_that_repeat_it(store):
    page = opened("views/runs/page.py", run="all")
    assert "Averages 3 networks" in texts(page)
    (command,) = page.code
    lines = command.value.splitlines()
    assert [line.split()[3] for line in lines] == ["train", "train", "train", "ensemble"]
    assert all("--part validation" in line for line in lines[:3])
    assert not any(one.label == "Same settings" for one in page.button)


@pytest.mark.parametrize("section", ["epochs", "confidence"])
def test_sections_of_evaluate_draw_an_ensemble(store, section):
    page = opened("views/evaluate/page.py", run="all", section=section)
    assert (NO_EPOCHS in texts(page)) == (section == "epochs")


@pytest.mark.parametrize("section", ["features", "learning"])
def test_sections_of_a_genre_draw_an_ensemble(store, section):
    opened("views/genres/page.py", run="all", genre="Jazz", section=section)


def test_a_track_of_an_ensemble_has_its_answer_and_says_why_no_more(store):
    page = opened("views/track/page.py", run="all", track=0)
    with pytest.raises(DataError, match=r"^An ensemble has no single network: open one of its members\.$") as told:
        networks.network(store.run("all"))
    assert str(told.value) in texts(page)


def test_an_ensemble_is_compared_with_a_member(store):
    page = opened("views/compare/page.py", runs="all,one")
    assert "only in their seed" not in " ".join(item.proto.body for item in page.get("html"))
    (table,) = [frame.value for frame in page.dataframe if "setting" in frame.value]
    assert list(table.iloc[0]) == ["Networks", "the mean of 3", "one"]


def test_train_draws_the_curves_of_the_members_and_the_matrix_of_their_mean(store):
    page = opened("views/train/page.py", run="all")
    figure = json.loads(drawn(page, "accuracy")["figure"])
    names = {trace["name"] for trace in figure["data"] if trace.get("mode") == "lines" and "name" in trace}
    assert names == {f"{name}, {part}" for name in NAMES for part in ("train", "validation")}
    assert drawn(page, "confusions title")["note"] == which_epoch(store.run("all"), None)
    assert len(drawn(page, "live matrix")["view"]["counts"]) == 8
