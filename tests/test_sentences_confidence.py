import json
import re

import numpy as np
import pytest

from dashboard.figures.calibration import posterior_figure, reliability_figure
from dashboard.theme import TWINS, points
from dashboard.views.evaluate import rejection_text as rejecting
from dashboard.views.evaluate.figures import MOST_GENRES, genre_answers_figure
from genre_core.evaluation.calibration import Bin, ReliabilityCurve, calibration, reliability
from genre_core.evaluation.calibration_error import CalibrationError
from genre_core.evaluation.calibration_sentences import (
    error_sentence,
    posterior_sentence,
    reliability_answer,
    scaling_sentence,
)
from genre_core.evaluation.intervals import Interval, wilson
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.posterior_gap import posterior_gap
from genre_core.evaluation.rejected_genres import per_genre
from genre_core.evaluation.rejection import answering, find_threshold, sureness
from genre_core.evaluation.scaling import TemperatureScaling, fit_temperature, fit_vector
from tests.test_calibration import made

GENRES = ("Rock", "Jazz", "Folk", "Pop", "Blues")


def answer(too_sure, n=800, genre=None, seed=0):
    y, logits = made(n, too_sure=too_sure, seed=seed)
    y_prob = softmax(logits)
    right = int((y_prob.argmax(axis=1) == y).sum())
    curve = reliability(y, y_prob, genre=genre)
    name = "" if genre is None else GENRES[genre]
    scores = calibration(y, y_prob)
    error = scores.ece if genre is None else scores.per_genre[genre]
    text = reliability_answer(curve, error, scores.confidence, right / n, wilson(right, n), "test tracks", name)
    return text.replace("\u202f", " ")


def test_too_sure_and_too_modest_are_said_with_their_interval():
    said = re.fullmatch(
        r"Where the model is (\d+) % confident, ([\d.]+) % \(([\d.]+)–([\d.]+)\) of (\d+) test tracks are right: "
        r"overconfident by ([\d.]+) points\.",
        answer(2.0),
    )
    assert said
    says, right, low, high = map(float, said.groups()[:4])
    assert low < right < high < says
    assert "underconfident by" in answer(0.5)


def test_a_calibrated_model_is_not_accused():
    text = answer(1.0)
    assert text.startswith("Confidence and accuracy agree: mean confidence is ")
    assert "confident" not in text


def test_a_genre_has_a_sentence_of_its_own():
    assert re.match(
        r"Where the model gives Jazz \d+ %, .* test tracks are Jazz: (over|under)confident by", answer(3.0, genre=1)
    )
    assert (
        answer(1.0, genre=1)
        == "The probabilities of Jazz agree with how often tracks really are Jazz: 800 test tracks show no clear "
        "difference."
    )


def test_a_mean_that_is_off_is_said_where_no_single_bin_is():
    y, logits = made(30)
    curve = reliability(y, softmax(logits))
    assert not any(b.beyond_chance for b in curve.bins)
    text = reliability_answer(
        curve, calibration(y, softmax(logits)).ece, 0.9, 0.7, Interval(0.6, 0.8), "test tracks"
    ).replace("\u202f", " ")
    assert text == "Overconfident by 20.0 points: mean confidence is 90.0 %, accuracy 70.0 % (60.0–80.0)."


def test_the_error_is_said_beside_what_chance_makes():
    y, logits = made(600, too_sure=2.0)
    for y_prob, end in ((softmax(logits), "this is more than chance."), (softmax(logits / 2), "this could be chance.")):
        assert error_sentence(reliability(y, y_prob), calibration(y, y_prob).ece).endswith(end)


def test_bins_alone_and_together_do_not_contradict_each_other():
    fine, off = Interval(0.4, 0.6), Interval(0.0, 0.02)
    quiet = [Bin(0.4, 0.6, 50, 0.5, 0.52, fine, False)]
    loud = [Bin(0.4, 0.6, 50, 0.9, 0.52, fine, True)]
    more, chance = (CalibrationError(0.1, Interval(0.02, 0.15), by) for by in (off, Interval(0.0, 0.2)))
    for bins, error, says, then in (
        (quiet, more, "more than chance, although no single bin", "this is more than chance."),
        (quiet, chance, "no clear difference", "so this could be chance."),
        (loud, more, "overconfident by", "this is more than chance."),
        (loud, chance, "overconfident by", "so this could be chance, but the error of that one bin is not."),
    ):
        curve = ReliabilityCurve(tuple(bins), "width", 50, 1)
        assert says in reliability_answer(curve, error, 0.5, 0.5, fine, "test tracks", "Jazz")
        assert error_sentence(curve, error).endswith(then)


def test_a_calibration_error_of_few_groups_is_not_compared_with_chance():
    y, logits = made(60, too_sure=2.0)
    y_prob, groups = softmax(logits), np.arange(60) % 4
    said = error_sentence(reliability(y, y_prob, groups=groups), calibration(y, y_prob, groups=groups).ece)
    assert said.endswith("% (too few for an interval): so few groups cannot tell it from chance.")


def test_a_scaling_says_what_it_was_fitted_on_and_that_it_does_not_flatter():
    y, logits = made(400, too_sure=2.0)
    temperature, vector = fit_temperature(y, logits), fit_vector(y, logits)
    on_test = scaling_sentence(temperature, "test", 0, 300)
    assert "fitted on 400 validation tracks: it makes the model less confident. It changes no prediction." in on_test
    assert on_test.endswith("No test track was used to fit it.")
    assert "(cross-fitting)" in scaling_sentence(temperature, "validation", 0, 400)
    assert "This changes 7 of 400 validation predictions." in scaling_sentence(vector, "validation", 7, 400)
    assert "changes almost nothing" in scaling_sentence(TemperatureScaling(1.01, 5), "test", 0, 5)
    assert "every prediction there is right" in scaling_sentence(TemperatureScaling(0.02, 5), "test", 0, 5)


def test_the_true_probabilities_tell_too_sure_from_too_modest():
    _, logits = made(500)
    true = softmax(logits)
    assert "and too high by" in posterior_sentence(posterior_gap(softmax(2 * logits), true))
    assert "and too low by" in posterior_sentence(posterior_gap(softmax(logits / 2), true))
    assert "too" not in posterior_sentence(posterior_gap(true, true))
    one = posterior_gap(softmax(2 * logits), true, groups=np.zeros(500, int))
    said = posterior_sentence(one, "1 artist is too few for an interval")
    assert said == (
        f"Confidence is on average {points(one.difference.value)} away from the true probability of the prediction. "
        f"Its log loss is {one.divergence.value:.3f}\u202fnats above the ideal. 1 artist is too few for an interval."
    )
    assert posterior_sentence(one).endswith("above the ideal. These tracks are too few for an interval.")


def test_what_is_answered_is_said_in_every_case():
    some = answering(0.5, [0.9, 0.6, 0.2], [True, False, True])
    assert re.match(
        r"The model answers 66\.7.% \(.*\) of 3 test tracks and is right on 50\.0",
        rejecting.answering_sentence(some, "test tracks"),
    )
    none, all_ = answering(0.99, [0.9], [True]), answering(0, [0.9], [True])
    assert rejecting.answering_sentence(none, "test tracks").startswith("The model answers none of 1 test track")
    assert rejecting.answering_sentence(all_, "test tracks").startswith("The model answers all 1 test track and")


@pytest.mark.parametrize(("accuracy", "target"), [(0.8, 0.9), (0.3, 0.75), (0.0, 0.5), (0.97, 0.99), (1.0, 0.999)])
def test_the_usual_target_avoids_about_half_of_the_errors(accuracy, target):
    assert rejecting.usual_target(accuracy) == target


def test_a_threshold_says_where_it_comes_from():
    validation = answering(0.6, [0.9, 0.7, 0.1], [True, True, False])
    plain = rejecting.threshold_sentence(0.6, 0.9, "margin", surely=False, part="test", validation=validation)
    assert "a margin of 60.0\u202f% is the lowest threshold at which at least 90\u202f% of the answers are" in plain
    assert "There it answers 66.7" in plain
    surely = rejecting.threshold_sentence(0.6, 0.9, "margin", surely=True, part="validation", validation=None)
    assert "of the answers are right, with 95 % confidence on new tracks too." in surely
    assert "It was chosen on these tracks" in surely
    none = rejecting.threshold_sentence(None, 0.99, "margin", surely=False, part="test", validation=None)
    assert none.startswith("No threshold on margin reaches 99")
    free = rejecting.threshold_sentence(0.0, 0.5, "margin", surely=False, part="test", validation=None)
    assert "without withholding any" in free


def unfair(rate):
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 100)
    return per_genre(y, y, rng.random(300) > np.where(y == 1, rate, 0.2), 3)


def test_who_pays_is_said_where_it_is_clear_and_not_where_it_is_not():
    said = rejecting.unfair_sentences(unfair(0.6), GENRES)
    assert len(said) == 1
    assert said[0].startswith("Jazz is withheld more often than its errors justify: ")
    assert rejecting.unfair_sentences(unfair(0.2), GENRES) == []
    assert rejecting.fair_sentence(unfair(0.2)).startswith("No genre's right answers")
    y = np.array([0, 1])
    assert rejecting.fair_sentence(per_genre(y, y, np.array([True, True]), 2)) == "No right answer is withheld."


def figures():
    y, logits = made(300, too_sure=1.5)
    y_prob = softmax(logits)
    right, scores = y_prob.argmax(axis=1) == y, sureness(y_prob, "confidence")
    curve = reliability(y, y_prob)
    threshold = find_threshold(0.8, scores, right)
    genres = per_genre(y, y_prob.argmax(axis=1), scores >= threshold, 5)
    return {
        "width": reliability_figure(curve, "test", "", reliability(y, softmax(logits / 2))),
        "mass": reliability_figure(reliability(y, y_prob, by="mass", genre=1), "validation", "Jazz"),
        "one track": reliability_figure(reliability(y[:1], y_prob[:1]), "test"),
        "posterior": posterior_figure(posterior_gap(y_prob, softmax(logits / 1.5))),
        "genres": genre_answers_figure(genres, GENRES),
    }


@pytest.fixture(scope="module")
def drawn():
    return figures()


def test_figures_are_plain_data_in_colours_that_have_a_dark_twin(drawn):
    for figure in drawn.values():
        text = json.dumps(figure, allow_nan=False)
        assert {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}", text)} <= TWINS.keys()


def test_the_axes_say_what_they_are_in_percent(drawn):
    axes = drawn["mass"]["layout"]
    assert axes["xaxis"]["title"]["text"] == "probability of Jazz"
    assert axes["yaxis"]["title"]["text"] == "share of tracks that are Jazz"
    assert axes["xaxis"]["ticksuffix"] == " %"


def test_bars_of_a_genre_add_up_and_the_least_answered_stands_on_top(drawn):
    bars = drawn["genres"]["data"]
    assert [bar["name"] for bar in bars] == ["right", "wrong", "don't know"]
    assert np.sum([bar["x"] for bar in bars], axis=0) == pytest.approx(np.full(5, 100), abs=0.02)
    assert bars[2]["x"] == sorted(bars[2]["x"])
    y = np.arange(60).repeat(3)
    many = genre_answers_figure(per_genre(y, y, y > 5, 60), [f"Genre {g}" for g in range(60)])
    assert len(many["data"][0]["y"]) == MOST_GENRES
    assert "Genre 0" in many["data"][0]["y"]
