"""Real tables as they look: one case for each way in which people save them, from the bytes to a data set.

A case is a file, what may be chosen about it, and what must come of it: what the data set is, and the words of a note,
of a column's reason or of a finding; or the words of the sentence that refuses it.
"""

import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from openpyxl import Workbook
from pyarrow import feather, parquet

from genre_core.data.dataset import Dataset
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError
from genre_core.inspection.warnings import findings
from genre_core.settings.config import SplitConfig
from tests.test_table import load_bytes

N_ROWS = 120
WRITTEN = Path(__file__).parents[1] / ".github" / "tables.md"
GENRES = (b"Jazz", b"Rock")
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"5c" * 32 + b"\nsize 1107270\n"


def rows(header: str, row: str, n: int = N_ROWS, *, first: str = "", end: str = "\n", seed: int = 5) -> bytes:
    """Write a table: in a row, {i} is its number, {t} that of its track of three, G its genre, # a code, ~ a number."""
    rng = Random(seed)
    lines = [header]
    for i in range(n):
        line = (first if first and i == 0 else row).replace("{i}", str(i)).replace("{t}", f"{i // 3:05d}")
        line = line.replace("G", ("Jazz", "Rock")[i // 3 % 2]).replace("#", str(i // 3 % 2))
        while "~" in line:
            line = line.replace("~", f"{rng.gauss(0, 1):.4f}", 1)
        lines.append(line)
    return (end.join(lines) + end).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f"./data/{name}.csv")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def of_hugging_face() -> bytes:
    """Write a Parquet file whose genres are numbers with their names beside them, of which -1 is none."""
    said = {"info": {"features": {"label": {"names": ["Jazz", "Rock"], "_type": "ClassLabel"}}}}
    columns = {
        "label": [-1, *(i // 3 % 2 for i in range(N_ROWS))],
        "tempo": [i * 37 % 101 / 3 for i in range(121)],
        "rms": [i * i / 3 for i in range(121)],
    }
    table = pa.table(columns).replace_schema_metadata({"huggingface": json.dumps(said)})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer)
    return buffer.getvalue()


def streamed() -> bytes:
    """Write a stream of Arrow's, as the cache of Hugging Face's data sets is."""
    table = pa.table(
        {
            "label": [("Jazz", "Rock")[i % 2] for i in range(N_ROWS)],
            "tempo": [i * 37 % 101 / 3 for i in range(N_ROWS)],
            "rms": [i * i / 3 for i in range(N_ROWS)],
        }
    )
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema) as stream:
        stream.write_table(table)
    return buffer.getvalue()


def workbook(table: bytes, **others: list[str]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, row in others.items():
        book.create_sheet(title).append(row)
    sheet = book.create_sheet("Features")
    sheet.append(["My features"])
    for line in table.decode().splitlines():
        sheet.append([float(cell) if "." in cell else cell for cell in line.split(",")])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def formulas() -> bytes:
    """Write a workbook with a column of formulas, beside which a program writes no values."""
    book = Workbook()
    book.active.append(["label", "tempo", "rms", "sum"])
    for i in range(N_ROWS):
        book.active.append([("Jazz", "Rock")[i % 2], i * 37 % 101 / 3, i * 53 % 97 / 7, f"=B{i + 2}+C{i + 2}"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def broken_feather() -> bytes:
    """Write a Feather file whose last text reaches far beyond its end."""
    buffer, ends = io.BytesIO(), struct.pack("<121i", *range(0, 484, 4))
    feather.write_feather(pa.table({"label": ["Jazz", "Rock"] * 60}), buffer, compression="uncompressed")
    assert ends in buffer.getvalue()
    return buffer.getvalue().replace(ends, ends[:-4] + struct.pack("<i", 10**9))


def broken_workbook() -> bytes:
    """Write a workbook whose first sheet cannot be unpacked."""
    data = sheets("Jazz")
    start = data.index(b"xl/worksheets/sheet1.xml") + 30
    return data[:start] + b"\xff" * 20 + data[start + 20 :]


def sheets(*titles: str, label: bool = False) -> bytes:
    """Write a workbook of sheets with the same columns, one of them of two lines a cell."""
    book = Workbook()
    book.remove(book.active)
    for n, title in enumerate(titles):
        sheet = book.create_sheet(title)
        sheet.append(["title", "tempo", "rms", *["label"] * label])
        for i in range(60):
            sheet.append(
                [f"Song\n{n}, {i}", (i + n) * 37 % 101 / 3, (i + n) * 53 % 97 / 7, *[("Jazz", "Rock")[i % 2]] * label]
            )
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def merged() -> bytes:
    """Write a workbook whose genres are merged cells, as are a title and two names of columns."""
    book = Workbook()
    sheet = book.active
    for row in (["My features"], ["label", "mfcc"], ["", "mean", "var"]):
        sheet.append(row)
    for i in range(N_ROWS):
        sheet.append([("Jazz", "Rock")[i // 60] if i % 60 == 0 else None, i * 37 % 101 / 3, i * 53 % 97 / 7])
    for cells in ("B2:C2", "A4:A63", "A64:A123"):
        sheet.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def marks() -> bytes:
    """Write tracks with a column of 0 and 1 for each genre."""
    return b"tempo,rms,Jazz,Rock\n" + rows("", "~,~,G")[1:].replace(b"Jazz", b"1,0").replace(b"Rock", b"0,1")


def both() -> bytes:
    """Write numbers that can be thousands or have decimals."""
    lines = (b"%b;1.%d;%d\n" % (GENRES[i // 3 % 2], 400 + i, i % 9) for i in range(N_ROWS))
    return b"label;tempo;rms\n" + b"".join(lines)


@dataclass(frozen=True)
class Case:
    """A file and what must come of it."""

    data: bytes
    n: int = N_ROWS
    genres: tuple[str, ...] = ("Jazz", "Rock")
    features: tuple[str, ...] = ("tempo", "rms")
    levels: Mapping[str, int] = field(default_factory=dict)
    said: str = ""
    config: Mapping[str, str] = field(default_factory=dict)


def lists(two: str, one: str) -> Case:
    """Return a table whose genres are lists as a program writes them, of `two` in its first half and of `one`."""
    return Case(
        rows("label,tempo,rms", f"{two},~,~", 60) + rows("", f"{one},~,~", 60, seed=6)[1:],
        genres=("Jazz", "Jazz|Pop", "Rock", "Rock|Pop"),
        said="several genres in one cell",
    )


def in_letters(first: str, second: str, encoding: str, said: str) -> Case:
    """Return a table whose two genres are written in another encoding than UTF-8."""
    text = rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", first).replace("Rock", second)
    return Case(text.encode(encoding), genres=tuple(sorted((first, second))), said=said)


CASES = {
    # the genre column: what it is called, where it stands, and what is in it
    "label last": Case(rows("tempo,rms,label", "~,~,G")),
    "genre first": Case(rows("genre,tempo,rms", "G,~,~"), said="Names the genre, by its name"),
    "genre_top in the middle": Case(rows("tempo,genre_top,rms", "~,G,~")),
    "music_genre": Case(rows("music_genre,tempo,rms", "G,~,~")),
    "genres as integers": Case(rows("label,tempo,rms", "#,~,~"), genres=("0", "1")),
    "genres as floats": Case(rows("label,tempo,rms", "#.0,~,~"), genres=("0", "1")),
    "hiphop beside Hip-Hop": Case(
        rows("genre,tempo,rms", "hiphop,~,~") + rows("", "Hip-Hop,~,~", seed=6)[1:],
        n=2 * N_ROWS,
        genres=("Hip-Hop", "hiphop"),
        said="Hip-Hop and hiphop look like one genre but are treated as different",
    ),
    "labels −1 and 1": Case(rows("label,tempo,rms", "#,~,~").replace(b"\n0,", b"\n-1,"), genres=("-1", "1")),
    "several genres in a cell": Case(
        rows("label,tempo,rms", "G|Pop,~,~", 60) + rows("", "G,~,~", 60, seed=6)[1:],
        genres=("Jazz", "Jazz|Pop", "Rock", "Rock|Pop"),
        said="several genres",
    ),
    "several genres with commas": Case(
        rows("label,tempo,rms", '"G, Rock",~,~', 60) + rows("", "G,~,~", 60, seed=6)[1:],
        genres=("Jazz", "Jazz, Rock", "Rock", "Rock, Rock"),
        said="several genres in one cell",
    ),
    "a list in a cell": lists("\"['G', 'Pop']\"", "['G']"),
    "a set in a cell": lists("\"{'G', 'Pop'}\"", "{'G'}"),
    "a list in a cell as NumPy writes it": lists("['G' 'Pop']", "['G']"),
    "genres as Python's bytes": Case(rows("label,tempo,rms", "b'G',~,~")),
    "genres in quotation marks of a book": Case(
        rows("label,tempo,rms", "“G”,~,~"),
        said="Its names stand in quotation marks, such as “Jazz”, which are removed."
    ),
    "the genre in single quotation marks": Case(
        rows("label,tempo,rms", "'G, live',~,~"),
        genres=("Jazz, live", "Rock, live"),
        said="Its cells are in single quotation marks, which are removed.",
    ),
    "a second genre of the same name": Case(
        rows("label,tempo,rms,label", "G,~,~,Rock", first="Jazz,~,~,Jazz"), said="label.2 does not agree with label"
    ),
    "genres as objects in a list": Case(rows("label;tempo;rms", "[{'genre_id': '#', 'genre_title': 'G'}];~;~")),
    "genres with codes of web pages": Case(
        rows("label,tempo,rms", "G,~,~").replace(b"Jazz", b"R&amp;B"),
        genres=("R&B", "Rock"),
        said="Codes of web pages, such as &amp;, are read as what they mean: &.",
    ),
    "genres with letters as web pages write them": Case(
        rows("label,tempo,rms", "G,~,~").replace(b"Jazz", b"caf&eacute;"),
        genres=("café", "Rock"),
        said="Codes of web pages"
    ),
    "several genres with &": Case(
        rows("label,tempo,rms", "G & Rock,~,~", 60) + rows("", "G,~,~", 60, seed=6)[1:],
        genres=("Jazz", "Jazz & Rock", "Rock", "Rock & Rock"),
        said="several genres in one cell",
    ),
    "commas within a name": Case(
        rows("label,tempo,rms", '"Folk, World & G",~,~'), genres=("Folk, World & Jazz", "Folk, World & Rock")
    ),
    "numbers beside names": Case(
        rows("label,tempo,rms", "G,~,~").replace(b"Jazz", b"0"),
        genres=("0", "Rock"),
        said="The genre is a number in 60 tracks (0) and a name in 60 tracks (Rock)",
    ),
    "dates as genres": Case(
        rows("label,tempo,rms", "20#9-01-01,~,~"), genres=("2009-01-01", "2019-01-01")
    ),
    # columns that measure nothing
    "filename": Case(rows("filename,tempo,rms,label", "a{i}.wav,~,~,G"), said="Names the tracks; not a measurement."),
    "track_id": Case(rows("track_id,tempo,rms,genre", "{i}7,~,~,G"), said="Names the tracks; not a measurement."),
    "numbers of tracks of 20 digits": Case(
        rows("track_id,tempo,rms,genre", "184467440737095{t},~,~,G").replace(b"0737095", b"07370955161"),
        levels={"track": 40},
    ),
    "length": Case(rows("length,tempo,rms,genre", "66149{i},~,~,G"), said="A length: it says how the recording"),
    "length taken by choice": Case(
        rows("length,tempo,rms,genre", "66149{i},~,~,G"),
        features=("length", "tempo", "rms"),
        said="length is used as a feature, but is a length",
        config={"taken": "length"},
    ),
    "unnamed index": Case(rows(",tempo,rms,genre", "{i},~,~,G"), said="An index: it only numbers the rows."),
    "a column without a name": Case(rows("genre,,rms", "G,~,~"), features=("Unnamed: 1", "rms")),
    "index taken by choice": Case(
        rows("index,tempo,rms,genre", "{i},~,~,G"),
        features=("index", "tempo", "rms"),
        said="index is used as a feature, but only numbers the rows",
        config={"taken": "index"},
    ),
    # how the text is written
    "byte order mark": Case(b"\xef\xbb\xbf" + rows("label,tempo,rms", "G,~,~")),
    "CRLF": Case(rows("label,tempo,rms", "G,~,~", end="\r\n")),
    "quoted commas": Case(
        rows("title,tempo,rms,label", '"Song {i}, live",~,~,G'), said="Names the tracks; not a measurement."
    ),
    "quotation marks with a sign before them": Case(
        rows("title,tempo,rms,label", '"The \\"Song\\" {i}, live",~,~,G'),
        said='240 quotation marks within cells read, written as \\".',
    ),
    "commas with a sign before them": Case(
        rows("title,tempo,rms,label", "Song\\, live {i},~,~,G", first="Song 0,~,~,Jazz"), said="Names the tracks"
    ),
    "comma in a column's name": Case(
        rows('"rms, dB",tempo,rms,label', "~,~,~,G"), said="Chosen by you.", config={"left_out": '"rms, dB"'}
    ),
    # values that are not there
    "0 for a missing value": Case(
        rows("label,tempo,rms", "Jazz,0,~", 3) + rows("", "G,2{t}.5,~", 117, seed=6)[1:],
        said="tempo is 0 in 3 tracks and between 2e+05 and 2e+05 in the others: if that means a missing value",
    ),
    "a high number for a missing value": Case(
        rows("label,tempo,rms", "Jazz,99999,~", 3) + rows("", "G,~,~", 117, seed=6)[1:],
        said="tempo is 99999 in 3 tracks and between",
    ),
    "question mark": Case(rows("label,tempo,rms", "G,~,~", first="Jazz,?,~"), said="1 missing value in 1 feature"),
    "NA": Case(rows("label,tempo,rms", "G,~,~", first="Jazz,NA,~"), said="1 missing value in 1 feature"),
    "-1 is a value": Case(
        rows("label,tempo,rms,key", "G,~,~,{i}", first="Jazz,~,~,-1").replace(b",7\n", b",-1\n"),
        features=("tempo", "rms", "key"),
        said="key is -1 in 2 tracks and never below 0 in the others",
    ),
    "a database's \\N": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,\\N,~"), said="1 missing value in 1 feature"
    ),
    "row without any feature": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,,"), n=N_ROWS - 1, said="1 row left out: every feature is missing."
    ),
    "ragged rows": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,~,~,~"), n=N_ROWS - 1, said="1 ragged row left out"
    ),
    # numbers as people write them
    "points of thousands beside decimal commas": Case(
        b"label;tempo;rms\n" + b"".join(b"%b;1.%d;0,%d\n" % (GENRES[i % 2], 400 + i // 2, i) for i in range(120)),
        said="decimal commas",
    ),
    "commas of thousands": Case(
        rows("label,tempo,rms", 'G,"1,234.{i}",~', first='Jazz,"1,234,567",~'), said="1 value far from all others"
    ),
    "blanks of thousands": Case(rows("label,tempo,rms", "G,1 {t},~").replace(b" 00", b" ")),
    "decimal commas in quotation marks": Case(rows("label,tempo,rms", 'G,"12,{i}5",~')),
    "a comma that could be either": Case(
        rows("label,tempo,rms", 'G,"1,{t}",~').replace(b",00", b","), features=("rms",), said="nothing here tells which"
    ),
    "a typographic minus": Case(rows("label,tempo,rms", "G,−{i}.5,~")),
    "a blank after the minus": Case(rows("label,tempo,rms", "G,- {i}.5,~")),
    "Python's sign between thousands": Case(rows("label,tempo,rms", "G,1_{t}.5,~").replace(b"_00", b"_")),
    "two numbers in a cell": Case(
        rows("label,tempo,rms", "G,1{i}.5;2.5,~"), features=("rms",), said="such as “10.5;2.5”"
    ),
    "a dash as the minus": Case(rows("label,tempo,rms", "G,–{i}.5,~")),
    "a unit": Case(rows("label,tempo,rms", "G,12{i}.5 BPM,~"), said="tempo: 120 values had the unit BPM"),
    "a currency": Case(rows("label,tempo,rms", "G,$12{i}.5,~"), said="values were written like “$120.5”"),
    "numbers as NumPy shows them": Case(
        rows("label,tempo,rms", "G,np.float64(12{i}.5),~"), said="were written like “np.float64(120.5)”: the number"
    ),
    "lists of one number": Case(rows("label,tempo,rms", "G,[12{i}.5],~"), said="were written like “[120.5]”"),
    "arrays as NumPy writes them": Case(
        rows("label,rms,mfcc", 'G,~,"[ 1{i}.5 -2.{i}5\n 0.{i}]"'), features=("rms", "mfcc_1", "mfcc_2", "mfcc_3")
    ),
    "arrays as NumPy shows them": Case(
        rows("label,rms,mfcc", 'G,~,"array([1{i}.5, {i}.], dtype=float32)"', first="Jazz,~,"),
        features=("rms", "mfcc_1", "mfcc_2")
    ),
    "lists of NumPy's numbers": Case(
        rows("label,rms,mfcc", 'G,~,"[np.float32(1{i}.5), np.float32(-2.{i})]"'), features=("rms", "mfcc_1", "mfcc_2")
    ),
    "arrays of PyTorch": Case(
        rows("label,rms,mfcc", "G,~,\"tensor([[1{i}.5], [-2.{i}]], device='cuda:0')\""),
        features=("rms", "mfcc_1", "mfcc_2")
    ),
    "numbers of PyTorch": Case(
        rows("label,tempo,rms", "G,\"tensor({i}.5, device='cuda:0')\",~"), said="the number in it counts"
    ),
    "digits of another script": Case(
        rows("label,tempo,rms", "G,{i}.5,~").decode().translate({48 + n: 0x660 + n for n in range(10)}).encode()
    ),
    "a point in some numbers, a comma in others": Case(
        rows("label,tempo,rms", 'Jazz,"12{i},5",~', 60) + rows("", "Rock,9{i}.25,~", 60, seed=6)[1:],
        features=("rms",),
        said="Some of its numbers have a point and others a comma, such as “90.25” and “120,5”",
    ),
    "an error of measurement": Case(
        rows("label,tempo,rms", "G,12{i}.5 ± 0.2,~"), features=("rms",), said="120 of 120 values are numbers with"
    ),
    "a unit in capitals and small letters": Case(
        rows("label,tempo,rms", "G,12{i}.5 BPM,~", first="Jazz,9.5 bpm,~"), said="tempo: 120 values had the unit"
    ),
    "a value in another unit": Case(
        rows("label,tempo,rms", "G,12{i}.5 Hz,~", first="Jazz,9.5 kHz,~"),
        said="tempo: 1 value is no number and counts as missing: “9.5 kHz” in row 1. 119 values had the unit Hz",
    ),
    "two units": Case(
        rows("label,tempo,rms", "Jazz,12{i}.5 Hz,~", 60) + rows("", "Rock,9.{i} kHz,~", 60, seed=6)[1:],
        features=("rms",),
        said="tempo: 120 of 120 values are numbers with something else, such as “120.5 Hz”, so it is left out.",
    ),
    "blanks of thousands in parentheses": Case(
        rows("label,tempo,rms", "G,(1\u00a0{t}.5),~").replace(b"\xa000", b"\xa0")
    ),
    "commas of thousands in parentheses": Case(
        rows("label,tempo,rms", 'G,"(1,{t}.5)",~').replace(b",00", b","), said="as accountants write negative numbers"
    ),
    "blanks of thousands in Latin-1": Case(
        rows("label,tempo,rms", "G,1\u00a0{t}.5,~").decode().replace("\xa000", "\xa0").encode("latin-1")
    ),
    "an odd word beside percent": Case(
        rows("label,tempo,rms", "G,{i}.5 %,~", first="Jazz,loud,~"), said="1 value is no number and counts as missing"
    ),
    "commas of thousands as in India": Case(
        b"label,tempo,rms\n"
        + b"".join(b'%b,"1,%d,456.5",%d\n' % (GENRES[i // 3 % 2], 10 + i // 2, i % 7) for i in range(N_ROWS))
    ),
    "numbers as a spreadsheet's formulas": Case(rows("label,tempo,rms", 'G,"=""{i}.5""",~')),
    "Fortran's exponents": Case(rows("label,tempo,rms", "G,1.{i}5D+03,~")),
    "powers of ten": Case(rows("label,tempo,rms", "G,1.{i}5×10^3,~")),
    "an accountant's negative numbers": Case(
        rows("label,tempo,rms", "G,(1.{i}5),~", first="Jazz,1.5-,~"),
        said="120 values were written like “1.5-”, as accountants write negative numbers.",
    ),
    "a point that could be either beside decimal commas": Case(
        rows("label;tempo;rms", "G;1{i},25;0,{i}5", first="Jazz;98.251;0,5"),
        said="1 value counts as missing, such as “98.251” in row 1: others have a decimal comma",
    ),
    "a dash for a missing value": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,—,~"), said="1 missing value in 1 feature"
    ),
    "a spreadsheet's error in German": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,#WERT!,~"), said="1 missing value in 1 feature"
    ),
    "an odd word": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,loud,~"),
        said="tempo: 1 value is no number and counts as missing: “loud” in row 1.",
    ),
    "a spreadsheet's error": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,#DIV/0!,~"), said="1 missing value in 1 feature"
    ),
    "Windows' missing numbers": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,?,~").replace(b"?", b"-1.#IND"), said="1 missing value"
    ),
    "the largest number there is": Case(
        rows("label,tempo,rms", "G,~,~", first="Jazz,1.7976931348623157e+308,~"),
        said="1 infinite value taken as missing, in tempo.",
    ),
    # what stands around the table
    "sep=": Case(b"sep=;\n" + rows("label;tempo;rms", "G;~;~"), said="Semicolons separate its columns."),
    "sep= in quotation marks": Case(b'"sep=;"\r\n' + rows("label;tempo;rms", "G;~;~", end="\r\n")),
    "carets between columns": Case(rows("label^tempo^rms", "G^1,{i}5^0,{i}"), said="Carets separate its columns."),
    "tildes between columns": Case(rows("label~tempo~rms".replace("~", "^"), "G^{i}.5^0.{i}").replace(b"^", b"~")),
    "colons between columns": Case(rows("label:tempo:rms", "G:~:~"), said="Colons separate its columns."),
    "Ctrl-A between columns": Case(rows("label\1tempo\1rms", "G\1~\1~"), said="Ctrl-a signs separate its columns."),
    "a header with another separator": Case(
        rows("label;tempo;rms", "G,~,~"), said="Semicolons separate the names in its header."
    ),
    "a header with commas above decimal commas": Case(
        rows("label,tempo,rms", "G;1{i},5;0,{i}"),
        said="Commas separate the names in its header."
    ),
    "quotation marks that are never closed": Case(
        rows("title\tlabel\ttempo\trms", "Song {i}\tG\t~\t~")
        .replace(b"Song 7\t", b'"Song 7\t').replace(b"Song 31", b'"Song 31'),
        said="Quotation marks that are never closed are removed.",
    ),
    "a title": Case(b"My features\n\n" + rows("label,tempo,rms", "G,~,~"), said="passed over: “My features”"),
    "a title with commas": Case(
        b"My features, second version\n" + rows("label,tempo,rms,x", "G,~,~,"), said="“My features, second version”"
    ),
    "names and values above": Case(
        b"name,My features,,\nversion,2,,\n" + rows("label,tempo,rms,y", "G,~,~,"), said="The 2 lines above"
    ),
    "comments": Case(b"# by a script\n# sr=22050\n" + rows("label,tempo,rms", "G,~,~"), said="The 2 lines above"),
    "a comment with as many commas": Case(
        b"# by, a, script\n" + rows("label,tempo,rms", "G,~,~"), said="The line above the header is passed over"
    ),
    "comments among the rows": Case(
        rows("label,tempo,rms", "G,~,~", 60) + b"# more\n" + rows("", "G,~,~", 60, seed=6)[1:],
        said="1 comment among the rows passed over: “# more”.",
    ),
    "a header in a comment, as NumPy writes it": Case(rows("# label tempo rms", "G ~ ~")),
    "a header in a comment": Case(rows("#label,tempo,rms", "G,~,~")),
    "the header again": Case(
        rows("label,tempo,rms", "G,~,~", 60) + rows("label,tempo,rms", "G,~,~", 60, seed=6),
        said="The header stands again among the rows: 1 row passed over.",
    ),
    "the header again in other letters": Case(
        rows("label,tempo,rms", "G,~,~", 60) + b"\xef\xbb\xbf" + rows('"Label", TEMPO,rms', "G,~,~", 60, seed=6),
        said="The header stands again among the rows: 1 row passed over.",
    ),
    "the header at the end": Case(
        rows("label,tempo,rms", "G,~,~") + b"label,tempo,rms", said="The header stands again among the rows"
    ),
    "an index before carets": Case(rows("^label^tempo^rms", "{i}^G^~^~"), said="An index: it only numbers the rows."),
    "a title above carets": Case(
        rows("My features\nlabel^tempo^rms", "G^~^~"), said="The line above the header is passed over: “My features”"
    ),
    "a title and lines of old Macs": Case(rows("My features\rlabel,tempo,rms", "G,~,~", end="\r")),
    "a header with another separator, and a note below": Case(
        rows("label;tempo;rms", "G,~,~", 24) + b"(measured at home)\n", n=24, said="1 ragged row left out"
    ),
    "a comma at each end": Case(rows("label,tempo,rms,", "G,~,~,")),
    "a comma at each end of a row": Case(rows("label,tempo,rms", "G,~,~,")),
    "a comma at the end of the header": Case(rows("label,tempo,rms,", "G,~,~")),
    "a table of Markdown": Case(
        rows("| label | tempo | rms |\n|---|---:|:--|", "| G | ~ | ~ |"), said="Vertical bars separate its columns."
    ),
    "a table of a database": Case(
        rows(" label | tempo | rms \n-------+-------+-----", " G | ~ | ~ "), said="Vertical bars separate its columns."
    ),
    "rows of blanks": Case(rows("label,tempo,rms", "G,~,~") + b"   \n\t\n\x1a"),
    "single quotation marks": Case(rows("'label','tempo','rms'", "'G','~','~'")),
    "each line in quotation marks": Case(
        rows('"label,tempo,rms"', '"G,~,~"'), said="Every line was in quotation marks as a whole"
    ),
    "R's names of rows": Case(rows('"label" "tempo" "rms"', '"r{i}" "G" ~ ~')),
    "R's numbers of rows in another order": Case(rows('"label" "tempo" "rms"', '"{i}7" "G" ~ ~')),
    "columns aligned by blanks": Case(rows("  label  tempo     rms", "  G    ~    ~")),
    "columns aligned by blanks, with blanks in names": Case(
        rows("label       tempo     rms", "Free G     ~  ~"), genres=("Free Jazz", "Free Rock")
    ),
    "blanks after commas": Case(rows('"label", "tempo", "rms"', '"G", ~, ~')),
    "Chinese": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "爵士").encode("gb18030"),
        genres=("Rock", "爵士"),
        said="Read as Gb18030, in which it says “爵士”",
    ),
    "thousands or decimals": Case(
        both(),
        features=("rms",),
        said="nothing here tells which: read the file otherwise",
    ),
    "an apostrophe of Word's": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "Rock’n’Roll").encode("cp1252"),
        genres=("Rock", "Rock’n’Roll"),
        said="Read as Windows-1252, in which it says “Rock’n”",
    ),
    "a Mac's letters": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "Forró").encode("mac-roman"),
        genres=("Forró", "Rock"),
        said="Read as Mac-roman, in which it says “Forró”",
    ),
    "Korean": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "블루스").encode("euc-kr"),
        genres=("Rock", "블루스"),
        said="Read as Euc-kr, in which it says “블루스”",
    ),
    "Chinese of Taiwan": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "爵士").replace("Rock", "搖滾").encode("big5"),
        genres=("搖滾", "爵士"),
        said="Read as Big5, in which it says “爵士”",
    ),
    "UTF-32": Case(rows("label,tempo,rms", "G,~,~").decode().encode("utf-32"), said="Read as UTF-32."),
    "Japanese": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "ジャズ").encode("shift-jis"),
        genres=("Rock", "ジャズ"),
        said="Read as Shift-jis, in which it says “ジャズ”",
    ),
    "letters that were lost before": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "Forr\ufffd").encode(),
        genres=("Forr\ufffd", "Rock"),
        said="60 letters were lost when the file was saved, such as in “Forr\ufffd”: save it again from its source",
    ),
    "letters encoded twice": Case(
        rows("label,tempo,rms", "G,~,~").replace(b"Jazz", "Forró".encode().decode("latin-1").encode()),
        genres=("Forró", "Rock"),
        said="encoded twice: “ForrÃ³” is read as “Forró”",
    ),
    "lines in two encodings": Case(
        rows("label,tempo,rms", "G,~,~", 60).replace(b"Jazz", "Forró".encode())
        + rows("", "G,~,~", 60, seed=6)[1:].replace(b"Jazz", "Forró".encode("latin-1")),
        genres=("Forró", "Rock"),
        said="30 of its lines are in UTF-8, 30 in Windows-1252.",
    ),
    "Cyrillic": Case(
        rows("label,tempo,rms", "G,~,~").decode().replace("Jazz", "Джазовая").encode("cp1251"),
        genres=("Rock", "Джазовая"),
        said="Read as Windows-1251",
    ),
    "Hebrew": in_letters("מוזיקה עממית", "רוק", "cp1255", "Read as Windows-1255, in which it says “מוזיקה”"),
    "Arabic": in_letters("طرب", "شعبي", "cp1256", "Read as Windows-1256, in which it says “طرب”"),
    "Thai": in_letters("หมอลำ", "ลูกทุ่ง", "tis-620", "Read as Cp874, in which it says “หมอลำ”"),
    "letters of DOS": in_letters("Größe", "Märsche", "cp437", "Read as Cp850, in which it says “Größe”"),
    "Japanese of Unix": in_letters("ジャズ", "ロック", "euc-jp", "Read as Euc-jp, in which it says “ジャズ”"),
    "Japanese of mails": in_letters("ジャズ", "ロック", "iso-2022-jp", "Read as ISO-2022-JP"),
    # what does not measure the sound
    "popularity": Case(
        rows("label,tempo,rms,popularity", "G,~,~,~"), said="popularity is left out: it tells of success, date or place"
    ),
    "several that are not sound": Case(
        rows("label,tempo,rms,popularity,listens", "G,~,~,~,~"),
        said="popularity and listens are left out: they tell of success, date or place, or of the file",
    ),
    "the number on the album": Case(
        rows("label,tempo,rms,number", "G,~,~,{i}").replace(b",11\n", b",1\n"), said="number is left out: it tells of"
    ),
    "the file's own figures": Case(
        rows("label,tempo,rms,sample_rate", "G,~,~,{i}").replace(b",11\n", b",1\n"), said="or of the file, not of the"
    ),
    "a serial number with gaps": Case(
        rows("label,tempo,rms,ref", "G,~,~,{i}7"), said="ref is left out. Whole numbers, a different one in each row"
    ),
    "folds": Case(rows("label,tempo,rms,fold,is_test", "G,~,~,{i},#"), said="published split, or in which fold"),
    "folds as words": Case(
        b"label,tempo,rms,fold\n"
        + b"".join(b"%b,%d.5,%d,fold_%d\n" % (GENRES[i % 2], i, i * 7 % 11, i // 2 % 5) for i in range(N_ROWS)),
        said="fold 4 as test and 3 as validation part",
    ),
    "numbers for the parts": Case(
        b"label,tempo,rms,split\n"
        + b"".join(b"%b,%d.5,%d,%d\n" % (GENRES[i % 2], i, i * 7 % 11, max(0, i // 2 % 5 - 2)) for i in range(N_ROWS)),
        said="in which part, 0 as training and 2 as test part: 72 train, 24 validation, 24 test",
    ),
    "a development and an evaluation part": Case(
        b"label,tempo,rms,subset\n"
        + b"".join(b"%b,%d.5,%d,%b\n" % (GENRES[i % 2], i, i * 7 % 11, [b"dev", b"eval"][i > 80]) for i in range(120)),
        said="subset says which rows are in which part: 81 train, 39 test.",
    ),
    "words for the parts": Case(
        rows("label,tempo,rms,usage", "G,~,~,train").replace(b"Jazz", b"Jazz", 1).replace(b",train\nJ", b",testing\nJ"),
        said="usage says which rows are in which part: ",
    ),
    "short words for the parts, and rows in none": Case(
        rows("label,tempo,rms,set", "G,~,~,tr", 80) + rows("", "G,~,~,te", 30)[1:] + rows("", "G,~,~,", 10)[1:],
        said="set says which rows are in which part: 80 train, 30 test, 10 in no part.",
    ),
    "numbers of tracks that a spreadsheet rounded": Case(
        rows("track_id,tempo,rms,label", "1.{t}E+13,~,~,G").replace(b"1.000", b"1."),
        levels={"track": 40},
        said="track_id ends in 000 in all rows, such as 1.00E+13",
    ),
    "files pasted side by side": Case(
        rows("track_id,label,track_id,tempo,rms", "{i}7,G,9{i}3,~,~"), said="track_id.2 does not agree with track_id"
    ),
    "files merged by rows": Case(
        rows("id_x,label,id_y,tempo,rms", "{i}7,G,9{i}3,~,~"), said="id_y does not agree with id_x"
    ),
    "0/1 columns beside the genre": Case(
        rows("label,tempo,rms,Jazz", "G,~,~,#"), said="Jazz is 0 or 1 and named as the genre Jazz, so it is left out"
    ),
    "0/1 columns as pandas names them": Case(
        rows("label,tempo,rms,label=Jazz", "G,~,~,#"), said="label=Jazz is 0 or 1 and named as the genre Jazz"
    ),
    "a column for each genre": Case(
        marks(),
        said="One of 2 columns of genres, each 0 or 1.",
        config={"label": "Jazz,Rock"},
    ),
    "a column for each genre, in words": Case(
        marks().replace(b",1,0", b",yes,no").replace(b",0,1", b",no,yes"), config={"label": "Jazz,Rock"}
    ),
    "a column for each genre, with crosses": Case(
        marks().replace(b",1,0", b",x,").replace(b",0,1", b",,x"), config={"label": "Jazz,Rock"}
    ),
    # names
    "repeated names": Case(rows("label,mfcc,mfcc", "G,~,~"), features=("mfcc", "mfcc.2"), said="as mfcc.2."),
    "a genre called NA": Case(
        rows("label,tempo,rms", "G,~,~").replace(b"Jazz", b"NA"), genres=("NA", "Rock")
    ),
    "a rare genre called None": Case(
        rows("genre,tempo,rms", "G,~,~") + rows("", "None,~,~", 40, seed=6)[1:],
        n=160, genres=("Jazz", "None", "Rock"), said="“None” counts as a genre in 40 rows",
    ),
    "a genre called Unknown": Case(
        rows("genre,tempo,rms", "G,~,~") + rows("", "Unknown,~,~", 40, seed=6)[1:],
        n=160,
        genres=("Jazz", "Rock", "Unknown"),
        said="“Unknown” counts as a genre in 40 rows",
    ),
    "a few labels that are NA": Case(
        rows("label,tempo,rms", "G,~,~", first="NA,~,~"), n=N_ROWS - 1, said="1 row left out: no genre."
    ),
    "one genre in two Unicode forms": Case(
        rows("label,tempo,rms", "G,~,~", 60).replace(b"Jazz", "Forró".encode())
        + rows("", "G,~,~", 60, seed=6)[1:].replace(b"Jazz", "Forro\u0301".encode()),
        genres=("Forró", "Rock"),
        said="“Forró” is written in two Unicode forms that look the same, which count as one genre",
    ),
    "one genre with and without a fixed blank": Case(
        rows("label,tempo,rms", "Hip\u00a0Hop,~,~", 60) + rows("", "G,~,~", 60)[1:].replace(b"Jazz", b"Hip Hop"),
        genres=("Hip Hop", "Rock"),
        said="in two Unicode forms that look the same",
    ),
    # other forms
    "gzip": Case(gzip.compress(rows("label,tempo,rms", "G,~,~"), mtime=0)),
    "xz": Case(lzma.compress(rows("label,tempo,rms", "G,~,~"))),
    "zstd": Case(pa.compress(rows("label,tempo,rms", "G,~,~"), "zstd", asbytes=True)),
    "zip": Case(zipped({"a.csv": rows("label,tempo,rms", "G,~,~"), "__MACOSX/._a.csv": b"x"}), said="Unpacked from"),
    "tar": Case(tarred(a=rows("label,tempo,rms", "G,~,~")), said="Unpacked from table.csv."),
    "gzip in a zip": Case(zipped({"a.csv.gz": gzip.compress(rows("label,tempo,rms", "G,~,~")), "README": b"x"})),
    "zeros among the letters": Case(
        rows("label,tempo,rms", "G,~,~").replace(b"Jazz", b"Ja\0zz", 1) + bytes(500), said="501 zero bytes passed over."
    ),
    "names of classes in Parquet": Case(
        of_hugging_face(), said="The numbers of label stand for the names that the file has for them: 0 for Jazz."
    ),
    "a stream of Arrow": Case(streamed()),
    "a README beside the table in a zip": Case(
        zipped({"data/a.csv": rows("label,tempo,rms", "G,~,~"), "README.txt": b"x"}),
        said="Unpacked from table.csv. Not read of it: README.txt.",
    ),
    "a table for each genre in a zip": Case(
        zipped({f"own/{own}.csv": rows("tempo,rms", "~,~", 60, seed=n) for n, own in enumerate(("Jazz", "Rock"))}),
        said="2 files with the same columns, of which none names the genre: each file's name does, such as Jazz for "
        "own/Jazz.csv.",
    ),
    "the parts of a split in a zip": Case(
        zipped({f"{own}.csv": rows("label,tempo,rms", "G,~,~", 60, seed=n) for n, own in enumerate(("dev", "eval"))}),
        said="split says which rows are in which part: 60 train, 60 test.",
    ),
    "JSON lines": Case(
        b"\n".join(b'{"label":"%b","tempo":%b,"rms":%b}' % tuple(row.split(b",")) for row in rows("", "G,~,~").split())
    ),
    "JSON lines of several kinds": Case(
        b'{"label":"Jazz","tempo":"fast","rms":1.5}\n'
        + b"".join(b'{"label":"%b","tempo":%b,"rms":%b}\n' % (*row.split(b","),) for row in rows("", "G,~,~").split()),
        n=N_ROWS + 1,
        said="1 value is no number and counts as missing: “fast” in row 1.",
    ),
    "JSON with lists of numbers": Case(
        b"\n".join(b'{"label":"%b","mfcc":[%b,%b]}' % tuple(row.split(b",")) for row in rows("", "G,~,~").split()),
        features=("mfcc_1", "mfcc_2"),
    ),
    "JSON with objects as genres": Case(
        b"\n".join(
            b'{"tempo":%b,"rms":%b,"genre":[{"id":1,"name":"%b"}]}' % tuple(row.split(b","))
            for row in rows("", "~,~,G").split()
        )
    ),
    "JSON with columns by file": Case(
        json.dumps(
            {
                "label": {f"{i}.wav": "ab"[i % 2] for i in range(N_ROWS)},
                "tempo": {f"{i}.wav": i * 37 % 101 / 3 for i in range(N_ROWS)},
                "rms": {f"{i}.wav": i * 53 % 97 / 7 for i in range(N_ROWS)},
            }
        ).encode(),
        genres=("a", "b"),
    ),
    "JSON in Latin-1": Case(
        json.dumps(
            [{"label": ("Forró", "b")[i % 2], "tempo": i / 7, "rms": i * i / 8} for i in range(N_ROWS)],
            ensure_ascii=False,
        ).encode("latin-1"),
        genres=("b", "Forró"),
        said="Read as Windows-1252, in which it says “Forró”",
    ),
    "JSON with ids of 21 digits": Case(
        b"\n".join(
            b'{"track_id":10000000000000000%b,"label":"%b","tempo":%b,"rms":%b}' % tuple(row.split(b","))
            for row in rows("", "{t},G,~,~").split()
        ),
        levels={"track": 40},
    ),
    "JSON by its columns": Case(
        json.dumps(
            {"columns": ["label", "tempo", "rms"], "data": [["ab"[i % 2], i / 7, i * i / 8] for i in range(N_ROWS)]}
        ).encode(),
        genres=("a", "b"),
    ),
    "JSON with a list for each genre": Case(
        json.dumps(
            {"ab"[n]: [{"tempo": i / 7, "rms": i * i / (7 + n)} for i in range(60)] for n in range(2)}
        ).encode(),
        genres=("a", "b"),
        said="the only column of text",
    ),
    "a list as Python prints it": Case(
        str([{"label": "ab"[i % 2], "tempo": i / 7, "rms": i * i / 8} for i in range(N_ROWS)]).encode(),
        genres=("a", "b"),
    ),
    "tuples as Python prints them": Case(
        str([("label", "tempo", "rms"), *(("ab"[i % 2], i / 7, i * i / 8) for i in range(N_ROWS))]).encode(),
        genres=("a", "b"),
    ),
    "lines as Python prints them": Case(
        "\n".join(str({"label": "ab"[i % 2], "tempo": i / 7, "rms": i * i / 8}) for i in range(N_ROWS))
        .replace("'rms': 0.0", "'rms': nan").encode(),
        genres=("a", "b"), said="1 missing value",
    ),
    "JSON in UTF-16": Case(
        json.dumps([{"label": "ab"[i % 2], "tempo": i / 7, "rms": i * i / 8} for i in range(N_ROWS)]).encode("utf-16"),
        genres=("a", "b"),
    ),
    "ARFF": Case(
        b"% Weka\n@RELATION a\n@attribute tempo NUMERIC\n@attribute 'rms' real\n@attribute class {Jazz,Rock}\n@data\n"
        + rows("", "~,~,G")[1:],
        said="Read as ARFF.",
    ),
    "ARFF from Windows": Case(
        ("\ufeff@relation a\r\n@attribute tempo numeric\r\n@attribute rms real\r\n@attribute class {'Hip Hop',Rock}\r\n"
        "@data\r\n").encode() + rows("", "~, ~, G, {2}", end="\r\n")[2:].replace(b"Jazz", b"'Hip Hop'"),
        genres=("Hip Hop", "Rock"),
    ),
    "sparse ARFF": Case(
        b"@relation a\n@attribute tempo real\n@attribute rms real\n@attribute class {Jazz,'New Rock'}\n@data\n"
        + rows("", "{0 ~, 1 ~, 2 G}")[1:].replace(b", 2 Jazz", b"").replace(b"Rock", b"'New Rock'"),
        genres=("Jazz", "New Rock"),
    ),
    "ARFF in Latin-1": Case(
        b"@relation a\n@attribute tempo real\n@attribute rms real\n@attribute class string\n@data\n"
        + rows("", "~,~,G")[1:].replace(b"Jazz", "Forró".encode("latin-1")),
        genres=("Forró", "Rock"),
        said="in which it says “Forró”",
    ),
    "a workbook": Case(workbook(rows("label,tempo,rms", "G,~,~")), said="Read from the sheet Features."),
    "a sheet for each genre": Case(sheets("Jazz", "Rock"), said="Read from the sheets Jazz, Rock."),
    "a sheet for each part": Case(
        sheets("train", "test", label=True), said="sheet says which rows are in which part: 60 train, 60 test."
    ),
    "a workbook that begins with a sheet about it": Case(
        workbook(rows("label,tempo,rms", "G,~,~"), About=["Features of 2024"]),
        said="Read from the sheet Features. The other sheets are not read: About.",
    ),
    "formulas without values": Case(formulas(), said="120 formulas left out: the file holds no values of them."),
    "merged cells of a workbook": Case(
        merged(), features=("mfcc_mean", "mfcc_var"), said="Merged cells: 3. Their value stands in each of their rows."
    ),
    "a long text": Case(rows("label,tempo,rms,lyrics", "G,~,~,x", first="Jazz,~,~," + "la " * 60_000)),
    # layered headers, and other forms of the whole
    "a long table": Case(
        b"track,label,feature,value\n"
        + b"".join(
            b"t%d,%b,%b,%d.5\n" % (i, GENRES[i % 2], name, i * step % 101)
            for i in range(N_ROWS)
            for name, step in ((b"tempo", 37), (b"rms", 53))
        ),
        said="A long table: its 240 rows become 120, with a column for each of the 2 values of feature.",
    ),
    "a column's name of two lines": Case(
        rows('label,"tempo\n(BPM)",rms', "G,~,~"), features=("tempo (BPM)", "rms")
    ),
    "units below the header": Case(
        rows("label,tempo,rms\n,bpm,dB", "G,~,~"), said="The row below the header is passed over: “bpm, dB”."
    ),
    "two header rows of few names": Case(
        rows("label,sound,sound\n,tempo,rms", "G,~,~"), features=("sound_tempo", "sound_rms")
    ),
    "two header rows above two indexes": Case(
        rows(",,tempo,tempo,rms\n,,mean,std,mean\nlabel,file,,,", "G,a{i}.wav,~,~,~"),
        features=("tempo_mean", "tempo_std", "rms_mean"),
    ),
    "two header rows": Case(
        rows(",track,track,set\n,genre_top,tempo,rms\ntrack_id,,,", "{i}2,G,~,~"),
        features=("track_tempo", "set_rms"),
    ),
    "three header rows": Case(
        rows("feature,tempo,rms,genre\nstatistics,mean,std,top\nnumber,01,01,01\ntrack_id,,,", "{i}2,~,~,G"),
        features=("tempo_mean_01", "rms_std_01"),
        config={"label": "genre_top_01"},
    ),
    # what belongs together
    "segments": Case(rows("filename,tempo,rms,label", "blues.{t}.{i}.wav,~,~,G"), levels={"track": 40}),
    "segments, .au": Case(rows("filename,tempo,rms,label", "blues.{t}.{i}.au,~,~,G"), levels={"track": 40}),
    "segments, no extension": Case(rows("filename,tempo,rms,label", "blues.{t}.{i},~,~,G"), levels={"track": 40}),
    "segments, backslash paths": Case(
        rows("path,tempo,rms,label", "D:\\gtzan\\blues\\blues.{t}.{i}.wav,~,~,G"), levels={"track": 40}
    ),
    "artists as Exportify names them": Case(
        rows("Artist Name(s),Album Name,tempo,rms,label", "a{t},b{t},~,~,G"), levels={"album": 40, "artist": 40}
    ),
    "artists and albums": Case(
        rows("artist,album,tempo,rms,label", "a{t},b{t},~,~,G"), levels={"album": 40, "artist": 40}
    ),
    "an artist in several spellings": Case(
        rows("artist,tempo,rms,label", "Band {t},~,~,G", 60) + rows("", "BAND  {t},~,~,G", 60, seed=6)[1:],
        levels={"artist": 20},
        said="artist writes 20 names in several ways, such as “Band 00000” and “BAND  00000”: each counts as one.",
    ),
    # genres and labels that mislead
    "a genre of two tracks": Case(
        rows("label,tempo,rms", "G,~,~") + b"Polka,1,2\nPolka,2,1\n",
        n=N_ROWS + 2,
        genres=("Jazz", "Polka", "Rock"),
        said="1 genre has fewer than 7 tracks (Polka with 2)",
    ),
    "copies under two labels": Case(
        rows("label,tempo,rms", "G,~,~") + b"Jazz,1.5,2.5\nRock,1.5,2.5\n",
        n=N_ROWS + 2,
        said="1 set of identical tracks has more than one genre",
    ),
    "the label in disguise": Case(rows("label,tempo,rms,code", "G,~,~,#"), said="Gives the genre away"),
    "the label in disguise, taken by choice": Case(
        rows("label,tempo,rms,code", "G,~,~,#"),
        features=("tempo", "rms", "code"),
        said="code alone predicts the genre of 100 % of tracks correctly",
        config={"taken": "code"},
    ),
}  # fmt: skip

REFUSED = {
    "no label": (rows("tempo,rms", "~,~"), "No column names the genre of each track"),
    "Git-LFS pointer": (POINTER, "is a Git-LFS pointer, not the data"),
    "every value missing": (rows("label,tempo,rms", "G,?,NA"), "has no numeric feature"),
    "several tables in an archive": (
        zipped({"a.csv": rows("label,tempo", "G,~"), "b.csv": rows("file,rms", "{i}.mp3,~")}),
        "share no column",
    ),
    "several sounds in an archive": (zipped({"a.wav": b"a", "b.wav": b"b"}), "holds 2 files: unpack it"),
    "an archive in an archive": (zipped({"a.zip": zipped({"a.csv": b"a"})}), "is an archive within an archive: unpack"),
    "several tables in an archive that hold too much": (
        zipped({f"{n}.csv.gz": gzip.compress(b"a,b\n" * 20 * 1024**2, mtime=0) for n in range(3)}),
        "holds more than the 200 MB",
    ),
    "a text of blank lines": (b"\n" * 50 + b"x\n", "a single column"),
    "an archive of runs": (
        zipped({"manifest.json": b"{}", "runs.json": b"{}"}),
        "Genre Lab exported: import it on the",
    ),
    "a bomb": (gzip.compress(b"a,b\n" * 1024**2, mtime=0) * 51, "holds more than the 200 MB"),
    "a workbook that is none": (zipped({"xl/workbook.xml": b"<a/>"}), "is a workbook that cannot be read"),
    "a broken Feather file": (broken_feather(), "is a Feather file that cannot be read"),
    "a broken workbook": (broken_workbook(), "is a workbook that cannot be read"),
    "NumPy arrays": (zipped({"X.npy": b"x"}), "an archive of NumPy arrays"),
    "JSON that is no table": (b'{"a": 1}', "is JSON, but no list of objects"),
    "an OpenDocument sheet": (
        zipped({"content.xml": b"", "mimetype": b""}),
        "a sheet of OpenDocument (.ods): save it as",
    ),
    "a pickle": (b"\x80\x04\x95" + bytes(99), "a pickle, which is never opened here"),
    "a sound": (b"RIFF" + bytes(99), "a sound, not a table"),
    "a link": (b"https://example.org/features.csv\n", "a link to https://example.org/features.csv, not the table"),
    "JSON that is cut short": (b'[{"a": 1}, {"a": 2', "is JSON that ends before it is complete"),
    "the header again in another order": (
        rows("label,tempo,rms", "G,~,~") + rows("tempo,rms,label", "~,~,G"),
        "has its header again in row 121 with the columns in another order",
    ),
    "a genre column of NA and None alone": (
        rows("label,tempo,rms", "G,~,~").replace(b"Jazz", b"NA").replace(b"Rock", b"None"),
        "has no value in it, as NA and None mean that one is missing",
    ),
    "names that hold the genre": (
        rows("filename,tempo,rms", "G.{i}.wav,~,~"),
        "filename has a beginning that could, such as Jazz: choose “filename: beginning”",
    ),
    "ARFF with tables within rows": (
        b"@relation a\n@attribute bag relational\n@attribute x real\n@end bag\n@data\n1\n",
        "holds tables within rows (bag), which are not read",
    ),
    "YAML": (b"- tempo: 1.5\n  label: Jazz\n- tempo: 2.5\n  label: Rock\n", "is YAML: save it as CSV"),
    "LIBSVM": (b"1 1:1.5 2:0.5%b\n" % (b" 3:0.25" * 40), "a LIBSVM file, whose columns have no names"),
    "a row for each feature": (b"tempo,1.5,2.5,3.5\nrms,0.5,0.4,0.1\nlabel,Jazz,Rock,Jazz\n", "a row for each feature"),
    "settings": (b"[a]\nlabel = 'x'\n", "a file of settings (TOML or INI)"),
    "LaTeX": (b"\\begin{tabular}{lr}\nlabel & tempo \\\\\n", "is LaTeX: save its table as CSV"),
    "a row for each feature below the names of the tracks": (
        b"file,a.wav,b.wav,c.wav\ntempo,1.5,2.5,3.5\nrms,0.5,0.4,0.1\ngenre,Jazz,Rock,Jazz\n",
        "a row for each feature",
    ),
    "numbers without names": (rows("Jazz,1.5,2.5", "G,~,~"), "has numbers in its first row: add a row with the names"),
    "rows within a cell": (
        rows("title,label,tempo,rms", "Song {i},G,~,~", first='"Song 0, live",Jazz,~,~')
        .replace(b"Song 7,", b'"Song 7,')
        .replace(b"Song 31,", b'"Song 31,'),
        "has rows within a cell, which begins with “Song 7,Jazz,",
    ),
    "SQL": (b"INSERT INTO tracks VALUES ('a', 1.5);\n", "is SQL, not a table"),
    "XML": (b"<?xml version='1.0'?><rows><row><tempo>1</tempo></row></rows>", "is XML, which is not read"),
    "HDF5": (b"\x89HDF\r\n", "an HDF5 file"),
    "positions alone": (rows("label,offset_s,duration_s", "G,~,5"), "has no numeric feature"),
    "every row ragged": (rows("label,tempo", "G,~,~"), "2 columns in its header but 3 in its rows"),
}


def kinds() -> str:
    """Return the table of kinds and what comes of each, in Markdown."""
    lines = ["# What comes of each kind of table", "", "| kind of table | what comes of it |", "|---|---|"]
    for name, case in CASES.items():
        counts = f"{case.n} tracks, {len(case.genres)} genres, {len(case.features)} features"
        levels = "".join(f", {n} {level}s" for level, n in case.levels.items())
        lines.append(f"| {name} | {counts}{levels}{f'; “{case.said}”' if case.said else ''} |")
    lines += [f"| {name} | refused: “{words}” |" for name, (_, words) in REFUSED.items()]
    return "\n".join(lines) + "\n"


def words_on(dataset: Dataset, notes: tuple[str, ...]) -> str:
    """Return all that a person is told about a data set."""
    told = [finding.sentence for finding in findings(dataset)]
    return "\n".join([*notes, *dataset.notes, *(column.reason for column in dataset.columns), *told])


@cache
def taken(name: str) -> Dataset:
    """Return what a table is taken for."""
    return load_bytes([("table.csv", CASES[name].data)], **CASES[name].config)


@pytest.mark.parametrize("name", CASES)
def test_a_table_is_taken_for_what_it_is(name: str) -> None:
    from genre_core.data.tables.reading import read_table

    case, dataset = CASES[name], taken(name)
    assert (len(dataset), dataset.genres, dataset.features) == (case.n, case.genres, case.features)
    assert {level: len(set(numbers.tolist())) for level, numbers in dataset.groups.items()} == case.levels
    assert case.said in words_on(dataset, read_table([("table.csv", case.data)]).notes)


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_of_tracks_is_refused_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(DataError) as raised:
        load_bytes([("table.csv", data)])
    assert words in str(raised.value)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.said[:7] != "1 genre"])
def test_a_split_of_it_can_be_trained_on(name: str) -> None:
    dataset = taken(name)
    split = split_dataset(dataset, SplitConfig())
    assert not split.leaky
    assert sum(len(split[part]) for part in ("train", "validation", "test")) == len(dataset)


def test_the_table_of_kinds_says_what_these_tests_show() -> None:
    """`python -m tests.test_tables_as_found` writes it."""
    assert WRITTEN.read_text(encoding="utf-8") == kinds()


if __name__ == "__main__":
    WRITTEN.write_text(kinds(), encoding="utf-8")
