"""The pretrained tagger: whether it is there, and how far the fetching of it is; all sessions see the same."""

import threading
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from dashboard.services.workers import store
from genre_core.data.clips.gathering import needs_tagger
from genre_core.data.clips.tagger.about import WHEEL_BYTES
from genre_core.data.clips.tagger.fetch import fetch, is_fetched
from genre_core.errors import GenreLabError, StoreError
from genre_core.settings.config import DatasetConfig, SoundConfig


@dataclass(frozen=True)
class Fetching:
    """How much of the tagger is fetched, in [0, 1], and why it was not."""

    active: bool = False
    share: float = 0.0
    problem: str = ""


class _Fetcher:
    """Fetches in the background, once at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Fetching()

    @property
    def now(self) -> Fetching:
        with self._lock:
            return self._now

    def start(self, folder: Path) -> None:
        with self._lock:
            if self._now.active:
                return
            self._now = Fetching(active=True)
        threading.Thread(target=self._run, args=(folder,), name="genre-lab-tagger", daemon=True).start()

    def _run(self, folder: Path) -> None:
        problem = ""
        try:
            with closing(fetch(folder)) as sizes:
                for size in sizes:
                    with self._lock:
                        self._now = replace(self._now, share=min(1.0, size / WHEEL_BYTES))
        except GenreLabError as error:
            problem = str(error)
        except Exception as error:  # whatever it is, a fetching that stops says so
            problem = f"The fetching stopped ({type(error).__name__}: {error}): try again."
        with self._lock:
            self._now = Fetching(problem=problem)


@st.cache_resource(show_spinner=False)
def _fetcher() -> _Fetcher:
    return _Fetcher()


def lacks_tagger(config: DatasetConfig) -> bool:
    """Say whether features of the tagger are asked for, and it is not there."""
    return isinstance(config, SoundConfig) and needs_tagger(config) and not is_there()


def is_there() -> bool:
    """Say whether the tagger is kept in this store's folder."""
    try:
        return is_fetched(store().clips.folder)
    except StoreError:
        return False


def fetching() -> Fetching:
    """Return how far the fetching is, or why the last one failed."""
    return _fetcher().now


def fetch_tagger() -> None:
    """Begin to fetch the tagger, unless that is under way; raises StoreError where there is no folder for it."""
    _fetcher().start(store().clips.folder)
