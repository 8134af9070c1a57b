"""`import`: a table, FMA, a folder of clips or a published split is put into the store."""

import argparse
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from genre_core.data.clips.folder import holds_sounds
from genre_core.data.dataset import Dataset
from genre_core.data.fma.importing import KIND as FMA
from genre_core.data.fma.layout import FEATURES, TRACKS, FmaFiles, find_fma
from genre_core.data.published import are_lists
from genre_core.data.splitting import Split, split_dataset, to_balance
from genre_core.errors import DataError
from genre_core.settings.config import SplitConfig, TableConfig
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.terminal import inputs, text
from genre_core.terminal.files import how_said, read_files
from genre_core.terminal.models import import_archive, is_archive_file
from genre_core.terminal.options import of_table
from genre_core.terminal.output import DONE, show
from genre_core.terminal.usage import UsageError


def import_data(options: argparse.Namespace) -> int:
    """Store what the files are, by their names: lists of a published split, clips, FMA, or a table of features.

    Raises UsageError where nothing is named, or options say how to read a table and it is none.
    """
    paths = [Path(name) for name in options.files]
    if not paths and not options.split:
        raise UsageError(
            "FILE is missing: name a table, FMA's folder, a folder of clips, or the files of a split after the command."
        )
    other = _other_import(options, paths)
    if other is None:
        return _import_table(options)
    how_said(options, of_table=False)
    if of_table(options):
        raise UsageError("--label, --group and the like say what the columns of a table are for: name such a file.")
    return other()


def _other_import(options: argparse.Namespace, paths: list[Path]) -> Callable[[], int] | None:
    """Return the import of what the files are where they are no table."""
    if options.split or are_lists(path.name for path in paths):
        return partial(_import_split, options, [*(options.split or ()), *options.files])
    if len(paths) == 1 and is_archive_file(paths[0]):
        return partial(import_archive, options, paths[0])
    if _is_clips(paths):
        return partial(_import_clips, options, paths[0])
    if files := find_fma(paths):
        return partial(_import_fma, options, files)
    if len(paths) == 1 and os.path.isdir(paths[0]) and (lists := inputs.lists_in(paths[0])):
        return partial(_import_split, options, [str(path) for path in lists])
    return None


def _is_clips(paths: list[Path]) -> bool:
    """Say whether one folder is named that holds sounds, and is not FMA's metadata."""
    if len(paths) > 1 or not os.path.isdir(paths[0]):
        return False
    is_fma = all((paths[0] / name).is_file() for name in (TRACKS, FEATURES))
    return not is_fma and holds_sounds(paths[0])


def _import_split(options: argparse.Namespace, files: list[str]) -> int:
    split = inputs.read_split_files(files)
    document = {
        "split": split.content_hash,
        "name": split.name,
        "new": inputs.put_split(split, RunStore()),
        "parts": dict(split.counts),
        "notes": list(split.notes),
    }
    show(document, text.split(document), as_json=options.json)
    return DONE


def _import_fma(options: argparse.Namespace, files: FmaFiles) -> int:
    store = RunStore()
    imported = inputs.import_with_lines(files, store) if options.progress else inputs.import_with_progress(files, store)
    table = next(table for table in store.tables(FMA) if table.content_hash == imported.content_hash)
    document = {
        "table": table.content_hash,
        "name": table.name,
        "new": imported.new,
        "n_tracks": table.n_rows,
        "notes": list(table.notes),
    }
    show(document, text.fma(document), as_json=options.json)
    return DONE


def _import_clips(options: argparse.Namespace, folder: Path) -> int:
    """Store a collection of clips, and print how much there is of each genre and which files cannot be used."""
    collection, is_new = inputs.import_clips(folder, RunStore(), lines=options.progress)
    document = {
        "table": collection.content_hash,
        "name": collection.name,
        "new": is_new,
        "n_clips": int(collection.clips["clip"].nunique()),
        "genres": collection.counts,
        "hours": collection.hours,
        "refused": collection.refused[["file", "problem"]].to_dict("records"),
        "notes": list(collection.notes),
    }
    show(document, text.clips(document), as_json=options.json)
    return DONE


def _import_table(options: argparse.Namespace) -> int:
    """Store a table, and print what its columns were taken for and what to know about it."""
    from genre_core.data.sources.table import inspect
    from genre_core.inspection.remedies import remedies
    from genre_core.inspection.warnings import findings

    reading = read_files(options.files, how_said(options))
    given, stored = of_table(options), {"data.source": "table", "data.table": reading.content_hash}
    config = configure({**given, **stored}).data
    assert isinstance(config, TableConfig)
    inspection = inspect(reading.parquet, config)
    dataset = inspection.dataset
    if dataset is None:
        raise DataError(inspection.problem)
    if to_balance(dataset):
        given.setdefault("split.balanced", "true")
    experiment = configure({**given, **stored})
    ways = partial(remedies, config=experiment, data=dataset, n_complete=int((~np.isnan(dataset.X)).all(axis=1).sum()))
    is_new = RunStore().put_table(
        reading.content_hash, reading.name, reading.parquet, reading.n_rows, reading.n_columns, reading.notes
    )
    document = {
        "table": reading.content_hash,
        "name": reading.name,
        "new": is_new,
        "n_rows": reading.n_rows,
        "n_tracks": len(dataset),
        "genres": dict(zip(dataset.genres, dataset.counts.tolist(), strict=True)),
        "settings": given,
        "columns": [vars(column) for column in dataset.columns],
        "notes": [*reading.notes, *dataset.notes],
        "findings": [
            {**vars(finding), "ways": [vars(way) | {"options": way.options(config)} for way in ways(finding)]}
            for finding in findings(dataset, _split(dataset, experiment.split))
        ],
    }
    show(document, text.table(document), as_json=options.json)
    return DONE


def _split(dataset: Dataset, config: SplitConfig) -> Split | None:
    """Return the split that training would make; None where a genre is too small for one, which is a finding itself."""
    try:
        return split_dataset(dataset, config)
    except DataError:
        return None
