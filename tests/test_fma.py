"""FMA in its own layout: what an import keeps, what is read of it, and one sentence for each bad file."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from genre_core.data.fma.genres import Hierarchy
from genre_core.data.fma.importing import Imported, Progress, import_fma
from genre_core.data.fma.layout import find_fma
from genre_core.data.genres import write_counted
from genre_core.data.sources import genre_sizes, load_dataset
from genre_core.errors import DataError
from genre_core.evaluation.hierarchy import Tree
from genre_core.networks import MlpConfig
from genre_core.settings.config import ExperimentConfig, FmaConfig, SplitConfig, TrainConfig
from genre_core.store import tables as store_tables
from genre_core.store.tables import TableStore
from genre_core.terminal.main import main
from genre_core.training.experiment import prepare, run_experiment
from tests.data.make_fma import FAMILIES, STATISTICS, TOP_GENRES, write_fma

N_TRACKS = 1600
SUBSETS = ("small", "medium", "large", "full")
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "fma" / "format_sample"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason=f"needs the data in {SAMPLE}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("fma")
    write_fma(path, N_TRACKS)
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return TableStore(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.sqlite")


@pytest.fixture(scope="module")
def steps(folder, store):
    return list(import_fma(find_fma([folder]), store))


@pytest.fixture(scope="module")
def load(steps, store):
    def load(**config):
        return load_dataset(FmaConfig(table=steps[-1].content_hash, **config), store)

    return load


@pytest.fixture
def few(tmp_path):
    """Files of 40 tracks, to be spoilt."""
    write_fma(tmp_path / "few", 40)
    return tmp_path / "few"


def imported(folder, tmp_path):
    store = TableStore(f"sqlite:///{tmp_path}/own.sqlite")
    *_, last = import_fma(find_fma([folder]), store)
    return last, store


def raw(folder):
    """Return what the files say, read by pandas alone."""
    import pandas as pd

    tracks = pd.read_csv(folder / "tracks.csv", index_col=0, header=[0, 1])
    return tracks, pd.read_csv(folder / "features.csv", index_col=0, header=[0, 1, 2])


def test_an_import_says_how_far_it_is_and_what_it_came_to(steps, store):
    *progress, last = steps
    assert all(isinstance(step, Progress) and 0 <= step.done <= step.total for step in progress)
    stages = list(dict.fromkeys(step.stage for step in progress))
    assert stages == [
        "Comparing with what is stored",
        "Reading tracks.csv",
        "Reading features.csv",
        "Reading echonest.csv",
        "Writing the table",
        "Storing",
    ]
    assert last.new
    (table,) = store.tables("fma")
    assert (table.content_hash, table.n_rows) == (last.content_hash, N_TRACKS)
    assert table.notes[0].startswith("120 tracks in small, 375 in medium, 1,600 in all")
    assert table.notes[2] == "1 track of echonest.csv left out: not in tracks.csv."
    assert store.tables() == [], "no table of features that a person made"


def test_what_is_stored_is_not_imported_again(folder, steps, store):
    *progress, last = import_fma(find_fma([folder]), store)
    assert last == Imported(steps[-1].content_hash, new=False)
    assert {step.stage for step in progress} == {"Comparing with what is stored"}


def test_values_genres_groups_and_the_official_split_are_those_of_the_files(folder, load):
    tracks, features = raw(folder)
    data = load(subset="full")
    kept = tracks[("track", "genre_top")].notna()
    tracks, features = tracks[kept], features[kept]
    assert [int(re.search(r"\((\d+)\)$", name)[1]) for name in data.tracks] == tracks.index.tolist()
    assert list(data.features) == ["_".join(column) for column in features.columns]
    np.testing.assert_array_equal(data.X, features.to_numpy(np.float32).astype(float))
    assert [data.genres[y] for y in data.y] == tracks[("track", "genre_top")].tolist()
    for level in ("artist", "album"):
        pairs = set(zip(data.groups[level].tolist(), tracks[(level, "id")], strict=True))
        assert len(pairs) == tracks[(level, "id")].nunique() == len(np.unique(data.groups[level]))
    parts = {"training": 0, "validation": 1, "test": 2}
    assert data.published.tolist() == tracks[("set", "split")].map(parts).tolist()
    assert data.tracks[0].startswith("Artist ")
    assert data.notes[0] == "856 tracks left out: no top genre."


def test_a_subset_holds_the_smaller_ones(folder, load):
    tracks, _ = raw(folder)
    sizes = tracks[("set", "subset")].value_counts()
    small, medium, large, full = (set(load(subset=name, genre="lifted").tracks) for name in SUBSETS)
    assert small < medium < large == full
    assert (len(small), len(medium)) == (sizes["small"], sizes["small"] + sizes["medium"])
    assert load().counts.tolist() == [18, 18, 18, 18, 12, 12, 12, 12]


@pytest.mark.parametrize("family", FAMILIES)
def test_families_are_chosen_by_name(load, family):
    data = load(features=f" {family.upper()} ")
    assert len(data.features) == FAMILIES[family] * len(STATISTICS)
    assert all(re.fullmatch(rf"{family}_[a-z]+_\d\d", name) for name in data.features)


def test_statistics_are_chosen_by_name_and_leave_echonest_alone(load):
    data = load(features="mfcc,zcr,echonest", statistics="mean, std", missing="median")
    assert len(data.features) == 2 * 20 + 2 * 1 + 8
    assert "echonest_tempo" in data.features
    assert len(load(features="echonest_temporal").features) == 224
    assert len(load().features) == 518


def test_columns_chosen_are_the_columns_of_all(load):
    data = load(features="tonnetz", statistics="max")
    everything = load()
    at = [everything.features.index(name) for name in data.features]
    np.testing.assert_array_equal(data.X, everything.X[:, at])


def test_missing_features_and_rare_genres_are_left_out_and_counted(load):
    alone = load(subset="full", features="echonest")
    assert len(alone) < 744 / 4
    assert any(note.endswith("tracks left out: every feature is missing.") for note in alone.notes)
    mixed = load(subset="full", features="mfcc, echonest", missing="drop")
    assert set(mixed.tracks) == set(alone.tracks)
    assert not np.isnan(mixed.X).any()
    common = load(subset="full", min_tracks=50)
    assert min(common.counts) >= 50
    assert "with fewer than 50 tracks" in common.notes[1]
    two = load(subset="full", genres=", ".join(common.genres[:2]))
    assert two.genres == common.genres[:2]
    assert any(note.endswith("left out: their genres are not chosen.") for note in two.notes)


def test_a_genre_is_lifted_through_the_tree_where_none_is_given(folder, load):
    tracks, _ = raw(folder)
    data = load(subset="full", genre="lifted")
    assert len(data) == N_TRACKS
    for y, top, own in zip(data.y, tracks[("track", "genre_top")], tracks[("track", "genres")], strict=True):
        # Where no top genre is given, the first two of three genres lead to the one, the third to its neighbor.
        number = int(own.strip("[]").split(",")[0])
        lifted = TOP_GENRES[(number - 100) // 2 - 1]
        assert data.genres[y] == (top if isinstance(top, str) else lifted) == lifted


def test_genres_are_merged_and_hang_in_the_tree_where_their_paths_part(load, steps, store):
    usual = load(subset="full", genre="sub")
    of = dict(zip(usual.genres, usual.paths, strict=True))
    deep = next(genre for genre, path in of.items() if len(path) == 3)
    sister = next(genre for genre, path in of.items() if genre != deep and path[0] == of[deep][0])
    other = next(genre for genre, path in of.items() if path[0] != of[deep][0])
    sizes = genre_sizes(FmaConfig(table=steps[-1].content_hash, subset="full", genre="sub", genres=deep), store)
    assert sum(sizes.values()) == len(usual)
    for partner, above in ((sister, of[deep][:1]), (other, ())):
        text = write_counted(sizes, {genre: "mixed" if genre in (deep, partner) else genre for genre in sizes})
        merged = load(subset="full", genre="sub", genres=text)
        assert merged.paths[merged.genres.index("mixed")][: len(above)] == above
        assert merged.paths[merged.genres.index("mixed")][-1] == "mixed"
        assert merged.counts[merged.genres.index("mixed")] == sizes[deep] + sizes[partner]
        assert len(merged) == len(usual)
        assert any("count as mixed." in note for note in merged.notes)


def test_sub_genres_have_a_tree(load):
    data = load(subset="full", genre="sub")
    tree, names = Tree(data.paths), dict(zip(data.genres, data.paths, strict=True))
    assert {path[0] for path in data.paths} <= set(TOP_GENRES)
    assert max(tree.depths) == 3
    assert all(genre == path[-1] for genre, path in names.items())
    lifted = dict(zip(load(subset="full", genre="lifted").tracks, range(N_TRACKS), strict=True))
    top = load(subset="full", genre="lifted")
    for y, track in zip(data.y, data.tracks, strict=True):
        assert data.paths[y][0] == top.genres[top.y[lifted[track]]]
    assert load(subset="full").paths == ()


def test_the_finest_genre_is_the_deepest_and_none_between_equals():
    tree = Hierarchy({1: "Rock", 2: "Jazz", 11: "Punk", 111: "Oi", 5: "Lost"}, {1: 0, 2: 0, 11: 1, 111: 11, 5: 99})
    assert tree.finest([1, 111, 2]) == ["Rock", "Punk", "Oi"]
    assert tree.finest([11, 11, 1]) == ["Rock", "Punk"]
    assert tree.finest([1, 2]) is tree.finest([5]) is tree.finest([]) is None


def test_a_run_on_sub_genres_is_scored_in_the_tree(steps, store, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    table = ["--data.source", "fma", "--data.table", steps[-1].content_hash, "--data.subset", "full"]
    settings = ["--data.genre", "sub", "--data.min_tracks", "20", "--data.features", "mfcc", "--train.max_epochs", "4"]
    assert main(["train", *table, *settings, "--part", "validation", "--name", "finest"]) == 0
    assert "stay within a branch" in capsys.readouterr().out
    assert main(["evaluate", "finest"]) == 0
    assert "stay within a branch" in (said := capsys.readouterr().out)
    assert "hierarchical F1" in said


def test_an_import_of_an_earlier_version_has_no_sub_genres(steps, store, tmp_path):
    from pyarrow import parquet

    with store.open_table(steps[-1].content_hash) as file:
        older = parquet.read_table(file).drop_columns("genre_path")
    parquet.write_table(older, tmp_path / "older.parquet")
    with (tmp_path / "older.parquet").open("rb") as file:
        store.put_table("0" * 64, "FMA", file, older.num_rows, older.num_columns, kind="fma")
    assert load_dataset(FmaConfig(table="0" * 64), store).counts.tolist() == [18, 18, 18, 18, 12, 12, 12, 12]
    with pytest.raises(DataError, match="import the folder again"):
        load_dataset(FmaConfig(table="0" * 64, genre="sub"), store)
    store.delete_table("0" * 64)


def test_lifting_follows_parents_and_decides_nothing_between_equals():
    tree = Hierarchy(
        {1: "Rock", 2: "Jazz", 11: "Punk", 111: "Oi", 5: "Lost", 6: "Round"},
        {1: 0, 2: 0, 11: 1, 111: 11, 5: 99, 6: 6},
    )
    assert tree.lift([111]) == "Rock"
    assert tree.lift([111, 11, 2]) == "Rock"
    assert tree.lift([11, 2]) is None
    assert tree.lift([5, 6]) is None
    assert tree.lift([]) is None
    assert tree.named("11") == "Punk"


def test_artists_stand_on_one_side_of_the_official_split_and_rows_do_not(load, steps, store):
    config = ExperimentConfig(data=FmaConfig(table=steps[-1].content_hash, subset="full", features="mfcc"))
    for by, straddling in (("published", ()), ("auto", ()), ("row", ("album", "artist"))):
        split = prepare(config.model_copy(update={"split": SplitConfig(by=by)}), store).split
        assert split.straddling == straddling


def test_it_can_be_trained_on_and_the_row_split_flatters(steps, store):
    data = FmaConfig(table=steps[-1].content_hash, subset="full", features="mfcc,tonnetz", statistics="mean,max,min")
    base = ExperimentConfig(data=data, model=MlpConfig(hidden=(64,)), train=TrainConfig(max_epochs=30))
    accuracy = {
        by: run_experiment(base.model_copy(update={"split": SplitConfig(by=by)}), store).evaluate("test").accuracy
        for by in ("row", "artist")
    }
    assert accuracy["row"] > accuracy["artist"] + 0.1


def test_a_stored_table_in_pieces_reads_as_the_whole(steps, store):
    content_hash = steps[-1].content_hash
    whole = store.read_table(content_hash)
    assert len(whole) > 2 * store_tables.PIECE_BYTES
    with store.open_table(content_hash) as file:
        assert file.read() == whole
        for at in (0, store_tables.PIECE_BYTES - 3, len(whole) - 5):
            file.seek(at)
            assert file.read(100) == whole[at : at + 100]
        file.seek(-4, 2)
        assert file.read() == b"PAR1"


def test_deleting_it_leaves_nothing(few, tmp_path):
    last, store = imported(few, tmp_path)
    file = store.open_table(last.content_hash)
    assert store.delete_table(last.content_hash)
    with pytest.raises(DataError, match="was deleted while it was read"):
        file.read()
    file.close()
    assert not store.has_table(last.content_hash)
    assert store.tables("fma") == []
    with pytest.raises(DataError, match="is not in the store"):
        store.open_table(last.content_hash)


def test_genres_and_echonest_may_be_absent(few, tmp_path):
    (few / "genres.csv").unlink()
    (few / "echonest.csv").unlink()
    last, store = imported(few, tmp_path)
    config = FmaConfig(table=last.content_hash, subset="full")
    assert "Hip-Hop" in load_dataset(config, store).genres
    with pytest.raises(DataError, match="has no feature family echonest"):
        load_dataset(config.model_copy(update={"features": "echonest"}), store)


@needs_sample
def test_the_sample_of_the_real_files_is_read(tmp_path):
    last, store = imported(SAMPLE, tmp_path)
    data = load_dataset(FmaConfig(table=last.content_hash, subset="full"), store)
    assert data.X.shape == (4, 518)
    assert data.genres == ("Hip-Hop", "Pop")
    assert data.tracks == (
        "AWOL: Food (2)",
        "AWOL: Electric Ave (3)",
        "AWOL: This World (5)",
        "Kurt Vile: Freeway (10)",
    )
    assert data.X[0, 0] == np.float32(7.18)
    echonest = load_dataset(FmaConfig(table=last.content_hash, subset="full", features="echonest"), store)
    assert echonest.features[0] == "echonest_acousticness"
    assert echonest.X[1, 0] == np.float32(0.374408)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"features": "mffc"}, r"has no feature family mffc: did you mean mfcc\?"),
        ({"statistics": "mode"}, r"has no statistic mode: choose from kurtosis, max, mean, median, min, skew, std\."),
        ({"min_tracks": 1000}, "Fewer than two genres of FMA are left: choose a larger subset"),
    ],
)
def test_what_it_does_not_have_is_one_sentence(load, config, sentence):
    with pytest.raises(DataError, match=sentence):
        load(**config)


def test_a_table_that_is_no_import_of_fma_is_refused(store):
    from genre_core.data.tables.reading import read_table

    table = read_table([("t.csv", b"x,genre\n" + b"1.5,a\n2.5,b\n" * 10)])
    store.put_table(table.content_hash, table.name, table.parquet, table.n_rows, table.n_columns)
    with pytest.raises(DataError, match="is not an import of FMA"):
        load_dataset(FmaConfig(table=table.content_hash), store)
    with pytest.raises(DataError, match="FMA is not imported yet"):
        load_dataset(FmaConfig(), store)


# -- bad files ---------------------------------------------------------------------------------------------------------


def lines(path, change):
    """Rewrite a file, by its lines."""
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))


BAD_FILES = {
    "a shorter features.csv": (
        lambda f: lines(f / "features.csv", lambda rows: rows[:-3]),
        "features.csv has 37 tracks and tracks.csv has 40: one of them is incomplete; fetch both again.",
    ),
    "a features.csv cut off in a row": (
        lambda f: (f / "features.csv").write_bytes((f / "features.csv").read_bytes()[:-2000]),
        "features.csv has a row of .* values below a header of 519: the file is cut short or damaged",
    ),
    "tracks under other numbers": (
        lambda f: lines(f / "features.csv", lambda rows: [*rows[:-1], "999999," + rows[-1].split(",", 1)[1]]),
        "features.csv and tracks.csv hold different tracks: features.csv lacks 1 track, such as",
    ),
    "a track twice": (
        lambda f: lines(f / "features.csv", lambda rows: [*rows[:-1], rows[-2]]),
        "features.csv and tracks.csv hold different tracks",
    ),
    "a header of one row": (
        lambda f: lines(f / "features.csv", lambda rows: [rows[0].replace("feature", "track_id", 1), *rows[4:]]),
        "features.csv has no row with track_id alone below its header rows, where FMA's has 3",
    ),
    "a header of two rows": (
        lambda f: lines(f / "features.csv", lambda rows: [rows[0], *rows[2:]]),
        "features.csv has 2 header rows, where FMA's has 3 and then a row with track_id alone",
    ),
    "tracks with a header of three rows": (
        lambda f: lines(f / "tracks.csv", lambda rows: [rows[0], *rows]),
        "tracks.csv has 3 header rows, where FMA's has 2",
    ),
    "the pointer of a file": (
        lambda f: (f / "features.csv").write_text(
            "version https://git-lfs.github.com/spec/v1\noid sha256:5c\nsize 9\n"
        ),
        "features.csv is a Git-LFS pointer, not the data",
    ),
    "a binary file": (
        lambda f: (f / "tracks.csv").write_bytes(bytes(range(256)) * 20),
        "tracks.csv is a binary file, not a table",
    ),
    "an archive": (
        lambda f: (f / "features.csv").write_bytes(b"PK\x03\x04" + bytes(99)),
        "or a zip archive, or compressed",
    ),
    "an empty file": (lambda f: (f / "features.csv").write_bytes(b""), "features.csv is empty"),
    "a header alone": (
        lambda f: lines(f / "features.csv", lambda rows: rows[:4]),
        "features.csv has a header and no rows below it",
    ),
    "a word among numbers": (
        lambda f: lines(f / "features.csv", lambda rows: [*rows[:-1], re.sub(",[^,]+,", ",loud,", rows[-1], count=1)]),
        "features.csv cannot be read: .*loud",
    ),
    "no column for the subset": (
        lambda f: lines(f / "tracks.csv", lambda rows: [rows[0], rows[1].replace("subset", "part"), *rows[2:]]),
        "tracks.csv has no column subset of set",
    ),
    "genres that are no list": (
        lambda f: lines(f / "tracks.csv", lambda rows: [*rows[:-1], re.sub(r"\[.*?\]", "[rock]", rows[-1], count=1)]),
        r"tracks.csv holds \[rock\] where a list of genres such as \[21, 10\] belongs",
    ),
    "no features.csv": (
        lambda f: (f / "features.csv").unlink(),
        "holds tracks.csv but no features.csv: put both of FMA's files there",
    ),
    "another genres.csv": (
        lambda f: (f / "genres.csv").write_text("id,name\n1,Rock\n"),
        "genres.csv has no column genre_id",
    ),
    "a broken genres.csv": (
        lambda f: lines(f / "genres.csv", lambda rows: [*rows, "x,0,0,Odd,1\n"]),
        "genres.csv has a broken row 50",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_one_sentence_and_stores_nothing(few, tmp_path, name, monkeypatch, capsys):
    spoil, sentence = BAD_FILES[name]
    spoil(few)
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/own.sqlite")
    assert main(["import", str(few)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(sentence, err)
    assert err.count("\n") == 1
    assert TableStore(f"sqlite:///{tmp_path}/own.sqlite").tables("fma") == []


def test_order_line_ends_and_byte_order_mark_do_not_matter(few, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(few, other)
    lines(other / "features.csv", lambda rows: [*rows[:4], *reversed(rows[4:])])
    text = (other / "features.csv").read_bytes().replace(b"\n", b"\r\n")
    (other / "features.csv").write_bytes(b"\xef\xbb\xbf" + text)
    (one, store), (two, _) = imported(few, tmp_path), imported(other, tmp_path)
    assert one.content_hash != two.content_hash
    first, second = (load_dataset(FmaConfig(table=i.content_hash, subset="full"), store) for i in (one, two))
    assert first.content_hash == second.content_hash


# -- in the terminal ---------------------------------------------------------------------------------------------------


def test_the_terminal_imports_and_trains(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/own.sqlite")
    assert main(["import", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("FMA, 1,600 tracks: stored.")
    assert err == ""
    given = out.split("--fma ")[1].strip()
    quick = ("--data.subset", "full", "--data.features", "zcr", "--train.max_epochs", "2", "--split.by", "published")
    assert main(["train", "--fma", given, *quick]) == 0
    assert "test tracks" in capsys.readouterr().out
    assert main(["train", "--fma", str(folder), "--no-store", *quick]) == 0
    assert "validation tracks" in capsys.readouterr().out
    files = [str(folder / name) for name in ("tracks.csv", "features.csv", "genres.csv", "echonest.csv")]
    assert main(["import", *files]) == 0
    assert "was in the store already" in capsys.readouterr().out
    assert main(["train", "--fma", "nowhere"]) == 2
    assert "There is no folder or import of FMA nowhere" in capsys.readouterr().err
