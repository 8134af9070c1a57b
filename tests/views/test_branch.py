"""Branching a run on Train, and opening the branch."""

import json

import pytest

from dashboard.figures.curves import Parent
from dashboard.text.train import branch_alt, branch_sentence
from genre_core.errors import ConfigError
from genre_core.settings.branches import branch_of, changed_at_branch
from genre_core.settings.names import configure
from genre_core.settings.naming import run_name
from genre_core.workers.run import execute
from tests.views.opening import drawn, opened, own_store, panel, press, texts

TRAIN = "views/train/page.py"
SMALL = configure(
    {"data.n_samples": 400, "train.max_epochs": 4, "model.hidden": (8, 4), "train.batch_size": 32, "train.seed": 7}
)
SLOWER = branch_of(SMALL, 2, learning_rate=0.0001)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("branch")) as own:
        for run_id, config in (("parent", SMALL), ("slower", SLOWER)):
            own.submit(run_id, config, f"the {run_id}")
            execute(run_id, 1, own.url)
        yield own


def lines(page, chart="accuracy"):
    found = json.loads(drawn(page, chart)["figure"])["data"]
    return {trace["name"]: trace["x"] for trace in found if trace.get("mode") == "lines" and "name" in trace}


def notes(page, chart="accuracy"):
    return [note["text"] for note in json.loads(drawn(page, chart)["figure"])["layout"]["annotations"]]


def epoch_of(page):
    """Return the field for the epoch of a branch; None where a run cannot be branched."""
    return next((field for field in page.number_input if field.key.startswith("branch epoch")), None)


def test_a_run_is_branched_with_its_settings_and_train_trains_the_branch(store):
    page = opened(TRAIN, run="parent")
    epoch = epoch_of(page)
    assert (epoch.value, epoch.max) == (store.run("parent").best_epoch, 4)
    epoch.set_value(2)
    press(page, "With a tenth of the learning rate")
    assert page.query_params["before.epochs"] == "2"
    assert page.query_params["train.learning_rate"] == "0.0001"
    assert panel(page)["values"]["train.learning_rate"] == 0.0001
    assert branch_sentence(SLOWER, "the parent", planned=True) in texts(page)
    assert not [button for button in page.button if button.label == "Use this run's settings"]
    press(page, "Train")
    run = store.run(page.query_params["run"])
    assert run.config == SLOWER
    assert run.name == run_name(SLOWER, {})


def test_a_branch_with_nothing_changed_says_so_and_is_left_again(store):
    page = press(opened(TRAIN, run="parent", epoch="3"), "Branch here")
    assert page.query_params["before.epochs"] == "3"
    assert branch_sentence(branch_of(SMALL, 3), "the parent", planned=True) in texts(page)
    press(page, "No branch")
    assert not any(name.startswith("before.") for name in page.query_params)


def test_a_branch_is_drawn_with_the_run_that_it_comes_from(store):
    page = opened(TRAIN, run="slower")
    assert lines(page)["before"] == [1, 2]
    assert lines(page)["parent"] == lines(page)["validation"] == [2, 3, 4]
    assert "branch · 2" in notes(page)
    assert {"parent", "validation"} <= set(notes(page, "loss"))
    assert branch_sentence(SLOWER, "the parent") in texts(page)
    assert branch_alt(Parent(2, store.epochs("parent"))) in drawn(page, "accuracy")["alt"]
    epoch = epoch_of(page)
    assert epoch.max == 2


def test_without_its_parent_a_branch_is_drawn_alone(store):
    store.submit("orphan", branch_of(configure({"train.seed": 8}, SMALL), 2, weight_decay=0.1), "orphan")
    execute("orphan", 1, store.url)
    page = opened(TRAIN, run="orphan")
    assert lines(page)["before"] == [1, 2]
    assert lines(page)["parent"] == []
    assert branch_sentence(store.run("orphan").config) in texts(page)


@pytest.mark.parametrize("view", ["evaluate", "genres", "runs"])
def test_a_branch_is_a_run_on_every_page(store, view):
    page = opened(f"views/{view}/page.py", run="slower")
    if view == "runs":
        (command,) = page.code
        assert "--before.epochs 2" in command.value
        assert "--train.learning_rate 0.0001" in command.value


def test_a_run_under_way_is_not_branched(store):
    store.submit("waiting", SMALL)
    assert epoch_of(opened(TRAIN, run="waiting")) is None


def test_a_branch_of_a_branch_is_one_of_the_run_before_both():
    assert branch_of(SLOWER, 1).parent == SMALL
    with pytest.raises(ConfigError, match="from its epochs up to 2"):
        branch_of(SLOWER, 3)
    with pytest.raises(ConfigError, match="not after 0"):
        branch_of(SMALL, 0)


def test_a_branch_after_the_last_epoch_may_train_further():
    config = branch_of(SMALL, 4)
    assert config.train.max_epochs == 14
    assert changed_at_branch(config) == {"train.max_epochs": (14, 4)}
