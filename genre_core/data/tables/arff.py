"""ARFF files, as Weka and Marsyas write them: attributes by their names, then rows with commas between their values."""

import csv
import io
import re
from collections.abc import Iterator

from genre_core.errors import DataError

_QUOTED = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|\S+)\s+(.+)", re.IGNORECASE)
_CELL = re.compile(rf"\s*({_QUOTED}|[^,\t]*?)\s*(?:[,\t]|$)")
_SPARSE = re.compile(rf"(\d+)\s+({_QUOTED}|[^,\s}}]+)")
"""A value of a sparse row after its attribute's number; the others are 0, or the first of an attribute's values."""
_WEIGHT = re.compile(r"[,\t]\s*\{[^}]*\}\s*$")


def read_arff(name: str, text: str) -> bytes:
    """Return an ARFF file as CSV text with a header; the weights of its rows are left out.

    Raises DataError where it has no attributes, no rows, or tables within them.
    """
    lines = io.StringIO(text, newline=None)
    names, usual = list[str](), list[str]()
    for line in lines:
        if line.strip().lower().startswith("@data"):
            break
        if found := _ATTRIBUTE.match(line.strip()):
            if found[2].lower().startswith("relational"):
                raise DataError(f"{name} holds tables within rows ({found[1]}), which are not read: save it as CSV.")
            names.append(_unquoted(found[1]))
            usual.append(next(_cells(found[2][1:].rstrip("} \t"))) if found[2].startswith("{") else "0")
    body = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("%")]
    if not names or not body:
        raise DataError(f"{name} is an ARFF file without attributes or without data: choose a file that holds tracks.")
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    is_quoted = any(sign in text for sign in "'\"")
    for line in body:
        line = _WEIGHT.sub("", line) if line.endswith("}") else line
        if line.startswith("{"):
            said = {int(at): _unquoted(value) for at, value in _SPARSE.findall(line)}
            writer.writerow(said.get(at, value) for at, value in enumerate(usual))
            continue
        plain = line.replace("\t", ",").split(",") if not is_quoted else _cells(line)
        writer.writerow(cell.strip() for cell in plain)
    return buffer.getvalue().encode()


def _cells(line: str) -> Iterator[str]:
    """Yield the values of a row, without their quotation marks."""
    at = 0
    while at < len(line):
        found = _CELL.match(line, at)
        if found is None or found.end() == at:
            break
        yield _unquoted(found[1])
        at = found.end()
    if line.endswith((",", "\t")) or at < len(line):
        yield line[at:]


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[:1] in ("'", '"') and len(name) > 1 else name
