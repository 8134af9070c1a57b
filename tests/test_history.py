"""The history of a run's confusion matrices: what it counts, what it calls a change, and what the browser is given."""

import base64
import zlib
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as sklearn_matrix
from sklearn.metrics import f1_score, recall_score

from dashboard.figures.recalls import recalls_figure
from dashboard.views.evaluate.history_text import recalls_alt, thinned, what_changed
from dashboard.views.evaluate.scrubber import MOST_COUNTS, epoch_step, scrubber_part
from genre_core.errors import DataError
from genre_core.evaluation.history import confusion_history, recall_changes
from genre_core.evaluation.intervals import share_interval, wilson

GENRES = ("Rock", "Folk", "Jazz")
rng = np.random.default_rng(0)
Y = np.repeat([0, 1, 2], 60)


def taken(*shares):
    """Return predictions that are right on the given share of each genre, and the next genre elsewhere."""
    parts = [np.where(np.arange(60) < round(60 * share), g, (g + 1) % 3) for g, share in enumerate(shares)]
    return np.concatenate(parts).astype(np.uint8)


PREDICTIONS = np.stack([taken(0.5, 0.1, 0.5), taken(0.55, 0.6, 0.5), taken(0.5, 0.9, 0.1)])
HISTORY = confusion_history(Y, PREDICTIONS, GENRES)


def test_it_is_what_scikit_learn_finds_at_each_epoch():
    for epoch in HISTORY.epochs.tolist():
        predicted = PREDICTIONS[epoch - 1]
        np.testing.assert_array_equal(HISTORY.counts[epoch - 1], sklearn_matrix(Y, predicted))
        np.testing.assert_allclose(HISTORY.recalls[epoch - 1], recall_score(Y, predicted, average=None))
        assert HISTORY.macro_f1s[epoch - 1] == pytest.approx(f1_score(Y, predicted, average="macro"))
        np.testing.assert_array_equal(HISTORY.matrix(epoch).counts, HISTORY.counts[epoch - 1])
        assert HISTORY.accuracies[epoch - 1] == pytest.approx((predicted == Y).mean())


def test_growing_epoch_by_epoch_gives_the_same_as_all_at_once():
    grown = confusion_history(Y, PREDICTIONS[:0], GENRES)
    for predicted in PREDICTIONS:
        grown = grown.extended(predicted[None])
    np.testing.assert_array_equal(grown.counts, HISTORY.counts)
    np.testing.assert_array_equal(grown.predictions, HISTORY.predictions)
    assert grown.extended(PREDICTIONS[:0]) is grown


def test_intervals_are_wilsons_and_respect_groups():
    assert HISTORY.recall_interval(2, 1) == wilson(36, 60)
    assert HISTORY.accuracy_interval(1) == wilson(66, 180)
    groups = np.arange(180) // 6
    grouped = replace(HISTORY, groups=groups)
    assert grouped.recall_interval(2, 1) == share_interval(PREDICTIONS[1] == Y, Y == 1, groups)
    assert grouped.recall_interval(2, 1) == grouped.matrix(2).interval(1, 1, "true")


def test_a_genre_without_tracks_has_no_recall_and_no_line():
    history = confusion_history(np.zeros(4, dtype=int), np.zeros((2, 4), dtype=np.uint8), GENRES)
    assert np.isnan(history.recalls[:, 1:]).all()
    names = {trace.get("name") for trace in recalls_figure(history)["data"]}
    assert "Rock" in names
    assert "Folk" not in names


def test_a_prediction_of_no_genre_is_refused():
    with pytest.raises(DataError, match="3 classes"):
        confusion_history(Y, np.full((1, 180), 7, dtype=np.uint8), GENRES)


def test_only_what_intervals_support_is_a_change():
    folk, jazz = recall_changes(HISTORY, 1, 3)
    assert (folk.genre, folk.points > 0) == (1, True)
    assert (jazz.genre, jazz.points < 0) == (2, True)
    assert not recall_changes(HISTORY, 1, 1)
    said = what_changed(HISTORY, 3, 2)
    assert "Folk rose from 10.0\u202f% (4.7–20.1) to 90.0\u202f% (79.9–95.3)" in said
    assert "Between epochs 2 and 3" in said
    assert "Rock" not in said
    assert "the recall of Rock shows no clear change" in what_changed(HISTORY, 3, None, chosen=(0,))
    assert "first epoch" in what_changed(HISTORY, 1, 1)


def unpacked(part):
    differences = np.frombuffer(zlib.decompress(base64.b64decode(part["counts"])), dtype="<i4")
    return differences.reshape(len(part["epochs"]), -1).cumsum(axis=0)


def test_the_browser_is_given_every_matrix_and_then_only_what_is_new():
    whole = scrubber_part(HISTORY, 2)
    np.testing.assert_array_equal(unpacked(whole), HISTORY.counts.reshape(3, -1))
    assert (whole["epochs"], whole["step"]) == ([1, 2, 3], 1)
    more = scrubber_part(HISTORY, 2, after=2)
    assert more["epochs"] == [3]
    np.testing.assert_array_equal(unpacked(more), HISTORY.counts[2:].reshape(1, -1))
    assert whole["right"][0] == "36.7\u202f% (30.0–43.9)"


def test_too_many_epochs_are_thinned_and_it_is_said():
    k, n = 60, 500
    y = np.arange(120) % k
    history = confusion_history(y, rng.integers(k, size=(n, 120)).astype(np.uint8), tuple(f"g{i}" for i in range(k)))
    step = epoch_step(n, k)
    assert step == 2
    part = scrubber_part(history, 100, also=(44,))
    assert {1, 44, 100, 500} <= set(part["epochs"])
    assert len(part["epochs"]) * k * k <= MOST_COUNTS
    assert "every 2nd epoch" in thinned(step, history)
    assert thinned(1, history) == ""
    points = sum(len(trace["x"]) for trace in recalls_figure(history)["data"])
    assert points < 16_000


def test_lifted_genres_have_bands_and_names_at_their_ends():
    figure = recalls_figure(HISTORY, (1,), 2)
    assert sum(trace.get("fill") == "toself" for trace in figure["data"]) == 1
    assert figure["data"][-1]["name"] == "Folk"
    texts = " ".join(note["text"] for note in figure["layout"]["annotations"])
    assert all(name in texts for name in (*GENRES, "best · 2"))
    assert "Folk 10.0\u202f% to 90.0\u202f%" in recalls_alt(HISTORY)


def test_beyond_eight_genres_the_best_and_the_worst_are_named_until_some_are_lifted():
    k = 12
    y = np.arange(240) % k
    predicted = np.where(y == 3, y, np.where(y == 5, 0, np.where(np.arange(240) % 2, y, 0))).astype(np.uint8)
    history = confusion_history(y, np.stack([predicted, predicted]), tuple(f"genre {i}" for i in range(k)))
    texts = [note["text"] for note in recalls_figure(history)["layout"]["annotations"]]
    assert sum("genre" in text for text in texts) == 4
    lifted = [note["text"] for note in recalls_figure(history, (7,))["layout"]["annotations"]]
    assert sum("genre" in text for text in lifted) == 1


def test_of_very_many_genres_bands_say_where_they_are_and_the_chosen_ones_stand_out():
    k = 21
    y = np.arange(20 * k) % k
    predicted = np.where(np.arange(20 * k) // k < y, y, (y + 1) % k)  # genre g is right on g of its 20 tracks
    history = confusion_history(y, predicted.astype(np.uint8)[None], tuple(f"genre {i}" for i in range(k)))
    for chosen, n_lines in (((), 4), ((7, 9), 2)):
        figure = recalls_figure(history, chosen)
        assert any(note["text"].endswith("mean") for note in figure["layout"]["annotations"])
        traces = figure["data"]
        assert sum("meta" in trace for trace in traces) == n_lines
        filled = [trace["y"] for trace in traces if trace.get("fill")]
        assert filled[:2] == [[95.0, 5.0], [75.0, 25.0]]
        assert len(filled) == 2 + len(chosen)
        assert [trace["y"] for trace in traces if trace.get("hovertemplate", "").startswith("mean")] == [[50.0]]
