"""How long a page is held up by what can be taken home from it: its menu, each thing in the menu, and its tables.

Processor time is counted, because a machine that is shared stretches the clock's. Runs on generated tracks; on a table
and on clips as well where GENRE_LAB_DATA names a folder with `gtzan` and `clips`.

python -m tests.benchmarks.takehome
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.benchmarks.report import median, milliseconds, print_table

APP = Path(__file__).resolve().parents[2] / "dashboard" / "pages.py"
ROUNDS, EPOCHS = 7, 5
MOST = 0.2
"""Seconds that nothing may hold a page up for."""
POLL, GIVE_UP = 0.05, 300.0
PAGES = ("train", "evaluate", "compare", "genres", "runs")


def main() -> None:
    """Train two runs of each kind, open their pages with and without the menu, and have each thing made."""
    with tempfile.TemporaryDirectory(prefix="genre-lab-benchmark-") as folder:
        os.environ["GENRE_LAB_STORE"] = f"sqlite:///{folder}/store.sqlite"
        kinds = dict(_trained())
        pages = [row for kind, ids in kinds.items() for row in _pages(kind, ids)]
        print_table(("page", "without menu", "with it", "open", "longer by", "most of a table"), pages)
        things = [row for kind, ids in kinds.items() for row in _things(kind, ids)]
    print_table(("thing", "holds a page", "by the clock", "is there after", "size"), things)


def _trained() -> Iterator[tuple[str, list[str]]]:
    """Yield what runs are on, and their identifiers."""
    from genre_core.store.runs import RunStore

    data = Path(os.environ.get("GENRE_LAB_DATA", "nowhere"))
    table, clips = data / "gtzan" / "features_30_sec.csv", data / "clips"
    options = {"generated tracks": ["--data.source", "synthetic"]}
    if table.exists():
        _command("import", str(table))
        options["a table"] = ["--data.source", "table", "--data.table", table.name]
    if clips.exists():
        options["clips"] = ["--clips", str(clips), "--data.features", "logmel", "--model.architecture", "cnn"]
    store, known = RunStore(), set[str]()
    for kind, said in options.items():
        for seed in ("1", "2"):
            _command("train", *said, "--train.max_epochs", str(EPOCHS), "--train.seed", seed)
        ids = [run.id for run in store.runs() if run.id not in known]
        known.update(ids)
        yield kind, ids
    store.close()


def _command(*said: str) -> None:
    subprocess.run([sys.executable, "-m", "genre_core", *said], check=True, stdout=subprocess.DEVNULL)


# -- Pages -------------------------------------------------------------------------------------------------------------


def _pages(kind: str, ids: list[str]) -> Iterator[tuple[str, ...]]:
    for name in PAGES:
        params = {"runs": ",".join(ids)} if name == "compare" else {"run": ids[0]}
        page = AppTest.from_file(APP, default_timeout=300)
        page.run()
        page.switch_page(f"views/{name}/page.py")
        page.query_params.update(params)
        page.run()
        with _tables() as written:
            page.run()
        alone, closed, opened = [], [], []
        for _ in range(ROUNDS):
            with mock.patch("dashboard.components.take_home.refreshing", return_value=lambda *_: None):
                alone.append(_timed(page.run))
            page.session_state["take home"] = False
            closed.append(_timed(page.run))
            page.session_state["take home"] = True
            opened.append(_timed(page.run))
        assert not page.exception, [item.message for item in page.exception]
        assert any("For a paper or a slide" in item.value for item in page.caption), (name, kind)
        times = [median(each) for each in (alone, closed, opened)]
        longer = milliseconds(max(0.0, times[1] - times[0]))
        yield f"{name}, {kind}", *map(milliseconds, times), longer, milliseconds(max(written, default=0.0))


@contextmanager
def _tables() -> Iterator[list[float]]:
    """Collect how long each table takes to be written that the page offers."""
    seconds: list[float] = []

    def button(_label: str, data: Any, *_: Any, **__: Any) -> bool:
        seconds.append(_timed(data if callable(data) else lambda: data))
        return False

    with mock.patch.object(st, "download_button", button):
        yield seconds


def _timed(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


# -- Things in the menu ------------------------------------------------------------------------------------------------


def _things(kind: str, ids: list[str]) -> Iterator[tuple[str, ...]]:
    from dashboard.services import taking_home, workers
    from dashboard.text.take_home import ENTRIES

    runs = [workers.store().run(run_id) for run_id in ids]
    workers.client()
    names: Mapping[str, bool] = {name: entry.several for entry in ENTRIES for name in entry.forms}
    for name, several in names.items():
        of, own, clock, began, size = runs if several else runs[:1], [], [], time.perf_counter(), "is not made"
        while time.perf_counter() - began < GIVE_UP:
            asked_at = time.thread_time(), time.perf_counter()
            asked = taking_home.made_of(name, of)
            own.append(time.thread_time() - asked_at[0])
            clock.append(time.perf_counter() - asked_at[1])
            if not asked.waiting:
                size = f"{len(asked.found.content) / 1e3:,.0f} KB" if asked.found else asked.problem[:40]
                break
            time.sleep(POLL)
        there = time.perf_counter() - began
        too_long = " too long" if max(own) > MOST else ""
        yield f"{name}, {kind}", f"{milliseconds(max(own))}{too_long}", milliseconds(max(clock)), f"{there:.1f} s", size


if __name__ == "__main__":
    main()
