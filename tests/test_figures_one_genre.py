"""Figures of one genre: units, order, what chance would do in gray, and empty input."""

import pytest

from dashboard.theme import FAINT
from dashboard.views.genres.figures import apart_figure, importance_figure, learning_figure
from genre_core.evaluation.intervals import Interval
from genre_core.explaining.importance import Importance
from genre_core.inspection.apart import Apart
from genre_core.studies.learning_curve.summary import CurvePoint

NAN = float("nan")


def test_features_keep_their_order_and_what_chance_would_do_is_grey():
    figure = apart_figure([Apart("a", -1.0, Interval(-1.2, -0.7)), Apart("b", 0.1, Interval(-0.1, 0.3))])
    bars = figure["data"][0]
    assert bars["y"] == ["a", "b"]
    assert (bars["marker"]["color"][0] == FAINT, bars["marker"]["color"][1] == FAINT) == (False, True)
    assert bars["error_x"]["array"][0] == pytest.approx(0.3)
    assert bars["error_x"]["arrayminus"][0] == pytest.approx(0.2)
    assert "standard deviations" in figure["layout"]["xaxis"]["title"]["text"]


def test_importance_is_ranked_in_points_or_nats_and_leaves_out_what_is_unknown():
    found = [
        Importance("a", 0.01, Interval(-0.1, 0.1), 0.5, Interval(0.4, 0.6)),
        Importance("b", 0.2, Interval(0.1, 0.3), 0.1, None),
        Importance("c", NAN, None, 0.2, Interval(0.1, 0.3)),
    ]
    recall, loss = importance_figure(found, "recall"), importance_figure(found, "loss")
    assert recall["data"][0]["y"] == ["b", "a"]
    assert recall["data"][0]["x"][0] == pytest.approx(20)
    assert "points of recall" in recall["layout"]["xaxis"]["title"]["text"]
    assert loss["data"][0]["y"] == ["a", "c", "b"]
    assert "nats" in loss["layout"]["xaxis"]["title"]["text"]


def test_the_learning_curve_has_a_band_where_there_are_intervals():
    points = [CurvePoint(0.1, 10, 0.5, Interval(0.4, 0.6), 3), CurvePoint(1.0, 100, 0.8, None, 2)]
    band, line = learning_figure(points)["data"]
    assert line["y"] == [50, 80]
    assert band["x"] == [10, 10]
    assert learning_figure([])["data"][0]["x"] == []
