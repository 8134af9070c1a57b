"""The confusion matrix: counts, shares and intervals per cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.errors import DataError
from genre_core.evaluation.confusion import confusion_matrix
from genre_core.evaluation.intervals import Interval, wilson

GENRES = ("Rock", "Jazz", "Folk")
Y_TRUE = np.array([0, 0, 0, 0, 1, 1, 1, 2])
Y_PRED = np.array([0, 0, 0, 1, 1, 1, 0, 1])


@pytest.fixture(scope="module")
def matrix():
    return confusion_matrix(Y_TRUE, Y_PRED, GENRES)


def test_rows_are_true_and_columns_predicted_genres(matrix):
    assert matrix.counts.tolist() == [[3, 1, 0], [1, 2, 0], [0, 1, 0]]
    assert (matrix.n, matrix.correct, matrix.genres) == (8, 5, GENRES)


@given(st.integers(2, 12), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_counts_and_shares_agree_with_scikit_learn(k, n, seed):
    from sklearn import metrics

    y_true, y_pred = np.random.default_rng(seed).integers(k, size=(2, n))
    matrix = confusion_matrix(y_true, y_pred, tuple(map(str, range(k))))
    assert (matrix.counts == metrics.confusion_matrix(y_true, y_pred, labels=range(k))).all()
    assert matrix.n == n
    for by, sklearn_by in (("true", "true"), ("predicted", "pred"), ("all", "all")):
        expected = metrics.confusion_matrix(y_true, y_pred, labels=range(k), normalize=sklearn_by)
        assert np.nan_to_num(matrix.normalized(by)) == pytest.approx(expected)


def test_what_has_nothing_to_be_a_share_of_is_nan(matrix):
    assert np.isnan(matrix.normalized("predicted")[:, 2]).all()
    assert np.isnan(matrix.precisions[2])
    assert matrix.recalls == pytest.approx([0.75, 2 / 3, 0.0])
    assert matrix.precisions[:2] == pytest.approx([0.75, 0.5])
    assert (matrix.normalized("count") == matrix.counts).all()


def test_a_cells_interval_is_wilsons_in_the_units_of_the_normalization(matrix):
    assert matrix.interval(0, 1, "true") == wilson(1, 4)
    assert matrix.interval(0, 1, "predicted") == wilson(1, 4)
    assert matrix.interval(1, 1, "all") == wilson(2, 8)
    assert matrix.interval(1, 1, "count") == Interval(wilson(2, 8).low * 8, wilson(2, 8).high * 8)
    assert matrix.interval(2, 2, "predicted") == Interval(0.0, 1.0)


@pytest.mark.parametrize("by", ["true", "predicted", "all"])
def test_intervals_of_copies_are_those_of_one_track_per_group(by):
    rng = np.random.default_rng(0)
    y_true = rng.integers(3, size=400)
    y_pred = np.where(rng.random(400) < 0.6, y_true, rng.integers(3, size=400))
    once = confusion_matrix(y_true, y_pred, GENRES)
    copies = confusion_matrix(np.repeat(y_true, 10), np.repeat(y_pred, 10), GENRES, np.repeat(np.arange(400), 10))
    for i in range(3):
        for j in range(3):
            expected, interval = once.interval(i, j, by), copies.interval(i, j, by)
            assert [interval.low, interval.high] == pytest.approx([expected.low, expected.high], abs=0.02)


def test_the_counts_cannot_be_changed(matrix):
    with pytest.raises(ValueError, match="read-only"):
        matrix.counts[0, 0] = 100


@pytest.mark.parametrize(
    ("y_true", "y_pred", "sentence"),
    [
        ([0, 1], [0], "y_pred has 1 rows for 2 class numbers"),
        ([0, 3], [0, 1], "y_true holds the class number 3, but 3 classes are numbered 0 to 2"),
        ([0, 1], [0, -1], "y_pred holds the class number -1"),
        ([[0, 1]], [[0, 1]], r"y_true has the shape \(1, 2\)"),
        (["Rock", "Jazz"], [0, 1], "did you pass names or scores"),
        (np.array([], dtype=int), np.array([], dtype=int), "y_true is empty"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(y_true, y_pred, sentence):
    with pytest.raises(DataError, match=sentence):
        confusion_matrix(y_true, y_pred, GENRES)


def test_groups_of_another_length_are_refused():
    with pytest.raises(DataError, match="groups has 3 rows"):
        confusion_matrix(Y_TRUE, Y_PRED, GENRES, np.array([1, 2, 3]))
