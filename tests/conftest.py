"""Fixtures for all tests: one thread for torch, few, untimed examples, and what need not be done again and again."""

import gc
import logging
import os
import shutil
import sys
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests import postgresql

if TYPE_CHECKING:
    from genre_core.store.runs import RunStore

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # servers and terminals that tests start need not compile us again
sys.dont_write_bytecode = False
MAIN = sys.modules["__main__"]
MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2**31:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))  # so that a thousand databases wait for no disk
TOGETHER = {
    "pages of tests": "browser/test_address browser/test_components browser/test_player browser/test_train",
    "servers": "test_clips test_collection test_existing_cluster test_main test_spectrograms test_store"
    " test_terminal_search test_tuning views/test_runs",
    "librosa": "test_clips_reading test_features test_tagger",
}
"""Files whose tests one process takes, because what they need takes seconds to start: a browser, PostgreSQL, a process
that terminals are forked from, librosa. The other tests in a browser share one dashboard and are taken together too.
"""
TAKEN = {f"tests/{file}.py": name for name, files in TOGETHER.items() for file in files.split()}
settings.register_profile("project", max_examples=25, deadline=None, database=None, derandomize=True)
settings.load_profile("project")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Deal the tests of a file, or of files that belong together, to one process."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return TAKEN.get(file, str(Path(file).parent) if file.startswith("tests/browser/") else file)

    return Together(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage neither while all is imported nor, ever again, among what is imported: it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)  # looking for garbage as often as usual takes 6 % of all time


@pytest.fixture(autouse=True, scope="module")
def _no_page_is_the_main_module() -> None:
    """Undo what pages under test leave behind: processes that tests start would run the page first."""
    sys.modules["__main__"] = MAIN


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def _no_compiler() -> Iterator[None]:
    """Keep out torch's compiler: its optimizers import it for seconds, only to ask that it leaves them alone."""
    import torch

    compiler = ModuleType("torch._dynamo")
    vars(compiler).update(disable=lambda function, *_, **__: function, graph_break=lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, compiler.__name__, compiler)
        patch.setattr(torch, "_dynamo", compiler, raising=False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _one_simulation_of_each_limit() -> Iterator[None]:
    """Keep the limits that the terminal tells: most tests train on the same few generated tracks."""
    from genre_core.terminal import lens, limit

    with pytest.MonkeyPatch.context() as patch:
        known = cache(limit.bayes_limit)
        for module in (lens, limit):
            patch.setattr(module, "bayes_limit", known)
        yield


@pytest.fixture(autouse=True, scope="session")
def _clips_are_measured_here() -> Iterator[None]:
    """Measure clips for the terminal in this process: others take seconds to start, and one test starts them."""
    from genre_core.studies.extraction import measure
    from genre_core.terminal import inputs

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "by_processes", lambda tasks, url: (measure(task, url) for task in tasks))
        yield


@pytest.fixture(autouse=True, scope="session")
def _nothing_around_pages() -> Iterator[None]:
    """Spare every `AppTest` what none of our pages has: components of installed packages, which Streamlit looks for in
    all of them, and a browser's cookies, which it reads from a mock of a mock. Pages are compiled once; their end is
    waited for, not asked for a thousand times a second.
    """
    from streamlit.components.v2 import manifest_scanner
    from streamlit.runtime import context
    from streamlit.testing.v1 import local_script_runner

    give_up = local_script_runner.require_widgets_deltas

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float) -> None:
        runner._script_thread.join(timeout)
        if not runner.script_stopped():
            give_up(runner, 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        patch.setattr(context, "_get_client_context", lambda: None)
        patch.setattr(local_script_runner, "ScriptCache", cache(local_script_runner.ScriptCache))
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator["RunStore"]:
    """Give a module's tests one store, where it has none of its own."""
    from genre_core.store.runs import RunStore

    opened = RunStore(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator["RunStore"]:
    """Give an empty store beside that of a test's module."""
    from genre_core.store.runs import RunStore

    opened = RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgresql.Server]:
    """Give a real PostgreSQL."""
    if postgresql.binaries() is None:
        pytest.skip("no PostgreSQL server is installed: Debian's package `postgresql` brings it")
    with postgresql.server(MEMORY) as server:
        yield server


@pytest.fixture(autouse=True, scope="session")
def _few_loggers(_one_thread: None, _nothing_around_pages: None) -> None:
    """Let Streamlit's loggers, and the hundred of torch, propagate: pytest listens at each that does not, anew for
    each phase of each test.
    """
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.propagate = True
