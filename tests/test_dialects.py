"""Tables in any dialect: the same numbers come back, or a refusal, or a value that is told to be missing."""

import csv
import io
import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from genre_core.data.dataset import Dataset
from genre_core.data.sources.table import inspect
from genre_core.data.tables.how import How, sign
from genre_core.data.tables.reading import read_table
from genre_core.errors import DataError

N_ROWS = 24


@dataclass(frozen=True)
class Dialect:
    """How a program or a person writes numbers into a text table."""

    separator: str
    decimal: str
    thousands: str
    digits: int
    minus: str
    missing: str
    encoding: str
    end: str

    def number(self, value: float) -> str:
        """Write a number, in quotation marks where it needs them."""
        if math.isnan(value):
            return self.missing
        whole, _, decimals = f"{abs(value):,.{self.digits}f}".partition(".")
        text = whole.replace(",", self.thousands) + (self.decimal + decimals if decimals else "")
        text = (self.minus if value < 0 and float(f"{value:.{self.digits}f}") else "") + text
        return f'"{text}"' if self.separator in text or (self.separator == " " and " " in text) else text

    def write(self, columns: dict[str, list[float]], genres: list[str]) -> bytes:
        """Write a table."""
        lines = [self.separator.join(["file", *columns, "genre"])]
        for i, (*values, genre) in enumerate(zip(*columns.values(), genres, strict=True)):
            lines.append(self.separator.join([f"t{i}.mp3", *map(self.number, values), genre]))
        return (self.end.join(lines) + self.end).encode(self.encoding)


dialects = st.builds(
    Dialect,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["", ",", ".", " ", "'", "\u202f", "\u00a0"]),
    st.integers(0, 4),
    st.sampled_from(["-", "−"]),
    st.sampled_from(["", "NA", "?", "(null)", "#DIV/0!"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
).filter(lambda dialect: dialect.decimal != dialect.thousands)
sizes = st.sampled_from([1.0, 30.0, 2000.0, 5e6])
column = st.tuples(sizes, st.booleans(), st.booleans(), st.integers(0, 2**32 - 1))


def values_of(size: float, is_signed: bool, has_gaps: bool, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    found = rng.uniform(-size if is_signed else size / 5, size, N_ROWS)
    return [math.nan if has_gaps and i % 7 == 3 else float(value) for i, value in enumerate(found)]


def read_back(data: bytes, how: How | None = None) -> Dataset | None:
    """Return what is read of a table; None where it is refused."""
    try:
        reading = read_table([("table.csv", data)], *([how] if how else []))
        return inspect(reading.parquet).dataset
    except DataError:
        return None


@given(dialects, st.lists(column, min_size=3, max_size=5))
def test_the_same_numbers_come_back_or_a_refusal_never_other_numbers(dialect: Dialect, made: list) -> None:
    columns = {f"f{i}": values_of(*one) for i, one in enumerate(made)}
    genres = [("rock", "jazz")[i // 2 % 2] for i in range(N_ROWS)]
    dataset = read_back(dialect.write(columns, genres))
    if dataset is None:
        return
    told = {c.name for c in dataset.columns if c.problem or c.role != "feature"}
    rows = [int(name[1:-4]) for name in dataset.tracks]
    assert [dataset.genres[g] for g in dataset.y] == [genres[row] for row in rows]
    for name, written in columns.items():
        if name in told:
            continue
        for row, found in zip(rows, dataset.X[:, dataset.features.index(name)], strict=True):
            wanted = float(f"{written[row]:.{dialect.digits}f}")
            assert found == wanted or (math.isnan(found) and math.isnan(wanted)), (dialect, name, wanted, found)


NAMES = (
    *("rock", "jazz", "Hip-Hop", "R&B, Soul", 'the "blues"', "Forró", "民谣", "Δημοτικά", "джаз", "<b>pop</b>", "a'b"),
    *("drum; bass", "NA", "None", "0", "12", "01", "2019-01-01", "=1+1", "n" * 100, "x y", "1,5", "#metal", "it|s"),
)
WORDS = ("", "a song", "one, two", 'say "hi"', "line\nbreak", "naïve", "NA", "12", "-", "; ")


@given(
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True).filter(
        lambda names: {*names} - {"NA", "None"}
    ),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["", "numbers", "names"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.lists(st.integers(0, N_ROWS - 1), max_size=4),
)
@example(["01", "12"], [""], ",", csv.QUOTE_MINIMAL, "", "utf-8", [])
@example(["NA", "rock"], ["NA"], ";", csv.QUOTE_ALL, "names", "utf-16", [3])
def test_the_same_genres_come_back_whatever_they_are_called(
    names: list[str], words: list[str], separator: str, quoting: int, row_names: str, encoding: str, gaps: list[int]
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerow([*([""] if row_names else []), "file", "tempo", "rms", "comment", "genre"])
    genres = [names[i // 2 % len(names)] for i in range(N_ROWS)]
    for i, genre in enumerate(genres):
        tempo = "" if i in gaps else 100 + i * 37 % 23 + 0.25
        own = {"numbers": [i + 1], "names": [f"r{i}"]}.get(row_names, [])
        writer.writerow([*own, f"t{i}.mp3", tempo, i * 13 % 7 + 0.5, words[i % len(words)], genre])
    dataset = read_back(text.getvalue().encode(encoding))
    assert dataset is not None
    assert dataset.features[:2] == ("tempo", "rms")
    assert dataset.tracks == tuple(f"t{i}.mp3" for i in range(N_ROWS))
    assert [dataset.genres[genre] for genre in dataset.y] == genres
    assert {int(row) for row in np.flatnonzero(np.isnan(dataset.X[:, 0]))} == {*gaps}


def table(*cells: str, separator: str = ";", header: str = "genre;a;b") -> bytes:
    """Write 20 rows of two genres, of which the cells of `a` repeat."""
    rows = (separator.join([("rock", "jazz")[i // 2 % 2], cells[i % len(cells)], f"{i % 7 + 1}"]) for i in range(20))
    return "\n".join([header.replace(";", separator), *rows]).encode()


def first(data: bytes, n: int = 2, **said: object) -> list[float]:
    """Return the first values of the feature `a`, read as somebody said."""
    dataset = read_back(data, How(**said))  # type: ignore[arg-type]
    assert dataset is not None
    return dataset.X[:n, dataset.features.index("a")].tolist()


def test_what_a_person_says_of_numbers_holds_where_they_can_be_read_both_ways() -> None:
    both = table("1.412", "2.071")
    assert read_back(both).columns[1].problem.startswith("Numbers such as 1,234 can mean a thousand")  # type: ignore[union-attr]
    assert first(both, decimal=".") == [1.412, 2.071]
    assert first(both, decimal=",") == first(both, thousands=".") == [1412, 2071]
    assert first(table('"1,412"', '"2,071"', separator=","), decimal=",") == [1.412, 2.071]
    grouped = table("1.412,5", "700,25", "701,5")
    assert first(grouped, 3) == [1412.5, 700.25, 701.5]
    assert "a" not in read_back(grouped, How(thousands="none")).features  # type: ignore[union-attr]


def test_separator_encoding_header_and_spellings_of_missing_are_as_somebody_says() -> None:
    for odd, word in (("999.0", "999"), ("oops", "oops")):
        found = first(table("1.5", odd, "2.5", separator="|"), 3, separator="|", missing=(word,))
        assert found == pytest.approx([1.5, math.nan, 2.5], nan_ok=True)
    dataset = read_back(b"x;y;z\n" + table("1.5", "2.5"), How(header=2))
    assert dataset is not None
    assert dataset.features == ("a", "b")
    reading = read_table([("t.csv", table("1.5").partition(b"\n")[2])], How(header=0))
    assert [c.name for c in inspect(reading.parquet).dataset.columns] == ["column 1", "column 2", "column 3"]  # type: ignore[union-attr]
    cyrillic = table("1.5").replace(b"jazz", "джаз".encode("koi8-r"))
    assert read_back(cyrillic, How(encoding="koi8-r")).genres == ("rock", "джаз")  # type: ignore[union-attr]


def test_a_file_that_is_read_otherwise_is_another_table_and_says_how() -> None:
    files = [("t.csv", table("1.412", "2.071"))]
    otherwise = How(encoding="utf-8", separator=";", thousands=".", header=1, missing=("x", "-1"))
    usual, other = read_table(files), read_table(files, otherwise)
    assert usual.content_hash != other.content_hash
    assert other.notes[-1] == (
        "Read as you chose: as utf-8; semicolons between columns; commas before decimals; points between thousands; "
        "the header in row 1; “x”, “-1” as missing."
    )
    assert read_table(files, How()) == usual


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"encoding": "klingon"}, "“klingon” is no encoding: choose one such as utf-8"),
        ({"separator": "x"}, "“x” is no separator that is read: choose one of ,, ;, tab, |, blank, ^, ~, :, ctrl-a."),
        ({"decimal": ",", "thousands": ","}, "“,” cannot stand before decimals and between thousands"),
        ({"header": 5000}, "a number from 0 to 1,000"),
        ({"header": 900}, "t.csv has 21 rows, so none is the header's 900."),
        ({"encoding": "utf-8"}, "t.csv is not utf-8: choose another encoding"),
    ],
)
def test_what_cannot_be_said_of_a_file_is_refused_in_one_sentence(said: dict, words: str) -> None:
    with pytest.raises(DataError) as raised:
        read_table([("t.csv", table("1.5").replace(b"jazz", b"j\xe9"))], How(**said))
    assert words in str(raised.value)


def test_signs_have_names() -> None:
    assert [sign(text) for text in ("tab", "Blank", "Ctrl-A", ";")] == ["\t", " ", "\x01", ";"]


def test_joined_files_that_write_numbers_in_two_ways_leave_open_what_can_be_read_both_ways() -> None:
    german = b"file;a;b\n" + b"".join(b"%d.mp3;1.%d;0,%d\n" % (i, 400 + i, i + 1) for i in range(20))
    english = b"file;c;genre\n" + b"".join(b"%d.mp3;0.%d;%b\n" % (i, i + 1, (b"x", b"y")[i % 2]) for i in range(20))
    dataset = inspect(read_table([("a.csv", german), ("b.csv", english)]).parquet).dataset
    assert dataset is not None
    problems = {column.name: column.problem for column in dataset.columns}
    assert problems["a"].startswith("Numbers such as 1,234")
    assert not problems["c"]
