"""Jobs: what a person's commands make of a run, in whatever order they come, with the real trainer on small data."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy
from distributed import Reschedule
from distributed.scheduler import KilledWorker, WorkerState
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from genre_core.errors import ClusterError, QuotaError, StoreError, StoreGoneError
from genre_core.networks import MlpConfig
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig, TrainConfig
from genre_core.store import checkpoints, heartbeat
from genre_core.store.losses import loss_sentence
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Epoch, Wish
from genre_core.studies.kinds import LENS, MAP, Kind
from genre_core.training import experiment
from genre_core.training import trainer as training
from genre_core.workers import commands as jobs
from genre_core.workers import run as worker
from genre_core.workers import sending
from tests.behind_the_gate import saved_scores

N_EPOCHS = 5
SMALL = ExperimentConfig(
    data=SyntheticConfig(n_samples=240, n_features=4, n_genres=3, overlap=2.0),
    model=MlpConfig(hidden=(8,), dropout=0.2),
    train=TrainConfig(max_epochs=N_EPOCHS, patience=500, batch_size=16),
)


class Message:
    """A task that was sent; nothing becomes of it unless the test says so."""

    status = "pending"

    def add_done_callback(self, settle: Callable[[Any], None]) -> None:
        self.settle = settle

    def end(self, error: BaseException) -> None:
        self.status, self.error = "error", error
        self.settle(self)

    def exception(self, timeout: float) -> BaseException:
        return self.error


@dataclass
class Desk:
    """A client whose cluster is this thread: `work` does what was sent."""

    status: str = "running"
    sent: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def submit(self, function: Callable[..., None], *arguments: Any, **options: Any) -> Message:
        self.sent.append((function, arguments, options))
        self.messages.append(Message())
        return self.messages[-1]

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        return {"workers": {}}

    def work(self) -> None:
        while self.sent:
            function, arguments, _ = self.sent.pop(0)
            function(*arguments)


@dataclass
class Lab:
    """A store, a desk, and short names for what a person does."""

    store: RunStore
    desk: Desk

    def submit(self, config: ExperimentConfig = SMALL, pace: float = 0.0) -> str:
        run_id = new_run_id()
        assert jobs.submit(self.store, self.desk, run_id, config, pace=pace)  # type: ignore[arg-type]
        return run_id

    def do(self, command: str, run_id: str) -> bool:
        if command == "pause":
            return jobs.pause(self.store, run_id)
        return bool(getattr(jobs, command)(self.store, self.desk, run_id))

    def result(self, run_id: str) -> tuple[list[Epoch], list[bytes], list[bytes | None]]:
        """Return everything a run came to, but for how long it took."""
        epochs = [replace(epoch, seconds=0.0) for epoch in self.store.epochs(run_id)]
        predictions = [self.store.predictions(run_id, epoch.epoch).tobytes() for epoch in epochs]
        return epochs, predictions, [self.store.artifact(run_id, name) for name in ("weights", "logits")]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('jobs')}/store.sqlite")
    yield Lab(store, Desk())
    worker.open_store(store.url).close()
    store.close()


@pytest.fixture(scope="module")
def uninterrupted(lab: Lab) -> tuple[list[Epoch], list[bytes], list[bytes | None]]:
    run_id = lab.submit()
    lab.desk.work()
    return lab.result(run_id)


def test_a_run_is_trained_to_its_end_and_everything_about_it_is_saved(lab: Lab) -> None:
    run_id = lab.submit()
    lab.desk.work()
    run = lab.store.run(run_id)
    assert (run.state, run.stopped_because, run.epoch, run.error) == ("complete", "max_epochs", N_EPOCHS, None)
    history = lab.store.epochs(run_id)
    assert [epoch.epoch for epoch in history] == [1, 2, 3, 4, 5]
    assert run.best_epoch == max(history, key=lambda epoch: epoch.validation_accuracy).epoch
    assert run.context["n_train"] + run.context["n_validation"] + run.context["n_test"] == 240
    assert len(lab.store.predictions(run_id, 1)) == run.context["n_validation"]
    logits = load(lab.store.artifact(run_id, "logits") or b"")
    assert logits["logits"].shape == (240, 3)
    assert np.bincount(logits["part"]).tolist() == [
        run.context[f"n_{part}"] for part in ("train", "validation", "test")
    ]
    test = logits["part"] == 2
    accuracy = float(np.mean(logits["logits"][test].argmax(1) == logits["y"][test]))
    assert saved_scores(lab.store, run_id)["test"]["accuracy"] == pytest.approx(accuracy)
    labels = lab.store.artifact(run_id, "validation_labels")
    assert labels == logits["y"][experiment.prepare(SMALL).split.validation].astype(np.uint8).tobytes()
    best = history[run.best_epoch - 1]
    assert run.summary["validation"]["accuracy"] == pytest.approx(best.validation_accuracy)
    assert set(load(lab.store.artifact(run_id, "weights") or b""))


def test_the_result_is_that_of_the_experiment_itself(lab: Lab, uninterrupted: Any) -> None:
    result = experiment.run_experiment(SMALL)
    assert [epoch.validation_loss for epoch in uninterrupted[0]] == [end.validation_loss for end in result.history]
    np.testing.assert_array_equal(load(uninterrupted[2][1])["logits"], result.logits)


def test_a_double_click_on_train_sends_one_run(lab: Lab) -> None:
    assert jobs.submit(lab.store, lab.desk, "twice", SMALL)  # type: ignore[arg-type]
    assert not jobs.submit(lab.store, lab.desk, "twice", SMALL)  # type: ignore[arg-type]
    assert len(lab.desk.sent) == 1
    lab.desk.work()


def test_a_message_that_comes_twice_trains_once(lab: Lab, uninterrupted: Any) -> None:
    run_id = lab.submit()
    lab.desk.sent *= 2
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted


def test_a_run_that_was_paused_and_resumed_is_bit_for_bit_the_same(lab: Lab, uninterrupted: Any) -> None:
    run_id = lab.submit()
    assert lab.do("step", run_id)
    lab.desk.work()
    run = lab.store.run(run_id)
    assert (run.state, run.epoch) == ("paused", 1)
    assert lab.do("step", run_id)
    lab.desk.work()
    assert lab.store.run(run_id).epoch == 2
    assert lab.do("resume", run_id)
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted


def test_a_pause_within_a_long_epoch_is_bit_for_bit_the_same(
    lab: Lab, uninterrupted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "REPORT_SECONDS", 0.0)
    beat = RunStore.beat
    paused_at: list[tuple[int, float]] = []

    def pause_in_the_middle(store: RunStore, run_id: str, attempt: int, fraction: float | None = None) -> Wish:
        epoch = store.run(run_id).epoch
        if fraction and fraction > 0.5 and epoch not in [at for at, _ in paused_at]:
            paused_at.append((epoch, fraction))
            store.request(run_id, "pause")
        return beat(store, run_id, attempt, fraction)

    monkeypatch.setattr(RunStore, "beat", pause_in_the_middle)
    run_id = lab.submit()
    lab.desk.work()
    while lab.store.run(run_id).state == "paused":
        assert lab.store.run(run_id).fraction == paused_at[-1][1]
        assert lab.do("resume", run_id)
        lab.desk.work()
    assert [epoch for epoch, _ in paused_at] == list(range(N_EPOCHS))
    assert lab.result(run_id) == uninterrupted


def test_the_last_step_ends_the_run(lab: Lab, uninterrupted: Any) -> None:
    run_id = lab.submit()
    for _ in range(N_EPOCHS):
        assert lab.do("step", run_id)
        lab.desk.work()
    assert lab.store.run(run_id).stopped_because == "max_epochs"
    assert lab.result(run_id) == uninterrupted
    assert not any(lab.do(command, run_id) for command in ("step", "pause", "resume", "stop"))


def test_stop_keeps_the_best_weights_of_a_paused_run(lab: Lab, uninterrupted: Any) -> None:
    run_id = lab.submit()
    for _ in range(3):
        lab.do("step", run_id)
        lab.desk.work()
    assert lab.do("stop", run_id)
    assert lab.desk.sent[-1][2]["priority"] > 10
    lab.desk.work()
    run = lab.store.run(run_id)
    assert (run.state, run.stopped_because, run.epoch) == ("complete", "stopped", 3)
    accuracy = [epoch.validation_accuracy for epoch in uninterrupted[0][:3]]
    assert run.best_epoch == 1 + int(np.argmax(accuracy))
    assert run.summary["validation"]["accuracy"] == pytest.approx(max(accuracy))
    assert lab.store.artifact(run_id, "checkpoint") is None


def test_stop_cancels_a_run_that_has_no_epoch(lab: Lab) -> None:
    queued, paused = lab.submit(), lab.submit()
    assert lab.do("pause", paused)
    assert lab.store.run(paused).state == "paused"
    for run_id in (queued, paused):
        assert lab.do("stop", run_id)
    lab.desk.work()
    for run_id in (queued, paused):
        assert lab.store.run(run_id).state == "cancelled"
        assert lab.store.epochs(run_id) == []


def test_a_run_that_is_paused_in_the_queue_can_be_resumed(lab: Lab, uninterrupted: Any) -> None:
    run_id = lab.submit()
    lab.do("pause", run_id)
    lab.desk.work()
    assert lab.store.run(run_id).state == "paused"
    lab.do("resume", run_id)
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted


def test_an_ended_run_can_be_trained_again_from_the_beginning(lab: Lab, uninterrupted: Any) -> None:
    run_id = lab.submit()
    assert not lab.do("restart", run_id)
    lab.do("step", run_id)
    lab.desk.work()
    lab.do("stop", run_id)
    lab.desk.work()
    assert lab.do("restart", run_id)
    run = lab.store.run(run_id)
    assert (run.state, run.epoch, run.summary, run.error) == ("queued", 0, {}, None)
    assert lab.store.epochs(run_id) == []
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(["pause", "step", "resume", "stop", "restart", "work"]), max_size=10))
def test_whatever_is_pressed_in_whatever_order_the_curve_is_the_same(
    lab: Lab, uninterrupted: Any, commands: list[str]
) -> None:
    run_id = lab.submit()
    for command in commands:
        if command == "work":
            lab.desk.work()
        else:
            lab.do(command, run_id)
            lab.do(command, run_id)  # a double click
    lab.do("resume", run_id)
    lab.desk.work()
    run = lab.store.run(run_id)
    epochs, predictions, saved = lab.result(run_id)
    assert run.state in ("complete", "cancelled")
    assert len(epochs) == run.epoch
    assert epochs == uninterrupted[0][: run.epoch]
    assert predictions == uninterrupted[1][: run.epoch]
    if run.stopped_because == "max_epochs":
        assert saved == uninterrupted[2]
    assert (run.state == "complete") == (run.epoch > 0)
    assert (saved[0] is not None) == (run.state == "complete")


def test_the_dashboard_can_send_runs_without_importing_what_trains_them() -> None:
    slow = "{'torch', 'sklearn', 'pandas', 'scipy', 'distributed'}"
    look = f"import sys, genre_core.workers.commands; print(*{slow} & set(sys.modules))"
    root = Path(jobs.__file__).parents[2]
    printed = subprocess.run([sys.executable, "-c", look], cwd=root, capture_output=True, text=True, check=True)
    assert printed.stdout.split() == []


# -- while it runs ---------------------------------------------------------------------------------------------------


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def background(lab: Lab) -> Iterator[Callable[[str], None]]:
    """Work in a thread, as a worker of a cluster does, until the run has an epoch."""
    threads: list[threading.Thread] = []

    def work(run_id: str) -> None:
        threads.append(threading.Thread(target=lab.desk.work))
        threads[-1].start()
        until(lambda: lab.store.run(run_id).epoch > 0)

    yield work
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()


def test_a_paced_run_answers_at_once(lab: Lab, uninterrupted: Any, background: Callable[[str], None]) -> None:
    run_id = lab.submit(pace=600.0)
    background(run_id)
    assert lab.do("pause", run_id)
    until(lambda: lab.store.run(run_id).state == "paused")
    assert lab.do("resume", run_id)
    background(run_id)
    until(lambda: lab.store.run(run_id).epoch == 2)
    assert lab.store.set_pace(run_id, 0.0)
    until(lambda: lab.store.run(run_id).state == "complete")
    assert lab.result(run_id) == uninterrupted


def test_a_sleeping_run_is_alive_and_stops_at_once(
    lab: Lab, background: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.05)
    run_id = lab.submit(pace=600.0)
    background(run_id)
    first = lab.store.run(run_id).heartbeat_at
    until(lambda: lab.store.run(run_id).heartbeat_at != first)
    assert lab.do("stop", run_id)
    until(lambda: lab.store.run(run_id).state == "complete")
    assert lab.store.run(run_id).stopped_because == "stopped"


def test_a_deleted_run_stops_and_leaves_nothing(lab: Lab, background: Callable[[str], None]) -> None:
    run_id = lab.submit(pace=600.0)
    background(run_id)
    assert lab.store.delete(run_id)
    until(lambda: not any(run_id in thread.name for thread in threading.enumerate()))
    assert lab.store.epochs(run_id) == []
    for name in ("weights", "logits", "validation_labels"):
        assert lab.store.artifact(run_id, name) is None


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_data_that_cannot_be_split_fail_with_their_sentence(lab: Lab) -> None:
    few = SyntheticConfig(n_samples=40, n_features=2, n_genres=8)
    run_id = lab.submit(SMALL.model_copy(update={"data": few, "split": SplitConfig(test_fraction=0.05)}))
    lab.desk.work()
    run = lab.store.run(run_id)
    assert run.state == "failed"
    assert run.error is not None
    assert run.error.startswith("The genre Rock has 5 tracks, too few")


def wild(layers: int) -> ExperimentConfig:
    """Return a configuration whose steps are far too large."""
    train = {"optimizer": "sgd", "learning_rate": 10.0, "momentum": 0.99, "max_epochs": 30}
    data = SMALL.data.model_copy(update={"overlap": 20.0})
    network = MlpConfig(hidden=(64,) * layers, dropout=0)
    return SMALL.model_copy(update={"data": data, "model": network, "train": SMALL.train.model_copy(update=train)})


def test_a_run_that_diverges_at_once_says_so(lab: Lab) -> None:
    run_id = lab.submit(wild(layers=6))
    lab.desk.work()
    run = lab.store.run(run_id)
    assert (run.state, run.epoch) == ("failed", 0)
    assert run.error == "Training diverged in its first epoch and has nothing to keep: lower the learning rate."


def test_a_run_that_diverges_later_keeps_its_best_weights(lab: Lab) -> None:
    run_id = lab.submit(wild(layers=3))
    lab.desk.work()
    run = lab.store.run(run_id)
    assert (run.state, run.stopped_because) == ("complete", "diverged")
    assert 1 <= run.epoch < 30
    best = lab.store.epochs(run_id)[(run.best_epoch or 0) - 1]
    assert run.summary["validation"]["accuracy"] == pytest.approx(best.validation_accuracy)


def test_an_unexpected_error_is_a_short_sentence_and_a_logged_traceback(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a detail for engineers")

    worker.warm_up()  # in this process it trains, and would meet the error first
    monkeypatch.setattr(experiment, "make_trainer", broken)
    run_id = lab.submit()
    with caplog.at_level(logging.ERROR):
        lab.desk.work()
    assert lab.store.run(run_id).error == (
        "Training ended by an unexpected ZeroDivisionError: the log of the workers has the details."
    )
    assert "a detail for engineers" in caplog.text


def test_a_full_disk_ends_the_run_with_its_sentence_and_keeps_its_epochs(tmp_path: Path) -> None:
    lab = Lab(RunStore(f"sqlite:///{tmp_path}/store.sqlite"), Desk())
    run_id = lab.submit(SMALL.model_copy(update={"train": SMALL.train.model_copy(update={"max_epochs": 500})}))
    opened = worker.open_store(lab.store.url)
    opened.close()

    def fill(connection: Any, _record: Any) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 6}")

    sqlalchemy.event.listen(opened._engine, "connect", fill)
    lab.desk.work()
    opened.close()
    run = lab.store.run(run_id)
    assert run.state == "failed"
    assert run.error is not None
    assert run.error.startswith("The disk that holds")
    assert len(lab.store.epochs(run_id)) == run.epoch > 1
    lab.store.close()


def test_a_run_goes_on_by_itself_when_the_server_of_its_store_was_away(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, uninterrupted: Any
) -> None:
    run_id, append = lab.submit(), RunStore.append

    def away(store: RunStore, run_id: str, attempt: int, epoch: Epoch, *more: Any) -> Wish:
        if (attempt, epoch.epoch) == (1, 3):
            raise StoreGoneError("The store does not answer.")
        return append(store, run_id, attempt, epoch, *more)

    monkeypatch.setattr(RunStore, "append", away)
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted
    assert lab.store.run(run_id).attempt == 2


class Killed(BaseException):
    """Ends a worker as a signal does: nothing is written down."""


@pytest.fixture
def killed(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], None]:
    """Let a run work until it has seen so many events, and kill its worker then; checkpoints come with each."""
    monkeypatch.setattr(training, "REPORT_SECONDS", 0.0)
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0.0)

    def work(run_id: str, n_events: int) -> None:
        left = iter(range(n_events))

        def seen(write: Callable[..., Wish]) -> Callable[..., Wish]:
            def do(store: RunStore, run: str, attempt: int, *more: Any) -> Wish:
                if more and next(left, None) is None:
                    raise Killed
                return write(store, run, attempt, *more)

            return do

        with monkeypatch.context() as patch:
            for name in ("append", "beat"):
                patch.setattr(RunStore, name, seen(getattr(RunStore, name)))
            with pytest.raises(Killed):
                lab.desk.work()
        assert lab.store.run(run_id).state == "running"

    return work


def lost_to_dask(lab: Lab, number: int = -1) -> None:
    lab.desk.messages[number].end(KilledWorker("run", WorkerState.__new__(WorkerState), 0))


def test_a_run_whose_worker_is_killed_goes_on_to_the_same_bits(
    lab: Lab, uninterrupted: Any, killed: Callable[[str, int], None]
) -> None:
    run_id = lab.submit()
    for n_events in (15, 1, 22):  # within the second epoch, before anything is trained again, and later
        killed(run_id, n_events)
        lost_to_dask(lab)
        assert len(lab.desk.sent) == 1
    lab.desk.work()
    run = lab.store.run(run_id)
    assert (run.state, run.attempt, run.stopped_because) == ("complete", 4, "max_epochs")
    assert lab.result(run_id) == uninterrupted
    assert len(lab.store.losses([run_id])[run_id]) == 3


def test_without_a_checkpoint_it_begins_again_and_none_is_written_in_a_short_run(
    lab: Lab, uninterrupted: Any, killed: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 30.0)
    run_id = lab.submit()
    killed(run_id, 25)
    assert lab.store.run(run_id).epoch == 2
    assert lab.store.artifact(run_id, "checkpoint") is None
    lost_to_dask(lab)
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted
    assert loss_sentence(lab.store.run(run_id), lab.store.losses([run_id])[run_id]) == (
        "Its worker was lost after epoch 2 and it began again."
    )


@pytest.mark.parametrize(("command", "state", "n_epochs"), [("pause", "paused", 1), ("stop", "complete", 1)])
def test_what_was_asked_while_the_worker_died_still_holds(
    lab: Lab, uninterrupted: Any, killed: Callable[[str, int], None], command: str, state: str, n_epochs: int
) -> None:
    run_id = lab.submit()
    killed(run_id, 12)
    assert lab.do(command, run_id)
    lost_to_dask(lab)
    lab.desk.work()
    run = lab.store.run(run_id)
    assert (run.state, run.epoch) == (state, n_epochs)
    lab.do("resume", run_id)
    lab.desk.work()
    epochs, predictions, saved = lab.result(run_id)
    assert (epochs, predictions) == (uninterrupted[0][: len(epochs)], uninterrupted[1][: len(epochs)])
    assert (saved == uninterrupted[2]) == (command == "pause")


def test_a_worker_that_was_silent_is_found_and_its_run_sent_again_unless_it_is_back(
    lab: Lab, uninterrupted: Any, killed: Callable[[str, int], None]
) -> None:
    run_id = lab.submit()
    killed(run_id, 12)
    jobs.send_lost(lab.store, lab.desk)  # type: ignore[arg-type]
    assert lab.store.reap(datetime.now(UTC) + timedelta(seconds=60)) == [run_id]
    for _ in range(2):
        jobs.send_lost(lab.store, lab.desk)  # type: ignore[arg-type]
    assert {options["key"] for _, _, options in lab.desk.sent} == {f"run-{run_id}-2"}
    lost_to_dask(lab, -3)  # noticed later, and not counted again
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted
    assert lab.store.run(run_id).attempt == 2


def test_a_retired_worker_gives_its_run_to_another(
    lab: Lab, uninterrupted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = lab.submit()
    task = lab.desk.sent[0]
    for number in range(1, 4):
        monkeypatch.setattr(worker, "_is_retired", lambda n=number: lab.store.run(run_id).epoch == n)
        with pytest.raises(Reschedule):
            lab.desk.work()
        assert (lab.store.run(run_id).state, lab.store.run(run_id).epoch) == ("queued", number)
        lab.desk.sent.append(task)
    monkeypatch.setattr(worker, "_is_retired", lambda: False)
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted
    assert (lab.store.run(run_id).attempt, lab.store.losses([run_id])) == (1, {})


def test_a_task_that_dask_took_from_a_worker_waits_until_that_has_left(lab: Lab) -> None:
    run_id = lab.submit()
    assert lab.store.claim(run_id, 1)
    leaves = threading.Timer(0.2, lab.store.leave, (run_id, 1, None))
    leaves.start()
    lab.desk.work()
    leaves.join()
    assert lab.store.run(run_id).state == "complete"


def test_a_worker_that_could_not_begin_is_reported(lab: Lab) -> None:
    run_id = lab.submit()
    lab.desk.messages[-1].end(ModuleNotFoundError("No module named 'torch'"))
    run = lab.store.run(run_id)
    assert run.state == "failed"
    assert run.error is not None
    assert "ModuleNotFoundError: No module named 'torch'" in run.error
    lab.desk.work()
    assert lab.store.run(run_id).state == "failed"


def test_a_loss_that_could_not_be_written_down_is_so_once_the_store_is_back(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, fail, written = lab.submit(), lab.store.fail, threading.Event()

    def full_once(*what: Any) -> None:
        monkeypatch.setattr(lab.store, "fail", lambda *what: fail(*what) and written.set())
        raise StoreError("The disk is full.")

    monkeypatch.setattr(lab.store, "fail", full_once)
    monkeypatch.setattr(sending, "AGAIN_SECONDS", 0.01)
    lab.desk.messages[-1].end(StoreError("The disk is full."))
    assert written.wait(10)
    lab.desk.work()
    assert (lab.store.run(run_id).state, lab.store.run(run_id).error) == ("failed", "The disk is full.")


def test_a_long_reason_is_cut() -> None:
    told = RuntimeError("It could not be read. This frequently\noccurs\nif environments differ.\n")
    assert sending.lost_sentence(told).startswith("The worker could not begin (RuntimeError: It could not be read): ")


def test_what_could_not_be_sent_is_saved_and_recovered(lab: Lab, uninterrupted: Any) -> None:
    run_id = new_run_id()
    with pytest.raises(ClusterError, match="the run is saved"):
        jobs.submit(lab.store, Desk(status="connecting"), run_id, SMALL)  # type: ignore[arg-type]
    assert lab.store.run(run_id).state == "queued"
    assert jobs.recover(lab.store, lab.desk) == 1  # type: ignore[arg-type]
    assert jobs.recover(lab.store, lab.desk) == 1  # type: ignore[arg-type]
    assert len({options["key"] for _, _, options in lab.desk.sent}) == 1
    lab.desk.work()
    assert lab.result(run_id) == uninterrupted
    assert jobs.recover(lab.store, lab.desk) == 0  # type: ignore[arg-type]


def test_a_person_has_a_few_studies_under_way_and_brief_ones_do_not_count(tmp_path: Path) -> None:
    store, desk = RunStore(f"sqlite:///{tmp_path}/quota.sqlite"), Desk()

    def submit(name: str, kind: Kind[Any] = LENS, person: str = "ann") -> bool:
        return jobs.submit_study(store, desk, name, kind.kind, kind.config.model_construct(), person)  # type: ignore[arg-type]

    assert submit("map", MAP)
    for n in range(jobs.MOST_STUDIES):
        assert submit(f"lens {n}")
    with pytest.raises(QuotaError, match="You have 4 studies under way, the most for one person"):
        submit("one more")
    assert not submit("lens 1")  # a second click is no second study
    assert submit("of another", person="bob")
    assert submit("of the terminal", person="")
    assert submit("another map", MAP)
    assert store.studies.stop("lens 0")
    assert submit("one more")
    with pytest.raises(QuotaError):
        jobs.resume_study(store, desk, "lens 0")  # type: ignore[arg-type]
    assert store.studies.study("lens 0").state == "cancelled"
    store.close()
