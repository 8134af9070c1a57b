"""Exported and imported archives, for the terminal."""

from typing import Any

from genre_core.text import count


def written(document: dict[str, Any]) -> str:
    """Return where an archive lies, and how large it is."""
    return f"{document['file']} ({document['bytes'] / 1e6:.1f} MB)"


def exported(document: dict[str, Any]) -> str:
    """Return what was written of runs."""
    data = "with their data" if document["with_data"] else "without their data: it holds their hash alone"
    if document["left_behind"]:
        data = "with their data as far as these are still here"
    return f"Wrote {written(document)}: {count(len(document['runs']), 'run')}, {data}."


def imported(document: dict[str, Any]) -> str:
    """Return which runs an archive brought, which were here, and what is to be known of them."""
    lines = [f"Imported the run {one['run']} ({one['name']})." for one in document["runs"]]
    lines += [f"The run {one['run']} ({one['name']}) is already here." for one in document["here"]]
    lines += [f"Imported the table {name}." for name in document["tables"]]
    return "\n".join([*lines, *document["notes"]])
