"""What a worker does with a study: small pieces of work, one after the other, that let runs go first.

A study leaves its worker's thread to runs that people watch (Dask calls it secede), and works beside it; while a run
trains there it rests at the next piece or epoch. One study works in a process at a time, the others wait for it, but
for those that are brief.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, Protocol

from genre_core.data.sources import load_dataset
from genre_core.errors import GenreLabError, RunStateError
from genre_core.inspection import MapConfig, place_neighbours
from genre_core.store import RunStore, Study, open_test
from genre_core.store.heartbeat import Heart
from genre_core.studies.cross_predictions import (
    CrossPlan,
    CrossPredictionsConfig,
    FoldPredictions,
    iter_cross_predictions,
)
from genre_core.studies.learning_curve import CurvePlan, CurveScore, LearningCurveConfig, iter_learning_curve
from genre_core.studies.lens import LensConfig, LensPlan, LensScore, iter_lens
from genre_core.studies.lens.openings import open_published
from genre_core.studies.members import Member
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.train_members import train_members
from genre_core.studies.tuning.searching import search
from genre_core.training.events import TrainEnd
from genre_core.workers.run import open_store, warm_up

REST_SECONDS = 0.1
CROSS_PREDICTIONS = "cross-predictions"
MAP_DECIMALS = 3
LENS, LEARNING_CURVE, MAP, REPEATS, SEARCH = "lens", "learning curve", "map", "repeats", "search"

_log = logging.getLogger(__name__)
_turn = threading.Lock()


class _Kept(Protocol):
    """What a study keeps."""

    def to_json(self) -> dict[str, Any]:
        """Return it as the store keeps it."""


def execute_study(study_id: str, attempt: int, store_url: str) -> None:
    """Do what a study is missing, and write down how it ended, whatever happens."""
    store = open_store(store_url)
    warm_up()  # before the claim: until then the study waits, and an import may hold up the signs of life
    is_busy = _step_aside()
    with _turn_of(store, study_id):
        study = store.studies.claim(study_id, attempt)
        if study is None:
            return
        with Heart(lambda: store.studies.beat(study_id, attempt), study_id):
            sentence = _try(store, study, is_busy)
            try:
                if sentence:
                    store.studies.fail(study_id, attempt, sentence)
            except GenreLabError:
                _log.error("Study %s: %s (could not be written down)", study_id, sentence)


def _turn_of(store: RunStore, study_id: str) -> AbstractContextManager[object]:
    """Return what a study waits for in this process."""
    with suppress(RunStateError):  # it was deleted, and will not be claimed
        if store.studies.study(study_id).kind in _BRIEF:
            return nullcontext()
    return _turn


def _try(store: RunStore, study: Study, is_busy: Callable[[], bool]) -> str:
    """Do a study; return what went wrong, or nothing."""
    try:
        for _ in _WORK[study.kind](store, study):
            while is_busy():
                time.sleep(REST_SECONDS)
            if not store.studies.beat(study.id, study.attempt):
                return ""
        store.studies.finish(study.id, study.attempt)
        return ""
    except GenreLabError as error:
        return str(error)
    except MemoryError:
        return "The worker ran out of memory: take fewer tracks or a smaller network."
    except Exception as error:
        _log.exception("Study %s ended by an unexpected error", study.id)
        return f"The work ended by an unexpected {type(error).__name__}: the log of the workers has the details."


def _lens(store: RunStore, study: Study) -> Iterator[None]:
    """Judge splits, and save the plan and each score; yield wherever others may go first."""
    config = LensConfig.model_validate_json(study.config_json)
    done = [LensScore.from_json(result) for result in store.studies.results(study.id)]
    plan = None
    for event in iter_lens(config, store, done):
        if isinstance(event, LensPlan):
            plan = event
            store.studies.describe(study.id, study.attempt, plan.to_json())
            open_published(store, study.id, config, plan, done)  # those of a version that did not count
        elif isinstance(event, LensScore):
            assert plan is not None
            open_published(store, study.id, config, plan, [event])  # before anybody can see it
            store.studies.append(study.id, study.attempt, event.to_json())
        yield


def _learning_curve(store: RunStore, study: Study) -> Iterator[None]:
    """Learn from samples, and save the plan and each score."""
    config = LearningCurveConfig.model_validate_json(study.config_json)
    done = [CurveScore.from_json(result) for result in store.studies.results(study.id)]
    return _saved(store, study, iter_learning_curve(config, store, done), CurvePlan, CurveScore)


def _saved(
    store: RunStore, study: Study, events: Iterable[object], plan: type[_Kept], result: type[_Kept]
) -> Iterator[None]:
    """Save the plan and the results that come; yield wherever others may go first."""
    for event in events:
        if isinstance(event, plan):
            store.studies.describe(study.id, study.attempt, event.to_json())
        elif isinstance(event, result):
            store.studies.append(study.id, study.attempt, event.to_json())
        yield


def _map(store: RunStore, study: Study) -> Iterator[None]:
    """Place tracks by t-SNE, and save where."""
    data = MapConfig.model_validate_json(study.config_json).data
    if not store.studies.results(study.id):
        points = place_neighbours(load_dataset(data, store))
        store.studies.append(study.id, study.attempt, {"points": points.round(MAP_DECIMALS).tolist()})
    yield


def _cross_predictions(store: RunStore, study: Study) -> Iterator[None]:
    """Predict tracks that each network did not learn from, and save the plan and each fold."""
    config = CrossPredictionsConfig.model_validate_json(study.config_json)
    done = [FoldPredictions.from_json(result).fold for result in store.studies.results(study.id)]
    return _saved(store, study, iter_cross_predictions(config, store, done), CrossPlan, FoldPredictions)


def _repeats(store: RunStore, study: Study) -> Iterator[None]:
    """Train a configuration with other seeds or on folds; whoever judges by a held-out fold looks at a test part."""
    config = RepeatsConfig.model_validate_json(study.config_json)
    opens = isinstance(config.what, Folds)
    for run in store.members.runs(study.id).values() if opens else ():
        if run.state == "complete":  # its worker may have died before it was counted
            open_test(store, run)
    members = [Member(number, config.name(number), one) for number, one in enumerate(config.configs, 1)]
    for event in train_members(store, study, members):
        if opens and isinstance(event.event, TrainEnd):
            run = store.run(event.run_id)
            if run.state == "complete":
                open_test(store, run)
        yield
    runs = store.members.runs(study.id).values()
    if runs and all(run.state == "failed" for run in runs):
        raise GenreLabError(next(run.error for run in runs if run.error))


_WORK: dict[str, Callable[[RunStore, Study], Iterator[None]]] = {
    LENS: _lens, LEARNING_CURVE: _learning_curve, MAP: _map,
    CROSS_PREDICTIONS: _cross_predictions, REPEATS: _repeats, SEARCH: search,
}  # fmt: skip
_BRIEF = (MAP,)
"""Kinds that take seconds: they do not wait for a study that takes minutes."""


def _step_aside() -> Callable[[], bool]:
    """Leave the thread of a Dask worker to others; return what says whether one of them is at work there."""
    with suppress(ValueError):  # not on a Dask worker
        from distributed import get_worker, secede

        worker = get_worker()
        secede()  # type: ignore[no-untyped-call]
        return lambda: worker.state.executing_count > 0
    return lambda: False
