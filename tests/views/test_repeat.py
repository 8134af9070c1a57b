"""The Repeat page without a browser, over a store of its own and without a cluster."""

import json
import re

import pytest
from sqlalchemy import update

from dashboard.components.live import answer as answer_of
from dashboard.services import repetitions
from dashboard.theme import percent
from dashboard.views.repeat import live as following
from genre_core.networks import LinearConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.store.openings import openings_of
from genre_core.store.schema import studies
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig
from genre_core.workers.study import execute_study
from tests.views.opening import drawn, opened, own_store, press, texts

VIEW = "views/repeat/page.py"
DATA = SyntheticConfig(n_samples=300, n_genres=3, n_features=6)
QUICK = ExperimentConfig(data=DATA, model=LinearConfig(), train=TrainConfig(max_epochs=4))
SETTINGS = {
    "data__n_samples": "300", "data__n_genres": "3", "data__n_features": "6", "model__architecture": "linear",
    "train__max_epochs": "4",
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("repeat")) as own:
        yield own


def submitted(store, study_id, what, experiment=QUICK):
    config = RepeatsConfig(experiment=experiment, what=what)
    assert store.studies.submit(study_id, REPEATS.kind, config.model_dump_json())
    return study_id


@pytest.fixture(scope="module")
def seeds(store):
    execute_study(submitted(store, "seeds", OtherSeeds(times=4, vary="network")), 1, store.url)
    return "seeds"


@pytest.fixture(scope="module")
def folds(store):
    execute_study(submitted(store, "folds", Folds(k=3)), 1, store.url)
    return "folds"


def one(parameter):
    return parameter if isinstance(parameter, str) else parameter[0]


def answer(page):
    return drawn(page, "repeat answer words")


def test_before_there_is_one_the_page_says_what_it_is_for(store):
    page = opened(VIEW, **SETTINGS)
    assert answer(page)["text"] == "How reliable is this score?"
    assert {b.label: b.disabled for b in page.button if b.label in ("Repeat", "Stop")} == {
        "Repeat": False, "Stop": True,
    }  # fmt: skip


def test_the_button_starts_it_the_address_names_it_and_it_can_be_stopped_and_gone_on_with(store):
    page = opened(VIEW, how="5 folds", **SETTINGS)
    press(page, "Repeat")
    study_id = one(page.query_params["study"])
    config = RepeatsConfig.model_validate_json(store.studies.study(study_id).config_json)
    assert config.what == Folds(k=5)
    assert config.experiment.train.max_epochs == 4
    assert answer(page)["text"] == "Waiting for a worker."
    press(page, "Stop")
    assert store.studies.study(study_id).state == "cancelled"
    press(page, "Continue")
    assert store.studies.study(study_id).state == "queued"
    store.studies.delete(study_id)


def test_seeds_have_a_mean_an_interval_and_every_run_on_the_ruler(store, seeds):
    page = opened(VIEW, study=seeds)
    said = answer(page)
    assert said["text"].startswith("Right on ")
    assert "of validation tracks, on average over 4 seeds" in said["text"]
    assert "covers only luck in training" in said["note"]
    marks = drawn(page, "repeat ruler")["marks"]
    assert [mark["kind"] for mark in marks].count("tick") == 4
    assert next(mark for mark in marks if mark["kind"] == "model")["low"] is not None
    traces = json.loads(drawn(page, "repeat accuracy")["figure"])["data"]
    assert {trace.get("name") for trace in traces} >= {"mean", "mean ± 1 sd", "lowest to highest"}
    rows = page.dataframe[0].value
    assert list(rows["run"]) == [f"Seed {n} of 4" for n in range(1, 5)]
    assert set(rows["state"]) == {"✓ complete"}


def test_the_test_parts_of_seeds_are_closed_until_somebody_opens_them(store, seeds):
    page = opened(VIEW, study=seeds, part="test")
    assert "of validation tracks" in answer(page)["text"]
    assert "are closed" in texts(page)
    press(page, "Open the test parts")
    assert "of test tracks" in answer(page)["text"]
    runs = store.members.runs(seeds).values()
    assert {(found.n, found.opened) for found in openings_of(store, runs).values()} == {(4, True)}


def test_folds_judge_every_track_once_and_leave_the_test_part_closed(store, folds):
    page = opened(VIEW, study=folds)
    assert "of held-out tracks, on average over 3 folds" in answer(page)["text"]
    assert "Nadeau and Bengio" in answer(page)["note"]
    assert "The real test part is in no fold" in texts(page)
    counts = drawn(page, "matrix of folds")["view"]["counts"]
    assert sum(map(sum, counts)) == 255
    score = repetitions.pooled_score(repetitions.repetition(folds))
    assert f"of 255 predictions are right, {percent(score.rate, score.interval)}. Each track is judged once" in texts(
        page
    )
    runs = store.members.runs(folds).values()
    assert all(found.opened for found in openings_of(store, runs).values())


def test_a_chosen_run_opens_on_evaluate(store, folds):
    run = store.members.runs(folds)[2]
    page = opened(VIEW, study=folds, run=run.id)
    links = [link.proto.label for link in page.get("page_link")]
    assert "Evaluate Fold 2 of 3" in links
    judged = opened("views/evaluate/page.py", run=run.id, part="test")
    assert not judged.exception


def test_it_says_how_many_runs_a_given_difference_takes(store, seeds, folds):
    page = opened(VIEW, study=seeds)
    assert re.search(
        r"You need about [\d,]+ runs of each to show a difference of 1.0.points? in four of five cases", texts(page)
    )
    page.number_input(key="difference").set_value(50.0).run()
    assert "You need about 3 runs of each to show a difference of 50.0" in texts(page)
    assert "No number of runs on these tracks would show a difference of 0.1" in texts(
        opened(VIEW, study=folds, difference="0.1")
    )


def test_two_settings_are_compared_run_by_run(store, seeds, folds):
    better = QUICK.model_copy(update={"train": TrainConfig(max_epochs=30, learning_rate=0.02)})
    execute_study(submitted(store, "better", OtherSeeds(times=4, vary="network"), better), 1, store.url)
    said = texts(opened(VIEW, study="better", **{"with": seeds}))
    assert "These settings are better than the others by" in said
    assert "4 runs of each are paired by split and seed" in said
    assert "These settings are worse than the others by" in texts(opened(VIEW, study=seeds, **{"with": "better"}))
    assert "These two cannot be compared." in texts(opened(VIEW, study=seeds, **{"with": folds}))
    same = submitted(store, "same", OtherSeeds(times=3, vary="network"))
    execute_study(same, 1, store.url)
    assert "No clear difference" in texts(opened(VIEW, study=same, **{"with": seeds}))


def test_a_running_one_shows_each_run_and_is_followed(store):
    study_id = submitted(store, "running", OtherSeeds(times=3, vary="split"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.members.__class__, "runs", lambda *_: {})  # nothing to sum up: it stays as it is
        patch.setattr(store.studies.__class__, "finish", lambda *_: False)
        execute_study(study_id, 1, store.url)
    page = opened(VIEW, study=study_id)
    assert answer(page)["text"] == "Training 3 seeds of the split: 3 of 3 runs done."
    assert drawn(page, "repeat progress")["done"] == 1
    answered = answer_of(following.look, study_id, "")
    assert set(answered["parts"]) == {"answer", "progress", "ruler", "loss", "accuracy"}
    assert "parts" not in answer_of(following.look, study_id, answered["state"])
    store.studies.stop(study_id)


def test_a_stopped_a_failed_and_an_unknown_one_say_so(store, seeds):
    assert "There is no repetition nowhere here" in texts(opened(VIEW, study="nowhere"))
    submitted(
        store, "failed", Folds(k=20), QUICK.model_copy(update={"data": DATA.model_copy(update={"n_samples": 30 * 2})})
    )
    execute_study("failed", 1, store.url)
    page = opened(VIEW, study="failed")
    assert answer(page)["text"] == "Training failed after 0 of 20 runs."
    assert "too few for 20 folds" in answer(page)["note"]
    with store.transaction() as connection:
        connection.execute(update(studies).where(studies.c.id == seeds).values(state="cancelled"))
    assert answer(opened(VIEW, study=seeds))["text"] == "Stopped after 4 of 4 runs."
    with store.transaction() as connection:
        connection.execute(update(studies).where(studies.c.id == seeds).values(revision=99, config="{}x"))
    assert "another version of Genre Lab" in texts(opened(VIEW, study=seeds))
