import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genre_core.errors import DataError
from genre_core.evaluation.mislabelled import find_mislabelled

CLEANLAB = json.loads(Path(__file__).with_name("golden").joinpath("cleanlab.json").read_text())
Y_PROB = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.3, 0.7], [0.1, 0.9], [0.55, 0.45]])
Y = np.array([0, 0, 0, 1, 1, 1])


def test_six_tracks_by_hand():
    found = find_mislabelled(Y, Y_PROB)
    assert found.thresholds == pytest.approx([(0.9 + 0.8 + 0.2) / 3, (0.7 + 0.9 + 0.45) / 3])
    assert found.counts_as.tolist() == [0, 0, 1, 1, 1, -1]
    assert found.doubtful.tolist() == [False, False, True, False, False, False]
    assert found.confident_joint.tolist() == [[2, 1], [0, 2]]
    assert found.joint == pytest.approx(np.array([[2 / 6, 1 / 6], [0, 1 / 2]]))
    assert found.pairs() == [(0, 1, 1)]
    assert found.margin == pytest.approx([0.8, 0.6, -0.6, 0.4, 0.8, -0.1])
    assert found.looks_like.tolist() == [1, 1, 1, 0, 0, 0]
    assert found.ranked()[0] == found.ranked("self-confidence")[0] == 2


@pytest.mark.parametrize("case", CLEANLAB["cases"])
def test_it_says_what_the_authors_own_package_says(case):
    y_prob = np.array(case["pred_probs"])
    found = find_mislabelled(case["labels"], y_prob / y_prob.sum(axis=1, keepdims=True))
    assert found.confident_joint.tolist() == case["confident_joint"]
    answered = y_prob.argmax(axis=1) == case["labels"]
    assert np.flatnonzero(found.doubtful).tolist() == [at for at in case["doubtful"] if not answered[at]]
    assert found.n_doubtful > 2
    assert np.abs(found.joint - np.array(case["joint"])).max() < 1 / len(y_prob)  # theirs is rounded to whole tracks
    assert found.self_confidence == pytest.approx(case["self_confidence"])
    assert (found.margin + 1) / 2 == pytest.approx(case["normalized_margin"])  # theirs lies in [0, 1]


def test_a_label_that_the_network_itself_answers_is_never_doubtful():
    found = find_mislabelled([0, 0, 1, 1], [[0.95, 0.05], [0.55, 0.45], [0.55, 0.45], [0.75, 0.25]])
    assert found.counts_as.tolist() == [0, 1, 1, 0]
    assert found.answers[1] == found.y[1]  # although it reaches what tracks of the other genre have on average
    assert found.doubtful.tolist() == [False, False, False, True]
    assert found.pairs() == [(1, 0, 1)]


@st.composite
def judged(draw):
    n, k = draw(st.integers(1, 25)), draw(st.integers(2, 5))
    weights = draw(arrays(np.float64, (n, k), elements=st.floats(0.01, 1)))
    y = draw(arrays(np.int64, n, elements=st.integers(0, k - 1)))
    return y, weights / weights.sum(axis=1, keepdims=True)


@given(judged(), st.randoms())
def test_the_order_of_tracks_and_the_names_of_genres_change_nothing(tracks, random):
    y, y_prob = tracks
    before = find_mislabelled(y, y_prob)
    order = np.array(random.sample(range(len(y)), len(y)))
    after = find_mislabelled(y[order], y_prob[order])
    assert after.doubtful.tolist() == before.doubtful[order].tolist()
    assert after.confident_joint.tolist() == before.confident_joint.tolist()
    k = y_prob.shape[1]
    renamed = find_mislabelled(k - 1 - y, y_prob[:, ::-1])
    assert renamed.margin == pytest.approx(before.margin)


@given(judged())
def test_the_joint_holds_the_labels_own_shares(tracks):
    y, y_prob = tracks
    found = find_mislabelled(y, y_prob)
    assert found.joint.sum(axis=1) == pytest.approx(np.bincount(y, minlength=y_prob.shape[1]) / len(y))
    assert found.n_doubtful == sum(n for *_, n in found.pairs())
    assert not (found.doubtful & (y_prob.argmax(axis=1) == y)).any()


def test_a_network_that_is_right_and_sure_leaves_nothing_doubtful():
    y = np.arange(40) % 4
    found = find_mislabelled(y, np.full((40, 4), 0.01) + 0.96 * np.eye(4)[y])
    assert found.n_doubtful == 0
    assert np.trace(found.joint) == pytest.approx(1)


def test_a_genre_without_a_label_is_never_what_a_track_counts_as():
    found = find_mislabelled([0, 0, 1, 1], [[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.2, 0.6, 0.2]])
    assert 2 not in found.counts_as
    assert np.isnan(found.thresholds[2])


def test_what_is_no_probability_of_these_tracks_is_refused():
    with pytest.raises(DataError, match="did you pass logits"):
        find_mislabelled(Y, Y_PROB * 3)
    with pytest.raises(DataError, match="6 rows for 5"):
        find_mislabelled(Y[:5], Y_PROB)
