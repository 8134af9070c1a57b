import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.evaluation.confusion import confusion_matrix, f1_interval

GENRES = ("Rock", "Jazz", "Folk")


def labels(seed, n, noise=0.3):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(3, size=n)
    return y_true, np.where(rng.random(n) < noise, rng.integers(3, size=n), y_true)


@given(st.integers(0, 10_000), st.integers(3, 300))
def test_the_interval_holds_the_f1_that_was_seen(seed, n):
    y_true, y_pred = labels(seed, n)
    matrix = confusion_matrix(y_true, y_pred, GENRES)
    for genre in range(3):
        both = int(matrix.counts[genre].sum() + matrix.counts[:, genre].sum())
        interval = f1_interval(matrix, genre)
        assert 0 <= interval.low <= interval.high <= 1
        if both:
            assert interval.low <= 2 * matrix.counts[genre, genre] / both <= interval.high


def test_it_covers_the_true_f1_about_as_often_as_it_says():
    y_true, y_pred = labels(0, 400_000)
    truth = 2 * np.sum((y_true == 0) & (y_pred == 0)) / (np.sum(y_true == 0) + np.sum(y_pred == 0))
    samples = [confusion_matrix(y_true[at : at + 200], y_pred[at : at + 200], GENRES) for at in range(0, 200_000, 200)]
    intervals = [f1_interval(matrix, 0) for matrix in samples]
    covered = np.mean([interval.low <= truth <= interval.high for interval in intervals])
    assert 0.92 < covered < 0.985


def test_tracks_that_come_in_groups_tell_less():
    y_true, y_pred = labels(1, 60)
    alone = f1_interval(confusion_matrix(y_true, y_pred, GENRES), 0)
    copies = confusion_matrix(np.repeat(y_true, 10), np.repeat(y_pred, 10), GENRES, np.repeat(np.arange(60), 10))
    grouped = f1_interval(copies, 0)
    assert grouped.high - grouped.low == pytest.approx(alone.high - alone.low, rel=0.15)


def test_a_genre_without_any_track_is_not_known():
    interval = f1_interval(confusion_matrix([0, 1], [0, 1], GENRES), 2)
    assert (interval.low, interval.high) == (0.0, 1.0)
