"""Names in figures stand as they are written, whatever they look like."""

import json

from dashboard.components.plot import chart_part
from dashboard.figures.written import LONGEST, as_written
from dashboard.views.data.counts_figure import counts_figure

GENRES = ["0", "2", "12", "1235", "rock", "2019-01-01", "<b>Rock</b>", '<a href="x">link</a>', "n" * 100]


def test_genres_that_look_like_numbers_dates_or_markup_are_drawn_as_written():
    figure = json.loads(chart_part(counts_figure(list(range(9)), GENRES), "bars")["figure"])
    axis, (bars,) = figure["layout"]["yaxis"], figure["data"]
    assert axis["type"] == "category"
    assert bars["y"][:6] == GENRES[:6]
    assert bars["y"][6] == "&lt;b>Rock&lt;/b>"
    assert not any("<" in text for key in ("ticktext", "tickvals", "categoryarray") for text in axis[key])
    assert len(axis["ticktext"]) == len(axis["tickvals"]) == 9
    assert max(map(len, axis["ticktext"])) < 40


def test_axes_of_names_become_categories_and_those_of_numbers_stay():
    trace = {"x": [1.5, 2], "y": ["2", "10"], "yaxis": "y2", "text": "a<br>b<i>c", "name": "<b>"}
    found = as_written({"data": [trace], "layout": {"xaxis": {"title": "x"}}})
    assert found["layout"] == {"xaxis": {"title": "x"}, "yaxis2": {"type": "category"}}
    assert (found["data"][0]["text"], found["data"][0]["name"]) == ("a<br>b&lt;i>c", "&lt;b>")
    long = as_written({"data": [{"x": ["m" * 60], "y": [1]}], "layout": {}})["layout"]["xaxis"]
    assert (long["tickvals"], len(long["ticktext"][0])) == (["m" * 60], LONGEST)


def test_every_row_of_many_genres_has_its_name():
    assert len(counts_figure([1] * 54, list(map(str, range(54))))["layout"]["yaxis"]["tickvals"]) == 54
