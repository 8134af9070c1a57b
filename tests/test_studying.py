"""The course of a lens in a worker: it ends, stops and goes on (`test_cluster` has what real workers do to it)."""

from collections.abc import Iterator

import pytest

from genre_core.networks import LinearConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.store.runs import RunStore, new_run_id
from genre_core.studies.kinds import LENS
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.lens.judging import LensScore
from genre_core.workers import study as studying
from genre_core.workers.study import execute_study

DATA = SyntheticConfig(n_samples=300, n_features=4, n_genres=3, artists=10)
SMALL = LensConfig(
    experiment=ExperimentConfig(data=DATA, model=LinearConfig(), train=TrainConfig(max_epochs=3)),
    n_repeats=3,
    classifiers=("network", "majority", "logistic"),
)


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

    def stop_after_seven(self, study_id, attempt, *args):
        answer = append(self, study_id, attempt, *args)
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
