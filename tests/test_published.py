"""Published splits: lists of names are read, stored once, matched with rows, and split by."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.data.dataset import PARTS, Dataset
from genre_core.data.inputs import Features
from genre_core.data.published import MAX_BYTES, part_of, parts_of, read_split, with_split
from genre_core.data.splitting import split_dataset
from genre_core.data.tables.reading import read_table
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig, SplitConfig, TableConfig
from genre_core.store.tables import TableStore
from genre_core.terminal.main import main
from genre_core.training.experiment import prepare
from tests.test_table import load_bytes

GTZAN = Path(__file__).parents[2] / "shared" / "data" / "gtzan"
needs_gtzan = pytest.mark.skipif(not GTZAN.is_dir(), reason=f"needs the data in {GTZAN}")
SEGMENTS = Path(__file__).with_name("data") / "segments.csv"


def dataset(tracks):
    n = len(tracks)
    return Dataset(Features(np.zeros((n, 1)), ("x",)), np.arange(n) % 2, ("a", "b"), tuple(tracks))


def split_of(train="a.00001\n", validation="a.00002\n", test="a.00003\n"):
    files = [("train.txt", train), ("valid.txt", validation), ("test.txt", test)]
    return read_split([(name, text.encode() if isinstance(text, str) else text) for name, text in files])


def parts(tracks, **lists):
    found = with_split(dataset(tracks), split_of(**lists).parquet)
    return [None if part < 0 else PARTS[part] for part in found.published], found.notes


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train_filtered.txt", "train"),
        ("valid_filtered.txt", "validation"),
        ("splits/GTZAN-Test.TXT", "test"),
        ("C:\\data\\val.txt", "validation"),
        ("dev.lst", "validation"),
        ("training set.txt", "train"),
        ("train_test.txt", None),
        ("tracks.txt", None),
        ("latest.txt", None),
    ],
)
def test_a_file_says_by_its_name_which_part_it_lists(name, part):
    assert part_of(name) == part


def test_a_development_set_trains_where_no_other_does():
    assert parts_of(["dev.txt", "eval.txt"]) == ["train", "test"]
    assert parts_of(["train.txt", "dev.txt", "test.txt"]) == ["train", "validation", "test"]


@pytest.mark.parametrize(
    "row",
    ["a.00001", "a.00001.wav", "a.00001.au", "a/a.00001.wav", "data\\a\\a.00001.mp3", "a.00001.7.wav", "x/a.00001"],
)
def test_a_row_is_found_by_its_track_however_it_is_written(row):
    assert parts([row, "a.00003"])[0] == ["train", "test"]


@pytest.mark.parametrize(
    "text",
    [
        "a/a.00001.wav\n",
        "\ufeffa.00001\r\n\r\n",
        '  "a.00001.au"  \n\n\n',
        "a.00001.wav\trock\n",
        "genres\\a\\a.00001.wav",
    ],
)
def test_names_are_read_however_they_are_written(text):
    assert parts(["a.00001.wav", "a.00002.wav"], train=text)[0] == ["train", "validation"]


def test_text_in_utf_16_is_read():
    assert parts(["a.00001"], train="a.00001\r\n".encode("utf-16"))[0] == ["train"]


def test_segments_that_are_named_one_by_one_are_told_apart():
    found, _ = parts(["a.00001.0", "a.00001.1", "a.00001.2"], train="a.00001.0\n", validation="a.00001.1\n")
    assert found == ["train", "validation", None]


def test_folders_tell_apart_what_has_the_same_name():
    lists = {"train": "one/song.mp3\n", "validation": "two/song.mp3\n", "test": "two/other.mp3\n"}
    assert parts(["two/song.wav", "one/song.wav", "song.wav"], **lists)[0] == ["validation", "train", None]


def test_rows_in_no_part_and_names_of_no_row_are_counted():
    found, notes = parts(["a.00001", "a.00009", "a.00002"], test="b.00001\nb.00002\n")
    assert found == ["train", None, "validation"]
    assert notes == (
        "1 of 3 rows in no part of the published split.",
        "2 tracks of the published split not in these data, such as b.00001.",
    )


def test_a_split_is_named_by_what_it_says_and_not_by_its_files():
    one = split_of(train="a.00001\na.00004\n")
    two = split_of(train="a.00004\r\n\r\na.00001\r\na.00001\r\n")
    assert one.content_hash == two.content_hash
    assert two.notes == ("train.txt: 1 line with a name that stood there before.",)
    assert one.content_hash != split_of().content_hash
    assert one.counts == {"train": 2, "validation": 1, "test": 1}


@given(st.lists(st.sampled_from(PARTS), min_size=3, max_size=40))
def test_every_row_comes_into_the_part_that_names_it(dealt):
    dealt = [*PARTS, *dealt]
    lists = {part: "".join(f"g.{n:05d}.wav\n" for n, other in enumerate(dealt) if other == part) for part in PARTS}
    assert parts([f"g/g.{n:05d}.au" for n in range(len(dealt))], **lists)[0] == dealt


@pytest.mark.parametrize(
    ("lists", "sentence"),
    [
        ({"train": "a.00002\n"}, "a.00002 is in both train and validation: a track belongs to one part."),
        ({"test": "\n \n"}, "test.txt is empty"),
        ({"test": bytes(range(256)) * 20}, "test.txt is a binary file"),
        ({"test": "version https://git-lfs.github.com/spec/v1\n"}, "test.txt is a Git-LFS pointer"),
        ({"test": "x" * 5000}, "test.txt is not a list with one name per line"),
        ({"test": b"x" * (MAX_BYTES + 1)}, "test.txt has more than 64 MB"),
    ],
)
def test_a_bad_list_is_one_sentence(lists, sentence):
    with pytest.raises(DataError, match=sentence):
        split_of(**lists)


def test_a_file_of_no_known_part_and_a_part_without_a_file_are_refused():
    with pytest.raises(DataError, match=r"tracks.txt does not say which part it lists: write train=, validation= or"):
        read_split([("tracks.txt", b"a\n")])
    with pytest.raises(DataError, match="No file names the test tracks: a published split needs train and test"):
        read_split([("train.txt", b"a\n"), ("valid.txt", b"b\n")])
    assert read_split([("train.txt", b"a\n"), ("test.txt", b"b\n")]).notes == (
        "No file names validation tracks: they are cut from the training part.",
    )
    assert (
        read_split([("one", b"a\n"), ("two", b"b\n"), ("test", b"c\n")], ["validation", "train"]).counts["train"] == 1
    )


def test_a_split_of_other_data_is_refused():
    with pytest.raises(
        DataError, match=r"names a.00001 and 2 other tracks, of which these data, such as b.1, hold none"
    ):
        with_split(dataset(["b.1", "b.2"]), split_of().parquet)
    table = read_table([("t.csv", b"x,genre\n" + b"1.5,a\n2.5,b\n" * 10)])
    with pytest.raises(DataError, match="names a table that is not a published split"):
        with_split(dataset(["a.00001"]), table.parquet)


# -- in the table itself -----------------------------------------------------------------------------------------------


def rows(n=60, **columns):
    lines = [",".join(["file", "genre", "x", "y", *columns])]
    for i in range(n):
        told = [str(values[i % len(values)]) for values in columns.values()]
        lines.append(",".join([f"t{i}.wav", "ab"[i // 6 % 2], str(i * 37 % 101 + 0.5), str(i * 53 % 97 + 0.5), *told]))
    return "\n".join(lines).encode()


def loaded(data, **config):
    return load_bytes([("table.csv", data)], **config)


@pytest.mark.parametrize(
    ("columns", "sizes", "said"),
    [
        ({"split": ("train", "val", "Test", "training")}, [30, 15, 15], "split says which rows are in which part"),
        ({"set": ("train", "test")}, [30, 0, 30], "set says"),
        ({"is_test": (0, 0, 1)}, [40, 0, 20], "is_test says"),
        ({"is_train": ("True", "False")}, [30, 0, 30], "is_train says"),
        ({"is_test": (1, 0, 0), "is_val": (0, 1, 0)}, [20, 20, 20], "is_test and is_val say"),
        ({"fold": (1, 2, 3, 4, 5)}, [36, 12, 12], "fold 5 as test and 4 as validation part"),
        ({"fold": (1, 2, 3, 4), "split": ("train", "test")}, [30, 0, 30], "split says"),
    ],
)
def test_a_column_of_parts_is_a_published_split_and_no_feature(columns, sizes, said):
    data = loaded(rows(**columns))
    assert [int((data.published == part).sum()) for part in range(3)] == sizes
    assert any(note.startswith(said) or said in note for note in data.notes)
    assert data.features == ("x", "y")
    split = split_dataset(data, SplitConfig(by="published"))
    assert len(split.test) == sizes[2]
    assert len(split.train) + len(split.validation) == sizes[0] + sizes[1]
    assert len(split.validation) == (sizes[1] or round(0.176 * sizes[0] + 0.5))
    assert split_dataset(data, SplitConfig()).by == "row"


@pytest.mark.parametrize(
    "columns", [{"split": ("a", "b")}, {"is_test": (0, 0)}, {"set": ("train", "val")}, {"fold": (1, 2)}]
)
def test_a_column_that_names_no_test_rows_is_no_split(columns):
    assert loaded(rows(**columns)).published is None


def test_a_column_of_parts_that_is_a_feature_by_choice_is_no_split():
    assert loaded(rows(fold=(1, 2, 3, 4, 5)), taken="fold").published is None


def test_own_files_of_train_and_test_are_a_published_split():
    train, test = ("my_train.csv", rows(40)), ("my_test.csv", rows(20).replace(b"\nt", b"\nu"))
    reading = read_table([train, test])
    assert reading.notes == (
        "my_train.csv and my_test.csv are the parts of a split: their rows are put below each other.",
    )
    data = load_bytes([train, test])
    assert [int((data.published == part).sum()) for part in range(3)] == [40, 0, 20]
    same = read_table([train, ("my_test.csv", rows(20))])
    assert "20 tracks stand in each of them." in same.notes


# -- with a table, from the store and in the terminal ------------------------------------------------------------------


@pytest.fixture
def lists(tmp_path):
    """Three lists that deal the tracks of the small table of segments, of which two are in no part."""
    folder = tmp_path / "splits"
    folder.mkdir()
    names = [f"{genre}/{genre}.{n:05d}.wav" for genre in ("blues", "disco", "metal") for n in range(12)]
    (folder / "train.txt").write_text("\n".join(n for i, n in enumerate(names) if i % 12 < 6))
    (folder / "valid.txt").write_text("\n".join(n for i, n in enumerate(names) if 6 <= i % 12 < 9))
    (folder / "test.txt").write_text("\n".join([n for i, n in enumerate(names) if i % 12 >= 9][:-2]))
    return folder


@pytest.fixture
def store(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/store.sqlite"
    monkeypatch.setenv("GENRE_LAB_STORE", url)
    return TableStore(url)


def test_the_terminal_stores_a_split_and_trains_by_it(lists, store, capsys):
    files = [str(lists / name) for name in ("train.txt", "valid.txt", "test.txt")]
    assert main(["import", str(lists), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"]
    assert main(["import", *files]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "train.txt + valid.txt + test.txt was in the store already: 18 training, 9 validation, 7 test tracks."
    )
    named = [f"--split={part}={path}" for part, path in zip(PARTS, files, strict=True)]
    assert main(["import", *named, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not found["new"]
    assert [table.content_hash for table in store.tables("split")] == [found["split"]]
    train = ["train", "--table", str(SEGMENTS), "--train.max_epochs", "2", "--json"]
    ways = [[str(lists)], [found["split"]], [found["split"][:8]], files]
    for way in ways:
        assert main([*train, *(f"--published={one}" for one in way)]) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["n_rows"], document["test"]["n"]) == (21, 7)
        assert document["config"]["split"]["by"] == "published"
        assert "6 of 108 rows in no part of the published split." in document["notes"]
    assert main([*train, "--published", str(lists), "--split.by", "track", "--no-store"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["split"]["by"] == "track"


def test_own_files_of_train_and_test_are_named_after_one_another(store, tmp_path, capsys):
    files = [tmp_path / "train.csv", tmp_path / "test.csv"]
    for file, data in zip(files, (rows(60), rows(30).replace(b"\nt", b"\nu")), strict=True):
        file.write_bytes(data)
    line = ["train", "--table", *map(str, files), "--split.by", "published", "--train.max_epochs", "1", "--json"]
    assert main(line) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n_rows"], found["test"]["n"]) == (30, 30)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["import", "--split", "nowhere.txt"], "There is no file nowhere.txt"),
        (["train", "--table", str(SEGMENTS), "--published", "abcd1234"], "There is no stored split abcd1234"),
        (["train", "--table", str(SEGMENTS), "--published", "."], ". holds no list of tracks such as train.txt"),
        (["train", "--data.published", "ab" * 32], "data.published is no setting where data.source is synthetic."),
        (["train", "--data.source", "table", "--data.published", "x"], "No stored data are called x"),
        (["train", "--table", str(SEGMENTS), "--fma", "."], "--table and --fma name"),
    ],
)
def test_what_is_not_there_is_one_sentence(store, capsys, given, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(given) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert sentence in err


@needs_gtzan
@pytest.mark.parametrize(
    ("file", "sizes"), [("features_30_sec.csv", (443, 197, 290)), ("features_10_sec.csv", (1326, 586, 869))]
)
def test_gtzan_is_split_as_published(store, file, sizes):
    split = read_split([(path.name, path.read_bytes()) for path in sorted((GTZAN / "splits").glob("*.txt"))])
    store.put_table(split.content_hash, split.name, split.parquet, 930, 2, kind="split")
    table = read_table([(file, (GTZAN / file).read_bytes())])
    store.put_table(table.content_hash, table.name, table.parquet, table.n_rows, table.n_columns)
    data = TableConfig(table=table.content_hash, published=split.content_hash)
    prepared = prepare(ExperimentConfig(data=data, split=SplitConfig(by="published")), store)
    assert tuple(len(prepared.split[part]) for part in PARTS) == sizes
    assert not prepared.split.leaky
    lines = (GTZAN / "splits/test_filtered.txt").read_text().split()
    listed = {line.split("/")[1].removesuffix(".wav") for line in lines}
    found = {prepared.dataset.tracks[row].rsplit(".wav")[0] for row in prepared.split.test}
    assert {".".join(name.split(".")[:2]) for name in found} == listed
