"""Sentences on prediction sets: the promise with its conditions, and whether it was kept."""

import numpy as np
import pytest

from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.prediction_sets import calibrate, prediction_sets
from genre_core.evaluation.set_sentences import (
    chance_sentence,
    held_sentence,
    promise_sentence,
    short_sentence,
    size_sentence,
)
from tests.test_calibration import made

NAMES = ("rock", "Jazz", "Folk", "Pop")


def plain(sentence):
    return sentence.replace("\u202f", " ")


@pytest.fixture(scope="module")
def tracks():
    y, logits = made(400, 4, spread=1.5)
    return y, softmax(logits)


def seen(tracks, level=0.9, **how):
    y, y_prob = tracks
    rule = calibrate(y[:200], y_prob[:200], level, **how)
    return prediction_sets(rule, y[200:], y_prob[200:])


def test_what_was_promised_stands_beside_what_was_seen(tracks):
    found = seen(tracks)
    limit = 100 * found.rule.limits[0]
    shown = f"{100 * found.share:.1f} % ({100 * found.interval.low:.1f}–{100 * found.interval.high:.1f})"
    assert plain(held_sentence(found, "test tracks")) == (
        f"The right genre is in the set for {shown} of 200 test tracks; 90 % was promised."
    )
    assert plain(promise_sentence(found.rule, NAMES, "artist")) == (
        "The promise: at least 90 % of new tracks, if they are like those of validation. A set holds the prediction "
        f"and each genre with a probability of {limit:.1f} % or more."
    )
    assert f"{found.size:.2f} genres on average" in size_sentence(found)


def test_the_promise_says_for_whom_it_holds(tracks):
    rule = calibrate(tracks[0][:200], tracks[1][:200], 0.9, groups=np.arange(200) // 4)
    for level, whom in (("artist", "tracks by new artists"), ("track", "segments of new tracks")):
        assert f"of {whom}, if they are like" in promise_sentence(rule, NAMES, level)
    by_genre = seen(tracks, by_genre=True).rule
    assert "of each genre's new tracks, if" in promise_sentence(by_genre, NAMES, "artist")
    assert "reaches a limit of its own" in promise_sentence(by_genre, NAMES, "artist")
    leaky = promise_sentence(by_genre, NAMES, "artist", leaky=True)
    assert leaky.endswith("The split leaks, so nothing is promised for artists that training does not know.")


def test_too_few_tracks_are_said_in_a_sentence(tracks):
    y, y_prob = tracks
    few = calibrate(y[:200], y_prob[:200], 0.95, groups=np.arange(200) % 12)
    found = prediction_sets(few, y, y_prob)
    assert held_sentence(found, "test tracks").startswith("Each set holds all 4 genres")
    said = plain(promise_sentence(few, NAMES, "artist"))
    assert said == "Promising 95 % takes 19 validation artists, and there are only 12."
    assert chance_sentence(found, "validation") == chance_sentence(found, "test") == ""
    kept = np.flatnonzero((y != 0) | (np.arange(400) < 8))
    some = calibrate(y[kept], y_prob[kept], 0.9, by_genre=True)
    assert "“rock” has fewer than 9 validation tracks and so is in every set" in promise_sentence(some, NAMES, "artist")


def test_a_share_is_as_usual_or_clearly_less_than_promised(tracks):
    assert "is usual" in chance_sentence(seen(tracks), "test")
    assert "look at the test part" in chance_sentence(seen(tracks), "validation")
    y, y_prob = tracks
    rule = calibrate(y[:200], y_prob[:200], 0.9)
    elsewhere = prediction_sets(rule, (y[200:] + 1) % 4, y_prob[200:])
    assert "clearly less than promised" in chance_sentence(elsewhere, "test")
    assert chance_sentence(seen(tracks, by_genre=True), "test") == ""


def test_a_genre_that_stays_below_a_promise_for_all_tracks_is_named(tracks):
    y, y_prob = tracks
    wrong = np.where((y == 1) & (np.arange(400) % 2 == 0), 3, y)
    found = prediction_sets(calibrate(y, y_prob, 0.9), wrong, y_prob)
    assert plain(short_sentence(found, NAMES)).startswith("Pop (")
    assert "stays clearly below 90 %: this is promised for all tracks together" in plain(short_sentence(found, NAMES))
    assert short_sentence(seen(tracks), NAMES) == ""
