"""Questions to the workers: sent once, kept, and every way in which they end is an answer or a sentence."""

from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from distributed.scheduler import KilledWorker

from dashboard.services import asking, workers
from dashboard.services.asking import ask, ask_again
from genre_core.errors import ClusterError, DataError


class Told:
    """A future of Dask, as far as it is looked at."""

    status = "pending"

    def __init__(self, value=None):
        self.value = value

    def result(self, timeout):
        return self.value

    def exception(self, timeout):
        return self.value


class Client:
    """Workers that compute nothing until a test says how it ends."""

    def __init__(self):
        self.sent = []

    def submit(self, work, *arguments, **_):
        self.sent.append((arguments, Told()))
        return self.sent[-1][1]


@pytest.fixture
def link(monkeypatch):
    made = Future()
    monkeypatch.setattr(workers, "linked", lambda: workers.Linking(made))
    monkeypatch.setattr(workers, "store", lambda: SimpleNamespace(url="sqlite:///x"))
    monkeypatch.setattr(asking, "_known", type(asking._known)())
    return made


@pytest.fixture
def client(link):
    link.set_result(SimpleNamespace(client=Client()))
    return link.result().client


def ended(future, status, value):
    future.status, future.value = status, value


def test_while_the_workers_start_one_waits_and_nothing_is_lost(link):
    assert ask(len, "a").waiting
    link.set_result(SimpleNamespace(client=Client()))
    assert ask(len, "a").waiting
    assert [arguments for arguments, _ in link.result().client.sent] == [("a", "sqlite:///x")]


def test_a_question_is_sent_once_and_its_answer_kept(client):
    assert all(ask(len, "a").waiting for _ in range(3))
    ((_, future),) = client.sent
    ended(future, "finished", 7)
    assert [ask(len, "a").found for _ in range(3)] == [7, 7, 7]
    assert ask(len, "b").waiting
    assert len(client.sent) == 2


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        ("error", DataError("The weights are gone."), "The weights are gone."),
        ("error", KilledWorker("task", None, 0), asking.DIED),
        ("error", ZeroDivisionError(), "This ended by an unexpected ZeroDivisionError"),
        ("cancelled", None, asking.LOST),
        ("lost", None, asking.LOST),
    ],
)
def test_what_went_wrong_is_a_sentence_until_one_asks_again(client, status, error, sentence):
    ask(len, "a")
    ended(client.sent[0][1], status, error)
    told = ask(len, "a")
    assert not told.waiting
    assert told.problem.startswith(sentence)
    assert ask(len, "a").problem == told.problem
    ask_again(len, "a")
    assert ask(len, "a").waiting
    assert len(client.sent) == 2


def test_workers_that_could_not_be_started_say_why(link):
    link.set_exception(ClusterError("The training processes did not start."))
    assert ask(len, "a").problem == "The training processes did not start."
