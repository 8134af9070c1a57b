"""The runs of a study, trained together: each the run that it would be alone, whatever happens on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from genre_core.data.splitting import name_test_set
from genre_core.networks import LinearConfig, MlpConfig
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig, TrainConfig
from genre_core.store import checkpoints
from genre_core.store.openings import count_openings, openings_of
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Study
from genre_core.studies.kinds import REPEATS
from genre_core.studies.members import Member, MemberEvent
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig, folds, repeated
from genre_core.studies.repeats.training import Repetition
from genre_core.studies.train_members import train_members
from genre_core.training import batch_trainer as trainer
from genre_core.training.events import EpochEnd, Progress, TrainEnd
from genre_core.training.experiment import Result, prepare, run_experiment
from genre_core.workers import study as studying
from genre_core.workers.study import execute_study
from tests.behind_the_gate import saved_scores

BASE = ExperimentConfig(
    data=SyntheticConfig(n_samples=400, n_features=4, n_genres=3),
    model=MlpConfig(hidden=(12, 8)),
    train=TrainConfig(max_epochs=6, patience=2),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[RunStore]:
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('members')}/store.sqlite")
    yield own
    studying.open_store(own.url).close()
    own.close()


def new_study(store: RunStore) -> Study:
    study_id = new_run_id()
    store.studies.submit(study_id, "repeats", "{}")
    study = store.studies.claim(study_id, 1)
    assert study is not None
    return study


def members(configs: list[ExperimentConfig]) -> list[Member]:
    return [Member(number, f"Test {number}/{len(configs)}", config) for number, config in enumerate(configs, 1)]


def assert_as_alone(store: RunStore, study: Study, configs: list[ExperimentConfig]) -> None:
    runs = store.members.runs(study.id)
    assert list(runs) == list(range(1, len(configs) + 1))
    for config, run in zip(configs, runs.values(), strict=True):
        alone = run_experiment(config)
        assert run.state == "complete", run.error
        assert (run.config, run.epoch, run.best_epoch) == (config, alone.end.epochs, alone.end.best_epoch)
        assert run.stopped_because == alone.end.reason
        assert_same_epochs(store, run.id, alone)
        assert saved_scores(store, run.id)["test"]["accuracy"] == pytest.approx(
            alone.evaluate("test").accuracy, abs=1e-4
        )


def assert_same_epochs(store: RunStore, run_id: str, alone: Result) -> None:
    saved = store.epochs(run_id)
    assert [epoch.epoch for epoch in saved] == [epoch.epoch for epoch in alone.history]
    for mine, theirs in zip(saved, alone.history, strict=True):
        for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate"):
            assert getattr(mine, name) == pytest.approx(getattr(theirs, name), abs=1e-4, rel=0)
        assert np.array_equal(store.predictions(run_id, mine.epoch), theirs.validation_pred)


def epochs_seen(events: list[MemberEvent]) -> int:
    return sum(isinstance(event.event, EpochEnd) for event in events)


def test_members_are_the_runs_that_they_would_be_alone(store):
    other = BASE.model_copy(update={"model": LinearConfig(), "train": TrainConfig(max_epochs=3, batch_size=32)})
    configs = [*repeated(BASE, 3, "both"), *folds(BASE, 3), other]
    study = new_study(store)
    events = list(train_members(store, study, members(configs)))
    assert_as_alone(store, study, configs)
    assert [e.run_id for e in events if isinstance(e.event, TrainEnd)]
    again = list(train_members(store, study, members(configs)))
    assert not again, "what is complete is not trained again"
    listed = {run.id for run in store.runs()}
    assert not listed & {run.id for run in store.members.runs(study.id).values()}


def test_others_are_asked_for_when_one_ends_whatever_their_shape(store):
    other = BASE.model_copy(update={"model": LinearConfig(), "train": TrainConfig(max_epochs=2)})
    configs = [*repeated(BASE, 3, "network"), other, *repeated(BASE, 5, "network")[3:], other]
    study, (first, *later) = new_study(store), members(configs)
    ended: list[int] = []

    def more() -> list[Member]:
        return [later.pop(0)] if later and len(ended) == len(configs) - len(later) else []

    for event in train_members(store, study, [first], None, more):
        if isinstance(event.event, TrainEnd):
            ended.append(event.number)
    assert sorted(ended) == [1, 2, 3, 4, 5, 6, 7]
    assert_as_alone(store, study, configs)


def test_stopped_and_gone_on_with_they_come_to_the_same(store):
    configs, study = repeated(BASE, 3, "network"), new_study(store)
    seen = []
    for event in (training := train_members(store, study, members(configs))):
        seen.append(event)
        if epochs_seen(seen) == 4:
            training.close()
    assert {run.state for run in store.members.runs(study.id).values()} <= {"paused", "complete"}
    list(train_members(store, study, members(configs)))
    assert_as_alone(store, study, configs)


@pytest.mark.parametrize("every", [30.0, 0.0])
def test_killed_in_the_middle_they_go_on_from_a_checkpoint_and_nothing_is_counted_twice(store, monkeypatch, every):
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", every)
    patient = BASE.model_copy(update={"train": TrainConfig(max_epochs=6, patience=6)})
    configs, study = repeated(patient, 2, "split"), new_study(store)
    seen, training = [], train_members(store, study, members(configs))
    while epochs_seen(seen) < 5:
        seen.append(next(training))
    kept = training  # not closed: a killed worker closes nothing
    if not every:
        store.reap(datetime.now(UTC) + timedelta(seconds=60))
        assert [run.state for run in store.members.runs(study.id).values()] == ["paused"] * 2
    again = list(train_members(store, study, members(configs)))
    first = min(event.event.epoch for event in again if isinstance(event.event, EpochEnd))
    assert first == (1 if every else 4)
    assert_as_alone(store, study, configs)
    kept.close()
    assert_as_alone(store, study, configs)


def test_stopped_before_all_are_prepared_none_waits_for_a_worker(store):
    configs, study = repeated(BASE, 3, "split"), new_study(store)
    training = train_members(store, study, members(configs))
    next(training)
    training.close()
    assert {run.state for run in store.members.runs(study.id).values()} == {"paused"}
    list(train_members(store, study, members(configs)))
    assert_as_alone(store, study, configs)


def test_a_member_can_be_ended_early_while_the_others_go_on(store):
    long = BASE.model_copy(update={"train": TrainConfig(max_epochs=5, patience=5)})
    configs, study = repeated(long, 3, "network"), new_study(store)
    list(train_members(store, study, members(configs), lambda number, epoch: number == 2 and epoch.epoch == 2))
    runs = store.members.runs(study.id)
    assert [run.epoch for run in runs.values()] == [5, 2, 5]
    assert [run.stopped_because for run in runs.values()] == ["max_epochs", "stopped", "max_epochs"]


@pytest.mark.parametrize(("request_", "state"), [("pause", "paused"), ("stop", "complete")])
def test_what_a_person_asks_of_one_holds_for_it_alone(store, request_, state):
    long = BASE.model_copy(update={"train": TrainConfig(max_epochs=4, patience=5)})
    configs, study = repeated(long, 2, "network"), new_study(store)
    for event in train_members(store, study, members(configs)):
        if isinstance(event.event, EpochEnd) and event.event.epoch == 1 and event.number == 1:
            store.request(event.run_id, request_)
    first, second = store.members.runs(study.id).values()
    assert (first.state, first.epoch, second.state, second.epoch) == (state, 2, "complete", 4)
    if state == "paused":
        list(train_members(store, study, members(configs)))
        assert_as_alone(store, study, configs)


def test_a_member_that_cannot_be_trained_fails_by_itself(store):
    few = BASE.data.model_copy(update={"n_samples": 40, "imbalance": 2.0})
    bad = BASE.model_copy(update={"data": few, "split": SplitConfig(folds=20)})
    diverges = BASE.model_copy(update={"train": TrainConfig(max_epochs=3, optimizer="sgd", learning_rate=10.0)})
    diverges = diverges.model_copy(update={"model": MlpConfig(hidden=(64, 64, 64), dropout=0.0)})
    study, configs = new_study(store), [bad, BASE, diverges]
    events = list(train_members(store, study, members(configs)))
    runs = store.members.runs(study.id)
    assert runs[1].state == "failed"
    assert "too few for 20 folds" in runs[1].error
    assert runs[2].state == "complete"
    assert any("too few for 20 folds" in event.error for event in events)
    assert not list(train_members(store, study, members(configs))), "it would fail again"


def test_each_is_shown_to_be_under_way(store):
    study = new_study(store)
    training = train_members(store, study, members(repeated(BASE, 2, "network")))
    seen = []
    while epochs_seen(seen) < 2:
        seen.append(next(training))
    assert [run.epoch for run in store.members.runs(study.id).values()] == [1, 1]
    training.close()


def test_deleting_a_study_takes_its_runs_along(store):
    study, configs = new_study(store), repeated(BASE, 2, "network")
    list(train_members(store, study, members(configs)))
    run_id = store.members.runs(study.id)[1].id
    assert store.members.delete(study.id) == 2
    assert store.members.runs(study.id) == {}
    assert store.artifact(run_id, "logits") is None
    assert store.epochs(run_id) == []


def test_while_a_run_trains_on_the_same_worker_the_members_rest(store, monkeypatch):
    config = RepeatsConfig(experiment=BASE, what=OtherSeeds(times=2, vary="network"))
    study_id, looks = new_run_id(), []

    def is_busy() -> bool:
        looks.append(sum(run.epoch for run in store.members.runs(study_id).values()))
        return len(looks) % 3 != 0

    monkeypatch.setattr(studying, "REST_SECONDS", 0.0)
    monkeypatch.setattr(studying, "_step_aside", lambda: studying.Place(is_busy=is_busy))
    store.studies.submit(study_id, REPEATS.kind, config.model_dump_json())
    execute_study(study_id, 1, store.url)
    assert store.studies.study(study_id).state == "complete"
    assert_as_alone(store, store.studies.study(study_id), config.configs)
    assert all(len(set(looks[n : n + 3])) == 1 for n in range(0, len(looks), 3)), "nothing is trained meanwhile"


def test_held_out_folds_count_as_looked_at_and_the_test_part_of_the_settings_does_not(store):
    config, study_id = RepeatsConfig(experiment=BASE, what=Folds(k=3)), new_run_id()
    store.studies.submit(study_id, REPEATS.kind, config.model_dump_json())
    execute_study(study_id, 1, store.url)
    runs = list(store.members.runs(study_id).values())
    assert [(found.n, found.opened) for found in openings_of(store, runs).values()] == [(1, True)] * 3
    prepared = prepare(BASE)
    closed = name_test_set(BASE.data, (prepared.dataset.tracks[row] for row in prepared.split.test))
    assert count_openings(store, closed).n == 0


@pytest.mark.parametrize(("mixup", "dealt"), [(0.0, [[1, 2, 3], [4, 5]]), (0.2, [[1], [2], [3], [4], [5]])])
def test_runs_are_dealt_in_a_stack_for_each_worker_or_singly_where_each_trains_alone(store, mixup, dealt):
    experiment = BASE.model_copy(update={"train": BASE.train.model_copy(update={"mixup": mixup})})
    config, study = RepeatsConfig(experiment=experiment, what=OtherSeeds(times=5)), new_study(store)
    assert Repetition(config, store, study).pieces() == [[1, 2, 3, 4, 5]]
    store.studies.describe(study.id, 1, {"workers": 2})
    assert Repetition(config, store, study).pieces() == dealt


def test_where_no_member_can_be_trained_the_study_fails_with_the_reason(store):
    few = BASE.model_copy(update={"data": BASE.data.model_copy(update={"n_samples": 60})})
    study_id = new_run_id()
    store.studies.submit(study_id, REPEATS.kind, RepeatsConfig(experiment=few, what=Folds(k=20)).model_dump_json())
    execute_study(study_id, 1, store.url)
    study = store.studies.study(study_id)
    assert study.state == "failed"
    assert "too few for 20 folds" in study.error


def test_left_in_the_middle_of_an_epoch_it_is_done_before_they_are_paused(store, monkeypatch):
    monkeypatch.setattr(trainer, "REPORT_SECONDS", 0.0)  # progress after each batch
    configs, study, seen = repeated(BASE, 2, "network"), new_study(store), []
    training = train_members(store, study, members(configs))
    while not (epochs_seen(seen) and isinstance(seen[-1].event, Progress)):
        seen.append(next(training))
    training.close()
    assert [(run.state, run.epoch) for run in store.members.runs(study.id).values()] == [("paused", 2)] * 2
    list(train_members(store, study, members(configs)))
    assert_as_alone(store, study, configs)
