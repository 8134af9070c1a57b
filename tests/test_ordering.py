"""The orders of a confusion matrix's genres."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.ordering import genre_order

COUNTS = np.array([[5, 0, 5, 0], [0, 30, 0, 10], [3, 0, 17, 0], [0, 20, 0, 60]])
MATRIX = ConfusionMatrix(COUNTS, ("rock", "Jazz", "Folk", "Pop"))


@pytest.mark.parametrize(
    ("by", "genres"),
    [("given", (0, 1, 2, 3)), ("name", (2, 1, 3, 0)), ("size", (3, 1, 2, 0)), ("recall", (0, 1, 3, 2))],
)
def test_genres_are_ordered(by, genres):
    assert genre_order(MATRIX, by).genres == genres
    assert genre_order(MATRIX, by).blocks == ()


def test_genres_that_are_confused_with_each_other_stand_in_blocks():
    found = genre_order(MATRIX, "cluster")
    assert {frozenset(found.genres[:2]), frozenset(found.genres[2:])} == {frozenset((0, 2)), frozenset((1, 3))}
    assert found.blocks == (2,)


def test_a_planted_shuffled_block_structure_is_found():
    rng = np.random.default_rng(0)
    block = rng.permutation(np.repeat(np.arange(4), 5))
    counts = np.where(block[:, None] == block, rng.poisson(12, (20, 20)), rng.poisson(1, (20, 20)))
    found = genre_order(ConfusionMatrix(counts + 60 * np.eye(20, dtype=int), tuple(map(str, range(20)))), "cluster")
    assert found.blocks == (5, 10, 15)
    assert (np.diff(block[list(found.genres)]) != 0).sum() == 3


@given(st.integers(2, 15), st.integers(0, 2**32 - 1), st.sampled_from(["given", "name", "size", "recall", "cluster"]))
def test_every_genre_stands_once_even_where_some_have_no_track_or_all_is_right(k, seed, by):
    rng = np.random.default_rng(seed)
    counts = rng.poisson(0.5, (k, k)) * (rng.random((k, 1)) < 0.8)
    for these in (counts, np.diag(counts.diagonal())):
        found = genre_order(ConfusionMatrix(these, tuple(map(str, range(k)))), by)
        assert sorted(found.genres) == list(range(k))
        assert all(0 < start < k for start in found.blocks)
