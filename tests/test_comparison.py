"""Runs compared on the same tracks: which can be, what comes out, and how it is said."""

import re
from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from genre_core.evaluation.comparison import Answers, compare, compare_all, why_incomparable
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.verdict import chance, overlooked, verdict, which_decides, why

GENRES = ("Rock", "Jazz", "Folk")


def answers(name="A", seed=0, right=0.7, n=900, groups=None):
    rng = np.random.default_rng(42)
    true, base = rng.integers(3, size=n), rng.integers(3, size=n)
    keen = np.random.default_rng(seed).random(n) < right
    return Answers(name, "table", GENRES, tuple(map(str, range(n))), true, np.where(keen, true, base), groups)


def test_runs_on_the_same_tracks_can_be_compared():
    assert why_incomparable(answers(), answers("B", 1)) is None


@pytest.mark.parametrize(
    ("p", "interval", "disagree"),
    [
        (0.062, (-0.68, -0.03), True),
        (0.04, (-0.1, 0.4), True),
        (0.062, (-0.6, 0.02), False),
        (0.04, (-1.0, 1.0), False),
    ],
)
def test_where_test_and_interval_disagree_it_is_said_which_counts(p, interval, disagree):
    assert bool(which_decides(p, Interval(*interval))) == disagree


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"source": "other"}, "A and B use different data: their scores are on different tracks."),
        ({"genres": ("Rock", "Jazz", "Pop")}, "have different genres (Folk is a genre of only one)"),
        (
            {"tracks": tuple(map(str, range(600, 1500)))},
            "different splits of the same data: of 900 tracks they share 300",
        ),
        ({"y_true": np.zeros(900, dtype=int)}, "have different labels for the same tracks"),
    ],
)
def test_other_runs_cannot_and_it_is_said_why(change, sentence):
    other = replace(answers("B", 1), **change)
    assert sentence in why_incomparable(answers(), other)
    with pytest.raises(ValueError, match="A and B"):
        compare(answers(), other)


def test_a_better_run_is_called_better_either_way_round():
    good, poor = answers("good", 1, 0.8), answers("poor", 2, 0.6)
    ours, theirs = compare(good, poor), compare(poor, good)
    assert (ours.kind, theirs.kind) == ("first", "second")
    for found in (ours, theirs):
        assert verdict(found, "test tracks").startswith("good is better than poor by ")
        assert verdict(found, "test tracks").endswith(" points of accuracy on 900 test tracks.")
    assert np.array_equal(ours.matrix.counts, -theirs.matrix.counts)
    assert ours.macro_f1 == -theirs.macro_f1
    assert "(p < 0.001)" in why(ours)
    assert overlooked(ours) == ""
    for said in (why(ours), why(theirs)):
        assert re.match(
            r"Accuracy is higher for good by [\d.]+ points \([\d.]+ to [\d.]+\), macro-F1 higher for good", said
        )


def test_a_difference_that_chance_makes_is_not_called_one_and_what_it_would_take_is_said():
    found = compare(answers("A", 1), answers("B", 2))
    assert found.kind == "undecided"
    assert verdict(found, "test tracks") == "No clear difference on 900 test tracks."
    said = overlooked(found)
    assert said.startswith(f"A difference under {100 * found.detectable:.1f} points could be missed")
    least = found.needed_range.least
    assert found.needed_range.most is None
    shown = "at least about" if least > found.matched.n else "Nobody can say from these how many tracks"
    assert shown in said
    assert found.needed > found.matched.n


def test_a_run_against_itself_is_the_same():
    found = compare(answers("A"), answers("B"))
    assert (found.kind, found.n_moved, found.needed, found.macro_f1_interval) == ("same", 0, None, None)
    assert verdict(found, "test tracks") == "The same: both make the same prediction on all 900 test tracks."
    assert all(one.p_adjusted == 1 for one in found.per_genre)


def test_as_many_right_with_other_answers_needs_no_number():
    first, second = answers("A", n=30), answers("B", n=30)
    wrong = np.flatnonzero(first.right == 0)
    second.y_pred[wrong[0]] = 3 - first.y_true[wrong[0]] - first.y_pred[wrong[0]]  # the third genre: wrong too
    found = compare(first, second)
    assert (found.kind, found.n_moved, found.matched.difference) == ("undecided", 1, 0)
    assert overlooked(found).endswith("could be missed, and both are right equally often.")


def test_p_is_adjusted_over_runs_and_over_genres_as_statsmodels_does():
    first, others = answers("A", 1, 0.75), [answers(f"run {seed}", seed, 0.7) for seed in range(2, 6)]
    found = compare_all(first, others)
    expected = multipletests([one.matched.p for one in found], method="holm")[1]
    assert [one.p_adjusted for one in found] == pytest.approx(expected)
    alone = compare(first, others[0])
    assert alone.detectable < found[0].detectable, "with several to compare, a difference has to be larger"
    genres = [one for one in alone.per_genre if one.matched]
    adjusted = multipletests([one.matched.p for one in genres], method="holm")[1]
    assert [one.p_adjusted for one in genres] == pytest.approx(adjusted)


def test_the_verdict_raises_few_false_alarms_among_several_runs():
    rng, alarms = np.random.default_rng(0), 0
    for _ in range(100):
        seeds = rng.integers(1, 1_000_000, size=4).tolist()
        first, *others = (answers(str(seed), seed, n=150) for seed in seeds)
        alarms += any(one.kind in ("first", "second") for one in compare_all(first, others))
    assert alarms / 100 < 0.1


def test_groups_are_what_is_counted_where_tracks_come_in_groups():
    groups = np.repeat(np.arange(90), 10)
    copies = answers(n=90)
    spread = {name: np.repeat(getattr(copies, name), 10) for name in ("y_true", "y_pred")}
    first = replace(answers("A"), **spread, groups=groups)
    second = replace(first, name="B", y_pred=np.repeat(answers("B", 5, n=90).y_pred, 10))
    found, alone = compare(first, second), compare(copies, answers("B", 5, n=90))
    assert found.matched.p == pytest.approx(alone.matched.p)
    assert found.detectable == pytest.approx(alone.detectable, rel=0.05)
    assert "these groups tell as much as" in why(found)


def test_a_genre_without_tracks_has_no_p():
    first, second = answers("A"), answers("B", 3)
    true = np.where(first.y_true == 2, 0, first.y_true)
    found = compare(replace(first, y_true=true), replace(second, y_true=true))
    assert found.per_genre[2].matched is None
    assert found.per_genre[2].p_adjusted is None


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.7, "more often than not (p = 0.70)"), (0.0833, "once in 12 (p = 0.083)"), (1e-9, "less than once in")],
)
def test_how_often_chance_does_it_is_said(p, said):
    assert said in chance(p)
