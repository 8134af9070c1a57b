"""`export`, and `import` of what it wrote: a trained model as an archive that runs anywhere."""

import argparse
import os
import zipfile
from pathlib import Path

from genre_core.errors import DataError
from genre_core.store.runs import RunStore
from genre_core.takehome.archive import MOST_BYTES
from genre_core.takehome.importing import import_model
from genre_core.takehome.model import export_model
from genre_core.terminal.files import save_file
from genre_core.terminal.find_run import find_run
from genre_core.terminal.output import DONE, show


def export(options: argparse.Namespace) -> int:
    """Write a stored run as a model."""
    store = RunStore()
    run = find_run(store, options.run)
    made = export_model(store, run)
    path = Path(options.out or made.name)
    save_file(path, made.content)
    document = {"run": run.id, "name": run.name, "file": str(path), "bytes": len(made.content)}
    show(document, f"Wrote {path} ({len(made.content) / 1e6:.1f} MB). Its README.md is the model card.",
         as_json=options.json)  # fmt: skip
    return DONE


def is_model(path: Path) -> bool:
    """Say whether a file is an archive."""
    return os.path.isfile(path) and zipfile.is_zipfile(path)  # a name may be too long to be looked for


def import_model_file(options: argparse.Namespace, path: Path) -> int:
    """Make a run of an exported model."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} is larger than the {MOST_BYTES >> 20:,} MB that are read.")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): check its name and permissions.") from error
    run = import_model(RunStore(), data)
    document = {"run": run.id, "name": run.name, "settings": run.fingerprint}
    show(document, f"Imported as the run {run.id} ({run.name}).", as_json=options.json)
    return DONE
