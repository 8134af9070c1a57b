"""Files that are taken home of runs, made by a worker and kept until they are downloaded, and archives that come in."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from dashboard.services.asking import Asked, ask, ask_again
from dashboard.services.workers import store
from genre_core.data.clips.uploads import write
from genre_core.errors import GenreLabError
from genre_core.store.openings import last_look
from genre_core.store.schema import Run
from genre_core.takehome import collection
from genre_core.takehome.made import Made
from genre_core.takehome.pages import REPORTS, report_file
from genre_core.workers import takehome


def made_of(name: str, runs: Sequence[Run]) -> Asked[Made]:
    """Have a worker make a thing of runs, unless one has, and return what came of it by now."""
    if name not in REPORTS:
        return ask(_maker(name), *_question(name, runs))
    report = ask(takehome.write_report, *_question(name, runs))
    if report.found is None:
        return Asked(problem=report.problem)
    words = store().own_words.of(runs[0].id)
    return Asked(report_file(name, runs, report.found.with_own(words)))


@st.cache_data(show_spinner=False, ttl=60, max_entries=64)
def said_of_data(ids: tuple[str, ...]) -> str:
    """Say how large the data of runs are in an archive, and which of them stay behind."""
    with suppress(GenreLabError):  # of another version, say: making the archive says why it cannot be
        runs = collection.with_members(store(), [store().run(run_id) for run_id in ids])
        return " ".join([collection.data_said(store(), runs), *collection.deleted_data(store(), runs)]).strip()
    return ""


def forget(name: str, runs: Sequence[Run]) -> None:
    """Forget what came of it, so that it is made anew."""
    ask_again(takehome.write_report if name in REPORTS else _maker(name), *_question(name, runs))


def receive(data: bytes) -> str:
    """Write an archive where a worker finds it; return its path.

    Raises DataError where the disk does not take it, and StoreError where there is no folder for files.
    """
    return str(write([("archive.zip", data)], store().clips.folder / "arrivals") / "archive.zip")


def arrived(path: str) -> Asked[takehome.Arrived]:
    """Have a worker take an archive in, unless one has, and return what came of it by now."""
    return ask(takehome.take_in, path)


def _maker(name: str) -> Callable[..., Made]:
    if name in takehome.ARCHIVES:
        return takehome.make_archive
    return takehome.make_notebook if name in takehome.NOTEBOOKS else takehome.make


def _question(name: str, runs: Sequence[Run]) -> tuple[object, ...]:
    """Return what a worker is asked: the thing, its runs, and what of them changes the thing."""
    state = tuple((run.name, run.attempt, run.revision, run.opened) for run in runs)
    if name in REPORTS:
        return tuple(run.id for run in runs), (*state, last_look(store()))
    if name in takehome.ARCHIVES:
        ids = tuple(run.id for run in runs)
        said = [tuple(store().own_words.of(run_id).items()) for run_id in ids]
        notes = [repr(note) for note in store().notes.of(ids).values()]
        heard = len(store().ear_tests.of_runs(ids))
        return name, ids, (*state, last_look(store()), *said, *notes, heard)
    return name, runs[0].id, state
