import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from genre_core.errors import DataError
from genre_core.evaluation.calibration import calibration
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.scaling import COLDEST, HOTTEST, cross_fitted, fit_temperature, fit_vector
from tests.test_calibration import made


def loss(y, logits):
    return log_loss(y, softmax(logits), labels=np.arange(logits.shape[1]))


def test_the_temperature_is_the_one_that_the_logits_were_multiplied_by():
    y, logits = made(20_000, too_sure=1.7)
    assert fit_temperature(y, logits).temperature == pytest.approx(1.7, rel=0.03)


def test_the_temperature_is_the_best_there_is():
    y, logits = made(300, too_sure=2.0, seed=3)
    best = minimize_scalar(lambda t: loss(y, logits / t), bounds=(0.1, 10), method="bounded", options={"xatol": 1e-7})
    assert fit_temperature(y, logits).temperature == pytest.approx(best.x, rel=1e-4)


def test_vector_scaling_finds_a_shift_and_fits_validation_no_worse_than_a_temperature():
    y, logits = made(8000, too_sure=1.5)
    moved = logits + np.array([2.0, 0, 0, 0, 0])
    temperature, vector = fit_temperature(y, moved), fit_vector(y, moved)
    assert loss(y, vector.apply(moved)) < loss(y, temperature.apply(moved)) - 0.05
    assert vector.bias[0] - vector.bias[1:].mean() == pytest.approx(-2 / 1.5, abs=0.15)
    assert vector.scale == pytest.approx(np.full(5, 1 / 1.5), abs=0.06)
    assert (vector.apply(moved).argmax(axis=1) != moved.argmax(axis=1)).any()


@given(st.integers(2, 60), st.integers(2, 6), st.floats(0.2, 4), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_scaling_lowers_the_log_loss_it_is_fitted_by_and_temperature_keeps_every_answer(n, k, too_sure, seed):
    y, logits = made(n, k, too_sure, seed)
    temperature, vector = fit_temperature(y, logits), fit_vector(y, logits)
    assert COLDEST <= temperature.temperature <= HOTTEST * 1.001
    assert loss(y, temperature.apply(logits)) <= loss(y, logits) + 1e-9
    assert loss(y, vector.apply(logits)) <= loss(y, temperature.apply(logits)) + 1e-6
    assert (temperature.apply(logits).argmax(axis=1) == logits.argmax(axis=1)).all()


def test_where_every_answer_is_right_the_temperature_stands_at_its_bound_and_a_genre_without_tracks_stays_possible():
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=60)
    logits = 4.0 * (y[:, None] == np.arange(4)) + rng.normal(size=(60, 4)) / 4
    found = fit_temperature(y, logits)
    assert found.at_bound
    assert not fit_temperature(*made(500)).at_bound
    assert np.isfinite(fit_vector(y, logits).apply(logits)).all()
    y, logits = made(300, 4)
    y = np.where(y == 3, 0, y)  # nobody is of the last genre
    assert softmax(fit_vector(y, logits).apply(logits))[:, 3].max() > 1e-3


def test_a_track_is_never_scaled_by_a_fit_that_saw_it_or_its_group():
    y, logits = made(200, seed=5)
    groups = np.arange(200) // 5
    seen = []

    def fit(labels, table):
        seen.append({row.tobytes() for row in table})
        return fit_temperature(labels, table)

    scaled = cross_fitted(fit, y, logits, groups=groups)
    assert len(seen) == 5
    assert (scaled.argmax(axis=1) == logits.argmax(axis=1)).all()
    for group in range(40):
        without = [not known & {row.tobytes() for row in logits[groups == group]} for known in seen]
        assert sum(without) == 1
    ratio = logits[:, 0] / scaled[:, 0]
    assert len(np.unique(ratio.round(6))) == 5


def test_cross_fitting_flatters_less_than_fitting_on_the_same_tracks():
    within, across = [], []
    for seed in range(5):
        y, logits = made(120, 8, seed=seed)
        within.append(loss(y, fit_vector(y, logits).apply(logits)))
        across.append(loss(y, cross_fitted(fit_vector, y, logits)))
        assert within[-1] < across[-1]
    fresh_y, fresh = made(20_000, 8, seed=99)
    y, logits = made(120, 8, seed=0)
    honest = loss(fresh_y, fit_vector(y, logits).apply(fresh))
    assert honest > np.mean(within)


def test_scaling_takes_the_miscalibration_out_of_other_tracks():
    y, logits = made(1000, too_sure=2.0, seed=1)
    other_y, other = made(1000, too_sure=2.0, seed=2)
    before = calibration(other_y, softmax(other)).ece
    after = calibration(other_y, softmax(fit_temperature(y, logits).apply(other))).ece
    assert before.beyond_chance
    assert not after.beyond_chance


def test_bad_input_is_named():
    y, logits = made(10)
    with pytest.raises(DataError, match="logits_validation"):
        fit_temperature(y[:5], logits)
    with pytest.raises(DataError, match="did training diverge"):
        fit_vector(y, np.where(np.arange(10)[:, None] == 3, np.nan, logits))
    with pytest.raises(DataError, match="nothing else to fit on"):
        cross_fitted(fit_temperature, y, logits, groups=np.zeros(10, dtype=np.int64))


def test_a_scale_for_each_genre_is_not_fitted_on_tracks_of_other_genres_alone():
    y, logits = np.repeat(np.arange(4), 30), np.random.default_rng(0).normal(size=(120, 4))
    with pytest.raises(DataError, match="Vector scaling cannot be fitted so"):
        cross_fitted(fit_vector, y, logits, groups=y)
    assert cross_fitted(fit_temperature, y, logits, groups=y).shape == logits.shape
    assert cross_fitted(fit_vector, y, logits, groups=np.arange(120) % 30 + 30 * y).shape == logits.shape
