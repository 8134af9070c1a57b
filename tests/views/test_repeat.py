"""The Repeat page without a browser, over a store of its own and without a cluster."""

import json

import pytest
from sqlalchemy import update

from dashboard.components.live import answer as answer_of
from dashboard.services import repetitions
from dashboard.views.repeat import live as following
from dashboard.views.repeat import text as sentences
from genre_core.errors import RunStateError
from genre_core.networks import LinearConfig
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig, TrainConfig
from genre_core.store.openings import openings_of
from genre_core.store.schema import studies
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig
from genre_core.studies.repeats.summary import runs_to_show, shared_groups
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


def shows(page, study_id, *, test=False):
    """Say whether a page opens with what there is to say of a repetition."""
    said = sentences.headline(repetitions.repetition(study_id, test=test))
    return (answer(page)["text"], answer(page)["note"]) == (said.answer, said.reason)


def planned(study_id, difference):
    """Return how many runs would show a difference, as the page is to say it."""
    return sentences.planned(difference, runs_to_show(repetitions.repetition(study_id).summary, difference))


def refusal(study_id):
    """Return why a repetition cannot be shown."""
    with pytest.raises(RunStateError) as told:
        repetitions.repetition(study_id)
    return str(told.value)


def test_before_there_is_one_the_page_says_what_it_is_for(store):
    page = opened(VIEW, **SETTINGS)
    assert answer(page)["text"] == sentences.BEFORE.answer
    assert "limit" in json.dumps(drawn(page, "repeat ruler before"))
    assert {b.label: b.disabled for b in page.button if b.label in ("Repeat", "Stop")} == {
        "Repeat": False, "Stop": True,
    }  # fmt: skip


def test_the_button_starts_it_the_address_names_it_and_it_can_be_stopped_and_gone_on_with(store):
    page = opened(VIEW, how="folds", times="7", **SETTINGS)
    press(page, "Repeat")
    study_id = one(page.query_params["study"])
    config = RepeatsConfig.model_validate_json(store.studies.study(study_id).config_json)
    assert config.what == Folds(k=7)
    assert config.experiment.train.max_epochs == 4
    assert shows(page, study_id)
    press(page, "Stop")
    assert store.studies.study(study_id).state == "cancelled"
    press(page, "Continue")
    assert store.studies.study(study_id).state == "queued"
    store.studies.delete(study_id)


def test_seeds_have_a_mean_an_interval_and_every_run_on_the_ruler(store, seeds):
    page = opened(VIEW, study=seeds)
    assert shows(page, seeds)
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
    assert shows(page, seeds)
    assert sentences.CLOSED in texts(page)
    press(page, "Open the test parts")
    assert shows(page, seeds, test=True)
    assert not shows(page, seeds)
    runs = store.members.runs(seeds).values()
    assert {(found.n, found.opened) for found in openings_of(store, runs).values()} == {(4, True)}


def test_folds_judge_every_track_once_and_leave_the_test_part_closed(store, folds):
    page = opened(VIEW, study=folds)
    found = repetitions.repetition(folds)
    assert shows(page, folds)
    assert sentences.held_out(found) in texts(page)
    counts = drawn(page, "matrix of folds")["view"]["counts"]
    assert sum(map(sum, counts)) == 255
    assert sentences.pooled(found, repetitions.pooled_score(found)) in texts(page)
    runs = store.members.runs(folds).values()
    assert all(found.opened for found in openings_of(store, runs).values())


def test_a_chosen_run_opens_on_evaluate(store, folds):
    run = store.members.runs(folds)[2]
    page = opened(VIEW, study=folds, run=run.id)
    links = [link.proto.label for link in page.get("page_link")]
    assert f"Evaluate {repetitions.repetition(folds).config.name(2)}" in links
    judged = opened("views/evaluate/page.py", run=run.id, part="test")
    assert not judged.exception


def test_it_says_how_many_runs_a_given_difference_takes(store, seeds, folds):
    page = opened(VIEW, study=seeds)
    assert planned(seeds, 0.01) in texts(page)
    page.number_input(key="difference").set_value(50.0).run()
    assert sentences.planned(0.5, 3) in texts(page)
    assert planned(seeds, 0.5) == sentences.planned(0.5, 3)
    assert sentences.planned(0.001, None) in texts(opened(VIEW, study=folds, difference="0.1"))


def compared(ours, theirs):
    return drawn(opened(VIEW, study=ours, **{"with": theirs}), "compared words")


def test_two_settings_are_compared_run_by_run(store, seeds, folds):
    better = QUICK.model_copy(update={"train": TrainConfig(max_epochs=30, learning_rate=0.02)})
    execute_study(submitted(store, "better", OtherSeeds(times=4, vary="network"), better), 1, store.url)
    same = submitted(store, "same", OtherSeeds(times=3, vary="network"))
    execute_study(same, 1, store.url)
    found = {}
    for one, other in (("better", seeds), (seeds, "better"), (seeds, folds), (same, seeds)):
        ours, theirs = repetitions.repetition(one), repetitions.repetition(other)
        found[one, other] = result = repetitions.compare_repetitions(ours, theirs)
        said, words = sentences.compared(ours, result), compared(one, other)
        assert (words["text"], words["note"]) == (said.answer, said.reason)
    assert (found["better", seeds].found.kind, found[seeds, "better"].found.kind) == ("first", "second")
    assert found[seeds, folds].why_not
    assert found[same, seeds].found.kind == "same"
    page = opened(VIEW, study="better", region="20", **{"with": seeds})
    wide = repetitions.compare_repetitions(*map(repetitions.repetition, ("better", seeds)), 0.2)
    assert drawn(page, "compared words")["text"] == sentences.compared(repetitions.repetition("better"), wide).answer
    bar = drawn(page, "probabilities")
    assert sum(trace["x"][0] for trace in json.loads(bar["figure"])["data"]) == pytest.approx(100, abs=0.05)
    assert bar["alt"] == sentences.probabilities_said(wide.found)


def test_a_running_one_shows_each_run_and_is_followed(store):
    study_id = submitted(store, "running", OtherSeeds(times=3, vary="split"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.members.__class__, "runs", lambda *_: {})  # nothing to sum up: it stays as it is
        patch.setattr(store.studies.__class__, "finish", lambda *_: False)
        execute_study(study_id, 1, store.url)
    page = opened(VIEW, study=study_id)
    assert shows(page, study_id)
    assert drawn(page, "repeat progress")["done"] == 1
    answered = answer_of(following.look, study_id, "")
    assert set(answered["parts"]) == {"answer", "progress", "ruler", "numbers", "loss", "accuracy"}
    assert "parts" not in answer_of(following.look, study_id, answered["state"])
    store.studies.stop(study_id)


def test_a_stopped_a_failed_and_an_unknown_one_say_so(store, seeds):
    assert refusal("nowhere") in texts(opened(VIEW, study="nowhere"))
    submitted(
        store, "failed", Folds(k=20), QUICK.model_copy(update={"data": DATA.model_copy(update={"n_samples": 30 * 2})})
    )
    execute_study("failed", 1, store.url)
    page = opened(VIEW, study="failed")
    assert shows(page, "failed")
    assert "too few for 20 folds" in answer(page)["note"]
    with store.transaction() as connection:
        connection.execute(update(studies).where(studies.c.id == seeds).values(state="cancelled"))
    assert shows(opened(VIEW, study=seeds), seeds)
    with store.transaction() as connection:
        connection.execute(update(studies).where(studies.c.id == seeds).values(revision=99, config="{}x"))
    assert refusal(seeds) in texts(opened(VIEW, study=seeds))


def test_an_interval_over_splits_that_tear_artists_apart_is_for_these_artists(store):
    artists = DATA.model_copy(update={"artists": 10})
    torn = QUICK.model_copy(update={"data": artists, "split": SplitConfig(by="row")})
    execute_study(submitted(store, "torn", OtherSeeds(times=3, vary="split"), torn), 1, store.url)
    assert shared_groups(store.members.runs("torn").values())
    assert answer(opened(VIEW, study="torn"))["note"].endswith(shared_groups(store.members.runs("torn").values()))
