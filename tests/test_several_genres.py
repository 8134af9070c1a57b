"""Tracks of several genres, and a sample of a table by whole tracks."""

import numpy as np
import pytest

from genre_core.data.dataset import Dataset
from genre_core.inspection.remedies import remedies, taken
from genre_core.inspection.warnings import findings
from genre_core.settings.names import configure
from tests.test_table import load_bytes

N = 72


def cells(**config: str) -> Dataset:
    names = ["rock", "pop", "rock|pop", "jazz; pop"]
    rows = [f"{names[i % 4]},{i * 37 % 101 + 0.5},{i * 53 % 97 + 0.5}" for i in range(N)]
    return load_bytes([("cells.csv", "\n".join(["genre,x,y", *rows]).encode())], **config)


def filed(**config: str) -> Dataset:
    names = ("rap", "hip-hop", "pop")
    rows = [f"id{i // 2},{names[i // 2 % 3]},{i // 2 * 37 % 101 + 0.5}" for i in range(N)]
    rows += [f"id{i},{names[(i + 1) % 3]},{i * 37 % 101 + 0.5}" for i in range(12)]
    return load_bytes([("filed.csv", "\n".join(["track_id,genre,x", *rows]).encode())], **config)


@pytest.mark.parametrize(
    ("several", "genres", "n"),
    [
        ("each", ("jazz; pop", "pop", "rock", "rock|pop"), N),
        ("first", ("jazz", "pop", "rock"), N),
        ("none", ("pop", "rock"), N // 2),
    ],
)
def test_a_cell_of_several_genres_counts_as_chosen(several, genres, n):
    data = cells(several=several)
    assert (data.genres, len(data)) == (genres, n)
    told = [finding for finding in findings(data) if finding.kind == "several genres"]
    if several == "each":
        assert "36 tracks have several genres in one cell (jazz; pop and rock|pop)" in told[0].sentence
        ways = remedies(told[0], configure({"data.source": "table"}), data, N)
        assert [way.values for way in ways] == [{"data.several": "first"}, {"data.several": "none"}]
    else:
        assert not told
        assert any("hold several genres" in note for note in data.notes)
        assert not any("no genre" in note for note in data.notes)
        config = configure({"data.source": "table", "data.several": several})
        assert taken(config, frozenset(), ())[0].values == {"data.several": None}


def test_a_track_filed_under_several_genres_is_told_so_and_is_no_wrong_label():
    data = filed()
    found = {finding.kind: finding.sentence for finding in findings(data)}
    assert "12 tracks are filed under several genres, such as id0 (hip-hop and rap)" in found["several genres"]
    assert "copies under several genres" not in found
    assert not any("pieces of" in note for note in data.notes)
    assert any("12 tracks are filed under several genres" in note for note in data.notes)
    first, none = filed(several="first"), filed(several="none")
    assert len(first) == N
    assert set(none.tracks) == {f"id{i}" for i in range(12, N // 2)}
    assert "12 tracks left out, filed under several genres." in none.notes


def test_rows_of_one_track_under_several_genres_are_no_segments():
    rows = [f"id{i % 60},{('rap', 'hip-hop', 'pop')[(i + i // 60) % 3]},{i % 60 * 37 % 101 + 0.5}" for i in range(72)]
    data = [("filed.csv", "\n".join(["track_id,genre,x", *rows]).encode())]
    each, first = load_bytes(data), load_bytes(data, several="first")
    assert (each.noun, len(each), each.n_tracks()) == ("row", 72, 60)
    assert (first.noun, len(first)) == ("track", 60)
    assert not any("segment" in finding.sentence for finding in findings(each))


def test_a_sample_is_of_whole_tracks_of_each_genre_and_its_seed_draws_it_again():
    rows = [f"{'ab'[i // 3 % 2]}.{i // 3:05}.{i % 3}.wav,{'ab'[i // 3 % 2]},{i * 37 % 101 + 0.5}" for i in range(240)]
    data = [("segments.csv", "\n".join(["filename,genre,x", *rows]).encode())]
    sample = load_bytes(data, sample="0.25")
    assert (len(sample), sample.counts.tolist()) == (60, [30, 30])
    assert set(np.bincount(sample.groups["track"])) == {0, 3}
    assert "A sample of 20 of 80 tracks, drawn with seed 42." in sample.notes
    assert load_bytes(data, sample="0.25").tracks == sample.tracks
    assert load_bytes(data, sample="0.25", sample_seed="7").tracks != sample.tracks
    assert len(load_bytes(data, sample="1")) == 240
