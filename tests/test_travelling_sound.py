"""Runs on sound that travel: their clips come along and are checked, and generated music is composed again."""

import hashlib
import re
import shutil

import numpy as np
import pytest

from genre_core.data.clips import uploads
from genre_core.data.clips.collection import KIND as CLIPS
from genre_core.data.clips.collection import Collection
from genre_core.data.clips.sounds import samples
from genre_core.data.music import rendering
from genre_core.errors import DataError, StoreError
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.store import arrivals
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from genre_core.takehome import archive
from genre_core.takehome.collection import KIND, LISTED, VERSION, data_said, deleted_data, export_runs
from genre_core.takehome.importing_runs import import_runs
from genre_core.terminal.main import main
from genre_core.workers.run import execute
from tests.behind_the_gate import saved_scores
from tests.hums import import_hums, write_hums
from tests.sounds import write_sound
from tests.test_collection import files_of, new_store, same

SMALL = {"data.features": "spectral", "model.architecture": "linear", "train.max_epochs": 3, "train.batch_size": 8}


def made(folder, name, runs):
    """Return a store with its folder of files, and complete runs of those settings."""
    opened = new_store(folder, name)
    for run_id, settings in runs.items():
        opened.submit(run_id, settings if not isinstance(settings, dict) else configure(SMALL | settings), run_id)
        execute(run_id, 1, opened.url)
        assert opened.run(run_id).state == "complete", opened.run(run_id).error
    return opened


@pytest.fixture(scope="module", autouse=True)
def quick_music():
    """Play noise in place of rendered music, the same for the same recipe."""

    def noise(recipe, start, seconds, sample_rate):
        seed = int(hashlib.sha256(recipe.encode()).hexdigest()[:8], 16)
        return np.random.default_rng(seed).normal(0, 0.1, round(seconds * sample_rate)).astype(np.float32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "samples_of", noise)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_hums(tmp_path_factory.mktemp("hums"), 7, 0.6)


@pytest.fixture(scope="module")
def store(tmp_path_factory, folder):
    """Runs on clips, in windows with changed copies and as they are; and on generated music."""
    at = tmp_path_factory.mktemp("store")
    first = new_store(at, "store")
    table = import_hums(folder, first)
    first.close()
    on_clips = {"data.source": "clips", "data.table": table}
    cut = on_clips | {"data.window": 0.3, "data.copies": "pitch"}
    music = {"data.source": "music", "data.clips": 10, "data.seconds": 2.0}
    settings = [on_clips, on_clips | {"train.seed": 7}]
    runs = dict(zip(("one", "two"), settings, strict=True)) | {"cut": cut, "music": music}
    both = ensemble_of([configure(SMALL | one) for one in settings])
    opened = made(at, "store", runs | {"both": both})
    yield opened
    opened.close()


def exported(store, *run_ids, with_data=True, **more):
    return export_runs(store, [store.run(run_id) for run_id in run_ids], with_data=with_data, **more).content


def test_runs_on_clips_are_the_same_elsewhere_with_their_clips(store, other):
    content = exported(store, "both", "cut")
    assert len([name for name in files_of(content) if name.startswith("clips/")]) == 21
    found = import_runs(other, content)
    assert {run.id for run in found.runs} == {"both", "one", "two", "cut"}
    assert (len(found.tables), found.notes) == (1, ())
    for run in found.runs:
        same(store, other, run.id)
    ours, theirs = (one.read_collection(one.tables(CLIPS)[0].content_hash) for one in (store, other))
    assert ours.content_hash == theirs.content_hash
    for clip in ours.clips["clip"]:
        where = other.clips.find(clip)
        assert where.path.startswith(str(other.clips.uploads))
        assert (samples(where) == samples(store.clips.find(clip))).all()
    open_test(other, other.run("cut"))
    assert other.run("cut").summary["test"]["accuracy"] == saved_scores(store, "cut")["test"]["accuracy"]
    assert import_runs(other, content).runs == ()


def test_generated_music_is_composed_again(store, other):
    content = exported(store, "music")
    assert not [name for name in files_of(content) if name.startswith("clips/")]
    assert "composes it again" in data_said(store, [store.run("music")])
    assert import_runs(other, content).notes == ()
    same(store, other, "music")
    open_test(other, other.run("music"))


def test_the_hash_alone_says_what_is_missing_and_is_enough_once_the_clips_are_here(store, other, folder):
    content = exported(store, "one", with_data=False)
    (note,) = import_runs(other, content).notes
    assert re.search(
        r"The run one came without its data .* import the clips of \S+, then import the archive again", note
    )
    import_hums(folder, other)
    assert "The run one was here without its data, and is complete now." in import_runs(other, content).notes
    same(store, other, "one")


def test_what_cannot_be_measured_here_is_said_and_comes_later(store, other, monkeypatch):
    def no_tagger(work):
        raise DataError("The tagger is not here: fetch it.")

    content = exported(store, "one")
    (note,) = import_runs(other, content, no_tagger).notes
    assert note == (
        "The run one cannot answer here yet: The tagger is not here: fetch it, then import the archive again."
    )
    assert "is complete now" in import_runs(other, content).notes[0]


def test_clips_that_are_here_stay_where_they_are(store, other, folder, tmp_path):
    own = shutil.copytree(folder, tmp_path / "own")
    import_hums(own, other)
    import_runs(other, exported(store, "one"))
    assert not other.clips.uploads.exists()


def test_what_is_too_large_or_gone_or_has_changed_is_said(store, folder, tmp_path, monkeypatch, capsys):
    run = store.run("one")
    assert re.match(r"Their data take about \d+\sKB, including 21\sclips\.", data_said(store, [run]))
    with pytest.raises(DataError, match=r"from 21\sclips of 0 MB, .* 2,000 clips of 0 MB at most: use a terminal\."):
        exported(store, "one", most_sound=1000, instead="use a terminal")
    here = new_store(tmp_path, "here")
    own = shutil.copytree(folder, tmp_path / "own")
    import_hums(own, here)
    import_runs(here, exported(store, "one"))
    (own / "hiss" / "hiss.00001.wav").write_bytes((own / "hiss" / "hiss.00002.wav").read_bytes())
    with pytest.raises(DataError, match=r"hiss\.00001\.wav has changed since it was imported"):
        exported(here, "one")
    (own / "hiss" / "hiss.00001.wav").unlink()
    (sentence,) = deleted_data(here, [here.run("one")])
    assert re.search(
        r"^1\sclip of own can no longer be read, such as hiss\.00001\.wav: the archive has the hash", sentence
    )
    monkeypatch.setenv("GENRE_LAB_STORE", here.url)
    assert main(["export", "one", "--with-data", "--out", str(tmp_path / "runs.zip")]) == 0
    assert "can no longer be read" in capsys.readouterr().err
    left = files_of((tmp_path / "runs.zip").read_bytes())
    assert not [name for name in left if name.startswith(("clips/", "tables/"))]
    here.close()


def packed(content, files):
    return archive.pack(KIND, VERSION, files_of(content) | files)


def test_clips_that_were_changed_are_refused_and_nothing_stays(store, other, tmp_path, monkeypatch):
    content = exported(store, "one")
    files = files_of(content)
    first = min(name for name in files if name.startswith("clips/"))
    (table,) = (name for name in files if name.startswith("tables/"))
    collection = Collection.from_parquet(files[table])
    shorter = Collection("x", collection.frame.assign(seconds=9.0))
    other_sound, not_sound = write_sound(tmp_path / "other.wav").read_bytes(), b"RIFF nothing"

    def instead(data):
        """Return the archive with another file for one clip, and a collection that says so."""
        digest = hashlib.sha256(data).hexdigest()
        clip = first.removeprefix("clips/").removesuffix(".wav")
        new = Collection("x", collection.frame.replace({"clip": {clip: digest}}))
        document = files[LISTED].decode().replace(collection.content_hash, new.content_hash)
        found = {name: value for name, value in files.items() if name not in (first, table)}
        found |= {f"clips/{digest}.wav": data, f"tables/{new.content_hash}.parquet": new.to_parquet()}
        fingerprint = store.run("one").config.fingerprint
        config = store.run("one").config.model_copy(
            update={"data": store.run("one").config.data.model_copy(update={"table": new.content_hash})}
        )
        found[LISTED] = document.replace(fingerprint, config.fingerprint).encode()
        return archive.pack(KIND, VERSION, found)

    cases = {
        "The archive holds another": packed(content, {first: other_sound}),
        "The archive lacks": archive.pack(KIND, VERSION, {n: d for n, d in files.items() if n != first}),
        "The collection": packed(content, {table: shorter.to_parquet()}),
        "The collection cannot be read": packed(content, {table: b"PAR1"}),
        "is another sound than its collection says": instead(other_sound),
        "A clip in the archive cannot be used": instead(not_sound),
    }
    for sentence, data in cases.items():
        with pytest.raises(DataError, match=sentence):
            import_runs(other, data)
    monkeypatch.setattr(arrivals, "_put_run", lambda *_: (_ for _ in ()).throw(StoreError("The disk is full.")))
    with pytest.raises(StoreError, match="is full"):
        import_runs(other, content)
    assert other.runs() == other.tables(CLIPS) == []
    assert list(other.clips.uploads.iterdir()) == []


def test_a_disk_that_takes_no_clips_is_a_sentence(store, other, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.tempfile, "mkdtemp", full)
    with pytest.raises(DataError, match="could not store these files"):
        import_runs(other, exported(store, "one"))
    assert other.runs() == []


def test_a_collection_without_its_clips_as_earlier_versions_wrote_it_is_its_hash_alone(store, other):
    files = {name: data for name, data in files_of(exported(store, "one")).items() if not name.startswith("clips/")}
    found = import_runs(other, archive.pack(KIND, VERSION, files))
    assert found.tables == ()
    assert "came without its data" in found.notes[0]


def test_the_terminal_says_how_large_the_clips_are_and_takes_them_in(store, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    file = str(tmp_path / "runs.zip")
    assert main(["export", "one", "--with-data", "--out", file]) == 0
    assert re.search(r"Their data take about \d+ KB, including 21 clips\.", capsys.readouterr().err)
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path / 'third.sqlite'}")
    assert main(["import", file]) == 0
    assert "Imported the run one (one)." in capsys.readouterr().out
    third = RunStore(f"sqlite:///{tmp_path / 'third.sqlite'}")
    same(store, third, "one")
    third.close()
