"""`evaluate --on`: a stored run judged on data that it did not come from."""

import argparse
import os
from pathlib import Path

from genre_core.data.clips.collection import KIND as CLIPS
from genre_core.data.fma.importing import KIND as FMA
from genre_core.data.fma.layout import find_fma
from genre_core.data.sources import load_dataset
from genre_core.judging.elsewhere import ElsewhereConfig, heard_alike, judge_elsewhere
from genre_core.judging.fitted import fit_again
from genre_core.judging.partners import read_pairs
from genre_core.settings.config import SOURCES, DatasetConfig, SoundConfig
from genre_core.settings.naming import data_name
from genre_core.settings.presets import PRESETS
from genre_core.store.runs import RunStore
from genre_core.terminal import text
from genre_core.terminal.files import read_files
from genre_core.terminal.find_run import find_run
from genre_core.terminal.inputs import Inputs, extract_with_progress, find_stored_clips, find_stored_fma
from genre_core.terminal.output import DONE, show

KINDS = ("table", CLIPS, FMA)
"""Kinds of stored data, which are the names of their sources."""


def evaluate_on(options: argparse.Namespace) -> int:
    """Print how a stored run does on other data."""
    store = RunStore()
    run = find_run(store, options.run)
    fitted = fit_again(store, run)
    data, inputs = find_data(options.on, store)
    data = heard_alike(data, run.config, fitted.prepared.dataset)
    if isinstance(data, SoundConfig):
        extract_with_progress(data, inputs)
    other = load_dataset(data, inputs)
    pairs = read_pairs(options.map, fitted.genres, other.genres)
    config = ElsewhereConfig(run=run.id, data=data, pairs=tuple(sorted(pairs.items())), unit=options.by)
    found = judge_elsewhere(store, run, fitted, config, other)
    name = inputs.table.name if inputs.table else data_name(data, store.table_names())
    document = {"run": run.id, "name": run.name, "on": name, **found.to_json()}
    show(document, text.heading(run.name, run.id) + text.elsewhere(document), as_json=options.json)
    return DONE


def find_data(named: str, store: RunStore) -> tuple[DatasetConfig, Inputs]:
    """Return the data of a name: of a preset, of a file or folder, or of something stored, by its name or hash.

    Raises DataError where there is nothing of that name, or several stored data have it.
    """
    if named in PRESETS:
        return PRESETS[named].config.data, Inputs()
    if os.path.isdir(named):
        is_fma = find_fma([Path(named)]) is not None
        source, found = ("fma", find_stored_fma(named)) if is_fma else ("clips", find_stored_clips(named))
        return SOURCES[source].model_validate({"table": found}), Inputs()
    if os.path.isfile(named):
        read = read_files([named])
        return SOURCES["table"].model_validate({"table": read.content_hash}), Inputs(read)
    kind, table = store.find_table(named, KINDS)
    return SOURCES[kind].model_validate({"table": table.content_hash}), Inputs()
