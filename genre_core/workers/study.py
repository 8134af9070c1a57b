"""A worker's work on a study: small pieces of work, one after the other, that let runs go first.

A study leaves its worker's thread to runs that people watch (Dask calls it secede), and works beside it; while a run
trains there it rests at the next piece or epoch. One study works in a process at a time, the others wait for it, but
for those that are brief.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress

from genre_core.errors import RunStateError
from genre_core.store.heartbeat import Heart
from genre_core.store.runs import RunStore, open_store
from genre_core.store.schema import MEASURING, Study
from genre_core.studies.extraction import measuring
from genre_core.studies.kinds import KINDS
from genre_core.workers.run import failing, warm_up

REST_SECONDS = 0.1

_turn = threading.Lock()


def execute_study(study_id: str, attempt: int, store_url: str) -> None:
    """Do what a study is missing, and write down how it ended, whatever happens."""
    store = open_store(store_url)
    warm_up()  # before the claim: until then the study waits, and an import may hold up the signs of life
    is_busy = _step_aside()
    with _turn_of(store, study_id):
        study = store.studies.claim(study_id, attempt)
        if study is None:
            return
        studies = store.studies
        with (
            Heart(lambda: studies.beat(study_id, attempt), study_id),
            failing("The work", study_id, lambda sentence: studies.fail(study_id, attempt, sentence)),
        ):
            for _ in work_on(store, study):
                while is_busy():
                    time.sleep(REST_SECONDS)
                if not studies.beat(study_id, attempt):
                    return
            studies.finish(study_id, attempt)


def _turn_of(store: RunStore, study_id: str) -> AbstractContextManager[object]:
    """Return what a study waits for in this process."""
    with suppress(RunStateError):  # it was deleted, and will not be claimed
        kind = KINDS.get(store.studies.study(study_id).kind)
        if kind and kind.brief:
            return nullcontext()
    return _turn


def work_on(store: RunStore, study: Study) -> Iterator[None]:
    """Do what a study is missing, its clips first, and save what it comes to; yield wherever others may go first."""
    kind = KINDS[study.kind]
    told = None
    for so_far in (so_far for data in kind.measured(study) for so_far in measuring(data, store)):
        if so_far != told:
            told = so_far
            store.studies.describe(study.id, study.attempt, {MEASURING: so_far})
        yield
    work = kind.open(store, study)
    plan = work.plan()
    if plan or told:
        store.studies.describe(study.id, study.attempt, plan)
        yield
    for piece in work.pieces(store.studies.results(study.id)):
        for result in work.do(piece):
            if result is not None:
                store.studies.append(study.id, study.attempt, result)
            yield


def _step_aside() -> Callable[[], bool]:
    """Leave the thread of a Dask worker to others; return what says whether one of them is at work there."""
    with suppress(ValueError):  # not on a Dask worker
        from distributed import get_worker, secede

        worker = get_worker()
        secede()  # type: ignore[no-untyped-call]
        return lambda: worker.state.executing_count > 0
    return lambda: False
