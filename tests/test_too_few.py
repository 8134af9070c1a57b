"""Fewer than five artists tell nothing: it is said so with their number, and nothing is drawn or claimed of them."""

from types import SimpleNamespace

import numpy as np
import pytest

from dashboard.components.ruler import Ruler, model
from dashboard.components.scores import genre_columns
from dashboard.components.threshold import rate_limits
from dashboard.components.twin import limits
from dashboard.figures.parts import whiskers
from dashboard.figures.recalls import recalls_figure
from dashboard.shell.cells import Selection
from dashboard.text.cells import selection_sentence
from dashboard.text.evaluate import scores_line
from dashboard.text.saved_scores import accuracy_of, macro_f1_of
from dashboard.views.evaluate.history_text import what_changed
from dashboard.views.genres.text import against, all_genres, ruler_text
from genre_core.evaluation.confusion import confusion_matrix
from genre_core.evaluation.curves import precision_recall_curve, roc_curve
from genre_core.evaluation.history import confusion_history
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.metrics import METRICS
from genre_core.evaluation.paired import matched
from genre_core.evaluation.report import evaluate
from genre_core.evaluation.verdict import points as points_of
from genre_core.findings.facts import Facts
from genre_core.findings.genres import predicted_counts
from genre_core.findings.rules import find
from genre_core.findings.sentences import Told, sentence
from genre_core.store.run_result import Outcome
from genre_core.terminal.text.words import rate
from genre_core.text import nothing_told, percent, points, too_few
from tests.benchmarks.coverage import alike
from tests.test_sentences_train import make_run

NOTHING = Interval(0.0, 1.0)
GENRES = ("Rock", "Jazz", "Folk", "Pop")


def outcome(artists, each=30):
    """Return an outcome of four genres, Folk mostly missed, by so many artists each."""
    y_true = np.repeat(np.arange(4), each * 4)
    groups = np.arange(len(y_true)) // (each * 4 // artists)
    y_pred = np.where((y_true == 2) & (np.arange(len(y_true)) % 5 > 0), 0, y_true)
    y_pred[::each] = (y_true[::each] + 1) % 4
    logits = (4.0 * np.eye(4)[y_pred]).astype(np.float32)
    scores = evaluate(y_true, logits, GENRES, majority=0, groups=groups, level="artist")
    return Outcome(np.arange(len(y_true)), y_true, logits, GENRES, groups, scores, None)


def facts(of):
    return Facts("test", of.evaluation, of.y_true, of.logits, of.groups)


def test_a_rate_says_what_is_too_few():
    assert too_few(1, "artist") == "1 artist is too few for an interval"
    assert percent(0.5, NOTHING, too_few(3, "album")) == "50.0\u202f% (3 albums are too few for an interval)"
    assert percent(0.5, NOTHING) == "50.0\u202f% (too few for an interval)"
    assert rate(0.5, [0.0, 1.0], too_few(3, "album")) == "50.0 % (3 albums are too few for an interval)"
    assert points(0.2, Interval(-1.0, 1.0)) == "20.0\u202fpoints (too few for an interval)"
    for metric in METRICS.values():
        if metric.name != "log_loss":
            assert metric.written(0.5, Interval(*metric.range), "3 artists are too few").endswith(
                "3 artists are too few)"
            )


def test_a_matrix_counts_the_groups_of_cells():
    matrix = outcome(3).evaluation.confusion_matrix
    assert matrix.too_few() == ""  # twelve artists in all
    assert matrix.too_few(1) == "3 artists are too few for an interval"
    assert matrix.too_few_by_genre() == "In each genre, 3 artists are too few for an interval."
    assert outcome(6).evaluation.confusion_matrix.too_few_by_genre() == ""
    alone = confusion_matrix([0, 0, 1], [0, 1, 1], ("A", "B"))
    assert (alone.too_few(), alone.too_few_by_genre()) == ("", "")


def test_one_artist_a_genre_gives_no_interval_over_genres_and_says_why():
    y, artists = np.repeat(np.arange(8), 100), np.repeat(np.arange(8), 100)
    y_pred = np.where(np.arange(800) % 5 > 0, y, (y + 1) % 8)
    one, two = (
        evaluate(y, np.eye(8)[y_pred], tuple("ABCDEFGH"), majority=0, groups=groups, level="artist")
        for groups in (artists, 2 * artists + np.arange(800) % 2)
    )
    assert nothing_told(one.macro_f1_interval)
    assert nothing_told(one.intervals["balanced_accuracy"])
    assert 0.5 < one.accuracy_interval.low < one.accuracy_interval.high < 1.0  # eight artists tell of their tracks
    assert two.macro_f1_interval.low < two.macro_f1 < two.macro_f1_interval.high
    said = scores_line(one)
    assert "macro-F1 80.0\u202f% (1 artist a genre is too few for an interval)" in said
    assert one.confusion_matrix.too_few_by_genre() == "In each genre, 1 artist is too few for an interval."
    assert two.confusion_matrix.too_few_over_genres() == ""
    assert outcome(3).evaluation.confusion_matrix.too_few_over_genres() == ""
    saved = make_run("complete", summary={"test": one.to_json()}, context={"groups": {"level": "artist", "test": 8}})
    assert macro_f1_of(saved, "test") == "80.0\u202f% (1 artist a genre is too few for an interval)"
    assert accuracy_of(saved, "test") == percent(0.8, one.accuracy_interval)


def test_genres_with_few_groups_are_named_and_few_in_all_are_said():
    groups = np.r_[np.arange(20), 30, 30, 31, 32, 32]
    y = np.r_[np.repeat([0, 1], 10), 2, 2, 2, 3, 3]
    matrix = confusion_matrix(y, y, GENRES, groups, "album")
    assert matrix.too_few_by_genre() == "Genres with too few albums for an interval: Folk has 2 and Pop has 1."
    few = confusion_matrix(y, y, GENRES, np.arange(len(y)) % 4, "track")
    assert few.too_few_by_genre() == "4 tracks are too few for an interval."


def test_scores_of_few_groups_have_no_interval():
    three = evaluate([0, 0, 1, 1, 1, 1], np.eye(2)[[0, 0, 1, 1, 0, 1]], ("A", "B"), majority=1,
                     groups=np.array([0, 0, 1, 1, 2, 2]), level="artist")  # fmt: skip
    assert {(i.low, i.high) for name, i in three.intervals.items() if name != "log_loss"} == {(0.0, 1.0), (-1.0, 1.0)}
    line = scores_line(three)
    assert line.count("3 artists are too few for an interval") == 1
    y, score = np.repeat([True, False], 30), np.random.default_rng(0).random(60)
    for curve in (roc_curve, precision_recall_curve):
        few, enough = (curve(y, score, np.arange(60) // n) for n in (10, 3))
        assert [one for one in vars(few).values() if isinstance(one, Interval)] == [NOTHING]
        assert NOTHING not in [one for one in vars(enough).values() if isinstance(one, Interval)]


def test_nothing_is_drawn_from_0_to_100_percent():
    drawn = whiskers([0.5, 0.6], [NOTHING, Interval(0.5, 0.7)], "#000000")
    assert drawn["array"] == [None, pytest.approx(10.0)]
    assert whiskers([0.3], [Interval(-0.5, 1.5)], "#000000", unit=1)["array"] == [pytest.approx(1.2)]  # no rate
    mark = model(0.5, NOTHING, "this model", too_few=too_few(3, "artist"))
    assert (mark.low, mark.high) == (None, None)
    assert "this model: 50.0\u202f% (3 artists are too few for an interval)" in Ruler((mark,)).sentence
    assert limits(NOTHING) == (None, None)
    assert rate_limits(0.4, NOTHING) == [0.4, 0.4, 0.4]
    columns = genre_columns(outcome(3).evaluation)
    assert columns["recall low"] == columns["f1 high"] == [None] * 4
    assert None not in genre_columns(outcome(6).evaluation)["recall low"]


@pytest.mark.parametrize(("artists", "bands"), [(3, 0), (6, 1)])
def test_recall_through_time_has_a_band_only_where_artists_are_enough(artists, bands):
    of = outcome(artists)
    answers = np.stack([np.zeros_like(of.y_true), of.logits.argmax(axis=1)]).astype(np.uint8)
    history = confusion_history(of.y_true, answers, GENRES, of.groups, "artist")
    filled = [trace for trace in recalls_figure(history, [1])["data"] if trace.get("fill")]
    assert len(filled) == bands
    said = what_changed(history, 2, None)
    assert ("3 artists are too few for an interval. So it is unclear" in said) == (artists == 3)


def test_sentences_do_not_compare_what_has_no_interval():
    few, enough = outcome(3), outcome(6)
    assert "3 artists are too few for an interval. The order could be chance." in all_genres(few, "test")[1]
    assert "the intervals do not overlap" in all_genres(enough, "test")[1]
    assert against(few, 2) == ""
    assert "below the mean of the others" in against(enough, 2)
    assert "(3 artists are too few)" in ruler_text(few, 2)
    cell = selection_sentence(few.evaluation.confusion_matrix, Selection.of("2-0", 4), "test tracks")
    assert cell.endswith("% (3 artists are too few for an interval).")


def test_findings_are_silent_where_artists_are_few():
    kinds = {found.kind for found in find(facts(outcome(3)))}
    assert not kinds & {"hardest", "easiest"}
    assert "hardest" in {found.kind for found in find(facts(outcome(10)))}
    y = np.repeat([0, 1, 2], 20)
    logits = np.eye(3)[np.where(np.arange(60) % 4 > 0, y, 0)]
    scores = evaluate(y, logits, GENRES[:3], majority=0, groups=y, level="artist")
    found = find(Facts("test", scores, y, logits, y))
    assert [one.kind for one in found if one.kind not in ("few_tracks", "label_noise")] == []
    said = sentence(found[0], Told(GENRES[:3], "test", level="artist"))
    assert said.startswith("3 artists are too few for an interval: how far the accuracy on these 60 test tracks")
    right = evaluate(y, np.eye(3)[y], GENRES[:3], majority=0, groups=y)
    said = [sentence(one, Told(GENRES[:3], "test")) for one in find(Facts("test", right, y, np.eye(3)[y], y))]
    assert "at least" not in " ".join(said)


def test_runs_are_compared_without_an_interval():
    first, second = np.r_[np.ones(20, int), np.zeros(10, int)], np.r_[np.ones(14, int), np.zeros(16, int)]
    few, enough = (matched(first, second, np.arange(30) // n) for n in (10, 3))
    assert few.interval == Interval(-1.0, 1.0)
    assert points_of(few.difference, few.interval) == "+20.0 points (too few for an interval)"
    assert -1.0 < enough.interval.low < enough.difference < enough.interval.high < 1.0
    assert matched(first[:3], second[:3]).interval != few.interval  # three tracks that stand alone are three


def test_predictions_too_often_or_too_rarely_keep_their_level_where_artists_differ():
    rng, seen = np.random.default_rng(3), 0
    for _ in range(150):
        y_true, y_pred, groups = alike(rng, 5, 0.2)
        counted = SimpleNamespace(confusion_matrix=confusion_matrix(y_true, y_pred, tuple("ABCDEFGH"), groups))
        seen += bool(predicted_counts(Facts("test", counted, y_true, np.eye(8)[y_pred], groups)))
    assert seen <= 12
