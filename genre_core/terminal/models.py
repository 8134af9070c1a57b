"""`export`, and `import` of what it wrote: a model that runs anywhere, or runs that another store takes in."""

import argparse
import zipfile
from pathlib import Path

from genre_core.errors import DataError
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.takehome import collection
from genre_core.takehome.archive import MANIFEST, MOST_BYTES, kind_of
from genre_core.takehome.importing import import_model
from genre_core.takehome.importing_runs import import_runs
from genre_core.takehome.made import Made
from genre_core.takehome.model import export_model
from genre_core.terminal import text
from genre_core.terminal.files import save_file
from genre_core.terminal.find_run import find_run
from genre_core.terminal.inputs import measure_with_progress
from genre_core.terminal.output import DONE, say, show


def export(options: argparse.Namespace) -> int:
    """Write a stored run as a model, or runs as an archive."""
    store = RunStore()
    runs = [find_run(store, name) for name in options.runs]
    if len(runs) > 1 or options.whole or options.with_data:
        return _export_runs(options, store, runs)
    made = export_model(store, runs[0])
    document = {"run": runs[0].id, "name": runs[0].name, **_written(options, made)}
    show(document, f"Wrote {text.written(document)}. Its README.md is the model card.", as_json=options.json)
    return DONE


def _export_runs(options: argparse.Namespace, store: RunStore, runs: list[Run]) -> int:
    gone = collection.deleted_data(store, runs) if options.with_data else []
    size = collection.data_said(store, runs) if options.with_data else ""
    for sentence in filter(None, (*gone, size)):
        say(sentence)
    made = collection.export_runs(store, runs, with_data=options.with_data)
    every = [run.id for run in collection.with_members(store, runs)]
    document = {"runs": every, "with_data": options.with_data, "left_behind": gone, **_written(options, made)}
    show(document, text.exported(document), as_json=options.json)
    return DONE


def _written(options: argparse.Namespace, made: Made) -> dict[str, str | int]:
    """Write what was made; return where it lies, and how large it is."""
    path = Path(options.out or made.name)
    save_file(path, made.content)
    return {"file": str(path), "bytes": len(made.content)}


def is_archive_file(path: Path) -> bool:
    """Say whether a file is an archive of ours; workbooks and packed tables are zip files, too."""
    try:
        with zipfile.ZipFile(path) as found:
            return MANIFEST in found.namelist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):  # a name may be too long to be looked for
        return False


def import_archive(options: argparse.Namespace, path: Path) -> int:
    """Make runs of what was exported."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} is larger than the {MOST_BYTES >> 20:,} MB that are read.")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check its name and permissions.") from error
    if kind_of(data) == collection.KIND:
        return _import_runs(options, data)
    store = RunStore()
    run = import_model(store, data, lambda work: measure_with_progress(work, store))
    document = {"run": run.id, "name": run.name, "settings": run.fingerprint}
    show(document, f"Imported as the run {run.id} ({run.name}).", as_json=options.json)
    return DONE


def _import_runs(options: argparse.Namespace, data: bytes) -> int:
    store = RunStore()
    found = import_runs(store, data, lambda work: measure_with_progress(work, store))
    document = {
        "runs": [{"run": run.id, "name": run.name} for run in found.runs],
        "here": [{"run": run.id, "name": run.name} for run in found.there],
        "tables": list(found.tables),
        "notes": list(found.notes),
    }
    show(document, text.imported(document), as_json=options.json)
    return DONE
