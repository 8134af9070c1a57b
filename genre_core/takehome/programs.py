"""Scripts and notebooks of a run, as files.

A notebook is made in a process of its own: running its cells trains the run again.
"""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from genre_core.errors import ClusterError, DataError, GenreLabError
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.takehome.cells import Program, notebook, run_cells
from genre_core.takehome.made import Made
from genre_core.takehome.naming import file_name
from genre_core.takehome.plain_script import plain_script
from genre_core.takehome.script import checked, script
from genre_core.training.experiment import prepare

MOST_SECONDS = 1800.0
"""How long the cells of a notebook may run."""
MEDIA_TYPES = {".py": "text/x-python", ".ipynb": "application/x-ipynb+json"}
_ROOT = Path(__file__).parents[2]
_REFUSED = 2
"""Status with which the terminal says why it does not do something."""


def program_of(store: RunStore, run: Run, *, plain: bool) -> Program:
    """Return the program that trains a run again, with this library or with torch and scikit-learn alone (`plain`).

    Raises RunStateError where the run is not complete, or another version made it, and DataError where its data are not
    stored any more, or it learned in a way that takes this library.
    """
    if plain:
        return plain_script(run, prepare(checked(run), store))
    return script(run, store.table_names())


def program_files(run: Run, program: Program, *, plain: bool, as_notebook: bool) -> dict[str, bytes]:
    """Return a program by the names of its files: the script or notebook, then the data that it reads, if any."""
    text = program.text
    if as_notebook:
        with temporary_folder() as folder:
            text = notebook(program, run_cells(program, folder))
    files = {f"{file_name(run)}{' plain' if plain else ''}.{'ipynb' if as_notebook else 'py'}": text.encode()}
    return files | ({program.data_name: program.data} if program.data_name else {})


def script_of(store: RunStore, run: Run, *, plain: bool = False) -> Made:
    """Return the script of a run; raises as `program_of` does."""
    return _made(program_files(run, program_of(store, run, plain=plain), plain=plain, as_notebook=False))


def notebook_of(store: RunStore, run: Run, *, plain: bool = False) -> Made:
    """Return the notebook of a run with what its cells print, as the terminal makes it.

    Raises GenreLabError as the terminal says, and ClusterError where it took too long, or its process was ended.
    """
    checked(run)
    with temporary_folder() as folder:
        out = folder / f"{file_name(run)}{' plain' if plain else ''}.ipynb"
        command = [sys.executable, "-m", "genre_core", "script", run.id, "--notebook", "--out", str(out)]
        env = {**os.environ, "GENRE_LAB_STORE": store.url, "PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8"}
        try:
            ended = subprocess.run(
                [*command, *(["--plain"] if plain else [])], env=env, cwd=folder, stdin=subprocess.DEVNULL,
                capture_output=True, timeout=MOST_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise ClusterError(
                f"Its cells run for more than {MOST_SECONDS / 60:.0f} minutes: make it in a terminal, by "
                f"python -m genre_core script {run.id} --notebook."
            ) from error
        if ended.returncode:
            said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
            if ended.returncode == _REFUSED and said:
                raise GenreLabError(said[-1])
            raise ClusterError("The process that ran its cells ended, perhaps for lack of memory: try again.")
        return _made({file.name: file.read_bytes() for file in (out, *sorted(folder.glob("*.npz")))})


def _made(files: Mapping[str, bytes]) -> Made:
    """Return a file as it is, and several as one archive."""
    (name, content), *others = files.items()
    if not others:
        return Made(name, MEDIA_TYPES[Path(name).suffix], content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in files.items():
            archive.writestr(each, data)
    kind = "notebook" if name.endswith(".ipynb") else "script"
    return Made(f"{Path(name).stem} {kind}.zip", "application/zip", packed.getvalue())


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder, and delete it with all that is in it.

    Raises DataError where it, or a file in it, cannot be written: the disk is full, say.
    """
    try:
        with TemporaryDirectory(prefix="genre-lab-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except GenreLabError:  # one of the store is an OSError, too
        raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise DataError(f"Files cannot be written to the temporary folder ({why}): make room there.") from error
