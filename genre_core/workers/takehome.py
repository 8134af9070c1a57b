"""Making of what is taken home, on a worker beside its runs."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from genre_core.data.tables.formats import MAX_BYTES
from genre_core.store.runs import RunStore, open_store
from genre_core.store.schema import Run
from genre_core.takehome import collection
from genre_core.takehome.archive import kind_of
from genre_core.takehome.importing import import_model
from genre_core.takehome.importing_runs import import_runs
from genre_core.takehome.made import Made
from genre_core.takehome.matrix import MEDIA_TYPES, matrix_of
from genre_core.takehome.model import export_model
from genre_core.takehome.pages import REPORTS
from genre_core.takehome.programs import notebook_of, script_of
from genre_core.takehome.report import Report
from genre_core.takehome.writing import report_of
from genre_core.workers.beside import apart

Maker = Callable[[RunStore, Run], Made]

MAKERS: Mapping[str, Maker] = {
    "model": export_model,
    "script": script_of,
    "plain-script": partial(script_of, plain=True),
    **{f"matrix.{form}": partial(matrix_of, form=form) for form in MEDIA_TYPES},
}
"""Files that are made of a run in seconds, by name."""
NOTEBOOKS: Mapping[str, Maker] = {"notebook": notebook_of, "plain-notebook": partial(notebook_of, plain=True)}
"""Files that take as long as its training, by name."""
IN_TERMINAL = "leave out their data, or export them in a terminal, by python -m genre_core export RUN --with-data"
ARCHIVES: Mapping[str, Callable[[RunStore, Sequence[Run]], Made]] = {
    "runs-with-data": partial(collection.export_runs, with_data=True, most_sound=MAX_BYTES, instead=IN_TERMINAL),
    "runs": partial(collection.export_runs, with_data=False),
}
"""Files that are made of several runs together for another store, by name: no more sound than a page takes in."""
NAMES = (*MAKERS, *NOTEBOOKS, *REPORTS, *ARCHIVES)
"""All that can be made of runs."""


def make(name: str, run_id: str, _state: tuple[object, ...], store_url: str) -> Made:
    """Make a thing of a run; `_state` is what of it changes the thing, so that it is made anew then.

    Raises GenreLabError where it cannot be made; the sentence says why.
    """
    store = open_store(store_url)
    return MAKERS[name](store, store.run(run_id))


@apart
def make_notebook(name: str, run_id: str, _state: tuple[object, ...], store_url: str) -> Made:
    """Make a notebook of a run, in a process of its own; otherwise as `make`."""
    store = open_store(store_url)
    return NOTEBOOKS[name](store, store.run(run_id))


def write_report(run_ids: tuple[str, ...], _state: tuple[object, ...], store_url: str) -> Report:
    """Write the report of runs, without a person's paragraphs; otherwise as `make`."""
    store = open_store(store_url)
    return report_of(store, [store.run(run_id) for run_id in run_ids])


def make_archive(name: str, run_ids: tuple[str, ...], _state: tuple[object, ...], store_url: str) -> Made:
    """Make an archive of runs; otherwise as `make`."""
    store = open_store(store_url)
    return ARCHIVES[name](store, [store.run(run_id) for run_id in run_ids])


class Arrived(NamedTuple):
    """The news of an archive: identifiers of new runs, how many were here already, new tables, and what to know."""

    runs: tuple[str, ...]
    n_there: int
    tables: tuple[str, ...]
    notes: tuple[str, ...]


@apart
def take_in(path: str, store_url: str) -> Arrived:
    """Make runs of an archive, a collection or a model, that lies alone in a folder; the folder goes then.

    Raises GenreLabError where nothing of it was imported; the sentence says why.
    """
    store = open_store(store_url)
    try:
        data = Path(path).read_bytes()
    finally:
        shutil.rmtree(Path(path).parent, ignore_errors=True)
    if kind_of(data) == "model":
        return Arrived((import_model(store, data).id,), 0, (), ())
    found = import_runs(store, data)
    return Arrived(tuple(run.id for run in found.runs), len(found.there), found.tables, found.notes)
