"""Listen: which runs can, what they listen to, and what they say."""

import pytest

from dashboard.services import listening, tables
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.errors import ClusterError
from genre_core.judging.hearing import MUSIC_ONLY
from genre_core.workers.listening import listen
from tests.hums import import_hums, write_hums
from tests.views.opening import drawn, opened, own_store, press, texts
from tests.views.stored import trained

PAGE = "views/listen/page.py"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("listen")) as own:
        assert "There is no run yet." in texts(opened(PAGE))
        trained(own, "table", {"data.n_samples": 80, "data.n_genres": 2, "train.max_epochs": 1})
        assert "No run can listen yet." in texts(opened(PAGE))
        table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 1.0), own)
        hums = {"data.source": "clips", "data.table": table, "data.features": "notebook20", "train.max_epochs": 8}
        trained(own, "hums", hums, train__batch_size=8)
        yield own


@pytest.fixture
def worker(monkeypatch, store):
    """Let this process listen, as a worker would."""
    monkeypatch.setattr(listening, "ask", lambda run_id, sound: listen(store.url, run_id, sound))


def clips_in(store, part):
    config = store.run("hums").config
    data = load_dataset(config.data, store)
    return [data.heard[row].clip for row in split_dataset(data, config.split)[part]]


def clip_in(store, part):
    return clips_in(store, part)[0]


def on_clip(store, part, **more):
    """Open the page on a clip of a part, when the answer is there."""
    page = opened(PAGE, run="hums", sound="clip", clip=clip_in(store, part), **more)
    run = store.run("hums")
    clip = next(one for one in listening.offered(run) if one.clip == clip_in(store, part))
    listening.hearing(run, listening.of_clip(run, clip)).exception(timeout=60)
    page.run()
    assert not page.exception
    return page


def test_the_newest_run_that_can_listen_hears_a_validation_clip_first(store, worker):
    page = opened(PAGE)
    assert not page.error
    assert page.selectbox(key="run picker").value == "hums"
    assert len(page.selectbox(key="run picker").options) == 1
    assert page.selectbox(key="listened clip").value in clips_in(store, "validation")
    page = opened(PAGE, sound="file")
    assert "Let a run listen." in texts(page)
    assert MUSIC_ONLY not in texts(page)


def test_a_run_on_a_table_says_which_can(store):
    assert "choose a run on clips or on generated music" in texts(opened(PAGE, run="table"))


def test_a_run_that_is_not_there_is_not_answered_for_by_another(store):
    page = opened(PAGE, run="gone")
    assert "This run is not here." in texts(page)
    assert page.selectbox(key="run picker").value is None


def test_a_clip_is_answered_along_time_and_on_the_whole(store, worker):
    page = on_clip(store, "validation")
    said = texts(page)
    assert "Most likely " in said
    assert "Not unusual for this run" in said
    windows = drawn(page, "listened player")["clips"][0]["windows"]
    assert [window[0] for window in windows] == [0.0]
    near = drawn(page, "nearest player")["clips"]
    assert len(near) == 5
    assert all(one["detail"].startswith("distance ") for one in near)


def test_below_a_threshold_it_does_not_know(store, worker):
    page = on_clip(store, "validation", reject="1")
    assert "It does not know" in texts(page) or "100\u202f% sure" in texts(page)
    page.number_input(key="listen threshold").set_value(0.0).run()
    assert "reject" not in page.query_params


def test_clips_of_the_closed_test_part_are_not_offered(store):
    page = opened(PAGE, run="hums", sound="clip", clip=clip_in(store, "test"), reject="7")
    assert "it can be a threshold from 0 to 1" in texts(page)
    assert "its test part is closed" in texts(page)
    assert clip_in(store, "test") not in {clip.clip for clip in listening.offered(store.run("hums"))}
    assert clip_in(store, "train") in {clip.clip for clip in listening.offered(store.run("hums"))}


def test_a_sound_is_kept_where_a_person_asks_for_that(store, tmp_path):
    for name in ("drone", "chirp"):
        file = next((write_hums(tmp_path / name, 1, 0.6) / name).iterdir())
        tables.keep_sound(file.name, file.read_bytes(), name, "my sounds")
    newest, *_ = store.tables("clips")
    found = store.read_collection(newest.content_hash)
    assert found.name == "my sounds"
    assert dict(zip(found.clips["genre"], found.clips["file"], strict=True)) == {
        "drone": "drone/drone.00001.wav", "chirp": "chirp/chirp.00001.wav",
    }  # fmt: skip
    assert not list(tables.uploads().glob("new-*"))


def test_what_went_wrong_is_said_and_can_be_tried_again(store, worker, monkeypatch):
    def lost(run_id, sound):
        raise ClusterError("No worker could listen: try again.")

    with monkeypatch.context() as patch:
        patch.setattr(listening, "ask", lost)
        page = on_clip(store, "train")
    assert "No worker could listen" in texts(page)
    press(page, "Try again")
    assert "Most likely " in texts(on_clip(store, "train"))


def test_runs_on_other_features_of_the_same_clips_are_offered_to_compare(store):
    data = store.run("hums").config.data.model_copy(update={"features": "rhythm"})
    trained(store, "rhythm", {f"data.{name}": value for name, value in data.model_dump().items()})
    page = opened("views/compare/page.py", run="hums")
    assert "compare with rhythm" in [button.key for button in page.button]
