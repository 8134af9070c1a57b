"""Generated music as a source: composed from settings, measured once, heard from recipes."""

import numpy as np
import pytest

from genre_core.data.clips.sounds import samples
from genre_core.data.music import rendering
from genre_core.data.sources import counts_of, load_dataset
from genre_core.errors import NotExtractedError
from genre_core.settings.config import MusicConfig
from genre_core.settings.genres import GENRES
from genre_core.store.runs import RunStore
from genre_core.studies.extraction import Extraction, ExtractionConfig
from genre_core.studies.study import iter_results
from tests.sounds import noise_for

SMALL = {"clips": 10, "seconds": 2.0, "artists": 2, "label_noise": 0.2}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = RunStore(f"sqlite:///{tmp_path_factory.mktemp('music') / 'store.sqlite'}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "_play", noise_for)
        list(iter_results(Extraction(ExtractionConfig(data=MusicConfig(**SMALL)), opened)))
    yield opened
    opened.close()


def test_it_is_eight_genres_that_are_measured_and_can_be_heard(store):
    config = MusicConfig(**SMALL)
    data = load_dataset(config, store)
    assert data.genres == GENRES[:8]
    assert len(data) == 80
    assert dict(zip(data.genres, data.counts.tolist(), strict=True)) == counts_of(config, store)
    assert list(data.groups) == ["artist"]
    assert data.y_clean is not None
    assert 0 < np.mean(data.y != data.y_clean) < 0.5
    sound = samples(store.clips.find(data.heard[0].clip))
    assert len(sound) == 2 * 22_050
    assert np.abs(sound).max() > 0.05


def test_a_part_of_a_clip_is_that_part(store):
    place = store.clips.find(load_dataset(MusicConfig(**SMALL), store).heard[0].clip)
    assert samples(place, 0.5, 1.0) == pytest.approx(samples(place)[11_025:33_075], abs=1e-6)


def test_other_music_is_not_measured_yet(store):
    with pytest.raises(NotExtractedError):
        load_dataset(MusicConfig(**SMALL, difficulty=0.0), store)


def test_features_and_windows_do_not_change_what_the_tracks_are():
    plain = MusicConfig(**SMALL)
    assert MusicConfig(**SMALL, features="chroma", window=1.0).identity == plain.identity
    assert MusicConfig(**SMALL, difficulty=0.1).identity != plain.identity
