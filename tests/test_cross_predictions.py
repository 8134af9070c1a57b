"""Predictions of all tracks by networks that did not learn from them, alone and as a study that stops and goes on."""

import numpy as np
import pytest

from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError
from genre_core.networks import LinearConfig
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig, TrainConfig
from genre_core.store.runs import RunStore
from genre_core.studies.cross_predictions import (
    CrossPlan,
    CrossPredictions,
    CrossPredictionsConfig,
    FoldPredictions,
    deal_folds,
)
from genre_core.studies.kinds import CROSS_PREDICTIONS
from genre_core.studies.study import iter_results
from genre_core.workers import study as studying
from genre_core.workers.study import execute_study

DATA = SyntheticConfig(n_samples=300, n_features=4, n_genres=3, artists=10, overlap=2.0)
SMALL = CrossPredictionsConfig(
    experiment=ExperimentConfig(data=DATA, model=LinearConfig(), train=TrainConfig(max_epochs=2)), n_folds=4
)


def dealt(config):
    data = load_dataset(config.experiment.data)
    split = split_dataset(data, config.experiment.split)
    return data, split, *deal_folds(config, data, split)


@pytest.mark.parametrize("with_test", [False, True])
def test_every_track_is_in_one_fold_and_those_of_a_closed_test_part_in_none(with_test):
    config = SMALL.model_copy(update={"with_test": with_test})
    _, split, plan, folds = dealt(config)
    rows = np.concatenate(folds)
    assert len(np.unique(rows)) == len(rows) == plan.n_tracks
    assert np.isin(split.test, rows).all() if with_test else not np.isin(split.test, rows).any()
    assert plan.n_left_out == (0 if with_test else len(split.test))


def test_an_artist_is_in_one_fold_alone():
    data, _, plan, folds = dealt(SMALL)
    assert plan.kept_whole == "artist"
    artists = [set(data.groups["artist"][fold].tolist()) for fold in folds]
    assert sum(map(len, artists)) == len(set.union(*artists))


def test_where_a_genre_has_too_few_artists_the_plan_says_that_they_are_torn():
    data, split = DATA.model_copy(update={"artists": 3}), SplitConfig(by="row")
    experiment = SMALL.experiment.model_copy(update={"data": data, "split": split})
    *_, plan, _ = dealt(SMALL.model_copy(update={"experiment": experiment}))
    assert plan.kept_whole == ""
    assert plan.torn == ("artist",)


def test_a_genre_with_fewer_tracks_than_folds_is_named():
    tiny = SyntheticConfig(n_samples=45, n_genres=3, n_features=4)
    config = CrossPredictionsConfig(experiment=ExperimentConfig(data=tiny), n_folds=20)
    with pytest.raises(DataError, match="too few for 20 folds"):
        dealt(config)


def test_each_track_outside_the_closed_test_part_is_predicted_once():
    _, split, _, folds = dealt(SMALL)
    said = [FoldPredictions.from_json(result) for result in iter_results(CrossPredictions(SMALL))]
    assert sorted(np.concatenate([fold.rows for fold in said]).tolist()) == sorted(np.concatenate(folds).tolist())
    assert not np.isin(split.test, np.concatenate([fold.rows for fold in said])).any()
    assert all(np.isfinite(fold.logits).all() and fold.logits.shape == (len(fold.rows), 3) for fold in said)


def test_predictions_come_back_from_json_as_they_were():
    fold = FoldPredictions(2, np.array([3, 70_000]), np.array([[0.1, -2], [3, 1e-9]], dtype=np.float32), 1.5)
    again = FoldPredictions.from_json(fold.to_json())
    assert (again.fold, again.seconds) == (2, 1.5)
    assert (again.rows == fold.rows).all()
    assert (again.logits == fold.logits).all()
    plan = CrossPlan(300, 4, "artist", ("album",), 45)
    assert CrossPlan.from_json(plan.to_json()) == plan


def test_a_study_that_was_stopped_goes_on_with_the_folds_that_are_missing(tmp_path, monkeypatch):
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.studies.submit("crossed", CROSS_PREDICTIONS.kind, SMALL.model_dump_json())
    append = store.studies.__class__.append

    def stop_after_two(self, study_id, attempt, *args):
        answer = append(self, study_id, attempt, *args)
        if attempt == 1 and len(self.results(study_id)) == 2:
            self.stop(study_id)
        return answer

    monkeypatch.setattr(store.studies.__class__, "append", stop_after_two)
    execute_study("crossed", 1, store.url)
    assert store.studies.study("crossed").state == "cancelled"
    execute_study("crossed", store.studies.requeue("crossed"), store.url)
    assert store.studies.study("crossed").state == "complete"
    assert [result["fold"] for result in store.studies.results("crossed")] == [1, 2, 3, 4]
    assert store.studies.study("crossed").context["kept_whole"] == "artist"
    studying.open_store(store.url).close()
    store.close()
