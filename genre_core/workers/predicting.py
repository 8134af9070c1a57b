"""Predicting on a worker beside its runs: what of a person's files a run would use, and what it answers for them."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from genre_core.data.tables.reading import Reading, read_table
from genre_core.errors import DataError
from genre_core.evaluation.prediction_sets import LEVELS
from genre_core.judging.predicting.answering import answer, ready
from genre_core.judging.predicting.answers import Answers
from genre_core.judging.predicting.matching import Matching
from genre_core.judging.predicting.rows import NewRows
from genre_core.judging.predicting.sounds import NewSounds, find_new
from genre_core.judging.predicting.tables import NewTable, learned_by, read_new
from genre_core.store.runs import RunStore, open_store
from genre_core.store.schema import Run
from genre_core.studies.extraction import Extraction, ExtractionConfig, Task
from genre_core.training.predictions import Unit

GONE = "These files are no longer on the server: choose them again."


@dataclass(frozen=True)
class Brought:
    """Files to be answered for: the `folder` that they lie in alone, or a file, and whether they are sound or a table.

    `is_ours` says that a person uploaded them, so that they go when they are no longer needed.
    """

    folder: str
    is_sound: bool = False
    is_ours: bool = True


class Wanted(NamedTuple):
    """An answer that is wanted: for which files, with pairs of a feature and its column, for tracks or for each row.

    `level` is the share of prediction sets that hold the right genre.
    """

    brought: Brought
    said: tuple[str, ...] = ()
    unit: Unit = "track"
    level: float = LEVELS[0]


@dataclass(frozen=True)
class Seen:
    """A run's use of a person's files, in sentences: how columns are matched, or what is to be measured."""

    sentences: tuple[str, ...]
    n_tracks: int
    n_rows: int
    matching: Matching | None = None
    tasks: tuple[Task, ...] = ()
    whole: str = "track"


def look_over(run_id: str, _attempt: int, brought: Brought, said: tuple[str, ...], store_url: str) -> Seen:
    """Return what a run would use of files; `said` are pairs of a feature and its column.

    Raises GenreLabError where it can use none of them; the sentence says why.
    """
    store = open_store(store_url)
    run = store.run(run_id)
    if not brought.is_sound:
        table = _table(store, run, brought, said)
        return Seen(tuple(table.matching.sentences), table.matching.n_tracks, len(table.rows), table.matching)
    sounds = _listened(run_id, run.attempt, brought.folder, store_url)
    work = Extraction(ExtractionConfig(data=sounds.config), store, windows=sounds.windows, learned=())
    return Seen(
        tuple(sounds.sentences), len(sounds.heard), len(sounds.windows), tasks=tuple(work.tasks()), whole=run.whole
    )


def answer_for(run_id: str, _state: tuple[object, ...], wanted: Wanted, store_url: str) -> Answers:
    """Return what a run answers for files that were looked over, and measured if they are sound.

    Raises GenreLabError where it cannot answer; the sentence says why.
    """
    store = open_store(store_url)
    run = store.run(run_id)
    return answer(store, run, _rows(store, run, wanted.brought, wanted.said), wanted.unit, wanted.level)


def _rows(store: RunStore, run: Run, brought: Brought, said: tuple[str, ...]) -> NewRows:
    if brought.is_sound:
        return _listened(run.id, run.attempt, brought.folder, store.url).rows(store)
    table = _table(store, run, brought, said)
    table.matching.check(fill=True, remedy="")
    return table.rows


def _table(store: RunStore, run: Run, brought: Brought, said: tuple[str, ...]) -> NewTable:
    fitted, _ = ready(store, run.id, run.attempt)
    return read_new(_read(brought.folder), learned_by(fitted), fitted.genres, said)


@lru_cache(maxsize=2)
def _read(folder: str) -> Reading:
    here = Path(folder)
    try:
        files = sorted(path for path in here.iterdir() if path.is_file()) if here.is_dir() else [here]
        return read_table([(path.name, path.read_bytes()) for path in files])
    except OSError as error:
        raise DataError(GONE) from error


@lru_cache(maxsize=4)
def _listened(run_id: str, attempt: int, folder: str, store_url: str) -> NewSounds:
    store = open_store(store_url)
    fitted, _ = ready(store, run_id, attempt)
    return find_new(Path(folder), store.run(run_id).config, fitted.prepared.dataset, store)
