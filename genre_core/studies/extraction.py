"""Extraction as a study: what is measured on clips, dealt to all workers in tasks of sixteen clips.

What is missing is looked up when it begins, and each task writes what it measures before the next: after a worker or
the whole machine has died, only what is still missing is done. A task does its work beside the runs of its worker, and
rests while one trains.
"""

import os
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from contextlib import suppress
from functools import cache, partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from genre_core.data.clips.changes import CHANGES
from genre_core.data.clips.gathering import extractor_of, missing, needs_tagger, with_change
from genre_core.data.clips.measuring import Hear, Numbers, measure_sets
from genre_core.data.clips.reading import check_same
from genre_core.data.clips.shards import Window
from genre_core.data.clips.sounds import Location, Samples, samples
from genre_core.data.clips.tagger.network import network_in
from genre_core.data.dataset import Dataset
from genre_core.data.sources import Tables, load_dataset, recipes_of, unmeasured, windows_of
from genre_core.data.splitting import split_dataset
from genre_core.errors import DataError
from genre_core.settings.config import DatasetConfig, SoundConfig, SplitConfig
from genre_core.store.runs import RunStore, open_store
from genre_core.studies.study import Result
from genre_core.values import Frozen

CLIPS_A_TASK = 16
MOST_TRIES = 3
"""Workers that may die at the same task."""
LOOK_SECONDS = 0.1
"""How often what was measured is looked for."""
REST_SECONDS = 0.1
DIED = (
    "A process that measured clips was ended from outside, perhaps for lack of memory: try again, and it goes on with "
    "what is missing. What was measured is kept."
)

Task = tuple[tuple[Window, tuple[str, ...]], ...]
"""Windows of some clips, with the feature sets that each is missing."""


class ExtractionConfig(Frozen):
    """Everything that determines what is extracted."""

    data: DatasetConfig


class Extraction:
    """Extraction of what is missing of some features, as a study of one piece that is dealt to all workers.

    With `again` what could not be measured before is tried once more. `windows` are those of its data, if known, and
    changed copies are measured of those that are `learned` (None: of all).
    """

    def __init__(
        self,
        config: ExtractionConfig,
        store: RunStore,
        *,
        again: bool = True,
        windows: Sequence[Window] = (),
        learned: Collection[Window] | None = None,
    ) -> None:
        if not isinstance(config.data, SoundConfig):
            raise DataError("These tracks are not clips of sound: there is nothing to extract.")
        self._data, self._store, self._again = config.data, store, again
        self._windows, self._learned = windows, learned

    def plan(self) -> Result:
        """Return how many windows and seconds of sound are missing."""
        windows = [window for task in self._tasks() for window, _ in task]
        return {"n_windows": len(windows), "seconds": sum(window.length for window in windows) / 1000}

    def pieces(self, results: Sequence[Result] = ()) -> list[str]:
        """Return the whole: what is missing of it is looked up when it is done."""
        return ["all"]

    def do(self, piece: str = "all") -> Iterator[Result | None]:
        """Deal what is missing to all workers; yield what each task comes to."""
        yield from dealt(self.tasks(), self._store.url)

    def tasks(self) -> list[Task]:
        """Return what is missing in tasks; tell the store of clips that are generated."""
        tasks = self._tasks()
        if tasks:
            self._store.clips.put(recipes_of(self._data))
        if tasks and needs_tagger(self._data):
            network_in(self._store.clips.folder)  # where it was not fetched, that is said once
        return tasks

    def _tasks(self) -> list[Task]:
        windows = self._windows or windows_of(self._data, self._store)
        found = missing(windows, self._data, self._store.clips, again=self._again, learned=self._learned)
        return tasks_of(found)


def measuring(
    data: DatasetConfig | None, store: RunStore, windows: Sequence[Window] = (), split: SplitConfig | None = None
) -> Iterator[tuple[int, int]]:
    """Measure what is missing of clips before they are used; yield how many windows of how many are measured.

    Changed copies are measured of the training part of a `split` alone; without one, of all. It yields wherever others
    may go first, and nothing at all where nothing is missing. What could not be measured before is not tried again.
    """
    for work in missing_of(data, store, store, split, windows):
        if not (tasks := work.tasks()):
            continue
        n_done, n_windows = 0, sum(map(len, tasks))
        yield n_done, n_windows
        for result in dealt(tasks, store.url):
            n_done += result["n_windows"] if result else 0
            yield n_done, n_windows


def missing_of(
    data: DatasetConfig | None,
    store: RunStore,
    tables: Tables,
    split: SplitConfig | None,
    windows: Sequence[Window] = (),
) -> Iterator[Extraction]:
    """Yield what is to be measured of clips, of copies once the rest is; none of tracks that are no clips.

    `tables` are where collections are read from, and `windows` those of the data, if known.
    """
    if isinstance(data, SoundConfig):
        for learned in learned_of(data, tables, split):
            of = windows or windows_of(data, tables)
            yield Extraction(ExtractionConfig(data=data), store, again=False, windows=of, learned=learned)


def learned_of(data: SoundConfig, tables: Tables, split: SplitConfig | None) -> Iterator[Collection[Window] | None]:
    """Yield the windows of a split's training part, and again once measuring has left out some; None without one.

    What could not be measured is in no part, so that others may be learned from than was known before.
    """
    if split is None or not data.changes:
        yield None
        return
    before = unmeasured(data, tables)
    yield _training_part(before, split)
    after = load_dataset(data, tables)
    if after.heard != before.heard:
        yield _training_part(after, split)


def _training_part(dataset: Dataset, split: SplitConfig) -> set[Window]:
    return {dataset.heard[row] for row in split_dataset(dataset, split).train.tolist()}


def tasks_of(wanted: Mapping[Window, tuple[str, ...]]) -> list[Task]:
    """Return what is wanted in tasks of sixteen clips."""
    by_clip: dict[str, list[tuple[Window, tuple[str, ...]]]] = {}
    for window, sets in wanted.items():
        by_clip.setdefault(window.clip, []).append((window, sets))
    clips = iter(by_clip.values())
    return [tuple(one for clip in some for one in clip) for some in iter(lambda: list(islice(clips, CLIPS_A_TASK)), [])]


def dealt(tasks: Sequence[Task], store_url: str) -> Iterator[Result | None]:
    """Have tasks done by the workers of this process's cluster, or here where it has none."""
    with suppress(ValueError):  # not on a Dask worker
        from distributed import get_client, get_worker

        get_worker()
        client = get_client()
        yield from _on_workers(client, tasks, store_url)
        return
    for task in tasks:
        yield measure(task, store_url)


def by_processes(tasks: Sequence[Task], store_url: str, n_processes: int | None = None) -> Iterator[Result]:
    """Have tasks done by processes of this machine: for the terminal, which has no cluster."""
    with ProcessPoolExecutor(n_processes or os.cpu_count(), get_context("forkserver")) as pool:
        try:
            waiting = {pool.submit(measure, task, store_url) for task in tasks}
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise DataError(
                f"Processes that measure clips cannot be started ({why}): try again, or ask who runs this machine."
            ) from error
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BrokenExecutor as error:
            raise DataError(DIED) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _on_workers(client: Any, tasks: Sequence[Task], store_url: str) -> Iterator[Result | None]:
    """Keep one task for each worker in flight: each works beside the runs of its worker."""
    from distributed.scheduler import KilledWorker

    # Two that measure the same at once begin at different places, and each finds there what the other has measured.
    left, flying, died = deque(random.sample(tasks, len(tasks))), dict[Any, tuple[str, Task]](), Counter[Task]()
    try:
        while True:
            # Named, as the scheduler takes a worker for idle whose task works beside its runs.
            busy = {address for address, _ in flying.values()}
            for address in client.scheduler_info(n_workers=-1)["workers"]:
                if left and address not in busy:
                    task = left.popleft()
                    options = {"workers": [address], "allow_other_workers": True, "priority": -1, "pure": False}
                    flying[client.submit(_aside, task, store_url, **options)] = address, task
            if not flying and not left:
                return
            time.sleep(LOOK_SECONDS)
            for future in [future for future in flying if future.done()]:
                _, task = flying.pop(future)
                try:
                    yield future.result()
                except KilledWorker as error:
                    died[task] += 1
                    if died[task] == MOST_TRIES:
                        raise DataError(DIED) from error
                    left.append(task)
            yield None
    finally:
        client.cancel(list(flying))


def _aside(task: Task, store_url: str) -> Result:
    """Measure beside the runs of a worker, and rest while one of them trains."""
    from distributed import get_worker, secede

    worker = get_worker()
    secede()  # type: ignore[no-untyped-call]
    return measure(task, store_url, lambda: worker.state.executing_count > 0)


def measure(task: Task, store_url: str, is_busy: Callable[[], bool] = lambda: False) -> Result:
    """Measure what a task asks for and keep it; return how many windows and seconds that were, and problems.

    What somebody else has measured meanwhile is not measured again.
    """
    store = open_store(store_url)
    clips = sorted({window.clip for window, _ in task})
    locations, check = store.clips.locations(clips), cache(_check)
    there = {
        name: store.clips.places(extractor_of(name), clips) for name in {name for _, sets in task for name in sets}
    }
    found: dict[str, dict[Window, Numbers]] = {}
    problems: dict[str, dict[Window, str]] = {}
    for window, wanted in task:
        while is_busy():
            time.sleep(REST_SECONDS)
        sets = [name for name in wanted if window not in there[name] or there[name][window].row < 0]
        if not sets:
            continue
        try:
            numbers = _measure(check(window.clip, locations.get(window.clip)), window, sets, store.clips.folder)
        except DataError as error:
            for name in sets:
                problems.setdefault(name, {})[window] = str(error)
            continue
        for name in sets:
            found.setdefault(name, {})[window] = numbers[name]
    for name in {*found, *problems}:
        store.clips.save(extractor_of(name), None, (), problems.get(name, {}))
        for rows in _by_shape(found.get(name, {})):
            store.clips.save(extractor_of(name), np.stack(list(rows.values())), tuple(rows), {})
    failed = {window for of in problems.values() for window in of}
    seconds = sum(window.length for window, _ in task) / 1000
    return {"n_windows": len(task), "seconds": seconds, "n_problems": len(failed)}


def _check(clip: str, location: Location | None) -> Location:
    """Return where a clip lies if it still lies there; raises DataError."""
    if location is None:
        raise DataError("The store does not know where this clip lies: import its folder again.")
    if location.path:
        check_same(clip, location.path)
    return location


def _by_shape(found: Mapping[Window, Numbers]) -> list[dict[Window, Numbers]]:
    """Return what was measured by its shape: spectrograms of windows that are not equally long lie apart."""
    by_shape: dict[tuple[int, ...], dict[Window, Numbers]] = {}
    for window, numbers in found.items():
        by_shape.setdefault(numbers.shape, {})[window] = numbers
    return list(by_shape.values())


def _measure(location: Location, window: Window, sets: Sequence[str], folder: Path) -> dict[str, Numbers]:
    """Return the values of feature sets on a window; raises DataError where it cannot be heard."""
    start, seconds = window.start / 1000, window.length / 1000
    hear, found = cache(lambda sample_rate: samples(location, start, seconds, sample_rate)), dict[str, Numbers]()
    for change in dict.fromkeys(name.partition(" ")[2] for name in sets):
        own = [name.partition(" ")[0] for name in sets if name.partition(" ")[2] == change]
        values = measure_sets(partial(_changed, hear, change), own, folder)
        found |= {with_change(name, change): numbers for name, numbers in values.items()}
    return found


def _changed(hear: Hear, change: str, sample_rate: int) -> Samples:
    return CHANGES[change].of(hear(sample_rate)) if change else hear(sample_rate)
