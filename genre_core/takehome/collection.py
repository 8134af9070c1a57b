"""Runs as one archive that another store takes in: settings, history, answers, weights, words, looks, and their data.

It says nothing of a test part that is closed: neither scores nor answers. Looks at test parts travel with it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from genre_core.data.clips.collection import KIND as CLIPS
from genre_core.data.fma.importing import KIND as FMA
from genre_core.data.published import KIND as SPLIT
from genre_core.errors import DataError, RunStateError
from genre_core.store.gate import predictions_of
from genre_core.store.openings import looks_near
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run, RunNote, StoredTable
from genre_core.takehome import clips, ear_tests
from genre_core.takehome.archive import MOST_BYTES, pack
from genre_core.takehome.made import Made
from genre_core.takehome.naming import file_name
from genre_core.text import count, size

KIND, VERSION = "collection of runs", 1
LISTED, TEST_SETS = "runs.json", "test_sets.safetensors"
WEIGHTS, ANSWERS, VALIDATION = "weights.safetensors", "answers.safetensors", "validation.safetensors"
VALIDATION_ARRAYS = {"labels": np.uint8, "groups": np.int32}
"""Arrays saved of the validation tracks beside their predictions, by its name there and its type."""
ENDED = ("complete", "failed", "cancelled")
TABLE_KINDS = ("table", FMA, CLIPS, SPLIT)
MOST_RUNS = 300
_ROW = ("id", "name", "state", "epoch", "best_epoch", "stopped_because", "error", "context", "summary")
TIMES = ("created_at", "queued_at", "started_at", "finished_at")


def export_runs(
    store: RunStore,
    runs: Sequence[Run],
    *,
    with_data: bool,
    most_sound: int = clips.MOST_BYTES,
    instead: str = "leave out their data",
) -> Made:
    """Return runs as an archive, with the stored members of ensembles and with ear tests, and data if asked for.

    Data are tables, and the clips of collections: at most so many bytes of sound; `instead` says what to do with more.
    Raises RunStateError where one has not ended, or another version made it, and DataError where it would be larger
    than an archive that is read, or has too much sound, or a clip has changed.
    """
    runs = with_members(store, runs)
    if len(runs) > MOST_RUNS:
        raise DataError(f"An archive holds at most {MOST_RUNS} runs, and these are {len(runs):,}: make several.")
    files, listed = dict[str, bytes](), list[dict[str, Any]]()
    for number, run in enumerate(runs, 1):
        listed.append(document_of(store, run))
        files |= {f"{folder(number)}{name}": data for name, data in arrays_of(store, run).items()}
    found = tables_of(store, runs)
    tables = [_table_document(kind, table) for kind, table in found.values()]
    if with_data:
        sounds = clips.clips_of(store, found)
        sounds.check(most_sound, instead)
        files |= {table_file(name): store.read_table(name) for name in found if name not in sounds.lost}
        files |= sounds.files()
    looks = [look._asdict() for look in looks_near(store, runs)]
    fingerprints = {run.fingerprint: run.config.fingerprint for run in runs}  # earlier versions wrote others
    for look in looks:
        look["fingerprint"] = fingerprints.get(look["fingerprint"], look["fingerprint"])
    own = {run.context["test_hash"] for run in runs if "test_hash" in run.context}
    sets = store.test_sets.rows(own | {look["test_hash"] for look in looks})
    files |= _marks({name: marks for name, (_, marks) in sets.items()})
    sources = {name: source for name, (source, _) in sets.items()}
    document = {"runs": listed, "tables": tables, "looks": looks, "test_sets": sources}
    if heard := ear_tests.written(store, runs):
        files[ear_tests.FILE] = heard
    files[LISTED] = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False).encode()
    if (size := sum(map(len, files.values()))) > MOST_BYTES:
        without = ", or leave out their data" if with_data else ""
        raise DataError(
            f"These runs have {size >> 20:,} MB, more than an archive may have ({MOST_BYTES >> 20:,} MB): take fewer "
            f"runs{without}."
        )
    name = f"{file_name(runs[0])} run.zip" if len(runs) == 1 else f"{len(runs)} runs {runs[0].id[:4]}.zip"
    return Made(name, "application/zip", pack(KIND, VERSION, files))


def with_members(store: RunStore, runs: Sequence[Run]) -> list[Run]:
    """Return runs, each once, with the stored runs that an ensemble among them averages; raises RunStateError."""
    found = {run.id: run for run in runs}
    for run in runs:
        if run.state not in ENDED:
            raise RunStateError(f"The run {run.name} is {run.state}: export it when it has ended.")
        for member in run.config.members:
            known = [one for one in store.runs_of(member.fingerprint) if one.state == "complete"]
            found |= {one.id: one for one in known[:1] if not any(other.id in found for other in known)}
    return list(found.values())


def document_of(store: RunStore, run: Run) -> dict[str, Any]:
    """Return what is said of a run in words and numbers, as JSON has it."""
    times = {name: moment and moment.timestamp() for name in TIMES for moment in [getattr(run, name)]}
    note = store.notes.of([run.id]).get(run.id, RunNote())
    return {
        **{name: getattr(run, name) for name in _ROW},
        **times,
        "config": json.loads(run.config_json),
        "fingerprint": run.config.fingerprint,
        "epochs": [asdict(epoch) for epoch in store.epochs(run.id)],
        "tags": list(note.tags),
        "note": note.note,
        "words": store.own_words.of(run.id),
    }


def arrays_of(store: RunStore, run: Run) -> dict[str, bytes]:
    """Return the arrays that a run has saved, as safetensors by the names of their files; of closed tracks nothing."""
    from safetensors.numpy import save

    found = {WEIGHTS: store.artifact(run.id, "weights")}
    answers = predictions_of(store, run)
    found[ANSWERS] = None if answers is None else answers.save()
    arrays = {"predictions": store.all_predictions(run.id)}
    for name, kind in VALIDATION_ARRAYS.items():
        if (data := store.artifact(run.id, f"validation_{name}")) is not None:
            arrays[name] = np.frombuffer(data, dtype=kind)
    found[VALIDATION] = save(arrays)
    return {name: data for name, data in found.items() if data is not None}


def tables_of(store: RunStore, runs: Sequence[Run]) -> dict[str, tuple[str, StoredTable]]:
    """Return the stored tables that runs have learned from, with their kinds, by content hash."""
    wanted = {content_hash for run in runs for content_hash in run.config.data.stored}
    every = {table.content_hash: (kind, table) for kind in TABLE_KINDS for table in store.tables(kind)}
    return {content_hash: every[content_hash] for content_hash in sorted(wanted & every.keys())}


def deleted_data(store: RunStore, runs: Sequence[Run]) -> list[str]:
    """Return a sentence on each run whose data, or each collection whose clips are gone, so that they stay behind."""
    there = tables_of(store, runs)
    gone = [
        f"The data of the run {run.name} are no longer stored: the archive has their hash alone."
        for run in runs
        if set(run.config.data.stored) - there.keys()
    ]
    lost = clips.clips_of(store, there).lost.values()
    return [*gone, *(f"{why}: the archive has the hash of that collection alone." for why in lost)]


def data_said(store: RunStore, runs: Sequence[Run]) -> str:
    """Say what the data of runs add to an archive: how large they are, and what is made again in place of that."""
    there, said = tables_of(store, runs), list[str]()
    sound = clips.clips_of(store, there)
    if there:
        tables = sum(store.table_size(name) for name in there if name not in sound.lost)
        among = f", including {count(len(sound.paths), 'clip')}" if sound.paths else ""
        said.append(f"Their data take about {size(tables + sound.n_bytes)}{among}.")
    if any(run.config.data.source == "music" for run in runs):
        said.append("Generated music is not in an archive: whoever imports it composes it again from its settings.")
    return " ".join(said)


def folder(number: int) -> str:
    """Return where the arrays of a run lie in an archive, by its number from 1 on."""
    return f"runs/{number:03}/"


def table_file(content_hash: str) -> str:
    """Return where a table lies in an archive."""
    return f"tables/{content_hash}.parquet"


def _table_document(kind: str, table: StoredTable) -> dict[str, Any]:
    fields = ("content_hash", "name", "n_rows", "n_columns")
    return {**{name: getattr(table, name) for name in fields}, "notes": list(table.notes), "kind": kind}


def _marks(found: Mapping[str, bytes]) -> dict[str, bytes]:
    from safetensors.numpy import save

    arrays = {name: np.frombuffer(marks, dtype="<u8") for name, marks in found.items()}
    return {TEST_SETS: save(arrays)} if arrays else {}
