"""PostgreSQL, a scheduler and two workers as `.github/compose.yaml` starts them, and two dashboards that look."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import streamlit as st
import yaml

from dashboard.services import workers
from genre_core.data.sources import load_dataset
from genre_core.settings.config import ClipsConfig
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.studies.extraction import ExtractionConfig
from genre_core.studies.kinds import EXTRACTION, REPEATS, SEARCH
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.rows import read_rows
from genre_core.studies.tuning.space import read_dimension
from genre_core.workers import commands as jobs
from tests.hums import GENRES, import_hums, write_hums
from tests.postgresql import Server
from tests.views.opening import opened, press, texts

ROOT = Path(__file__).parents[1]
SERVICES = yaml.safe_load((ROOT / ".github" / "compose.yaml").read_text())["services"]
NUMBERS = {"data.n_samples": 300, "data.n_features": 4, "data.n_genres": 3, "train.max_epochs": 3}
SMALL = {**NUMBERS, "model.hidden": (8,)}
DEADLINE = 90


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@dataclass
class Lab:
    """A store and a cluster that nobody here started, and a folder that all of them share."""

    store: RunStore
    scheduler: str


@pytest.fixture(scope="module")
def lab(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("existing")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        scheduler = f"127.0.0.1:{free.getsockname()[1]}"
    own = {
        "GENRE_LAB_STORE": postgres.database(),
        "GENRE_LAB_SCHEDULER": f"tcp://{scheduler}",
        "GENRE_LAB_FILES": str(folder / "files"),
    }
    dask = {name: value for name, value in SERVICES["worker"]["environment"].items() if name.startswith("DASK_")}
    environment = {**os.environ, **dask, **own, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}

    def start(service: str, *more: str) -> subprocess.Popen[bytes]:
        written = SERVICES[service]["command"].replace("scheduler:8786", scheduler)
        program, *options = written.replace("--port 8786", f"--host 127.0.0.1 --port {scheduler.split(':')[1]}").split()
        command = [Path(sys.executable).with_name(program), *options, *more]
        with (folder / f"{service}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in own.items():
            patch.setenv(name, value)
        processes = [start("scheduler"), start("worker", "--nworkers", "2")]
        for process in processes:
            stack.callback(process.wait, timeout=30)
        for process in processes:
            stack.callback(process.terminate)
        store = RunStore()
        stack.callback(store.close)
        yield Lab(store, own["GENRE_LAB_SCHEDULER"])


@pytest.fixture
def dashboard(lab: Lab) -> Iterator[Callable[[], None]]:
    """Give a way to stand before another dashboard, with a connection of its own to store and workers."""
    with ExitStack() as stack:

        def another() -> None:
            st.cache_resource.clear()
            st.cache_data.clear()
            until(lambda: not workers.linked().broken and workers.linked().link.done())
            stack.callback(workers.store().close)
            stack.callback(workers.linked().link.result().close)
            assert workers.store() is not lab.store

        yield another
        st.cache_resource.clear()


def test_two_dashboards_see_the_same_run(lab: Lab, dashboard: Callable[[], None]) -> None:
    dashboard()
    until(lambda: workers.n_workers() == 2)
    settings = {name.replace(".", "__"): str(value) for name, value in NUMBERS.items()}
    run_id = press(opened("views/train/page.py", **settings), "Train").query_params["run"]
    run_id = run_id if isinstance(run_id, str) else run_id[0]
    dashboard()
    until(lambda: workers.store().run(run_id).state == "complete")
    assert [epoch.epoch for epoch in workers.store().epochs(run_id)] == [1, 2, 3]
    page = opened("views/evaluate/page.py", run=run_id)
    assert "validation tracks" in texts(page)


def test_studies_are_dealt_to_both_workers_and_nothing_is_counted_twice(
    lab: Lab, dashboard: Callable[[], None], tmp_path: Path
) -> None:
    dashboard()
    base, store, client = configure(SMALL), workers.store(), workers.client()
    clips = ClipsConfig(table=import_hums(write_hums(tmp_path, 4, 0.6), store), features="notebook20")
    search = search_config(base, [read_dimension("train.learning_rate=0.001..0.1", base)], n_trials=6, sampler="tpe")
    repetition = RepeatsConfig(experiment=base, what=OtherSeeds(times=4))
    for name, kind, config in (
        ("search", SEARCH, search),
        ("repetition", REPEATS, repetition),
        ("extraction", EXTRACTION, ExtractionConfig(data=clips)),
    ):
        assert jobs.submit_study(store, client, name, kind.kind, config)
    for name in ("search", "repetition", "extraction"):
        until(lambda name=name: not store.studies.study(name).active)
        assert store.studies.study(name).error is None
    trials, _ = read_rows(store.studies.results("search"))
    assert sorted(trial.trial for trial in trials) == [1, 2, 3, 4, 5, 6]
    assert [run.state for run in store.members.runs("repetition").values()] == ["complete"] * 4
    assert len(load_dataset(clips, store)) == 4 * len(GENRES)
    dashboard()
    opened("views/repeat/page.py", study="repetition")
    opened("views/tune/page.py", study="search")
