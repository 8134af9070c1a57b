"""Clips as a source: cut, measured once, gathered into features, and trained on like any table."""

import errno
import os
import signal

import numpy as np
import pytest
from distributed import Reschedule
from fsspec.implementations.local import LocalFileSystem
from pydantic import ValidationError

from genre_core.data.clips.features import FEATURE_SETS, extract
from genre_core.data.clips.gathering import cut, extractor_of, missing
from genre_core.data.clips.shards import Place, Shards, Window
from genre_core.data.clips.sounds import Location, samples
from genre_core.data.dataset import PARTS
from genre_core.data.published import KIND as SPLIT
from genre_core.data.published import read_split
from genre_core.data.sources import counts_of, load_dataset, unmeasured, windows_of
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError, NotExtractedError, StoreError, UnlearnedError
from genre_core.settings.config import ClipsConfig, ExperimentConfig, SplitConfig
from genre_core.settings.names import configure
from genre_core.settings.naming import data_name
from genre_core.store.files import files_folder, shards_address
from genre_core.store.run_result import outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import MEASURING
from genre_core.studies import extraction
from genre_core.studies.extraction import CLIPS_A_TASK, Extraction, ExtractionConfig, by_processes, dealt
from genre_core.studies.study import iter_results
from genre_core.workers.run import execute
from tests.hums import GENRES, import_hums, write_hums

N = 8
SECONDS = 1.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_hums(tmp_path_factory.mktemp("hums"), N, SECONDS)


@pytest.fixture
def store(tmp_path):
    opened = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


def configured(folder, store, **settings):
    return ClipsConfig.model_validate({"table": import_hums(folder, store), **settings})


def extracted(config, store):
    return list(iter_results(Extraction(ExtractionConfig(data=config), store)))


def test_clips_are_measured_and_then_loaded_as_features(folder, store):
    config = configured(folder, store)
    with pytest.raises(NotExtractedError, match="24 of 24"):
        load_dataset(config, store)
    results = extracted(config, store)
    assert sum(one["n_windows"] for one in results) == len(GENRES) * N
    data = load_dataset(config, store)
    assert data.genres == tuple(sorted(GENRES))
    assert data.features == FEATURE_SETS["gtzan57"].names
    assert data.counts.tolist() == [N] * len(GENRES)
    assert data.tracks[0] == "chirp.00001.wav"
    assert list(data.groups) == []
    first, second, third = sorted(GENRES)
    merged = load_dataset(config.model_copy(update={"genres": f"*,both={first}+{third}"}), store)
    assert (merged.genres, merged.counts.tolist()) == (("both", second), [2 * N, N])
    window = data.heard[0]
    own = extract(samples(store.clips.find(window.clip), 0, SECONDS), ["gtzan57"])["gtzan57"]
    assert data.X[0] == pytest.approx(own, rel=1e-6)


def test_what_is_measured_is_not_measured_again(folder, store):
    config = configured(folder, store)
    extracted(config, store)
    assert extracted(config, store) == []
    two = config.model_copy(update={"features": "gtzan57, notebook20"})
    assert missing(windows_of(two, store), two, store.clips).popitem()[1] == ("notebook20",)
    extracted(two, store)
    assert load_dataset(two, store).features[:57] == FEATURE_SETS["gtzan57"].names


def test_a_task_that_is_done_twice_changes_nothing(folder, store):
    config = configured(folder, store)
    tasks = Extraction(ExtractionConfig(data=config), store).tasks()
    assert [len({window.clip for window, _ in task}) for task in tasks] == [CLIPS_A_TASK, 24 - CLIPS_A_TASK]
    once = list(dealt(tasks, store.url))
    before = load_dataset(config, store).content_hash
    assert list(dealt(tasks, store.url)) == once
    assert load_dataset(config, store).content_hash == before


def test_a_column_that_two_sets_have_stands_once(folder, store):
    config = configured(folder, store, features="notebook20,gtzan57")
    extracted(config, store)
    features = load_dataset(config, store).features
    assert features.count("tempo") == 1
    assert set(features) == {*FEATURE_SETS["notebook20"].names, *FEATURE_SETS["gtzan57"].names}


def test_windows_of_one_clip_stay_together_and_are_judged_by_track(folder, store):
    config = configured(folder, store, window=0.5, features="notebook20")
    assert dict(counts_of(config, store)) == dict.fromkeys(GENRES, 2 * N)
    extracted(config, store)
    data = load_dataset(config, store)
    assert list(data.groups) == ["track"]
    assert data.in_segments
    assert data.n_tracks() == len(GENRES) * N
    assert data.tracks[:2] == ("chirp.00001.wav at 0 s", "chirp.00001.wav at 0.5 s")
    assert data.names("row") == data.tracks
    assert data.names("track")[:2] == ("chirp.00001.wav", "chirp.00001.wav")
    assert [(window.start, window.length) for window in data.heard[:2]] == [(0, 500), (500, 500)]


def test_a_clip_that_is_gone_is_left_out_with_its_sentence(tmp_path, store):
    folder = write_hums(tmp_path / "hums", 5, 0.6)
    config = configured(folder, store, features="notebook20")
    (folder / "drone" / "drone.00003.wav").unlink()
    results = extracted(config, store)
    assert sum(one["n_problems"] for one in results) == 1
    data = load_dataset(config, store)
    assert len(data) == 14
    assert any("drone.00003.wav" in note for note in data.notes)
    write_hums(folder, 5, 0.6)  # it is back: asked for again, it is measured
    extracted(config, store)
    assert len(load_dataset(config, store)) == 15


def test_a_store_whose_files_are_gone_measures_again(folder, store):
    config = configured(folder, store, features="notebook20")
    extracted(config, store)
    before = load_dataset(config, store).content_hash
    for shard in (store.clips.folder / "extracted").rglob("*.safetensors"):
        shard.unlink()
    with pytest.raises(NotExtractedError):
        load_dataset(config, store)
    extracted(config, store)
    assert load_dataset(config, store).content_hash == before


def published(store, **parts):
    split = read_split([(f"{part}.txt", "\n".join(names).encode()) for part, names in parts.items()])
    store.put_table(split.content_hash, split.name, split.parquet, 0, 2, split.notes, SPLIT)
    return split.content_hash


def test_genres_without_training_tracks_in_a_published_split_can_be_left_out(folder, store):
    numbers = {"train": (1, 2, 3), "validation": (4, 5), "test": (6, 7, 8)}
    lists = {part: [f"{g}.{n:05}" for g in ("drone", "hiss") for n in of] for part, of in numbers.items()}
    lists["test"] += [f"chirp.{n:05}" for n in range(1, N + 1)]
    config = configured(folder, store, features="notebook20", published=published(store, **lists))
    with pytest.raises(UnlearnedError) as caught:
        split_dataset(unmeasured(config, store), SplitConfig(by="published"))
    two = config.model_copy(update={"genres": ", ".join(caught.value.others)})
    assert dict(counts_of(two, store)) == {"drone": N, "hiss": N}
    extracted(two, store)
    data = load_dataset(two, store)
    assert (data.genres, data.counts.tolist()) == (("drone", "hiss"), [N, N])
    assert f"{N} clips left out: their genres are not chosen." in data.notes
    split = split_dataset(data, SplitConfig(by="published"))
    assert [len(split[part]) for part in PARTS] == [6, 4, 6]
    with pytest.raises(DataError, match="no genre hum in these data"):
        unmeasured(config.model_copy(update={"genres": "hum,hiss"}), store)


def test_rows_are_known_before_anything_is_measured(folder, store):
    config = configured(folder, store, features="notebook20", window=0.5)
    before = unmeasured(config, store)
    extracted(config, store)
    after = load_dataset(config, store)
    assert (before.tracks, before.genres, before.heard) == (after.tracks, after.genres, after.heard)
    assert before.y.tolist() == after.y.tolist()
    assert before.groups["track"].tolist() == after.groups["track"].tolist()


def test_what_cannot_be_split_is_said_before_it_is_measured(folder, store, monkeypatch):
    table = import_hums(folder, store)
    config = configure({"data.source": "clips", "data.table": table, "split.by": "artist"})
    read_table, reads = type(store).read_table, []
    monkeypatch.setattr(type(store), "read_table", lambda *args: reads.append(args[1]) or read_table(*args))
    store.submit("hum", config)
    execute("hum", 1, store.url)
    assert "do not say which artist" in store.run("hum").error
    assert reads == [table]
    assert len(missing(windows_of(config.data, store), config.data, store.clips)) == 3 * N


def test_a_run_measures_its_clips_itself_and_a_worker_that_is_retired_meanwhile_gives_it_back(
    folder, store, monkeypatch
):
    config = configure({"data.source": "clips", "data.table": import_hums(folder, store), "train.max_epochs": 5})
    store.submit("hum", config)
    with monkeypatch.context() as retired:
        retired.setattr("genre_core.workers.run._is_retired", lambda: True)
        with pytest.raises(Reschedule):
            execute("hum", 1, store.url)
    run = store.run("hum")
    assert (run.state, run.attempt, run.epoch, store.losses(["hum"])) == ("queued", 1, 0, {})
    execute("hum", 1, store.url)
    run = store.run("hum")
    assert run.state == "complete"
    assert run.summary["validation"]["accuracy"] >= 0.5
    assert run.context["input_shape"] == [57]


def test_an_unknown_feature_set_is_refused_with_a_suggestion(folder, store):
    config = configured(folder, store, features="gtzan75")
    with pytest.raises(DataError, match="did you mean gtzan57"):
        load_dataset(config, store)


def test_a_collection_that_is_not_stored_is_said(store):
    with pytest.raises(DataError, match="The collection abababab is not in the store: import its folder"):
        load_dataset(ClipsConfig(table="ab" * 32), store)


def test_defaults_leave_no_trace_in_a_fingerprint():
    plain = ExperimentConfig(data=ClipsConfig(table="ab" * 32))
    assert plain.data.model_dump() == {"source": "clips", "table": "ab" * 32}
    assert plain.fingerprint != ExperimentConfig(data=ClipsConfig(table="ab" * 32, window=3.0)).fingerprint


def test_a_clip_is_cut_from_its_middle():
    found = cut(["a" * 64], [10.0], ClipsConfig(window=3.0, windows=2))
    assert [(window.start, window.length) for window in found.windows] == [(2000, 3000), (5000, 3000)]
    whole = cut(["a" * 64, "b" * 64], [1.25, 0.7], ClipsConfig())
    assert [window.length for window in whole.windows] == [1250, 700]


@pytest.mark.parametrize("address", ["folder", "memory://shards"])
def test_shards_give_back_what_was_written_in_any_order(tmp_path, address):
    shards = Shards(address if "://" in address else str(tmp_path / address))
    windows = [Window(f"{number:064}", 0, 1000) for number in range(5)]
    values = np.arange(10, dtype=np.float32).reshape(5, 2)
    name = shards.write("chroma-1", windows, values)
    assert shards.write("chroma-1", windows, values) == name
    assert shards.read([Place(name, 3), Place(name, 0)]).tolist() == [[6, 7], [0, 1]]
    assert shards.has(name)
    assert not shards.has("chroma-1/another.safetensors")
    if "://" not in address:
        assert [path.suffix for path in (tmp_path / address / "chroma-1").iterdir()] == [".safetensors"]


def test_a_damaged_or_missing_shard_is_a_sentence(tmp_path):
    shards = Shards(str(tmp_path))
    name = shards.write("chroma-1", [Window("a" * 64, 0, 1)], np.ones((1, 2), dtype=np.float32))
    (tmp_path / name).write_bytes(b"not what was written")
    for place in (Place(name, 0), Place("chroma-1/another.safetensors", 0)):
        with pytest.raises(DataError, match="measure the clips again"):
            shards.read([place])


def test_a_place_that_cannot_be_written_or_reached_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for address in (str(tmp_path / "file"), "nowhere://bucket"):
        with pytest.raises(DataError, match="GENRE_LAB_FILES"):
            Shards(address).write("chroma-1", [Window("a" * 64, 0, 1)], np.ones((1, 2)))


def test_files_lie_beside_the_database_or_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.delenv("GENRE_LAB_FILES", raising=False)
    assert files_folder(f"sqlite:///{tmp_path / 'lab.sqlite'}") == tmp_path / "lab-files"
    with pytest.raises(StoreError, match="GENRE_LAB_FILES"):
        files_folder("postgresql://server/lab")
    monkeypatch.setenv("GENRE_LAB_FILES", str(tmp_path / "shared"))
    assert files_folder("postgresql://server/lab") == tmp_path / "shared"
    assert shards_address("postgresql://server/lab") == str(tmp_path / "shared" / "extracted")
    monkeypatch.setenv("GENRE_LAB_FILES", "s3://bucket/lab/")
    assert shards_address("postgresql://server/lab") == "s3://bucket/lab/extracted"
    assert files_folder(f"sqlite:///{tmp_path / 'lab.sqlite'}") == tmp_path / "lab-files"


def test_a_moved_clip_is_known_by_its_new_path(store):
    store.clips.put({"a" * 64: Location("/old/a.wav")})
    store.clips.put({"a" * 64: Location("/new/a.wav")})
    assert store.clips.find("a" * 64) == Location("/new/a.wav")
    assert store.clips.find("b" * 64) is None


def test_a_run_is_called_by_its_folder(folder, store):
    config = configured(folder, store)
    assert data_name(config, store.table_names()) == folder.name


def test_names_of_clips_are_never_paths_of_the_server(folder, store):
    import_hums(folder, store)
    (table,) = store.tables("clips")
    assert os.sep not in table.name


def test_a_file_that_holds_another_sound_now_is_not_measured_as_the_old_one(tmp_path, store):
    folder = write_hums(tmp_path / "hums", 5, 0.6)
    config = configured(folder, store, features="notebook20")
    (folder / "hiss" / "hiss.00001.wav").replace(folder / "drone" / "drone.00001.wav")
    extracted(config, store)
    data = load_dataset(config, store)
    assert len(data) == 13
    windows = windows_of(config, store)
    places = store.clips.places(extractor_of("notebook20"), [window.clip for window in windows])
    assert {place.problem.rstrip(".") for place in places.values()} - {""} == {
        "drone.00001.wav has changed since it was imported: import its folder again",
        "hiss.00001.wav is no longer there: put it back, or import its folder again",
    }


def test_what_another_worker_has_measured_meanwhile_is_not_measured_again(folder, store, monkeypatch):
    config = configured(folder, store, features="notebook20")
    tasks = Extraction(ExtractionConfig(data=config), store).tasks()
    extracted(config, store)
    before = load_dataset(config, store).content_hash
    monkeypatch.setattr("genre_core.data.clips.features.extract", lambda *_: pytest.fail("it is there already"))
    assert sum(one["n_windows"] for one in dealt(tasks, store.url)) == 3 * N
    assert load_dataset(config, store).content_hash == before


def test_a_full_disk_is_a_sentence_and_what_was_measured_stays(folder, store, monkeypatch):
    config = configured(folder, store, features="notebook20")
    store.submit("full", configure({"data.source": "clips", "data.table": config.table, "data.features": "notebook20"}))
    n_written, write = 0, LocalFileSystem.pipe_file

    def until_full(*args, **kwargs):
        nonlocal n_written
        n_written += 1
        if n_written > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(*args, **kwargs)

    monkeypatch.setattr(LocalFileSystem, "pipe_file", until_full)
    execute("full", 1, store.url)
    run = store.run("full")
    assert run.state == "failed"
    assert "(No space left on device): make room" in run.error
    assert len(missing(windows_of(config, store), config, store.clips)) == 3 * N - CLIPS_A_TASK
    monkeypatch.undo()
    execute("full", store.requeue("full", ("failed",), "continue", anew=True), store.url)
    assert store.run("full").state == "complete"


def test_a_run_that_is_stopped_while_it_measures_keeps_what_is_measured(folder, store, monkeypatch):
    config = configured(folder, store, features="notebook20")
    store.submit("stop", configure({"data.source": "clips", "data.table": config.table, "data.features": "notebook20"}))
    measure = extraction.measure

    def stopped(*args):
        store.request("stop", "stop")
        return measure(*args)

    monkeypatch.setattr(extraction, "measure", stopped)
    execute("stop", 1, store.url)
    assert store.run("stop").state == "cancelled"
    assert len(missing(windows_of(config, store), config, store.clips)) == 3 * N - CLIPS_A_TASK


def test_a_run_that_is_paused_while_it_measures_goes_on_with_what_is_missing(folder, store, monkeypatch):
    config = configured(folder, store, features="notebook20")
    wanted = {"data.source": "clips", "data.table": config.table, "data.features": "notebook20", "train.max_epochs": 1}
    store.submit("pause", configure(wanted))
    measure, tasks = extraction.measure, []

    def paused(*args):
        tasks.append(args[0])
        if len(tasks) == 1:
            store.request("pause", "pause")
        return measure(*args)

    monkeypatch.setattr(extraction, "measure", paused)
    execute("pause", 1, store.url)
    run = store.run("pause")
    assert (run.state, run.epoch, run.context[MEASURING]) == ("paused", 0, [CLIPS_A_TASK, 3 * N])
    assert len(missing(windows_of(config, store), config, store.clips)) == 3 * N - CLIPS_A_TASK
    execute("pause", store.requeue("pause", ("paused",)), store.url)
    assert (store.run("pause").state, len(tasks)) == ("complete", 2)


def test_a_collection_that_is_deleted_while_a_run_measures_is_said(folder, store, monkeypatch):
    config = configured(folder, store, features="notebook20")
    store.submit("gone", configure({"data.source": "clips", "data.table": config.table, "data.features": "notebook20"}))
    measure = extraction.measure

    def deleted(*args):
        store.delete_table(config.table)
        return measure(*args)

    monkeypatch.setattr(extraction, "measure", deleted)
    execute("gone", 1, store.url)
    run = store.run("gone")
    assert (run.state, "not in the store" in run.error) == ("failed", True)


def killed(task, store_url):
    os.kill(os.getpid(), signal.SIGKILL)


def test_processes_that_are_killed_are_a_sentence(monkeypatch):
    monkeypatch.setattr(extraction, "measure", killed)
    with pytest.raises(DataError, match="goes on with what is missing"):
        list(by_processes([()], "", 1))


def test_processes_that_cannot_be_started_are_a_sentence(monkeypatch):
    def refuse(*_):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    monkeypatch.setattr(extraction.ProcessPoolExecutor, "submit", refuse)
    with pytest.raises(DataError, match=r"measure clips cannot be started \(Broken pipe\)"):
        list(by_processes([()], "", 1))


def test_a_folder_of_files_without_access_is_a_sentence(folder, store, monkeypatch):
    config = configured(folder, store, features="notebook20")

    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(LocalFileSystem, "makedirs", refuse)
    with pytest.raises(DataError, match=r"cannot be written to .* \(Permission denied\): make room or give access"):
        extracted(config, store)
    monkeypatch.undo()
    extracted(config, store)
    assert len(load_dataset(config, store)) == 3 * N


def test_two_workers_that_write_at_once_leave_nothing_out(store):
    first, both = Window("a" * 64, 0, 1), [Window("a" * 64, 0, 1), Window("b" * 64, 0, 1)]
    places, values = store.clips.places, np.ones((2, 1), dtype=np.float32)

    def late(*args):
        found = places(*args)
        del store.clips.places
        store.clips.save("notebook20-1", values[:1], [first], {})
        return found

    store.clips.places = late
    store.clips.save("notebook20-1", values, both, {})
    assert set(store.clips.places("notebook20-1", ["a" * 64, "b" * 64])) == set(both)


@pytest.mark.parametrize(("cut", "said"), [({"window": 0.01}, "0.1 s or more"), ({"hop": 0.0001}, "0.01 s or more")])
def test_windows_that_are_too_short_or_too_near_are_refused(cut, said):
    with pytest.raises(ValidationError, match=said):
        ClipsConfig(**cut)


def test_long_clips_have_no_more_windows_than_asked_for():
    found = cut(["a" * 64], [3 * 3600.0], ClipsConfig(window=0.5, windows=200))
    assert len(found.windows) == 200
    assert found.windows[0].start >= 1000 * (1.5 * 3600 - 50.5)


def test_clips_that_are_imported_again_are_tried_again_and_a_run_without_them_is_not_taken_for_one_with_them(
    tmp_path, store
):
    folder = write_hums(tmp_path / "hums", 8, 0.6)
    table = import_hums(folder, store)
    config = configure({"data.source": "clips", "data.table": table, "data.features": "notebook20"})
    away = tmp_path / "chirp.00001.wav"
    (folder / "chirp" / away.name).rename(away)
    store.submit("fewer", config)
    execute("fewer", 1, store.url)
    assert outcome_of(store, store.run("fewer"), "validation", load_dataset(config.data, store))
    away.rename(folder / "chirp" / away.name)
    import_hums(folder, store)
    store.submit("all", config)
    execute("all", 1, store.url)
    data = load_dataset(config.data, store)
    assert len(data) == 3 * N
    assert outcome_of(store, store.run("all"), "validation", data)
    with pytest.raises(DataError, match="train it again"):
        outcome_of(store, store.run("fewer"), "validation", data)
