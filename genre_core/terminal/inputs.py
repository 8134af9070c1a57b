"""Data that a command line names: tables, FMA, published splits; as files, or by their hash in the store."""

import argparse
import io
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from genre_core.data.clips.collection import KIND as CLIPS
from genre_core.data.clips.collection import Collection, collect
from genre_core.data.clips.gathering import extractor_of, frame_seconds, input_shape, sets_and_copies
from genre_core.data.clips.sounds import Location
from genre_core.data.dataset import PARTS, Part
from genre_core.data.fma.importing import KIND as FMA
from genre_core.data.fma.importing import Imported, import_fma
from genre_core.data.fma.layout import FmaFiles, find_fma, list_folder
from genre_core.data.published import KIND as SPLIT
from genre_core.data.published import PublishedSplit, is_list, read_split
from genre_core.data.sources import load_dataset, unmeasured, windows_of
from genre_core.data.splitting import split_dataset
from genre_core.data.tables.reading import Reading
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig, SoundConfig, SplitConfig
from genre_core.store.clips import ClipStore
from genre_core.store.runs import RunStore
from genre_core.store.tables import TableStore
from genre_core.studies.extraction import Extraction, ExtractionConfig, by_processes, learned_of
from genre_core.terminal.files import how_said, read_file, read_files
from genre_core.terminal.options import configuration
from genre_core.terminal.output import progress_bar, report
from genre_core.terminal.usage import UsageError


@dataclass(frozen=True, eq=False)
class Inputs:
    """Tables that were read from files, by their hash, with what the store holds behind them."""

    table: Reading | None = None
    split: PublishedSplit | None = None
    _opened: list[RunStore] = field(default_factory=list)

    @property
    def given(self) -> Mapping[str, bytes]:
        """Return the Parquet of what was read from files."""
        return {found.content_hash: found.parquet for found in (self.table, self.split) if found is not None}

    def read_table(self, content_hash: str) -> bytes:
        """Return a table, as `sources.Tables` does."""
        return self.given[content_hash] if content_hash in self.given else self.store.read_table(content_hash)

    def open_table(self, content_hash: str) -> BinaryIO:
        """Return a table as a file, as `sources.Tables` does."""
        given = self.given.get(content_hash)
        return self.store.open_table(content_hash) if given is None else io.BytesIO(given)

    def put_into(self, store: RunStore, config: ExperimentConfig) -> None:
        """Give a store all that a configuration reads."""
        if self.table is not None:
            table = self.table
            store.put_table(table.content_hash, table.name, table.parquet, table.n_rows, table.n_columns, table.notes)
        if self.split is not None:
            put_split(self.split, store)
        for content_hash in config.data.stored:
            if content_hash not in self.given and not store.has_table(content_hash):
                store.put_table(content_hash, content_hash[:8], self.store.open_table(content_hash), 0, 0)
        if isinstance(config.data, SoundConfig) and store.url != self.store.url:
            clips = [window.clip for window in windows_of(config.data, self)]
            for name in sets_and_copies(config.data):
                store.clips.take_over(self.clips, extractor_of(name), clips)

    @property
    def clips(self) -> ClipStore:
        """Return where what was measured on clips is read from, as `sources.Tables` does."""
        return self.store.clips

    @property
    def store(self) -> RunStore:
        """Return the store behind what was read from files."""
        if not self._opened:
            self._opened.append(RunStore())
        return self._opened[0]


def read_order(
    options: argparse.Namespace, *, to_split: bool = True, one_split: bool = False
) -> tuple[ExperimentConfig, Inputs]:
    """Return the experiment that options describe, and what was read from the files that they name.

    Clips are measured, unless they are `to_split` and cannot be; changed copies of all, or with `one_split` only of
    those that its training part holds.
    Raises GenreLabError where a file cannot be read, or the options contradict each other.
    """
    named = [f"--{source}" for source in ("table", "fma", "clips") if getattr(options, source)]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} name several sources of data: choose one of them.")
    how = how_said(options, of_table=bool(options.table))
    table = read_files(options.table, how) if options.table else None
    stored = ("table", table.content_hash) if table else None
    if options.fma:
        stored = ("fma", find_stored_fma(options.fma))
    if options.clips:
        stored = ("clips", find_stored_clips(options.clips))
    split_hash, split = find_split(options.published) if options.published else (None, None)
    _find_named(options)
    config = configuration(options, stored, split_hash)
    refuse_unnamed(config)
    inputs = Inputs(table, split)
    if isinstance(config.data, SoundConfig):
        windows = windows_of(config.data, inputs)
        shape, n_rows = input_shape(windows, config.data), min(config.train.batch_size, len(windows))
        config.model.check_memory(shape, n_rows, frame_seconds(config.data))  # before minutes of measuring
        if to_split:
            split_dataset(unmeasured(config.data, inputs), config.split)
        extract_with_progress(config.data, inputs, config.split if one_split else None)
    elif config.model.feature_set:  # a network on sound refuses the features that are read here, before there is a run
        config.model.check(load_dataset(config.data, inputs).inputs.shape)
    return config, inputs


def _find_named(options: argparse.Namespace) -> None:
    """Put hashes in the place of the names that settings give stored data by."""
    for name, kinds in (("data.table", ("table", CLIPS, FMA)), ("data.published", (SPLIT,))):
        named = getattr(options, name, None)
        if named and not re.fullmatch(r"[0-9a-f]{64}", named):
            setattr(options, name, RunStore().find_table(named, kinds)[1].content_hash)


_NAMED_BY = {
    "table": "its file after --table",
    "fma": "its folder or its hash after --fma",
    "clips": "its folder or its hash after --clips",
}


def refuse_unnamed(config: ExperimentConfig) -> None:
    """Raise DataError where a configuration reads a table and names none."""
    data = config.data
    if data.imported and not data.stored:
        raise DataError(f"No {data.imported} is chosen: name {_NAMED_BY[data.source]}.")


def find_stored_fma(text: str) -> str:
    """Return the hash of FMA in the store, given by a folder, which is imported now if it was not, or by that hash.

    Raises DataError where there is no such folder and no such import.
    """
    store = RunStore()
    if os.path.isdir(text):  # not Path's, which fails on names that are too long
        files = find_fma([Path(text)])
        if files is None:
            raise DataError(f"{text} holds no tracks.csv and no features.csv: name the folder of FMA's metadata.")
        return import_with_progress(files, store).content_hash
    return _by_hash(text, store, FMA, "folder or import of FMA")


def find_stored_clips(text: str) -> str:
    """Return the hash of a collection of clips in the store, given by a folder, which is imported now, or by that hash.

    Raises DataError where there is no such folder and no such collection, or it holds no clips.
    """
    if os.path.isdir(text):
        return import_clips(Path(text), RunStore())[0].content_hash
    return _by_hash(text, RunStore(), CLIPS, "folder or collection of clips")


def import_clips(folder: Path, store: RunStore, *, lines: bool = False) -> tuple[Collection, bool]:
    """Store the clips of a folder as a collection, and show how far that is, in `lines` of JSON or as a bar.

    Returns the collection, and whether it is new to the store.
    Raises DataError where it holds no clips.
    """
    with progress_bar(1, "{n:.0f} of {total}, {elapsed}", "listening to clips ") as bar:

        def show(done: int, total: int) -> None:
            if lines:
                report({"stage": "Listening to clips", "done": done, "total": total})
            bar.total, bar.n = total, done
            bar.refresh()

        collection, locations = collect(folder, show)
    if collection.clips.empty:
        raise DataError(f"{collection.name} holds no clip that can be used: {collection.refused['problem'].iloc[0]}")
    store.clips.put({clip: Location(str(path)) for clip, path in locations.items()})
    return collection, store.put_collection(collection)


def extract_with_progress(data: SoundConfig, inputs: Inputs, split: SplitConfig | None = None) -> None:
    """Measure on the clips of a configuration what is missing, in processes of their own, and show how far that is.

    Changed copies are measured of the training part of a `split` alone; without one, of all.
    Raises DataError where the clips are not known, or what is measured cannot be kept.
    """
    store = inputs.store
    for learned in learned_of(data, inputs, split):
        measure_with_progress(Extraction(ExtractionConfig(data=data), store, learned=learned), store)


def measure_with_progress(work: Extraction, store: RunStore) -> None:
    """Do an extraction in processes of their own, and show how far that is; raises DataError as it does."""
    n_windows = int(work.plan()["n_windows"])
    if tasks := work.tasks():
        with progress_bar(n_windows, "{n:.0f} of {total}, {elapsed}", "measuring clips ") as bar:
            for result in by_processes(tasks, store.url):
                bar.update(result["n_windows"])


def find_split(given: Sequence[str]) -> tuple[str, PublishedSplit | None]:
    """Return the hash of a published split, and the split itself where it was named by its folder or its files.

    Raises DataError where there is no such file, folder or stored split, or it is no split.
    """
    if len(given) == 1 and os.path.isdir(given[0]):
        lists = lists_in(Path(given[0]))
        if not lists:
            raise DataError(f"{given[0]} holds no list of tracks such as train.txt: name the files of the split.")
        found = read_split([read_file(path) for path in lists])
        return found.content_hash, found
    if len(given) == 1 and re.fullmatch(r"[0-9a-f]{4,64}", given[0]) and not os.path.exists(given[0]):
        return _by_hash(given[0], RunStore(), SPLIT, "stored split"), None
    found = read_split_files(given)
    return found.content_hash, found


def lists_in(folder: Path) -> list[Path]:
    """Return the files of a folder that list the tracks of a split's parts, by their names."""
    return [path for path in list_folder(folder) if is_list(path.name)]


def read_split_files(given: Sequence[str]) -> PublishedSplit:
    """Read a published split from files, each with its part before it (`train=FILE`) or in its name.

    Raises DataError where a file cannot be read, or is no list of tracks of a known part.
    """
    parts: list[Part | None] = []
    files = []
    for text in given:
        word, _, path = text.partition("=")
        part = next((part for part in PARTS if word == part), None)
        parts.append(part)
        files.append(read_file(Path(path if part else text)))
    return read_split(files, parts)


def put_split(split: PublishedSplit, store: TableStore) -> bool:
    """Store a published split once; False if it is there already."""
    n_rows = sum(split.counts.values())
    return store.put_table(split.content_hash, split.name, split.parquet, n_rows, 2, split.notes, SPLIT)


def import_with_progress(files: FmaFiles, store: TableStore) -> Imported:
    """Import FMA and show how far it is."""
    stage = ""
    with progress_bar(1, "{elapsed}", "{desc} ") as bar:
        for step in import_fma(files, store):
            if isinstance(step, Imported):
                return step
            if step.stage != stage:
                stage = step.stage
                bar.reset(total=step.total)
                bar.set_description_str(stage, refresh=False)
            bar.n = step.done
            bar.refresh()
    raise AssertionError("an import ends with what it came to")


def import_with_lines(files: FmaFiles, store: TableStore) -> Imported:
    """Import FMA and say how far it is in lines of JSON, for whoever started this process."""
    for step in import_fma(files, store):
        if isinstance(step, Imported):
            return step
        report(asdict(step))
    raise AssertionError("an import ends with what it came to")


def _by_hash(text: str, store: TableStore, kind: str, what: str) -> str:
    """Return the one hash that begins so."""
    found = [table.content_hash for table in store.tables(kind) if table.content_hash.startswith(text)]
    if len(found) != 1:
        raise DataError(
            f"There is {'no' if not found else 'more than one'} {what} {text[:60]}: import it, or check it."
        )
    return found[0]
