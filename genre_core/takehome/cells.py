"""Programs in cells: as a Python file, or as a notebook with what each cell has printed.

The file marks its cells with `# %%`, so that editors run them one by one, too. The notebook is nbformat 4.5
(https://nbformat.readthedocs.io/en/latest/format_description.html).
"""

import io
import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from genre_core.errors import GenreLabError


@dataclass(frozen=True)
class Cell:
    """A part of a program: its heading, what is said of it, and its source."""

    title: str
    source: str
    about: str = ""


@dataclass(frozen=True)
class Program:
    """Cells of a program, one after another; `data` are the bytes of a file that it reads beside itself."""

    title: str
    about: str
    cells: tuple[Cell, ...]
    data_name: str = ""
    data: bytes = b""

    @property
    def text(self) -> str:
        """Return it as a Python file."""
        head = [f"# {line}".rstrip() for line in (self.title, *self.about.splitlines())]
        parts = ["\n".join(head)]
        for cell in self.cells:
            about = [f"# {line}" for line in cell.about.splitlines()]
            parts.append("\n".join([f"# %% {cell.title}", *about, cell.source]))
        return "\n\n".join(parts) + "\n"


def run_cells(program: Program, folder: Path) -> list[str]:
    """Run the cells of a program in one namespace, its file of data in `folder`; return what each has printed.

    Raises GenreLabError where a cell ended by an error, which the sentence names.
    """
    if program.data_name:
        (folder / program.data_name).write_bytes(program.data)
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = []
    for cell in program.cells:
        # Whatever else this process prints meanwhile is not the program's.
        out = io.StringIO()
        names["print"] = partial(print, file=out)
        source = cell.source
        if program.data_name:
            source = source.replace(repr(program.data_name), repr(str(folder / program.data_name)))
        try:
            exec(compile(source, f"<{cell.title}>", "exec", dont_inherit=True), names)
        except GenreLabError:
            raise
        except Exception as error:
            why = f"{type(error).__name__}: {error}".rstrip(": ")
            raise GenreLabError(f"The cell “{cell.title}” ended by an error ({why}).") from error
        printed.append(out.getvalue())
    return printed


def notebook(program: Program, printed: Sequence[str] = ()) -> str:
    """Return a program as a notebook (.ipynb), with what its cells have printed."""
    cells = [_cell(0, "markdown", f"# {program.title}\n\n{program.about}")]
    for number, cell in enumerate(program.cells):
        cells.append(_cell(len(cells), "markdown", "\n\n".join(filter(None, (f"## {cell.title}", cell.about)))))
        text = printed[number] if printed else ""
        stream = {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}
        ran = {"execution_count": number + 1 if printed else None, "outputs": [stream] if text else []}
        cells.append(_cell(len(cells), "code", cell.source) | ran)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "version": platform.python_version()}
    document = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": language},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    return {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}


def literal(pairs: Iterable[tuple[str, Any]], indent: str = "    ") -> str:
    """Return a dict as it is written in a program, one entry a line."""
    lines = [f"{indent}{name!r}: {value!r}," for name, value in pairs]
    return "\n".join(["{", *lines, "}"]) if lines else "{}"
