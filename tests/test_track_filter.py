"""The columns of listed tracks, and which of them a filter shows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from dashboard.components.cell_tracks import in_cells, tracks_of
from dashboard.components.track_filter import TrackFilter, values_of
from dashboard.components.tracks import columns
from dashboard.services.outcomes import Outcome
from dashboard.shell.cells import Selection
from genre_core.evaluation.report import evaluate

GENRES = ("Rock", "Jazz", "Folk")
N = 60


def outcome(groups=None):
    rng = np.random.default_rng(4)
    y, logits = rng.integers(0, 3, N), rng.normal(size=(N, 3)).astype(np.float32) * 3
    return Outcome(np.arange(100, 100 + N), y, logits, GENRES, groups, evaluate(y, logits, GENRES, majority=0), None)


NAMES = [f"clip {row}" for row in range(200)]


def listed(groups=None):
    return tracks_of(outcome(groups), NAMES, np.ones(N, dtype=bool))


def test_losses_and_margins_are_those_of_the_probabilities():
    found, of = listed(), outcome()
    at = found.rows - 100
    log_prob = log_softmax(of.logits.astype(float), axis=1)[at]
    np.testing.assert_allclose(found.loss, -log_prob[np.arange(N), of.y_true[at]], rtol=1e-9)
    ordered = np.sort(np.exp(log_prob), axis=1)
    np.testing.assert_allclose(found.confidence, ordered[:, -1], rtol=1e-9)
    np.testing.assert_allclose(found.margin, ordered[:, -1] - ordered[:, -2], rtol=1e-9)
    assert (found.second == np.argsort(log_prob, axis=1)[:, -2]).all()


def test_tracks_of_several_cells_show_true_and_predicted_and_a_file_always_has_them():
    several, one = listed(), tracks_of(outcome(), NAMES, in_cells(outcome(), Selection.of("0-1", 3)))
    assert {"true", "predicted"} <= columns(several, percentages=True).keys()
    assert not {"true", "predicted"} & columns(one, percentages=True).keys()
    row = tracks_of(outcome(), NAMES, in_cells(outcome(), Selection.of("0-*", 3)))
    assert {"true", "predicted"} & columns(row, percentages=True).keys() == {"predicted"}
    assert set(columns(one)["true"]) == {"Rock"}
    assert set(columns(one)["predicted"]) == {"Jazz"}
    assert columns(one, percentages=True)["confidence"] == pytest.approx([100 * c for c in columns(one)["confidence"]])
    assert "group" not in columns(one)
    assert columns(listed(np.arange(N)))["group"][0] == str(listed().rows[0] - 100 + 1)


def test_a_list_names_artists_and_titles_and_finds_tracks_by_them():
    named = replace(listed(np.arange(N)), group_names=tuple(f"Band {n}" for n in range(N)), titles=("Song",) * 200)
    assert set(columns(named)["group"]) == {f"Band {n}" for n in range(N)}
    assert set(columns(named)["title"]) == {"Song"}
    assert len(TrackFilter(find="band 12").fitting(named)) == 1
    assert len(TrackFilter(find="song").fitting(named)) == N
    assert "title" not in columns(listed())


def test_no_track_has_no_row():
    none = tracks_of(outcome(), NAMES, np.zeros(N, dtype=bool))
    assert len(none) == 0
    assert none.one_true
    assert none.one_predicted
    assert none.position(100) is None
    assert all(values == [] for values in columns(none).values())


@given(
    st.sampled_from(["sure", "margin", "loss"]),
    st.floats(0, 100).map(lambda x: round(x, 2)),
    st.one_of(st.just(float("inf")), st.floats(0, 100).map(lambda x: round(x, 2))),
    st.sampled_from(["", "Rock", "clip 1", "nobody"]),
)
def test_a_filter_goes_through_the_address_and_shows_exactly_what_fits(measure, low, high, find):
    given_filter = TrackFilter(find, measure, low, high)
    again = TrackFilter.of(find, given_filter.only)
    found = listed()
    shown = again.fitting(found)
    values = values_of(found, measure)
    kept = (values >= low) & (values <= high) if given_filter.only else np.ones(N, dtype=bool)
    genres = np.array(GENRES)
    words = zip(found.names, genres[found.true], genres[found.predicted], genres[found.second], strict=True)
    kept &= [any(find.lower() in word.lower() for word in group) for group in words]
    assert shown.rows.tolist() == found.rows[kept].tolist()


def test_a_group_is_found_by_its_number_as_it_is_shown():
    found = TrackFilter("7").fitting(listed(np.arange(N)))
    assert 106 in found.rows
    assert set(found.rows.tolist()) == {row for row in range(100, 160) if "7" in f"clip {row}" or row == 106}
