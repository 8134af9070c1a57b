"""A worker's part in a study: it takes one piece after the other that nobody holds, and lets runs go first.

A study is given to all workers alike, and whoever finds nothing left finishes it; a worker that comes later is given it
by those that are there. One that dies leaves its piece to the others, which begin it again. A study leaves its worker's
thread to runs that people watch (Dask calls it secede), and works beside it; while a run trains there it rests at the
next piece or epoch. In one process one piece is done at a time, in turn, but for those of studies that are brief.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from genre_core.errors import ClusterError, GenreLabError, StoreGoneError
from genre_core.store.heartbeat import Heart
from genre_core.store.runs import RunStore, new_run_id, open_store
from genre_core.store.schema import MEASURING, WORKERS, Claim, Study
from genre_core.studies.extraction import measuring
from genre_core.studies.kinds import KINDS, kind_of
from genre_core.studies.study import Result, StudyWork
from genre_core.workers.run import failing, warm_up
from genre_core.workers.sending import give, lost_sentence, was_killed, workers_of
from genre_core.workers.turns import Turns

if TYPE_CHECKING:
    from distributed import Client

REST_SECONDS = 0.1
SOONEST, LATEST = 0.05, 1.0
"""Seconds after which a worker for whom nothing is left looks again whether another one has died: more each time."""
HOLD_SECONDS = 0.1
"""How often a worker looks, at the most, whether its piece is still wanted of it."""
INVITE_SECONDS = 5.0
"""How often a worker looks whether others have come."""
MOST_TRIES = 3
TRIED = (
    f"Workers died {MOST_TRIES} times at the same piece of this work, perhaps for lack of memory: continue with fewer "
    "tracks or a smaller network, or on a machine with more memory."
)

_PLAN = json.dumps("plan")
_PRIORITY = 0


@dataclass(frozen=True)
class Place:
    """Where a worker works: the turns of its studies, whether a run trains there, and the cluster, if it is of one."""

    turns: Turns = field(default_factory=Turns)
    is_busy: Callable[[], bool] = lambda: False
    client: "Callable[[], Client] | None" = None

    def turn_of(self, study: Study) -> AbstractContextManager[object]:
        """Return what a study waits for before each piece."""
        return nullcontext() if _is_brief(study) else self.turns.turn(study.person, study.id)


_turns, _begun, _beginning = Turns(), set[tuple[str, int, str]](), threading.Lock()


def execute_study(study_id: str, attempt: int, store_url: str) -> None:
    """Take part in a study until nothing of it is missing, whatever happens."""
    store = open_store(store_url)
    warm_up()  # before the claim: until then the study waits, and an import may hold up the signs of life
    place, name = _step_aside(), (study_id, attempt, store_url)
    with _beginning:
        if name in _begun:  # it was sent twice
            return
        _begun.add(name)
    try:
        for last in range(MOST_TRIES + 1):
            try:
                return take_part(store, study_id, attempt, place)
            except StoreGoneError as error:  # what was under way is begun again, as if this worker had died
                if last == MOST_TRIES:
                    store.studies.fail(study_id, attempt, str(error))
    finally:
        _begun.remove(name)


def take_part(store: RunStore, study_id: str, attempt: int, place: Place) -> None:
    """Do pieces of a study while there are any, and write down how it ended."""
    studies, owner = store.studies, new_run_id()
    if not studies.is_wanted(study_id, attempt):
        return
    with place.turn_of(studies.study(study_id)):
        study = studies.join(study_id, attempt)
    if study is None:
        return
    with (
        Heart(lambda: studies.beat(study_id, attempt, owner), study_id),
        failing("The work", study_id, lambda sentence: studies.fail(study_id, attempt, sentence)),
    ):
        for _ in work_on(store, study, place, owner):
            while place.is_busy():
                time.sleep(REST_SECONDS)


def work_on(store: RunStore, study: Study, place: Place | None = None, owner: str = "") -> Iterator[None]:
    """Do pieces of a study while there are any, and finish it; yield wherever others may go first."""
    place, studies = place or Place(), store.studies
    part, wait = _Part(store, study, owner or new_run_id(), place), SOONEST
    while True:
        part.invite()
        with place.turn_of(study):
            claim = part.take()
            if claim:
                look_at = 0.0
                with closing(part.do(claim)) as steps:
                    for _ in steps:
                        yield
                        part.invite()
                        if time.monotonic() < look_at:
                            continue
                        if not studies.holds(claim):
                            break
                        look_at = time.monotonic() + HOLD_SECONDS
                    else:
                        studies.done(claim)
        if claim:
            wait = SOONEST
        elif part.over:
            studies.finish(study.id, study.attempt)
            return
        elif not studies.is_wanted(study.id, study.attempt):
            return
        else:
            time.sleep(wait)
            wait = min(2 * wait, LATEST)
        yield


class _Part:
    """One worker's part in a study."""

    def __init__(self, store: RunStore, study: Study, owner: str, place: Place) -> None:
        self._store, self._study, self._owner, self._place = store, study, owner, place
        self._results: list[Result] = []
        self._invited, self._invite_at = set[str](), 0.0
        self.over = False
        """Whether nothing was missing when it last looked for a piece, and nobody held one."""

    @cached_property
    def _work(self) -> StudyWork:
        return kind_of(self._study).open(self._store, self._study)

    def take(self) -> Claim | None:
        """Take a piece that is missing and that nobody holds; None where there is none.

        Raises GenreLabError where too many workers have died at one.
        """
        study, store = self._study, self._store.studies
        claims = store.claims(study.id, study.attempt)
        n_held = sum(not claim.done and not claim.silent for claim in claims.values())
        free = list(islice(self._free(claims), n_held + 1))
        self.over = not (n_held or free)
        # Where many look at once, each begins elsewhere: otherwise all but one would come too late for the first.
        for written in random.sample(free, len(free)):
            if claim := store.take(study.id, study.attempt, written, self._owner, claims.get(written)):
                return claim
        return None

    def _free(self, claims: Mapping[str, Claim]) -> Iterator[str]:
        """Yield the pieces that are missing and that nobody holds, as JSON."""
        for piece in self._missing(claims):
            written = json.dumps(piece, sort_keys=True)
            before = claims.get(written)
            if before and (before.done or not before.silent):
                continue
            if before and before.tries >= MOST_TRIES:
                raise GenreLabError(TRIED)
            yield written

    def _missing(self, claims: Mapping[str, Claim]) -> Iterable[Any]:
        """Return the pieces that are missing: at first what is known beforehand."""
        if _PLAN not in claims or not claims[_PLAN].done:
            return [json.loads(_PLAN)]
        # After the claims: of a piece that was done by then the results are there.
        self._results += self._store.studies.results(self._study.id, len(self._results))
        return self._work.pieces(self._results)

    def do(self, claim: Claim) -> Generator[None]:
        """Do a piece, and save what it comes to."""
        if claim.piece == _PLAN:
            yield from self._plan(claim)
            return
        for result in self._work.do(json.loads(claim.piece)):
            if result is None:
                yield
            elif not self._store.studies.append(claim.study_id, claim.attempt, result, claim):
                yield  # it is no longer held

    def _plan(self, claim: Claim) -> Iterator[None]:
        """Measure the clips of a study, and save what is known of it beforehand."""
        store, study, told = self._store, self._study, None
        for data in kind_of(study).measured(study):
            for so_far in measuring(data, store):
                if so_far != told:
                    told = so_far
                    store.studies.describe(study.id, study.attempt, {MEASURING: so_far}, claim)
                yield
        known = {**self._work.plan(), **({WORKERS: n} if (n := len(self._others())) > 1 else {})}
        if known or told:
            store.studies.describe(study.id, study.attempt, known, claim)
            yield

    def invite(self) -> None:
        """Give the study to workers that have come, now and then."""
        if self._place.client and time.monotonic() >= self._invite_at and not _is_brief(self._study):
            self._invite_at = time.monotonic() + INVITE_SECONDS
            before, self._invited = self._invited, set(self._others())
            for address in self._invited - before:
                with suppress(ClusterError):
                    _send_to(self._store, self._place.client(), self._study, address)

    def _others(self) -> list[str]:
        """Return the addresses of all workers; none where there is no cluster, or it does not answer."""
        with suppress(ClusterError):
            return workers_of(self._place.client()) if self._place.client else []
        return []


def _is_brief(study: Study) -> bool:
    return study.kind in KINDS and KINDS[study.kind].brief


def _step_aside() -> Place:
    """Leave the thread of a Dask worker to others; return where this is."""
    with suppress(ValueError):  # not on a Dask worker
        from distributed import get_client, get_worker, secede

        worker = get_worker()
        secede()  # type: ignore[no-untyped-call]
        return Place(_turns, lambda: worker.state.executing_count > 0, get_client)
    return Place(_turns)


def send_study(store: RunStore, client: "Client", study: Study) -> None:
    """Give a study to all workers of a cluster, or to one of them where it is brief.

    Raises ClusterError where there is no cluster.
    """
    everywhere = workers_of(client)
    for address in [""] if _is_brief(study) else everywhere or [""]:
        _send_to(store, client, study, address)


def _send_to(store: RunStore, client: "Client", study: Study, address: str, again: str = "") -> None:
    """Give a study to the worker of an address, or to any; when it dies, to another one."""

    def lost(error: BaseException | None) -> None:
        if was_killed(error):
            if store.studies.is_wanted(study.id, study.attempt):
                _send_to(store, client, study, "", new_run_id())
        elif store.studies.study(study.id).state == "queued":  # else others could begin
            store.studies.fail(study.id, study.attempt, lost_sentence(error))

    key = f"study-{study.id}-{study.attempt}-{address}{again}"
    give(client, key, execute_study, (study.id, study.attempt, store.url), _PRIORITY, lost, address)
