"""Work done by a thread of this terminal or by workers that it starts: a bar, and Ctrl-C, which asks for its end."""

import argparse
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from genre_core.errors import ConfigError, GenreLabError
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Study
from genre_core.studies.few_clips.config import FewClipsConfig
from genre_core.studies.kinds import Config, Kind
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.study import Result, StudyWork, iter_results
from genre_core.terminal.inputs import Inputs
from genre_core.terminal.output import INTERRUPTED, WORKER, progress_bar, say
from genre_core.workers.own_cluster import MOST_WORKERS, execute_with
from genre_core.workers.study import execute_study

POLL_SECONDS = 0.1


class Work:
    """Work of a thread: what it is, whether it is over, and whether Ctrl-C or a termination has asked for its end.

    `told` is set once that is written down, so that nothing is left running in the store.
    """

    def __init__(self) -> None:
        self.asked, self.told, self._times, self._waits, self._over = False, False, 0, False, threading.Event()
        self._over.set()

    def begin(self, do: Callable[[], None]) -> None:
        """Do something in a thread."""
        # An event and not the thread's own join: Ctrl-C in a join makes a thread that lives look dead (bpo-45274).
        self._over.clear()

        def work() -> None:
            try:
                do()
            finally:
                self._over.set()

        threading.Thread(target=work, name=WORKER, daemon=True).start()

    @property
    def over(self) -> bool:
        """Return whether the thread is done."""
        return self._over.is_set()

    def wait(self) -> None:
        """Wait a moment, or until the thread is done or its end is asked for."""
        if self.over:  # whoever else has the work is asked again later
            time.sleep(POLL_SECONDS)
            return
        with suppress(InterruptedError):
            self._waits = True
            self._over.wait(POLL_SECONDS)
            self._waits = False
        self._waits = False

    def note(self, number: int, frame: object) -> None:
        """Note that its end is asked for; asked again the process ends, which does not wait for the best weights.

        Only the third time it does so before the wish is written down: a store may be locked.
        """
        self._times += 1
        if self.told or self._times > 2:
            os.write(2, b"Interrupted.\n")
            os._exit(INTERRUPTED)
        self.asked = True
        if self._waits:  # nowhere else: a library may lose the exception
            raise InterruptedError


@contextmanager
def at_work() -> Iterator[Work]:
    """Give work to begin, of which Ctrl-C and termination ask for the end; leaving waits for it."""
    work, before = Work(), {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, work.note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield work
    finally:
        work._over.wait()
        for number, handler in before.items():
            # Asked for again it changes nothing more: what follows is one sentence, and the way out.
            signal.signal(number, signal.SIG_IGN if work.asked else handler)


def read_workers(options: argparse.Namespace) -> int:
    """Return among how many worker processes a command shares its work; 1 is this process.

    Raises ConfigError where they are too many.
    """
    n_workers: int = options.workers
    if n_workers > MOST_WORKERS:
        raise ConfigError(f"--workers is {n_workers}, but should be from 1 to {MOST_WORKERS}.")
    return n_workers


def do_study(
    store: RunStore,
    kind: Kind[Config],
    config: Config,
    total: int,
    nouns: str,
    done: Callable[[str], int],
    n_workers: int,
) -> Study:
    """Do a new study, which stays in the store, and show how many of `total` are `done`; return it as it ended."""
    study_id = new_run_id()
    store.studies.submit(study_id, kind.kind, config.model_dump_json())
    do = partial(execute_study, study_id, 1, store.url)
    if n_workers > 1:
        do = partial(execute_with, n_workers, store, study_id)
    with at_work() as work, progress_bar(total, f"{{n}} of {{total}} {nouns}, {{elapsed}}") as bar:
        work.begin(do)
        while not work.over or store.studies.study(study_id).active:  # another worker may have it
            work.wait()
            if work.asked and store.studies.stop(study_id):
                work.told = True
                break
            bar.n = done(study_id)
            bar.refresh()
    return store.studies.study(study_id)


def scores_of(
    work: StudyWork,
    kind: Kind[Any],
    config: LensConfig | FewClipsConfig,
    read: Callable[[Result], Any],
    inputs: Inputs,
    total: int,
    nouns: str,
    n_workers: int,
) -> list[Any] | None:
    """Return all scores of a study, done here or by several workers; None where they were stopped.

    Raises GenreLabError where it could not be done.
    """
    if n_workers == 1:
        scores = []
        with progress_bar(total, f"{{n}} of {{total}} {nouns}, {{elapsed}}") as bar:
            for result in iter_results(work):
                scores.append(read(result))
                bar.update()
        return scores
    store, order = RunStore(), list(work.pieces())
    inputs.put_into(store, config.experiment)
    study = do_study(store, kind, config, total, nouns, lambda name: store.studies.study(name).n_results, n_workers)
    if study.state == "failed":
        raise GenreLabError(study.error or "The work failed.")
    if study.state == "cancelled":
        say(f"Stopped after {study.n_results} of {total} {nouns}: continue {study.id} in the dashboard.")
        return None
    return sorted(map(read, store.studies.results(study.id)), key=lambda score: order.index(score.task))
