"""Answers that a pretrained tagger's tags tell without training, beside a run on the same clips."""

import json

import numpy as np
import pytest

from genre_core.data.clips.gathering import extractor_of, missing
from genre_core.data.clips.tagger.tags import TAGS
from genre_core.data.sources import load_dataset, windows_of
from genre_core.errors import RunStateError
from genre_core.store.run_result import outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.tag_baseline import tags_alone
from genre_core.terminal.main import main
from tests.hums import import_hums, write_hums
from tests.test_spectrograms import run

NAMES = {"drone": "jazz", "chirp": "rock", "hiss": "classical"}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = write_hums(tmp_path_factory.mktemp("hums"), 8, 0.5)
    for name, genre in NAMES.items():
        (folder / name).rename(folder / genre)
    opened = RunStore(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite'}")
    run(opened, "run", import_hums(folder, opened), data__features="notebook20")
    yield opened
    opened.close()


def hear(store, data, heard):
    """Keep tags as if the tagger had heard a genre in each clip."""
    tags = np.full((len(data), len(TAGS)), 0.1, dtype=np.float32)
    for row, genre in enumerate(heard):
        if genre in TAGS:
            tags[row, TAGS.index(genre)] = 0.9
    store.clips.save(extractor_of("tags"), tags, data.heard, {})


def test_tags_are_judged_as_the_run_is_once_they_are_measured(store, capsys, monkeypatch):
    one = store.run("run")
    data = load_dataset(one.config.data, store)
    assert tags_alone(store, one, "validation", data) is None
    hear(store, data, [data.genres[genre] for genre in data.y])
    seen, found = outcome_of(store, one, "validation", data), tags_alone(store, one, "validation", data)
    named = np.isin(seen.y_true, [data.genres.index("jazz"), data.genres.index("rock")])
    assert found.accuracy == pytest.approx(named.mean())
    assert found.interval.low < found.accuracy < found.interval.high
    assert found.without == ("classical",)
    assert found.sentence == "Classical has no tag, so the tags alone are never right there."
    with pytest.raises(RunStateError, match="closed"):
        tags_alone(store, one, "test", data)
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    assert main(["evaluate", "run", "--part", "validation", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["tags_alone"]
    assert told["accuracy"] == found.accuracy
    assert told["without_a_tag"] == ["classical"]
    assert main(["evaluate", "run", "--part", "validation"]) == 0
    said = capsys.readouterr().out
    assert "tags of a pretrained tagger, no training  " in said
    assert found.sentence in said


def test_clips_measured_with_the_tagger_have_its_tags_beside(store):
    embedding = store.run("run").config.data.model_copy(update={"features": "tagger"})
    for data in (embedding, embedding.model_copy(update={"features": "musicnn"})):
        windows = windows_of(data, store)
        store_less = type("Clips", (), {"places": lambda self, extractor, clips: {}})()
        assert missing(windows, data, store_less)[windows[0]] == (data.features, "tags")
