"""The table twin of the matrix: the same genres in the same order, counted or shared as the matrix is."""

import streamlit as st

from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.folded import folded
from dashboard.components.table import table
from dashboard.figures.matrix import MatrixView

ROWS_SHOWN = 11
NOT_ANSWERED = "not answered"


def view_columns(view: MatrixView) -> Columns:
    """Return what a matrix shows by column: the true genre, then one column per predicted one; shares in [0, 1]."""
    counted = view.by == "count" and view.compare != "difference"
    values = view.counts if counted else view.rates
    taken = {f"taken for {genre}": [row[j] for row in values] for j, genre in enumerate(view.genres)}
    found: Columns = {"true genre": list(view.genres), **taken}
    if view.held:
        found[NOT_ANSWERED] = [row[-1] for row in values]
    if view.compare != "difference":
        found["tracks"] = [sum(row) for row in view.counts]
        found["right" if view.held else "recall"] = [None if recall is None else recall[0] for recall in view.recalls]
    return found


def view_table(view: MatrixView, name: str, file_name: str) -> None:
    """Draw the matrix as a plain table, folded, and a button that downloads it; its widgets are called by its name."""
    folded("The matrix as a table", f"{name} as a table", _table, view, f"{name} table", file_name)


def _table(view: MatrixView, key: str, file_name: str) -> None:
    columns = view_columns(view)
    cells = [name for name in columns if name.startswith("taken for") or name == NOT_ANSWERED]
    shares = [*(cells if view.by != "count" else ()), *(name for name in ("recall", "right") if name in columns)]
    shown = {
        name: [None if value is None else 100 * value for value in values] if name in shares else values
        for name, values in columns.items()
    }
    sign = "%+.1f" if view.compare == "difference" else "%.1f %%"
    titles = {name: st.column_config.NumberColumn(format=sign) for name in shares}
    alt, k = f"The confusion matrix of the {view.nouns} as a table.", len(view.genres)
    table(shown, key, alt, n=k, file=None, most=ROWS_SHOWN, row_height=35, columns=titles)
    csv_download(columns, file_name, key, "Matrix as CSV")
