"""A data set that knows what its rows belong to, and a scaler that sees nothing but the training part."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from genre_core.data.dataset import Dataset, telling
from genre_core.data.inputs import Features, Standardizer
from genre_core.data.splitting import split_dataset
from genre_core.settings.config import SplitConfig


def make(y, X=None, **levels):
    """Return rows of those genres (n,), and of those groups at each level."""
    y = np.asarray(y, dtype=np.int64)
    X = np.arange(2.0 * len(y)).reshape(-1, 2) if X is None else X
    genres = tuple(f"genre {g}" for g in range(y.max() + 1))
    groups = {level: np.asarray(numbers, dtype=np.int64) for level, numbers in levels.items()}
    return Dataset(Features(X, ("a", "b")), y, genres, tuple(map(str, range(len(y)))), groups)


# -- scaling -----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_what_the_training_part_looks_like_depends_on_it_alone(seed, gaps):
    rng = np.random.default_rng(seed)
    X = rng.normal(5, 3, (120, 2))
    if gaps:
        X[rng.random(X.shape) < 0.2] = np.nan
    assume(not np.isnan(X).all(axis=0).any())
    dataset = make(np.arange(120) % 3, X=X)
    split = split_dataset(dataset, SplitConfig(seed=seed))
    fitted = Standardizer.fit(dataset.X[split.train])
    others = np.concatenate([split.validation, split.test])
    changed = np.array(X)
    changed[others] = rng.normal(-1e6, 1e5, (len(others), 2))
    again = Standardizer.fit(changed[split_dataset(make(dataset.y, X=changed), SplitConfig(seed=seed)).train])
    assert np.array_equal(fitted.median, again.median)
    assert np.array_equal(fitted.mean, again.mean)
    assert np.array_equal(fitted.scale, again.scale)


@given(st.integers(0, 2**32 - 1))
def test_it_is_scikit_learns_imputer_and_scaler(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(5, 3, (50, 4))
    X[rng.random(X.shape) < 0.2] = np.nan
    assume(not np.isnan(X).all(axis=0).any())
    imputer, scaler = SimpleImputer(strategy="median"), StandardScaler()
    expected = scaler.fit_transform(imputer.fit_transform(X))
    fitted = Standardizer.fit(X)
    assert np.allclose(fitted.median, imputer.statistics_)
    assert np.allclose(fitted.transform(X), expected, atol=1e-6)
    new = rng.normal(5, 3, (10, 4))
    new[0] = np.nan
    assert np.allclose(fitted.transform(new), scaler.transform(imputer.transform(new)), atol=1e-6)


def test_a_feature_that_never_varies_or_is_never_there_in_training_stays_finite():
    X = np.column_stack([np.full(30, 7.0), np.full(30, np.nan), np.arange(30.0)])
    scores = Standardizer.fit(X).transform(np.array([[7.0, np.nan, 3.0], [8.0, 5.0, np.nan]]))
    assert np.isfinite(scores).all()
    assert scores[0, 0] == 0
    assert scores.dtype == np.float32


# -- the data set ------------------------------------------------------------------------------------------------------


def test_arrays_are_read_only():
    dataset = replace(make([0, 1], track=[0, 1]), published=np.array([0, 2]), y_clean=np.array([1, 1]))
    for array in (dataset.X, dataset.y, dataset.groups["track"], dataset.published, dataset.y_clean):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


def test_levels_go_from_finest_to_coarsest_and_intervals_take_the_coarsest():
    dataset = make([0, 1, 1], artist=[0, 0, 1], track=[0, 1, 1])
    assert list(dataset.groups) == ["track", "artist"]
    assert dataset.coarsest[0] == "artist"
    assert dataset.clusters(np.array([2, 0, 1])).tolist() == [1, 0, 0]
    assert dataset.clusters(np.array([2, 0])) is None, "each is of another artist"
    assert make([0, 1]).coarsest is None
    assert make([0, 1]).clusters(np.array([1])) is None


def test_a_level_says_something_where_it_groups_some_rows_but_not_all():
    alone, all_one, pairs = np.arange(6), np.zeros(6, int), np.arange(6) // 2
    assert list(telling({"track": alone, "album": pairs, "artist": all_one})) == ["album"]


def test_the_content_hash_of_features_is_the_one_that_stored_runs_have():
    data = Dataset(
        Features(np.arange(6.0).reshape(3, 2), ("x", "y")),
        np.array([0, 1, 1]),
        ("a", "b"),
        tuple("pqr"),
        {"track": np.array([0, 0, 1])},
    )
    assert data.content_hash == "9082ef737316e9f60af4bcc080e5641fd1574032d66fdbcfcdca72bac4807c43"


def test_the_content_hash_changes_with_what_is_learned_from_and_with_nothing_else():
    base = make([0, 1, 1], track=[0, 1, 1])
    assert base.content_hash == make([0, 1, 1], track=[0, 1, 1]).content_hash
    assert len(base.content_hash) == 64
    others = [
        make([0, 1, 0], track=[0, 1, 1]),
        make([0, 1, 1], track=[0, 0, 1]),
        make([0, 1, 1], album=[0, 1, 1]),
        make([0, 1, 1]),
        make([0, 1, 1], track=[0, 1, 1], X=np.zeros((3, 2))),
        replace(base, genres=("x", "y")),
        replace(base, inputs=Features(base.X, ("x", "y"))),
        replace(base, published=np.array([0, 1, 2])),
        replace(base, y_clean=np.array([0, 1, 2])),
    ]
    assert len({base.content_hash, *(other.content_hash for other in others)}) == 10
    assert replace(base, tracks=("p", "q", "r"), notes=("a note",)).content_hash == base.content_hash
