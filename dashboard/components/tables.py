"""Table twins of a run's charts: every epoch's numbers and the confusion counts, to read and to take away."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.table import table
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.store.schema import Epoch

ROWS_SHOWN = 8

_EPOCH_COLUMNS = {
    "epoch": ("Epoch", "%d"),
    "train_loss": ("Train loss (nats)", "%.4f"),
    "validation_loss": ("Validation loss (nats)", "%.4f"),
    "train_accuracy": ("Train accuracy", "percent"),
    "validation_accuracy": ("Validation accuracy", "percent"),
    "learning_rate": ("Learning rate", "%.3g"),
    "seconds": ("Seconds", "%.3f"),
}


def epoch_columns(epochs: Sequence[Epoch]) -> Columns:
    """Return the numbers of all epochs by column; accuracies in [0, 1]."""
    return {name: [getattr(epoch, name) for epoch in epochs] for name in _EPOCH_COLUMNS}


def matrix_columns(matrix: ConfusionMatrix) -> Columns:
    """Return confusion counts by column: the true genre, then one column for each genre that tracks are taken for."""
    taken = {f"taken for {genre}": matrix.counts[:, j].tolist() for j, genre in enumerate(matrix.genres)}
    return {"true genre": list(matrix.genres), **taken}


def epoch_table(epochs: Sequence[Epoch], key: str, file_name: str) -> None:
    """Draw the table of epochs, and a button that downloads it."""
    titles = {name: st.column_config.NumberColumn(title, format=form) for name, (title, form) in _EPOCH_COLUMNS.items()}
    _table(epoch_columns(epochs), key, file_name, "Epochs as CSV", titles)


def matrix_table(matrix: ConfusionMatrix, key: str, file_name: str) -> None:
    """Draw the confusion counts as a plain table, and a button that downloads it."""
    _table(matrix_columns(matrix), key, file_name, "Matrix as CSV", {})


def _table(columns: Columns, key: str, file_name: str, label: str, titles: dict[str, Any]) -> None:
    import pyarrow as pa

    n = len(next(iter(columns.values())))
    table(
        pa.table(columns),
        key,
        label.removesuffix(" as CSV"),
        n=n,
        file=None,
        most=ROWS_SHOWN,
        row_height=35,
        columns=titles,
    )
    csv_download(columns, file_name, key, label)
