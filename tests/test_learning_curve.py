"""The learning curve: nested samples, whole groups, validation alone, and going on where it was stopped."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.networks import LinearConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.store.runs import RunStore, new_run_id
from genre_core.studies.kinds import LEARNING_CURVE
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.learning_curve.measuring import CurvePlan, CurveScore, LearningCurve, nested_samples
from genre_core.studies.learning_curve.summary import curve_of, last_gain
from genre_core.studies.study import iter_results
from genre_core.workers.study import execute_study, open_store

SMALL = LearningCurveConfig(
    experiment=ExperimentConfig(
        data=SyntheticConfig(n_samples=600, n_features=4, n_genres=3, artists=10, overlap=3.0),
        model=LinearConfig(),
        train=TrainConfig(max_epochs=4),
    ),
    shares=(0.2, 0.6, 1.0),
    n_repeats=3,
)


def measured(had: Sequence[CurveScore] = ()) -> list[CurveScore]:
    return [
        CurveScore.from_json(result)
        for result in iter_results(LearningCurve(SMALL), [score.to_json() for score in had])
    ]


@pytest.fixture(scope="module")
def plan() -> CurvePlan:
    return CurvePlan.from_json(LearningCurve(SMALL).plan())


@pytest.fixture(scope="module")
def scores() -> list[CurveScore]:
    return measured()


def test_every_size_is_measured_as_often_as_asked_for_on_the_validation_part(plan, scores):
    dataset = load_dataset(SMALL.experiment.data)
    split = split_dataset(dataset, SMALL.experiment.split)
    assert plan == CurvePlan.from_json(plan.to_json())
    assert sum(plan.support) == len(split.validation)
    assert (plan.n_train, plan.kept_whole) == (len(split.train), "artist")
    assert {score.task for score in scores} == {(r, s) for r in (1, 2, 3) for s in SMALL.shares}
    assert len(scores) == plan.n_scores == 9
    assert all(n <= of for score in scores for n, of in zip(score.right, plan.support, strict=True))
    assert {score.n_train for score in scores if score.share == 1.0} == {len(split.train)}


def test_others_may_go_first_after_each_epoch(scores):
    happened = list(LearningCurve(SMALL).do(scores[0].task))
    assert happened[:-1] == [None] * scores[0].epochs
    assert CurveScore.from_json(happened[-1]).right == scores[0].right


def test_no_test_label_matters(scores, monkeypatch):
    import genre_core.studies.learning_curve.measuring as measuring

    dataset = load_dataset(SMALL.experiment.data)
    split = split_dataset(dataset, SMALL.experiment.split)
    X, y = np.array(dataset.X), np.array(dataset.y)
    X[split.test], y[split.test] = 99.0, np.roll(y[split.test], 1)
    other = Dataset(Features(X, dataset.features), y, dataset.genres, dataset.tracks, dataset.groups)
    monkeypatch.setattr(measuring, "load_dataset", lambda *_: other)
    monkeypatch.setattr(measuring, "split_dataset", lambda *_: split)
    assert [score.right for score in measured()] == [score.right for score in scores]


def test_what_is_done_is_not_done_again(scores):
    assert [score.right for score in measured(scores[:5])] == [score.right for score in scores[5:]]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 99), st.lists(st.floats(0.01, 1), min_size=1, max_size=4, unique=True), st.booleans())
def test_samples_are_nested_stratified_and_keep_groups_whole(seed, shares, grouped):
    data = SyntheticConfig(n_samples=300, n_features=2, n_genres=3, artists=5 if grouped else 0)
    dataset = load_dataset(data)
    rows, shares = np.flatnonzero(np.arange(300) % 3 > 0), sorted(shares)
    if grouped:
        rows = np.flatnonzero(dataset.groups["artist"] % 3 > 0)
    found = nested_samples(dataset, rows, [*shares, 1.0], seed)
    assert set(found[-1]) == set(rows)
    for smaller, larger in pairwise(found):
        assert set(smaller) <= set(larger)
    for share, sample in zip(shares, found, strict=False):
        whole, taken = (np.bincount(dataset.y[part], minlength=3) for part in (rows, sample))
        assert (taken >= 1).all()
        largest = 1
        if grouped:
            artists = dataset.groups["artist"]
            assert set(artists[sample]).isdisjoint(artists[np.setdiff1d(rows, sample)])
            largest = np.bincount(artists[rows]).max()
        assert (taken >= share * whole - 1e-9).all()
        assert (taken <= share * whole + largest).all()


def test_points_are_means_with_student_s_interval(plan, scores):
    points = curve_of(scores, plan, 1)
    values = [score.right[1] / plan.support[1] for score in scores if score.share == 0.2]
    half = 4.302652729911275 * np.std(values, ddof=1) / np.sqrt(3)
    assert points[0].score == pytest.approx(np.mean(values))
    assert points[0].interval.low == pytest.approx(max(0, np.mean(values) - half))
    assert [point.n for point in points] == sorted(point.n for point in points)
    assert curve_of(scores[:2], plan)[0].interval is None
    assert last_gain(scores[:2], plan) is None


def test_a_gain_is_taken_repeat_by_repeat_and_is_clear_only_where_it_is():
    plan = CurvePlan(("a", "b"), (100, 0), 200, 6, "")

    def score(share: float, repeat: int, right: int) -> CurveScore:
        return CurveScore(share, repeat, int(200 * share), (100, 100), (right, 0), 5, 1.0)

    steady = [score(0.5, r, 60 + 9 * r) for r in (1, 2, 3)] + [score(1.0, r, 70 + 9 * r) for r in (1, 2, 3)]
    assert last_gain(steady, plan).clear
    assert last_gain(steady, plan).mean == pytest.approx(0.1)
    shaky = [score(0.5, r, 70) for r in (1, 2, 3)] + [score(1.0, r, n) for r, n in ((1, 60), (2, 75), (3, 80))]
    assert not last_gain(shaky, plan).clear
    assert curve_of(steady, plan, 1) == ()
    assert last_gain(steady, plan, 1) is None


@pytest.mark.parametrize("shares", [(0.5,), (0.5, 0.5), (0.0, 1.0), (0.5, 1.1), (1.0, 0.5)])
def test_sizes_that_do_not_grow_are_refused(shares):
    with pytest.raises(ValidationError):
        LearningCurveConfig(shares=shares)


def test_a_worker_measures_it_and_it_goes_on_after_a_stop(tmp_path, plan, scores):
    store, study_id = RunStore(f"sqlite:///{tmp_path}/store.sqlite"), new_run_id()
    store.studies.submit(study_id, LEARNING_CURVE.kind, SMALL.model_dump_json())
    store.studies.claim(study_id, 1)
    for score in scores[:8]:
        store.studies.append(study_id, 1, score.to_json())
    assert store.studies.stop(study_id)
    attempt = store.studies.requeue(study_id)
    execute_study(study_id, attempt, store.url)
    study = store.studies.study(study_id)
    assert (study.state, study.n_results) == ("complete", 9)
    assert CurvePlan.from_json(study.context) == plan
    last = CurveScore.from_json(store.studies.results(study_id)[-1])
    assert last.right == scores[-1].right
    open_store(store.url).close()
    store.close()
