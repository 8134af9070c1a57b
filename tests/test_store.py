"""The store: what a double click, a lost race, a dead worker, a full disk and a read-only file do to it."""

import inspect
import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from genre_core.errors import DataError, RunStateError, StoreError, StoreGoneError
from genre_core.settings.config import ExperimentConfig, SyntheticConfig
from genre_core.store import checkpoints, working
from genre_core.store.losses import Loss, loss_sentence
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.saved import put
from genre_core.store.schema import DEAD_AFTER, MEASURING, Epoch, runs
from tests.behind_the_gate import saved_scores
from tests.postgresql import Server

ROOT = Path(__file__).parents[1]

CONFIG = ExperimentConfig(data=SyntheticConfig(n_samples=400))
PREDICTIONS = bytes(range(8)) * 8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "store.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Give the address of a fresh database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('path')}"
    return request.getfixturevalue("postgres").database()


@pytest.fixture
def store(url: str) -> Iterator[RunStore]:
    opened = RunStore(url)
    yield opened
    opened.close()


@pytest.fixture
def in_file(path: Path) -> Iterator[RunStore]:
    """Give a store that is a file."""
    opened = RunStore(f"sqlite:///{path}")
    yield opened
    opened.close()


def epoch(number: int, **changes: Any) -> Epoch:
    values = {"train_loss": 1.5, "train_accuracy": 0.5, "validation_loss": 1.25, "validation_accuracy": 0.625}
    return Epoch(**{"epoch": number, **values, "learning_rate": 1e-3, "seconds": 0.1, "is_best": True} | changes)


def running(store: RunStore, n_epochs: int = 0) -> str:
    run_id = new_run_id()
    assert store.submit(run_id, CONFIG, "a run")
    assert store.claim(run_id, 1)
    for number in range(1, n_epochs + 1):
        store.append(run_id, 1, epoch(number), PREDICTIONS)
    return run_id


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_run_is_read_as_it_was_submitted(store: RunStore) -> None:
    assert store.submit("abc", CONFIG, "  overlapping ", pace=0.5)
    run = store.run("abc")
    assert (run.config, run.fingerprint, run.name, run.pace) == (CONFIG, CONFIG.fingerprint, "overlapping", 0.5)
    assert (run.state, run.request, run.attempt, run.epoch, run.best_epoch) == ("queued", "continue", 1, 0, None)
    assert abs(run.created_at - datetime.now(UTC)) < timedelta(seconds=10)
    assert (run.started_at, run.finished_at, run.seconds) == (None, None, None)


def test_a_double_click_makes_one_run(store: RunStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: store.submit("abc", CONFIG), range(16)))
    assert sum(made) == 1
    assert len(store.runs()) == 1


def test_a_second_store_on_the_same_file_sees_everything(store: RunStore) -> None:
    run_id = running(store, n_epochs=3)
    other = RunStore(store.url)
    assert other.run(run_id) == store.run(run_id)
    assert other.epochs(run_id) == store.epochs(run_id)
    other.close()


def _claim_all(url: str, run_ids: list[str]) -> list[str]:
    store = RunStore(url)
    claimed = [run_id for run_id in run_ids if store.claim(run_id, 1)]
    store.close()
    return claimed


def _claim_all_elsewhere(url: str, run_ids: list[str]) -> list[str]:
    # multiprocessing would run the main script again, which is a page once pages were tested in this process.
    program = f"import sys; from genre_core.store.runs import RunStore\n{inspect.getsource(_claim_all)}"
    command = [sys.executable, "-c", f"{program}\nprint(*_claim_all(sys.argv[1], sys.argv[2:]))", url, *run_ids]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def test_each_run_is_claimed_once_among_processes_and_threads(store: RunStore) -> None:
    run_ids = [new_run_id() for _ in range(40)]
    for run_id in run_ids:
        store.submit(run_id, CONFIG)
    with ThreadPoolExecutor(3) as threads:
        ways = (_claim_all_elsewhere, _claim_all, _claim_all)
        work = [threads.submit(claim, store.url, run_ids) for claim in ways]
        claimed = [run_id for future in work for run_id in future.result()]
    assert sorted(claimed) == sorted(run_ids)


def test_two_stores_may_be_made_at_the_same_moment(url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _: RunStore(url), range(4)))
    for opened in stores:
        assert opened.runs() == []
        opened.close()


def test_append_saves_an_epoch_and_answers_what_the_person_wants(store: RunStore) -> None:
    run_id = running(store)
    assert store.append(run_id, 1, epoch(1), PREDICTIONS) == ("continue", 0.0)
    assert store.request(run_id, "pause")
    assert store.set_pace(run_id, 0.5)
    assert store.append(run_id, 1, epoch(2, is_best=False), b"\x01\x02") == ("pause", 0.5)
    run = store.run(run_id)
    assert (run.epoch, run.best_epoch) == (2, 1)
    assert store.epochs(run_id) == [epoch(1), epoch(2, is_best=False)]
    assert store.epochs(run_id, after=1) == [epoch(2, is_best=False)]
    assert store.predictions(run_id, 2).tolist() == [1, 2]
    assert store.predictions(run_id, 1).dtype == np.uint8


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    losses=st.tuples(st.floats(0, allow_nan=False, allow_infinity=True), st.floats(0, 1e300)),
    rates=st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(1e-12, 10)),
    predictions=st.binary(min_size=1, max_size=300),
)
def test_an_epoch_is_read_to_the_last_bit(
    store: RunStore, losses: tuple[float, ...], rates: tuple[float, ...], predictions: bytes
) -> None:
    run_id = running(store)
    record = epoch(
        1, train_loss=losses[0], validation_loss=losses[1], train_accuracy=rates[0], validation_accuracy=rates[1],
        learning_rate=rates[2],
    )  # fmt: skip
    store.append(run_id, 1, record, predictions)
    assert store.epochs(run_id) == [record]
    assert store.predictions(run_id, 1).tobytes() == predictions


def test_a_worker_whose_attempt_is_over_writes_nothing_and_is_told_to_stop(store: RunStore) -> None:
    run_id = running(store, n_epochs=2)
    assert store.fail(run_id, 1, "It broke.")
    assert store.requeue(run_id, ("failed",), anew=True) == 2
    assert store.claim(run_id, 1) is None
    assert store.claim(run_id, 2)
    before = store.run(run_id)
    assert store.append(run_id, 1, epoch(3), PREDICTIONS).request == "stop"
    assert store.beat(run_id, 1, 0.5).request == "stop"
    assert store.wish(run_id, 1).request == "stop"
    assert not store.describe(run_id, 1, {"n_train": 1})
    assert not store.pause(run_id, 1, b"old")
    assert not store.finish(run_id, 1, "patience", 3, {}, {"weights": b"old"})
    assert not store.fail(run_id, 1, "Too late.")
    assert store.run(run_id) == before
    assert store.epochs(run_id) == []
    assert store.artifact(run_id, "weights") is None


def test_pause_yields_to_a_person_who_changed_their_mind(store: RunStore) -> None:
    run_id = running(store, n_epochs=1)
    store.request(run_id, "pause")
    store.request(run_id, "continue")
    assert not store.pause(run_id, 1, b"state")
    assert store.run(run_id).state == "running"
    store.request(run_id, "step")
    assert store.pause(run_id, 1, b"state")
    assert store.run(run_id).state == "paused"
    assert store.artifact(run_id, "checkpoint") == b"state"
    assert not store.request(run_id, "pause")


def test_a_finished_run_has_its_result_and_no_checkpoint(store: RunStore) -> None:
    run_id = running(store, n_epochs=3)
    assert store.describe(run_id, 1, {}, {"checkpoint": b"state"})
    assert store.finish(run_id, 1, "max_epochs", 2, {"test": {"accuracy": 0.75}}, {"weights": b"w", "logits": b"l"})
    run = store.run(run_id)
    assert (run.state, run.stopped_because, run.best_epoch) == ("complete", "max_epochs", 2)
    assert (run.summary, saved_scores(store, run_id)) == ({}, {"test": {"accuracy": 0.75}})
    assert run.seconds is not None
    assert [store.artifact(run_id, name) for name in ("weights", "logits", "checkpoint")] == [b"w", b"l", None]
    assert not store.finish(run_id, 1, "stopped", 1, {}, {})


def test_what_happens_to_an_unknown_run_is_said(store: RunStore) -> None:
    for ask in (store.run, store.revision):
        with pytest.raises(RunStateError, match="There is no run zzz"):
            ask("zzz")
    with pytest.raises(RunStateError, match="no epoch 4"):
        store.predictions("zzz", 4)
    assert not store.request("zzz", "stop")
    assert not store.delete("zzz")
    assert store.epochs("zzz") == []


def test_the_revision_changes_with_what_a_page_shows_and_not_with_a_heartbeat(store: RunStore) -> None:
    run_id = running(store)
    revision = store.revision(run_id)
    store.beat(run_id, 1)
    assert store.revision(run_id) == revision
    changes = (
        lambda: store.beat(run_id, 1, 0.5),
        lambda: store.append(run_id, 1, epoch(1), PREDICTIONS),
        lambda: store.rename(run_id, "other"),
        lambda: store.request(run_id, "pause"),
        lambda: store.describe(run_id, 1, {"n_train": 3}),
        lambda: store.pause(run_id, 1, None),
    )
    for change in changes:
        change()
        assert store.revision(run_id) > revision
        revision = store.revision(run_id)


def test_runs_are_listed_newest_first_renamed_and_deleted(store: RunStore) -> None:
    ids = [running(store, n_epochs=1), running(store), new_run_id()]
    store.submit(ids[2], CONFIG)
    assert [run.id for run in store.runs()] == ids[::-1]
    assert [run.id for run in store.runs(limit=1)] == ids[2:]
    assert [run.id for run in store.runs(states=("queued",))] == ids[2:]
    assert store.rename(ids[0], "better")
    assert not store.rename(ids[0], "  ")
    assert store.run(ids[0]).name == "better"
    with store.transaction() as connection:
        put(connection, ids[0], "checkpoint", b"state")
    assert store.delete(ids[0])
    assert [run.id for run in store.runs()] == ids[:0:-1]
    assert store.epochs(ids[0]) == []
    assert store.artifact(ids[0], "checkpoint") is None
    assert store.append(ids[0], 1, epoch(2), PREDICTIONS).request == "stop"


def test_who_waits_sees_how_many_go_before_and_how_long(store: RunStore) -> None:
    done = running(store, n_epochs=4)
    waiting = [new_run_id() for _ in range(3)]
    for run_id in waiting:
        store.submit(run_id, CONFIG)
    assert store.expected_wait(waiting[0], n_workers=1) is None
    store.finish(done, 1, "max_epochs", 4, {}, {})
    assert [store.queue_position(run_id) for run_id in waiting] == [0, 1, 2]
    busy = running(store)
    assert [store.queue_position(run_id) for run_id in waiting] == [1, 2, 3]
    assert store.expected_wait(waiting[1], n_workers=1) == pytest.approx(2 * 0.4)
    assert store.expected_wait(waiting[1], n_workers=2) == pytest.approx(0.4 / 2)
    assert store.expected_wait(waiting[0], n_workers=8) == 0.0
    store.set_pace(busy, 0.5)
    assert store.queue_position(waiting[0]) == 0


def silence(store: RunStore, run_id: str) -> None:
    """Make a run's last sign of life an hour older, as if its worker had died then."""
    older = update(runs).where(runs.c.id == run_id).values(heartbeat_at=runs.c.heartbeat_at - 3600)
    with store.transaction() as connection:
        connection.execute(older)


def test_reap_queues_again_only_runs_without_a_sign_of_life(store: RunStore) -> None:
    run_id = running(store, n_epochs=6)
    store.request(run_id, "pause")
    seen = store.run(run_id).heartbeat_at
    assert seen
    assert store.reap() == []
    assert store.reap(seen + timedelta(seconds=DEAD_AFTER - 1)) == []
    assert store.reap(seen + timedelta(seconds=DEAD_AFTER + 1)) == [run_id]
    run = store.run(run_id)
    assert (run.state, run.attempt, run.error, run.finished_at) == ("queued", 2, None, None)
    assert run.request == "pause", "what a person asked for still holds"
    assert len(store.epochs(run_id)) == 6
    assert said_of_losses(store, run_id) == "Its worker was lost after epoch 6: the run goes on by itself."
    assert store.reap(later(60)) == []


def said_of_losses(store: RunStore, run_id: str) -> str:
    return loss_sentence(store.run(run_id), store.losses([run_id]).get(run_id, ()))


def test_a_run_goes_on_from_its_checkpoint_at_most_three_times(store: RunStore) -> None:
    run_id = running(store, n_epochs=3)
    store.keep(run_id, 1, b"state", epoch=2)
    said = []
    for attempt in (1, 2, 3):
        assert store.lose(run_id, attempt)
        assert not store.lose(run_id, attempt)
        assert store.claim(run_id, attempt + 1)
        store.rewind(run_id, attempt + 1, 2)
        assert (store.run(run_id).epoch, store.run(run_id).best_epoch, len(store.epochs(run_id))) == (2, 2, 2)
        said.append(said_of_losses(store, run_id))
        if attempt < 2:
            store.append(run_id, attempt + 1, epoch(3, is_best=False), PREDICTIONS)
    assert said == [
        "Its worker was lost after epoch 3 and it went on from epoch 2.",
        "Its worker was lost twice, the last time after epoch 3, and it went on from epoch 2.",
        "Its worker was lost three times, the last time after epoch 2, and it went on from there.",
    ]
    assert store.reap(later(DEAD_AFTER + 1)) == [run_id]
    run = store.run(run_id)
    assert (run.state, run.lost, run.attempt, run.finished_at) == ("failed", True, 4, run.heartbeat_at)
    assert run.error == (
        "Its worker was lost a fourth time, in epoch 3: the run may need more memory than there is. Start it again to "
        "train it from the beginning."
    )
    assert store.requeue(run_id, ("failed",), anew=True) == 5
    assert store.losses([run_id]) == {}
    assert store.artifact(run_id, "checkpoint") is None


def test_a_lost_worker_is_counted_once_whoever_notices(store: RunStore) -> None:
    run_ids = [running(store, n_epochs=1) for _ in range(5)]
    notice = [lambda: store.reap(later(60)), *(lambda one=one: store.lose(one, 1) for one in run_ids)]  # type: ignore[misc]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda look: look(), notice * 2))
    for run_id in run_ids:
        assert (store.run(run_id).state, store.run(run_id).attempt) == ("queued", 2)
        assert store.losses([run_id]) == {run_id: [Loss(1, None)]}


def test_a_run_that_was_given_back_lost_nothing(store: RunStore) -> None:
    run_id = running(store, n_epochs=2)
    store.leave(run_id, 1, b"state")
    run = store.run(run_id)
    assert (run.state, run.attempt, store.artifact(run_id, "checkpoint")) == ("queued", 1, b"state")
    assert store.append(run_id, 1, epoch(3), PREDICTIONS).request == "stop"
    assert store.lose(run_id, 1), "Dask calls the worker killed that has left"
    assert store.claim(run_id, 2)
    store.lose(run_id, 2)
    store.leave(run_id, 2, b"later")  # it was called killed before it had left
    assert (store.run(run_id).attempt, store.artifact(run_id, "checkpoint")) == (3, b"later")
    assert store.claim(run_id, 3)
    assert store.losses([run_id]) == {}


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_clock_that_jumps_neither_kills_the_living_nor_saves_the_dead(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    living, dead = running(store, n_epochs=1), running(store, n_epochs=1)
    now = time.time() + 3600 * hours
    monkeypatch.setattr(time, "time", lambda: now)
    states = {store.run(one).state for one in (living, dead)}
    if not store.url.startswith("sqlite"):
        assert states == {"running"}, "the clock of the server counts"
        return
    assert states == {"queued"}
    assert store.append(living, 1, epoch(2), PREDICTIONS).request == "continue"
    assert (store.run(living).state, store.run(living).attempt) == ("running", 1)
    assert said_of_losses(store, living) == ""
    assert store.claim(living, 2) is None
    assert store.claim(dead, 2)
    assert store.append(dead, 1, epoch(2), PREDICTIONS).request == "stop", "another worker has it"


def test_epochs_leave_snapshots_only_while_somebody_watches(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "WATCHED_FOR", 3600.0)
    run_id, asked = running(store), list[int]()

    def snapshot() -> bytes:
        asked.append(len(asked))
        return b"weights"

    store.append(run_id, 1, epoch(1), PREDICTIONS, snapshot)
    assert (store.snapshots(run_id), asked) == ([], []), "nobody has asked for it"
    revision = store.revision(run_id)
    store.watch(run_id)
    assert store.revision(run_id) == revision, "no page that shows the run has to be drawn anew"
    store.append(run_id, 1, epoch(2), PREDICTIONS, snapshot)
    store.append(run_id, 1, epoch(3), PREDICTIONS)
    assert (store.snapshots(run_id), store.snapshot(run_id, 2), store.snapshot(run_id, 3)) == ([2], b"weights", None)
    with store.transaction() as connection:
        connection.execute(update(runs).values(watched_at=runs.c.watched_at - 3601))
    store.append(run_id, 1, epoch(4), PREDICTIONS, snapshot)
    assert (store.snapshots(run_id), len(asked)) == ([2], 1), "who has left is forgotten"
    store.watch(run_id)
    for number in range(5, 5 + 2 * checkpoints.SNAPSHOTS.most):
        store.append(run_id, 1, epoch(number), PREDICTIONS, snapshot)
    kept = store.snapshots(run_id)
    assert len(kept) == checkpoints.SNAPSHOTS.most
    assert max(after - before for before, after in itertools.pairwise(kept)) <= 4, "they are thinned evenly"


def test_earlier_checkpoints_are_few_and_spread(store: RunStore, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = running(store, n_epochs=2)
    for number in range(1, 41):
        store.keep(run_id, 1, bytes([number]), number)
    monkeypatch.setattr(checkpoints, "EARLIER", checkpoints.EARLIER._replace(most_bytes=20))
    run, kept = store.run(run_id), {store.checkpoint_before(store.run(run_id), at) for at in range(1, 41)}
    assert store.artifact(run_id, "checkpoint") == b"\x28"
    assert len(kept - {None}) == checkpoints.EARLIER.most
    assert store.checkpoint_before(run, 40) == b"\x28"
    found = sorted(one[0] for one in kept if one)
    assert max(after - before for before, after in zip([0, *found], found, strict=False)) <= 10
    store.keep(run_id, 1, bytes(15), 41)
    assert store.checkpoint_before(run, 41) == bytes(15), "of larger ones fewer are kept"
    assert len({store.checkpoint_before(run, at) for at in range(1, 42)} - {None}) == 6
    store.keep(run_id, 1, bytes(21), 42)
    assert store.checkpoint_before(run, 42) == bytes(15)
    assert store.artifact(run_id, "checkpoint") == bytes(21)


def test_old_checkpoints_are_swept_but_never_what_a_paused_run_needs(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "ALL_BYTES", 8)
    paused, *ended = [running(store, n_epochs=1) for _ in range(4)]
    for run_id in (paused, *ended):
        store.keep(run_id, 1, b"state", 1)
    store.request(paused, "pause")
    assert store.pause(paused, 1, b"state")
    for run_id in ended[:2]:
        assert store.finish(run_id, 1, "stopped", 1, {}, {})
    kept = [store.checkpoint_before(store.run(run_id), 1) for run_id in ended]
    assert kept == [None, b"state", b"state"], "the oldest goes where all together are too large"
    monkeypatch.setattr(checkpoints, "OLD_SECONDS", -1)
    store.fail(ended[2], 1, "It broke.")
    store.sweep()
    assert [store.checkpoint_before(store.run(run_id), 1) for run_id in ended] == [None] * 3
    assert store.artifact(ended[2], "checkpoint") is None
    assert store.artifact(paused, "checkpoint") == b"state"


def test_a_worker_that_was_lost_while_it_measured_clips_was_in_no_epoch(store: RunStore) -> None:
    store.submit("run", CONFIG)
    for attempt in (1, 2, 3, 4):
        store.claim("run", attempt)
        store.describe("run", attempt, {MEASURING: (16, 24)})
        assert store.reap(later(DEAD_AFTER + 1)) == ["run"]
    assert store.run("run").error == (
        "Its worker was lost a fourth time, while it measured the clips: that may need more memory than there is. "
        "Start it again, and it goes on with what is missing."
    )


@pytest.mark.parametrize("look", ["run", "runs", "revision"])
def test_whoever_looks_sees_that_a_worker_died(store: RunStore, look: str) -> None:
    run_id = running(store, n_epochs=1)
    revision = store.revision(run_id)
    silence(store, run_id)
    if look == "run":
        assert store.run(run_id).state == "queued"
    elif look == "runs":
        assert store.runs(states=("running",)) == []
        assert [run.state for run in store.runs()] == ["queued"]
    assert store.revision(run_id) > revision


def test_a_worker_that_was_taken_for_dead_too_early_brings_its_run_back(store: RunStore) -> None:
    run_id = running(store, n_epochs=1)
    silence(store, run_id)
    assert store.run(run_id).state == "queued"
    revision = store.revision(run_id)
    assert store.beat(run_id, 1).request == "continue"
    assert store.revision(run_id) > revision
    assert store.append(run_id, 1, epoch(2), PREDICTIONS).request == "continue"
    run = store.run(run_id)
    assert (run.state, run.error, run.finished_at, run.epoch) == ("running", None, None, 2)
    silence(store, run_id)
    assert store.run(run_id).stopped_because == "lost"
    assert store.fail(run_id, 1, "It broke.")
    assert store.claim(run_id, 2) is None
    assert store.beat(run_id, 1).request == "stop"
    assert (store.run(run_id).state, store.run(run_id).error) == ("failed", "It broke.")


def test_a_table_is_stored_once_and_comes_back_as_it_was(store: RunStore) -> None:
    content = bytes(range(256)) * 20
    assert store.put_table("a" * 64, "gtzan.csv", content, 1000, 58, ["The column filename names the track."])
    assert not store.put_table("a" * 64, "again.csv", content, 1000, 58)
    (table,) = store.tables()
    assert (table.name, table.n_rows, table.n_columns) == ("gtzan.csv", 1000, 58)
    assert table.notes == ("The column filename names the track.",)
    assert store.read_table("a" * 64) == content
    assert store.delete_table("a" * 64)
    assert not store.delete_table("a" * 64)
    with pytest.raises(DataError, match="The table aaaaaaaa is not in the store"):
        store.read_table("a" * 64)


def test_a_read_only_store_can_be_read_and_says_why_it_cannot_be_written(in_file: RunStore, path: Path) -> None:
    run_id = running(in_file, n_epochs=2)
    silence(in_file, run_id)
    frozen = RunStore(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert frozen.epochs(run_id) == in_file.epochs(run_id)
    run = frozen.run(run_id)
    assert run.state == "failed"
    assert run.error is not None
    assert run.error.startswith("Its worker was lost in epoch 3. The store at ")
    writes = (
        lambda: frozen.submit("abc", CONFIG),
        lambda: frozen.append(run_id, 1, epoch(3), PREDICTIONS),
        lambda: frozen.rename(run_id, "other"),
        lambda: frozen.put_table("a" * 64, "x", b"x", 1, 1),
    )
    for write in writes:
        with pytest.raises(
            StoreError, match=r"^The store at .*store\.sqlite.* is read-only: make .* GENRE_LAB_STORE\.$"
        ):
            write()
    frozen.close()
    assert len(in_file.epochs(run_id)) == 2


def test_a_full_disk_loses_nothing_that_was_saved(in_file: RunStore, path: Path) -> None:
    run_id = running(in_file, n_epochs=3)
    in_file.close()

    def fill(connection: Any, _record: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    full = RunStore(in_file.url)
    sqlalchemy.event.listen(full._engine, "connect", fill)
    full.close()
    with pytest.raises(StoreError, match=r"^The disk that holds .*store\.sqlite is full: make room on it\."):
        full.append(run_id, 1, epoch(4), bytes(100_000))
    assert [record.epoch for record in full.epochs(run_id)] == [1, 2, 3]
    assert full.run(run_id).epoch == 3
    assert full.fail(run_id, 1, "The disk is full.")
    full.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("no address", "GENRE_LAB_STORE is not the address of a database"),
        ("sqlite://", "GENRE_LAB_STORE must name a file"),
        ("nosuch://host/name", "needs a driver that is not installed"),
        ("sqlite:////proc/genre-lab/store.sqlite", "cannot be opened"),
        ("sqlite:///{file}", "is not one of Genre Lab's"),
    ],
)
def test_a_store_that_cannot_be_opened_says_why(tmp_path: Path, url: str, sentence: str) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear all, this is not a database. " * 100)
    with pytest.raises(StoreError, match=sentence):
        RunStore(url.format(file=file))
    assert file.read_text().startswith("Dear all")


def test_a_password_is_not_shown() -> None:
    with pytest.raises(StoreError) as caught:
        RunStore("nosuch://ann:secret@host/name")
    assert "secret" not in str(caught.value)


def test_the_store_is_where_the_environment_says(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{path}")
    store = RunStore()
    store.submit("abc", CONFIG)
    store.close()
    assert path.exists()


def test_a_run_of_another_version_is_listed_and_can_be_deleted(store: RunStore) -> None:
    run_id = running(store)
    with store.transaction() as connection:
        connection.execute(update(runs).values(config='{"train": {"warmth": 3}}'))
    (run,) = store.runs()
    with pytest.raises(RunStateError, match="another version"):
        _ = run.config
    assert store.delete(run_id)


def test_a_server_that_is_away_is_told_of_and_a_worker_waits_for_it(postgres: Server) -> None:
    url = postgres.database()
    store, at_work = RunStore(url), RunStore(url, patient=True)
    run_id = running(at_work, n_epochs=2)
    postgres.end(signal.SIGKILL)
    with pytest.raises(StoreError, match=r"^The store at postgresql://\S+ does not answer \(.*\): try again\.$"):
        store.run(run_id)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(at_work.append, run_id, 1, epoch(3), PREDICTIONS)
        with pytest.raises(TimeoutError):
            answer.result(timeout=0.2)
        postgres.start()
        assert answer.result(timeout=30).request == "continue"
    assert store.epochs(run_id) == [epoch(1), epoch(2), epoch(3)]

    def ask_while_it_ends() -> None:
        with at_work.transaction() as connection:
            postgres.end()
            connection.execute(sqlalchemy.text("SELECT 1"))

    with pytest.raises(StoreGoneError):
        ask_while_it_ends()
    postgres.start()
    for opened in (store, at_work):
        opened.close()


def test_a_bad_character_of_an_address_names_no_run(store: RunStore) -> None:
    with pytest.raises(RunStateError, match="There is no run"):
        store.run("abc\0def")
