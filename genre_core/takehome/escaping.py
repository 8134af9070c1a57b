"""Text that stays text: in Markdown, in LaTeX and in the cells of a table.

HTML has `html.escape`.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}",
}  # fmt: skip


def in_markdown(text: str) -> str:
    """Return a text of one line as it stands in Markdown, so that nothing in it is read as Markdown or HTML."""
    escaped = re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", " ".join(text.split()))
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"^([-+]|\d+[.)])(?= )", r"\\\1", escaped)


def in_latex(text: str) -> str:
    """Return a text of one line as it stands in LaTeX."""
    return "".join(_LATEX.get(letter, letter) for letter in " ".join(text.split()))


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one gets a quote in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_csv(columns: Mapping[str, Sequence[Any]]) -> str:
    """Return columns of equal length as comma-separated text with a header, its cells `harmless`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(harmless, columns))
    writer.writerows(map(harmless, row) for row in zip(*columns.values(), strict=True))
    return text.getvalue()
