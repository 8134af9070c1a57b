"""Scores in a tree of genres, by hand on a small tree, and their intervals."""

import numpy as np
import pytest

from genre_core.errors import ConfigError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.hierarchy import Tree, branches_of, hierarchical_scores
from genre_core.evaluation.intervals import Interval, wilson
from genre_core.text import percent

PATHS = (("Rock",), ("Rock", "Punk"), ("Rock", "Punk", "Hardcore"), ("Jazz",), ("Jazz", "Bebop"))
TREE = Tree(PATHS)


def test_a_tree_knows_what_genres_share_and_how_far_apart_they_are():
    assert TREE.tops.tolist() == [0, 0, 0, 1, 1]
    assert TREE.depths.tolist() == [1, 2, 3, 1, 2]
    assert TREE.common[:3, :3].tolist() == [[1, 1, 1], [1, 2, 2], [1, 2, 3]]
    assert not TREE.common[:3, 3:].any()
    assert TREE.distances[0].tolist() == [0, 1, 2, 2, 3]
    assert TREE.distances[2, 4] == 5


def test_scores_by_hand():
    y_true, y_pred = np.array([2, 1, 4, 0, 3]), np.array([1, 1, 0, 0, 4])
    found = hierarchical_scores(y_true, y_pred, TREE)
    # shared: Rock+Punk 2, 2, none 0, Rock 1, Jazz 1; of the predicted 2+2+1+1+2, of the true 3+2+2+1+1
    assert found.precision.value == pytest.approx(6 / 8)
    assert found.recall.value == pytest.approx(6 / 9)
    assert found.f1.value == pytest.approx(12 / 17)
    assert found.top_accuracy.value == pytest.approx(4 / 5)
    assert found.top_accuracy.interval == wilson(4, 5)
    assert found.distance.value == pytest.approx((1 + 3 + 1) / 3)
    assert (found.n_errors, found.n_within) == (3, 2)
    assert found.within.value == pytest.approx(2 / 3)
    assert found.within.interval == wilson(2, 3)
    assert found.by_chance == pytest.approx((2 / 4 + 1 / 4 + 1 / 4) / 3)  # of a Rock genre, and of two of Jazz
    for measured in (found.precision, found.recall, found.f1, found.distance):
        assert measured.interval.low <= measured.value <= measured.interval.high


def test_all_right_has_no_errors_to_place():
    found = hierarchical_scores(np.arange(5), np.arange(5), TREE)
    assert found.precision.value == found.recall.value == found.f1.value == 1.0
    assert found.precision.interval.low < 1.0
    assert found.distance is None
    assert found.within is None
    assert "no error" in found.sentence()
    assert len(found.rows()) == 4


def test_without_branches_they_are_the_accuracy():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    found = hierarchical_scores(y_true, y_pred, Tree((("A",), ("B",), ("C",), ("D",))))
    accuracy = (y_true == y_pred).mean()
    assert found.precision.value == found.recall.value == found.f1.value == pytest.approx(accuracy)
    assert found.top_accuracy.value == pytest.approx(accuracy)
    assert found.distance.value == 2.0
    assert found.distance.interval == Interval(2.0, 2.0)
    assert found.n_within == 0


def test_intervals_cover_the_long_run_and_few_groups_tell_nothing():
    rng, held = np.random.default_rng(1), np.zeros(2)
    law = np.array([[6, 2, 1, 1, 0], [2, 6, 1, 0, 1], [1, 2, 6, 1, 0], [0, 1, 0, 7, 2], [1, 0, 0, 2, 7]]) / 10
    even = np.full((5, 1), 0.2) * law
    overlap, lengths = (even * TREE.common).sum(), (even * (TREE.depths[:, None] + TREE.depths)).sum()
    wrong = even - np.diag(np.diag(even))
    truth = 2 * overlap / lengths, (wrong * TREE.distances).sum() / wrong.sum()
    y_true = np.repeat(np.arange(5), 40)
    for _ in range(150):
        y_pred = (rng.random((200, 1)) > law.cumsum(axis=1)[y_true]).sum(axis=1)
        found = hierarchical_scores(y_true, y_pred, TREE)
        limits = found.f1.interval, found.distance.interval
        held += [limit.low <= true <= limit.high for limit, true in zip(limits, truth, strict=True)]
    assert (held / 150 >= 0.9).all()
    few = hierarchical_scores(y_true, y_pred, TREE, np.arange(200) // 60)
    assert few.f1.interval == few.within.interval == Interval(0.0, 1.0)
    assert few.sentence("4 artists are too few").count("4 artists are too few") == 2
    assert "too few" in dict(few.rows())["steps per error"]


def test_merges_are_branches():
    genres = ("Rock", "Jazz", "Punk", "Blues")
    tree = Tree.of_merges(genres, ((0, 2),))
    assert tree.paths == (("Rock + Punk", "Rock"), ("Jazz",), ("Rock + Punk", "Punk"), ("Blues",))
    assert branches_of(genres, "rock, Punk") == tree.paths
    assert branches_of(genres, "Rock,Punk; Jazz,Blues")[3] == ("Jazz + Blues", "Blues")
    for wrong in ("Rock, Metal", "Rock", "Rock, Punk; Punk, Jazz"):
        with pytest.raises(ConfigError):
            branches_of(genres, wrong)
    with pytest.raises(ConfigError, match="one path for each"):
        Tree((("A",), ("A",)))


def test_each_score_is_explained_and_said_in_one_sentence():
    y_true, y_pred = np.repeat([0, 1, 2, 3], 10), np.repeat([0, 0, 2, 1], 10)
    found = hierarchical_scores(y_true, y_pred, TREE)
    rows = dict(found.rows())
    assert set(rows) <= set(GLOSSARY)
    assert rows["branch accuracy"] == percent(0.75, wilson(30, 40))
    assert found.sentence().startswith("Of 20 errors, 10 stay within a branch: 50.0")
    assert found.to_json()["within_interval"] == [wilson(10, 20).low, wilson(10, 20).high]
