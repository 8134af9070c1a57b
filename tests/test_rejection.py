import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy, fisher_exact

from genre_core.errors import DataError
from genre_core.evaluation.holm import holm
from genre_core.evaluation.intervals import Interval, wilson
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.rejected_genres import per_genre
from genre_core.evaluation.rejection import answering, answerings, find_threshold, risk_coverage, sureness
from tests.test_calibration import made


def judged(n, seed=0, k=5):
    y, logits = made(n, k, seed=seed)
    y_prob = softmax(logits)
    return y, y_prob, y_prob.argmax(axis=1) == y


def test_scores_are_low_where_the_model_is_unsure():
    y_prob = np.array([[0.7, 0.2, 0.1], [1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    assert sureness(y_prob, "confidence").tolist() == pytest.approx([0.7, 1, 1 / 3])
    assert sureness(y_prob, "margin").tolist() == pytest.approx([0.5, 1, 0])
    expected = 1 - entropy(y_prob.T) / np.log(3)
    assert sureness(y_prob, "certainty").tolist() == pytest.approx(expected.tolist(), abs=1e-12)
    with pytest.raises(DataError, match="did you pass logits"):
        sureness(10 * y_prob, "margin")


def test_a_curve_worked_out_by_hand():
    found = risk_coverage([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    assert found.coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert found.risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert found.ideal_risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 2])
    assert found.area == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert found.excess == pytest.approx(1 / 8)


def test_ties_count_as_a_random_order():
    rng = np.random.default_rng(0)
    right = np.array([True] * 6 + [False] * 4)
    tied = risk_coverage(np.full(10, 0.5), right)
    shuffled = [risk_coverage(rng.permutation(10), right).area for _ in range(300)]
    assert tied.risk.tolist() == pytest.approx([0.4] * 10)
    assert tied.area == pytest.approx(np.mean(shuffled), abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_order_beats_the_ideal_and_all_end_at_the_error(tracks):
    scores = np.array([score for score, _ in tracks]) / 8
    right = np.array([good for _, good in tracks])
    found = risk_coverage(scores, right)
    assert found.excess >= -1e-12
    assert found.risk[-1] == pytest.approx(found.error) == pytest.approx(1 - right.mean())
    assert (found.ideal_risk <= found.risk + 1e-12).all()
    ideal = risk_coverage(right.astype(float), right)
    assert ideal.area == pytest.approx(ideal.ideal_area)


def test_the_area_comes_with_an_interval_that_whole_groups_make_wider():
    _, y_prob, right = judged(200)
    scores = sureness(y_prob, "confidence")
    alone = risk_coverage(np.repeat(scores, 4), np.repeat(right, 4))
    grouped = risk_coverage(np.repeat(scores, 4), np.repeat(right, 4), groups=np.repeat(np.arange(200), 4))
    assert alone.area_interval.low < alone.area < alone.area_interval.high
    width = alone.area_interval.high - alone.area_interval.low
    assert grouped.area_interval.high - grouped.area_interval.low > 1.6 * width


def test_the_interval_of_the_area_holds_it_where_errors_are_rare():
    rng = np.random.default_rng(0)
    wrong = 1 - np.sort(rng.beta(12, 1.2, 200_000))[::-1]
    truth, held = float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean()), []
    for _ in range(200):
        sure = rng.beta(12, 1.2, 30)
        interval = risk_coverage(sure, rng.random(30) < sure).area_interval
        held.append(interval.low <= truth <= interval.high)
    assert np.mean(held) > 0.9  # percentiles of the resampled areas hold it in 78 of 100


def test_without_an_error_or_with_few_groups_the_area_is_not_certain():
    assert 0.1 < risk_coverage(np.linspace(0, 1, 20), np.ones(20, bool)).area_interval.high < 0.4
    few = risk_coverage(np.linspace(0, 1, 20), np.arange(20) > 5, groups=np.arange(20) % 4)
    assert few.area_interval == Interval(0.0, 1.0)


def test_a_threshold_answers_those_that_reach_it():
    found = answering(0.7, [0.9, 0.7, 0.69], [True, False, True])
    assert (found.answered, found.right, found.coverage, found.accuracy) == (2, 1, 2 / 3, 1 / 2)
    assert found.accuracy_interval == wilson(1, 2)
    assert answering(0.95, [0.9], [True]).accuracy is None


@pytest.mark.parametrize("score", ["confidence", "margin", "certainty"])
@pytest.mark.parametrize("target", [0.5, 0.8, 0.95])
def test_the_threshold_found_is_the_lowest_that_reaches_the_target(score, target):
    _, y_prob, right = judged(500)
    scores = sureness(y_prob, score)
    reaching = [t for t in range(1001) if (scores >= t / 1000).any() and right[scores >= t / 1000].mean() >= target]
    assert find_threshold(target, scores, right) == reaching[0] / 1000
    surely = find_threshold(target, scores, right, surely=True)
    assert surely is None or answering(surely, scores, right).accuracy_interval.low >= target


@pytest.mark.parametrize(("target", "n"), [(0.5, 240), (0.75, 600), (0.9, 240)])
def test_a_guarantee_holds_where_the_score_says_nothing_about_being_right(target, n):
    rng = np.random.default_rng(0)
    short = sum(
        find_threshold(target, rng.random(n), rng.random(n) < target - 1e-6, surely=True) is not None
        for _ in range(200)
    )
    assert short <= 17  # at 5 % in 99 of 100 such experiments; with intervals of 95 % each, 18 to 52 are expected


def test_a_guarantee_holds_where_artists_differ():
    rng, groups = np.random.default_rng(0), np.repeat(np.arange(15), 10)
    short = 0
    for _ in range(40):
        right = rng.random(150) < rng.beta(3.0, 1.0, 15)[groups]
        short += find_threshold(0.76, rng.random(150), right, groups=groups, surely=True) is not None
    assert short <= 6  # at 5 % in 99 of 100 such experiments


def test_there_may_be_no_threshold_and_none_may_be_needed():
    assert find_threshold(0.9, [0.9, 0.8, 0.3], [False, True, True]) is None
    assert find_threshold(0.9, [0.9, 0.8], [True, True]) == 0
    assert find_threshold(0.9, [0.9, 0.8], [True, True], surely=True) is None
    assert find_threshold(0.5, [0.29, 0.1], [True, False], groups=np.array([0, 1])) == 0


def test_a_threshold_found_surely_holds_on_other_tracks():
    _, y_prob, right = judged(60_000, seed=1)
    scores = sureness(y_prob, "confidence")
    short = 0
    for seed in range(60):
        _, own_prob, own_right = judged(400, seed=10 + seed)
        threshold = find_threshold(0.85, sureness(own_prob, "confidence"), own_right, surely=True)
        short += threshold is not None and right[scores >= threshold].mean() < 0.85
    assert short <= 8  # 5 of 100 are expected


def test_bad_input_is_named():
    with pytest.raises(DataError, match="scores"):
        risk_coverage([0.1, 0.2], [True])
    with pytest.raises(DataError, match="one finite number per track"):
        answering(0.5, [np.nan], [True])


def test_each_genre_is_counted_and_tested_against_the_others():
    y_true = np.repeat([0, 1, 2], 40)
    y_pred = y_true.copy()
    y_pred[[0, 1, 40]] = 2
    answered = np.ones(120, dtype=bool)
    answered[5:30] = False
    answered[[1, 41]] = False
    found = per_genre(y_true, y_pred, answered, 4)
    first = found[0]
    assert (first.n, first.answered, first.right, first.deserved, first.lost) == (40, 14, 13, 38, 25)
    assert first.lost_interval == wilson(25, 38)
    assert first.others_lost == 1 / 79
    raw = [
        fisher_exact([[25, 13], [1, 78]])[1],
        fisher_exact([[1, 38], [25, 53]])[1],
        fisher_exact([[0, 40], [26, 51]])[1],
    ]
    assert [g.p for g in found[:3]] == pytest.approx(holm(np.array(raw)).tolist())
    assert [g.unfair for g in found] == [True, False, False, False]
    empty = found[3]
    assert (empty.n, empty.lost_share, empty.p) == (0, None, None)


def test_no_genre_is_named_where_all_are_treated_alike():
    named = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y_true = rng.integers(6, size=600)
        named += any(g.unfair for g in per_genre(y_true, y_true, rng.random(600) < 0.7, 6))
    assert named <= 5


def test_tracks_of_few_artists_prove_less():
    rng = np.random.default_rng(3)
    artists = np.repeat(np.arange(60), 10)
    y_true = (artists % 2).astype(np.int64)
    held = rng.random(60) < np.where(np.arange(60) % 2, 0.35, 0.15)
    answered = ~held[artists]
    alone, grouped = (per_genre(y_true, y_true, answered, 2, groups=groups)[1] for groups in (None, artists))
    assert alone.p is not None
    assert grouped.p is not None
    assert alone.p < 1e-4 < grouped.p
    few = per_genre(y_true[:80], y_true[:80], answered[:80], 2, groups=artists[:80])
    assert all(g.p is None for g in few)


def test_many_thresholds_at_once_do_what_each_does_alone():
    _, y_prob, right = judged(200)
    scores, groups = sureness(y_prob, "confidence"), np.arange(200) // 4
    steps = np.linspace(0, 1, 11).tolist()
    for members in (None, groups):
        found = answerings(steps, scores, right, groups=members)
        assert found == tuple(answering(step, scores, right, groups=members) for step in steps)
        assert [one.answered for one in found] == [int((scores >= step).sum()) for step in steps]
