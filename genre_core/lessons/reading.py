"""Reading lessons from their files; what is wrong in one is said in a sentence with its line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from genre_core.errors import ConfigError
from genre_core.lessons.lesson import Lesson

FOLDER = Path(__file__).with_name("lessons")
_TABLE = re.compile(r"\s*\[(\[?)\s*([\w.]+)\s*\]")
_KEY = re.compile(r"\s*[\"']?([\w.-]+)[\"']?\s*=")

_SAID = {"missing": "is missing", "extra_forbidden": "a lesson has no such entry"}


@cache
def lessons() -> Mapping[str, Lesson]:
    """Return all lessons by their names in the address, in the order of their files: `02-learning-rate.toml`."""
    return {path.stem.partition("-")[2]: read(path) for path in sorted(FOLDER.glob("*.toml"))}


def read(path: Path) -> Lesson:
    """Return the lesson of a file.

    Raises ConfigError where it is no lesson: the sentence names the file, the line and what is wrong there.
    """
    text = path.read_text(encoding="utf-8")
    try:
        return Lesson(**tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"\(at line (\d+)", str(error))
        where = f"line {line[1]}" if line else "its end"
        raise ConfigError(f"{path.name}, {where}: {str(error).partition(' (at')[0]}.") from error
    except ValidationError as error:
        # A misspelled name comes first: what is missing then is missing for that.
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        message = _SAID.get(first["type"], first["msg"].removeprefix("Value error, "))
        named = next((part for part in reversed(first["loc"]) if isinstance(part, str)), "")
        what = f"{named}: {message}" if named and named != "step" else message
        raise ConfigError(f"{path.name}, line {line_of(text, first['loc'])}: {what.rstrip('.')}.") from error


def line_of(text: str, place: Sequence[int | str]) -> int:
    """Return the line, from 1, of the deepest part of a place that a TOML text names: `("step", 1, "title")`."""
    best, deepest, table = 1, 0, list[int | str]()
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _path(header[2], bool(header[1]), seen)
            here = table
        elif key := _KEY.match(line):
            here = [*table, *key[1].split(".")]
        else:
            continue
        depth = _shared(here, place)
        if depth > deepest:
            best, deepest = number, depth
    return best


def _path(name: str, is_list: bool, seen: dict[str, int]) -> list[int | str]:
    """Return where a table stands: of a list, as the next of its entries."""
    if is_list:
        seen[name] = seen.get(name, -1) + 1
    path = list[int | str]()
    for at, part in enumerate(parts := name.split("."), 1):
        path.append(part)
        if (outer := ".".join(parts[:at])) in seen:
            path.append(seen[outer])
    return path


def _shared(here: Sequence[int | str], place: Sequence[int | str]) -> int:
    """Return how many parts, from the first, lead to a place too; it names alternatives that were tried in between."""
    rest = list(place)
    for number, part in enumerate(here):
        if part not in rest:
            return number
        rest = rest[rest.index(part) + 1 :]
    return len(here)
