"""Studies dealt to many workers: every piece is done, counted once, whoever dies, sleeps or comes late."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from genre_core.errors import StoreGoneError
from genre_core.settings.config import ExperimentConfig
from genre_core.store import heartbeat, queue
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import study_pieces
from genre_core.store.studies import LONGEST_PIECE, StudyStore
from genre_core.studies.kinds import KINDS, OTHER_VERSION, Kind
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.repeats.training import Repetition
from genre_core.studies.tuning import searching
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.space import read_dimension
from genre_core.values import Frozen
from genre_core.workers import study as working
from genre_core.workers.commands import under_way
from genre_core.workers.study import TRIED, Place, execute_study, take_part, work_on
from genre_core.workers.turns import Turns


class ToyConfig(Frozen):
    n: int


class Toy:
    """A study of n numbers, each a piece that comes to itself."""

    def __init__(self, config: ToyConfig) -> None:
        self.n = config.n

    def plan(self):
        return {"n": self.n}

    def pieces(self, results=()):
        had = {result["number"] for result in results}
        return [number for number in range(self.n) if number not in had]

    def do(self, piece):
        yield None
        yield {"number": piece}


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[RunStore]:
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('dealing')}/store.sqlite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(KINDS, "toy", Kind("toy", "toy", ToyConfig, lambda config, *_: Toy(config), data=lambda _: None))
        patch.setattr(working, "LATEST", 0.05)
        yield own
    own.close()


def submitted(store: RunStore, n: int) -> str:
    study_id = new_run_id()
    assert store.studies.submit(study_id, "toy", ToyConfig(n=n).model_dump_json())
    return study_id


def numbers(store: RunStore, study_id: str) -> list[int]:
    return [result["number"] for result in store.studies.results(study_id)]


def begun(store: RunStore, study_id: str, steps: int = 3) -> Iterator[None]:
    """Return the work of a worker that holds a piece and is left there; kept, it is not closed, as where it died."""
    study = store.studies.join(study_id, 1)
    assert study
    work = work_on(store, study)
    for _ in range(steps):
        next(work)
    return work


def silence(store: RunStore) -> None:
    """Make all workers seem dead."""
    with store.transaction() as connection:
        connection.execute(update(study_pieces).values(heartbeat_at=0.0))


@contextmanager
def impatient() -> Iterator[None]:
    """Take workers for dead soon, and let them give their signs of life often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "DEAD_AFTER", 0.4)
        patch.setattr(heartbeat, "BEAT_SECONDS", 0.05)
        patch.setattr(working, "MOST_TRIES", 99)
        yield


@settings(max_examples=8, deadline=None)
@given(
    n=st.integers(0, 12),
    n_workers=st.integers(1, 6),
    deaths=st.lists(st.integers(1, 12), max_size=3),
    late=st.integers(0, 2),
)
def test_every_piece_is_done_and_counted_once_whoever_dies_or_comes_late(store, n, n_workers, deaths, late):
    study_id = submitted(store, n)
    asleep = []

    def live(wait: float = 0.0) -> None:
        time.sleep(wait)
        take_part(store, study_id, 1, Place())

    def die(steps: int) -> None:
        study = store.studies.join(study_id, 1)
        if study is None:
            return
        work = work_on(store, study)
        asleep.append(work)
        for _ in range(steps):
            if next(work, "over") == "over":
                return

    threads = [threading.Thread(target=die, args=(steps,)) for steps in deaths]
    threads += [threading.Thread(target=live) for _ in range(n_workers)]
    threads += [threading.Thread(target=live, args=(0.05,)) for _ in range(late)]
    with impatient():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
            assert not thread.is_alive()
    assert store.studies.study(study_id).state == "complete"
    assert sorted(numbers(store, study_id)) == list(range(n))
    for work in asleep:  # the dead wake, and change nothing
        list(work)
    assert sorted(numbers(store, study_id)) == list(range(n))
    assert store.studies.study(study_id).context == {"n": n}


def test_what_a_dead_worker_held_is_begun_again_and_said(store):
    study_id = submitted(store, 3)
    dead = begun(store, study_id)
    silence(store)
    take_part(store, study_id, 1, Place())
    study = store.studies.study(study_id)
    assert (study.state, sorted(numbers(store, study_id))) == ("complete", [0, 1, 2])
    assert store.studies.tried_again(study) == 1
    list(dead)
    assert len(numbers(store, study_id)) == 3


def test_one_that_lost_its_piece_saves_nothing_of_it(store):
    study_id = submitted(store, 1)
    begun(store, study_id, 1).close()
    lost = store.studies.claims(study_id, 1)['"plan"']
    silence(store)
    assert store.studies.take(study_id, 1, lost.piece, "other", lost)
    assert not store.studies.describe(study_id, 1, {"workers": 9}, lost)
    assert not store.studies.append(study_id, 1, {"number": 0}, lost)
    assert not store.studies.done(lost)
    assert (store.studies.study(study_id).context, numbers(store, study_id)) == ({"n": 1}, [])


def test_one_that_was_only_asleep_and_lost_its_piece_goes_on_with_another(store):
    study_id = submitted(store, 2)
    asleep = begun(store, study_id)
    silence(store)
    other = begun(store, study_id, 1)
    while not numbers(store, study_id):
        next(asleep)
    assert numbers(store, study_id) == [1], "the other one has the first"
    list(other)
    assert sorted(numbers(store, study_id)) == [0, 1]
    assert store.studies.study(study_id).state == "complete"


def test_a_piece_at_which_three_workers_died_ends_the_study_with_a_sentence(store):
    study_id, dead = submitted(store, 2), []
    for steps in (3, 1, 1):
        dead.append(begun(store, study_id, steps))
        silence(store)
    take_part(store, study_id, 1, Place())
    study = store.studies.study(study_id)
    assert (study.state, study.error) == ("failed", TRIED)
    attempt = store.studies.requeue(study_id)
    take_part(store, study_id, attempt, Place())
    assert sorted(numbers(store, study_id)) == [0, 1], "a person who continues gets three tries again"


def test_a_piece_that_is_too_long_to_be_a_key_ends_the_study_with_a_sentence(store, monkeypatch):
    monkeypatch.setattr(Toy, "pieces", lambda *_: ["x" * LONGEST_PIECE])
    study_id = submitted(store, 1)
    take_part(store, study_id, 1, Place())
    study = store.studies.study(study_id)
    assert study.state == "failed"
    assert study.error.startswith("A piece of this work takes 502 characters to name, more than the 500 that")


def test_the_longest_pieces_of_a_search_and_of_repetitions_can_be_keys(store, monkeypatch):
    monkeypatch.setattr(searching, "Trials", lambda *_: None)
    space = [read_dimension("model.dropout=0..0.6", ExperimentConfig())]
    study = store.studies.study(submitted(store, 1))
    for work in (
        searching.Search(search_config(ExperimentConfig(), space, sampler="random", n_trials=1000), store, study),
        Repetition(RepeatsConfig(what=Folds(k=20, repeats=10)), store, study),
    ):
        assert 300 < max(len(json.dumps(piece)) for piece in work.pieces()) < LONGEST_PIECE


def test_a_stop_reaches_every_worker_and_what_is_deleted_leaves_nothing(store):
    study_id = submitted(store, 2)
    both = [begun(store, study_id), begun(store, study_id, 1)]
    assert store.studies.stop(study_id)
    for work in both:
        list(work)
    assert numbers(store, study_id) == []
    assert store.studies.claims(study_id, 1)
    assert store.studies.delete(study_id)
    assert store.studies.claims(study_id, 1) == {}


@pytest.mark.parametrize("times", [1, 99])
def test_a_worker_goes_on_when_the_server_of_its_store_was_away(store, monkeypatch, times):
    study_id, append, left = submitted(store, 3), StudyStore.append, iter(range(times))

    def away(*what):
        if next(left, None) is not None:
            raise StoreGoneError("The store does not answer.")
        return append(*what)

    monkeypatch.setattr(StudyStore, "append", away)
    monkeypatch.setattr(queue, "DEAD_AFTER", 0.1)
    execute_study(study_id, 1, store.url)
    study = store.studies.study(study_id)
    if times == 1:
        assert (study.state, sorted(numbers(store, study_id))) == ("complete", [0, 1, 2])
    else:
        assert (study.state, study.error) == ("failed", "The store does not answer.")


@pytest.mark.parametrize(("kind", "config"), [("of tomorrow", "{}"), ("toy", '{"n": 2, "of tomorrow": 1}')])
def test_what_another_version_asked_for_ends_with_a_sentence(store, kind, config):
    study_id = new_run_id()
    store.studies.submit(study_id, kind, config, "ann")
    assert [one.id for one in under_way(store, "ann")] == ([study_id] if kind in KINDS else [])
    take_part(store, study_id, 1, Place())
    study = store.studies.study(study_id)
    assert (study.state, study.error) == ("failed", OTHER_VERSION)


def test_turns_go_round_between_people_and_between_the_studies_of_each():
    turns, order, left = Turns(), [], {("a", "1"): 4, ("a", "2"): 4, ("b", "3"): 4}
    all_wait = threading.Barrier(len(left) + 1)

    def work(person: str, study: str) -> None:
        all_wait.wait(timeout=20)
        for _ in range(4):
            with turns.turn(person, study):
                order.append((person, study))
                while len(order) < 8 and len(turns._waiting) < 2:  # until the others wait again
                    time.sleep(0.001)

    threads = [threading.Thread(target=work, args=of) for of in left]
    for thread in threads:
        thread.start()
    all_wait.wait(timeout=20)
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
    people = [person for person, _ in order[:8]]
    assert people in (["a", "b"] * 4, ["b", "a"] * 4)
    of_a = [study for person, study in order if person == "a"][:4]
    assert of_a in (["1", "2"] * 2, ["2", "1"] * 2)
