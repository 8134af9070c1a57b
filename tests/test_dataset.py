"""Splits that keep their promises, and a scaler that sees nothing but the training part."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from genre_core.config import SplitConfig
from genre_core.dataset import PARTS, Dataset, Standardizer, split_dataset
from genre_core.errors import DataError


def make(y, groups=None, X=None):
    y = np.asarray(y, dtype=np.int64)
    X = np.arange(2.0 * len(y)).reshape(-1, 2) if X is None else X
    genres = tuple(f"genre {g}" for g in range(y.max() + 1))
    groups = None if groups is None else np.asarray(groups, dtype=np.int64)
    return Dataset(X, y, genres, ("a", "b"), tuple(map(str, range(len(y)))), groups)


def parts_of(dataset, config):
    split = split_dataset(dataset, config)
    return [split[part] for part in PARTS]


fractions = st.builds(
    SplitConfig,
    test_fraction=st.floats(0.1, 0.4),
    validation_fraction=st.floats(0.1, 0.4),
    grouped=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)


@given(st.lists(st.integers(30, 60), min_size=2, max_size=5), fractions)
def test_each_track_is_in_one_part_and_genres_keep_their_shares(counts, config):
    dataset = make(np.repeat(np.arange(len(counts)), counts))
    parts = parts_of(dataset, config)
    assert sorted(np.concatenate(parts)) == list(range(len(dataset)))
    for rows in parts:
        share = np.bincount(dataset.y[rows], minlength=len(counts)) / len(rows)
        assert np.abs(share - np.array(counts) / sum(counts)).max() < 2 / len(rows)


@given(st.integers(2, 4), st.lists(st.integers(1, 6), min_size=40, max_size=60), fractions)
def test_a_group_never_straddles_a_split_unless_asked_for(n_genres, sizes, config):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    order = np.random.default_rng(sum(sizes)).permutation(len(groups))
    dataset = make(groups[order] % n_genres, groups[order])
    split = split_dataset(dataset, config)
    parts = [set(dataset.groups[split[part]]) for part in PARTS]
    apart = not (parts[2] & (parts[0] | parts[1]))
    assert sorted(np.concatenate([split[part] for part in PARTS])) == list(range(len(dataset)))
    assert split.leaky == (not apart)
    if config.grouped:
        assert apart
        assert not parts[0] & parts[1]
        assert not split.leaky


def test_segments_of_one_track_in_training_and_test_are_leaky_only_where_the_split_ignores_them():
    dataset = make(np.repeat([0, 1], 100), np.arange(200) // 10)
    assert split_dataset(dataset, SplitConfig(grouped=False)).leaky
    assert not split_dataset(dataset, SplitConfig(grouped=True)).leaky
    alone = make(np.repeat([0, 1], 100))
    assert not split_dataset(alone, SplitConfig(grouped=False)).leaky


def test_without_groups_keeping_them_together_changes_nothing():
    dataset = make(np.arange(200) % 4)
    for a, b in zip(
        parts_of(dataset, SplitConfig(grouped=True)), parts_of(dataset, SplitConfig(grouped=False)), strict=True
    ):
        assert np.array_equal(a, b)


@given(fractions)
def test_the_seed_determines_the_split(config):
    dataset = make(np.arange(200) % 4, np.arange(200) // 2)
    for a, b in zip(parts_of(dataset, config), parts_of(dataset, config), strict=True):
        assert np.array_equal(a, b)
    other = split_dataset(dataset, config.model_copy(update={"seed": (config.seed + 1) % 2**32}))
    assert not np.array_equal(np.sort(other.test), np.sort(split_dataset(dataset, config).test))


@pytest.mark.parametrize(
    ("counts", "config", "genre", "count"),
    [
        ([50, 1, 50], SplitConfig(), "genre 1", "1 track,"),
        ([50, 50, 2], SplitConfig(), "genre 2", "2 tracks,"),
        ([400, 4], SplitConfig(test_fraction=0.05), "genre 1", "4 tracks,"),
    ],
)
def test_a_genre_too_small_for_three_parts_is_named(counts, config, genre, count):
    dataset = make(np.repeat(np.arange(len(counts)), counts))
    with pytest.raises(DataError) as caught:
        split_dataset(dataset, config)
    assert f"The genre {genre} has {count} too few" in str(caught.value)


def test_a_genre_with_too_few_groups_is_named_however_many_rows_it_has():
    y = np.repeat([0, 1], [100, 100])
    groups = np.concatenate([np.arange(100) // 5, 100 + np.arange(100) // 50])
    with pytest.raises(DataError, match="The genre genre 1 has 2 groups, too few"):
        split_dataset(make(y, groups), SplitConfig())


def test_a_group_counts_for_the_genre_of_most_of_its_rows():
    y = np.where(np.arange(300) % 3 == 0, 1, 0)  # each group of three: two of genre 0, one of genre 1
    mixed = np.arange(300) // 3
    plain = np.repeat([0, 1], 60)
    dataset = make(np.concatenate([y, plain]), np.concatenate([mixed, 100 + np.arange(120) // 2]))
    split = split_dataset(dataset, SplitConfig())
    assert not split.leaky
    assert sorted(np.concatenate([split[part] for part in PARTS])) == list(range(420))


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
    dataset = make([0, 1], groups=[0, 1])
    for array in (dataset.X, dataset.y, dataset.groups):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5


def test_the_content_hash_changes_with_what_is_learned_from_and_with_nothing_else():
    base = make([0, 1, 1], groups=[0, 1, 1])
    assert base.content_hash == make([0, 1, 1], groups=[0, 1, 1]).content_hash
    assert len(base.content_hash) == 64
    others = [
        make([0, 1, 0], groups=[0, 1, 1]),
        make([0, 1, 1], groups=[0, 0, 1]),
        make([0, 1, 1]),
        make([0, 1, 1], groups=[0, 1, 1], X=np.zeros((3, 2))),
        Dataset(base.X, base.y, ("x", "y"), base.features, base.tracks, base.groups),
        Dataset(base.X, base.y, base.genres, ("x", "y"), base.tracks, base.groups),
    ]
    assert len({base.content_hash, *(other.content_hash for other in others)}) == 7
    noted = Dataset(base.X, base.y, base.genres, base.features, ("p", "q", "r"), base.groups, ("a note",))
    assert noted.content_hash == base.content_hash
