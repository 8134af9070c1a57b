import numpy as np
import pytest

from genre_core.config import SyntheticConfig
from genre_core.dataset import Dataset
from genre_core.errors import DataError
from genre_core.exploration import project, separations, spreads
from genre_core.sources import load_dataset


def dataset(X, y, groups=None):
    names = tuple(f"g{number}" for number in range(int(np.max(y)) + 1))
    features = tuple(f"f{number}" for number in range(np.shape(X)[1]))
    return Dataset(np.asarray(X, float), np.asarray(y), names, features, tuple(map(str, range(len(y)))), groups or {})


def noise(n, n_features, n_genres, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, n_features)), np.arange(n) % n_genres


def test_the_feature_that_differs_between_genres_comes_first_with_its_share_of_variance():
    X, y = noise(400, 5, 2)
    X[:, 3] += 2.0 * y
    X[:, 1] = 7.0
    found = separations(dataset(X, y))
    assert found[0].feature == "f3"
    assert found[0].explained == pytest.approx(np.corrcoef(X[:, 3], y)[0, 1] ** 2, abs=1e-6)
    assert found[-1].explained == pytest.approx(0.0, abs=0.02)
    assert {item.feature for item in found} == {f"f{number}" for number in range(5)}


def test_a_feature_without_spread_within_genres_explains_everything():
    X, y = noise(60, 3, 3)
    X[:, 2] = y
    found = separations(dataset(X, y))
    assert (found[0].feature, found[0].explained) == ("f2", 1.0)


def test_quartiles_count_missing_values_apart():
    X = np.array([[1.0], [2.0], [3.0], [np.nan], [np.nan], [np.nan]])
    first, second = spreads(dataset(X, [0, 0, 0, 0, 1, 1]), "f0")
    assert (first.n, first.n_missing, first.median) == (3, 1, 2.0)
    assert (second.n, second.n_missing) == (0, 2)
    assert np.isnan(second.median)


@pytest.mark.parametrize("method", ["pca", "lda"])
def test_well_separated_genres_are_named_right_by_the_nearest_centre(method):
    data = load_dataset(SyntheticConfig(n_samples=600, n_genres=3, n_features=6, overlap=0.1))
    found = project(data, method)
    assert found.accuracy > 0.95
    assert found.points.shape == (len(found.rows), 2)
    np.testing.assert_array_equal(found.y, data.y[found.rows])
    assert 0 < found.explained[1] <= found.explained[0] <= 1


def test_discriminants_do_not_flatter_themselves_on_noise():
    X, y = noise(200, 80, 4)
    assert project(dataset(X, y), "lda").accuracy < 0.40


def test_two_genres_lie_on_one_axis_and_the_other_says_that_it_explains_nothing():
    X, y = noise(200, 4, 2)
    X[:, 0] += 4.0 * y
    found = project(dataset(X, y), "lda")
    assert found.explained[0] == pytest.approx(1.0, abs=1e-3)
    assert np.isnan(found.explained[1])
    assert np.ptp(found.points[:, 1]) > 0


@pytest.mark.parametrize("method", ["pca", "lda"])
def test_one_feature_and_dependent_features_and_missing_values_are_drawn_too(method):
    X, y = noise(120, 1, 3)
    assert np.isfinite(project(dataset(X, y), method).points).all()
    double = np.hstack([X, X, np.full_like(X, 3.0)])
    double[::7, 0] = np.nan
    assert np.isfinite(project(dataset(double, y), method).points).all()


def test_groups_are_never_on_both_sides_of_a_projection():
    X, _ = noise(300, 5, 3)
    groups = np.arange(300) // 3
    found = project(dataset(X, groups % 3, {"track": groups}), "lda")
    _, counts = np.unique(groups[found.rows], return_counts=True)
    assert set(counts) == {3}


def test_no_more_points_than_asked_for_always_the_same_ones():
    data = load_dataset(SyntheticConfig(n_samples=2000))
    first, again = project(data, "pca", max_points=100), project(data, "pca", max_points=100)
    assert (len(first.rows), first.n_judged) == (100, 1000)
    np.testing.assert_array_equal(first.rows, again.rows)
    assert len(project(data, "pca", max_points=100, seed=1).rows) == 100


def test_genres_of_a_single_track_do_not_stop_a_projection():
    X, y = noise(60, 4, 2)
    y[0] = 2
    found = project(dataset(X, y), "lda")
    assert found.recalls.shape == (3,)


def test_too_few_tracks_are_refused_with_what_to_do():
    with pytest.raises(DataError, match="add tracks"):
        project(dataset(np.eye(3), [0, 1, 2]), "lda")
