"""Sentences of Compare about runs that it can or cannot compare; the verdict itself is in the tests of comparisons."""

import numpy as np

from dashboard.text import train
from dashboard.theme import GAP
from dashboard.views.compare import text as sentences
from genre_core.evaluation.comparison import Answers, Comparison, compare_all
from genre_core.evaluation.verdict import overlooked
from genre_core.settings.names import configure
from tests.test_sentences_train import make_run


def compared(other: int | np.ndarray) -> Comparison:
    """Compare a run that is always right with one that is so too (0), never (1), or but for some of the tracks."""
    y, names = np.arange(40) % 2, tuple(map(str, range(40)))
    ours, theirs = (
        Answers(name, "data", ("a", "b"), names, y, said) for name, said in (("A", y), ("B", abs(y - other)))
    )
    return compare_all(ours, [theirs])[0]


def test_where_runs_lack_it_says_what_to_do() -> None:
    assert sentences.no_runs(False)[0].answer == "Nothing to compare yet."
    assert sentences.no_runs(True)[0].answer == "Too few runs are complete."
    assert sentences.choose_more(None).answer == "Choose the runs to compare."
    assert sentences.choose_more("one").answer == "Choose a run to compare one with."


def test_a_run_that_cannot_be_compared_is_named() -> None:
    assert sentences.missing("x") == "There is no run x here: it was deleted or was made on another computer."
    assert sentences.incomplete(make_run("queued")) == "a run is not complete (waiting), so it cannot be compared yet."
    assert sentences.twice("x") == "x is named twice, but a run cannot be compared with itself."


def test_a_closed_test_part_is_named_for_each_run() -> None:
    assert sentences.closed(["a"]).answer == "The test part is closed for a."
    assert sentences.closed(["a", "b", "c"]).answer == "The test part is closed for a, b and c."


def test_a_difference_is_put_down_to_no_more_than_it_can_be() -> None:
    found = compared(1)
    one, seed, rate = (configure(given) for given in ({}, {"train.seed": 7}, {"train.learning_rate": 0.1}))
    said = [[badge.text for badge in sentences.limits(one, other, found)] for other in (seed, rate, one)]
    assert said == [["only the seed differs"], ["each was trained once"], []]
    assert sentences.limits(one, rate, compared(0)) == []


def test_a_verdict_that_tells_no_difference_is_marked_with_what_it_could_have_missed() -> None:
    two = compared(np.arange(40) == 0)
    assert [(badge.text, badge.meaning) for badge in sentences.limits(configure({}), configure({}), two)] == [
        ("a small difference could be missed", overlooked(two, GAP))
    ]


def test_curves_are_described_with_their_best_epochs() -> None:
    assert sentences.curves_alt({"a": (4, 2), "b": (1, None)}, "Loss") == (
        "Loss over the epochs of 2 runs. a: 4 epochs, best epoch 2; b: 1 epoch, best epoch unknown."
    )


def test_where_labels_are_noisy_it_is_said_what_judges() -> None:
    assert [sentences.judged_by(about) for about in ("", "label", "true genre")] == [
        "", "Judged by the labels.", "Judged by the true genres.",
    ]  # fmt: skip
    assert sentences.INCOMPARABLE == "These runs cannot be compared."


def test_the_usual_feature_set_has_a_name() -> None:
    columns, heard = (
        configure({"data.source": "music"}),
        configure({"data.source": "music", "model.architecture": "cnn"}),
    )
    rows = {row.name: row.values for row in sentences.setting_rows([columns, heard])}
    assert rows["data.features"] == ("gtzan57", "logmel")
    assert "Feature sets gtzan57 (this run logmel)" in train.what_differs(columns, heard)
