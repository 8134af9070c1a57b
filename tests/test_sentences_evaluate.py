from dataclasses import replace

import numpy as np
import pytest

from dashboard.cell_tracks import choices, in_cells, tracks_of
from dashboard.components.scores import genre_columns, remarks
from dashboard.selection import Selection
from dashboard.sentences.evaluate import answer, findings, limit_help, measured
from dashboard.services import Outcome
from genre_core.bayes import BayesScore
from genre_core.evaluation.report import evaluate
from genre_core.evaluation.uncertainty import wilson

GENRES = ("Rock", "Jazz", "Folk", "Pop")


def outcome(counts, best=None, groups=None, genres=GENRES, sureness=2.0):
    """Return an outcome with these confusion counts (k, k); `best` tracks are what the limit gets right."""
    counts = np.asarray(counts)
    k = len(counts)
    cells = np.repeat(np.arange(k * k), counts.ravel())
    y_true, y_pred = np.divmod(cells, k)
    rng = np.random.default_rng(0)
    logits = (rng.random((len(cells), k)) + sureness * np.eye(k)[y_pred]).astype(np.float32)
    scores = evaluate(y_true, logits, genres[:k], majority=0, groups=groups)
    limit = None if best is None else BayesScore(best / len(cells), wilson(best, len(cells)), y_true)
    return Outcome(np.arange(len(cells)) + 1000, y_true, logits, genres[:k], groups, scores, limit)


def said(result):
    return " ".join(finding.text for finding in findings(result, "test"))


BALANCED = [[90, 4, 3, 3], [3, 90, 4, 3], [3, 3, 90, 4], [4, 3, 3, 90]]


@pytest.mark.parametrize(
    ("best", "sentence"),
    [
        (None, "Right on 360 of 400 test tracks."),
        (384, "Right on 360 of 400 test tracks; at most 24 more were possible."),
        (361, "Right on 360 of 400 test tracks; at most 1 more was possible."),
        (360, "Right on 360 of 400 test tracks, as many as the best classifier there can be."),
    ],
)
def test_the_answer_counts_tracks_and_what_was_possible(best, sentence):
    assert answer(outcome(BALANCED, best), "test") == sentence


@pytest.mark.parametrize("about", ["label", "true genre"])
def test_where_labels_are_noisy_it_is_said_what_is_right(about):
    noisy = replace(outcome(BALANCED, 384), about=about)
    assert answer(noisy, "test") == f"Right about the {about} on 360 of 400 test tracks; at most 24 more were possible."
    assert f"it is right about the {about} on 384 of" in limit_help(noisy, "test")
    assert measured(noisy, "test") == f"400 test tracks, about the {about}s"
    assert answer(replace(outcome(np.diag([9, 9])), about=about), "test").startswith(f"Right about the {about} on all")
    assert measured(outcome(BALANCED), "test") == "400 test tracks"


def test_more_than_the_limit_is_called_luck():
    assert "the limit is 350: by luck" in answer(outcome(BALANCED, 350), "test")


def test_all_right_says_so_and_what_that_leaves_open():
    result = outcome(np.diag([100, 100]), 200)
    assert answer(result, "validation") == "Right on all 200 validation tracks."
    found = findings(result, "validation")
    assert len(found) == 1
    assert "Nothing lies off the diagonal" in found[0].text
    assert "98.1" in found[0].text


def test_the_hardest_genre_is_named_only_where_its_interval_lies_below_the_others():
    harder = [[90, 4, 3, 3], [3, 90, 4, 3], [3, 3, 90, 4], [20, 11, 9, 60]]
    assert "Pop is the hardest: 60.0" in said(outcome(harder))
    assert "30 points below the mean of the others" in said(outcome(harder))
    assert "hardest" not in said(outcome(BALANCED))
    assert "hardest" not in said(outcome([[9, 0], [3, 6]]))


def test_the_largest_confusion_is_not_ranked_above_one_as_large():
    close = outcome([[80, 15, 5, 0], [0, 100, 0, 0], [0, 14, 86, 0], [0, 0, 0, 100]])
    assert "Rock taken for Jazz: 15 of 100, 15.0" in said(close)
    assert "Folk taken for Jazz (14): too close" in said(close)
    clear = outcome([[60, 40, 0, 0], [0, 100, 0, 0], [0, 2, 98, 0], [0, 0, 0, 100]])
    assert "too close" not in said(clear)
    assert next(f for f in findings(clear, "test") if "largest" in f.text).cell == (0, 1)


def test_the_limit_is_reached_or_not_as_the_interval_says():
    assert "its interval reaches that" in said(outcome(BALANCED, 365))
    assert "does not reach" in said(outcome(BALANCED, 395))
    assert "possible" not in said(outcome(BALANCED))


def test_rare_genres_that_suffer_behind_a_high_accuracy_are_named():
    rare = outcome([[960, 4, 0, 0], [16, 3, 0, 0], [13, 0, 1, 0], [12, 0, 0, 1]])
    assert "Macro-F1" in said(rare)
    assert "rare ones suffer" in said(rare)
    assert "suffer" not in said(outcome(BALANCED))


def test_a_genre_that_is_never_predicted_is_said_and_has_no_precision():
    never = outcome([[50, 10, 0, 0], [9, 50, 0, 0], [20, 10, 0, 0], [3, 2, 0, 4]])
    assert "Folk is never predicted: its 30 test tracks all go to other genres." in said(never)
    assert genre_columns(never.evaluation)["precision"][2] is None
    assert genre_columns(never.evaluation)["precision low"][2] is None
    assert remarks(never.evaluation) == ["", "", "never predicted", "few tracks"]


def test_what_majority_does_as_well_is_not_praised():
    assert "cannot be told from that" in said(outcome([[40, 0], [9, 0]]))


def test_being_sure_is_reported_where_it_helps():
    result = outcome(BALANCED, sureness=1.0)
    logits = result.logits * np.where(result.logits.argmax(axis=1) == result.y_true, 9, 1)[:, None]
    sure = Outcome(result.rows, result.y_true, logits.astype(np.float32), GENRES, None, result.evaluation, result.limit)
    assert "When it is at least 90" in said(sure)
    assert "When it is" not in said(outcome(BALANCED, sureness=0.6))


def test_findings_of_grouped_tracks_use_wider_intervals():
    harder = [[90, 4, 3, 3], [3, 90, 4, 3], [3, 3, 90, 4], [20, 11, 9, 60]]
    groups = np.arange(400) // 100  # each genre one recording
    assert "hardest" not in said(outcome(harder, groups=groups))


def test_a_cell_lists_exactly_its_tracks_the_surest_first():
    result = outcome(BALANCED)
    names = [f"t{row}" for row in range(2000)]
    seen = []
    for i in range(4):
        for j in range(4):
            found = tracks_of(result, names, in_cells(result, Selection.of(f"{i}-{j}", len(result.genres))))
            assert len(found) == BALANCED[i][j]
            assert (np.diff(found.confidence) <= 0).all()
            assert list(found.names) == [f"t{row}" for row in found.rows]
            assert (found.margin > 0).all()
            assert (found.second != j).all()
            assert (found.true == i).all()
            assert (found.predicted == j).all()
            seen += found.rows.tolist()
    assert sorted(seen) == result.rows.tolist()


def test_choices_are_all_genres_and_say_which_is_true_and_predicted():
    result = outcome(BALANCED)
    wrong = tracks_of(result, [""] * 2000, in_cells(result, Selection.of("0-1", 3)))
    found = choices(result, int(wrong.rows[0]))
    assert [choice.role for choice in found if choice.role] == ["predicted", "true"]
    assert found[0].genre == "Jazz"
    assert sum(choice.probability for choice in found) == pytest.approx(1)
    right = tracks_of(result, [""] * 2000, in_cells(result, Selection.of("0-0", 3)))
    assert choices(result, int(right.rows[0]))[0].role == "predicted, true"
