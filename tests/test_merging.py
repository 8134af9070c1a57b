"""Some genres as one: the same answers with fewer names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

from genre_core.errors import ConfigError
from genre_core.evaluation.merging import mapping_of, members_of, merged

GENRES = ("Rock", "Jazz", "Folk", "Pop")


def answers(seed, n=200, k=4):
    rng = np.random.default_rng(seed)
    y_true = rng.integers(k, size=n)
    return y_true, rng.normal(size=(n, k)) + 1.5 * np.eye(k)[y_true]


@given(st.integers(0, 2**32 - 1), st.sampled_from([((0, 1),), ((0, 3), (1, 2)), ((3, 1, 0),)]))
def test_scores_and_matrix_are_scikit_learns_of_mapped_labels(seed, merges):
    y_true, logits = answers(seed)
    found = merged(y_true, logits, GENRES, merges)
    mapping = mapping_of(found.members)
    true, predicted = mapping[y_true], mapping[logits.argmax(axis=1)]
    assert (found.matrix.counts == confusion_matrix(true, predicted, labels=range(len(found.members)))).all()
    assert found.accuracy == pytest.approx(accuracy_score(true, predicted))
    assert found.macro_f1 == pytest.approx(f1_score(true, predicted, average="macro"))
    assert found.accuracy_interval.low <= found.accuracy <= found.accuracy_interval.high
    assert found.macro_f1_interval.low <= found.macro_f1 <= found.macro_f1_interval.high
    assert found.accuracy >= accuracy_score(y_true, logits.argmax(axis=1))


def test_summed_probabilities_may_answer_otherwise_and_are_stated_apart():
    y_true, logits = np.array([0, 2]), np.log([[0.3, 0.3, 0.4, 1e-9], [0.1, 0.1, 0.7, 0.1]])
    found = merged(y_true, logits, GENRES, ((0, 1),))
    assert found.matrix.genres == ("Rock + Jazz", "Folk", "Pop")
    assert (found.accuracy, found.summed_accuracy) == (0.5, 1.0)


def test_whole_groups_are_what_is_sampled():
    y_true, logits = answers(1)
    groups = np.repeat(np.arange(20), 10)
    alone, together = (merged(y_true, logits, GENRES, ((0, 1),), g) for g in (None, np.arange(200)))
    assert together.accuracy_interval.low == pytest.approx(alone.accuracy_interval.low, abs=0.02)
    assert merged(np.zeros(200, int), np.tile([9.0, 0, 0, 0], (200, 1)), GENRES, ((0, 1),), groups).accuracy == 1


@pytest.mark.parametrize(
    ("merges", "sentence"),
    [
        (((0, 4),), "names genre 4, but there are 4"),
        (((0, 1), (1, 2)), "each genre once"),
        (((0,),), "two or more"),
        (((0, 1, 2, 3),), "only one genre"),
    ],
)
def test_merges_that_do_not_fit_are_refused(merges, sentence):
    with pytest.raises(ConfigError, match=sentence):
        members_of(4, merges)
