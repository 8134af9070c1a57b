"""The contract that every metric keeps, softmax, and the glossary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from genre_core.errors import DataError
from genre_core.evaluation.glossary import GLOSSARY, leaky
from genre_core.evaluation.metrics import METRICS, softmax

ON_SCREEN = (
    "accuracy", "balanced accuracy", "macro-F1", "weighted F1", "precision", "recall", "F1", "log loss",
    "confusion matrix", "Bayes limit", "majority baseline", "Wilson interval", "early stopping", "patience", "dropout",
    "epoch", "batch", "learning rate", "validation", "test", "test opened", "leaky", "margin", "confidence",
    "standard score", "PCA", "LDA",
)  # fmt: skip


def _report(y_true, y_pred, average):
    return sk.classification_report(y_true, y_pred, output_dict=True, zero_division=0)[f"{average} avg"]


def _rank(y, p, k):
    return np.mean([(row > row[genre]).sum() < k for genre, row in zip(y, p, strict=True)])


REFERENCE = {
    "accuracy": lambda y, p: sk.accuracy_score(y, p.argmax(1)),
    "top_2_accuracy": lambda y, p: _rank(y, p, 2),
    "top_3_accuracy": lambda y, p: _rank(y, p, 3),
    "matthews": lambda y, p: sk.matthews_corrcoef(y, p.argmax(1)),
    "kappa": lambda y, p: sk.cohen_kappa_score(y, p.argmax(1)),
    "balanced_accuracy": lambda y, p: np.mean([(p.argmax(1)[y == c] == c).mean() for c in np.unique(y)]),
    "macro_precision": lambda y, p: _report(y, p.argmax(1), "macro")["precision"],
    "macro_recall": lambda y, p: _report(y, p.argmax(1), "macro")["recall"],
    "macro_f1": lambda y, p: _report(y, p.argmax(1), "macro")["f1-score"],
    "weighted_precision": lambda y, p: _report(y, p.argmax(1), "weighted")["precision"],
    "weighted_recall": lambda y, p: _report(y, p.argmax(1), "weighted")["recall"],
    "weighted_f1": lambda y, p: _report(y, p.argmax(1), "weighted")["f1-score"],
    "log_loss": lambda y, p: -np.log(p[np.arange(len(y)), y]).mean(),
}


@pytest.fixture(scope="module", params=[(2, 40), (4, 9), (8, 400)], ids=lambda p: f"{p[0]} genres, {p[1]} tracks")
def predictions(request):
    """Imbalanced genres of which the last is never predicted and the first has no track."""
    k, n = request.param
    rng = np.random.default_rng(k)
    y_true = np.sort(rng.integers(1, k, size=n))
    logits = rng.normal(size=(n, k)) + 1.5 * np.eye(k)[y_true]
    logits[:, -1] -= 20
    return y_true, softmax(logits)


def test_every_metric_is_held_to_a_reference():
    assert METRICS.keys() == REFERENCE.keys()
    assert all(name == metric.name for name, metric in METRICS.items())


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
class TestContract:
    def test_agrees_with_the_reference(self, metric, predictions):
        assert metric.compute(*predictions) == pytest.approx(REFERENCE[metric.name](*predictions), abs=1e-12)

    def test_stays_in_its_range(self, metric, predictions):
        assert metric.range[0] <= metric.compute(*predictions) <= metric.range[1]

    def test_is_best_for_a_perfect_prediction(self, metric, predictions):
        y_true, y_prob = predictions
        if metric.range[0] < 0 and len(np.unique(y_true)) == 1:
            assert metric.compute(y_true, np.eye(y_prob.shape[1])[y_true]) == 0  # one genre leaves nothing to agree on
            return
        perfect = metric.compute(y_true, np.eye(y_prob.shape[1])[y_true])
        assert perfect == pytest.approx(metric.best, abs=1e-12)
        worse = metric.compute(y_true, y_prob)
        assert worse <= perfect if metric.higher_is_better else worse >= perfect

    def test_does_not_depend_on_the_order_of_tracks(self, metric, predictions):
        y_true, y_prob = predictions
        order = np.random.default_rng(1).permutation(len(y_true))
        assert metric.compute(y_true[order], y_prob[order]) == pytest.approx(metric.compute(y_true, y_prob), abs=1e-12)

    def test_does_not_depend_on_the_numbering_of_classes(self, metric, predictions):
        y_true, y_prob = predictions
        number = np.random.default_rng(2).permutation(y_prob.shape[1])
        relabelled = np.empty_like(y_prob)
        relabelled[:, number] = y_prob
        assert metric.compute(number[y_true], relabelled) == pytest.approx(metric.compute(y_true, y_prob), abs=1e-12)

    def test_takes_the_rounding_of_single_precision(self, metric, predictions):
        y_true, y_prob = predictions
        single = metric.compute(y_true, y_prob.astype(np.float32))
        assert single == pytest.approx(metric.compute(y_true, y_prob), abs=1e-5)

    @pytest.mark.parametrize(
        ("y_true", "y_prob", "sentence"),
        [
            ([0, 1], [[2.5, -1.0], [0.5, 0.5]], r"no probabilities in row 0 .*did you pass logits\? Pass softmax"),
            ([0, 1], [[0.5, 0.5], [3.0, 4.0]], "no probabilities in row 1 .*sum 7"),
            ([0, 1], [0, 1], r"y_prob has the shape \(2,\).*did you pass y_pred"),
            ([0, 1], [[0.5, 0.5]], "y_prob has 1 rows for 2 class numbers"),
            ([0, 2], [[0.5, 0.5], [0.5, 0.5]], "class number 2, but 2 classes"),
            ([0.5, 1.5], [[0.5, 0.5], [0.5, 0.5]], "did you pass names or scores"),
            ([0, 1], [[0.5, 0.5], [np.nan, np.nan]], "not finite in 1 of 2 rows"),
            (np.zeros(0, int), np.zeros((0, 2)), "there is no track to evaluate"),
        ],
    )
    def test_says_what_is_wrong_with_its_input(self, metric, y_true, y_prob, sentence):
        with pytest.raises(DataError, match=sentence):
            metric.compute(y_true, y_prob)

    def test_explains_itself_in_one_sentence(self, metric):
        assert metric.title[0].isupper()
        assert metric.help in GLOSSARY.values()


def test_being_sure_and_wrong_costs_a_finite_log_loss():
    assert METRICS["log_loss"].compute([0, 0], [[0.0, 1.0], [1.0, 0.0]]) == pytest.approx(-np.log(2.0**-52) / 2)


@given(st.lists(st.lists(st.floats(-1e300, 1e300), min_size=3, max_size=3), min_size=1, max_size=5))
def test_softmax_never_overflows(logits):
    y_prob = softmax(logits)
    assert y_prob.dtype == np.float64
    assert y_prob.sum(axis=1) == pytest.approx(1.0)
    assert (y_prob >= 0).all()


def test_softmax_of_known_logits():
    assert softmax(np.log([[1, 2, 5]], dtype=np.float32)) == pytest.approx(np.array([[0.125, 0.25, 0.625]]))
    assert softmax([[1000.0, 0.0]]).tolist() == [[1.0, 0.0]]


def test_softmax_refuses_the_logits_of_a_run_that_diverged():
    with pytest.raises(DataError, match="logits is not finite in 1 of 2 rows, the first of them row 1: did training"):
        softmax([[1.0, 2.0], [np.inf, 0.0]])


def test_the_glossary_explains_each_term_in_three_sentences_at_most():
    assert set(ON_SCREEN) <= set(GLOSSARY)
    for sentence in GLOSSARY.values():
        assert sentence.endswith(".")
        assert sentence.count(". ") <= 2
        assert len(sentence) < 240


@pytest.mark.parametrize(
    ("straddlers", "said"),
    [
        ({"artist": 41}, "Tracks by 41 artists are in both training and test"),
        ({"track": 1200, "artist": 1}, "Segments of 1,200 tracks and tracks by 1 artist are in both"),
        ({"track": 3, "album": 2, "artist": 2}, "Segments of 3 tracks, tracks from 2 albums and tracks by 2 artists"),
        ({"group": 2}, "Rows from 2 groups are"),
        (None, "Segments of one track, or tracks by one artist, are in both"),
    ],
)
def test_what_leaks_is_named_and_counted(straddlers, said):
    assert leaky(straddlers).startswith(said)
    assert leaky(straddlers).endswith("the score is too good.")
