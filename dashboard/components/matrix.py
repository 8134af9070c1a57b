"""The confusion matrix: one accessible grid whose cells can be picked; the address owns what is picked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from dashboard.theme import ACCENT, MUTED, OTHER, RIGHT, TWINS, WRONG
from genre_core.evaluation.confusion import ConfusionMatrix, Normalization

HERE = Path(__file__).parent

DIGITS = 6
"""As many as keep what is rounded again, to a tenth of a per cent, on its side."""

SCRIPTS = ("matrix_words.js", "matrix_cells.js", "matrix_draw.js", "matrix_selection.js", "matrix_keys.js", "matrix.js")
Compared = Literal["model", "limit", "difference"]

_mount = st.components.v2.component(
    "genre_lab_matrix",
    css=HERE.joinpath("matrix.css").read_text(encoding="utf-8"),
    js="\n".join(HERE.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS),
)


@dataclass(frozen=True)
class MatrixView:
    """What the matrix shows: counts, rates and intervals by one normalisation, as plain data.

    Rows are true genres, columns predicted ones. `rates` are shares of the true genre where counts are shown, None
    where there is nothing to take a share of; `recalls` and `precisions` are (rate, low, high) per genre. `versus`
    names the two runs of a difference; None: this model and the best possible. With `held` the counts, rates and
    intervals (k, k + 1) have a last column for tracks without an answer, and `precisions` their share of all.
    """

    genres: tuple[str, ...]
    counts: list[list[int]]
    by: Normalization
    rates: list[list[float | None]]
    intervals: list[list[tuple[float, float] | None]]
    recalls: list[tuple[float, float, float] | None]
    precisions: list[tuple[float, float, float] | None]
    nouns: str = "tracks"
    compare: Compared = "model"
    members: list[list[int]] | None = None
    blocks: tuple[int, ...] = ()
    others: list[list[int]] | None = None
    versus: tuple[str, str] | None = None
    noise: list[list[bool]] | None = None
    hide: bool = False
    held: bool = False


def matrix_view(confusion: ConfusionMatrix, by: Normalization = "count", *, nouns: str = "tracks") -> MatrixView:
    """Return what the matrix shows of a confusion matrix; `nouns` says what is counted ("test tracks").

    With many genres and grouped tracks the intervals take a moment: keep the result in a cache.
    """
    share: Normalization = "true" if by == "count" else by
    rates = confusion.normalized(share)
    k = len(confusion.genres)
    return MatrixView(
        genres=confusion.genres,
        counts=confusion.counts.tolist(),
        by=by,
        rates=[[_rounded(rate) for rate in row] for row in rates.tolist()],
        intervals=[[_limits(confusion, i, j, share, rates[i, j]) for j in range(k)] for i in range(k)],
        recalls=[_margin(confusion, i, "true") for i in range(k)],
        precisions=[_margin(confusion, i, "predicted") for i in range(k)],
        nouns=nouns,
    )


def live_view(confusion: ConfusionMatrix, *, nouns: str = "validation tracks") -> MatrixView:
    """Return the counts alone, without intervals: quick enough to be drawn at every epoch."""
    rates = [[_rounded(rate) for rate in row] for row in confusion.normalized("true").tolist()]
    k = len(confusion.genres)
    none: list[tuple[float, float, float] | None] = [None] * k
    return MatrixView(
        confusion.genres, confusion.counts.tolist(), "count", rates, [[None] * k] * k, none, none, nouns=nouns
    )


def matrix(
    view: MatrixView | Mapping[str, Any],
    key: str,
    *,
    selected: str = "",
    on_pick: Callable[[], None] | None = None,
    on_row: Callable[[int], None] | None = None,
    compact: bool = False,
    label: str = "Confusion matrix",
    note: str = "",
    said: str = "",
    live: str = "",
) -> None:
    """Draw the confusion matrix; with `on_pick` its cells, rows and columns can be chosen by mouse, touch and keyboard.

    `on_pick` reads `picked(key)` and writes the address; the page passes back what the address says as `selected`, and
    what is said of it, which screen readers hear. `note` stands over the matrix. `compact` is small, without margins;
    with `live`, the name of its part, it follows a run. Without `on_pick`, `on_row` is called with the genre whose row
    header was pressed.
    """
    data = {
        "view": view.__dict__ if isinstance(view, MatrixView) else view,
        "selected": selected,
        "seq": _last_pick(key).get("seq", 0),
        "pickable": on_pick is not None,
        "compact": compact,
        "label": label,
        "note": note,
        "said": said,
        "live": live,
        "byRow": on_row is not None,
        "hues": [[colour, TWINS[colour]] for colour in (RIGHT, WRONG, OTHER, ACCENT, MUTED)],
    }
    if on_row is not None:
        _mount(key=key, data=data, on_row_change=lambda: on_row(int(st.session_state[key]["row"]["genre"])))
        return
    if on_pick is None:
        _mount(key=key, data=data)
        return

    def pick() -> None:
        st.session_state[f"{key} pick"] = dict(st.session_state[key]["pick"])
        on_pick()

    _mount(key=key, data=data, on_pick_change=pick)


def picked(key: str) -> str | None:
    """Return what was just chosen, as the address writes it, None if nothing is; for use within `on_pick`."""
    return _last_pick(key).get("cell") or None


def _last_pick(key: str) -> dict[str, Any]:
    pick: dict[str, Any] = st.session_state.get(f"{key} pick", {})
    return pick


def _rounded(rate: float) -> float | None:
    return None if rate != rate else round(rate, DIGITS)


def _limits(confusion: ConfusionMatrix, i: int, j: int, by: Normalization, rate: float) -> tuple[float, float] | None:
    if rate != rate:
        return None
    interval = confusion.interval(i, j, by)
    return round(interval.low, DIGITS), round(interval.high, DIGITS)


def _margin(confusion: ConfusionMatrix, i: int, by: Normalization) -> tuple[float, float, float] | None:
    rate = float(confusion.normalized(by)[i, i])
    limits = _limits(confusion, i, i, by, rate)
    return None if limits is None else (round(rate, DIGITS), *limits)
