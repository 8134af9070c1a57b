"""Features that set a genre apart: differences of means with intervals that hold what they claim."""

import numpy as np
import pytest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from genre_core.inspection.apart import apart


def drawn(seed: int, shift: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.arange(400) % 4
    X = rng.standard_normal((400, 2))
    X[:, 1] += shift * (y == 2)
    return X, y


def test_differences_come_largest_first_with_welchs_interval():
    X, y = drawn(0)
    first, second = apart(X, y, 2, ("noise", "shifted"))
    assert (first.feature, first.clear, second.clear) == ("shifted", True, False)
    own, others = DescrStatsW(X[y == 2, 1]), DescrStatsW(X[y != 2, 1])
    low, high = CompareMeans(own, others).tconfint_diff(usevar="unequal")
    assert first.difference == pytest.approx(own.mean - others.mean)
    assert (first.interval.low, first.interval.high) == pytest.approx((low, high), rel=1e-6)


def test_of_many_features_that_tell_nothing_hardly_any_is_clear():
    rng, y = np.random.default_rng(0), np.arange(100) < 12
    names = tuple(map(str, range(57)))
    found = [apart(rng.standard_normal((100, 57)), y.astype(int), 1, names) for _ in range(100)]
    assert np.mean([any(one.clear for one in each) for each in found]) < 0.1
    outside = [not one.interval.low <= 0 <= one.interval.high for each in found for one in each]
    assert np.mean(outside) == pytest.approx(0.05, abs=0.01)


def test_groups_are_what_is_sampled():
    X, y = drawn(1)
    alone = apart(X, y, 2, ("noise", "shifted"))[0].interval
    repeated = [np.repeat(values, 6, axis=0) for values in (X, y)]
    together = apart(*repeated, 2, ("noise", "shifted"), np.repeat(np.arange(400), 6))[0].interval
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high), rel=1e-3)


def test_a_genre_without_tracks_or_with_one_claims_nothing():
    X, y = drawn(2)
    assert apart(X, y, 7, ("a", "b")) == ()
    y = np.where(np.arange(400) == 0, 9, y)
    assert apart(X, y, 9, ("a", "b"))[0].interval is None
