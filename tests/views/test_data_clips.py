"""Data, for tracks that can be heard: what was found, and what is done before a network can learn from them."""

import hashlib
import shutil
import time
from dataclasses import replace

import pytest
from safetensors.numpy import save

from dashboard.services import extractions, server_files, tables, tagger
from dashboard.views.data import collection_text, imports
from genre_core.data.clips import uploads
from genre_core.data.clips.collection import Collection
from genre_core.data.clips.tagger.about import WHEEL_SHA256, weights_path
from genre_core.data.clips.tagger.checkpoint import read_checkpoint
from genre_core.data.clips.tagger.network import from_checkpoint
from genre_core.data.sources import Clip
from genre_core.errors import DataError
from genre_core.settings.names import configure
from genre_core.studies.extraction import measure
from tests.hums import import_hums, write_hums
from tests.tagger import checkpoint_arrays, write_checkpoint
from tests.views.opening import drawn, opened, own_store, panel, press, texts

DATA = "views/data/page.py"
N = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = write_hums(tmp_path_factory.mktemp("sounds") / "hums", N)
    (folder / "drone" / "broken.wav").write_bytes(b"")
    return folder


@pytest.fixture
def store(tmp_path):
    with own_store(tmp_path) as own:
        yield own


@pytest.fixture
def table(store, folder):
    return import_hums(folder, store)


def on_clips(table: str, **more: str):
    return opened(DATA, data__source="clips", data__table=table, data__features="notebook20", **more)


def measured(store, config) -> None:
    """Measure all that is missing, as workers do."""
    from genre_core.studies.extraction import Extraction

    for task in Extraction(extractions.of(config), store).tasks():
        measure(task, store.url)


def said(page) -> str:
    return page.header[0].value.replace("\\", "")


def test_clips_are_told_and_heard_before_anything_is_measured(store, table):
    page = on_clips(table)
    assert said(page) == f"{3 * N} clips in 3 genres of {N} each, 12 seconds of sound, from hums."
    assert "20 features of each clip (The notebook's 20). Training measures them by itself." in texts(page)
    assert "not measured yet" not in texts(page)
    heard = drawn(page, "collection player")["clips"]
    assert [clip["title"] for clip in heard] == [f"chirp.{n:05}.wav" for n in range(1, N + 1)]
    assert all(0 < clip["gain"] < 1 for clip in heard)
    assert {button.label for button in page.button} >= {"Measure the clips", "Delete this collection"}
    assert (
        drawn(page, "sound of genres")["alt"]
        == "Sound of each genre: chirp 4 seconds, drone 4 seconds, hiss 4 seconds."
    )
    facts = next(
        item.proto.body for item in page.get("html") if "clip-facts" in item.proto.body and "<dl" in item.proto.body
    )
    for fact in ("1.0 s", "22,050 Hz", "WAV PCM_16", "mono"):
        assert f"<dd>{fact}</dd>" in facts
    assert panel(page)["titles"] == {"data.table": "Collection"}


def test_feature_sets_are_ticked(store, table):
    page = on_clips(table)
    ticks = panel(page)["ticks"]["data.features"]
    assert ticks["usual"] == "gtzan57"
    assert ticks["options"]["notebook20"][0] == "The notebook's 20"
    assert {"gtzan57", "chroma", "tagger", "tags"} <= set(ticks["options"])
    assert list(panel(opened(DATA, data__source="music"))["ticks"]) == ["data.features"]
    assert panel(opened(DATA))["ticks"] == {}
    assert list(panel(opened(DATA, data__source="fma"))["ticks"]) == ["data.features", "data.statistics"]


def test_genres_are_ticked_whichever_are_chosen(store, table):
    for page in (on_clips(table), on_clips(table, data__genres="chirp,hiss")):
        ticks = panel(page)["ticks"]["data.genres"]
        assert list(ticks["options"]) == ["chirp", "drone", "hiss"]
        assert (ticks["usual"], ticks["noun"]) == ("chirp, drone, hiss", "genres")
    assert said(page).startswith(f"{2 * N} clips in 2 genres")


def test_a_published_split_without_training_tracks_of_a_genre_is_used_without_it_by_a_button(store, table):
    parts = {"train": "12", "validation": "3", "test": "4"}
    names = [(f"{part}.txt", [f"{g}.{n:0>5}" for g in ("chirp", "hiss") for n in of]) for part, of in parts.items()]
    names[2][1].append("drone.00001")
    split = tables.add_split([(name, "\n".join(of).encode()) for name, of in names])
    where = {"data__source": "clips", "data__table": table, "data__published": split, "split__by": "published"}
    page = opened("views/train/page.py", **where)
    assert "no training track of the genre drone: use the other 2 genres alone" in texts(page)
    assert next(button for button in page.button if button.label == "Train").disabled
    press(page, "Use the other 2 genres")
    assert page.query_params["data.genres"] == "chirp,hiss"
    assert not next(button for button in page.button if button.label == "Train").disabled


def test_another_genre_is_heard(store, table):
    page = on_clips(table)
    box = next(item for item in page.selectbox if item.label == "Listen to")
    assert box.options == ["chirp", "drone", "hiss"]
    box.set_value("hiss").run()
    assert {clip["genre"] for clip in drawn(page, "collection player")["clips"]} == {"hiss"}


def test_files_that_cannot_be_used_are_listed_with_their_sentences(store, table):
    page = on_clips(table)
    folded = next(item for item in page.expander if item.label == "1 file cannot be used")
    frame = folded.dataframe[0].value
    assert frame["file"].tolist() == ["drone/broken.wav"]
    assert "broken.wav is empty" in frame["why"][0]
    assert [button.proto.label for button in folded.get("download_button")] == ["CSV"]


def test_measuring_is_begun_shown_and_stopped(store, table):
    page = press(on_clips(table), "Measure the clips")
    config = configure({"data.source": "clips", "data.table": table, "data.features": "notebook20"}).data
    assert extractions.extracting(config).study.active
    assert "Stop" in [button.label for button in page.button]
    press(page, "Stop")
    assert "Measure the clips" in [button.label for button in page.button]


def test_measured_clips_are_heard_beside_the_data_check(store, table):
    config = configure({"data.source": "clips", "data.table": table, "data.features": "notebook20"}).data
    measured(store, config)
    page = on_clips(table)
    assert said(page) == f"{3 * N} clips in 3 genres of {N} each, 20 features, from hums."
    assert len(drawn(page, "collection player")["clips"]) == N
    assert "**Data check**" in texts(page)
    assert "1 file cannot be used" in [item.label for item in page.expander]
    assert "Measure the clips" not in [button.label for button in page.button]
    for section in ("overview", "features", "genres"):
        shown = on_clips(table, section=section)
        assert not shown.exception
        assert ("Press a clip on the map" in texts(shown)) == (section == "overview")
        assert "tracks" not in said(shown)


def test_half_measured_clips_say_how_many_are(store, table):
    config = configure({"data.source": "clips", "data.table": table, "data.features": "notebook20"}).data
    from genre_core.studies.extraction import Extraction

    task, *_ = Extraction(extractions.of(config), store).tasks()
    measure(task[:5], store.url)
    assert f"5 of {3 * N} clips are measured." in texts(on_clips(table))


def test_windows_are_counted_as_windows(store, table):
    page = on_clips(table, data__window="0.5")
    assert "20 features of each window (The notebook's 20)." in texts(page)


def test_generated_music_is_heard_before_it_is_measured(store):
    page = opened(DATA, data__source="music", data__clips="10", data__difficulty="0.4")
    assert said(page) == "80 clips of generated music in 8 genres of 10 each, 6.7 minutes of sound."
    heard = drawn(page, "collection player")["clips"]
    assert {clip["genre"] for clip in heard} == {"Rock"}
    assert len(heard) == 10
    assert all(store.clips.find(clip["clip"]).recipe for clip in heard)
    assert "0.4: genres borrow" in next(item.proto.body for item in page.get("html") if "<dl" in item.proto.body)


def test_a_feature_set_that_is_not_there_is_a_sentence(store, table):
    page = opened(DATA, data__source="clips", data__table=table, data__features="gtzan75")
    assert "There is no feature set gtzan75: did you mean gtzan57?" in texts(page)
    assert drawn(page, "collection player")["clips"]


def chosen_kind(page, kind: str):
    next(item for item in page.get("button_group") if item.label == "What to add").set_value(kind).run()
    assert not page.exception
    return page


def uploader(page, label: str):
    return next(item for item in page.file_uploader if item.label.startswith(label))


def wavs(folder, under: str = "mine/") -> list[tuple[str, bytes, str]]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(f"{under}{path.relative_to(folder)}", path.read_bytes(), "audio/wav") for path in files]


def test_a_folder_of_sounds_is_uploaded(store, folder):
    page = chosen_kind(opened(DATA), "folder")
    uploader(page, "A folder of sounds").set_value([*wavs(folder), ("mine/notes.txt", b"hello", "text/plain")]).run()
    assert next(item for item in page.text_input if item.label == "Name of the collection").value == "mine"
    press(page, f"Add {3 * N + 1} clips")
    assert said(page) == f"{3 * N} clips in 3 genres of {N} each, 12 seconds of sound, from mine."
    assert "1 file cannot be used" in [item.label for item in page.expander]
    place = store.clips.folder / "uploads"
    kept = sorted(path.name for path in place.iterdir())
    heard = [clip["clip"] for clip in drawn(page, "collection player")["clips"]]
    assert len(kept) == 3 * N
    assert {f"{clip}.wav" for clip in heard} <= set(kept)
    for name in kept:
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == name.removesuffix(".wav")
    assert {store.clips.find(name[:64]).path for name in kept} == {str(place / name) for name in kept}


def test_files_of_a_genre_are_added_to_a_collection(store, table, tmp_path):
    more = write_hums(tmp_path / "more", 2, 1.5) / "chirp"
    page = chosen_kind(on_clips(table), "sounds")
    files = [(f"more {n}.wav", path.read_bytes(), "audio/wav") for n, path in enumerate(sorted(more.iterdir()))]
    uploader(page, "Sound files").set_value(files).run()
    assert next(button for button in page.button if button.label == "Add 2 clips").disabled
    box = next(item for item in page.selectbox if item.label == "Genre of these files")
    assert box.options == ["chirp", "drone", "hiss"]
    box.set_value("drone").run()
    press(page, "Add 2 clips")
    assert said(page) == f"{3 * N + 2} clips in 3 genres, 15 seconds of sound, from hums."
    assert page.query_params["data.table"] != [table]
    assert len(store.tables("clips")) == 2


def test_uploads_go_with_the_last_collection_that_has_them(store, folder):
    page = chosen_kind(opened(DATA), "folder")
    uploader(page, "A folder of sounds").set_value(wavs(folder)).run()
    press(page, f"Add {3 * N + 1} clips")
    (first,) = store.tables("clips")
    collection = store.read_collection(first.content_hash)
    half = replace(collection, frame=collection.frame[collection.frame["genre"] == "hiss"], name="half")
    store.put_collection(half)
    tables.delete_table(first.content_hash)
    place = store.clips.folder / "uploads"
    assert {path.stem for path in place.iterdir()} == set(half.clips["clip"])
    tables.delete_table(half.content_hash)
    assert not list(place.iterdir())


def test_clips_of_one_genre_are_heard_and_another_is_asked_for(store, folder, tmp_path):
    shutil.copytree(folder / "hiss", tmp_path / "alone" / "hiss")
    table = import_hums(tmp_path / "alone", store)
    page = on_clips(table)
    assert said(page) == f"{N} clips in 1 genre, 4 seconds of sound, from alone."
    assert "Training needs at least two genres" in texts(page)
    assert "Measure the clips" not in [button.label for button in page.button]
    assert len(drawn(page, "collection player")["clips"]) == N


def test_a_collection_is_renamed(store, table):
    page = on_clips(table)
    next(item for item in page.text_input if item.label == "Name of the collection").set_value(" Hums  of 2024 ").run()
    assert said(page).endswith("from Hums of 2024.")
    next(item for item in page.text_input if item.label == "Name of the collection").set_value("  ").run()
    assert said(page).endswith("from Hums of 2024.")


def test_uploads_that_are_no_sound_are_a_sentence(store):
    page = chosen_kind(opened(DATA), "folder")
    uploader(page, "A folder of sounds").set_value([("mine/a.txt", b"hello", "text/plain")]).run()
    assert "None of these is a sound file." in texts(page)
    uploader(page, "A folder of sounds").set_value([("mine/jazz/a.wav", b"no sound", "audio/wav")]).run()
    press(page, "Add 1 clip")
    assert "None of these files can be used. a.wav is text, not a sound" in texts(page)
    assert not list((store.clips.folder / "uploads").iterdir())
    assert not store.tables("clips")


def test_an_upload_that_another_one_removes_meanwhile_stops_nothing(tmp_path):
    (tmp_path / "new-gone").symlink_to(tmp_path / "nowhere")  # listed, but not there when it is looked at
    assert uploads.write([("a.wav", b"1")], tmp_path).is_dir()


def test_names_of_uploads_lead_nowhere_else(tmp_path):
    names = [
        "../../x.wav",
        "/etc/y.wav",
        "..\\..\\z.wav",
        "a/./b/../c.wav",
        "n\0l.wav",
        "x.wav",
        "é" * 300 + ".wav",
        "",
    ]
    root = uploads.write([(name, b"1") for name in names], tmp_path / "deep" / "uploads")
    written = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    everything = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == len(everything) == len(names)
    assert {"x.wav", "x (2).wav", "etc/y.wav", "z.wav", "a/b/c.wav", "n\N{REPLACEMENT CHARACTER}l.wav"} <= set(written)


def test_an_upload_has_limits():
    with pytest.raises(DataError, match="2,001 files; an upload takes 2,000 at most"):
        uploads.check([1] * 2001)
    with pytest.raises(DataError, match="These files have 600 MB; an upload takes 500 MB at most"):
        uploads.check([300 * 1024**2] * 2)


def finished() -> None:
    """Wait until the tagger is fetched, or is not."""
    deadline = time.monotonic() + 30
    while tagger.fetching().active:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def on_tagger(table: str):
    return opened(DATA, data__source="clips", data__table=table, data__features="tags, notebook20")


def test_the_tagger_is_offered_and_fetched_where_its_features_are_asked_for(store, table, monkeypatch):
    def fetch(folder):
        yield 10_000_000
        path = weights_path(folder)
        path.parent.mkdir(parents=True)
        weights = from_checkpoint(read_checkpoint(*write_checkpoint(checkpoint_arrays())))
        path.write_bytes(save(weights, {"wheel_sha256": WHEEL_SHA256}))

    monkeypatch.setattr(tagger, "fetch", fetch)
    page = on_tagger(table)
    for words in ("not here yet", "29 MB", "pypi.org/project/musicnn", "ISC", "Some songs of GTZAN"):
        assert words in texts(page)
    assert "70 features of each clip (2 feature sets)" in texts(page)
    assert "Measure the clips" not in [button.label for button in page.button]
    press(page, "Fetch the tagger (29 MB)")
    finished()
    assert tagger.is_there(), tagger.fetching().problem
    page.run()
    assert "not here yet" not in texts(page)
    assert "Measure the clips" in [button.label for button in page.button]


def test_a_tagger_that_cannot_be_fetched_is_a_sentence(store, table, monkeypatch):
    def fetch(folder):
        yield 0
        raise DataError("The package index cannot be reached: check the network.")

    monkeypatch.setattr(tagger, "fetch", fetch)
    page = press(on_tagger(table), "Fetch the tagger (29 MB)")
    finished()
    page.run()
    assert "The package index cannot be reached: check the network." in texts(page)
    assert "Fetch the tagger (29 MB)" in [button.label for button in page.button]


def test_an_imported_folder_is_called_so(store, folder, monkeypatch):
    server_files.offered.clear()
    monkeypatch.setenv("GENRE_LAB_DATA", str(folder.parent))
    page = opened(DATA)
    box = next(item for item in page.selectbox if item.label == "Or from this server")
    assert box.options == ["hums (folder of sounds)"]
    box.set_value("hums/*").run()
    press(page, "Import")
    assert imports.imported_soon(next(iter(imports.imports())), 60)
    page.run()
    assert "The folder hums is imported." in texts(page)
    press(page, "Show it")
    assert "from hums." in said(page)
    server_files.offered.clear()


def test_lengths_of_time_have_the_unit_that_suits_them():
    lasting = collection_text.lasting
    assert [lasting(s) for s in (1, 52, 198, 1600, 11_520)] == [
        "1 second", "52 seconds", "3.3 minutes", "27 minutes", "3.2 hours",
    ]  # fmt: skip


def test_kinds_of_files_are_told_with_their_numbers_where_they_differ(folder, store, table):
    frame = Collection.from_parquet(store.read_table(table)).clips
    frame.loc[:2, "codec"] = "MP3"
    frame.loc[0, "channels"] = 2
    facts = collection_text.file_facts(frame)
    assert facts["Codec"] == f"WAV PCM_16 ({3 * N - 3}), MP3 (3)"
    assert facts["Channels"] == f"mono ({3 * N - 1}), stereo (1)"


def test_unequal_genres_are_not_said_to_be_equal():
    clips = [Clip("a", "a", "jazz", 1.0), Clip("b", "b", "jazz", 1.0), Clip("c", "c", "rock", 1.0)]
    assert collection_text.found(clips, "mine") == "3 clips in 2 genres, 3 seconds of sound, from mine."
