"""The evaluation of one part: the reference figures, honest gaps, groups, and the way through JSON."""

import json

import numpy as np
import pytest

from genre_core.errors import DataError
from genre_core.evaluation.intervals import Interval, share_interval, wilson
from genre_core.evaluation.metrics import METRICS, softmax
from genre_core.evaluation.report import Evaluation, evaluate
from genre_core.settings.genres import genre_names

GENRES = genre_names(8)
COUNTS = np.array(
    [
        [133, 4, 3, 3, 4, 3, 0, 0],
        [11, 109, 7, 8, 2, 11, 0, 2],
        [2, 3, 128, 4, 3, 2, 3, 5],
        [15, 14, 8, 90, 7, 8, 3, 5],
        [4, 0, 2, 7, 120, 7, 5, 5],
        [3, 3, 1, 4, 5, 130, 4, 0],
        [0, 1, 4, 7, 5, 4, 122, 7],
        [0, 1, 7, 1, 5, 2, 7, 127],
    ]
)
"""The notebook's test matrix at overlap 4.25."""

JSON_KEYS = {"n", "confusion_matrix", "per_genre", "majority_accuracy"} | set(METRICS)
JSON_KEYS |= {f"{name}_interval" for name in METRICS}


def _from_counts(counts):
    """Return y_true and logits whose confusion matrix is `counts`."""
    y_true, y_pred = (np.repeat(axis.ravel(), counts.ravel()) for axis in np.indices(counts.shape))
    noise = np.random.default_rng(0).uniform(0, 1, size=(len(y_true), len(counts)))
    return y_true, noise + 1.5 * np.eye(len(counts))[y_pred]


@pytest.fixture(scope="module")
def reference():
    y_true, logits = _from_counts(COUNTS)
    return evaluate(y_true, logits, GENRES, majority=0)


def test_the_reference_matrix_has_the_notebooks_scores(reference):
    assert (reference.confusion_matrix.counts == COUNTS).all()
    assert (reference.n, reference.confusion_matrix.correct) == (1200, 959)
    assert reference.accuracy == 959 / 1200
    assert reference.weighted_precision == pytest.approx(0.7982884313857035, abs=1e-15)
    assert reference.weighted_recall == pytest.approx(0.7991666666666667, abs=1e-15)
    assert reference.weighted_f1 == pytest.approx(0.7969310358539358, abs=1e-15)
    jazz = reference.per_genre[4]
    assert (jazz.genre, jazz.support, jazz.predicted) == ("Jazz", 150, 151)
    assert (jazz.precision, jazz.recall) == pytest.approx((0.7947019867549668, 0.8))
    assert jazz.f1 == pytest.approx(0.7973421926910299)
    assert reference.majority_accuracy == 0.125


def test_every_rate_of_independent_tracks_has_its_wilson_interval(reference):
    assert reference.accuracy_interval == wilson(959, 1200)
    for g, score in enumerate(reference.per_genre):
        right = int(COUNTS[g, g])
        assert (
            score.recall_interval == wilson(right, score.support) == reference.confusion_matrix.interval(g, g, "true")
        )
        assert score.precision_interval == wilson(right, score.predicted)
    assert reference.macro_f1_interval.low < reference.macro_f1 < reference.macro_f1_interval.high
    width = reference.accuracy_interval.high - reference.accuracy_interval.low
    assert reference.macro_f1_interval.high - reference.macro_f1_interval.low == pytest.approx(width, rel=0.2)


def test_every_metric_stands_in_the_evaluation(reference):
    y_true, logits = _from_counts(COUNTS)
    for name, metric in METRICS.items():
        assert getattr(reference, name) == metric.compute(y_true, softmax(logits))


def test_the_genres_scores_average_to_the_macro_scores(reference):
    assert np.mean([score.f1 for score in reference.per_genre]) == pytest.approx(reference.macro_f1)
    assert np.mean([score.precision for score in reference.per_genre]) == pytest.approx(reference.macro_precision)
    assert np.mean([score.recall for score in reference.per_genre]) == pytest.approx(reference.macro_recall)


def test_the_majority_is_that_of_training_even_where_the_part_has_another():
    y_true, logits = _from_counts(np.array([[1, 0, 0], [0, 3, 0], [0, 0, 6]]))
    assert evaluate(y_true, logits, GENRES[:3], majority=1).majority_accuracy == 0.3


def test_a_genre_that_is_never_predicted_has_no_precision():
    y_true, logits = _from_counts(np.array([[8, 0, 0], [2, 0, 0], [1, 0, 9]]))
    evaluation = evaluate(y_true, logits, GENRES[:3], majority=0)
    silent = evaluation.per_genre[1]
    assert silent.precision is None
    assert (silent.recall, silent.f1, silent.support, silent.predicted) == (0.0, 0.0, 2, 0)
    assert silent.precision_interval == Interval(0.0, 1.0)
    assert evaluation.macro_precision == pytest.approx((8 / 11 + 0 + 1) / 3)


def test_a_genre_without_tracks_has_no_recall():
    y_true, logits = _from_counts(np.array([[8, 1, 0], [0, 0, 0], [1, 0, 9]]))
    absent = evaluate(y_true, logits, GENRES[:3], majority=0).per_genre[1]
    assert (absent.precision, absent.recall, absent.f1, absent.support) == (0.0, None, 0.0, 0)
    y_true, logits = _from_counts(np.array([[8, 0, 0], [0, 0, 0], [1, 0, 9]]))
    nowhere = evaluate(y_true, logits, GENRES[:3], majority=0)
    assert nowhere.per_genre[1].f1 is None
    assert nowhere.macro_f1 == pytest.approx((nowhere.per_genre[0].f1 + nowhere.per_genre[2].f1) / 2)


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("grouped", [True, False])
def test_nothing_is_certain_even_where_all_tracks_are_right_or_wrong(right, grouped):
    counts = np.diag([30, 30]) if right else np.array([[0, 30], [30, 0]])
    y_true, logits = _from_counts(counts)
    groups = np.arange(60) // 10 if grouped else None
    evaluation = evaluate(y_true, logits, GENRES[:2], majority=0, groups=groups)
    found = share_interval(np.full(60, right), np.full(60, True), groups)
    assert evaluation.accuracy_interval == evaluation.macro_f1_interval == found
    assert evaluation.intervals["weighted_f1"] == found
    assert 0 < found.low < 1 if right else 0 < found.high < 1


def test_intervals_of_segments_are_those_of_their_tracks(reference):
    y_true, logits = _from_counts(COUNTS)
    groups = np.repeat(np.arange(1200), 10)
    segments = evaluate(np.repeat(y_true, 10), np.repeat(logits, 10, axis=0), GENRES, majority=0, groups=groups)
    assert segments.n == 12_000
    assert segments.accuracy == pytest.approx(reference.accuracy)
    for name in ("accuracy_interval", "macro_f1_interval"):
        got, expected = getattr(segments, name), getattr(reference, name)
        assert [got.low, got.high] == pytest.approx([expected.low, expected.high], abs=0.01)
    for got, expected in zip(segments.per_genre, reference.per_genre, strict=True):
        assert got.recall_interval.low == pytest.approx(expected.recall_interval.low, abs=0.01)
        assert got.precision_interval.high == pytest.approx(expected.precision_interval.high, abs=0.01)
    assert segments.per_genre[2].recall_interval == segments.confusion_matrix.interval(2, 2, "true")


def test_the_log_loss_of_too_few_groups_has_no_interval():
    y_true, logits = _from_counts(COUNTS)
    found = evaluate(y_true, logits, GENRES, majority=0, groups=np.arange(len(y_true)) % 4)
    assert found.intervals["log_loss"] == Interval(0.0, np.inf)
    assert "too few" in METRICS["log_loss"].written(found.log_loss, found.intervals["log_loss"])
    stored = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert Evaluation.from_json(stored).intervals["log_loss"] == Interval(0.0, np.inf)


def test_it_goes_through_json_unchanged(reference):
    text = json.dumps(reference.to_json(), allow_nan=False)
    assert json.loads(text).keys() == JSON_KEYS
    restored = Evaluation.from_json(json.loads(text))
    assert restored.to_json() == reference.to_json()
    assert restored.per_genre == reference.per_genre
    assert restored.accuracy_interval == reference.accuracy_interval
    assert restored.confusion_matrix.genres == GENRES
    assert restored.confusion_matrix.interval(0, 1, "true") == reference.confusion_matrix.interval(0, 1, "true")


def test_each_metric_has_an_interval_that_holds_it(reference):
    y_true, logits = _from_counts(COUNTS)
    by_group = evaluate(y_true, logits, GENRES, majority=0, groups=np.arange(1200) // 4)
    for found in (reference, by_group):
        assert found.intervals.keys() == METRICS.keys()
        for name, interval in found.intervals.items():
            assert interval.low < getattr(found, name) < interval.high


def test_the_right_one_of_few_genres_is_always_among_the_first_so_that_is_no_score():
    y_true, logits = _from_counts(np.array([[8, 1], [3, 7]]))
    two = evaluate(y_true, logits, GENRES[:2], majority=0)
    assert (two.top_2_accuracy, two.top_3_accuracy) == (None, None)
    assert not {"top_2_accuracy", "top_3_accuracy"} & two.intervals.keys()
    y_true, logits = _from_counts(np.array([[8, 0, 0], [0, 5, 0], [1, 0, 9]]))
    three = evaluate(y_true, logits, GENRES[:3], majority=0)
    assert (three.top_2_accuracy is None, three.top_3_accuracy is None) == (False, True)
    kept = three.to_json() | {"top_3_accuracy": 1.0, "top_3_accuracy_interval": [0.9, 1.0]}  # by earlier versions
    assert Evaluation.from_json(json.loads(json.dumps(kept))).to_json() == three.to_json()


def test_an_evaluation_of_an_earlier_version_is_read(reference):
    plain = reference.to_json()
    for name in METRICS:
        if name not in ("accuracy", "macro_f1"):
            del plain[f"{name}_interval"]
    for name in ("top_2_accuracy", "top_3_accuracy", "matthews", "kappa"):
        del plain[name]
    restored = Evaluation.from_json(plain)
    assert restored.macro_f1_interval == reference.macro_f1_interval
    assert restored.kappa is None
    assert restored.intervals.keys() == {"accuracy", "macro_f1"}


def test_what_is_undefined_is_null_in_json():
    y_true, logits = _from_counts(np.array([[8, 0, 0], [0, 0, 0], [1, 0, 9]]))
    plain = json.loads(json.dumps(evaluate(y_true, logits, GENRES[:3], majority=0).to_json(), allow_nan=False))
    assert plain["per_genre"][1] == {
        "genre": GENRES[1],
        "precision": None,
        "recall": None,
        "f1": None,
        "support": 0,
        "predicted": 0,
        "precision_interval": [0.0, 1.0],
        "recall_interval": [0.0, 1.0],
    }
    assert Evaluation.from_json(plain).per_genre[1].precision is None


@pytest.mark.parametrize("broken", [{}, {"n": 3}, {"per_genre": 3}, {"per_genre": [{"genre": "Rock"}]}])
def test_json_that_is_no_evaluation_is_refused(broken):
    with pytest.raises(DataError, match="evaluate the run again"):
        Evaluation.from_json(broken)


@pytest.mark.parametrize(
    ("y_true", "logits", "groups", "sentence"),
    [
        ([0, 1], [[1.0, 2.0]], None, "logits has 1 rows for 2 class numbers"),
        ([0, 1], [[1.0, 2.0, 3.0]] * 2, None, "logits have 3 columns, but there are 2 genres"),
        ([0, 2], [[1.0, 2.0]] * 2, None, "class number 2"),
        ([0, 1], [[1.0, float("nan")]] * 2, None, "not finite in 2 of 2 rows.*did training diverge"),
        ([0, 1], [[1.0, 2.0]] * 2, np.array([1]), "groups has 1 rows"),
    ],
)
def test_input_that_does_not_fit_is_refused(y_true, logits, groups, sentence):
    with pytest.raises(DataError, match=sentence):
        evaluate(y_true, logits, GENRES[:2], majority=0, groups=groups)
