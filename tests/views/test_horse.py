"""Is it a horse? on Evaluate."""

import pytest

from dashboard.services import horse
from genre_core.store.studies import StudyStore
from genre_core.studies.kinds import HORSE
from genre_core.workers.study import execute_study
from tests.hums import import_hums, write_hums
from tests.views.opening import drawn, opened, own_store, press, texts
from tests.views.stored import trained


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("horse")) as own:
        table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 0.6), own)
        settings = {"data.source": "clips", "data.table": table, "data.features": "rhythm", "train.max_epochs": 2}
        trained(own, "clips", settings)
        trained(own, "tracks", {"data.n_samples": 200, "train.max_epochs": 1})
        yield own


def at(run="clips"):
    return opened("views/evaluate/page.py", run=run, section="horse")


def _half_done(store, study, monkeypatch):
    """Do a study, and look at its page once there is an answer."""
    append, seen = StudyStore.append, []

    def look(self, *result):
        told = append(self, *result)
        if not seen:
            seen.extend(one.proto.text for one in at().get("progress"))
        return told

    with monkeypatch.context() as patched:
        patched.setattr(StudyStore, "append", look)
        execute_study(study.id, study.attempt, store.url)
    n = len(store.studies.study(study.id).context["rows"])
    assert seen == [f"1 of {n} clips changed and asked about"]


def test_a_worker_asks_and_each_flip_can_be_heard_before_and_after(store, monkeypatch):
    page = at()
    assert not page.error
    assert "A model that listens to the genre gives the same answers." in texts(page)
    press(page, "Change the clips")
    (study,) = store.studies.studies(HORSE.kind, 5)
    assert "Waiting for a free worker" in texts(at())
    _half_done(store, study, monkeypatch)
    assert store.studies.study(study.id).state == "complete", store.studies.study(study.id).error
    found = horse.result(store.studies.study(study.id))
    assert found["flipped"], "an untrained run on hums flips something"
    page = at()
    assert not page.error
    assert found["headline"][:20] in texts(page)
    first = page.dataframe[0].value
    assert first["flips"].tolist() == [f"{one['flips']} of {one['n']}" for one in found["changes"] if one["n"]]
    assert drawn(page, "player horse")


def test_tracks_without_sound_are_not_asked(store):
    page = at("tracks")
    assert not page.error
    assert "Is it a horse?" not in texts(page)
