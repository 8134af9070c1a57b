"""`script` and `report`: a run as a file that goes elsewhere."""

import argparse
from pathlib import Path

from genre_core.store.runs import RunStore
from genre_core.takehome.naming import file_name
from genre_core.takehome.pages import as_html, as_markdown
from genre_core.takehome.programs import program_files, program_of
from genre_core.takehome.writing import report_of
from genre_core.terminal.files import save_file
from genre_core.terminal.find_run import find_run
from genre_core.terminal.output import DONE, say, show
from genre_core.terminal.usage import UsageError


def report(options: argparse.Namespace) -> int:
    """Write the report on stored runs."""
    store = RunStore()
    runs = [find_run(store, name) for name in options.runs]
    path = Path(options.out or f"{file_name(runs[0])} report.html")
    written = {".html": as_html, ".htm": as_html, ".md": as_markdown, ".markdown": as_markdown}.get(path.suffix.lower())
    if written is None:
        raise UsageError(f"--out {path.name[:60]} is neither .html nor .md: choose one of them.")
    text = written(report_of(store, runs).with_own(store.own_words.of(runs[0].id)))
    save_file(path, text.encode())
    show({"runs": [run.id for run in runs], "file": str(path)}, str(path), as_json=options.json)
    return DONE


def script(options: argparse.Namespace) -> int:
    """Write the script or notebook that repeats a stored run."""
    store = RunStore()
    run = find_run(store, options.run)
    program = program_of(store, run, plain=options.plain)
    if options.notebook:
        say("Running the cells, which trains the run again.")
    files = program_files(run, program, plain=options.plain, as_notebook=options.notebook)
    first, *others = files
    path = Path(options.out or first)
    written = {path: files[first], **{path.with_name(name): files[name] for name in others}}
    for place, content in written.items():
        save_file(place, content)
    show({"run": run.id, "files": list(map(str, written))}, "\n".join(map(str, written)), as_json=options.json)
    return DONE
