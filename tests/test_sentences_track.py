"""Sentences of the page of a track."""

import numpy as np
import pytest

from dashboard.components.tracks import NONE_FITS
from dashboard.services.networks import Explanation
from dashboard.views.track import listened_to_text as listened
from dashboard.views.track import text as said
from dashboard.views.track.figures import MOST, attribution_figure, faithfulness_figure
from genre_core.data.sources import load_dataset
from genre_core.explaining.attribution import Attribution
from genre_core.explaining.counterfactual import Change, Flip
from genre_core.explaining.faithfulness import N_RANDOM, SHARES, Curve, Faithfulness
from genre_core.explaining.neighbours import Neighbours
from genre_core.settings.config import SyntheticConfig
from genre_core.workers.explaining import Decided

GENRES = ("Rock", "Jazz", "Folk")


def attribution(values, lead=2.0, baseline=-0.5):
    return Attribution(np.array(values), 2, 0, lead, baseline)


def test_the_title_says_genre_answer_and_how_sure():
    assert said.title("12", "Folk", "Rock", 0.713) == "Track 12 is Folk; taken for Rock with 71.3\u202f% confidence"
    assert said.title("12", "Folk", "Folk", 0.5) == "Track 12 is Folk; recognized with 50.0\u202f% confidence"
    assert said.title("12", "Folk", "Rock", 0.5, "label").startswith("Track 12 is labeled Folk")


def test_attributions_say_what_they_add_up_to():
    text = said.adds_up(attribution([2.0, 0.5]), GENRES)
    assert text == (
        "The sum is +2.50 nats: Folk is 2.00 ahead of Rock here, and 0.50 behind it for the average training track."
    )


def test_what_changes_the_answer_is_said_with_its_feature_and_genre():
    found = Explanation(attribution([2.0, 0.5]), (Flip(1, 0.3, -0.61, 1),), np.array([0, 1]), None)
    text = said.flip_sentence(found, said.moved("tempo", 118.0, -131.25), GENRES)
    assert text == "One feature is enough: tempo from 118 to −131.2, 0.61 standard deviations, makes it Jazz."
    few = Explanation(attribution([2.0, 0.5, 0.1]), (), np.array([0, 1]), None)
    assert said.flip_sentence(few, "", GENRES) == (
        "No single feature of the 2 that count most changes the prediction within the training range."
    )
    assert "0.31 standard deviations in total makes it Rock" in said.change_sentence(
        Change(np.zeros(2), 0, 0.31), GENRES
    )
    assert said.change_sentence(None, GENRES).startswith("No combined change of all features")


def test_a_changed_answer_says_what_it_was():
    before, still, new = np.log([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]])
    assert said.changed_answer(before, before, GENRES, 0) == "Move a feature to see how the prediction changes."
    assert said.changed_answer(still, before, GENRES, 1) == (
        "With 1 feature changed: still Rock, with 60.0\u202f% confidence (70.0\u202f% before)."
    )
    assert said.changed_answer(new, before, GENRES, 2) == (
        "With 2 features changed: Jazz with 50.0\u202f% confidence, instead of Rock (70.0\u202f% before)."
    )


@pytest.mark.parametrize(
    ("y", "text"),
    [
        ([1, 1, 1], "Of the 3 nearest training tracks all are Jazz."),
        ([1, 2, 1], "Of the 3 nearest training tracks 2 are Jazz and 1 is Folk."),
        ([0, 1, 2], "Of the 3 nearest training tracks 1 is Rock, 1 is Jazz and 1 is Folk."),
    ],
)
def test_neighbours_are_counted_by_genre(y, text):
    found = Neighbours(np.arange(3), np.ones(3), np.array([True, False, False]))
    assert said.neighbours_sentence(found, np.array(y), GENRES, "artist") == (
        f"{text} 1 belongs to the same artist: the network has learned from it."
    )
    assert said.neighbours_sentence(Neighbours(np.arange(3), np.ones(3), None), np.array(y), GENRES, None) == text


def test_the_figure_shows_the_largest_and_all_others_together():
    values = np.linspace(-3, 3, 20)
    figure = attribution_figure(attribution(values), [f"feature {at}" for at in range(20)], GENRES)
    bars = figure["data"][0]
    assert len(bars["x"]) == MOST + 1
    assert sum(bars["x"]) == pytest.approx(values.sum(), abs=1e-3)
    assert bars["customdata"][-1] == "8 others together"
    assert "nats" in figure["layout"]["xaxis"]["title"]["text"]
    assert "Why Folk rather than Rock" in figure["layout"]["title"]["text"]
    few = attribution_figure(attribution([1.0, -2.0]), ["a", "b"], GENRES)["data"][0]
    assert few["customdata"] == ["b", "a"]
    assert attribution_figure(attribution([0.0, 0.0]), ["a", "b"], GENRES)["data"][0]["x"] == [0, 0]


def test_without_a_track_it_is_said_what_the_link_names():
    data = load_dataset(SyntheticConfig(n_samples=400))
    assert said.no_track(None, data).answer == "No track is selected."
    wrong = said.no_track("x", data)
    assert wrong.answer == "This track does not exist."
    assert wrong.reason == "The link names “x”; these data have 400 tracks, such as “1”."
    assert said.no_track("9" * 50, data).reason.startswith("The link names “99999999999999999999…”")
    assert said.other_part("test", "train") == "The link says test, but this is a training track."
    assert said.closed("9").answer == "Track 9 is a test track of this run."
    assert NONE_FITS == "No track here fits the filter."
    assert said.other_part("test", None) == "The link says test, but this is in no part of the split."


# -- what it listened to -----------------------------------------------------------------------------------------------


def decided(saliency):
    return Decided(np.asarray(saliency, float), 0.1, 100.0 * np.arange(1, 11), None, 0.1)


def told(deletion, insertion):
    """Curves that fall and rise with the given speed, beside random masks of speed 1."""
    shares = np.array(SHARES)
    random = np.repeat([1 - shares], N_RANDOM, axis=0)
    return Faithfulness(
        Curve((1 - shares) ** deletion, random), Curve(shares ** (1 / insertion), np.repeat([shares], N_RANDOM, axis=0))
    )


def test_where_it_listened_is_said_in_seconds_and_hertz():
    saliency = np.zeros((10, 20))
    saliency[2:4, 5:8] = 1.0
    sentence = listened.where_sentence(decided(saliency), 0.2, "Jazz")
    assert sentence == "What speaks for Jazz is mostly between 0.5 and 0.7 s, at pitches around 300 Hz."
    saliency[2:6, 5:8] = 2.0
    assert "at pitches from 300 Hz to 400 Hz." in listened.where_sentence(decided(saliency), 0.2, "Jazz")
    everywhere = listened.where_sentence(decided(np.ones((10, 20))), 1.0, "Jazz")
    assert everywhere == "What speaks for Jazz is spread over the whole time, at all pitches."
    assert listened.where_sentence(decided(-np.ones((10, 20))), 0.2, "Jazz").startswith("Nothing in this sound")


@pytest.mark.parametrize(
    ("deletion", "insertion", "begins"),
    [
        (4, 4, "This map is faithful: without these 20\u202f% the network gives Jazz 41.0\u202f% (random masks: 80–80"),
        (0.5, 0.5, "This map does no better than chance: "),
        (4, 0.5, "This map is only partly faithful: without these 20\u202f%"),
        (0.5, 4, "This map is only partly faithful: with them alone "),
    ],
)
def test_whether_a_map_tells_more_than_chance_is_said_with_its_numbers(deletion, insertion, begins):
    sentence = listened.told_sentence(told(deletion, insertion), "Jazz", 0.2)
    assert sentence.startswith(begins)
    assert ("Do not read anything into it" in sentence) == (deletion < 1 and insertion < 1)
    figure = faithfulness_figure(told(deletion, insertion), "Jazz", 0.2)
    lines = [trace for trace in figure["data"] if "text" in trace]
    assert [line["y"][0] for line in lines] == [100.0, 0.0]
    assert figure["layout"]["xaxis2"]["title"]["text"] == "share shown alone"


def test_the_map_is_explained_with_where_its_window_lies():
    usual = listened.map_sentence("Jazz", 0.0, padded=False)
    assert usual == "Under the spectrogram: blue speaks for Jazz, amber against it."
    assert "starts 2.5 s into the clip. The clip ends before" in listened.map_sentence("Jazz", 2.5, padded=True)


def test_an_answer_says_the_genre_that_is_asked_about_too():
    assert listened.answer(np.array([0.2, 0.7, 0.1]), 1, GENRES) == "Jazz 70.0\u202f%"
    assert listened.answer(np.array([0.2, 0.7, 0.1]), 0, GENRES) == "Jazz 70.0\u202f%, Rock 20.0\u202f%"
