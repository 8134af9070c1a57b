"""The cluster: real processes, and what becomes of runs and of a lens when they are killed."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from distributed import Client, LocalCluster

from genre_core.errors import ClusterError
from genre_core.networks import MlpConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.store.losses import loss_sentence
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Run, Study
from genre_core.studies.kinds import LENS, REPEATS
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.lens.judging import LensScore
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.terminal.main import main
from genre_core.workers import beside, cluster, own_cluster, versions
from genre_core.workers import commands as jobs

SMALL = ExperimentConfig(
    data=SyntheticConfig(n_samples=240, n_features=4, n_genres=3),
    model=MlpConfig(hidden=(8,)),
    train=TrainConfig(max_epochs=5, patience=500),
)
LONG = SMALL.model_copy(
    update={"data": SyntheticConfig(n_samples=40_000), "train": TrainConfig(max_epochs=500, patience=500)}
)
SMALL_LENS = LensConfig(experiment=SMALL, n_repeats=3, classifiers=("network", "majority", "logistic"))
ENDLESS = LensConfig(
    experiment=ExperimentConfig(
        data=SyntheticConfig(n_samples=2000, n_features=4, n_genres=3, artists=10),
        model=MlpConfig(hidden=(64, 64)),
        train=TrainConfig(max_epochs=20, patience=500),
    ),
    n_repeats=50,
    classifiers=("majority", "network"),
)


class _Lent:
    """A cluster's process that is left as it is."""

    stdin = stdout = None

    def poll(self) -> None: ...

    def wait(self, timeout: float) -> None: ...


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def exists(pid: int) -> bool:
    """Return whether a process runs (one that ended and was not waited for does not)."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@dataclass
class Lab:
    """A store and its workers, started again when a test has killed them."""

    store: RunStore

    def start(self, n_workers: int = 1) -> None:
        self.process = cluster.start(n_workers)
        self.client = cluster.connect(self.process.address)

    def submit(self, config: ExperimentConfig = SMALL, pace: float = 0.0) -> str:
        run_id = new_run_id()
        assert jobs.submit(self.store, self.client, run_id, config, pace=pace)
        return run_id

    def submit_lens(self, config: LensConfig) -> str:
        study_id = new_run_id()
        assert jobs.submit_study(self.store, self.client, study_id, LENS.kind, config)
        return study_id

    def lens(self, study_id: str) -> Study:
        return self.store.studies.study(study_id)

    def tasks(self, study_id: str) -> list[tuple[int, str, str]]:
        """Return what a lens has judged."""
        return [LensScore.from_json(result).task for result in self.store.studies.results(study_id)]

    def run(self, run_id: str) -> Run:
        return self.store.run(run_id)

    def worker_pids(self) -> list[int]:
        return list(self.client.run(os.getpid).values())

    def close(self) -> None:
        self.client.close(timeout=2)
        self.process.close()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(RunStore(f"sqlite:///{tmp_path_factory.mktemp('cluster')}/store.sqlite"))
    lab.start()
    yield lab
    lab.close()
    lab.store.close()


@pytest.fixture
def lab(started: Lab) -> Lab:
    if not started.process.alive:
        started.close()
        started.start()
    return started


def test_a_worker_that_is_frozen_is_not_waited_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert beside.run_beside(lab.client, abs, -7) == 7
    (pid,) = lab.worker_pids()
    os.kill(pid, signal.SIGSTOP)
    try:
        monkeypatch.setattr(beside, "SILENT_SECONDS", 3.0)
        with pytest.raises(ClusterError) as told:
            beside.run_beside(lab.client, abs, -7)
    finally:
        monkeypatch.undo()
        os.kill(pid, signal.SIGCONT)
    assert str(told.value) == beside.SILENT
    assert beside.run_beside(lab.client, abs, -8) == 8


def test_workers_are_polite_single_threaded_and_only_reached_from_here(lab: Lab) -> None:
    def look() -> tuple[int, str | None]:
        return os.nice(0), os.environ.get("OMP_NUM_THREADS")

    assert lab.client.submit(look, pure=False).result(timeout=30) == (min(os.nice(0) + 10, 19), "1")
    if os.access(cluster.SESSION, os.W_OK):  # Linux shares the processor out between sessions
        assert lab.client.submit(cluster.SESSION.read_text, pure=False).result(timeout=30).endswith("nice 10\n")
    (worker,) = lab.client.scheduler_info()["workers"].values()
    assert worker["nthreads"] == 1
    assert worker["host"] == "127.0.0.1"
    assert lab.process.address.startswith("tcp://127.0.0.1:")


def test_a_paced_run_leaves_the_worker_to_others(lab: Lab) -> None:
    paced = lab.submit(pace=120.0)
    until(lambda: lab.run(paced).epoch == 1)
    quick = lab.submit()
    until(lambda: lab.run(quick).state == "complete")
    assert lab.run(paced).state == "running"
    assert jobs.stop(lab.store, lab.client, paced)
    until(lambda: lab.run(paced).state == "complete")
    assert lab.run(paced).stopped_because == "stopped"


def test_a_run_whose_worker_is_killed_goes_on_by_itself_and_says_so(lab: Lab) -> None:
    run_id = lab.submit(pace=120.0)
    until(lambda: lab.run(run_id).epoch == 1)
    for pid in lab.worker_pids():
        os.kill(pid, signal.SIGKILL)
    until(lambda: lab.run(run_id).attempt == 2)
    lab.store.set_pace(run_id, 0.0)
    until(lambda: lab.run(run_id).state == "complete")
    assert [epoch.epoch for epoch in lab.store.epochs(run_id)] == [1, 2, 3, 4, 5]
    assert loss_sentence(lab.run(run_id), lab.store.losses([run_id])[run_id]) == (
        "Its worker was lost after epoch 1 and it began again."
    )


def test_a_worker_that_is_retired_gives_its_run_to_another_and_can_be_replaced(lab: Lab) -> None:
    with (
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", protocol="inproc"
        ) as both,
        Client(both) as client,
    ):  # type: ignore[no-untyped-call]
        run_id = new_run_id()
        jobs.submit(lab.store, client, run_id, LONG)
        until(lambda: lab.run(run_id).epoch > 0)
        (at_work,) = (address for address, tasks in client.processing().items() if tasks)
        client.retire_workers([at_work])
        done = lab.run(run_id).epoch
        until(lambda: lab.run(run_id).epoch > done)
        run = lab.run(run_id)
        assert (run.attempt, lab.store.losses([run_id])) == (1, {})
        assert jobs.stop(lab.store, client, run_id)
        until(lambda: lab.run(run_id).state == "complete")
        (left,) = client.scheduler_info()["workers"]
        both.loop.add_callback(cluster.complete, both, 2)
        client.wait_for_workers(2, timeout=30)
        assert left in client.scheduler_info()["workers"]
    numbers = [epoch.epoch for epoch in lab.store.epochs(run_id)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture
def endless(lab: Lab) -> Iterator[str]:
    """Give a lens that has its first score and is far from its end."""
    study_id = lab.submit_lens(ENDLESS)
    assert not jobs.submit_study(lab.store, lab.client, study_id, LENS.kind, ENDLESS)
    until(lambda: lab.lens(study_id).n_results > 0)
    yield study_id
    jobs.stop_study(lab.store, study_id)


def test_a_run_starts_at_once_and_has_the_worker_for_itself(lab: Lab, endless: str) -> None:
    run_id = lab.submit()
    until(lambda: lab.run(run_id).epoch > 0)
    until(lambda: lab.run(run_id).state == "complete")
    assert lab.lens(endless).state == "running"


def test_a_second_lens_takes_turns_with_the_first(lab: Lab, endless: str) -> None:
    study_id = lab.submit_lens(SMALL_LENS)
    until(lambda: lab.lens(study_id).state == "complete")
    assert lab.lens(endless).state == "running"


def test_a_lens_that_was_queued_while_there_was_no_cluster_is_sent_when_there_is_one(lab: Lab) -> None:
    study_id = new_run_id()
    assert lab.store.studies.submit(study_id, LENS.kind, SMALL_LENS.model_dump_json())
    assert jobs.recover(lab.store, lab.client) == 1
    until(lambda: lab.lens(study_id).state == "complete")


def test_a_terminal_shares_its_work_among_workers_and_prints_what_it_would_alone(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GENRE_LAB_STORE", lab.store.url)
    monkeypatch.setattr(own_cluster, "start", lambda n_workers: cluster.ClusterProcess(lab.process.address, _Lent()))
    small = ["--data.n_samples", "240", "--data.n_genres", "3", "--train.max_epochs", "2", "--json"]
    found = []
    for workers in ("1", "2"):
        assert main(["lens", *small, "--workers", workers]) == 0
        found.append(json.loads(capsys.readouterr().out))
        for score in found[-1]["repeats"]:
            del score["seconds"]
    assert found[0] == found[1]
    assert main(["repeat", *small, "--workers", "65"]) == 2
    assert "--workers is 65, but should be from 1 to 64." in capsys.readouterr().err


def test_a_lens_goes_on_by_itself_when_its_only_worker_is_killed(lab: Lab, endless: str) -> None:
    before = lab.tasks(endless)
    for pid in lab.worker_pids():
        os.kill(pid, signal.SIGKILL)
    until(lambda: lab.lens(endless).n_results > len(before) + 1)
    after = lab.tasks(endless)
    assert lab.lens(endless).state == "running"
    assert after[: len(before)] == before
    assert len(set(after)) == len(after)


def test_other_versions_are_named(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    own = versions.own_versions()
    (address,) = lab.client.scheduler_info()["workers"]
    theirs = {"torch": own["torch"], "genre_core": own["genre_core"]}
    monkeypatch.setattr(versions, "own_versions", lambda: {**own, "torch": "1.0", "genre_core": "abcdef01"})
    with pytest.raises(ClusterError) as caught:
        cluster.connect(lab.process.address)
    assert str(caught.value) == (
        f"The worker at {address} has other versions than this machine: torch {theirs['torch']} (here 1.0) and "
        f"genre_core {theirs['genre_core']} (here abcdef01). Install the same on both, and start both again."
    )
    monkeypatch.setattr(versions, "own_versions", lambda: {**own, "dask": "1.0"})
    with pytest.raises(ClusterError, match=rf"^The scheduler at \S+ has other .*: dask {own['dask']} \(here 1\.0\)\. "):
        cluster.connect(lab.process.address)
    monkeypatch.setattr(versions, "KEY", "unknown")
    monkeypatch.setattr(versions, "own_versions", lambda: own)
    with pytest.raises(ClusterError, match=r"does not know Genre Lab: start it with --preload"):
        cluster.connect(lab.process.address)


def test_what_waits_and_what_is_paused_survives_the_death_of_the_cluster(lab: Lab) -> None:
    paused = lab.submit(pace=120.0)
    until(lambda: lab.run(paused).epoch == 1)
    assert jobs.pause(lab.store, paused)
    until(lambda: lab.run(paused).state == "paused")
    busy, waiting = lab.submit(LONG), lab.submit()
    until(lambda: lab.run(busy).epoch > 0)
    assert lab.run(waiting).state == "queued"
    assert lab.store.queue_position(waiting) == 1
    pids = lab.worker_pids()
    lab.process.process.kill()
    until(lambda: not any(exists(pid) for pid in pids))
    until(lambda: lab.run(busy).state == "queued")
    assert not lab.process.alive
    lab.close()
    lab.start(2)
    assert jobs.recover(lab.store, lab.client) == 2
    assert jobs.stop(lab.store, lab.client, busy)
    until(lambda: lab.run(waiting).state == "complete")
    until(lambda: lab.run(busy).state in ("complete", "cancelled"))
    assert lab.run(paused).state == "paused"
    lab.store.set_pace(paused, 0.0)
    assert jobs.resume(lab.store, lab.client, paused)
    until(lambda: lab.run(paused).state == "complete")
    curves = [[epoch.validation_loss for epoch in lab.store.epochs(run_id)] for run_id in (paused, waiting)]
    assert curves[0] == curves[1]


@pytest.fixture
def both(lab: Lab) -> Lab:
    """Give two workers."""
    if len(lab.worker_pids()) < 2:
        lab.close()
        lab.start(2)
    return lab


def test_two_workers_share_a_study_and_one_goes_on_when_the_other_is_killed(both: Lab) -> None:
    small = {"data": SyntheticConfig(n_samples=12_000), "train": TrainConfig(max_epochs=12)}
    config = RepeatsConfig(experiment=LONG.model_copy(update=small), what=OtherSeeds(times=4, vary="network"))
    both.client.wait_for_workers(2, timeout=60)
    study_id = new_run_id()
    assert jobs.submit_study(both.store, both.client, study_id, REPEATS.kind, config)

    def held() -> list[tuple[str, str]]:
        return [(one.piece, one.owner) for one in both.store.studies.claims(study_id, 1).values() if not one.done]

    until(lambda: len(held()) == 2)
    assert [piece for piece, _ in sorted(held())] == ["[1, 2]", "[3, 4]"]
    assert len({owner for _, owner in held()}) == 2
    os.kill(both.worker_pids()[0], signal.SIGKILL)
    until(lambda: both.store.studies.study(study_id).state == "complete")
    study = both.store.studies.study(study_id)
    assert (both.store.studies.tried_again(study), study.attempt) == (1, 1)
    runs = both.store.members.runs(study_id)
    assert [run.state for run in runs.values()] == ["complete"] * 4
    assert all([epoch.epoch for epoch in both.store.epochs(run.id)] == list(range(1, 13)) for run in runs.values())


def test_the_end_of_standard_input_ends_everything(lab: Lab) -> None:
    run_id = lab.submit(LONG)
    until(lambda: lab.run(run_id).epoch > 0)
    pids = [lab.process.process.pid, *lab.worker_pids()]
    assert lab.process.process.stdin
    lab.process.process.stdin.close()
    until(lambda: not any(exists(pid) for pid in pids))
    until(lambda: lab.run(run_id).state == "queued")


def test_a_scheduler_that_is_not_there_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    monkeypatch.setenv("GENRE_LAB_SCHEDULER", "tcp://127.0.0.1:9")
    with pytest.raises(ClusterError, match=r"The scheduler at tcp://127\.0\.0\.1:9 does not answer"):
        cluster.connect()
    monkeypatch.delenv("GENRE_LAB_SCHEDULER")
    with pytest.raises(ClusterError, match="No scheduler is named"):
        cluster.connect()


def test_a_cluster_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster.sys, "executable", "/bin/false")
    with pytest.raises(ClusterError, match="did not start"):
        cluster.start()


@pytest.mark.parametrize("scheduler", ["tcp://10.1.2.3:8786", "10.1.2.3:8786"])
def test_a_file_is_no_store_for_other_machines(scheduler: str) -> None:
    with pytest.raises(ClusterError, match=r"on other machines, .*: name a PostgreSQL database in GENRE_LAB_STORE"):
        cluster.check_store("sqlite:////folder/store.sqlite", scheduler)
    cluster.check_store("postgresql://lab@host/lab", scheduler)
    cluster.check_store("sqlite:////folder/store.sqlite", "tcp://127.0.0.1:8786")
    cluster.check_store("sqlite:////folder/store.sqlite", "localhost:8786")
