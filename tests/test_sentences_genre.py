"""Sentences of the page of a genre: ranks, undefined precision, and claims only where intervals carry them."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.components.threshold import Words, threshold_told
from dashboard.services.outcomes import Outcome
from dashboard.text.evaluate import ordinal
from dashboard.views.genres import text as sentences
from dashboard.views.genres.genre_tracks import tracks_of_genre
from dashboard.views.genres.learning_curve import LearningCurve
from genre_core.bayes.limit import BayesScore
from genre_core.evaluation.concentration import concentration
from genre_core.evaluation.curves import operating_point
from genre_core.evaluation.history import confusion_history
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.report import evaluate
from genre_core.explaining.importance import Importance
from genre_core.inspection.apart import Apart
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.learning_curve.measuring import CurvePlan, CurveScore
from tests.test_sentences_lens import study

GENRES = ("Rock", "Jazz", "Folk")


def outcome_of(counts, limit=None) -> Outcome:
    """Return an outcome with these confusion counts."""
    pairs = [(i, j) for i, row in enumerate(counts) for j, n in enumerate(row) for _ in range(n)]
    y_true, y_pred = (np.array(column) for column in zip(*pairs, strict=True))
    genres = (*GENRES, "Pop", "Metal", "Blues")[: len(counts)]
    logits = (4.0 * np.eye(len(counts))[y_pred]).astype(np.float32)
    best = None if limit is None else BayesScore(0.0, Interval(0, 1), limit(y_true))
    evaluation = evaluate(y_true, logits, genres, majority=0)
    return Outcome(np.arange(len(y_true)), y_true, logits, genres, None, evaluation, best)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return outcome_of([[90, 6, 4], [40, 50, 10], [5, 5, 90]], limit=lambda y: y)


def test_the_answer_says_how_many_and_where_that_stands(outcome):
    assert (
        sentences.answer(outcome, "test", 1) == "50 of 100 test tracks are recognized, the lowest recall of 3 genres."
    )
    assert sentences.answer(outcome, "test", 0).endswith("the highest recall of 3 genres, shared with others.")
    assert sentences.by_difficulty(outcome.evaluation) == [1, 0, 2]
    gone, come = "It is most often taken for Rock (40) and Folk (10).", "Tracks of Rock (6) and Folk (5)"
    assert sentences.confused(outcome, 1) == f"{gone} {come} are most often taken for it."


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([60, 5, 4, 4, 1, 1], "Jazz (5), Folk (4) and Pop (4)"),
        ([60, 5, 4, 4, 4, 1], "Jazz (5)"),
        ([60, 2, 2, 2, 2, 1], "4 genres (2 each)"),
        ([60, 0, 0, 3, 0, 0], "Pop (3)"),
    ],
)
def test_none_is_named_before_others_that_are_as_common(row, said):
    counts = 10 * np.eye(6, dtype=int)
    counts[0] = row
    assert sentences.confused(outcome_of(counts), 0).startswith(f"It is most often taken for {said}.")
    assert f" of {said} are most often taken for it." in sentences.confused(outcome_of(counts.T), 0)


def test_a_genre_is_below_the_others_only_where_its_interval_is(outcome):
    assert "That is 40.0\u202fpoints below the mean of the others" in sentences.against(outcome, 1)
    few = outcome_of([[9, 1, 0], [2, 8, 0], [0, 1, 9]])
    assert "no clear difference" in sentences.against(few, 1)
    fewer = outcome_of([[9, 1, 0], [2, 7, 0], [0, 1, 9]])
    assert (
        sentences.against(fewer, 1)
        == "With 9 tracks that is no clear difference from the mean of the others, 90.0\u202f%."
    )
    assert "below" not in sentences.against(few, 1)


def test_a_threshold_that_none_reaches_leaves_no_precision_and_does_not_deny_what_is_predicted_without_it():
    point = operating_point(np.arange(20) < 5, np.linspace(0.4, 0, 20), 0.5)
    assert threshold_told(point, Words("rock", "validation clips", "", ""), 5, 15)[1:] == [
        "None of the validation clips reaches it, so there is no precision.",
        "No false alarm.",
    ]


def test_the_best_classifier_is_more_only_beyond_the_interval(outcome):
    assert "recognizes 100 of the same tracks: there is more to learn." in sentences.against(outcome, 1)
    near = outcome_of([[90, 6, 4], [40, 50, 10], [5, 5, 90]], lambda y: np.where(np.arange(len(y)) % 2 == 0, y, 0))
    assert "no clear difference" in sentences.against(near, 1) or "too." in sentences.against(near, 1)
    assert "at the expense of others" in sentences.against(near, 2)


def test_what_is_undefined_is_said_and_is_not_zero():
    never = outcome_of([[10, 0, 0], [10, 0, 0], [0, 0, 10]])
    texts = sentences.scores_line(never, 1).split(" · ")
    assert "precision undefined, never predicted" in texts
    assert "never predicted" in sentences.ruler_text(never, 1)
    none = outcome_of([[10, 0, 0], [0, 0, 0], [0, 1, 10]])
    assert sentences.answer(none, "validation", 1) == "No validation track is Jazz, so its recall is unknown."
    assert "recall unknown" in sentences.scores_line(none, 1).split(" · ")
    assert sentences.by_difficulty(none.evaluation)[-1] == 1
    assert sentences.best_recall(replace(none, limit=BayesScore(0.0, Interval(0, 1), none.y_true)), 1) is None


def test_all_right_says_so():
    right = outcome_of([[10, 0, 0], [0, 10, 0], [0, 0, 10]])
    assert sentences.answer(right, "test", 1) == "All 10 test tracks are recognized."
    assert sentences.confused(right, 1) == "No other genre is taken for Jazz."
    assert sentences.all_genres(right, "test")[0].startswith("All 3 genres are recognized equally well")


def test_genres_that_share_an_end_are_all_named_there_and_many_are_counted(monkeypatch):
    shared = outcome_of([[0, 0, 10], [0, 0, 10], [0, 0, 10]])
    assert sentences.all_genres(shared, "test")[0].startswith("Rock and Jazz are recognized least often, 0.0")
    assert "and Rock most often" in sentences.all_genres(outcome_of([[5, 5, 0], [10, 0, 0], [10, 0, 0]]), "test")[0]
    monkeypatch.setattr(sentences, "MOST_NAMED", 1)
    assert sentences.all_genres(shared, "test")[0].startswith("2 genres are recognized least often, 0.0")


def test_ranks_are_counted_from_the_nearer_end():
    scores = outcome_of([[5, 5, 0], [4, 6, 0], [3, 0, 7]]).evaluation
    assert sentences.rank(scores, 1) == "the 2nd lowest recall of 3 genres"
    assert ordinal(11) == "11th"
    assert ordinal(23) == "23rd"


def test_features_are_named_only_beyond_their_intervals():
    clear, unclear = Apart("mfcc1", -1.2, Interval(-1.4, -1.0)), Apart("mfcc2", 0.1, Interval(-0.1, 0.3))
    assert "mfcc1 is 1.20 standard deviations below" in sentences.apart_sentence([clear, unclear], "Jazz")
    assert "No feature's mean clearly separates Jazz" in sentences.apart_sentence([unclear], "Jazz")
    rests = Importance("mfcc1", 0.2, Interval(0.1, 0.3), 0.1, Interval(0.0, 0.2))
    not_so = Importance("mfcc2", 0.02, Interval(-0.1, 0.1), 0.1, None)
    assert "Jazz depends most on mfcc1" in sentences.importance_sentence([rests, not_so], "Jazz", "90 test tracks", 5)
    assert "No single feature" in sentences.importance_sentence([not_so, not_so], "Jazz", "90 test tracks", 5)
    hardly = Importance("mfcc3", 0.2, Interval(0.04, 0.36), 0.1, None)  # the largest of 57 may be so by chance
    assert "depends most on mfcc3" in sentences.importance_sentence([hardly, not_so], "Jazz", "90 test tracks", 5)
    assert "No single feature" in sentences.importance_sentence([hardly, *[not_so] * 56], "Jazz", "90 test tracks", 5)


def test_artists_are_blamed_only_beyond_chance():
    groups = np.repeat(np.arange(20), 10)
    piled = concentration(groups < 2, groups)
    assert "A few artists cause most errors of Jazz" in sentences.groups_sentence(piled, "Jazz", "artist", "test")
    even = concentration(np.arange(200) % 10 == 0, groups)
    assert "no clear difference" in sentences.groups_sentence(even, "Jazz", "artist", "test")
    assert "too few" in sentences.groups_sentence(None, "Jazz", "artist", "test")


def test_the_epochs_are_told_with_intervals_and_luck_is_named():
    y_true = np.repeat([0, 1, 2], 10)
    first, best, last = np.zeros(30, int), y_true.copy(), y_true.copy()
    best[12:15] = 0
    history = confusion_history(y_true, np.stack([first, best, last]).astype(np.uint8), GENRES)
    said = sentences.epochs_sentence(history, 1, 2)
    assert "0.0\u202f% (0.0–27.8) after the first epoch and 70.0\u202f%" in said
    assert "Its own highest was 100.0\u202f%, in epoch 3" in said


def test_tracks_go_from_typical_to_least_typical(outcome):
    names = [f"t{row}" for row in outcome.rows]
    found = tracks_of_genre(outcome, names, 1)
    assert len(found) == 100
    assert [track.probability for track in found] == sorted((track.probability for track in found), reverse=True)
    assert sum(track.recognised for track in found) == 50
    assert all(track.rival != "Jazz" for track in found)
    assert tracks_of_genre(outcome_of([[10, 0, 0], [0, 0, 0], [0, 0, 10]]), names, 1) == []


def test_a_learning_curve_rises_only_where_its_last_step_clearly_does():
    config, plan = LearningCurveConfig(shares=(0.5, 1.0), n_repeats=3), CurvePlan(GENRES, (100, 100, 0), 200, 6, "")

    def curve(*steps: tuple[int, int]) -> LearningCurve:
        scores = [
            CurveScore(share, repeat, int(200 * share), (int(100 * share),) * 3, (right, right, 0), 5, 1.0)
            for repeat, pair in enumerate(steps, 1)
            for share, right in zip(config.shares, pair, strict=True)
        ]
        return LearningCurve(study("running", context={"workers": 2}), config, plan, tuple(scores))

    rising = sentences.learning_sentence(curve((60, 70), (61, 71), (62, 72)), 1, "Jazz")
    assert "after 50 training tracks of it" in rising
    assert "It is still rising: the step from 50 to 100 tracks brought 10.0\u202fpoints" in rising
    assert "It is unclear" in sentences.learning_sentence(curve((60, 70), (70, 60), (62, 72)), 1, "Jazz")
    assert "No validation track is Folk" in sentences.learning_sentence(curve((60, 70)), 2, "Folk")
    assert curve((60, 70)).seconds_left == pytest.approx(2.0), "two workers share four seconds"
    assert "labels" in sentences.learning_note(curve((60, 70)), noisy=True)
