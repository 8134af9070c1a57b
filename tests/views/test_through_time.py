"""Through time on Evaluate: in every state of a run, from its address, and the answers by which it grows."""

import numpy as np
import pytest

from dashboard.components.live import answer
from dashboard.services import histories, outcomes
from dashboard.theme import percent
from dashboard.views.evaluate import live as following
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.store.run_result import Judge
from genre_core.workers.run import execute
from tests.test_history import unpacked
from tests.views.opening import drawn, opened, own_store, texts

EVALUATE = "views/evaluate/page.py"
SMALL = {
    "data.n_samples": 400,
    "train.max_epochs": 4,
    "model.hidden": (16,),
    "train.batch_size": 16,
    "data.overlap": 3.0,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("time")) as own:
        for run_id, more in (
            ("done", {}),
            ("one", {"train.max_epochs": 1}),
            ("grouped", {"data.artists": 8, "data.artist_spread": 2.0}),
            ("noisy", {"data.label_noise": 0.2}),
        ):
            own.submit(run_id, configure(SMALL | more), f"The {run_id} one")
            execute(run_id, 1, own.url)
            assert own.run(run_id).state == "complete"
        for run_id in ("queued", "paused", "failed"):
            own.submit(run_id, configure(SMALL | {"train.seed": 7}), f"The {run_id} one")
        for run_id in ("paused", "failed"):
            step(own, run_id)
            step(own, run_id)
        own.requeue("failed", ["paused"])
        own.fail("failed", own.run("failed").attempt, "The worker ran out of memory: take fewer tracks.")
        open_test(own, own.run("done"))
        yield own


def step(store, run_id):
    attempt = store.requeue(run_id, ["paused"]) or 1
    store.request(run_id, "step")
    execute(run_id, attempt, store.url)


def shown(page):
    return drawn(page, "time matrix")["view"]


@pytest.mark.parametrize("run_id", ["done", "grouped", "noisy"])
def test_the_history_is_that_of_the_stored_predictions_and_its_best_epoch_that_of_the_page(store, run_id):
    run = store.run(run_id)
    for clean in (False, True):
        history, outcome = histories.history(run, clean=clean), outcomes.outcome(run, "validation", judge=Judge(clean))
        matrix = outcome.evaluation.confusion_matrix
        np.testing.assert_array_equal(history.counts[run.best_epoch - 1], matrix.counts)
        for genre, score in enumerate(outcome.evaluation.per_genre):
            assert history.recalls[run.best_epoch - 1, genre] == pytest.approx(score.recall, abs=1e-12)
            assert history.recall_interval(run.best_epoch, genre) == matrix.interval(genre, genre, "true")
        assert history.accuracy_interval(run.best_epoch) == outcome.evaluation.accuracy_interval
        assert history.macro_f1s[run.best_epoch - 1] == pytest.approx(outcome.evaluation.macro_f1, abs=1e-12)
    labels, k = np.frombuffer(store.artifact(run_id, "validation_labels"), dtype=np.uint8), 8
    by_label = histories.history(run)
    for epoch in range(1, run.epoch + 1):
        predicted = store.predictions(run_id, epoch)
        counts = np.bincount(labels.astype(int) * k + predicted, minlength=k * k).reshape(k, k)
        np.testing.assert_array_equal(by_label.counts[epoch - 1], counts)


def test_a_complete_run_opens_at_its_best_epoch_with_the_numbers_of_the_page(store):
    page = opened(EVALUATE, run="done", section="epochs")
    best = store.run("done").best_epoch
    scrubber = drawn(page, "scrubber")
    assert (scrubber["at"], scrubber["default"], scrubber["active"]) == (None, best, False)
    evaluated = drawn(opened(EVALUATE, run="done"), "matrix")["view"]
    assert shown(page)["counts"] == evaluated["counts"]
    assert shown(page)["intervals"][0][0] == evaluated["intervals"][0][0]
    scores = outcomes.outcome(store.run("done"), "validation").evaluation
    assert scrubber["history"]["right"][best - 1] == percent(scores.accuracy, scores.accuracy_interval)
    assert scrubber["history"]["macro_f1"][best - 1] == percent(scores.macro_f1)


def test_the_address_says_the_epoch_and_the_lifted_genres(store):
    page = opened(EVALUATE, run="done", section="epochs", epoch="2", lift="1-3")
    history = histories.history(store.run("done"))
    assert shown(page)["counts"] == history.counts[1].tolist()
    assert drawn(page, "scrubber")["at"] == drawn(page, "recalls")["at"] == 2
    assert page.multiselect[0].value == [1, 3]
    page.multiselect[0].set_value([5]).run()
    assert page.query_params["lift"] == "5"


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"epoch": "99"}, "epoch is 99 in this link, but this run has 4 epochs"),
        ({"epoch": "0"}, "epoch is 0 in this link"),
        ({"epoch": "two"}, "should be an epoch such as 7"),
        ({"lift": "3-77"}, "has genres 0 to 7"),
        ({"lift": "Folk"}, "should be genres such as 3-5"),
    ],
)
def test_what_a_link_cannot_mean_is_said_and_left_out(store, params, sentence):
    page = opened(EVALUATE, run="done", section="epochs", **params)
    assert sentence in texts(page)
    assert drawn(page, "scrubber")["at"] is None


def test_on_the_test_part_it_says_that_it_is_about_validation(store):
    page = opened(EVALUATE, run="done", section="epochs", part="test")
    assert "This is the validation part" in texts(page)
    assert sum(map(sum, shown(page)["counts"])) == store.run("done").context["n_validation"]


def test_one_epoch_is_enough(store):
    page = opened(EVALUATE, run="one", section="epochs")
    assert drawn(page, "scrubber")["history"]["epochs"] == [1]
    assert "the first epoch" in texts(page)


@pytest.mark.parametrize(
    ("run_id", "said"), [("paused", "when the run resumes"), ("failed", "2 epochs before the failure")]
)
def test_a_run_that_is_not_complete_has_it_as_far_as_it_came(store, run_id, said):
    page = opened(EVALUATE, run=run_id)
    assert drawn(page, "scrubber")["default"] is None
    assert shown(page)["counts"] == histories.history(store.run(run_id)).counts[1].tolist()
    assert said in texts(page)


def test_before_the_first_epoch_there_is_nothing_but_what_waits_for_it(store):
    page = opened(EVALUATE, run="queued")
    assert not page.multiselect
    assert drawn(page, "live")["path"].startswith("epochs/queued/")


def test_each_epoch_brings_only_its_own_matrix_and_a_new_attempt_all(store):
    run = store.run("paused")
    before = answer(following.look, "paused/latest/1/labels", "")
    assert before["parts"]["scrubber"]["epochs"] == [1, 2]
    assert "parts" not in answer(following.look, "paused/latest/1/labels", before["state"])
    attempt = store.requeue("paused", ["paused"])
    store.request("paused", "step")
    execute("paused", attempt, store.url)
    after = answer(following.look, "paused/latest/1/labels", before["state"])
    assert after["parts"]["scrubber"]["epochs"] == [1, 2, 3]  # another attempt: its epochs need not be the same
    seen = f"{attempt} 2 running"
    part = answer(following.look, "paused/2/none/labels", seen)["parts"]
    assert part["scrubber"]["epochs"] == [3]
    np.testing.assert_array_equal(
        unpacked(part["scrubber"])[0], histories.history(store.run("paused")).counts[2].ravel()
    )
    assert "Between epochs 1 and 2" in part["changed"]["note"]
    assert answer(following.look, "nobody/latest/none/labels", "") == {"phase": "gone"}
    assert answer(following.look, "paused/9999/99-x-1/labels", "x y z")["parts"]
    assert run.epoch == 2
