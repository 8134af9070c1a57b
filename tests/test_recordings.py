"""Facts that files of clips give away about their genre."""

from dataclasses import replace

import numpy as np
import pytest

from genre_core.data.clips.shards import Window
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features
from genre_core.inspection.recordings import find
from genre_core.inspection.warnings import findings

N = 40


@pytest.fixture
def dataset():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], N // 2)
    names = tuple(f"clip {number}" for number in range(N))
    return Dataset(Features(rng.standard_normal((N, 3)), ("a", "b", "c")), y, ("jazz", "rock"), names)


def recorded(dataset, **columns):
    return find(replace(dataset, recorded=columns))


def test_nothing_is_found_where_files_are_unknown_or_alike(dataset):
    rng = np.random.default_rng(1)
    assert find(dataset) == []
    assert recorded(dataset, codec=["MP3"] * N, length=[30.0] * N, loudness=rng.normal(-20, 2, N).tolist()) == []


def test_chance_alone_is_no_finding(dataset):
    rng = np.random.default_rng(2)
    reports = [recorded(dataset, codec=rng.choice(["MP3", "FLAC"], N).tolist()) for _ in range(100)]
    assert sum(map(bool, reports)) <= 2


@pytest.mark.parametrize("name", ["codec", "sample_rate", "channels"])
def test_a_property_that_tells_the_genre_is_serious(dataset, name):
    (finding,) = recorded(dataset, **{name: [1] * (N // 2) + [2] * (N // 2)})
    assert finding.severity == "serious"
    assert "100 %" in finding.sentence
    assert "50 %" in finding.sentence


def test_lengths_and_loudness_that_differ_name_the_extreme_genres(dataset):
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.normal(-30, 1, N // 2), rng.normal(-10, 1, N // 2)]).tolist()
    (finding,) = recorded(dataset, loudness=values)
    assert finding.genres == ("rock", "jazz")


def test_silent_and_clipped_clips_are_listed(dataset):
    silent, clipped = recorded(dataset, loudness=[-80.0, *[-20.0] * (N - 1)], peak=[0.5] * (N - 2) + [1.0, 1.0])
    assert silent.rows == (0,)
    assert clipped.rows == (N - 2, N - 1)


def test_findings_on_clips_speak_of_clips_and_begin_with_no_lower_case_genre(dataset):
    heard = tuple(Window(str(row), 0, 1000) for row in range(N))
    few = replace(dataset, heard=heard, y=np.repeat([0, 1], [5, N - 5]))
    said = [finding.sentence for finding in findings(few)]
    assert said[0].startswith("1 genre has fewer than 7 clips (jazz with 5), too few for training")
    assert "add clips" in said[0]
    assert not [sentence for sentence in said if sentence[0].islower() or "track" in sentence]
    assert any(sentence.startswith("“rock” has 35 clips") for sentence in said), said
