"""The confusion matrix: one accessible grid whose cells can be picked; the address owns what is picked."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.components.picture import pictured
from dashboard.figures.matrix import MatrixView
from dashboard.theme import ACCENT, MUTED, OTHER, RIGHT, TWINS, WRONG

SCRIPTS = (
    "matrix_words.js",
    "matrix_cells.js",
    "matrix_draw.js",
    "matrix_selection.js",
    "matrix_keys.js",
    "matrix_picture.js",
)

_mount = pictured(__file__, *SCRIPTS)


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
        "file": "confusion matrix" if key == "matrix" else key,
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
    return st.session_state.get(f"{key} pick", {})
