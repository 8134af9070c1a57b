"""Import of tables: what people save is read, and what is no table is refused in one sentence."""

import gzip
import hashlib
import io
import time
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_core.data.sources.table import inspect
from genre_core.data.tables import reading
from genre_core.data.tables.how import How
from genre_core.data.tables.reading import MAX_BYTES, Reading, check_size, read_table
from genre_core.errors import DataError

DATA = Path(__file__).parent / "data"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252")


def read(*names: str) -> Reading:
    return read_table([(name, (DATA / name).read_bytes()) for name in names])


def frame(reading: Reading) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(reading.parquet))


def text_table(text: str, encoding: str = "utf-8") -> Reading:
    return read_table([("table.csv", text.encode(encoding))])


def refusal(data: bytes | str, name: str = "table.csv") -> str:
    with pytest.raises(DataError) as raised:
        read_table([(name, data.encode() if isinstance(data, str) else data)])
    sentence = str(raised.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_committed_tables_come_from_their_script() -> None:
    from tests.data.make_tables import tables

    assert {name: (DATA / name).read_bytes() for name in tables()} == tables()


def test_reading_keeps_every_column_and_names_the_original_bytes() -> None:
    reading = read("segments.csv")
    assert (reading.name, reading.n_rows, reading.n_columns, reading.notes) == ("segments.csv", 108, 7, ())
    assert reading.content_hash == hashlib.sha256((DATA / "segments.csv").read_bytes()).hexdigest()
    assert list(frame(reading)) == ["filename", "length", "tempo", "rms", "mfcc1", "mfcc2", "label"]


def test_the_same_file_gives_the_same_bytes() -> None:
    assert read("segments.csv") == read("segments.csv")


def test_bom_and_crlf_change_nothing() -> None:
    assert read("segments_bom_crlf.csv").parquet == read("segments.csv").parquet


def test_a_german_spreadsheet_is_read_and_said_to_be_one() -> None:
    reading = read("segments_german.csv")
    assert reading.notes == (
        "Read as Windows-1252, in which it says “Böse”: if that looks wrong, choose another encoding.",
        "Semicolons separate its columns.",
        "Its numbers have decimal commas.",
    )
    german, plain = frame(reading), frame(read("segments.csv"))
    assert set(german.label) == {"blues", "disco", "Böse Lieder"}
    pd.testing.assert_frame_equal(german.drop(columns="label"), plain.drop(columns="label"))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_separator_encoding_and_line_end_gives_the_same_table(
    separator: str, encoding: str, line_end: str
) -> None:
    rows = [["title", "tempo", "label"], ['"Ja, aber; so|so"', "0.1", "café"], ["x", "-2.5e-3", "rock"]]
    text = line_end.join(separator.join(row) for row in rows) + line_end
    read_back = frame(text_table(text, encoding))
    assert read_back.to_dict("list") == {
        "title": ["Ja, aber; so|so", "x"],
        "tempo": [0.1, -0.0025],
        "label": ["café", "rock"],
    }


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.lists(st.tuples(finite, finite), min_size=4, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(ENCODINGS),
)
@settings(max_examples=40, deadline=None)
def test_numbers_come_through_to_the_bit(values: list[tuple[float, float]], separator: str, encoding: str) -> None:
    rows = [("a", "b", "label"), *((repr(a), repr(b), f"g{i % 2}é") for i, (a, b) in enumerate(values))]
    read_back = frame(text_table("\n".join(separator.join(row) for row in rows), encoding))
    assert list(zip(read_back.a, read_back.b, strict=True)) == values


def test_layered_headers_are_joined_and_the_index_row_names_the_first_column() -> None:
    reading = read("fma_features.csv")
    assert (reading.n_rows, reading.n_columns) == (40, 9)
    assert list(frame(reading))[:3] == ["track_id", "mfcc_mean_01", "mfcc_mean_02"]
    assert reading.notes == ("Its 3 header rows are joined into one name per column, such as tonnetz_std_02.",)
    tracks = frame(read("fma_tracks.csv"))
    assert list(tracks) == ["track_id", "set_split", "track_genre_top", "track_title"]
    assert tracks.track_title[7] == "One, two\nthree"


def test_a_layered_header_without_an_index_row_is_joined() -> None:
    text = "mfcc,mfcc,mfcc,mfcc,track\nmean,mean,std,std,genre_top\n01,02,01,02,\n1.5,2,3,4,rock\n1,2.5,3,4,jazz\n"
    assert list(frame(text_table(text))) == [
        "mfcc_mean_01", "mfcc_mean_02", "mfcc_std_01", "mfcc_std_02", "track_genre_top",
    ]  # fmt: skip


def test_one_header_row_may_have_an_index_row() -> None:
    table = frame(text_table("features,a,b\ntrack_id,,\n2,1.5,2\n5,0.5,1\n"))
    assert table.to_dict("list") == {"track_id": [2, 5], "a": [1.5, 0.5], "b": [2, 1]}


def test_a_first_row_without_values_is_no_header() -> None:
    assert text_table("filename,a,b\nblues.00000.wav,,\nblues.00001.wav,1,2\n").n_rows == 2


def test_files_are_joined_on_the_identifier_they_share() -> None:
    reading = read("fma_features.csv", "fma_tracks.csv")
    assert (reading.name, reading.n_rows, reading.n_columns) == ("fma_features.csv + fma_tracks.csv", 40, 12)
    assert "Joined on track_id: 40 rows." in reading.notes
    both = (DATA / "fma_features.csv").read_bytes() + (DATA / "fma_tracks.csv").read_bytes()
    assert reading.content_hash == hashlib.sha256(both).hexdigest()


def test_segments_join_with_one_row_per_track_and_the_unmatched_are_counted() -> None:
    segments = b"track_id,a\n1,0.1\n1,0.2\n2,0.3\n9,0.4\n"
    reading = read_table([("a.csv", segments), ("b.csv", b"genre,track_id\nrock,2\njazz,1\n")])
    assert frame(reading).genre.tolist() == ["jazz", "jazz", "rock"]
    assert "1 row of a.csv left out: the other file has no such track_id, the first is 9 in row 4." in reading.notes


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            b"song,genre\n1,rock\n",
            "a.csv and b.csv share no column of identifiers, such as track_id: give both the same one.",
        ),
        (
            b"track_id,genre\n7,rock\n",
            "a.csv and b.csv have no value of track_id in common (one begins with 1, the other with 7): give both the "
            "same tracks.",
        ),
    ],
)
def test_files_that_do_not_belong_together_are_refused(other: bytes, sentence: str) -> None:
    with pytest.raises(DataError) as raised:
        read_table([("a.csv", b"track_id,a\n1,0.1\n2,0.2\n"), ("b.csv", other)])
    assert str(raised.value) == sentence


def test_parquet_is_told_by_content_and_layered_names_are_flattened() -> None:
    table = pd.DataFrame({("mfcc", "mean"): [0.5, 1.5], ("track", "genre"): pd.Categorical(["rock", "jazz"])})
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    reading = read_table([("table.csv", buffer.getvalue())])
    assert frame(reading).to_dict("list") == {"mfcc_mean": [0.5, 1.5], "track_genre": ["rock", "jazz"]}


def test_lists_in_a_parquet_file_have_bars_between_them() -> None:
    buffer = io.BytesIO()
    lists = {"tags": [["x"], ["y", "z"]], "beats": [[1, 2], [3]]}
    pd.DataFrame({"a": [0.5, 1.5], **lists, "label": ["u", "v"]}).to_parquet(buffer)
    reading = read_table([("table.parquet", buffer.getvalue())])
    assert frame(reading)[["tags", "beats"]].to_numpy().tolist() == [["x", "1|2"], ["y|z", "3"]]


def test_files_with_the_same_columns_are_put_below_each_other() -> None:
    files = [("rock.csv", b"file,a,label\nr0.wav,1,rock\n"), ("jazz.csv", b"file,label,a\nj0.wav,jazz,2\n")]
    reading = read_table(files)
    assert frame(reading).a.to_list() == [1, 2]
    assert reading.notes == ("rock.csv and jazz.csv have the same columns: their rows are put below each other.",)


@pytest.mark.parametrize(
    ("tracks", "names"),
    [
        (b"track_id,a\n7,1\n8,2\n", b"TRACK_ID,genre\n7,rock\n8,jazz\n"),
        (b"track_id,a\n000007.mp3,1\n000008.mp3,2\n", b"id,genre\n000/000007.wav,rock\n8,jazz\n"),
    ],
)
def test_files_are_joined_however_they_write_the_tracks(tracks: bytes, names: bytes) -> None:
    reading = read_table([("a.csv", tracks), ("b.csv", names)])
    assert frame(reading).genre.to_list() == ["rock", "jazz"]
    assert reading.notes == ("Joined on track_id: 2 rows.",)
    written = [line.partition(",")[0] for line in tracks.decode().splitlines()[1:]]
    assert frame(reading).track_id.astype(str).to_list() == written, "as the first file writes them"


def test_what_did_not_match_is_counted_by_file_and_named_as_it_is_written() -> None:
    files = [("a.csv", b"file,x\n01.mp3,1\n02.mp3,2\n"), ("b.csv", b"file,genre\n2.wav,rock\n3.wav,jazz\n4.wav,jazz\n")]
    which = "the other file has no such file, the first is 01.mp3 in row 1."
    assert f"1 row of a.csv and 2 rows of b.csv left out: {which}" in read_table(files).notes
    kept = frame(read_table(files, How(keep_rows=True)))
    assert kept.file.to_list() == ["02.mp3", "01.mp3", "3.wav", "4.wav"]


def test_columns_that_joined_files_share_count_once_where_they_are_the_same() -> None:
    reading = read_table([("a.csv", b"id,a,b,label\n7,1,3,u\n8,2,4,v\n"), ("b.csv", b"id,a,b,c\n7,1,5,0\n8,2,6,0\n")])
    assert list(frame(reading)) == ["id", "a", "b", "label", "a (2)", "b.2", "c"]


def test_ragged_rows_are_left_out_and_counted() -> None:
    reading = text_table("a,b,label\n1,2,rock\n1,2\n1,2,rock,9\n3,4,jazz\n")
    assert reading.n_rows == 2
    assert reading.notes == (
        "2 ragged rows left out: more or fewer values than columns, the first is row 2, “1,2” with 2 values.",
    )


def test_repeated_and_absent_names_are_numbered() -> None:
    reading = text_table(",a,a,label\n0,1.5,2,rock\n1,3,4,jazz\n")
    assert list(frame(reading)) == ["Unnamed: 0", "a", "a.2", "label"]
    assert reading.notes == ("1 column had the name of an earlier one and now a number, as a.2.",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b" \n\r\n", "is empty"),
        ((DATA / "bad_header_alone.csv").read_bytes(), "has a header and no rows"),
        ((DATA / "bad_pointer.csv").read_bytes(), "git lfs pull"),
        ((DATA / "bad_binary.csv").read_bytes(), "is a binary file"),
        (b"PK\x03\x04\x14\0", "cut short, broken or protected"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "cannot be unpacked"),
        (b"PAR1 and then nothing", "cannot be read"),
        ("<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        ("a,b,label\n1,2,rock,4\n3,4,jazz,5\n", "has 3 columns in its header but 4 in its rows"),
        ("one\ntwo\nthree\n", "a single column"),
        ("0.5,0.25,rock\n0.1,0.2,jazz\n", "has numbers in its first row"),
        ('a,b\n1,2\n"3,4\n5,6,7\n', "never closed"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(data: bytes | str, words: str) -> None:
    assert words in refusal(data)


def test_a_table_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2000)
    assert "2,001 rows, more than the 2,000" in refusal("a,b,label\n" + "1,2,rock\n" * 2001)


def test_a_long_table_that_would_be_too_wide_is_refused_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_VALUES", 300)
    monkeypatch.setattr(pd.DataFrame, "pivot", None)
    long = "track,label,feature,value\n" + "".join(f"t{i // 2},rock,f{i % 30},{i}.5\n" for i in range(60))
    assert "30 rows of 32 columns, more than the 300 values" in refusal(long)


def test_a_feature_of_a_long_table_may_be_called_as_another_column() -> None:
    long = "track,year,feature,value\n" + "".join(
        f"t{i},{1990 + i},year,{i}.5\nt{i},{1990 + i},rms,1\n" for i in range(9)
    )
    found = text_table(long)
    assert list(frame(found)) == ["track", "year", "year.2", "rms"]
    assert found.notes[-1] == "1 column had the name of an earlier one and now a number, as year.2."


def test_arrays_of_whole_numbers_are_columns_too_where_numpy_writes_their_points() -> None:
    told = pd.DataFrame({"label": ["rock", "jazz", "rock"], "mfcc": ["[1. 0.]", "", "[0. 2.]"]})
    found = frame(read_table([("table.parquet", told.astype("large_string[pyarrow]").to_parquet())]))
    assert found.mfcc_2.tolist()[::2] == [0, 2]
    assert found.mfcc_1.isna().tolist() == [False, True, False]


def test_a_hundred_thousand_columns_are_refused_from_the_header() -> None:
    row = ",".join("0.5" for _ in range(100_000)) + "\n"
    data = (",".join(f"feature_{i}" for i in range(100_000)) + "\n" + row * 40).encode()
    start = time.process_time()
    assert "100,000 columns, more than the 10,000" in refusal(data)
    assert time.process_time() - start < 1


def test_a_file_that_is_too_large_is_refused_with_its_size() -> None:
    with pytest.raises(DataError, match=r"^big\.csv has 300 MB, more than the 200 MB that are read"):
        check_size("big.csv", 300 * 1024**2)
    with pytest.raises(DataError, match="more than the 200 MB"):
        read_table([("big.csv", bytes(MAX_BYTES + 1))])


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_give_anything_but_a_table_or_a_sentence(data: bytes) -> None:
    with suppress(DataError):
        inspect(read_table([("x.csv", data)]).parquet)


@given(st.text(alphabet='ab,;\n\r"é1.?', max_size=80))
@settings(max_examples=200, deadline=None)
def test_no_text_gives_anything_but_a_table_or_a_sentence(text: str) -> None:
    with suppress(DataError):
        inspect(text_table(text).parquet)
