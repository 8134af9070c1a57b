"""Predictions by row and by track."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.data.dataset import PARTS
from genre_core.evaluation.metrics import softmax
from genre_core.training.predictions import Predictions


def predictions(n, k=4, seed=0, parts=4):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, k), scale=5).astype(np.float32)
    return Predictions(np.arange(n), rng.integers(0, k, n), logits, rng.integers(0, parts, n).astype(np.uint8))


def test_what_is_saved_is_loaded():
    ours = predictions(20)
    again = Predictions.load(ours.save())
    for name in ("rows", "y", "logits", "part"):
        np.testing.assert_array_equal(getattr(again, name), getattr(ours, name))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_has_its_rows(part):
    ours = predictions(40)
    found = ours.of(part)
    assert found.rows.tolist() == np.flatnonzero(ours.part == PARTS.index(part)).tolist()
    np.testing.assert_array_equal(found.logits, ours.logits[found.rows])


@given(st.integers(1, 40), st.integers(0, 99))
def test_one_row_a_track_is_judged_as_its_row(n, seed):
    ours = predictions(n, seed=seed)
    found = ours.by_track(np.random.default_rng(seed).permutation(n))
    np.testing.assert_array_equal(found.rows, ours.rows)
    np.testing.assert_array_equal(found.y, ours.y)
    np.testing.assert_allclose(softmax(found.logits), softmax(ours.logits), atol=1e-6)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(0, 99))
def test_a_track_answers_the_mean_of_log_probabilities(numbers, seed):
    tracks = np.array(numbers)
    ours = predictions(len(tracks), seed=seed, parts=1)
    found = ours.by_track(tracks)
    assert found.rows.tolist() == sorted(int(np.flatnonzero(tracks == number)[0]) for number in set(numbers))
    for row, logits in zip(found.rows.tolist(), found.logits, strict=True):
        own = tracks == tracks[row]
        np.testing.assert_allclose(logits, np.log(softmax(ours.logits[own])).mean(axis=0), rtol=1e-4, atol=1e-4)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(0, 99))
def test_the_order_of_segments_changes_no_tracks_answer(numbers, seed):
    tracks, rng = np.array(numbers), np.random.default_rng(seed)
    ours = predictions(len(tracks), seed=seed, parts=1)
    order = rng.permutation(len(tracks))
    turned = Predictions(np.arange(len(tracks)), ours.y[order], ours.logits[order], ours.part[order])
    first = {tracks[row]: logits for row, logits in zip(*_by_track(ours, tracks), strict=True)}
    second = {tracks[order][row]: logits for row, logits in zip(*_by_track(turned, tracks[order]), strict=True)}
    assert first.keys() == second.keys()
    for track, logits in first.items():
        np.testing.assert_allclose(logits, second[track], rtol=1e-5, atol=1e-5)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.integers(0, 99), st.sampled_from(PARTS))
def test_a_part_is_judged_by_track_whichever_is_asked_first(numbers, seed, part):
    ours, tracks = predictions(len(numbers), seed=seed), np.array(numbers)
    for name in ("rows", "y", "logits", "part"):
        first, last = (getattr(one, name) for one in (ours.of(part).by_track(tracks), ours.by_track(tracks).of(part)))
        np.testing.assert_array_equal(first, last)


def _by_track(found, tracks):
    by_track = found.by_track(tracks)
    return by_track.rows.tolist(), by_track.logits


def test_a_track_has_the_commonest_genre_of_its_segments_and_the_first_at_a_tie():
    logits = np.zeros((5, 3), dtype=np.float32)
    ours = Predictions(np.arange(5), np.array([2, 1, 1, 2, 0]), logits, np.zeros(5, dtype=np.uint8))
    assert ours.by_track(np.array([0, 0, 0, 1, 1])).y.tolist() == [1, 0]
