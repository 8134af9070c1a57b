"""Sentences on doubtful labels: wrong only where that is known, or where no overlap explains them."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.services.labels import CrossPredictions, DoubtfulLabels
from dashboard.theme import limits
from dashboard.views.evaluate import labels_text as sentences
from dashboard.views.evaluate.figures import found_figure
from genre_core.bayes.wrong_label import Expected
from genre_core.evaluation.flips_found import flips_found, label_lab
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.mislabelled import find_mislabelled
from genre_core.evaluation.noise_floor import NoiseFloor
from genre_core.store.runs import RunStore
from genre_core.studies.cross_predictions import CrossPlan, CrossPredictionsConfig
from genre_core.studies.kinds import CROSS_PREDICTIONS

N = 300
RNG = np.random.default_rng(1)
TRUE = np.arange(N) % 3
WRONG = RNG.random(N) < 0.1
Y = np.where(WRONG, (TRUE + 1) % 3, TRUE)
Y_PROB = np.full((N, 3), 0.05) + 0.85 * np.eye(3)[TRUE]
FOUND = find_mislabelled(Y, Y_PROB)
NO_NOISE = find_mislabelled(TRUE, Y_PROB)


def doubtful(floor, found=FOUND, expected=None, lab=None):
    return DoubtfulLabels(np.arange(N), Y_PROB, ("a", "b", "c"), found, found.ranked(), floor, expected, lab)


def floor(contradicted, low, high):
    return NoiseFloor(100, contradicted, Interval(low, high))


@pytest.mark.parametrize(
    ("given", "said", "reason"),
    [
        (floor(4, 0.016, 0.098), "At most 9.8\u202f% of all labels can be wrong.", sentences.IF),
        (floor(4, 0.016, 0.098), "At most", "4 of the 100 tracks that the network is surest of have another label"),
        (floor(0, 0.0, 0.037), "At most 3.7\u202f% of all labels", "Overlap explains some of those, perhaps all"),
        (
            floor(45, 0.356, 0.548),
            "Nobody can tell the share of wrong labels.",
            "overlap and wrong labels look the same",
        ),
        (None, "Nobody can tell the share of wrong labels.", "A limit needs at least 100 tracks."),
    ],
)
def test_a_limit_is_said_with_what_it_rests_on_or_that_there_is_none(given, said, reason):
    answer = sentences.answer(doubtful(given), "test tracks")
    assert answer.answer.startswith(f"{FOUND.n_doubtful} of 300 labels of test tracks look doubtful. {said}")
    assert reason in answer.reason
    assert said.casefold() in sentences.without_truth(doubtful(given)).casefold()


def test_nothing_doubtful_says_so():
    said = sentences.answer(doubtful(floor(0, 0.0, 0.037), NO_NOISE), "test tracks")
    assert said.answer.startswith("None of the 300 labels of test tracks looks doubtful. At most 3.7")
    known = sentences.answer(doubtful(None, NO_NOISE, Expected(1.0, Interval(0, 3))), "test tracks")
    assert known.answer.endswith("looks doubtful, and none is wrong.")


def test_labels_that_are_known_to_be_right_are_not_called_wrong_whatever_the_floor_says():
    said = sentences.answer(doubtful(floor(4, 0.016, 0.098), expected=Expected(28.0, Interval(20, 36))), "test tracks")
    assert said.answer.endswith("look doubtful, but none is actually wrong.")
    assert "about 28 (20–36) look doubtful" in said.reason


def test_the_finder_is_called_better_than_chance_only_where_its_interval_is():
    lab = label_lab(FOUND.doubtful, FOUND.ranked(), WRONG, WRONG.astype(float))
    assert "clearly better" in sentences.lab_sentence(lab, "")
    two = np.arange(N) < 2
    by_luck = replace(lab, finder=flips_found(two, WRONG))
    assert "clearly better" not in sentences.lab_sentence(by_luck, "")
    assert sentences.lab_sentence(lab, "").endswith("; no ranking does better on average.")
    whom = "single tracks by unknown artists"
    assert f"judging {whom}" in sentences.lab_sentence(lab, whom)
    assert sentences.lab_sentence(lab, whom).endswith("no ranking that judges each by itself does better on average.")
    nothing = replace(lab, finder=flips_found(np.zeros(N, dtype=bool), WRONG))
    assert sentences.lab_sentence(nothing, "") == "The finder named no label, so it found none."


def test_a_round_says_what_was_found_and_how_little_that_proves():
    found = flips_found(WRONG, WRONG)
    n = found.n_wrong
    assert sentences.score_line("You", found) == f"You found {n} of {n}, with no false alarm"
    assert sentences.luck(12, 3).startswith("12 tracks prove little: blindly marking 3 of them finds 0.8 on average.")


def test_the_curve_runs_from_nothing_to_all_between_chance_and_the_best():
    lab = label_lab(FOUND.doubtful, FOUND.ranked(), WRONG, WRONG.astype(float))
    figure = found_figure(lab)
    chance, best, finder, cut = figure["data"]
    assert chance["y"] == [0, 100]
    assert finder["y"][0] == best["y"][0] == 0
    assert finder["y"][-1] == best["y"][-1] == 100
    assert all(a <= b for a, b in zip(finder["y"], best["y"], strict=True))
    assert cut["y"] == [round(100 * lab.finder.recall, 3)]
    assert limits(figure["layout"]["xaxis"]) == (0, 100)


def test_progress_says_what_became_of_it(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    store.studies.submit("crossed", CROSS_PREDICTIONS.kind, CrossPredictionsConfig().model_dump_json())
    study, plan = store.studies.study("crossed"), CrossPlan(255, 5, "artist", ("album",), 45)
    store.close()
    for state, expected in (("queued", "Waiting"), ("running", "0 of 5 networks"), ("cancelled", "Stopped after 0")):
        crossed = CrossPredictions(replace(study, state=state), CrossPredictionsConfig(), plan, ())
        assert expected in sentences.crossed(crossed)
    failed = replace(study, state="failed", error="The genre Rock has 3 tracks.")
    crossed = CrossPredictions(failed, CrossPredictionsConfig(), plan, ())
    assert sentences.crossed(crossed).endswith("The genre Rock has 3 tracks.")
    note = sentences.crossed_note(crossed)
    assert "each artist kept whole" in note
    assert "its 45 tracks are not used" in note


def test_a_round_asks_which_labels_are_wrong_or_says_why_there_is_none():
    assert sentences.which(3, 12) == "3 of these 12 labels are wrong. Which?"
    few, unknown = (sentences.no_round("validation", known=known) for known in (True, False))
    assert few.answer == unknown.answer == "This run has no wrong labels to find."
    assert few.reason == "Too few of these validation labels are wrong, or right, for a round of the game."
    assert unknown.reason.startswith("The game needs generated tracks with some wrong labels")
