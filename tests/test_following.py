"""News for an open page of the run it follows: new parts for a new state, and when the page around them is old."""

import json

import pytest

from dashboard.components.live import answer
from dashboard.services import runs
from dashboard.services.runs import NO_PROGRESS, SOON_SECONDS
from dashboard.views.train import live as following
from genre_core.settings.names import configure
from genre_core.workers.run import execute
from tests.views.opening import own_store

SMALL = configure({"data.n_samples": 400, "train.max_epochs": 3, "model.hidden": (8, 4), "train.batch_size": 32})


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("following")) as own:
        yield own


def step(store, run_id: str) -> None:
    """Train one epoch and pause."""
    attempt = store.requeue(run_id, ["paused"]) or 1
    store.request(run_id, "step")
    execute(run_id, attempt, store.url)


def points(answer) -> int:
    named = {trace.get("name"): trace for trace in json.loads(answer["parts"]["accuracy"]["figure"])["data"]}
    return len(named["validation"]["x"])


def test_each_epoch_brings_new_parts_and_the_first_a_new_page(store):
    store.submit("watched", SMALL, "watched")
    before = answer(following.look, "watched", "")
    assert before["again"] == SOON_SECONDS
    assert "matrix" not in before["parts"]
    step(store, "watched")
    first = answer(following.look, "watched", before["state"])
    assert first["phase"] != before["phase"]
    assert points(first) == 1
    counts = first["parts"]["matrix"]["view"]["counts"]
    assert sum(map(sum, counts)) == store.run("watched").context["n_validation"]
    step(store, "watched")
    second = answer(following.look, "watched", first["state"])
    assert points(second) == 2
    assert "epoch 2 of 3" in second["parts"]["answer"]["text"]


def test_a_state_that_the_page_has_is_not_sent_again(store):
    store.submit("still", SMALL, "still")
    known = answer(following.look, "still", "")
    assert "parts" not in answer(following.look, "still", known["state"])


def test_a_page_that_is_behind_the_worker_shows_what_it_knows_of(store):
    store.submit("ahead", SMALL, "ahead")
    waiting = store.run("ahead")
    step(store, "ahead")
    one_epoch = store.run("ahead")
    step(store, "ahead")
    assert runs.progress(waiting) == NO_PROGRESS
    assert [epoch.epoch for epoch in runs.progress(one_epoch).epochs] == [1]
    assert runs.progress(one_epoch).shown.epoch == 1


def test_a_command_makes_the_page_run_again(store):
    store.submit("held", SMALL, "held")
    before = answer(following.look, "held", "")["phase"]
    store.hold("held")
    assert answer(following.look, "held", "")["phase"] != before


def test_a_run_that_is_gone_or_of_another_version_has_no_parts(store):
    assert answer(following.look, "nobody", "") == {"phase": "gone"}
    store.submit("old", SMALL, "old")
    with store.transaction() as connection:
        connection.exec_driver_sql('UPDATE runs SET config = \'{"data": {"source": "tape"}}\' WHERE id = \'old\'')
    assert answer(following.look, "old", "")["phase"] == "gone"


def test_answers_are_plain_data_without_nan(store):
    store.submit("plain", SMALL, "plain")
    step(store, "plain")
    json.dumps(answer(following.look, "plain", ""), allow_nan=False)
