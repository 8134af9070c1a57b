"""Questions to the workers: sent once, kept, and every way in which they end is an answer or a sentence."""

import errno
import time
from asyncio import CancelledError
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from dashboard.services import asking, workers
from dashboard.services.asking import ask, ask_again
from genre_core.errors import ClusterError, DataError, GenreLabError
from genre_core.workers import beside
from genre_core.workers.beside import ENDED, _alone, apart


class Workers:
    """Workers that compute nothing until a test says how it ends."""

    def __init__(self):
        self.sent = []

    def submit(self, beside, client, work, *arguments):
        self.sent.append((arguments, Future()))
        return self.sent[-1][1]


@pytest.fixture
def link(monkeypatch):
    made = Future()
    monkeypatch.setattr(workers, "linked", lambda: workers.Linking(made))
    monkeypatch.setattr(workers, "store", lambda: SimpleNamespace(url="sqlite:///x"))
    monkeypatch.setattr(asking, "_known", type(asking._known)())
    return made


@pytest.fixture
def sent(link, monkeypatch):
    computing = Workers()
    monkeypatch.setattr(asking, "_askers", computing)
    link.set_result(SimpleNamespace(client=None))
    return computing.sent


def test_while_the_workers_start_one_waits_and_nothing_is_lost(link, monkeypatch):
    computing = Workers()
    monkeypatch.setattr(asking, "_askers", computing)
    assert ask(len, "a").waiting
    link.set_result(SimpleNamespace(client=None))
    assert ask(len, "a").waiting
    assert [arguments for arguments, _ in computing.sent] == [("a", "sqlite:///x")]


def test_a_question_is_sent_once_and_its_answer_kept(sent):
    assert all(ask(len, "a").waiting for _ in range(3))
    ((_, future),) = sent
    future.set_result(7)
    assert [ask(len, "a").found for _ in range(3)] == [7, 7, 7]
    assert ask(len, "b").waiting
    assert len(sent) == 2


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("The weights are gone."), "The weights are gone."),
        (ClusterError(ENDED), ENDED),
        (ZeroDivisionError(), asking.LOST),
        (CancelledError(), asking.LOST),
        (OSError("Timed out"), asking.LOST),
    ],
)
def test_what_went_wrong_is_a_sentence_until_one_asks_again(sent, error, sentence):
    ask(len, "a")
    sent[0][1].set_exception(error)
    told = ask(len, "a")
    assert not told.waiting
    assert told.problem.startswith(sentence)
    assert ask(len, "a").problem == told.problem
    ask_again(len, "a")
    assert ask(len, "a").waiting
    assert len(sent) == 2


def test_a_failure_is_forgotten_after_a_while(sent, monkeypatch):
    ask(len, "a")
    sent[0][1].set_exception(ClusterError(ENDED))
    assert ask(len, "a").problem
    later = time.monotonic() + asking.FAILED_SECONDS + 1
    monkeypatch.setattr(asking, "time", SimpleNamespace(monotonic=lambda: later))
    assert ask(len, "a").waiting
    assert len(sent) == 2


def test_answers_are_bound_by_their_size_and_the_latest_is_kept(sent, monkeypatch):
    monkeypatch.setattr(asking, "MOST_BYTES", 2_500)
    for name in "abcd":
        ask(len, name)
    for _, future in sent[:3]:
        future.set_result(b"1" * 1_000)
    assert ask(len, "d").waiting
    assert [arguments[0] for _, arguments in asking._known] == ["b", "c", "d"]  # nobody had to ask for them again
    sent[3][1].set_result(b"1" * 5_000)
    assert ask(len, "d").found == b"1" * 5_000
    assert len(asking._known) == 1


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("The weights are gone."), "The weights are gone."),
        (FileNotFoundError(2, "No such file or directory", "a.wav"), "a.wav cannot be read or written (No such file"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk of the worker is full: make room there"),
        (ConnectionResetError(), "A file or connection failed (ConnectionResetError)"),
        (MemoryError(), "The worker ran out of memory"),
        (ZeroDivisionError(), "This ended by an unexpected ZeroDivisionError: the log of the workers"),
    ],
)
def test_a_worker_says_what_failed_in_the_work_itself(error, sentence):
    def work():
        raise error

    with pytest.raises(GenreLabError) as told:
        _alone(work)
    assert str(told.value).startswith(sentence)


def test_workers_that_could_not_be_started_say_why(link):
    link.set_exception(ClusterError("The training processes did not start."))
    assert ask(len, "a").problem == "The training processes did not start."


def test_workers_that_do_not_start_in_time_are_said_to_be_late(link, monkeypatch):
    monkeypatch.setattr(workers, "CONNECT_SECONDS", 0)
    with pytest.raises(ClusterError, match=r"The workers have not started within 0 seconds\. Try again\."):
        workers.client()


def test_work_apart_waits_for_no_other_and_keeps_none_waiting(sent, monkeypatch):
    @apart
    def long():
        return 3

    others = Workers()
    monkeypatch.setattr(asking, "_askers_apart", others)
    assert ask(long).waiting
    assert (len(others.sent), len(sent)) == (1, 0)
    with beside._one_at_a_time:
        assert _alone(long) == 3
    with beside._one_apart:
        assert _alone(abs, -3) == 3
