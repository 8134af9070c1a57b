"""Answers as a table: its columns, and that as CSV or Parquet."""

import io
from typing import Any

import numpy as np

from genre_core.judging.predicting.answers import Answers
from genre_core.takehome.escaping import as_csv

UNKNOWN = "don't know"
Columns = dict[str, list[Any]]


def answer_columns(answers: Answers, threshold: float = 0.0) -> Columns:
    """Return the columns of a table with a row for each track; below the threshold, the answer is that it is unknown.

    An answer that there is not is empty, and so is its probability (None).
    """
    known, answered = answers.known(threshold), answers.answered
    said = [
        (answers.genres[genre] if is_known else UNKNOWN) if is_answered else ""
        for genre, is_known, is_answered in zip(
            answers.likeliest.tolist(), known.tolist(), answered.tolist(), strict=True
        )
    ]
    columns: Columns = {"track": list(answers.names), "answer": said, "confidence": _rounded(answers.confidence)}
    for number, genre in enumerate(answers.genres):
        columns[f"P({genre})"] = _rounded(answers.probabilities[:, number])
    if answers.sets is not None:
        columns["prediction set"] = _sets(answers)
    if answers.labels:
        columns["genre"] = list(answers.labels)
    if (answers.n_rows > 1).any():
        columns["rows"] = answers.n_rows.tolist()
    columns["note"] = list(answers.notes)
    return columns


def as_parquet(answers: Answers, threshold: float = 0.0) -> bytes:
    """Return the same table as Parquet."""
    import pyarrow as pa
    from pyarrow import parquet

    buffer = io.BytesIO()
    numeric = {"confidence", *(f"P({genre})" for genre in answers.genres)}
    columns = answer_columns(answers, threshold)
    arrays = [pa.array(values, pa.float64() if name in numeric else None) for name, values in columns.items()]
    parquet.write_table(pa.table(arrays, names=list(columns)), buffer, compression="zstd")
    return buffer.getvalue()


def written(answers: Answers, threshold: float, ending: str) -> bytes:
    """Return the table in the form of a file's ending: `.csv` or `.parquet`."""
    return (
        as_parquet(answers, threshold) if ending == ".parquet" else as_csv(answer_columns(answers, threshold)).encode()
    )


def _rounded(shares: "np.ndarray[Any, Any]") -> list[float | None]:
    """Return probabilities as they are written; None where there is none."""
    return [None if share != share else share for share in shares.round(6).tolist()]


def _sets(answers: Answers) -> list[str]:
    """Return the genres that remain possible, as text; each combination of them is written once."""
    assert answers.sets is not None
    patterns, which = np.unique(answers.sets, axis=0, return_inverse=True)
    genres = np.array(answers.genres, dtype=object)
    texts = [" | ".join(genres[pattern]) for pattern in patterns]
    return [texts[at] for at in which.ravel().tolist()]
