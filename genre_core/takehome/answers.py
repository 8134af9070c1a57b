"""Answers for new tracks as a table, and that as CSV or Parquet."""

import io
from typing import Any

import numpy as np

from genre_core.judging.predicting.answers import Answers
from genre_core.takehome.escaping import as_csv

UNKNOWN = "don't know"
FORMS = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}
"""Endings of the files that answers are written to, with their media types."""


def answer_table(answers: Answers, threshold: float = 0.0) -> Any:
    """Return an Arrow table with a row for each track.

    An answer that there is not is empty, and its probabilities are missing.
    """
    import pyarrow as pa

    columns = {
        "track": pa.array(answers.names, pa.string()),
        "answer": _said(answers, threshold),
        "confidence": _shares(answers.confidence),
    }
    for number, genre in enumerate(answers.genres):
        columns[f"P({genre})"] = _shares(answers.probabilities[:, number])
    if answers.sets is not None:
        columns["prediction set"] = pa.array(_sets(answers), pa.string())
    if answers.labels:
        columns["genre"] = pa.array(answers.labels, pa.string())
    if (answers.n_rows > 1).any():
        columns["rows"] = pa.array(answers.n_rows)
    columns["note"] = pa.array(answers.notes, pa.string())
    return pa.table(columns)


def with_threshold(table: Any, answers: Answers, threshold: float) -> Any:
    """Return a table of answers in which those that are less sure than a threshold say that it does not know."""
    return table.set_column(table.column_names.index("answer"), "answer", _said(answers, threshold))


def written(table: Any, ending: str) -> bytes:
    """Return a table of answers in the form of a file's ending, one of `FORMS`."""
    from pyarrow import parquet

    if ending == ".csv":
        return as_csv(table.to_pydict()).encode()
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _said(answers: Answers, threshold: float) -> Any:
    """Return the answer for each track (n,)."""
    import pyarrow as pa

    said = np.array(answers.genres, dtype=object)[answers.likeliest]
    said[~answers.known(threshold)] = UNKNOWN
    said[~answers.answered] = ""
    return pa.array(said, pa.string())


def _shares(shares: "np.ndarray[Any, Any]") -> Any:
    """Return probabilities as they are written, missing where there is none."""
    import pyarrow as pa

    return pa.array(shares.round(6), pa.float64(), from_pandas=True)


def _sets(answers: Answers) -> Any:
    """Return the genres that remain possible (n,) as text; each combination of them is written once."""
    assert answers.sets is not None
    patterns, which = np.unique(answers.sets, axis=0, return_inverse=True)
    genres = np.array(answers.genres, dtype=object)
    return np.array([" | ".join(genres[pattern]) for pattern in patterns], dtype=object)[which.ravel()]
