"""`predict`: what a stored run answers for new tracks, as a table."""

import argparse
import os
from pathlib import Path

from genre_core.data.clips.uploads import is_sound
from genre_core.errors import DataError
from genre_core.judging.predicting.answering import answer, ready
from genre_core.judging.predicting.rows import NewRows
from genre_core.judging.predicting.sounds import find_new
from genre_core.judging.predicting.tables import learned_by, read_new
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.studies.extraction import Extraction, ExtractionConfig
from genre_core.takehome.answers import FORMS, answer_table, written
from genre_core.takehome.naming import file_name
from genre_core.terminal import text
from genre_core.terminal.files import how_said, read_files, save_file
from genre_core.terminal.find_run import find_run
from genre_core.terminal.inputs import measure_with_progress
from genre_core.terminal.output import DONE, progress_bar, say, show
from genre_core.terminal.text.predicting import MOST_SHOWN
from genre_core.terminal.usage import UsageError

REMEDY = "Name its column with --column FEATURE=COLUMN, or let the training median stand in with --fill."


def predict(options: argparse.Namespace) -> int:
    """Write what a stored run answers for new tracks; say first what of them is used, and what is odd."""
    store = RunStore()
    run = find_run(store, options.run)
    path = Path(options.out or f"{file_name(run)} predictions.csv")
    if path.suffix.lower() not in FORMS:
        raise UsageError(f"--out {path.name[:60]} is neither .csv nor .parquet: choose one of them.")
    is_heard = os.path.isdir(options.files[0]) or is_sound(options.files[0])
    rows, seen = _sounds(store, run, options) if is_heard else _table(store, run, options)
    found = answer(store, run, rows, options.by, float(options.confidence) / 100)
    threshold = options.threshold / 100
    answers = answer_table(found, threshold)
    save_file(path, written(answers, path.suffix.lower()))
    document = {
        "run": run.id,
        "name": run.name,
        "on": ", ".join(Path(file).name for file in options.files),
        "out": str(path),
        "seen": seen,
        **found.to_json(threshold),
        "first": answers.slice(0, MOST_SHOWN).to_pylist(),
    }
    show(document, text.heading(run.name, run.id) + text.predictions(document), as_json=options.json)
    return DONE


def _table(store: RunStore, run: Run, options: argparse.Namespace) -> tuple[NewRows, list[str]]:
    """Return the rows of a table, and what is to be said of its columns, which is said at once."""
    reading = read_files(options.files, how_said(options))
    fitted, _ = ready(store, run.id, run.attempt)
    table = read_new(reading, learned_by(fitted), fitted.genres, options.column)
    table.matching.check(fill=options.fill, remedy=REMEDY)
    return table.rows, _said(table.matching.sentences)


def _sounds(store: RunStore, run: Run, options: argparse.Namespace) -> tuple[NewRows, list[str]]:
    """Return the rows of a folder of clips or of one clip, measured now, and what is to be said of them."""
    how_said(options, of_table=False)
    if len(options.files) > 1:
        raise UsageError("Name one folder of clips or one sound file: several tracks go into a folder.")
    path = Path(options.files[0])
    if not path.exists():
        raise DataError(f"There is no file {path}: check its name and folder.")
    fitted, _ = ready(store, run.id, run.attempt)
    with progress_bar(1, "{n:.0f} of {total}, {elapsed}", "listening to clips ") as bar:

        def progress(done: int, total: int) -> None:
            bar.total, bar.n = total, done
            bar.refresh()

        sounds = find_new(path, run.config, fitted.prepared.dataset, store, progress)
    said = _said(sounds.sentences)
    work = Extraction(ExtractionConfig(data=sounds.config), store, windows=sounds.windows, learned=())
    measure_with_progress(work, store)
    return sounds.rows(store), said


def _said(sentences: list[str]) -> list[str]:
    """Say sentences to standard error, before there are answers; return them."""
    for sentence in sentences:
        say(text.plain(sentence))
    return sentences
