"""`api`: what the public names of the library do, as one page of Markdown made of their docstrings."""

import argparse
import inspect
import re
from typing import Any

import genre_core
from genre_core.terminal.output import DONE, show

INTRO = """# genre_core

Each of these names is imported from the package: `from genre_core import prepare`."""
LONGEST = 32
"""Most letters of a default in a signature."""


def api(options: argparse.Namespace) -> int:
    """Print the page."""
    described = {name: describe(name, getattr(genre_core, name)) for name in genre_core.HOMES}
    show({"names": described}, "\n\n".join([INTRO, *described.values()]), as_json=options.json)
    return DONE


def describe(name: str, thing: Any) -> str:
    """Return what a public name does: how it is called, its docstring, and a line for each of its members."""
    said = [f"## `{name}{_signature(thing)}`", "", markdown(inspect.getdoc(thing) or "")]
    members = vars(thing).items() if inspect.isclass(thing) else ()
    lines = [_line(of, member) for of, member in members if not of.startswith("_") and _is_documented(member)]
    return "\n".join([*said, *([""] if lines else []), *lines])


def markdown(docstring: str) -> str:
    """Return a docstring as Markdown: sections such as Raises under a heading in bold, their entries as a list."""
    headed = re.sub(r"^(\w+)\n-+\n", r"**\1**\n\n", docstring, flags=re.MULTILINE)
    return re.sub(r"^(\w[\w, ]*)\n {4}(?=\S)", r"- `\1`: ", headed, flags=re.MULTILINE)


def _is_documented(member: Any) -> bool:
    kinds = (property, classmethod, staticmethod)
    return (isinstance(member, kinds) or inspect.isfunction(member)) and bool(inspect.getdoc(member))


def _line(name: str, member: Any) -> str:
    """Return the line on a method or property, with the first paragraph of its docstring."""
    called = "" if isinstance(member, property) else _signature(getattr(member, "__func__", member))
    first, _, _ = (inspect.getdoc(member) or "").partition("\n\n")
    return f"- `{name}{called}`: {' '.join(first.split())}"


def _signature(thing: Any) -> str:
    """Return the parameters of something that is called, with their defaults where these are short."""
    if inspect.isclass(thing) and issubclass(thing, Exception):
        return ""
    found = []
    for one in inspect.signature(thing).parameters.values():
        default = "" if one.default is inspect.Parameter.empty else f"={_short(one.default)}"
        if one.name not in ("self", "cls"):
            found.append(f"{one.name}{default}")
    return f"({', '.join(found)})"


def _short(value: Any) -> str:
    written = repr(value)
    return written if len(written) <= LONGEST and not written.startswith("<") else "…"
