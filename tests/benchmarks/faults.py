"""Faults, tried for real on a cluster of two workers: what was done, what happened, and how soon states were true.

A line for each fault. `counted once` means that every repetition, trial or epoch is there, and none of them twice;
where that is not so, the line says what is wrong, and the program ends with 1. Only processes that are started here
are killed or stopped. A full disk is a small file system in memory, which needs the right to mount it.

    python -m tests.benchmarks.faults [--postgresql] [words of a fault …]
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import update

from genre_core.errors import StoreError
from genre_core.networks import MlpConfig
from genre_core.settings.config import ExperimentConfig, SyntheticConfig, TrainConfig
from genre_core.settings.names import configure
from genre_core.store.losses import loss_sentence, tries_sentence
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Run, Study, runs, study_pieces
from genre_core.store.schema import studies as study_rows
from genre_core.studies.kinds import KINDS, REPEATS, SEARCH
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.workers import cluster, commands
from genre_core.workers.run import execute
from tests import postgresql
from tests.benchmarks.browser_session import BrowserSession
from tests.benchmarks.dashboard import server
from tests.benchmarks.search import made

DEADLINE, AWAY = 240.0, 20.0
MEMBERS, TRIALS = 6, 24
LONG = ExperimentConfig(
    data=SyntheticConfig(n_samples=20_000),
    model=MlpConfig(hidden=(64,)),
    train=TrainConfig(max_epochs=40, patience=500),
)
SHORT = configure({"data.n_samples": 400, "train.max_epochs": 3, "train.patience": 500, "model.hidden": (8,)})
REPEATED = RepeatsConfig(
    experiment=LONG.model_copy(update={"train": TrainConfig(max_epochs=8, patience=500)}),
    what=OtherSeeds(times=MEMBERS, vary="network"),
)


def until(true: Callable[[], object], what: str, seconds: float = DEADLINE) -> float:
    """Wait until something is true; return how long that took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


class Lab:
    """A store and a cluster of two workers, which is started again where a fault has ended it."""

    def __init__(self, store: RunStore, server: postgresql.Server | None) -> None:
        self.store, self.server = store, server
        self.start()

    def start(self) -> None:
        """Start a cluster, and send what waits, as a dashboard does."""
        self.process = cluster.start(2)
        self.client = cluster.connect(self.process.address)
        commands.recover(self.store, self.client)

    def close(self) -> None:
        """End the cluster."""
        with suppress(OSError, TimeoutError):
            self.client.close(timeout=2)  # type: ignore[no-untyped-call]
        self.process.close()

    def complete(self) -> None:
        """See that both workers are there."""
        if not self.process.alive or self.client.status != "running":
            self.close()
            self.start()
        self.client.wait_for_workers(2, timeout=120)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that train."""
        return [psutil.Process(pid) for pid in self.client.run(os.getpid).values()]

    def run(self, config: ExperimentConfig = LONG) -> str:
        """Send a run; return its id once it has an epoch."""
        run_id = new_run_id()
        commands.submit(self.store, self.client, run_id, config)
        until(lambda: self.store.run(run_id).epoch, "its first epoch")
        return run_id

    def study(self, kind: str = REPEATS.kind) -> str:
        """Send a study; return its id once both workers hold a piece of it."""
        study_id = new_run_id()
        config = REPEATED if kind == REPEATS.kind else made("tpe", True, TRIALS)
        commands.submit_study(self.store, self.client, study_id, kind, config)
        until(lambda: self.held(study_id) == 2, "its division")
        return study_id

    def held(self, study_id: str) -> int:
        """Return how many pieces of a study are under way."""
        return sum(not one.done for one in self.store.studies.claims(study_id, 1).values())

    def look_after(self) -> None:
        """Do what a dashboard does every few seconds."""
        commands.send_lost(self.store, self.client)

    def looked_after(self, work: Callable[[], Run | Study], what: str) -> float:
        """Wait for the end of a run or study as a dashboard does; return how many seconds that took."""
        looked = time.monotonic()

        def over() -> bool:
            nonlocal looked
            if time.monotonic() - looked > 5:
                looked = time.monotonic()
                self.look_after()
            return not work().active

        return until(over, what)

    def finished(self, study_id: str) -> str:
        """Wait for the end of a study; return how it went, once that is found to be right."""
        took = self.looked_after(lambda: self.store.studies.study(study_id), "the end of the study")
        study = self.store.studies.study(study_id)
        assert study.state == "complete", f"the study is {study.state}: {study.error}"
        self.count(study)
        said = tries_sentence(self.store.studies.tried_again(study))
        return f"complete {took:.1f} s later, counted once. {said}".strip()

    def count(self, study: Study) -> None:
        """See that nothing of a complete study is missing or there twice."""
        if study.kind == SEARCH.kind:
            rows = self.store.studies.results(study.id)
            numbers = sorted(row["trial"] for row in rows if row["kind"] == "trial")
            assert numbers == list(range(1, TRIALS + 1)), f"trials {numbers}"
            return
        members = self.store.members.runs(study.id)
        assert sorted(members) == list(range(1, MEMBERS + 1)), f"repetitions {sorted(members)}"
        for run in members.values():
            self.has_all_epochs(run)

    def has_all_epochs(self, run: Run) -> None:
        """See that a run is complete, and each of its epochs there once."""
        assert run.state == "complete", f"the run is {run.state}: {run.error}"
        there = [epoch.epoch for epoch in self.store.epochs(run.id)]
        assert there == list(range(1, run.config.train.max_epochs + 1)), f"epochs {there}"

    def trained(self, run_id: str) -> str:
        """Wait for the end of a run; return how it went, once that is found to be right."""
        took = self.looked_after(lambda: self.store.run(run_id), "the end of the run")
        run = self.store.run(run_id)
        self.has_all_epochs(run)
        said = loss_sentence(run, self.store.losses([run_id]).get(run_id, []))
        return f"complete {took:.1f} s later, every epoch once. {said}".strip()


# -- workers and the cluster -----------------------------------------------------------------------------------------


def a_worker_is_killed_in_a_stack_of_repetitions(lab: Lab) -> str:
    study_id = lab.study()
    lab.workers()[0].kill()
    return lab.finished(study_id)


def a_worker_is_killed_in_a_search(lab: Lab) -> str:
    study_id = lab.study(SEARCH.kind)
    lab.workers()[0].kill()
    return lab.finished(study_id)


def every_worker_is_killed(lab: Lab) -> str:
    study_id, run_id = lab.study(), lab.run()
    for worker in lab.workers():
        worker.kill()
    true = until(lambda: lab.store.run(run_id).attempt == 2, "the loss of the run")
    return f"run queued again after {true:.1f} s; {lab.trained(run_id)} Study {lab.finished(study_id)}"


def the_process_that_workers_are_forked_from_is_killed(lab: Lab) -> str:
    run_id = lab.run()
    before = set(lab.client.scheduler_info(n_workers=-1)["workers"])
    parent = lab.workers()[0].parent()
    assert parent
    parent.kill()

    def back() -> bool:
        return len(set(lab.client.scheduler_info(n_workers=-1)["workers"]) - before) == 2

    back_after = until(back, "two new workers")
    return f"both workers are back after {back_after:.1f} s; run {lab.trained(run_id)}"


def the_scheduler_is_killed(lab: Lab) -> str:
    study_id, run_id = lab.study(), lab.run()
    lab.process.process.kill()
    true = until(lambda: lab.store.run(run_id).state == "queued", "the loss of the run")
    lab.complete()
    return f"run queued after {true:.1f} s; next cluster: run {lab.trained(run_id)} Study {lab.finished(study_id)}"


def a_worker_is_stopped_for_20_seconds(lab: Lab) -> str:
    study_id = lab.study()
    worker = lab.workers()[0]
    worker.suspend()
    try:
        tried = partial(lambda: lab.store.studies.tried_again(lab.store.studies.study(study_id)))
        free = until(tried, "that another one took its piece", 60)
        time.sleep(max(0.0, AWAY - free))
    finally:
        worker.resume()
    return f"another one has its piece after {free:.1f} s; it came back after {AWAY:.0f} s; {lab.finished(study_id)}"


def a_dashboard_is_killed(lab: Lab) -> str:
    lab.close()  # the dashboard has its own cluster
    run_id = new_run_id()
    lab.store.submit(run_id, LONG.model_copy(update={"train": TrainConfig(max_epochs=120, patience=500)}))
    with tempfile.TemporaryDirectory() as folder, server(Path(folder, "log"), lab.store.url, "") as (address, process):
        asyncio.run(_opened(address))
        until(lambda: lab.store.run(run_id).epoch > 1, "its second epoch")
        process.kill()
        true = until(lambda: lab.store.run(run_id).state == "queued", "that it is queued again")
    saved = lab.store.run(run_id).epoch
    with tempfile.TemporaryDirectory() as folder, server(Path(folder, "log"), lab.store.url, "") as (address, _):
        asyncio.run(_opened(address))
        on = until(lambda: lab.store.run(run_id).state == "running", "that it goes on")
        until(lambda: not lab.store.run(run_id).active, "its end")
    lab.has_all_epochs(lab.store.run(run_id))
    lab.start()
    return (
        f"queued after {true:.1f} s with {saved} epochs; {on:.1f} s after the next start it went on; every epoch once"
    )


async def _opened(address: str) -> None:
    async with BrowserSession(address) as tab:
        await tab.rerun()


# -- the store -------------------------------------------------------------------------------------------------------


def postgresql_is_killed_and_started_again(lab: Lab) -> str:
    assert lab.server
    study_id = lab.study()
    lab.server.end(signal.SIGKILL)
    time.sleep(5)
    lab.server.start()
    return f"it was away for 5 s; {lab.finished(study_id)}"


def the_network_to_postgresql_is_cut_for_20_seconds(lab: Lab) -> str:
    assert lab.server
    study_id, run_id = lab.study(), lab.run()
    main = psutil.Process(lab.server.process.pid)
    stopped = [main, *main.children(recursive=True)]
    for process in stopped:
        process.suspend()
    time.sleep(AWAY)
    for process in stopped:
        with suppress(psutil.NoSuchProcess):
            process.resume()
    return f"it answered nothing for {AWAY:.0f} s; run {lab.trained(run_id)} Study {lab.finished(study_id)}"


def the_clock_jumps(lab: Lab) -> str:
    study_id, run_id = lab.study(), lab.run()
    for hours in (5, -5):  # as seen by a clock that was set back, and forward
        jump = 3600.0 * hours
        with lab.store.transaction() as connection:
            for table in (runs, study_rows, study_pieces):
                connection.execute(update(table).values(heartbeat_at=table.c.heartbeat_at + jump))
        time.sleep(3)
    return f"5 hours back and forth: run {lab.trained(run_id)} Study {lab.finished(study_id)}"


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Give a file system in memory that is soon full."""
    with tempfile.TemporaryDirectory(prefix="genre-lab-disk-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def the_disk_of_the_store_is_full(lab: Lab) -> str:
    with small_disk(8) as folder:
        store = RunStore(f"sqlite:///{folder}/store.sqlite")
        training, waiting = ["one", "two"], "three"
        every = [*training, waiting]

        def states(*among: str) -> bool:
            with suppress(StoreError):
                return all(store.run(run_id).state in among for run_id in every)
            return False

        for run_id in training:
            commands.submit(store, lab.client, run_id, LONG)
        until(lambda: all(store.run(run_id).epoch for run_id in training), "their first epochs")
        commands.submit(store, lab.client, waiting, SHORT)
        with (folder / "filler").open("wb") as file, suppress(OSError):
            while True:
                os.write(file.fileno(), bytes(4096))
        until(lambda: not any(lab.client.processing().values()), "the end of all work")
        (folder / "filler").unlink()
        true = until(lambda: commands.send_lost(store, lab.client) or states("failed", "complete"), "their end")
        told = " ".join({f"“{error}”" for run_id in every if (error := store.run(run_id).error)})
        kept = [len(store.epochs(run_id)) for run_id in training]
        for run_id in every:
            if store.run(run_id).state == "failed":
                commands.restart(store, lab.client, run_id)
        until(lambda: states("complete"), "their end when there is room")
        store.close()
        return f"true {true:.1f} s after there was room, {kept} epochs kept: {told} Started again, all three trained"


def the_disk_of_the_measured_clips_is_full(_: Lab) -> str:
    music = configure({
        "data.source": "music", "data.clips": 10, "data.seconds": 2.0, "data.features": "logmel",
        "model.architecture": "cnn", "train.max_epochs": 1,
    })  # fmt: skip
    with tempfile.TemporaryDirectory() as own, small_disk(1) as folder:
        store = RunStore(f"sqlite:///{own}/store.sqlite")
        (folder / "filler").write_bytes(bytes(960 * 1024))
        os.environ["GENRE_LAB_FILES"] = str(folder)
        try:
            store.submit("full", music)
            execute("full", 1, store.url)
            failed = store.run("full")
            assert failed.state == "failed", failed.state
            (folder / "filler").unlink()
            subprocess.run(["mount", "-o", "remount,size=200m", str(folder)], check=True)
            execute("full", store.requeue("full", ("failed",), "continue", anew=True) or 0, store.url)
            assert store.run("full").state == "complete", store.run("full").error
        finally:
            del os.environ["GENRE_LAB_FILES"]
            store.close()
        return f"“{failed.error}” With room for it the same run measured and trained to its end"


# -- two at once, and other versions ---------------------------------------------------------------------------------

_RECOVER = """
import sys
from genre_core.store.runs import RunStore
from genre_core.workers import cluster, commands
client, store = cluster.connect(sys.argv[1]), RunStore(sys.argv[2])
for _ in range(5):
    commands.recover(store, client)
    commands.send_lost(store, client)
"""


def two_processes_recover_at_once(lab: Lab) -> str:
    waiting = [new_run_id() for _ in range(6)]
    for run_id in waiting:
        lab.store.submit(run_id, SHORT)
    studies = [new_run_id() for _ in range(2)]
    for study_id in studies:
        lab.store.studies.submit(study_id, REPEATS.kind, REPEATED.model_dump_json())
    command = [sys.executable, "-c", _RECOVER, lab.process.address, lab.store.url]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(timeout=DEADLINE) for process in both] == [0, 0]
    for run_id in waiting:
        until(lambda run_id=run_id: not lab.store.run(run_id).active, "the end of the runs")  # type: ignore[misc]
        lab.has_all_epochs(lab.store.run(run_id))
        assert lab.store.run(run_id).attempt == 1
    return f"6 runs trained once; studies {' '.join(lab.finished(study_id) for study_id in studies)}"


def two_workers_finish_a_study_at_once(lab: Lab) -> str:
    config = RepeatsConfig(experiment=SHORT, what=OtherSeeds(times=2, vary="network"))
    studies = [new_run_id() for _ in range(8)]
    for study_id in studies:
        commands.submit_study(lab.store, lab.client, study_id, REPEATS.kind, config)
    for study_id in studies:
        until(lambda study_id=study_id: not lab.store.studies.study(study_id).active, "its end")  # type: ignore[misc]
        assert lab.store.studies.study(study_id).state == "complete"
        members = lab.store.members.runs(study_id)
        assert len(members) == 2
        for run in members.values():
            lab.has_all_epochs(run)
    return "8 studies of two pieces each: complete, every repetition once"


def a_message_of_an_earlier_attempt(lab: Lab) -> str:
    run_id = lab.run(SHORT)
    until(lambda: not lab.store.run(run_id).active, "its end")
    before, revision = lab.store.run(run_id), lab.store.revision(run_id)
    for attempt in (0, 1, 7):
        lab.client.submit(execute, run_id, attempt, lab.store.url, pure=False).result(timeout=60)  # type: ignore[no-untyped-call]
    assert (lab.store.run(run_id), lab.store.revision(run_id)) == (before, revision)
    return "nothing changes"


def work_of_another_version(lab: Lab) -> str:
    said = []
    for kind, config in (("of tomorrow", "{}"), (REPEATS.kind, json.dumps({"of tomorrow": 1}))):
        study_id = new_run_id()
        lab.store.studies.submit(study_id, kind, config)
        commands.recover(lab.store, lab.client)
        took = until(lambda study_id=study_id: not lab.store.studies.study(study_id).active, "its end")  # type: ignore[misc]
        said.append(f"after {took:.1f} s “{lab.store.studies.study(study_id).error}”")
    assert said[0].partition("“")[2] == said[1].partition("“")[2]
    assert "of tomorrow" not in KINDS
    return f"an unknown kind {said[0]}; the same of unknown settings"


def a_worker_lacks_a_module(lab: Lab) -> str:
    run_id = new_run_id()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "of_tomorrow.py").write_text("def execute(run_id, attempt, store_url): ...\n")
        sys.path.insert(0, folder)
        import of_tomorrow  # type: ignore[import-not-found]

        sys.path.remove(folder)
        commands.execute = of_tomorrow.execute  # type: ignore[attr-defined]
        try:
            commands.submit(lab.store, lab.client, run_id, SHORT)
            took = until(lambda: not lab.store.run(run_id).active, "its end")
        finally:
            commands.execute = execute  # type: ignore[attr-defined]
    run = lab.store.run(run_id)
    assert run.state == "failed"
    return f"after {took:.1f} s “{run.error}”"


FAULTS: tuple[Callable[[Lab], str], ...] = (
    a_worker_is_killed_in_a_stack_of_repetitions,
    a_worker_is_killed_in_a_search,
    every_worker_is_killed,
    a_worker_is_stopped_for_20_seconds,
    the_process_that_workers_are_forked_from_is_killed,
    the_scheduler_is_killed,
    the_clock_jumps,
    two_processes_recover_at_once,
    two_workers_finish_a_study_at_once,
    a_message_of_an_earlier_attempt,
    work_of_another_version,
    a_worker_lacks_a_module,
    the_disk_of_the_store_is_full,
    the_disk_of_the_measured_clips_is_full,
    a_dashboard_is_killed,
    postgresql_is_killed_and_started_again,
    the_network_to_postgresql_is_cut_for_20_seconds,
)
ELSEWHERE = (the_disk_of_the_store_is_full, the_disk_of_the_measured_clips_is_full)
"""Faults that have a store of their own, in SQLite."""


def main(words: list[str], *, on_postgresql: bool = False) -> bool:
    """Try faults, all or those whose names hold one of the words; return whether all went well."""
    well = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="genre-lab-faults-")))
        database = stack.enter_context(postgresql.server(folder.parent)) if on_postgresql else None
        store = RunStore(database.database() if database else f"sqlite:///{folder}/store.sqlite", patient=True)
        stack.callback(store.close)
        lab = Lab(store, database)
        stack.callback(lambda: lab.close())
        for fault in FAULTS:
            name = fault.__name__.replace("_", " ")
            if words and not any(word in name for word in words):
                continue
            if ("postgresql" in name and not database) or (fault in ELSEWHERE and database):
                continue
            began = time.monotonic()
            try:
                lab.complete()
                said = fault(lab)
            except Exception as error:
                well, said = False, f"WRONG: {error or type(error).__name__}"
                traceback.print_exc()
            at = "PostgreSQL" if database else "SQLite"
            print(f"{name} ({at}, {time.monotonic() - began:.0f} s): {said}", flush=True)
    return well


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("words", nargs="*")
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    sys.exit(not main(given.words, on_postgresql=given.postgresql))
