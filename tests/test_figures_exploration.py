"""Figures of features, genres, tracks on a map and limits: their axes, units, and what they make of little."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from dashboard.theme import TWINS
from dashboard.views.data.drawn_area import inside
from dashboard.views.data.features_figure import drifts_figure, multiples, separations_figure
from dashboard.views.data.genres_figure import correlations_figure, distances_figure
from dashboard.views.data.limits_figure import RunPoint, curve_figure, shortfall_figure
from dashboard.views.data.tracks_map_figure import by_answer, by_genre, by_group, by_part, map_figure
from genre_core.bayes.curve import LimitPoint
from genre_core.bayes.shortfall import GenreShortfall, Shortfall
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features
from genre_core.data.splitting import Split
from genre_core.evaluation.intervals import Interval
from genre_core.inspection.drift import drifts
from genre_core.inspection.features import Histogram, histograms, separations
from genre_core.inspection.relations import correlations, genre_distances

GENRES = ("Rock", "Jazz", "Folk & <b>")
POINTS = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.5], [5.0, 5.0]])
NAMES = ["a", "b", "c", "d"]


def tracks(n: int = 90, n_features: int = 4) -> Dataset:
    rng, y = np.random.default_rng(0), np.arange(n) % 3
    X = rng.normal(size=(n, n_features)) + y[:, None] * np.arange(n_features)
    return Dataset(Features(X, tuple(f"f{i}" for i in range(n_features))), y, GENRES, tuple(map(str, range(n))))


def parts(*errors: tuple[float, float, float]) -> tuple[GenreShortfall, ...]:
    return tuple(GenreShortfall(40, e, u, a, Interval(a - 0.02, a + 0.03)) for e, u, a in errors)


MISSED = Shortfall(parts((0.2, 0.15, 0.04))[0], parts((0.2, 0.15, 0.04), (0.1, 0.12, -0.03), (0.3, 0.2, 0.1)))
CURVE = (LimitPoint(0.05, 1.0, 0), LimitPoint(4, 0.85, 0.001), LimitPoint(20, 0.2, 0.001))


def figures():
    data = tracks()
    split = Split(np.arange(60), np.arange(60, 75), np.arange(75, 90))
    area = [(-0.5, -0.5), (2.5, -0.5), (2.5, 1.5), (-0.5, 1.5)]
    clouds = by_genre(np.array([0, 1, 2, 0]), GENRES, (0, 1, 2))
    run = RunPoint("a run", 3.0, 0.9, Interval(0.85, 0.95), True)
    return {
        "separations": separations_figure(separations(data)),
        "drift": drifts_figure(drifts(data, split)),
        "distances": distances_figure(genre_distances(data)),
        "correlations": correlations_figure(correlations(data), [0, 1, 2, 3]),
        "map": map_figure(POINTS, clouds, ("across", "up"), NAMES),
        "map, area": map_figure(POINTS, clouds, ("across", "up"), NAMES, area, inside(POINTS, area)),
        "curve": curve_figure(CURVE, (4.25, 0.82), 0.125, [run]),
        "shortfall": shortfall_figure(MISSED, GENRES, (0, 1, 2)),
    }


@pytest.mark.parametrize("name", figures())
def test_figures_are_plain_data_in_colours_that_have_a_dark_twin(name):
    text = json.dumps(figures()[name], allow_nan=False)
    assert {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}", text)} <= TWINS.keys()


@pytest.mark.parametrize("name", figures())
def test_plotly_accepts_every_figure(name):
    graph_objects = pytest.importorskip("plotly.graph_objects")
    graph_objects.Figure(figures()[name])


def drawn(clouds) -> dict[str, list[int]]:
    return {cloud.name: sorted(cloud.members.tolist()) for cloud in clouds}


def test_genres_that_do_not_stand_out_are_one_quiet_cloud_and_lie_beneath():
    y = np.array([0, 1, 2, 1, 0])
    assert drawn(by_genre(y, GENRES, (1,))) == {"other genres": [0, 2, 4], "Jazz": [1, 3]}
    assert by_genre(y, GENRES, (1,))[0].quiet
    many = tuple(f"genre {n}" for n in range(20))
    assert drawn(by_genre(np.arange(20), many, (3, 7)))["genre 7"] == [7]
    assert len(drawn(by_genre(np.arange(20), many, (3, 7)))["18 other genres"]) == 18


def test_names_that_look_like_markup_are_in_no_template_and_long_ones_are_cut_in_the_legend():
    genres = ("<b>Rock</b>", "%{x}", "long " * 20)
    traces = map_figure(POINTS, by_genre(np.array([0, 1, 2, 0]), genres, (0, 1, 2)), ("", ""), NAMES)["data"]
    runs = curve_figure(CURVE, (4.25, 0.82), 0.125, [RunPoint("%{x}", 3.0, 0.9, Interval(0.85, 0.95), False)])["data"]
    templates = [trace.get("hovertemplate", "") for trace in (*traces, *runs)]
    assert not any("<b>" in one or "%{x}" in one for one in templates)
    assert max(len(trace["name"]) for trace in traces) == 32


def test_a_genre_keeps_its_colour_whatever_else_stands_out():
    y = np.array([0, 1, 2])
    every = {cloud.name: cloud.colour for cloud in by_genre(y, GENRES, (0, 1, 2))}
    assert by_genre(y, GENRES, (2,))[-1].colour == every[GENRES[2]]


def test_the_largest_groups_stand_out():
    groups = np.repeat(np.arange(12), [1, 5, 5, 5, 5, 5, 5, 5, 5, 1, 1, 1])
    clouds = drawn(by_group(groups, "artist"))
    assert len(clouds) == 9
    assert "artist 1" not in clouds
    assert len(clouds["4 other artists"]) == 4


def test_parts_and_answers_hold_each_point_once():
    rows = np.array([7, 2, 9, 4])
    split = Split(np.array([2]), np.array([7]), np.array([4]))
    assert drawn(by_part(rows, split)) == {"in no part": [2], "train": [1], "validation": [0], "test": [3]}
    answers = by_answer(rows, np.array([9, 7, 5]), np.array([True, False, True]))
    assert drawn(answers) == {"not judged": [1, 3], "right": [2], "wrong": [0]}


def test_what_lies_in_the_area_is_marked_in_each_cloud():
    figure = figures()["map, area"]
    assert [trace["selectedpoints"] for trace in figure["data"]] == [[0], [0], [0]]
    assert figure["layout"]["shapes"][0]["path"] == "M-0.5,-0.5 L2.5,-0.5 L2.5,1.5 L-0.5,1.5 Z"
    assert "selectedpoints" not in figures()["map"]["data"][0]


def test_small_pictures_name_their_feature_and_range_and_escape_them():
    found = histograms(tracks(), ["f1"])[0]
    html = multiples([Histogram('<f> "1"', found.edges, found.counts, found.missing, found.n)], GENRES, (0, 2))
    assert "&lt;f&gt; &quot;1&quot; by genre, from " in html
    assert "Folk &amp; &lt;b&gt;" in html
    assert "<f>" not in html
    assert html.count("<path") == 3
    assert "the others" in html
    assert {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}", html)} <= TWINS.keys() | set(TWINS.values())


def test_a_genre_without_values_has_no_line():
    empty = Histogram("f", np.array([0.0, 1.0]), np.zeros((3, 1), dtype=np.int64), np.ones(3, dtype=np.int64), 3)
    assert "<path" not in multiples([empty], GENRES, (0, 1, 2))


def test_shares_are_in_percent_and_the_first_features_are_shown():
    figure = separations_figure(separations(tracks(n_features=30)))
    marks = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert {len(trace["y"]) for trace in marks} == {20}
    assert all(0 <= share <= 100 for trace in marks for share in trace["x"])
    assert figure["layout"]["xaxis"]["ticksuffix"] == " %"


def test_the_diagonal_of_distances_is_empty():
    heat = figures()["distances"]["data"][0]
    assert all(row[at] is None for at, row in enumerate(heat["z"]))
    assert heat["text"][0][0] == ""


def test_the_curve_passes_through_the_present_setting():
    figure = figures()["curve"]
    limit = figure["data"][1]
    assert limit["x"] == sorted(limit["x"])
    assert (4.25, 82.0) in zip(limit["x"], limit["y"], strict=True)
    assert any("<b>82.0" in note["text"] for note in figure["layout"]["annotations"])
    run = figure["data"][-1]
    assert (run["x"], run["y"]) == ([3.0], [90.0])
    assert run["error_y"]["array"] == pytest.approx([5.0])


def test_what_could_be_avoided_goes_on_where_the_unavoidable_ends():
    unavoidable, avoidable, expense = figures()["shortfall"]["data"]
    assert unavoidable["x"] == [15.0, 12.0, 20.0]
    assert (avoidable["base"], avoidable["x"]) == ([15.0, 20.0], [4.0, 10.0])
    assert (expense["y"], expense["base"], expense["x"]) == (["Jazz"], [12.0], [-3.0])
    assert avoidable["error_x"]["arrayminus"] == pytest.approx([2.0, 2.0])


def test_distances_of_two_digits_are_written_without_decimals():
    near = genre_distances(tracks())
    far = replace(near, matrix=10 * near.matrix)
    assert all("." in text for text in written(near))
    assert not any("." in text for text in written(far))


def written(found):
    return [text for row in distances_figure(found)["data"][0]["text"] for text in row if text]
