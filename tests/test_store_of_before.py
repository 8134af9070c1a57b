"""A store made by an earlier version (`data/make_store.py`): all that it holds is read, shown, and gone on with."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from genre_core.data.sources import load_dataset
from genre_core.evaluation.metrics import METRICS, TOPS
from genre_core.store.openings import openings_of
from genre_core.store.run_result import JUDGE, outcome_of
from genre_core.store.runs import RunStore
from genre_core.studies.cross_predictions import CrossPlan, FoldPredictions
from genre_core.studies.learning_curve.measuring import CurvePlan, CurveScore
from genre_core.studies.lens.judging import LensPlan, LensScore
from genre_core.studies.repeats.config import RepeatsConfig
from genre_core.studies.tuning.config import SearchConfig
from genre_core.studies.tuning.rows import read_rows
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from tests.behind_the_gate import saved_scores
from tests.views.opening import opened, own_store, texts

STORED = Path(__file__).with_name("data") / "store_before_rooms.sqlite"
LENS, LEARNING_CURVE, CROSS_PREDICTIONS = "lens", "learning curve", "cross-predictions"
REPEATS, SEARCH = "repeats", "search"
COMPLETE = {"Owned", "Segments", "Branch", "Plain", "Other seed", "Both"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("before")
    shutil.copy(STORED, folder / "store.sqlite")
    with own_store(folder) as own:
        yield own


@pytest.fixture(scope="module")
def runs(store):
    return {run.name: run for run in store.runs()}


def study(store, kind):
    return store.studies.studies(kind, states=["complete"])[0]


def test_every_run_is_there_under_the_fingerprint_that_its_settings_have_now(store, runs):
    assert {name for name, run in runs.items() if run.state == "complete"} == COMPLETE
    assert runs["Queued"].state == "queued"
    assert "The table abababab is not in the store" in runs["Lost table"].error
    of_runs = store.studies.studies(REPEATS) + store.studies.studies(SEARCH)
    members = [run for one in of_runs for run in members_of(store, one)]
    assert len(members) == 12
    for run in (*runs.values(), *members):
        assert run.config.fingerprint == run.fingerprint, run.name
        assert store.runs_of(run.fingerprint), run.name


def members_of(store, one):
    return store.members.runs(one.id).values()


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_what_a_run_answered_comes_to_what_was_evaluated_then(store, runs, name):
    run = replace(runs[name], opened=True, summary=saved_scores(store, runs[name].id))
    data = load_dataset(run.config.data, store)
    for part in ("train", "validation", "test"):
        found = outcome_of(store, run, part, data, JUDGE.of_rows)
        if part == "train":
            continue
        right = (found.logits.argmax(axis=1) == found.y_true).mean()
        assert right == pytest.approx(run.summary[part]["accuracy"])
        assert (data.y[found.rows] == found.y_true).all()
        assert found.evaluation.confusion_matrix.counts.tolist() == run.summary[part]["confusion_matrix"]
        always = {f"top_{k}_accuracy" for k in TOPS if k >= len(data.genres)}
        assert set(found.evaluation.intervals) == set(METRICS) - always, "with the intervals of today"
    epochs = store.epochs(run.id)
    assert len(epochs) == run.epoch
    assert len(store.all_predictions(run.id)) == len(epochs)


def test_its_table_is_read(store, runs):
    (table,) = store.tables()
    assert (table.name, table.n_rows) == ("segments.csv", 108)
    data = load_dataset(runs["Segments"].config.data, store)
    assert data.genres == ("blues", "disco", "metal")
    assert data.coarsest[0] == "track"


def test_what_was_seen_of_test_parts_stays_counted(store, runs):
    counted = openings_of(store, runs.values())
    assert counted[runs["Owned"].id].opened
    assert not counted[runs["Plain"].id].opened
    assert counted[runs["Plain"].id].n == counted[runs["Branch"].id].n == 1
    with store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM openings").scalar() == 5


def test_every_study_has_its_configuration_and_results(store):
    lens = study(store, LENS)
    assert LensPlan.from_json(lens.context).n_scores == len(results(store, lens, LensScore)) == 18
    curve = study(store, LEARNING_CURVE)
    assert CurvePlan.from_json(curve.context).n_scores == len(results(store, curve, CurveScore)) == 30
    crossed = study(store, CROSS_PREDICTIONS)
    assert CrossPlan.from_json(crossed.context)
    assert len(results(store, crossed, FoldPredictions)) == 5
    for one in store.studies.studies(REPEATS):
        config = RepeatsConfig.model_validate_json(one.config_json)
        assert [run.config for run in members_of(store, one)] == config.configs
    search = study(store, SEARCH)
    trials, summary = read_rows(store.studies.results(search.id))
    assert [trial.state for trial in trials] == ["complete"] * 3
    assert summary.optimism.chosen == max(trial.value for trial in trials)
    assert [one.name for one in SearchConfig.model_validate_json(search.config_json).space] == [
        "train.learning_rate",
        "model.dropout",
    ]


def results(store, one, kind):
    return [kind.from_json(result) for result in store.studies.results(one.id)]


@pytest.mark.parametrize("name", [*sorted(COMPLETE), "Queued", "Lost table"])
@pytest.mark.parametrize("page", ["runs", "evaluate", "genres"])
def test_pages_of_a_run_show_it(store, runs, page, name):
    opened(f"views/{page}/page.py", run=runs[name].id)


def test_pages_of_several_runs_and_of_studies_show_them(store, runs):
    page = opened("views/compare/page.py", runs=f"{runs['Plain'].id},{runs['Other seed'].id}")
    assert "24 validation tracks" in texts(page)
    opened("views/lens/page.py", lens="lens")
    for one in store.studies.studies(REPEATS):
        opened("views/repeat/page.py", study=one.id)
    for one in store.studies.studies(SEARCH):
        opened("views/tune/page.py", study=one.id)


def test_what_waited_or_was_paused_goes_on(tmp_path):
    shutil.copy(STORED, tmp_path / "store.sqlite")
    store = RunStore(f"sqlite:///{tmp_path}/store.sqlite")
    execute("queued", store.run("queued").attempt, store.url)
    assert store.run("queued").state == "complete"
    before = store.studies.results("paused")
    execute_study("paused", store.studies.requeue("paused"), store.url)
    assert store.studies.study("paused").state == "complete"
    after = store.studies.results("paused")
    assert after[: len(before)] == before
    assert [trial.trial for trial in read_rows(after)[0]] == [1, 2, 3]
    lens = study(store, LENS).id
    with store.transaction() as connection:  # as if its worker had died halfway
        connection.exec_driver_sql("DELETE FROM study_results WHERE study_id = 'lens' AND number > 9")
        connection.exec_driver_sql(
            "UPDATE lab_studies SET state = 'running', n_results = 9, heartbeat_at = 0 WHERE id = 'lens'"
        )
    found = store.studies.study(lens)
    assert found.state == "queued"
    execute_study(lens, found.attempt, store.url)
    assert (store.studies.study(lens).state, len(results(store, found, LensScore))) == ("complete", 18)
    store.close()
