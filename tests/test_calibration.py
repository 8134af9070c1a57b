import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from genre_core.errors import DataError
from genre_core.evaluation.calibration import calibration, reliability
from genre_core.evaluation.calibration_error import calibration_errors
from genre_core.evaluation.intervals import Interval, drawn_weights, n_resamples, wilson
from genre_core.evaluation.metrics import METRICS, softmax
from genre_core.evaluation.posterior_gap import posterior_gap


def made(n, k=5, too_sure=1.0, seed=0, spread=2.0):
    """Draw labels from the probabilities of logits; with `too_sure` the logits given are that much larger."""
    rng = np.random.default_rng(seed)
    logits = spread * rng.normal(size=(n, k))
    y = (softmax(logits).cumsum(axis=1)[:, :-1] < rng.random((n, 1))).sum(axis=1)
    return y, too_sure * logits


@pytest.mark.parametrize(("by", "strategy"), [("width", "uniform"), ("mass", "quantile")])
def test_bins_are_those_of_scikit_learn(by, strategy):
    y, logits = made(900)
    y_prob = softmax(logits)
    right, confidence = (y_prob.argmax(axis=1) == y).astype(int), y_prob.max(axis=1)
    shares, means = calibration_curve(right, confidence, n_bins=10, strategy=strategy)
    filled = [b for b in reliability(y, y_prob, by=by).bins if b.n]
    np.testing.assert_allclose([b.accuracy for b in filled], shares)
    np.testing.assert_allclose([b.confidence for b in filled], means)
    one = [b for b in reliability(y, y_prob, by=by, genre=2).bins if b.n]
    shares, means = calibration_curve((y == 2).astype(int), y_prob[:, 2], n_bins=10, strategy=strategy)
    np.testing.assert_allclose([b.accuracy for b in one], shares)
    np.testing.assert_allclose([b.confidence for b in one], means)


def test_scores_are_those_of_scikit_learn():
    y, logits = made(400)
    y_prob = softmax(logits)
    found = calibration(y, y_prob)
    assert found.log_loss.value == METRICS["log_loss"].compute(y, y_prob) == pytest.approx(log_loss(y, y_prob))
    by_genre = [brier_score_loss(y == g, y_prob[:, g]) for g in range(5)]
    assert found.brier.value == pytest.approx(sum(by_genre))
    assert found.log_loss.interval.low < found.log_loss.value < found.log_loss.interval.high
    assert found.ece.value == pytest.approx(reliability(y, y_prob).error)
    for g in range(5):
        assert found.per_genre[g].value == pytest.approx(reliability(y, y_prob, genre=g).error)
    assert found.classwise_ece.value == pytest.approx(np.mean([error.value for error in found.per_genre]))


def test_an_error_worked_out_by_hand():
    y_prob = np.array([[0.55, 0.45], [0.55, 0.45], [0.25, 0.75], [0.95, 0.05]])
    y = np.array([0, 1, 1, 0])
    # Three bins: (0.5, 0.6] half right at 0.55, (0.7, 0.8] right at 0.75, (0.9, 1] right at 0.95.
    assert calibration(y, y_prob).ece.value == pytest.approx((2 * 0.05 + 0.25 + 0.05) / 4)
    bins = [b for b in reliability(y, y_prob).bins if b.n]
    assert [b.n for b in bins] == [2, 1, 1]
    assert bins[0].interval == wilson(1, 2)


def test_a_value_on_a_limit_belongs_to_the_bin_below():
    y_prob = np.array([[0.5, 0.5], [0.500001, 0.499999]])
    assert [b.n for b in reliability([0, 0], y_prob).bins] == [0, 0, 0, 0, 1, 1, 0, 0, 0, 0]


@given(st.integers(2, 40), st.integers(2, 5), st.integers(0, 1000), st.sampled_from(["width", "mass"]))
@settings(max_examples=40, deadline=None)
def test_every_track_is_in_one_bin_and_the_error_is_a_share(n, k, seed, by):
    y, logits = made(n, k, seed=seed)
    curve = reliability(y, softmax(logits), by=by)
    assert sum(b.n for b in curve.bins) == n
    assert 0 <= curve.error <= 1
    assert sum(b.n * b.accuracy for b in curve.bins if b.n) == pytest.approx((logits.argmax(axis=1) == y).sum())


def test_perfect_calibration_stays_within_chance_and_too_sure_does_not():
    beyond = 0
    for seed in range(20):
        y, logits = made(200, seed=seed)
        error = calibration(y, softmax(logits), seed=seed).ece
        assert error.interval.low == 0 or error.beyond_chance
        beyond += error.beyond_chance
    assert beyond <= 3
    y, logits = made(600, too_sure=2.0)
    found = calibration(y, softmax(logits))
    assert found.ece.beyond_chance
    assert found.ece.interval.low > found.ece.by_chance.high
    assert found.confidence > found.accuracy
    assert any(b.beyond_chance for b in reliability(y, softmax(logits)).bins)


def test_the_interval_covers_the_error_in_the_long_run():
    y, logits = made(100_000, 3, too_sure=1.4, seed=1)
    truth = reliability(y, softmax(logits)).error
    covered = 0
    for seed in range(30):
        y, logits = made(200, 3, too_sure=1.4, seed=100 + seed)
        interval = calibration(y, softmax(logits), seed=seed).ece.interval
        covered += interval.low <= truth <= interval.high
    assert covered >= 26  # at 95 % coverage: in 98 of 100 such experiments


@pytest.mark.parametrize("off", [[0] * 8, [0.5] * 8, [8] + [0] * 7, [2] * 8, [6, 3, 1, 0.5, 0, 0, 0, 0]])
def test_however_the_bins_share_in_the_error_its_interval_covers_it(off):
    """`off` are the true mean residuals of the bins, in standard errors."""
    rng = np.random.default_rng(0)
    means = (off + rng.normal(size=(150, 8))).ravel()  # each experiment is a column
    again, chance = means + rng.normal(size=(200, 1200)), rng.normal(size=(200, 1200))
    intervals = [error.interval for error in calibration_errors(means, again, chance, columns=150)[:-1]]
    covered = [interval.low <= sum(off) <= interval.high for interval in intervals]
    assert sum(covered) >= 136  # at 95 % coverage: in 98 of 100 such experiments, at 88 % in 13


@pytest.mark.parametrize("off", [[0.5] * 4, [3, 0, 0, 0]])
def test_with_few_groups_the_interval_covers_the_error_as_often(off):
    """`off` are the true mean residuals of the bins, in standard errors of a mean over the six groups."""
    rng, drawn = np.random.default_rng(0), []
    for _ in range(200):  # experiments, each a column
        of_groups = off + np.sqrt(6) * rng.normal(size=(6, 4))
        again = of_groups[rng.integers(6, size=(200, 6))].mean(axis=1)
        drawn.append((of_groups.mean(axis=0), again, (rng.choice((-1.0, 1.0), (200, 6)) @ of_groups) / 6))
    found = calibration_errors(*(np.hstack(of) for of in zip(*drawn, strict=True)), columns=200, n_groups=6)[:-1]
    covered = [error.interval.low <= sum(off) <= error.interval.high for error in found]
    assert sum(covered) >= 182  # at 95 % coverage: in 99 of 100 such experiments


def test_fewer_than_five_groups_tell_nothing_about_an_error():
    y, logits = made(80, too_sure=3.0)
    for n_groups, told in ((4, False), (5, True)):
        found = calibration(y, softmax(logits), groups=np.arange(80) % n_groups)
        for error in (found.ece, found.classwise_ece, *found.per_genre):
            assert ((error.interval.low, error.interval.high) != (0.0, 1.0)) == told
        assert told or not found.ece.beyond_chance


def test_copies_of_a_track_add_no_certainty_when_they_are_a_group():
    y, logits = made(150, too_sure=1.5)
    y_prob, groups = softmax(logits), np.repeat(np.arange(150), 4)
    once = calibration(y, y_prob)
    many = calibration(np.repeat(y, 4), np.repeat(y_prob, 4, axis=0), groups=groups)
    alone = calibration(np.repeat(y, 4), np.repeat(y_prob, 4, axis=0))

    def width(score):
        return score.interval.high - score.interval.low

    assert width(many.log_loss) == pytest.approx(width(once.log_loss), rel=0.1)
    assert width(alone.log_loss) < 0.65 * width(many.log_loss)
    assert many.ece.by_chance.high > 1.5 * alone.ece.by_chance.high
    bins = reliability(np.repeat(y, 4), np.repeat(y_prob, 4, axis=0), groups=groups).bins
    ones = reliability(y, y_prob).bins
    for grouped, single in zip(bins, ones, strict=True):
        if single.n > 5 and 0 < single.accuracy < 1:
            assert grouped.interval.low == pytest.approx(single.interval.low, abs=0.03)


def test_bad_input_is_named():
    y, logits = made(10)
    with pytest.raises(DataError, match="did you pass logits"):
        calibration(y, logits)
    with pytest.raises(DataError, match="rows for"):
        calibration(y[:5], softmax(logits))
    with pytest.raises(DataError, match="no genre number 5"):
        reliability(y, softmax(logits), genre=5)


def test_a_single_track_and_sure_answers_are_no_trouble():
    found = calibration([0], [[1.0, 0.0]])
    assert (found.ece.value, found.brier.value) == (0, 0)
    assert found.log_loss.value == pytest.approx(0, abs=1e-15)
    assert calibration([1], [[1.0, 0.0]]).brier.value == 2


def test_resamples_draw_as_many_tracks_or_groups_as_there_are():
    weights = np.concatenate(list(drawn_weights(30, None, 50)))
    assert weights.shape == (50, 30)
    assert (weights.sum(axis=1) == 30).all()
    groups = np.repeat([7, 3, 5], 10)
    grouped = np.concatenate(list(drawn_weights(30, groups, 20)))
    assert all(len(set(row[groups == g])) == 1 for row in grouped for g in (3, 5, 7))
    assert (grouped.sum(axis=1) == 30).all()
    assert n_resamples(1200, 9) == 1000
    assert n_resamples(100_000, 60) == 200


def test_true_probabilities_lie_at_no_distance_from_themselves_and_the_divergence_is_the_excess_log_loss():
    y, logits = made(20_000, too_sure=1.5)
    true, said = softmax(logits / 1.5), softmax(logits)
    same = posterior_gap(true, true)
    assert same.difference.value == same.divergence.value == 0
    gap = posterior_gap(said, true)
    excess = METRICS["log_loss"].compute(y, said) - METRICS["log_loss"].compute(y, true)
    assert gap.divergence.value == pytest.approx(excess, abs=0.03)
    assert gap.divergence.interval.low < gap.divergence.value < gap.divergence.interval.high
    assert gap.excess.interval.low > 0
    assert sum(b.n for b in gap.bins) == 20_000
    assert all(b.lower <= b.upper for b in gap.bins)
    few = posterior_gap(said, true, groups=np.arange(20_000) % 4)
    assert [few.difference.interval, few.excess.interval, few.divergence.interval] == [
        Interval(0.0, 1.0), Interval(-1.0, 1.0), Interval(0.0, math.inf),
    ]  # fmt: skip
    with pytest.raises(DataError, match="same tracks"):
        posterior_gap(said, true[:10])
