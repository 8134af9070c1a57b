"""One genre against the rest: as scikit-learn has it, with intervals that cover, at any threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn import metrics

from genre_core.evaluation.curves import _areas, operating_point, precision_recall_curve, roc_curve

SCORES = st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=30)


def drawn(seed: int, n: int = 200, apart: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    is_genre = np.arange(n) < n // 4
    return is_genre, rng.standard_normal(n) + apart * is_genre


@given(SCORES)
def test_weighted_areas_are_those_of_scikit_learn_ties_included(tracks):
    is_genre, y_score = (np.array(column) for column in zip(*tracks, strict=True))
    if is_genre.all() or not is_genre.any():
        return
    levels = np.unique(y_score)[::-1]
    own, others = ([[(side & (y_score == level)).sum() for level in levels]] for side in (is_genre, ~is_genre))
    auc, average_precision = _areas(np.array(own, float), np.array(others, float))
    assert auc[0] == pytest.approx(metrics.roc_auc_score(is_genre, y_score))
    assert average_precision[0] == pytest.approx(metrics.average_precision_score(is_genre, y_score))


def test_curves_are_those_of_scikit_learn_and_hold_their_areas():
    is_genre, y_score = drawn(0)
    roc, pr = roc_curve(is_genre, y_score), precision_recall_curve(is_genre, y_score)
    assert metrics.auc(roc.false_alarms, roc.recall) == pytest.approx(roc.auc)
    assert roc.auc_interval.low < roc.auc < roc.auc_interval.high
    assert pr.average_precision_interval.low < pr.average_precision < pr.average_precision_interval.high
    assert pr.prevalence == 0.25


def test_the_interval_of_the_area_covers_the_truth():
    truth = norm.cdf(1 / np.sqrt(2))
    within = [roc_curve(*drawn(seed, n=80), seed=seed).auc_interval for seed in range(40)]
    assert sum(one.low <= truth <= one.high for one in within) >= 34


def test_the_interval_of_a_large_area_covers_it_with_few_tracks_of_the_genre():
    truth = norm.cdf(3 / np.sqrt(2))
    rng, is_genre, held = np.random.default_rng(0), np.arange(100) < 10, []
    for _ in range(60):
        interval = roc_curve(is_genre, rng.normal(size=100) + 3 * is_genre).auc_interval
        held.append(interval.low <= truth <= interval.high)
    assert np.mean(held) > 0.92  # percentiles of the resampled areas cover it in 83 of 100


def test_tracks_that_belong_together_widen_the_interval():
    is_genre, y_score = drawn(1, n=80)
    alone = roc_curve(is_genre, y_score).auc_interval
    same = (np.repeat(values, 5) for values in (is_genre, y_score, np.arange(80)))
    together = roc_curve(*same).auc_interval
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.25)


def test_without_an_error_the_interval_claims_no_certainty():
    is_genre = np.arange(40) < 10
    assert roc_curve(is_genre, is_genre * 1.0).auc_interval.low == pytest.approx(0.722, abs=0.001)
    assert precision_recall_curve(is_genre, is_genre * 1.0).average_precision_interval.low < 0.8


def test_a_genre_without_a_track_has_no_curve():
    none = np.zeros(5, bool)
    assert roc_curve(none, np.arange(5.0)) is None
    assert precision_recall_curve(none, np.arange(5.0)) is None
    assert np.isnan(operating_point(none, np.arange(5.0), 2.0).recall)


@given(SCORES, st.integers(0, 7))
def test_a_point_counts_what_lies_at_or_above_its_threshold(tracks, threshold):
    is_genre, y_score = (np.array(column) for column in zip(*tracks, strict=True))
    point = operating_point(is_genre, y_score, threshold)
    y_pred = y_score >= threshold
    assert point.answered == y_pred.sum()
    if is_genre.any():
        assert point.recall == pytest.approx(metrics.recall_score(is_genre, y_pred))
        assert point.recall_interval.low <= point.recall <= point.recall_interval.high
    if point.answered:
        assert point.precision == pytest.approx(metrics.precision_score(is_genre, y_pred))
    else:
        assert point.precision is None
    if not is_genre.all():
        assert point.false_alarm == pytest.approx(1 - metrics.recall_score(~is_genre, ~y_pred))
