"""Sentences of Data about its pictures."""

import numpy as np

from dashboard.views.data import exploration_text as said
from genre_core.bayes.shortfall import GenreShortfall, Shortfall
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features
from genre_core.evaluation.intervals import Interval
from genre_core.inspection.drift import Drift, Drifts
from genre_core.inspection.features import Separation
from genre_core.inspection.projection import project
from genre_core.inspection.relations import Correlations, GenreDistances, correlations
from genre_core.inspection.trees import Tree

TREE = Tree(np.arange(2), np.empty((0, 4)), np.empty((0, 4)))


def separation(name: str, explained: float, informed: float = 0.2, n: int = 100) -> Separation:
    return Separation(name, 5.0, explained, 0.3, informed, n)


def test_the_best_feature_is_named_with_the_measure_asked_for():
    found = [separation("rms", 0.62), separation("tempo", 0.001, 0.002)]
    text = said.separation_sentence(found, "genres", "f", 100)
    assert text.startswith("rms separates genres best on its own: 62\u202f% of its variance is between genres.")
    assert "1 feature carries almost none" in text
    assert "random sample" not in text
    informed = said.separation_sentence(found, "Rock and Jazz", "information", 100_000)
    assert "separates Rock and Jazz best on its own: it carries 20\u202f% of the information on the genre" in informed
    assert "Computed from a random sample of 100 of 100,000 tracks." in informed


def test_pairs_that_say_the_same_are_counted():
    matrix = np.array([[1.0, -0.95, 0.1], [-0.95, 1.0, 0.2], [0.1, 0.2, 1.0]])
    found = Correlations(("a", "b", "c"), matrix, TREE, 50)
    assert said.pairs_of(found)[0] == ("a", "b", -0.95)
    assert said.correlation_sentence(found, 50).startswith("1 of 3 pairs of features are nearly redundant")
    lone = Dataset(Features(np.arange(6.0)[:, None], ("only",)), np.arange(6) % 2, ("x", "y"), tuple("abcdef"))
    assert "nothing to correlate" in said.correlation_sentence(correlations(lone), 6)


def test_parts_that_differ_are_said_with_the_feature_that_differs_most():
    same = Drift("rms", 0.05, 0.4, 1.0, 1.0, 1.1)
    none = said.drift_sentence(Drifts(("train", "test"), (same,), (700, 150), (700, 150)))
    assert none.startswith("No feature differs clearly between train and test. 700 tracks and 150 tracks")
    worse = Drift("tempo", 0.31, 1e-9, 1e-8, 1.0, 2.0)
    text = said.drift_sentence(Drifts(("train", "test"), (worse, same), (700, 150), (700, 150)))
    begun = "1 feature differs clearly between train and test; tempo the most, by 31\u202fpoints"
    assert text.startswith(begun)


def test_the_nearest_genres_come_first_and_those_left_out_are_named():
    matrix = np.array([[0, 1.0, 3.0], [1.0, 0, 2.0], [3.0, 2.0, 0]])
    found = GenreDistances(("Rock", "Pop", "Jazz"), matrix, np.full((3, 3), 0.31), TREE, ("Ska",), 90)
    text = said.distance_sentence(found, 90)
    assert text.startswith(
        "Rock and Pop are closest, 1.0 standard deviations apart: where both scatter normally and alike, the best "
    )
    assert (said.wrong_side(0.0041), said.wrong_side(0.306)) == ("under 1\u202f%", "31\u202f%")
    assert "Rock and Jazz are farthest apart, at 3.0." in text
    assert "Left out, with too few tracks: Ska." in text
    assert [row["distance"] for row in said.distance_table(found)] == [1.0, 2.0, 3.0]


def test_a_projection_says_what_it_shows_and_how_much_of_it():
    rng, y = np.random.default_rng(0), np.arange(80) % 2
    data = Dataset(
        Features(rng.normal(size=(80, 3)) + 3 * y[:, None], ("x", "y", "z")), y, ("a", "b"), tuple(map(str, range(80)))
    )
    found = project(data, "lda", max_points=30)
    assert "30 of them are drawn." in said.projection_sentence(found, data)
    assert "40 other tracks" in said.projection_sentence(found, data)
    assert said.axes(found)[1] == "direction of most remaining variance"
    neighbours = project(data, "tsne", max_points=30)
    assert "30 placed tracks of 80 tracks" in said.projection_sentence(neighbours, data)
    assert said.axes(neighbours)[0] == "t-SNE, across"
    assert [row["genre"] for row in said.centres_table(found, data)] == ["a", "b"]


def test_chosen_tracks_are_counted_by_genre():
    some = [("Rock", 5), ("Jazz", 3), ("Folk", 2), ("Pop", 1)]
    assert (
        said.chosen_sentence(11, 300, some) == "11 of the 300 tracks drawn: Rock 5, Jazz 3, Folk 2 and 1 other genre."
    )
    assert said.chosen_sentence(0, 300, []) == "None of the 300 drawn tracks is there."


def part(error: float, unavoidable: float, avoidable: float, low: float, high: float) -> GenreShortfall:
    return GenreShortfall(100, error, unavoidable, avoidable, Interval(low, high))


def test_an_error_is_split_into_what_adds_up_to_it():
    genres = ("Rock", "Jazz")
    unsure = Shortfall(
        part(0.2, 0.16, 0.05, -0.01, 0.1), (part(0.2, 0.1, 0.1, -0.1, 0.2), part(0.2, 0.2, 0, -0.1, 0.1))
    )
    text = said.shortfall_sentence(unsure, genres)
    assert text.startswith(
        "Wrong on 20.0\u202f% of 100 validation tracks: no classifier can avoid 16.0\u202fpoints of that; this one "
        "could have avoided 5.0"
    )
    assert "−1.0\u202fpoints are the luck of these tracks" in text
    assert "In no single genre" in text
    sure = Shortfall(unsure.overall, (unsure.per_genre[0], part(0.3, 0.1, 0.15, 0.05, 0.2)))
    assert said.shortfall_sentence(sure, genres).endswith("The most to gain is in Jazz: 15.0\u202fpoints.")
    leaky = said.shortfall_sentence(sure, genres, "unknown artists")
    assert "no classifier can avoid 16.0\u202fpoints on unknown artists" in leaky
    assert "−1.0\u202fpoints are luck and memory of known artists." in leaky
    assert "it would be wrong on about 21.0" in leaky  # the 16 and the 5 points, not the error of what it knows
    assert "The most to gain" not in leaky
    assert "luck and memory of known tracks" in said.shortfall_table(sure, genres, "unknown tracks")[0]
    row = said.shortfall_table(sure, genres)[1]
    assert row["error"] == row["unavoidable"] + row["could be avoided"] + row["luck"]


def test_circles_of_leaky_runs_are_said_to_be_hollow():
    assert "ollow" not in said.circles_sentence(3, 0)
    assert said.circles_sentence(3, 0).startswith("Circles: 3 runs on such tracks")
    assert "1 hollow circle is leaky" in said.circles_sentence(3, 1)
