"""Every component in its states, on one page; `?part=` shows some of them alone."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import streamlit as st

from dashboard.components.matrix import matrix, picked
from dashboard.components.picture import install_pictures
from dashboard.components.plot import install_plotly, plot
from dashboard.components.ruler import Mark, Ruler, bayes_limit, majority, model, ruler
from dashboard.components.track_profile import profile_figure
from dashboard.figures.curves import accuracy_figure, loss_figure
from dashboard.figures.matrix import live_view, matrix_view
from dashboard.figures.network import network_figure
from dashboard.views.data.counts_figure import counts_figure, distribution_figure
from dashboard.views.data.tracks_map_figure import by_genre, map_figure
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.intervals import wilson
from genre_core.networks import LinearConfig, MlpConfig

STATIC = Path(__file__).with_name("static")  # served from beside the script
install_plotly(STATIC)
install_pictures(STATIC)

GENRES = ("Rock", "Electronic", "Hip-Hop", "Classical", "Jazz", "Folk", "Pop", "Experimental")
COUNTS = np.array(
    [
        [133, 4, 3, 3, 4, 3, 0, 0],
        [11, 109, 7, 8, 2, 11, 0, 2],
        [2, 3, 128, 4, 3, 2, 3, 5],
        [15, 14, 8, 90, 7, 8, 3, 5],
        [4, 0, 2, 7, 120, 7, 5, 5],
        [3, 3, 1, 4, 5, 130, 4, 0],
        [0, 1, 4, 7, 5, 4, 122, 7],
        [0, 1, 7, 1, 5, 2, 7, 127],
    ]
)


def history(n: int) -> list[SimpleNamespace]:
    at = np.arange(1, n + 1)
    wiggle = np.sin(at * 2.1)
    return [
        SimpleNamespace(epoch=int(e), train_loss=tl, train_accuracy=ta, validation_loss=vl, validation_accuracy=va)
        for e, tl, ta, vl, va in zip(
            at,
            0.55 + 1.1 * np.exp(-at / 1.6),
            0.80 - 0.65 * np.exp(-at / 1.7),
            0.50 + 0.6 * np.exp(-at / 1.2) + 0.008 * wiggle,
            0.815 - 0.16 * np.exp(-at / 1.1) + 0.004 * wiggle,
            strict=True,
        )
    ]


def rulers() -> None:
    moved = st.toggle("Move", key="move")
    rate = 0.62 if moved else 0.819
    ruler(
        Ruler((majority(0.125), bayes_limit(0.8185), model(rate, wilson(round(rate * 1197), 1197), "validation"))), "r1"
    )
    ruler(
        Ruler(
            (
                majority(0.125),
                majority(0.716, "nearest neighbor"),
                bayes_limit(0.818, "no classifier can expect more on unknown artists"),
                model(0.799, wilson(959, 1200), "this network", "test"),
            )
        ),
        "r2",
    )
    ruler(
        Ruler(
            (
                majority(0.125),
                bayes_limit(0.8185),
                model(0.799, wilson(959, 1200), "wide network", "test"),
                model(0.772, wilson(926, 1200), "softmax regression", "test", "other"),
                *(Mark("tick", value) for value in (0.55, 0.6, 0.68, 0.7, 0.71, 0.75)),
            )
        ),
        "r3",
    )
    ruler(Ruler((majority(0.125), bayes_limit(0.8185))), "r4")
    ruler(Ruler((majority(0.5), model(0.995, wilson(1190, 1197), "validation"))), "r5")
    ruler(Ruler(()), "r6")


def curves() -> None:
    n = int(st.number_input("Epochs", 0, 500, 14, key="epochs"))
    left, right = st.columns(2)
    best = min(n, 4) or None
    with left:
        plot(loss_figure(history(n), best), "loss", height=260, alt="Loss over the epochs", revision="run 1")
    with right:
        plot(
            accuracy_figure(history(n), best, majority=0.125, bayes=0.8185),
            "accuracy",
            height=260,
            alt="Accuracy over the epochs",
            revision="run 1",
        )


def more_charts() -> None:
    left, right = st.columns(2)
    with left:
        plot(
            network_figure(MlpConfig().layers((20,), 8), size="13,288 parameters"), "net", height=250, alt="The network"
        )
    with right:
        st.markdown("##### Which genres it confuses")
        matrix(live_view(ConfusionMatrix(COUNTS, GENRES)), "live", compact=True)
    plot(loss_figure([]), "none", height=220, alt="No epochs yet")
    plot(
        accuracy_figure(history(3), 3, majority=0.125, bayes=0.8185), "early", height=260, alt="Accuracy, three epochs"
    )


def on_pick() -> None:
    cell = picked("matrix")
    if cell is None:
        st.query_params.pop("cell", None)
    else:
        st.query_params["cell"] = cell


def matrices() -> None:
    by = st.radio("by", ["count", "true", "predicted", "all"], horizontal=True)
    selected = st.query_params.get("cell", "")
    left, right = st.columns([2, 1])
    with left:
        view = matrix_view(ConfusionMatrix(COUNTS, GENRES), by, nouns="test tracks")
        matrix(view, "matrix", selected=selected, on_pick=on_pick, label="Test tracks by true and predicted genre")
    right.write(f"picked {selected or None}")
    small = np.array([[5, 2, 0], [1, 1, 0], [3, 30, 400]])
    matrix(matrix_view(ConfusionMatrix(100 * COUNTS, GENRES)), "thousands", label="Thousands")
    matrix(matrix_view(ConfusionMatrix(small, ("Afrobeat", "Chiptune", "Drum and Bass")), by), "few")
    twenty = tuple(f"Genre {n}" for n in range(1, 21))
    matrix(matrix_view(ConfusionMatrix(np.diag(np.full(20, 60)), twenty)), "twenty", label="Twenty genres")


def sixty() -> None:
    many = np.random.default_rng(0).poisson(0.6, (60, 60)) + np.diag(np.full(60, 40))
    matrix(
        matrix_view(ConfusionMatrix(many, tuple(f"Genre number {n}" for n in range(1, 61)))),
        "many",
        on_pick=lambda: None,
        label="Sixty genres",
    )


def networks() -> None:
    deep = MlpConfig(hidden=(128, 64, 32, 16, 8, 8, 8, 8))
    for number, (one, k) in enumerate([(deep, 8), (LinearConfig(), 8), (MlpConfig(hidden=(1024,)), 60)]):
        plot(
            network_figure(one.layers((20,), k)),
            f"net {number}",
            height=240,
            alt="The network",
        )


def data() -> None:
    rng = np.random.default_rng(1)
    y = np.repeat(np.arange(8), 300)
    points = rng.normal(size=(8, 2))[y] * 3 + rng.normal(size=(2400, 2))
    left, right = st.columns(2)
    with left:
        plot(counts_figure([1000, 900, 400, 120, 1000, 60, 7, 1000], GENRES), "counts", height=280, alt="Counts")
        plot(distribution_figure(points[:, 0], y, GENRES, "mfcc4"), "box", height=320, alt="mfcc4 by genre")
    with right:
        axes = ("first component, 31 % of the variance", "second component, 14 %")
        clouds = by_genre(y, GENRES, range(8))
        names = [f"track {n}" for n in range(len(y))]
        plot(map_figure(points, clouds, axes, names), "pca", height=420, alt="Tracks in a plane")
    names = [f"mfcc{n}" for n in range(1, 25)]
    a, b, c = rng.normal(size=(3, 24))
    figure = profile_figure(a, b, c, names, true_genre="Classical", predicted_genre="Rock")
    plot(figure, "profile", height=520, alt="One track")


PARTS = {
    "rulers": rulers,
    "curves": curves,
    "more charts": more_charts,
    "matrices": matrices,
    "sixty": sixty,
    "networks": networks,
    "data": data,
}


def gallery() -> None:
    shown = st.query_params.get("part", ",".join(PARTS)).split(",")
    for name, draw in PARTS.items():
        if name in shown:
            draw()
