"""Changed features: as the address says them, within bounds, and past the boundary where they should flip an answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.services.networks import Training
from dashboard.views.track.changed_features import MOST_CHANGED, answer_of, apply, crossing, fits, read, way, write
from genre_core.data.inputs import Standardizer
from genre_core.explaining.counterfactual import flips, smallest_change
from tests.test_explaining import N_FEATURES, network_of

names = st.lists(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12), min_size=1, max_size=8,
                 unique=True)  # fmt: skip
numbers = st.floats(-50, 50).map(lambda x: float(f"{x:.6g}"))


def training(n_features, seed=0):
    X = np.random.default_rng(seed).normal(size=(80, n_features)) * 20 + 3
    return Training(np.arange(80), Standardizer.fit(X), X.min(axis=0), X.max(axis=0))


@given(names, st.data())
def test_changes_of_features_of_any_name_survive_the_address(features, data):
    learned = training(len(features))
    chosen = data.draw(st.dictionaries(st.integers(0, len(features) - 1), st.floats(0, 1)))
    changed = {
        at: float(f"{learned.low[at] + share * (learned.high[at] - learned.low[at]):.6g}")
        for at, share in chosen.items()
    }
    found, notes = read(write(changed, features), features, learned)
    assert found == changed
    assert not notes


@given(st.text(max_size=60))
def test_no_link_breaks_the_reading_of_it(text):
    changed, notes = read(text, ("mfcc1", "mfcc2"), training(2))
    assert all(np.isfinite(value) for value in changed.values())
    assert len(notes) + len(changed) <= text.count(",") + 1


def test_an_address_holds_only_so_much():
    features = [f"feature {at}" for at in range(MOST_CHANGED + 20)]
    many = dict.fromkeys(range(len(features)), 0.0)
    assert not fits(many, features)
    assert not fits(dict.fromkeys(range(40), 0.0), ["é" * 30] * 60)
    found, _ = read(write(many, features), features, training(len(features)))
    assert len(found) == MOST_CHANGED


@given(st.integers(0, 200), st.floats(-200, 200), st.one_of(st.none(), numbers))
def test_a_slider_reaches_what_training_has_seen_and_where_the_track_stands(seed, value, changed):
    learned = training(2, seed)
    found = way(learned, np.array([value, 0.0]), 0, changed)
    assert found.low <= min(learned.low[0], value)
    assert found.high >= max(learned.high[0], value)
    assert changed is None or found.low <= changed <= found.high
    assert 0 < found.step <= (found.high - found.low) / 100
    assert found.known


def test_a_value_that_is_not_known_stands_at_the_median_and_a_constant_can_move():
    learned = training(2)
    found = way(learned, np.array([np.nan, 0.0]), 0)
    assert found.value == learned.standardizer.median[0]
    assert not found.known
    constant = Training(learned.rows, learned.standardizer, np.array([5.0, 0]), np.array([5.0, 0]))
    still = way(constant, np.array([5.0, 0.0]), 0)
    assert still.low < still.high


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5000))
def test_what_is_offered_flips_the_answer_as_it_is_written(seed):
    network, learned = network_of(seed), training(N_FEATURES, seed)
    raw = np.random.default_rng(seed).normal(size=N_FEATURES) * 20 + 3
    x = learned.standardizer.transform(raw[None])[0].astype(float)
    before = answer_of(network, learned, raw).argmax()
    targets = [{one.feature: one.score} for one in flips(network, x, np.full(N_FEATURES, -4.0),
               np.full(N_FEATURES, 4.0), range(N_FEATURES))[:1]]  # fmt: skip
    change = smallest_change(network, x)
    targets += [] if change is None else [dict(enumerate(change.x.tolist()))]
    features = [f"f{at}" for at in range(N_FEATURES)]
    for target in targets:
        values = crossing(network, learned, raw, target)
        if values is None:  # a sliver of another answer, thinner than the digits written
            continue
        wide = Training(learned.rows, learned.standardizer, learned.low - 500, learned.high + 500)
        said, _ = read(write(values, features), features, wide)
        assert answer_of(network, learned, apply(raw, said)).argmax() != before


def test_a_change_that_leads_nowhere_is_not_offered():
    network, learned = network_of(1), training(N_FEATURES)
    raw = np.zeros(N_FEATURES)
    at = float(learned.standardizer.transform(raw[None])[0][0])
    assert crossing(network, learned, raw, {0: at}) is None
    assert write({}, ["a"]) is None
    assert read(None, ["a"], learned) == ({}, [])
    assert pytest.approx(raw) == apply(raw, {})
