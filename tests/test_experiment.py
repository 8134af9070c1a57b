"""An experiment from end to end, on generated tracks and on a table."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from genre_core.data.dataset import PARTS
from genre_core.data.splitting import name_test_set
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure
from genre_core.training.experiment import (
    describe,
    evaluate_part,
    groups_of,
    make_trainer,
    prepare,
    run_experiment,
    straddlers,
)

TINY = configure(
    {"data.n_samples": 240, "data.n_features": 4, "data.n_genres": 3, "model.hidden": "8", "train.max_epochs": 3}
)


class Tables:
    """A store of one table."""

    def __init__(self, frame):
        self.buffer = io.BytesIO()
        frame.to_parquet(self.buffer)

    def read_table(self, content_hash):
        return self.buffer.getvalue()


def segments(n_tracks=60, per_track=4):
    """Return a table whose rows are pieces of tracks, each track with a sound of its own."""
    rng = np.random.default_rng(0)
    genre = np.repeat(np.arange(n_tracks) % 3, per_track)
    voice = np.repeat(rng.normal(0, 3, (n_tracks, 4)), per_track, axis=0)
    X = voice + genre[:, None] * 0.5 + rng.normal(0, 0.1, (len(genre), 4))
    names = [f"{'abc'[g]}.{row // per_track:05}.{row % per_track}.wav" for row, g in enumerate(genre)]
    label = np.array(["jazz", "pop", "rock"])[genre]
    return pd.DataFrame({"filename": names, **{f"f{i}": X[:, i] for i in range(4)}, "label": label})


def table_config(**settings):
    names = {"data.source": "table", "data.table": "ab" * 32, "model.hidden": "16", "train.max_epochs": 20}
    return configure(names | {"train.learning_rate": 0.01} | settings)


def test_an_experiment_predicts_every_track_with_the_best_weights():
    result = run_experiment(TINY)
    assert result.logits.shape == (240, 3)
    assert [event.epoch for event in result.history] == [1, 2, 3]
    best = result.history[result.end.best_epoch - 1]
    assert result.evaluate("validation").accuracy == best.validation_accuracy
    assert sum(result.evaluate(part).n for part in PARTS) == 240


def test_a_configuration_determines_its_result():
    first, second = run_experiment(TINY), run_experiment(TINY)
    assert np.array_equal(first.logits, second.logits)
    assert first.evaluate("test").to_json() == second.evaluate("test").to_json()


@pytest.mark.parametrize("name", ["data.seed", "split.seed", "train.seed"])
def test_each_seed_matters(name):
    assert not np.array_equal(run_experiment(TINY).logits, run_experiment(configure({name: 7}, TINY)).logits)


def test_a_trainer_never_sees_the_test_part():
    prepared = prepare(TINY)
    data, split = prepared.training_data, prepared.split
    assert len(data.X_train) + len(data.X_validation) + len(split.test) == 240
    assert np.array_equal(data.X_train, prepared.X[split.train])
    assert np.array_equal(data.X_validation, prepared.X[split.validation])


def test_the_majority_is_that_of_the_training_part():
    prepared = prepare(TINY)
    counts = np.bincount(prepared.dataset.y[prepared.split.train])
    assert counts[prepared.majority] == counts.max()


def test_pieces_of_one_track_make_the_score_too_good_and_the_run_says_so():
    tables = Tables(segments())
    honest, leaky = (run_experiment(table_config(**{"split.by": by}), tables) for by in ("track", "row"))
    assert (honest.prepared.split.leaky, leaky.prepared.split.leaky) == (False, True)
    assert leaky.evaluate("test").accuracy > honest.evaluate("test").accuracy + 0.2
    single = evaluate_part(leaky.prepared, leaky.logits, "test").accuracy_interval
    assert single.high > single.low


def test_missing_values_are_replaced_by_what_training_knows():
    frame = segments()
    frame.loc[::7, "f1"] = np.nan
    prepared = prepare(table_config(), Tables(frame))
    assert np.isnan(prepared.dataset.X).any()
    assert np.isfinite(prepared.X).all()


def test_a_card_says_what_a_result_depends_on():
    prepared = prepare(TINY)
    card = json.loads(json.dumps(describe(TINY, prepared, make_trainer(TINY, prepared)), allow_nan=False))
    assert (card["n_train"], card["n_validation"], card["n_test"]) == tuple(len(prepared.split[p]) for p in PARTS)
    assert card["n_parameters"] == (4 + 1) * 8 + (8 + 1) * 3
    assert card["genres"] == ["Rock", "Electronic", "Hip-Hop"]
    assert card["data_hash"] == prepared.dataset.content_hash
    assert (card["split_by"], card["straddling"], card["leaky"], card["n_left_out"]) == ("row", [], False, 0)
    tested = [prepared.dataset.tracks[row] for row in prepared.split.test]
    assert card["test_hash"] == name_test_set(TINY.data, tested)
    assert card["straddlers"] == card["groups"] == {}
    assert {"python", "numpy", "torch", "scikit-learn"} <= set(card["versions"])
    majority = (prepared.dataset.y[prepared.split.validation] == prepared.majority).mean()
    assert card["majority_accuracy"] == pytest.approx(majority)


def test_what_a_leaky_split_tears_apart_is_counted():
    config = configure({"data.n_samples": 400, "data.n_genres": 2, "data.artists": 6, "split.by": "row"})
    prepared = prepare(config)
    parts = [set(prepared.dataset.groups["artist"][prepared.split[part]]) for part in PARTS]
    torn = (parts[0] & parts[1]) | (parts[0] & parts[2]) | (parts[1] & parts[2])
    assert straddlers(prepared.dataset, prepared.split) == {"artist": len(torn)}
    numbers = {part: len(artists) for part, artists in zip(PARTS, parts, strict=True)}
    assert groups_of(prepared.dataset, prepared.split) == {"level": "artist", **numbers}
    assert straddlers(prepared.dataset, prepare(config.model_copy(update={"split": TINY.split})).split) == {}


def test_a_table_that_is_nowhere_is_asked_for():
    with pytest.raises(DataError, match="choose"):
        prepare(configure({"data.source": "table"}))
    assert prepare(ExperimentConfig()).dataset.X.shape == (8000, 20)
