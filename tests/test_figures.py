"""Figures: their axes, units, labels, and what they make of nothing."""

import json
import math
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.plot import install_plotly
from dashboard.components.ruler import Mark, Ruler, bayes_limit, majority, model
from dashboard.components.track_profile import profile_figure
from dashboard.figures.curves import Parent, accuracy_figure, loss_figure
from dashboard.figures.epoch_axis import LABEL_GAP, lifted, spread
from dashboard.figures.matrix import live_view, matrix_view
from dashboard.figures.network import network_figure, widths
from dashboard.theme import TWINS, limits
from dashboard.views.data.counts_figure import counts_figure, distribution_figure
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.intervals import wilson
from genre_core.networks import Layer, LinearConfig, MlpConfig
from genre_core.networks.config import in_columns

GENRES = ("Rock", "Jazz", "Folk")


def history(n, **changes):
    row = {"train_loss": 1.23456789, "train_accuracy": 0.5, "validation_loss": 0.9, "validation_accuracy": 0.6}
    return [SimpleNamespace(epoch=epoch, **(row | changes)) for epoch in range(1, n + 1)]


def texts(figure):
    return [note["text"] for note in figure["layout"]["annotations"]]


def curve(figure, name):
    return next(trace for trace in figure["data"] if trace.get("name") == name)


def figures():
    rng = np.random.default_rng(0)
    points, y = rng.normal(size=(30, 2)), np.arange(30) % 3
    scores = rng.normal(size=(3, 25))
    return {
        "loss": loss_figure(history(4), 2),
        "accuracy": accuracy_figure(history(4), 2, majority=0.125, bayes=0.8185),
        "no epoch": accuracy_figure([], majority=0.125, bayes=0.8185),
        "network": network_figure(MlpConfig().layers((20,), 8), size="13,288 parameters"),
        "linear": network_figure(LinearConfig().layers((20,), 8)),
        "counts": counts_figure([3, 0, 1200], GENRES),
        "distribution": distribution_figure(points[:, 0], y, GENRES, "mfcc1"),
        "profile": profile_figure(*scores, [f"f{n}" for n in range(25)], true_genre="Rock", predicted_genre="Jazz"),
    }


@pytest.mark.parametrize("name", figures())
def test_figures_are_plain_data_in_colours_that_have_a_dark_twin(name):
    text = json.dumps(figures()[name], allow_nan=False)
    assert {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}", text)} <= TWINS.keys()


@pytest.mark.parametrize("name", figures())
def test_plotly_accepts_every_figure(name):
    graph_objects = pytest.importorskip("plotly.graph_objects")
    graph_objects.Figure(figures()[name])


def test_loss_is_in_nats_from_zero_with_four_digits():
    figure = loss_figure(history(12), 3)
    assert figure["layout"]["title"]["text"] == "Loss (nats)"
    assert limits(figure["layout"]["yaxis"])[0] == 0
    assert curve(figure, "train")["y"][0] == 1.2346
    assert curve(figure, "validation")["x"] == list(range(1, 13))
    assert "best · 3" in texts(figure)


def test_accuracy_runs_from_0_to_100_percent():
    assert limits(accuracy_figure(history(3))["layout"]["yaxis"]) == (0, 100)


def test_a_percent_sign_stands_by_accuracies_alone():
    loss, accuracy = loss_figure(history(3)), accuracy_figure(history(3))
    assert "ticksuffix" not in loss["layout"]["yaxis"]
    assert accuracy["layout"]["yaxis"]["ticksuffix"] == "\u202f%"
    assert {curve(figure, "train")["hovertemplate"] for figure in (loss, accuracy)} == {"%{y}"}


def test_accuracy_names_its_reference_lines():
    figure = accuracy_figure(history(3), majority=0.125, bayes=0.8185)
    assert "best possible" in texts(figure)
    assert "12.5\u202f% · always the most common genre" in texts(figure)
    levels = {shape["y0"]: shape["line"]["dash"] for shape in figure["layout"]["shapes"] if "dash" in shape["line"]}
    assert levels == {12.5: "dot", 81.85: "dash"}


@pytest.mark.parametrize("rate", [0.03, 0.125, 0.5])
@pytest.mark.parametrize("end", [-0.1, -0.04, 0.0, 0.02, 0.06, 0.13])
def test_names_at_the_ends_of_curves_are_not_written_across_the_majority_baseline(rate, end):
    rates = {"train_accuracy": max(0.0, rate + end), "validation_accuracy": max(0.0, rate + end + 0.01)}
    notes = accuracy_figure(history(2, **rates), majority=rate)["layout"]["annotations"]
    height = (260 - 64) / 100
    (base,) = (note for note in notes if "always" in note["text"])
    low = 100 * rate * height - (LABEL_GAP if base["yanchor"] == "top" else 0)
    ends = [note["y"] * height + note.get("yshift", 0) for note in notes if note["text"] in ("train", "validation")]
    assert len(ends) == 2
    assert all(end <= low - LABEL_GAP / 2 + 4 or end >= low + LABEL_GAP + 4 for end in ends)


@pytest.mark.parametrize("figure", [loss_figure([]), accuracy_figure([], majority=0.1, bayes=0.9)])
def test_without_epochs_the_axes_stand(figure):
    low, high = limits(figure["layout"]["xaxis"])
    assert low < 1
    assert high > 10
    assert "train" not in texts(figure)


@pytest.mark.parametrize(("n", "end"), [(1, 10), (10, 10), (11, 11), (500, 500)])
def test_the_epoch_axis_grows_and_has_whole_ticks(n, end):
    axis = loss_figure(history(n))["layout"]["xaxis"]
    assert end < limits(axis)[1] < 1.02 * end + 0.1
    assert all(isinstance(tick, int) and 1 <= tick <= end for tick in axis["tickvals"])
    assert len(axis["tickvals"]) <= 12


def test_a_diverged_run_leaves_a_gap():
    figure = loss_figure([*history(3), SimpleNamespace(**vars(history(1)[0]) | {"epoch": 4, "train_loss": math.nan})])
    assert curve(figure, "train")["y"][-1] is None
    assert "validation" in texts(figure)


def test_a_loss_that_blew_up_stands_at_the_edge_with_its_value_and_flattens_nothing():
    blown = [2_569_423.8, 2.387, 16_665.3, 2.469]
    epochs = [SimpleNamespace(**vars(row) | {"train_loss": loss}) for row, loss in zip(history(4), blown, strict=True)]
    figure = loss_figure(epochs, 1)
    assert limits(figure["layout"]["yaxis"])[1] == pytest.approx(1.06 * 2.469, abs=1e-4)
    assert curve(figure, "train")["y"][0] == 2_569_423.8
    marks = curve(figure, "train, beyond the axis")
    assert marks["x"] == [1, 3]
    assert "▲ up to 2,569,424" in figure["layout"]["title"]["text"]
    assert marks["hovertemplate"][1] == "train 16,665.3, beyond the axis<extra></extra>"
    assert max(marks["y"]) < limits(figure["layout"]["yaxis"])[1]


@pytest.mark.parametrize("train_loss", [[4.1, 3.0, 0.01, 0.001], [9.9, 1.0, 1.0, 1.0], [1e5, 2e5, 1e5, 3e5]])
def test_losses_that_belong_together_are_all_on_the_axis(train_loss):
    epochs = [SimpleNamespace(**vars(row) | {"train_loss": v}) for row, v in zip(history(4), train_loss, strict=True)]
    figure = loss_figure([SimpleNamespace(**vars(e) | {"validation_loss": e.train_loss}) for e in epochs], 1)
    assert limits(figure["layout"]["yaxis"])[1] == pytest.approx(1.06 * max(train_loss), abs=1e-4)
    assert not [trace for trace in figure["data"] if "beyond" in trace.get("name", "")]


@given(st.lists(st.floats(-500, 500), max_size=6))
def test_labels_keep_their_distance_and_order(places):
    moved = spread(places)
    order = sorted(range(len(places)), key=lambda number: places[number])
    gaps = [moved[b] - moved[a] for a, b in pairwise(order)]
    assert all(gap >= LABEL_GAP - 1e-6 for gap in gaps)


def test_labels_near_the_axis_stand_above_its_numbers():
    assert lifted([0.0, -LABEL_GAP, 80.0], 10.0) == [10.0 + LABEL_GAP, 10.0, 80.0]


@given(st.integers(2, 500), st.lists(st.integers(1, 1024), max_size=8), st.integers(2, 60))
def test_the_network_shows_every_layers_width(n_features, hidden, n_genres):
    model = MlpConfig(hidden=hidden) if hidden else LinearConfig()
    figure = network_figure(model.layers((n_features,), n_genres))
    widths = [n_features, *hidden, n_genres]
    said = texts(figure)
    assert all(f"{width:,}" in said for width in widths)
    assert said.count("⋮") == sum(width > (10 if len(widths) <= 6 else 8) for width in widths)
    assert len(figure["data"]) == len(widths)


def test_the_network_says_where_dropout_acts():
    def said(**settings):
        return texts(network_figure(MlpConfig(**settings).layers((20,), 8)))

    assert said().count("ReLU<br>dropout 0.3") == 2
    assert "ReLU after each hidden layer · dropout 0.3 after the first two" in said(hidden=(8,) * 8)
    assert not any("dropout" in text for text in said(hidden=(8,), dropout=0.0))


def test_layers_side_by_side_share_a_column():
    layers = (Layer(20), Layer(30, ("ReLU",)), Layer(4, below=(0,)), Layer(2, below=(1,)), Layer(3, below=(3, 2)))
    assert in_columns(layers) == [[0], [1, 2], [3], [4]]
    assert widths(layers) == "20, 30 beside 4, 2, 3"
    figure = network_figure(layers, "4 × 5 numbers")
    assert {"30 + 4", "4 × 5 numbers", "genres"} <= set(texts(figure))
    nodes = figure["data"][-1]
    heights = list(zip(nodes["text"], nodes["y"], strict=True))
    lowest_above = min(y for text, y in heights if text == "hidden layer 1: 30")
    assert lowest_above > max(y for text, y in heights if text == "hidden layer 2: 4")
    from_genres = [trace for trace in figure["data"][:-1] if trace["x"][1] == 3]
    assert sorted(trace["x"][0] for trace in from_genres) == [1, 2]  # the small branch skips a column


def test_a_genre_without_values_keeps_its_row():
    figure = distribution_figure(np.array([1.0, 2.0, np.nan]), np.array([0, 0, 1]), GENRES, "rms")
    assert [box["name"] for box in figure["data"]] == ["Rock"]
    assert figure["layout"]["yaxis"]["tickvals"] == list(GENRES)
    assert figure["layout"]["xaxis"]["title"]["text"] == "rms"


def test_many_genres_stand_in_the_order_of_their_medians_below_the_axis():
    names = [f"genre {number}" for number in range(30)]
    figure = distribution_figure(np.arange(30.0)[::-1], np.arange(30), names, "rms")
    assert figure["layout"]["yaxis"]["tickvals"] == names[::-1]
    assert figure["layout"]["xaxis"]["side"] == "top"


def test_the_profile_shows_all_features_the_largest_differences_first():
    track, true, names = np.arange(57.0), np.zeros(57), [f"f{n}" for n in range(57)]
    figure = profile_figure(track, true, true, names, true_genre="Rock", predicted_genre="Rock")
    assert curve(figure, "this track")["y"] == names[::-1]
    assert len([trace for trace in figure["data"] if trace["mode"] == "markers"]) == 2


# What the components are given


def test_a_matrix_view_counts_rates_and_intervals():
    view = matrix_view(ConfusionMatrix(np.array([[8, 2, 0], [1, 9, 0], [0, 0, 0]]), GENRES))
    assert view.rates[0][:2] == [0.8, 0.2]
    low, high = view.intervals[0][0]
    assert low < 0.8 < high
    assert view.recalls[2] is None
    assert view.precisions[0][0] == pytest.approx(8 / 9, abs=1e-4)
    json.dumps(vars(view), allow_nan=False)


def test_a_live_view_is_plain_data():
    json.dumps(vars(live_view(ConfusionMatrix(np.zeros((3, 3), dtype=np.int64), GENRES))), allow_nan=False)


def test_a_ruler_says_what_it_shows():
    shown = Ruler((majority(0.125), bayes_limit(0.8185), model(0.799, wilson(959, 1200), "test", "test")))
    assert shown.marks[2].text == "test 79.9\u202f% (77.6–82.1)"
    assert shown.marks[0].text == "12.5\u202f% · always the most common genre"
    assert "no classifier can expect more: 81.8\u202f%" in shown.sentence
    assert Mark("tick", 0.5).text == ""
    assert Ruler(()).sentence == ""


def test_plotly_is_copied_once_and_whole(tmp_path):
    name = install_plotly(tmp_path / "static")
    copied = tmp_path / "static" / name
    before = copied.stat()
    install_plotly.cache_clear()
    assert install_plotly(tmp_path / "static") == name
    assert copied.stat().st_mtime_ns == before.st_mtime_ns
    assert [path.name for path in (tmp_path / "static").iterdir()] == [name]
    assert re.fullmatch(r"plotly-[0-9a-f]{8}\.min\.js", name)


def test_two_sessions_that_come_first_at_once_both_get_plotly(tmp_path, monkeypatch):
    write, first = Path.write_bytes, install_plotly.__wrapped__

    def write_beside_another_session(path, content):
        write(path, content)
        monkeypatch.setattr(Path, "write_bytes", write)
        with ThreadPoolExecutor(1) as other:
            other.submit(first, tmp_path).result(timeout=30)

    monkeypatch.setattr(Path, "write_bytes", write_beside_another_session)
    name = first(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_branch_is_drawn_in_two_colours_with_the_run_that_it_comes_from():
    parent, own = history(6), history(5)
    figure = loss_figure(own, 4, parent=Parent(3, parent))
    lines = {trace["name"]: trace["x"] for trace in figure["data"] if trace.get("mode") == "lines"}
    assert lines["before"] == lines["train before"] == [1, 2, 3]
    assert lines["validation"] == lines["train"] == [3, 4, 5]
    assert lines["parent"] == [3, 4, 5, 6]
    assert {"branch · 3", "best · 4", "parent", "train", "validation"} <= set(texts(figure))
    young = loss_figure(own[:2], 2, parent=Parent(3, parent))
    lines = {trace["name"]: trace["x"] for trace in young["data"] if trace.get("mode") == "lines"}
    assert (lines["before"], lines["parent"], lines["validation"]) == ([1, 2], [2, 3, 4, 5, 6], [])


def test_what_six_columns_do_is_said_in_lines_that_fit_a_phone():
    does = ("3 × 3, ReLU", "pool 2 × 2")
    layers = [Layer(6912), *[Layer(width, does) for width in (8, 16, 32)], Layer(128, ("LSTM both ways",)), Layer(8)]
    said = {note["text"] for note in network_figure(layers, "64 × 108 numbers")["layout"]["annotations"]}
    assert "3\u00a0×\u00a03,<br>ReLU<br>pool<br>2\u00a0×\u00a02" in said
    assert "LSTM both<br>ways" in said
    said = texts(network_figure(layers[:2] + layers[3:], "64 × 108 numbers"))
    assert "3\u00a0×\u00a03, ReLU<br>pool 2\u00a0×\u00a02" in said
