"""What becomes of a lens on workers: it ends, stops, goes on, survives a killed worker, and lets runs go first."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from genre_core.networks import LinearConfig, MlpConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.studies import DIED
from genre_core.studies.kinds import LENS
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.lens.judging import LensScore
from genre_core.workers import cluster
from genre_core.workers import commands as jobs
from genre_core.workers import study as studying
from genre_core.workers.study import execute_study

DATA = SyntheticConfig(n_samples=300, n_features=4, n_genres=3, artists=10)
SMALL = LensConfig(
    experiment=ExperimentConfig(data=DATA, model=LinearConfig(), train=TrainConfig(max_epochs=3)),
    n_repeats=3,
    classifiers=("network", "majority", "logistic"),
)
ENDLESS = LensConfig(
    experiment=ExperimentConfig(
        data=DATA.model_copy(update={"n_samples": 6000}),
        model=MlpConfig(hidden=(64, 64)),
        train=TrainConfig(max_epochs=20, patience=500),
    ),
    n_repeats=50,
    classifiers=("majority", "network"),
)
RUN = ExperimentConfig(data=DATA, train=TrainConfig(max_epochs=5, patience=500))
DEADLINE = 60.0

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def until(true: Callable[[], bool], deadline: float = DEADLINE) -> float:
    """Wait until something is true; return the seconds that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < deadline
        time.sleep(0.02)
    return time.monotonic() - began


# -- in this process ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[RunStore]:
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('studying')}/store.sqlite")
    yield own
    studying.open_store(own.url).close()
    own.close()


def submitted(store: RunStore, config: LensConfig = SMALL) -> str:
    study_id = new_run_id()
    assert store.studies.submit(study_id, LENS.kind, config.model_dump_json())
    return study_id


def tasks(store: RunStore, study_id: str) -> list[tuple[int, str, str]]:
    return [LensScore.from_json(result).task for result in store.studies.results(study_id)]


@pytest.fixture(scope="module")
def complete(store) -> str:
    study_id = submitted(store)
    execute_study(study_id, 1, store.url)
    return study_id


def test_a_lens_is_judged_to_its_end_and_its_plan_is_known(store, complete) -> None:
    found = store.studies.study(complete)
    assert found.state == "complete"
    assert found.context["levels"] == ["row", "artist"]
    assert found.n_results == found.context["n_scores"] == len(set(tasks(store, complete))) == 18


def test_a_lens_that_was_stopped_stops_there_and_goes_on_with_what_is_missing(store, complete, monkeypatch) -> None:
    study_id = submitted(store)
    append = store.studies.__class__.append

    def stop_after_seven(self, study_id, attempt, result):
        answer = append(self, study_id, attempt, result)
        if attempt == 1 and len(self.results(study_id)) == 7:
            self.stop(study_id)
        return answer

    monkeypatch.setattr(store.studies.__class__, "append", stop_after_seven)
    execute_study(study_id, 1, store.url)
    assert store.studies.study(study_id).state == "cancelled"
    assert len(tasks(store, study_id)) == 7
    attempt = store.studies.requeue(study_id)
    execute_study(study_id, attempt, store.url)
    assert store.studies.study(study_id).state == "complete"
    assert tasks(store, study_id) == tasks(store, complete)


def test_data_that_cannot_be_judged_fail_with_their_sentence(store) -> None:
    gone = LensConfig.model_validate({"experiment": {"data": {"source": "table", "table": "0" * 64}}})
    study_id = submitted(store, gone)
    execute_study(study_id, 1, store.url)
    found = store.studies.study(study_id)
    assert found.state == "failed"
    assert "table" in (found.error or "")


def test_what_is_no_longer_wanted_is_not_begun(store) -> None:
    study_id = submitted(store)
    store.studies.stop(study_id)
    execute_study(study_id, 1, store.url)
    assert store.studies.results(study_id) == []


# -- on a cluster of one worker ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('cluster')}/store.sqlite")
    process = cluster.start(1)
    client = cluster.connect(process.address)
    yield own, client
    client.close(timeout=2)
    process.close()
    own.close()


@pytest.fixture
def endless(lab) -> Iterator[str]:
    """Give a lens that has its first score and is far from its end."""
    store, client = lab
    study_id = new_run_id()
    assert jobs.submit_study(store, client, study_id, LENS.kind, ENDLESS)
    assert not jobs.submit_study(store, client, study_id, LENS.kind, ENDLESS)
    until(lambda: store.studies.study(study_id).n_results > 0)
    yield study_id
    jobs.stop_study(store, study_id)


def test_a_run_starts_at_once_and_has_the_worker_for_itself(lab, endless) -> None:
    store, client = lab
    run_id = new_run_id()
    assert jobs.submit(store, client, run_id, RUN)
    assert until(lambda: store.run(run_id).epoch > 0) < 30
    until(lambda: store.run(run_id).state == "complete")
    assert store.studies.study(endless).state == "running"


def test_a_killed_worker_is_said_at_once_and_the_lens_goes_on_from_its_scores(lab, endless) -> None:
    store, client = lab
    for pid in client.run(os.getpid).values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: store.studies.study(endless).state == "failed")
    found = store.studies.study(endless)
    assert found.error == DIED
    before = tasks(store, endless)
    assert before
    assert jobs.resume_study(store, client, endless)
    until(lambda: store.studies.study(endless).n_results > len(before))
    assert tasks(store, endless)[: len(before)] == before
    assert len(set(tasks(store, endless))) == len(tasks(store, endless))


def test_a_lens_that_was_queued_while_there_was_no_cluster_is_sent_when_there_is_one(lab) -> None:
    store, client = lab
    study_id = submitted(store)
    assert jobs.recover(store, client) == 1
    until(lambda: store.studies.study(study_id).state == "complete")


def test_a_second_lens_waits_for_the_first(lab, endless) -> None:
    store, client = lab
    study_id = new_run_id()
    assert jobs.submit_study(store, client, study_id, LENS.kind, SMALL)
    run_id = new_run_id()
    jobs.submit(store, client, run_id, RUN)
    until(lambda: store.run(run_id).state == "complete")
    assert store.studies.study(study_id).state == "queued"
    assert jobs.stop_study(store, endless)
    until(lambda: store.studies.study(study_id).state == "complete")
