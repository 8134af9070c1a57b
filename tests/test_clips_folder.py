"""Folders of clips: three layouts, what is refused, and the collection that comes of them."""

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from genre_core.data.clips.collection import COLUMNS, Collection, collect
from genre_core.data.clips.folder import find_clips
from genre_core.errors import DataError
from genre_core.store.runs import RunStore
from genre_core.terminal.main import main
from tests.data.make_fma import write_fma
from tests.sounds import noise, write_sound

CLIPS = Path(__file__).parents[2] / "shared" / "data" / "clips"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "Songs"


@pytest.fixture
def gtzan(root):
    """Two genres of two tracks, one of them in two segments."""
    for name in ("blues/blues.00001.wav", "blues/blues.00012.3.wav", "blues/blues.00012.4.wav", "rock/rock.00000.wav"):
        write_sound(root / name)
    return root


def touch(root, *files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(b"\0")
    return root


def belongs(found):
    return {clip.file: (clip.genre, clip.track, clip.album, clip.artist) for clip in found.clips}


def problems(found):
    return {refused.file: refused.problem for refused in found.refused}


def test_a_genre_a_folder(gtzan):
    assert belongs(find_clips(gtzan)) == {
        "blues/blues.00001.wav": ("blues", "blues.00001", "", ""),
        "blues/blues.00012.3.wav": ("blues", "blues.00012", "", ""),
        "blues/blues.00012.4.wav": ("blues", "blues.00012", "", ""),
        "rock/rock.00000.wav": ("rock", "rock.00000", "", ""),
    }


def test_artists_and_albums_below_a_genre(root):
    touch(root, "Rock/Queen/Opera/01.mp3", "Rock/Queen/02.mp3", "Rock/ABBA/Gold/CD 1/01.mp3", "Pop/03.MP3")
    assert belongs(find_clips(root)) == {
        "Pop/03.MP3": ("Pop", "Pop/03", "", ""),
        "Rock/ABBA/Gold/CD 1/01.mp3": ("Rock", "Rock/ABBA/Gold/CD 1/01", "Gold/CD 1", "ABBA"),
        "Rock/Queen/02.mp3": ("Rock", "Rock/Queen/02", "", "Queen"),
        "Rock/Queen/Opera/01.mp3": ("Rock", "Rock/Queen/Opera/01", "Opera", "Queen"),
    }


def test_folders_above_all_genres_are_none(root):
    touch(root, "Data/genres_original/blues/a.wav", "Data/genres_original/jazz/b.wav", "Data/images/blues/a.png")
    found = find_clips(root)
    assert {clip.genre for clip in found.clips} == {"blues", "jazz"}
    assert found.notes == ("Genres are the folders in Data/genres_original.", "1 other file skipped: 1 .png.")
    assert {clip.genre for clip in find_clips(root / "Data" / "genres_original").clips} == {"blues", "jazz"}


def test_a_single_genre(root):
    assert [clip.genre for clip in find_clips(touch(root, "blues/a.wav", "blues/b.wav")).clips] == ["blues", "blues"]


def test_a_file_outside_any_genre(root):
    found = find_clips(touch(root, "a.wav", "blues.00001.wav", "rock/b.wav"))
    assert problems(found) == {"a.wav": "a.wav lies in no genre's folder: move it into one, such as blues."}
    assert belongs(found)["blues.00001.wav"] == ("blues", "blues.00001", "", "")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("names", ["file genre artist album track", "File_Name Label ArtistName albums track_id"])
def test_a_manifest(root, ending, names):
    touch(root, "a.wav", "more/b.wav", "more/left.wav", "c.wav")
    rows = [
        ("a.wav", "rock", "Queen", "Opera", "007"),
        ("more\\b.wav", "jazz", None, None, None),
        ("./c.wav", "jazz", 'Ünï, "x"', "", "t"),
        ("gone.wav", "jazz", "", "", ""),
        ("../outside.wav", "jazz", "", "", ""),
        ("/etc/passwd", "jazz", "", "", ""),
        ("a.wav", "pop", "Queen", "Opera", "007"),
        ("a.wav", "rock", "Queen", "Opera", "007"),
        ("more/b.wav", None, "", "", ""),
        (None, "rock", "", "", ""),
    ]
    table = pd.DataFrame(rows, columns=names.split())
    (table.to_csv if ending == "csv" else table.to_parquet)(root / f"m.{ending}", index=False)
    found = find_clips(root)
    assert [(clip.file, clip.genre, clip.track, clip.album, clip.artist) for clip in found.clips] == [
        ("a.wav", "pop", "007", "Opera", "Queen"),
        ("a.wav", "rock", "007", "Opera", "Queen"),
        ("c.wav", "jazz", "t", "", 'Ünï, "x"'),
        ("more/b.wav", "jazz", "more/b", "", ""),
    ]
    said = problems(found)
    assert said.keys() == {"gone.wav", "../outside.wav", "/etc/passwd", "more/b.wav"}
    assert "is no sound file that is there" in said["gone.wav"]
    assert "lies outside its folder" in said["../outside.wav"]
    assert "lies outside its folder" in said["/etc/passwd"]
    assert "has no genre in m." in said["more/b.wav"]
    assert found.notes == (
        f"Genres come from m.{ending}.",
        f"1 sound file left out: not in m.{ending}.",
        f"1 row of m.{ending} left out: no file is named there.",
    )


def test_a_manifest_that_names_files_outside_is_kept_with_its_sentences(root):
    write_sound(root / "a.wav")
    (root / "manifest.csv").write_text("file,genre\na.wav,rock\n../b.wav,rock\n/etc/passwd,rock\n")
    collection, locations = collect(root)
    assert list(locations.values()) == [root / "a.wav"]
    back = Collection.from_parquet(collection.to_parquet())
    assert back.refused["file"].tolist() == ["../b.wav", "/etc/passwd"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,genre\n", "no rows"),
        ("file,tempo\na.wav,1\n", "no column genre"),
        ("a,genre\na.wav,x\n", "no column file"),
    ],
)
def test_a_table_called_manifest_has_to_be_one(gtzan, text, said):
    (gtzan / "Manifest.csv").write_text(text)
    with pytest.raises(DataError, match=f"Manifest.csv has .*{said}"):
        find_clips(gtzan)


def test_a_manifest_of_files_that_are_all_gone(gtzan):
    (gtzan / "manifest.csv").write_text("file,genre\ngone.wav,rock\nlost.wav,jazz\n")
    found = find_clips(gtzan)
    assert not found.clips
    assert problems(found).keys() == {"gone.wav", "lost.wav"}


def test_a_table_of_something_else_is_no_manifest(gtzan):
    (gtzan / "features.csv").write_text("filename,tempo,label\nblues.00001.wav,120.5,blues\nx.wav,99.5,rock\n")
    (gtzan / "broken.parquet").write_bytes(b"PAR1")
    assert len(find_clips(gtzan).clips) == 4


def test_fma(root):
    write_fma(root / "fma_metadata", 40)
    tracks = pd.read_csv(root / "fma_metadata" / "tracks.csv", header=[0, 1], index_col=0)
    names = {f"{number:06d}"[:3] + f"/{number:06d}.mp3": row for number, row in tracks.iterrows()}
    touch(root / "fma_small", *names, "999/999999.mp3", "README.txt")
    found = find_clips(root)
    labelled = {f"fma_small/{file}": row for file, row in names.items() if isinstance(row["track", "genre_top"], str)}
    assert {clip.file for clip in found.clips} == labelled.keys()
    assert len({clip.genre for clip in found.clips}) > 1
    for clip in found.clips:
        row = labelled[clip.file]
        assert clip.track == Path(clip.file).stem
        assert clip.artist.startswith(row["artist", "name"])
        assert clip.album == str(row["album", "id"])
    assert problems(found) == {
        "fma_small/999/999999.mp3": "999999.mp3 is not in tracks.csv: take both from the same release."
    }
    assert sum("names no top genre" in note for note in found.notes) == (len(labelled) < len(names))


def test_what_is_no_sound_is_skipped_and_counted(gtzan):
    touch(
        gtzan,
        "blues/.DS_Store",
        "blues/cover.jpg",
        "blues/b.JPG",
        "notes.txt",
        ".git/a.wav",
        "README",
        "__MACOSX/a.wav",
    )
    found = find_clips(gtzan)
    assert len(found.clips) == 4
    assert found.notes == ("7 other files skipped: 3 hidden, 2 .jpg, 1 .txt and 1 without an ending.",)
    assert not found.refused


def test_links(gtzan, tmp_path):
    outside = write_sound(tmp_path / "outside" / "a.wav")
    (gtzan / "rock" / "out.wav").symlink_to(outside)
    (gtzan / "far").symlink_to(outside.parent)
    (gtzan / "rock" / "in.wav").symlink_to(gtzan / "rock" / "rock.00000.wav")
    (gtzan / "rock" / "round").symlink_to(gtzan)
    (gtzan / "rock" / "cover.jpg").symlink_to(tmp_path / "cover.jpg")
    (gtzan / "rock" / "nowhere.wav").symlink_to(gtzan / "nothing.wav")
    found = find_clips(gtzan)
    assert problems(found).keys() == {"rock/out.wav", "far"}
    assert all("is a link that leads outside its folder" in problem for problem in problems(found).values())
    assert {"rock/in.wav", "rock/nowhere.wav"} < {clip.file for clip in found.clips}
    assert all(clip.path.is_relative_to(gtzan) for clip in found.clips)
    collection, locations = collect(gtzan)
    assert "nowhere.wav is no longer there" not in collection.clips["problem"].tolist()
    assert set(collection.refused["file"]) == {"rock/out.wav", "far", "rock/nowhere.wav"}
    assert len(locations) == 4


def test_a_root_that_is_a_link(gtzan, tmp_path):
    (tmp_path / "link").symlink_to(gtzan)
    assert belongs(find_clips(tmp_path / "link")) == belongs(find_clips(gtzan))


def test_odd_names(root):
    names = ["Ünï/音楽.wav", 'it\'s/"q".wav', "two\nlines/a\nb.wav", "%s/{0}.wav"]
    for name in names:
        write_sound(root / name)
    touch(root, os.fsdecode(b"caf\xe9/a.wav"))
    collection, _ = collect(root)
    assert set(collection.clips["file"]) == set(names)
    assert set(collection.genres) == {"Ünï", "it's", "two lines", "%s"}
    assert collection.refused["problem"].tolist() == ["a.wav has a name that is not Unicode: rename it."]
    assert Collection.from_parquet(collection.to_parquet()).content_hash == collection.content_hash


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda root: None, "There is no folder Songs"),
        (lambda root: root.write_text("x"), "Songs is no folder"),
        (lambda root: root.mkdir(), "Songs holds no sound files"),
        (lambda root: touch(root, "a.txt"), "Songs holds no sound files"),
    ],
)
def test_folders_without_clips(root, make, said):
    make(root)
    with pytest.raises(DataError, match=said) as caught:
        find_clips(root)
    assert str(root.parent) not in str(caught.value)


def test_a_folder_without_permission(gtzan, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "rock":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_clips(gtzan)
    assert problems(found) == {"rock": "rock cannot be read (Permission denied): check its permissions."}
    assert len(found.clips) == 3


def test_ten_thousand_files(root):
    for genre in range(10):
        (root / f"g{genre}").mkdir(parents=True)
        for number in range(1000):
            (root / f"g{genre}" / f"g{genre}.{number:05d}.wav").touch()
    before = time.process_time()
    found = find_clips(root)
    assert time.process_time() - before < 5
    assert len(found.clips) == 10_000
    assert list(found.clips) == sorted(found.clips, key=lambda clip: clip.file)


def test_too_many_clips(root, monkeypatch):
    monkeypatch.setattr("genre_core.data.clips.folder.MAX_CLIPS", 3)
    with pytest.raises(DataError, match="holds more than 3 clips"):
        find_clips(touch(root, "a/1.wav", "a/2.wav", "b/3.wav", "b/4.wav"))


def test_folders_without_end(root):
    touch(root, "a/1.wav", "b/" * 40 + "2.wav")
    found = find_clips(root)
    assert [clip.file for clip in found.clips] == ["a/1.wav"]
    assert "lies too deep" in found.refused[0].problem


def test_a_collection(gtzan):
    write_sound(gtzan / "rock" / "short.wav", noise(0.2))
    (gtzan / "rock" / "text.wav").write_text("text")
    told = []
    collection, locations = collect(gtzan, lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)
    assert collection.name == "Songs"
    assert list(collection.frame.columns) == list(COLUMNS)
    assert collection.frame["file"].tolist() == sorted(collection.frame["file"])
    assert collection.counts == {"blues": 3, "rock": 1}
    assert collection.genres == ("blues", "rock")
    assert collection.hours == pytest.approx({"blues": 3 / 3600, "rock": 1 / 3600})
    assert dict(collection.refused[["file", "problem"]].to_numpy()) == {
        "rock/short.wav": "short.wav lasts 0.20 s, too short to hear a genre: use 0.5 s or more.",
        "rock/text.wav": "text.wav is text, not a sound: leave it out.",
    }
    assert {clip: path.name for clip, path in locations.items()} == {
        row.clip: Path(row.file).name for row in collection.clips.itertuples()
    }
    assert all(path.is_absolute() for path in locations.values())


def test_the_same_folder_has_the_same_hash(gtzan, tmp_path):
    first, _ = collect(gtzan)
    other = tmp_path / "copy"
    for path in sorted(gtzan.rglob("*.wav"), reverse=True):
        (other / path.relative_to(gtzan)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, other / path.relative_to(gtzan))
        os.utime(other / path.relative_to(gtzan), (1, 1))
    assert collect(other)[0].content_hash == first.content_hash
    write_sound(other / "rock" / "rock.00000.wav", noise(seed=99))
    assert collect(other)[0].content_hash != first.content_hash


def test_a_collection_comes_back_from_parquet(gtzan):
    (gtzan / "rock" / "text.wav").write_text("text")
    collection, _ = collect(gtzan)
    back = Collection.from_parquet(collection.to_parquet(), "Songs")
    pd.testing.assert_frame_equal(back.frame, collection.frame)
    assert back.content_hash == collection.content_hash
    assert back.to_parquet() == collection.to_parquet()


def test_copies(gtzan):
    shutil.copyfile(gtzan / "blues" / "blues.00001.wav", gtzan / "blues" / "copy.wav")
    shutil.copyfile(gtzan / "blues" / "blues.00001.wav", gtzan / "rock" / "copy.wav")
    collection, locations = collect(gtzan)
    assert collection.counts == {"blues": 3, "rock": 2}
    assert len(locations) == 4
    assert collection.notes == (
        "1 file left out as copies of other files of their genre: copy.wav is a copy of blues.00001.wav.",
        "1 clip has more than one genre, such as blues.00001.wav: blues and rock.",
    )


def test_collections_are_added(gtzan, tmp_path):
    (gtzan / "rock" / "later.wav").write_text("text")
    one, _ = collect(gtzan)
    other = tmp_path / "more"
    shutil.copytree(gtzan, other)
    write_sound(other / "rock" / "later.wav")
    write_sound(other / "jazz" / "new.wav")
    two, _ = collect(other)
    both = one.add(two)
    assert both.name == "Songs"
    assert both.counts == {"blues": 3, "jazz": 1, "rock": 2}
    assert both.refused.empty
    assert both.notes == ("4 clips in both Songs and more.",)
    assert both.content_hash == two.add(one).content_hash == two.content_hash
    assert one.add(one).content_hash == one.content_hash


SPOILT = {
    "no hash": ("clip", "abc", "has abc in clip"),
    "no genre": ("genre", " ", "in genre"),
    "no length": ("seconds", np.inf, "in seconds"),
    "less than silence": ("loudness", -np.inf, "in loudness"),
    "more than full scale": ("peak", 1.5, "in peak"),
    "outside": ("file", "../../etc/passwd", "outside its folder"),
    "absolute": ("file", "/etc/passwd", "outside its folder"),
    "no value": ("artist", None, "empty cells"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_manifest_that_no_import_made(gtzan, what):
    column, value, said = SPOILT[what]
    collection, _ = collect(gtzan)
    frame = collection.frame.copy()
    frame.loc[1, column] = value
    spoilt = frame.to_parquet(index=False)
    with pytest.raises(DataError, match=said):
        Collection.from_parquet(spoilt)


def test_other_tables_are_no_collections(gtzan):
    collection, _ = collect(gtzan)
    for data, said in (
        (b"", "cannot be read"),
        (b"PAR1 and more", "cannot be read"),
        (collection.to_parquet()[:-40], "cannot be read"),
        (collection.frame.drop(columns="peak").to_parquet(), "no column peak"),
        (pd.concat([collection.frame] * 2).to_parquet(index=False), "twice"),
        (collection.frame.assign(seconds="long").to_parquet(index=False), "cannot be read"),
    ):
        with pytest.raises(DataError, match=said):
            Collection.from_parquet(data)


# -- in the terminal ---------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command with a store of its own; return its status and what it wrote on either stream."""
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/own.sqlite")

    def run(*arguments):
        status = main([*map(str, arguments)])
        return status, *capsys.readouterr()

    return run


def test_the_terminal_imports_clips(gtzan, run):
    (gtzan / "rock" / "two\nlines.wav").write_text("text")
    status, out, err = run("import", gtzan)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Songs stored: 4 clips of 2 genres, 0.00 hours.",
        "",
        "genre  clips  hours",
        "blues      3   0.00",
        "rock       1   0.00",
        "",
        "Not used: two lines.wav is text, not a sound: leave it out.",
    ]
    assert run("import", gtzan)[1].startswith("Songs was in the store already: 4 clips")
    collection, _ = collect(gtzan)
    (stored,) = RunStore().tables("clips")
    assert (stored.name, stored.n_rows, stored.n_columns) == ("Songs", 4, len(COLUMNS))
    back = Collection.from_parquet(RunStore().read_table(stored.content_hash))
    assert back.content_hash == stored.content_hash == collection.content_hash
    assert RunStore().tables() == []


def test_an_import_of_clips_as_json(gtzan, run):
    (gtzan / "rock" / "a.wav").touch()
    status, out, err = run("import", gtzan, "--json", "--progress")
    document = json.loads(out)
    assert status == 0
    assert document["table"] == collect(gtzan)[0].content_hash
    assert (document["name"], document["new"], document["n_clips"]) == ("Songs", True, 4)
    assert document["genres"] == {"blues": 3, "rock": 1}
    assert document["hours"] == pytest.approx({"blues": 3 / 3600, "rock": 1 / 3600})
    assert document["refused"] == [{"file": "rock/a.wav", "problem": "a.wav is empty: copy it again."}]
    assert json.loads(err.splitlines()[-1]) == {"stage": "Listening to clips", "done": 5, "total": 5}


def test_a_long_list_of_refused_files_is_cut(gtzan, run):
    touch(gtzan, *(f"rock/bad{number:02d}.wav" for number in range(23)))
    lines = run("import", gtzan)[1].splitlines()
    assert sum(line.startswith("Not used: bad") for line in lines) == 20
    assert lines[-1] == "Not used: 3 more files; --json lists them."


def test_a_folder_without_a_usable_clip(root, run):
    touch(root, "rock/a.wav")
    status, out, err = run("import", root)
    assert (status, out) == (2, "")
    assert "Songs holds no clip that can be used: a.wav is" in err


@pytest.mark.parametrize(
    ("option", "words"), [("--encoding", "how the file of a table is read"), ("--label", "the columns of a table")]
)
def test_how_a_table_is_read_cannot_be_said_of_a_folder(root, run, option, words):
    touch(root, "rock/a.wav")
    status, out, err = run("import", root, option, "utf-8")
    assert (status, out) == (2, "")
    assert words in err


def test_the_folder_of_fma_s_metadata_is_no_folder_of_clips(root, run):
    write_fma(root, 40)
    touch(root, "000/000002.mp3")
    assert run("import", root)[1].startswith("FMA, 40 tracks: stored.")


@pytest.mark.skipif(not CLIPS.is_dir(), reason=f"needs the clips in {CLIPS}")
def test_real_clips():
    collection, locations = collect(CLIPS)
    assert len(collection.counts) == 10
    assert set(collection.counts.values()) == {20}
    assert len(locations) == 200
    assert collection.refused.empty
