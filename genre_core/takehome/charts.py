"""Charts that leave the laboratory, as SVG or PNG: quiet, for white paper, in the colors of the pages.

They are drawn without a browser, so that a worker, a terminal and a server that has none make the same.
"""

import io
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from genre_core.evaluation.calibration import ReliabilityCurve
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.report import GenreScore
from genre_core.networks.config import Layer, in_columns
from genre_core.store.schema import Epoch
from genre_core.text import nothing_told

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["svg", "png"]

ACCENT, INK, MUTED, AXIS, GRID = "#2b62c9", "#1b1f24", "#5f6872", "#c2c9d1", "#e9edf1"
LIGHT, RIGHT, WRONG = "#8fade3", "#4d9aa4", "#d57b52"
MOST_NUMBERS = 24
"""Most genres of a matrix whose cells show their counts."""
MOST_NODES = 12
_STYLE: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "genre-lab", "font.family": "sans-serif", "font.size": 9,
    "font.sans-serif": ["DejaVu Sans"], "text.parse_math": False, "text.color": INK, "axes.labelcolor": MUTED,
    "axes.edgecolor": AXIS, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "axes.grid.axis": "y", "grid.color": GRID, "axes.axisbelow": True, "axes.titlelocation": "left",
    "axes.titlesize": 10, "axes.titleweight": "bold", "xtick.color": AXIS, "ytick.color": AXIS,
    "xtick.labelcolor": MUTED, "ytick.labelcolor": MUTED, "figure.dpi": 100, "savefig.dpi": 200,
}  # fmt: skip
_one_at_a_time = threading.Lock()


def curves(epochs: Sequence[Epoch], best: int | None, majority: float | None, limit: float | None) -> str:
    """Draw loss and accuracy over the epochs; `majority` and `limit` are rates to compare with, where known."""
    with _drawn(7.4, 2.8) as (figure, out):
        loss, accuracy = figure.subplots(1, 2)
        numbers = [epoch.epoch for epoch in epochs]
        for axes, measure, scale in ((loss, "loss", 1), (accuracy, "accuracy", 100)):
            for part, color, width in (("train", LIGHT, 1.0), ("validation", ACCENT, 1.8)):
                values = [scale * getattr(epoch, f"{part}_{measure}") for epoch in epochs]
                name = "training" if part == "train" else part
                axes.plot(
                    numbers, values, color=color, linewidth=width, label=name, marker="o" if len(epochs) == 1 else ""
                )
            if best:
                axes.axvline(best, color=MUTED, linewidth=0.8, linestyle=":")
            if best and measure == "loss":
                axes.annotate(f"best: {best}", (best, 1), xycoords=("data", "axes fraction"), fontsize=8, color=MUTED,
                              xytext=(3, -9), textcoords="offset points")  # fmt: skip
            axes.set_xlabel("epoch")
            axes.xaxis.get_major_locator().set_params(integer=True)
        loss.set_title("Loss (nats)")
        loss.legend(frameon=False, labelcolor=MUTED)
        accuracy.set_title("Accuracy (%)")
        accuracy.set_ylim(0, 101)
        _level(accuracy, majority, "always the most common genre", ":")
        _level(accuracy, limit, "best possible", "--")
    return out.getvalue().decode()


def confusion(matrix: ConfusionMatrix, nouns: str, form: Format = "svg") -> bytes:
    """Draw a confusion matrix: right and wrong in two hues, by the share of the true genre; cells show counts."""
    k = len(matrix.genres)
    side = min(7.4, 2.0 + 0.34 * k)
    with _drawn(side, side, form) as (figure, out):
        axes = figure.subplots()
        shares = np.nan_to_num(matrix.normalized("true"))
        wrong = shares * (1 - np.eye(k))
        most = max(float(wrong.max()), 1e-9)
        image = np.ones((k, k, 3))
        for hue, share in ((RIGHT, shares * np.eye(k)), (WRONG, wrong / most)):
            tone = np.array([int(hue[at : at + 2], 16) / 255 for at in (1, 3, 5)])
            image -= share[..., None] * (1 - tone)
        axes.imshow(image.clip(0, 1), interpolation="nearest")
        axes.grid(visible=False)
        axes.set_xticks(range(k), matrix.genres, rotation=90 if k > 4 else 0, color=INK)
        axes.set_yticks(range(k), matrix.genres, color=INK)
        axes.tick_params(length=0)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        axes.set_title(f"Confusion matrix, {nouns}")
        for (i, j), n in np.ndenumerate(matrix.counts):
            if n and k <= MOST_NUMBERS:
                axes.text(j, i, f"{n:,}", ha="center", va="center", fontsize=8 if k <= 12 else 6)
    return out.getvalue()


def recalls(scores: Sequence[GenreScore]) -> str:
    """Draw the recall of each genre with its interval, from the hardest to the easiest."""
    known = sorted((score for score in scores if score.recall is not None), key=lambda score: score.recall or 0.0)
    with _drawn(7.4, 0.9 + 0.24 * len(known)) as (figure, out):
        axes = figure.subplots()
        for place, score in enumerate(reversed(known)):
            interval = score.recall_interval
            if not nothing_told(interval):
                axes.plot(
                    [100 * interval.low, 100 * interval.high], [place, place], color=ACCENT, alpha=0.35, linewidth=5
                )
            axes.plot([100 * (score.recall or 0.0)], [place], "o", color=ACCENT, markersize=5)
        axes.set_yticks(range(len(known)), [score.genre for score in reversed(known)], color=INK)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.grid(visible=False, axis="y")
        axes.set_xlim(-1, 101)
        axes.set_ylim(-0.6, len(known) - 0.4)
        axes.set_title("Recall by genre (%), with its 95 % interval")
    return out.getvalue().decode()


def reliability(curve: ReliabilityCurve) -> str:
    """Draw the share that is right against the confidence, with intervals; filled marks are off beyond chance."""
    with _drawn(4.4, 3.6) as (figure, out):
        axes = figure.subplots()
        axes.plot([0, 100], [0, 100], color=AXIS, linestyle="--", linewidth=1)
        for one in curve.bins:
            if not one.n:
                continue
            x = 100 * one.confidence
            axes.plot([x, x], [100 * one.interval.low, 100 * one.interval.high], color=ACCENT, alpha=0.4, linewidth=1.6)
            axes.plot([x], [100 * one.accuracy], "o", color=ACCENT, mfc=ACCENT if one.beyond_chance else "white")
        axes.set_xlim(-1, 101)
        axes.set_ylim(-2, 102)
        axes.set_xlabel("confidence (%)")
        axes.set_ylabel("right (%)")
        axes.set_title("How often it is right when it is so confident")
    return out.getvalue().decode()


def network(layers: Sequence[Layer], inputs: str) -> str:
    """Draw the layers of a network from its `inputs` to the genres: a column for each, with its width below."""
    columns = in_columns(layers)
    with _drawn(7.4, 2.6) as (figure, out):
        axes = figure.subplots()
        axes.axis("off")
        heights = {
            at: _heights(layers[at].units, len(column), row) for column in columns for row, at in enumerate(column)
        }
        place = {at: x for x, column in enumerate(columns) for at in column}
        for at, layer in enumerate(layers):
            for below in layer.fed_by(at):
                ends = [(low, high, np.nan) for low in heights[below] for high in heights[at]]
                xs = [place[below], place[at], np.nan] * len(ends)
                axes.plot(xs, np.ravel(ends), color=ACCENT, alpha=0.16, linewidth=0.6)
        for at, ys in heights.items():
            axes.plot([place[at]] * len(ys), ys, "o", mfc="white", mec=ACCENT, markersize=6, zorder=3)
        most = 1
        for x, column in enumerate(columns):
            does = [what for at in column for what in dict.fromkeys(layers[at].does)]
            said = [inputs] if x == 0 else ["genres"] if x == len(columns) - 1 else does
            most = max(most, len(said))
            width = " + ".join(f"{layers[at].units:,}" for at in column)
            axes.text(x, -1.22, width, ha="center", va="top", weight="bold")
            axes.text(x, -1.48, "\n".join(said), ha="center", va="top", fontsize=8, color=MUTED)
        axes.set_ylim(-1.62 - 0.24 * most, 1.2)
        axes.set_xlim(-0.5, len(columns) - 0.5)
    return out.getvalue().decode()


def _heights(units: int, n_beside: int, row: int) -> list[float]:
    """Return the heights of a layer's nodes, a gap in the middle where some are left out."""
    shown = min(units, max(2, MOST_NODES // n_beside))
    steps = np.linspace(-1, 1, MOST_NODES)
    middle = [steps[(MOST_NODES - shown) // 2 + at] for at in range(shown)]
    if shown < units:
        middle = [y - 0.08 if at < shown // 2 else y + 0.08 for at, y in enumerate(middle)]
    center, span = (0.0, 1.0) if n_beside == 1 else ((2 * row + 1) / n_beside - 1, 0.8 / n_beside)
    return [center + span * float(y) for y in middle]


def _level(axes: "Axes", rate: float | None, name: str, style: str) -> None:
    if rate is not None:
        axes.axhline(100 * rate, color=MUTED, linewidth=1, linestyle=style)
        axes.annotate(name, (1, 100 * rate), xycoords=("axes fraction", "data"), ha="right", fontsize=8, color=MUTED,
                      xytext=(0, 2), textcoords="offset points")  # fmt: skip


@contextmanager
def _drawn(width: float, height: float, form: Format = "svg") -> "Iterator[tuple[Figure, io.BytesIO]]":
    """Yield a figure of that size in inches to draw on, and where it is then saved."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    out, metadata = io.BytesIO(), dict[str, Any]({"Date": None, "Creator": None} if form == "svg" else {})
    # Names may hold letters that its own font has not: a browser has others.
    with _one_at_a_time, rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, out
        figure.savefig(out, format=form, metadata=metadata, facecolor="white" if form == "png" else "none")
