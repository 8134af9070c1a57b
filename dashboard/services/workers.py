"""The store, and the cluster that trains: connected to in the background, and made anew when it dies."""

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from genre_core.errors import ClusterError, GenreLabError, StoreError
from genre_core.store.runs import RunStore
from genre_core.store.schema import DEAD_AFTER
from genre_core.workers import cluster
from genre_core.workers import commands as jobs

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 60
_switching = threading.Lock()


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """Return the store of runs and tables: the one that GENRE_LAB_STORE names, or the embedded one."""
    return RunStore()


@dataclass(frozen=True)
class Link:
    """A connection to the workers; `process` is the cluster where it is a child of this server."""

    process: cluster.ClusterProcess | None
    client: "Client"
    closed: threading.Event = field(default_factory=threading.Event)
    busy: threading.Lock = field(default_factory=threading.Lock)
    """Held while what was lost is sent again."""

    @property
    def alive(self) -> bool:
        """Say whether workers can be reached."""
        return (self.process is None or self.process.alive) and self.client.status == "running"

    def close(self) -> None:
        """Let go of the workers, and end them where they are ours."""
        self.closed.set()
        with self.busy, suppress(OSError, TimeoutError):
            self.client.close(timeout=2)  # type: ignore[no-untyped-call]
        if self.process:
            self.process.close()


@dataclass(frozen=True)
class Linking:
    """A connection in the making, and why the last try failed."""

    link: "Future[Link]"
    problem: str = ""

    @property
    def broken(self) -> bool:
        """Say whether it failed, or was lost since."""
        return self.link.done() and (self.link.exception() is not None or not self.link.result().alive)


class NotYet:
    """Stands for the workers while they start: what is meant for them waits in the store."""

    status = "connecting"


_makers = ThreadPoolExecutor(2, "genre-lab-cluster")


def client() -> "Client":
    """Return the connection to the workers; a cluster that has died is replaced.

    Raises ClusterError where there is none, and none could be started in time.
    """
    try:
        return linked().link.result(timeout=CONNECT_SECONDS).client
    except TimeoutError as error:
        raise ClusterError(f"The workers have not started within {CONNECT_SECONDS} seconds. Try again.") from error


def linked() -> Linking:
    """Return the connection, be it still in the making; one that broke is made anew in the background."""
    with _switching:
        linking = _linking("")
        if linking.broken:
            error = linking.link.exception()
            if error is None:
                _makers.submit(linking.link.result().close)
            _linking.clear()
            linking = _linking("" if error is None else str(error))
        return linking


@st.cache_resource(show_spinner=False)
def _linking(_problem: str) -> Linking:
    return Linking(_makers.submit(_link, store()), _problem)


def _link(runs: RunStore) -> Link:
    named = os.environ.get("GENRE_LAB_SCHEDULER")
    if named:
        cluster.check_store(runs.url, named)
    process = None if named else cluster.start()
    link = Link(process, cluster.connect(process.address if process else named))
    with suppress(StoreError):  # a store that is read-only or full can still be looked at, and has nothing to send
        jobs.recover(runs, link.client)
    threading.Thread(target=_look_after, args=(runs, link), name="genre-lab-lost", daemon=True).start()
    return link


def _look_after(runs: RunStore, link: Link) -> None:
    """Send the runs again that lose their worker in silence; once all workers are gone, find others."""
    was_away = False
    while not link.closed.wait(DEAD_AFTER):
        if link.client.status == "closed" or (link.process and not link.process.alive):
            linked()
            return
        with link.busy:
            if link.alive and not link.closed.is_set():
                with suppress(GenreLabError):
                    (jobs.recover if was_away else jobs.send_lost)(runs, link.client)
        was_away = not link.alive


def n_workers() -> int:
    """Return how many runs can train at the same time."""
    return max(1, len(client().scheduler_info(n_workers=-1)["workers"]))
