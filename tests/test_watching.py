"""A network that is watched: the snapshots that its epochs leave, what its units do, and where its boundaries lie."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sqlalchemy import select

from dashboard.views.train.watching_text import lines_drawn
from genre_core.errors import DataError
from genre_core.explaining.network import FittedNetwork
from genre_core.explaining.units import gradient_sizes, strongest, units_of, vanishing
from genre_core.inspection.answer_plane import answer_plane
from genre_core.settings.names import configure
from genre_core.store import working
from genre_core.store.runs import RunStore
from genre_core.store.schema import artifacts
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import make_trainer, prepare
from genre_core.workers.run import execute

SMALL = configure({"data.n_samples": 200, "model.hidden": (8, 4), "train.max_epochs": 2, "train.batch_size": 32})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    opened = RunStore(f"sqlite:///{tmp_path}/store.sqlite")
    yield opened
    opened.close()


def test_a_snapshot_answers_as_its_network_does():
    prepared = prepare(SMALL)
    trainer = make_trainer(SMALL, prepared)
    next(event for event in trainer if isinstance(event, EpochEnd))
    snapshot = trainer.snapshot()
    assert snapshot is not None
    assert len(snapshot) < 2 * trainer.n_parameters + 700, "two bytes a weight, and their names"
    X = prepared.X[prepared.split.validation]
    np.testing.assert_allclose(FittedNetwork.load(snapshot).logits(X), trainer.predict(X), atol=0.01)


def test_only_a_run_that_is_watched_leaves_bytes(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(working, "WATCHED_FOR", 3600.0)  # the first run of a process may wait for its imports
    for run_id in ("watched", "not watched"):
        store.submit(run_id, SMALL)
    store.watch("watched")
    for run_id in ("watched", "not watched"):
        execute(run_id, 1, store.url)
    assert store.snapshots("watched") == [1, 2]
    with store.transaction() as connection:
        names = connection.execute(select(artifacts.c.name).where(artifacts.c.run_id == "not watched")).scalars()
        assert sorted(names) == ["logits", "validation_labels", "weights"]
    assert store.run("not watched").watched_at is None


# -- what units do -----------------------------------------------------------------------------------------------------

KNOWN = FittedNetwork(
    (np.array([[1.0, -1.0], [2.0, 0.0], [-1.0, -1.0]]), np.array([[1.0, 3.0, 5.0], [0.0, -3.0, 5.0]])),
    (np.array([0.0, -1.0, -9.0]), np.zeros(2)),
)
"""Two features, three units, two genres. The last unit is never above zero on `TRACKS`."""
TRACKS = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [0.0, 2.0]])


def test_dead_units_are_those_that_no_track_activates():
    units = units_of(KNOWN, KNOWN.outputs(TRACKS))
    np.testing.assert_array_equal(units.active[0], [0.5, 0.5, 0.0])
    assert [dead.tolist() for dead in units.dead] == [[False, False, True]]


def test_what_feeds_a_unit_is_the_product_of_weights_each_unit_counted_by_how_often_it_is_active():
    units = units_of(KNOWN, KNOWN.outputs(TRACKS))
    np.testing.assert_array_equal(units.fed[1], KNOWN.weights[0])
    np.testing.assert_array_equal(units.fed[2], KNOWN.weights[1] @ np.diag([0.5, 0.5, 0]) @ KNOWN.weights[0])
    np.testing.assert_array_equal(units.speaks[0], units.fed[2])
    np.testing.assert_array_equal(units.speaks[1], KNOWN.weights[1] * [0.5, 0.5, 0])
    np.testing.assert_array_equal(units.speaks[2], np.eye(2))


def test_gradients_are_those_of_torch_and_vanish_below_a_tenth_of_the_last():
    trainer = make_trainer(SMALL, prepare(SMALL))
    X, y = np.random.default_rng(0).normal(size=(50, 20)).astype(np.float32), np.arange(50) % 8
    snapshot = trainer.snapshot()
    assert snapshot is not None
    sizes = gradient_sizes(FittedNetwork.load(snapshot), X, y)
    network = trainer.network.eval()
    network.backpropagate(torch.as_tensor(X), torch.as_tensor(y), torch.nn.functional.cross_entropy)
    expected = [float(layer.weight.grad.norm()) for layer in network.layers]
    np.testing.assert_allclose(sizes, expected, rtol=0.01)
    assert vanishing(np.array([0.2, 0.3, 2.5])).tolist() == [True, False, False]


def test_the_strongest_connections_are_drawn_and_no_more_than_there_are():
    weight = np.array([[0.5, -3.0, 0.0], [2.0, 0.1, -1.0]])
    assert strongest(weight, 2).tolist() == [[1, 0], [0, 1]]
    assert len(strongest(weight, 100)) == 5, "a weight of zero is no connection"
    assert lines_drawn([(120, 2560), (90, 90)]) == (
        "Drawn: the strongest connections of each layer, 120 of 2,560 and all 90."
    )
    assert lines_drawn([(120, 640), (120, 1024), (120, 1024), (120, 256)]) == (
        "Drawn: the strongest connections of each layer, 120 of 640, 2 times 120 of 1,024 and 120 of 256."
    )
    assert lines_drawn([(90, 90)]) == "Drawn: all 90 connections."


def test_the_ground_of_the_map_lies_where_its_tracks_lie():
    rng, y = np.random.default_rng(1), np.repeat([0, 1, 2], 60)
    Z = rng.normal(size=(180, 2)) + np.array([[0, 0], [3, 0], [0, 3]])[y]
    plane = answer_plane(Z, y, Z, 60, 40)
    assert plane.points.min() >= 0
    assert plane.points.max() <= 1
    inside = ((plane.points > 0) & (plane.points < 1)).all(axis=1)
    at = (plane.points * [60, 40]).astype(int)[inside]
    below = plane.ground[at[:, 1] * 60 + at[:, 0]]
    assert inside.sum() > 160
    assert np.abs(below - Z[inside]).max() < 0.25, "with two features the plane is all there is"
    with pytest.raises(DataError, match="two genres"):
        answer_plane(Z, np.zeros(180, int), Z, 6, 4)
