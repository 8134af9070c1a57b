"""Losses of a table are told, and mended in one click: words and codes among numbers, rows and genres."""

import math

import numpy as np
import pytest

from genre_core.data.dataset import Dataset
from genre_core.data.sources.table import inspect
from genre_core.data.tables.how import How
from genre_core.data.tables.reading import read_table
from genre_core.errors import DataError
from genre_core.inspection.remedies import Remedy, remedies
from genre_core.inspection.warnings import Finding, findings
from genre_core.settings.config import TableConfig
from genre_core.settings.names import configure
from tests.test_table import load_text

N = 60


def rows(*columns: str, odd: dict[int, str] | None = None, genres: tuple[str, ...] = ("rock", "jazz")) -> str:
    """Write tracks with numbers `a`, and `b` that is odd in some rows."""
    lines = ["genre,a,b"]
    for i in range(N):
        b = (odd or {}).get(i, f"{i % 11 + 1}")
        lines.append(f"{genres[i // 2 % len(genres)]},{i % 7 / 3},{b}")
    return "\n".join(lines)


def told(dataset: Dataset, kind: str) -> Finding:
    (finding,) = [finding for finding in findings(dataset) if finding.kind == kind]
    return finding


def ways(dataset: Dataset, kind: str, **data: str) -> tuple[Remedy, ...]:
    config = configure({"data.source": "table", "data.table": "ab" * 32} | {f"data.{k}": v for k, v in data.items()})
    return remedies(told(dataset, kind), config, dataset, len(dataset))


@pytest.mark.parametrize("form", ["({0})", "{0}-", "[-{0}]", "tensor(-{0})", "-{0}e0", "-{0}×10^0", "-{0}D+00", "−{0}"])
def test_numbers_are_the_same_however_they_are_written(form: str) -> None:
    numbers = [1.5 + i % 11 for i in range(N)]
    text = rows(odd={i: form.format(number) for i, number in enumerate(numbers)})
    assert load_text(text).X[:, 1].tolist() == [-number for number in numbers]


def test_values_far_out_that_are_one_number_are_missing_in_one_click() -> None:
    ways_out = ways(load_text(rows(odd=dict.fromkeys((3, 30), "9999.5"))), "outliers", codes="a=9")
    assert Remedy("Treat 9999.5 as missing", {"data.codes": "a=9,b=9999.5"}) in ways_out
    assert not any(way.values for way in ways(load_text(rows(odd={3: "9999.5"})), "outliers"))


def test_a_column_with_many_words_is_used_without_them_in_one_click() -> None:
    text = rows(odd=dict.fromkeys(range(0, N, 4), "loud"))
    dataset = load_text(text)
    assert dataset.features == ("a",)
    (way,) = ways(dataset, "read in part")
    assert way == Remedy("Use b, these values as missing", take=("b",))
    mended = load_text(text, taken="b")
    assert mended.features == ("a", "b")
    assert told(mended, "read in part").sentence == (
        "b: 15 values are no numbers and count as missing: the first is “loud” in row 1."
    )


def test_rows_and_genres_that_are_lost_are_findings() -> None:
    text = rows(genres=("rock", "jazz", "soul")).splitlines()
    for i in range(1, N + 1):
        genre = text[i].split(",")[0]
        text[i] = {"soul": "soul,,"}.get(genre, text[i])
    text[1], text[2] = "NA,1,2", ",1,2"
    lost = {finding.sentence for finding in findings(load_text("\n".join([*text, "jazz,1", "jazz,1,2,3"])))}
    assert {
        "2 ragged rows left out: more or fewer values than columns, the first is row 61, “jazz,1” with 2 values.",
        "No row of the genre soul is left: fill in values, or train without it.",
        "20 rows left out: every feature is missing. The first is row 5.",
        "genre: 2 rows have no genre, the first is row 1, of which 1 says “NA”.",
    } <= lost


def test_what_a_person_chose_to_leave_out_is_not_lost() -> None:
    text = rows(odd={3: ""}, genres=("rock", "jazz", "soul"))
    assert load_text(text, missing="drop", genres="rock,jazz").lost == ()


def test_one_genre_in_two_unicode_forms_is_told() -> None:
    dataset = load_text(rows(genres=("Forró", "Forro\u0301", "jazz")))
    assert dataset.genres == ("Forró", "jazz")
    assert told(dataset, "read in part").sentence == (
        "genre: “Forró” is written in two Unicode forms that look the same, which count as one genre."
    )


def test_a_genre_that_may_mean_that_none_is_known_is_told() -> None:
    text = rows(genres=("rock", "jazz"))
    dataset = load_text(f"{text}\n{text.splitlines()[1].replace('rock', 'unknown')}")
    assert told(dataset, "read in part").sentence == (
        "genre: “unknown” counts as a genre in 1 row: leave it out if it means that none is known."
    )


def test_the_largest_number_there_is_counts_as_missing_by_a_finding_that_names_the_column() -> None:
    dataset = load_text(rows(odd={3: "1.7976931348623157e+308"}))
    assert told(dataset, "left out").sentence == ("1 infinite value taken as missing, in b. It is 1.798e+308 in row 4.")


def mended(text: str, kind: str) -> Dataset:
    """Return the data after the only click that a finding offers for rows that were lost."""
    (way,) = ways(load_text(text), kind)
    settings = {name.removeprefix("data."): value for name, value in way.values.items()}
    reading = read_table([("table.csv", text.encode())], How(**way.read))
    dataset = inspect(reading.parquet, TableConfig.model_validate(settings)).dataset
    assert dataset is not None
    return dataset


def test_ragged_rows_are_read_too_by_one_click() -> None:
    text = rows() + "\njazz,1\njazz,1,2,3"
    dataset = mended(text, "rows left out")
    assert len(dataset) == N + 2
    assert dataset.X[-2:].ravel().tolist() == pytest.approx([1, math.nan, 1, 2], nan_ok=True)
    assert not [finding for finding in findings(dataset) if finding.kind == "rows left out"]


def test_rows_that_one_of_two_files_lacks_are_kept_by_choice() -> None:
    files = [
        ("a.csv", ("file,x,genre\n" + "".join(f"{i}.mp3,{i % 7},{'ab'[i % 2]}\n" for i in range(30))).encode()),
        ("b.csv", ("file,y\n" + "".join(f"{i}.mp3,{i % 5}\n" for i in range(3, 40))).encode()),
    ]
    said = (
        "3 rows of a.csv and 10 rows of b.csv left out: the other file has no such file, the first is 0.mp3 in row 1."
    )
    assert said in read_table(files).notes
    kept = read_table(files, How(keep_rows=True))
    assert kept.n_rows == 40
    assert inspect(kept.parquet).dataset.counts.sum() == 30  # type: ignore[union-attr]
    assert How.from_json(How(keep_rows=True, missing=("x",)).to_json()) == How(keep_rows=True, missing=("x",))
    assert "keep_rows" not in How(encoding="utf-8").to_json()


def test_rows_without_values_are_kept_by_one_click() -> None:
    dataset = mended(rows().replace("rock,0.0,1\n", "rock,,\n", 1), "rows without values")
    assert (len(dataset), bool(np.isnan(dataset.X[0]).all())) == (N, True)


def test_rows_without_a_genre_are_a_genre_of_their_own_by_one_click() -> None:
    text = rows(genres=("rock", "jazz", "", "null"))
    assert told(load_text(text), "rows without a genre").sentence == (
        "genre: 28 rows have no genre, the first is row 5, of which 14 say “null”."
    )
    assert mended(text, "rows without a genre").genres == ("jazz", "no genre", "null", "rock")
    with pytest.raises(DataError, match=r"holds one genre, rock: at least two are needed\. 30 rows have no genre"):
        load_text(rows(genres=("rock", "null")))
    assert load_text(rows(genres=("rock", "null")), unlabeled="keep").genres == ("null", "rock")
