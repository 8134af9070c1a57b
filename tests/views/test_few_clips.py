"""From how many clips? on Evaluate."""

import json

import pytest

from dashboard.services import few_clips
from genre_core.studies.few_clips.config import _SETTINGS
from genre_core.studies.kinds import FEW_CLIPS
from genre_core.workers.study import execute_study
from tests.hums import import_hums, write_hums
from tests.views.opening import drawn, opened, own_store, press, texts
from tests.views.stored import trained


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("few")) as own:
        table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 0.5), own)
        settings = {"data.source": "clips", "data.table": table, "data.features": "rhythm", "train.max_epochs": 2}
        trained(own, "clips", settings)
        trained(own, "tracks", {"data.n_samples": 200, "train.max_epochs": 1})
        yield own


def few(run="clips"):
    return opened("views/evaluate/page.py", run=run, section="few")


def test_it_says_what_will_be_done_offers_the_tagger_and_draws_what_came_out(store, monkeypatch):
    usual = few_clips.config_of(store.run("clips"))
    assert usual.sizes == (1, 2, 5, 10, 20)
    config = usual.model_copy(update={"sizes": (1, 2), "n_repeats": 3})
    monkeypatch.setattr(few_clips, "config_of", lambda run: config)
    monkeypatch.setitem(_SETTINGS, "cnn", _SETTINGS["cnn"] | {"train.max_epochs": 3})
    page = few()
    assert not page.error
    about = "Softmax regression on the 57 columns and a CNN from scratch learn from 1 or 2 clips of each genre"
    assert about in texts(page)
    labels = [button.label for button in page.button]
    assert labels.index("Measure it") < labels.index("Fetch the tagger (29 MB)")
    axes = json.loads(drawn(page, "few clips")["figure"])
    (unseen,) = axes["data"]
    assert (unseen["mode"], unseen["x"], unseen["y"], unseen["showlegend"]) == ("none", [1, 2], [0, 100], False)
    press(page, "Measure it")
    (study,) = store.studies.studies(FEW_CLIPS.kind, 5)
    assert json.loads(study.config_json) == config.model_dump(mode="json")
    execute_study(study.id, study.attempt, store.url)
    assert store.studies.study(study.id).state == "complete", store.studies.study(study.id).error
    page = few()
    assert not page.error
    figure = json.loads(drawn(page, "few clips")["figure"])
    lines = [trace for trace in figure["data"] if trace["mode"] == "lines+markers"]
    assert [line["x"] for line in lines] == [[1, 2]] * 2
    assert "With 2 clips of each genre" in texts(page)
    assert "The test part stays closed." in texts(page)


def test_tracks_without_sound_are_not_asked(store):
    page = few("tracks")
    assert not page.error
    assert "How many clips does it take?" not in texts(page)
