"""A network that is watched: the snapshots that its epochs leave, what its units do, and where its boundaries lie."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from genre_core.explaining.network import FittedNetwork
from genre_core.settings.names import configure
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


def test_only_a_run_that_is_watched_leaves_bytes(store: RunStore):
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
