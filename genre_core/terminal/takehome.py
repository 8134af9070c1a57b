"""`script`: a run as a file that goes elsewhere."""

import argparse
import tempfile
from pathlib import Path

from genre_core.store.runs import RunStore
from genre_core.takehome.cells import notebook, run_cells
from genre_core.takehome.naming import file_name
from genre_core.takehome.plain_script import plain_script
from genre_core.takehome.script import checked
from genre_core.takehome.script import script as own_script
from genre_core.terminal.files import save_file
from genre_core.terminal.find_run import find_run
from genre_core.terminal.output import DONE, say, show
from genre_core.training.experiment import prepare


def script(options: argparse.Namespace) -> int:
    """Write the script or notebook that repeats a stored run."""
    store = RunStore()
    run = find_run(store, options.run)
    program = own_script(run, store.table_names())
    if options.plain:
        program = plain_script(run, prepare(checked(run), store))
    usual = f"{file_name(run)}{' plain' if options.plain else ''}.{'ipynb' if options.notebook else 'py'}"
    path = Path(options.out or usual)
    text = program.text
    if options.notebook:
        say("Running the cells, which trains the run again.")
        with tempfile.TemporaryDirectory(prefix="genre-lab-", ignore_cleanup_errors=True) as folder:
            text = notebook(program, run_cells(program, Path(folder)))
    written = {path: text.encode()}
    if program.data_name:
        written[path.with_name(program.data_name)] = program.data
    for place, content in written.items():
        save_file(place, content)
    show({"run": run.id, "files": list(map(str, written))}, "\n".join(map(str, written)), as_json=options.json)
    return DONE
