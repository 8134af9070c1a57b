import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import Split
from genre_core.errors import DataError
from genre_core.evaluation.holm import holm
from genre_core.inspection.drift import drifts
from genre_core.inspection.features import histograms, separations, spreads
from genre_core.inspection.projection import neighbour_map, place_neighbours, project
from genre_core.inspection.relations import correlations, genre_distances
from genre_core.settings.config import SyntheticConfig


def dataset(X, y, groups=None):
    names = tuple(f"g{number}" for number in range(int(np.max(y)) + 1))
    features = tuple(f"f{number}" for number in range(np.shape(X)[1]))
    return Dataset(
        Features(np.asarray(X, float), features), np.asarray(y), names, tuple(map(str, range(len(y)))), groups or {}
    )


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


# Information


def test_information_sees_what_a_ratio_of_variances_does_not():
    X, y = noise(2000, 3, 2)
    X[:, 1] = np.where(y == 1, X[:, 1] * 0.1, np.sign(X[:, 1]) * (2 + np.abs(X[:, 1])))  # one genre inside the other
    data = dataset(X, y)
    best = separations(data, by="information")[0]
    assert best.feature == "f1"
    assert best.informed > 0.9
    assert best.explained < 0.01
    assert best.information == pytest.approx(best.informed * np.log(2), rel=1e-3)


@given(st.integers(0, 50), st.sampled_from([60, 300, 1500]), st.integers(2, 8))
def test_noise_informs_of_nothing_but_chance(seed, n, k):
    X, y = noise(n, 4, k, seed)
    found = separations(dataset(X, y))
    assert np.mean([item.informed for item in found]) < 0.12
    assert all(0 <= item.informed <= 1 for item in found)


def test_a_missing_value_informs_where_only_one_genre_has_them():
    X, y = noise(400, 2, 2)
    X[y == 1, 0] = np.nan
    assert separations(dataset(X, y), by="information")[0].informed == pytest.approx(1, abs=0.05)


def test_a_pair_of_genres_is_told_apart_by_a_feature_of_its_own():
    X, y = noise(900, 4, 3)
    X[:, 0] += 5 * (y == 0)
    X[:, 2] += 2 * (y == 1)
    data = dataset(X, y)
    assert separations(data)[0].feature == "f0"
    pair = separations(data, (1, 2))
    assert (pair[0].feature, pair[0].n) == ("f2", 600)


# Histograms


@given(arrays(float, (40, 2), elements=st.floats(-1e12, 1e12) | st.just(np.nan) | st.integers(0, 3).map(float)))
def test_every_value_is_in_one_bin_and_every_gap_is_counted(X):
    data = dataset(X, np.arange(40) % 3)
    for found, values in zip(histograms(data, bins=10), X.T, strict=True):
        assert (np.diff(found.edges) > 0).all()
        assert found.counts.sum() + found.missing.sum() == 40
        np.testing.assert_array_equal(found.missing, np.bincount(data.y[np.isnan(values)], minlength=3))
        area = (found.density * np.diff(found.edges)).sum(axis=1)
        np.testing.assert_allclose(area[found.counts.sum(axis=1) > 0], 1, rtol=1e-9)


def test_a_few_whole_numbers_have_a_bin_each_and_a_slip_does_not_flatten_the_rest():
    X = np.array([[0.0, 1e9], *([n % 4, n / 100] for n in range(1, 400))])
    few, wide = histograms(dataset(X, np.arange(400) % 2))
    np.testing.assert_array_equal(few.edges, [-0.5, 0.5, 1.5, 2.5, 3.5])
    assert wide.edges[-1] < 5
    assert (wide.counts.sum(axis=0) > 0).all()


# Correlations


def test_features_that_go_together_stand_together():
    rng = np.random.default_rng(0)
    base = rng.standard_normal((500, 3))
    X = np.repeat(base, 4, axis=1)[:, rng.permutation(12)] * rng.choice([-1, 1], 12) + 0.3 * rng.standard_normal(
        (500, 12)
    )
    X[:, 5] = 2.0
    found = correlations(dataset(X, np.arange(500) % 2))
    assert found.features.index("f5") in (0, 11)
    strong = np.abs(np.diagonal(found.matrix, 1)) > 0.8
    assert strong.sum() == 8  # within three bunches, of which one has lost a member
    position = {name: int(name[1:]) for name in found.features}
    order = [position[name] for name in found.features]
    with np.errstate(invalid="ignore"):
        expected = np.nan_to_num(np.corrcoef(X.T))[np.ix_(order, order)]
    np.fill_diagonal(expected, 1)
    np.testing.assert_allclose(found.matrix, expected, atol=1e-6)


def test_one_feature_correlates_with_itself():
    X, y = noise(30, 1, 2)
    assert correlations(dataset(X, y)).matrix.tolist() == [[1.0]]


# Distances


def test_distances_are_those_that_the_genres_were_drawn_with():
    rng = np.random.default_rng(1)
    mixing = rng.standard_normal((6, 6)) + 2 * np.eye(6)
    means = np.zeros((4, 6))
    means[1, 0], means[2, 1], means[3, :2] = 1.0, 3.0, (0.0, 3.0)  # genres 2 and 3 are the same
    y = np.arange(8000) % 4
    X = (means[y] + rng.standard_normal((8000, 6))) @ mixing
    found = genre_distances(dataset(X, y))
    order = [int(name[1:]) for name in found.genres]
    expected = np.linalg.norm(means[order][:, None] - means[order], axis=2)
    np.testing.assert_allclose(found.matrix[expected > 0], expected[expected > 0], rtol=0.06)
    assert found.matrix[expected == 0].max() < 0.25
    assert abs(order.index(2) - order.index(3)) == 1
    assert found.error[order.index(0), order.index(1)] == pytest.approx(0.3085, abs=0.01)
    assert found.tree.x.shape == found.tree.height.shape == (3, 4)


def test_the_same_genre_twice_is_no_distance_however_many_features():
    squares = []
    for seed in range(20):
        X, y = noise(120, 60, 2, seed)
        squares.append(genre_distances(dataset(X, y)).matrix[0, 1] ** 2)
    assert np.median(squares) < 0.5  # differences of means alone would give 60 × 4 / 120 = 2


def test_genres_too_small_for_a_distance_are_named():
    X, y = noise(60, 3, 2)
    y[0] = 2
    found = genre_distances(dataset(X, y))
    assert found.left_out == ("g2",)
    assert set(found.genres) == {"g0", "g1"}
    with pytest.raises(DataError, match="add tracks"):
        genre_distances(dataset(np.eye(3), [0, 1, 2]))


# Drift


def test_a_feature_that_moved_is_told_from_those_that_did_not():
    X, y = noise(600, 5, 2)
    X[300:, 2] += 1
    split = Split(np.arange(250), np.arange(250, 300), np.arange(300, 600))
    found = drifts(dataset(X, y), split)
    assert found.features[0].feature == "f2"
    assert found.features[0].adjusted < 1e-6
    assert min(item.adjusted for item in found.features[1:]) > 0.05
    assert found.features[0].second_median - found.features[0].first_median == pytest.approx(1, abs=0.3)
    assert (found.n, found.n_total) == ((250, 300), (250, 300))


def test_pieces_of_one_track_are_no_evidence_of_drift():
    rng = np.random.default_rng(2)
    X = np.repeat(rng.standard_normal((40, 4)), 25, axis=0) + 0.01 * rng.standard_normal((1000, 4))
    groups = {"track": np.arange(1000) // 25}
    split = Split(np.arange(500), np.arange(500, 750), np.arange(750, 1000))
    found = drifts(dataset(X, np.arange(1000) // 25 % 2, groups), split)
    assert (found.n, found.n_total) == ((20, 10), (500, 250))
    assert min(item.adjusted for item in found.features) > 0.01


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_keep_their_order_and_never_fall(p):
    p = np.array(p)
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()
    assert adjusted.min() == pytest.approx(min(1, p.min() * len(p)))


# t-SNE


def test_neighbours_on_the_plane_are_of_one_genre_where_genres_are_apart():
    data = load_dataset(SyntheticConfig(n_samples=300, n_genres=3, n_features=40, overlap=0.5))
    found = project(data, "tsne", max_points=150)
    again = neighbour_map(data, place_neighbours(data, max_points=150), max_points=150)
    assert found.accuracy > 0.95
    assert (len(found.rows), found.n_judged, found.n_total) == (150, 150, 300)
    np.testing.assert_array_equal(found.points, again.points)
    assert np.isnan(found.explained).all()


def test_pieces_of_a_track_do_not_judge_each_other():
    rng = np.random.default_rng(5)
    X = np.repeat(rng.standard_normal((40, 6)), 3, axis=0) + 0.01 * rng.standard_normal((120, 6))
    y = np.repeat(rng.integers(0, 2, 40), 3)
    assert project(dataset(X, y), "tsne").accuracy > 0.95  # each piece finds its own track
    assert project(dataset(X, y, {"track": np.arange(120) // 3}), "tsne").accuracy < 0.75


@pytest.mark.parametrize("X", [np.zeros((20, 3)), np.arange(20.0)[:, None], np.full((20, 2), np.nan)])
def test_the_plainest_tracks_can_be_placed(X):
    assert np.isfinite(project(dataset(X, np.arange(20) % 2), "tsne").points).all()
    with pytest.raises(DataError, match="at least eight tracks"):
        project(dataset(X[:4], np.arange(4) % 2), "tsne")
