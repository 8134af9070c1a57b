"""Answers that flip when a clip is changed and its genre is not."""

import json

import numpy as np
import pytest
import soundfile

from genre_core.data.clips.harmless import CHANGES
from genre_core.data.clips.reading import probe
from genre_core.data.clips.sounds import Location
from genre_core.errors import DataError
from genre_core.evaluation.intervals import wilson
from genre_core.judging.fitted import fit_again
from genre_core.judging.horse import EXCERPT, FIRST, LEFT, Asking, Horse, Piece, changed, horse_of
from genre_core.settings.names import configure
from genre_core.terminal.main import main
from genre_core.terminal.text.words import plain
from genre_core.workers.run import execute
from tests.hums import RATE, import_hums, write_hums


@pytest.fixture(scope="module")
def run(store, tmp_path_factory):
    table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 10, 1.0), store)
    given = {"data.source": "clips", "data.table": table, "data.features": "rhythm", "data.window": 0.5}
    store.submit("hums", configure(given | {"train.max_epochs": 20}))
    execute("hums", 1, store.url)
    return store.run("hums")


def flips(before, after, groups=None):
    pieces = tuple(Piece(str(at), f"clip {at}", 0.0, 1.0) for at in range(len(before)))
    numbers = {name: np.array(values) for name, values in after.items()}
    y = np.arange(len(before)) % 2
    return Horse(("A", "B"), pieces, y, np.array(before), numbers, groups, "artist" if groups is not None else "")


def test_flips_are_counted_by_change_and_by_genre():
    found = flips([0, 1, 0, 1], {"gain": [0, 0, 0, 0], "noise": [0, 1, 0, 0], LEFT: [-1] * 4, EXCERPT: [1, 1, 0, 1]})
    assert [found.of(name).flips for name in found.after] == [2, 1, 0, 1]
    assert found.of("gain").interval == wilson(2, 4)
    assert [found.of("gain", genre).flips for genre in (0, 1)] == [0, 2]
    assert found.of_any().flips == 2  # another excerpt is no change that keeps all else
    assert found.of(LEFT).n == 0
    assert "These clips have one channel, so there is no left channel to hear alone." in found.sentences
    assert (found.average().flips, found.average().n, found.average(1).flips) == (3, 8, 3)
    assert plain(found.headline) == (
        "Changes that keep the genre flip 37.5 % of its answers on average; another excerpt of the same "
        "clip flips 25.0 %."
    )
    assert found.sentences[:2] == [
        "2 of 4 answers flip under at least one change.",
        "No single change flips clearly more answers than another excerpt.",
    ]
    document = json.loads(json.dumps(found.to_json()))
    assert [one["rate"] for one in document["changes"]] == [0.5, 0.25, None, 0.25]
    flip = {"change": "gain", "clip": "1", "name": "clip 1", "start": 0.0, "seconds": 1.0}
    assert document["flipped"][0] == flip | {"genre": "B", "before": "B", "after": "A"}


def test_where_half_a_clip_is_too_short_its_halves_are_compared():
    after = {"gain": np.array([0, 1]), LEFT: np.array([-1, -1]), EXCERPT: np.array([1, 1])}
    pieces = tuple(Piece(str(at), f"clip {at}", 0.0, 1.0) for at in range(2))
    found = Horse(("A", "B"), pieces, np.array([0, 1]), np.array([0, 0]), after, first=np.array([1, 0]))
    assert [found.of(name).flips for name in ("gain", EXCERPT)] == [1, 1]
    assert any("the excerpts that are compared are their halves" in said for said in found.sentences)
    (of_excerpt,) = [flip for flip in found.to_json()["flipped"] if flip["change"] == EXCERPT]
    assert (of_excerpt["clip"], of_excerpt["before"], of_excerpt["after"]) == ("1", "A", "B")


def test_answers_for_one_clip_count_together():
    n = 40
    after = np.where(np.arange(n) < 10, 1, 0)
    found = flips(np.zeros(n, dtype=int), {"gain": after, "noise": after, LEFT: after, EXCERPT: after})
    one, three = found.of("gain").interval, found.average().interval
    assert three.high - three.low == pytest.approx(one.high - one.low, abs=0.05)


def test_clips_of_one_artist_count_together():
    n = 40
    after = np.where(np.arange(n) < 10, 1, 0)
    alone, grouped = (
        flips(np.zeros(n, dtype=int), {"gain": after, LEFT: after, EXCERPT: after}, groups).of("gain").interval
        for groups in (None, np.arange(n) // 5)
    )
    assert grouped.high - grouped.low > alone.high - alone.low


def test_a_change_that_flips_clearly_more_than_another_excerpt_is_named():
    same, other = np.zeros(20, dtype=int), np.ones(20, dtype=int)
    found = flips(same, {"gain": same, "noise": other, LEFT: same, EXCERPT: same})
    assert "These flip clearly more answers than another excerpt: noise." in found.sentences


def ask_horse(store, run, most=4):
    asking = Asking(store, run, most)
    return horse_of(asking.known, [asking.answers(row) for row in asking.rows])


def test_a_run_answers_for_validation_clips_alone_before_and_after(store, run):
    data = fit_again(store, run).prepared
    found = ask_horse(store, run)
    validation = {data.dataset.heard[row].clip for row in data.split.validation}
    assert {piece.clip for piece in found.pieces} <= validation
    assert len(found.pieces) == len({piece.clip for piece in found.pieces}) == 4
    assert np.bincount(found.y, minlength=3).tolist() == [2, 1, 1]  # every genre in turn
    assert list(found.after) == [*CHANGES, LEFT, EXCERPT]
    assert all(piece.seconds == 0.5 for piece in found.pieces)
    assert found.first is None
    assert ask_horse(store, run).to_json() == found.to_json()


def test_pieces_before_and_after_last_as_long(store, run):
    clip = fit_again(store, run).prepared.dataset.heard[0].clip
    start, sounds = changed(store, clip, 0.4)
    assert start == pytest.approx(0.05 * RATE, abs=1)
    assert {len(sound) for sound in sounds.values()} == {round(0.4 * RATE)}
    _, whole = changed(store, clip, 0.0)
    assert len(whole["before"]) == RATE
    assert len(whole[EXCERPT]) == RATE // 2
    assert np.array_equal(whole[EXCERPT], whole["before"][RATE // 2 :])
    assert np.array_equal(whole[FIRST], whole["before"][: RATE // 2])


def test_of_stereo_the_left_channel_is_asked_about(store, tmp_path):
    left, right = (0.3 * np.sin(np.arange(RATE) * step) for step in (0.1, 0.2))
    path = tmp_path / "both.wav"
    soundfile.write(path, np.stack([left, right], axis=1), RATE)
    clip = probe(path).clip
    store.clips.put({clip: Location(str(path))})
    _, sounds = changed(store, clip, 0.5)
    assert np.allclose(sounds[LEFT], left[: RATE // 2], atol=1e-3)
    assert np.allclose(sounds["before"], (left + right)[: RATE // 2] / 2, atol=1e-3)


def test_the_terminal_counts_flips_both_ways(store, run, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    assert main(["horse", "hums", "--clips", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["n_clips"] == 3
    assert main(["horse", "hums", "--clips", "3"]) == 0
    printed = capsys.readouterr().out
    assert plain(document["headline"]) in printed
    assert "half a semitone higher" in printed


def test_a_run_on_a_table_cannot_be_asked(store):
    store.submit("table", configure({"data.n_samples": 80, "data.n_genres": 2, "train.max_epochs": 1}))
    execute("table", 1, store.url)
    with pytest.raises(DataError, match="so it cannot listen"):
        ask_horse(store, store.run("table"))
