"""Losses of a table are told, and mended in one click: words and codes among numbers, rows and genres."""

from dashboard.views.data.remedies import Remedy, remedies
from genre_core.data.dataset import Dataset
from genre_core.inspection.warnings import Finding, findings
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
        "20 rows left out: every feature is missing.",
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


def test_the_largest_number_there_is_counts_as_missing_by_a_finding_that_names_the_column() -> None:
    dataset = load_text(rows(odd={3: "1.7976931348623157e+308"}))
    assert told(dataset, "left out").sentence == "1 infinite value taken as missing, in b."
