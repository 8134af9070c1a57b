"""A network as scikit-learn's classifier: it keeps that contract, and learns what a run learns, to the bit."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

from genre_core import GenreClassifier, configure, evaluate_part, make_trainer, prepare
from genre_core.errors import ConfigError, DataError
from genre_core.estimator import SETTINGS
from genre_core.explaining.network import FittedNetwork
from genre_core.training.experiment import drain

SMALL = {"hidden": (8,), "max_epochs": 4, "learning_rate": 0.05}
DATA = {"data.n_samples": 400, "data.n_features": 5, "data.n_genres": 3, "data.overlap": 1.0, "data.missing_rate": 0.1}


@pytest.fixture(scope="module")
def config():
    return configure(DATA | {"model.hidden": (8,), "train.max_epochs": 4, "train.learning_rate": 0.05})


@pytest.fixture(scope="module")
def prepared(config):
    return prepare(config)


@pytest.fixture(scope="module")
def rows(prepared):
    """Features of all but the test part, in the order in which a split deals them, and their genres by number."""
    from sklearn.model_selection import train_test_split

    data = prepared.dataset
    rest, test = train_test_split(np.arange(len(data)), test_size=0.15, random_state=42, stratify=data.y)
    assert set(test) == set(prepared.split.test)
    return data.X[rest], data.y[rest]


@pytest.mark.filterwarnings("ignore:A class has")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([GenreClassifier(hidden=(8,), max_epochs=4, learning_rate=0.1)])
def test_it_keeps_the_contract_of_scikit_learn(estimator, check):
    check(estimator)


def test_it_learns_what_a_run_learns_from_the_same_rows_to_the_bit(config, prepared, rows):
    trainer = make_trainer(config, prepared)
    history, end = drain(trainer)
    found = GenreClassifier(**SMALL).fit(*rows)
    assert found.best_epoch_ == end.best_epoch
    assert [epoch.validation_loss for epoch in found.history_] == [epoch.validation_loss for epoch in history]
    ours = FittedNetwork.load(trainer.weights())
    assert all(np.array_equal(a, b) for a, b in zip(found.network_.weights, ours.weights, strict=True))
    logits = trainer.predict(prepared.X)
    again = found.predict_proba(prepared.dataset.X)
    assert np.array_equal(again.argmax(axis=1), logits.argmax(axis=1))
    validation, data = prepared.split.validation, prepared.dataset
    rate = evaluate_part(prepared, logits, "validation").accuracy
    assert found.score(data.X[validation], data.y[validation]) == pytest.approx(rate)


def test_it_stands_in_pipelines_folds_and_grids(rows):
    X, y = rows
    steps = make_pipeline(PowerTransformer(), GenreClassifier(**SMALL))
    scores = cross_val_score(steps, X, y, cv=3, scoring="neg_log_loss")
    assert scores.shape == (3,)
    assert (scores > np.log(1 / 3)).all(), "better than guessing"
    grid = {"hidden": [(4,), (8, 4)], "dropout": np.array([0.0, 0.3]), "batch_size": np.array([32])}
    found = GridSearchCV(GenreClassifier(max_epochs=1), grid, cv=2).fit(X, y)
    assert set(found.best_params_) == set(grid)


def test_a_table_with_names_numbers_or_words_as_genres_and_gaps(rows):
    X, y = rows
    table, genres = pd.DataFrame(X, columns=list("abcde")), np.array(["jazz", "blues", "rock"])[y]
    found = GenreClassifier(architecture="linear", max_epochs=3).fit(table, genres)
    assert found.feature_names_in_.tolist() == list("abcde")
    assert found.classes_.tolist() == ["blues", "jazz", "rock"]
    assert set(found.predict(table)) == {"blues", "jazz", "rock"}
    assert set(GenreClassifier(**SMALL).fit(X, y + 7).predict(X)) == {7, 8, 9}
    assert X.flags.writeable, "it is still the caller's own"


def test_the_seed_decides_all_that_is_drawn(rows):
    X, y = rows
    answers = [GenreClassifier(random_state=seed, **SMALL).fit(X, y).predict_proba(X) for seed in (1, 1, 2)]
    assert np.array_equal(answers[0], answers[1])
    assert not np.allclose(answers[0], answers[2])
    drawn = GenreClassifier(random_state=np.random.RandomState(0), **SMALL)
    assert not np.allclose(drawn.fit(X, y).predict_proba(X), drawn.fit(X, y).predict_proba(X))
    again = pickle.loads(pickle.dumps(drawn))
    assert np.array_equal(again.predict_proba(X), drawn.predict_proba(X))


def test_its_parameters_are_the_settings_of_a_run():
    parameters = GenreClassifier().get_params()
    assert set(parameters) == {*SETTINGS, "random_state", "verbose"}
    assert parameters["hidden"] == (128, 64, 32)
    assert "\nlearning_rate\n    Size of each training step." in GenreClassifier.__doc__


def test_what_cannot_be_learned_is_a_sentence(rows, capsys):
    X, y = rows
    with pytest.raises(ConfigError, match=r"train\.max_epochs is 0, but the lowest allowed is 1\."):
        GenreClassifier(max_epochs=0).fit(X, y)
    with pytest.raises(ConfigError, match="architecture is cnn, but must be one of mlp, linear"):
        GenreClassifier(architecture="cnn").fit(X, y)
    with pytest.raises(TypeError, match="no parameter layers"):
        GenreClassifier(layers=3)
    with pytest.raises(DataError, match="one class alone"):
        GenreClassifier().fit(X, np.zeros(len(X)))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        GenreClassifier(verbose=True, **SMALL).fit(X[:4], [0, 1, 1, 1])
    assert "A class has 1 of 4 rows, too few for a validation part of 17.6 %" in str(warned[0].message)
    assert "epoch" in capsys.readouterr().err
