"""Errors in a command line, in one sentence that names what was meant."""

import argparse
import difflib
import re
from collections.abc import Sequence
from typing import NoReturn

from genre_core.errors import GenreLabError

PROGRAM = "python -m genre_core"
_NOUNS = ("command", "preset", "part", "sampler", "objective")
"""Options that are called by their names where a choice is none of theirs."""


class UsageError(GenreLabError, ValueError):
    """A command line that cannot be understood."""


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence, and leaves the exit to its caller."""

    def error(self, message: str) -> NoReturn:
        """Raise a UsageError where argparse would write and leave."""
        raise UsageError(_sentence(message))


def unknown(given: str, command: str, parser: argparse.ArgumentParser) -> UsageError:
    """Return what is wrong where a command, read by `parser`, does not know what is given."""
    if not given.startswith("-"):
        return UsageError(f"{given[:60]} is one word too many for {command}: see {PROGRAM} {command} --help.")
    known = [text for action in parser._actions for text in action.option_strings]
    option = given.partition("=")[0]
    return UsageError(f"{command} has no option {option[:60]}: {_closest(option, known)}")


def _sentence(message: str) -> str:
    """Say in one sentence what argparse says in its own words."""
    if missing := re.fullmatch(r"the following arguments are required: (.+)", message):
        if missing[1] == "COMMAND":
            return f"No command is given: see {PROGRAM} --help."
        return f"{missing[1]} is missing: give it after the command."
    if lacking := re.fullmatch(r"argument (\S+): expected .+", message):
        return f"{lacking[1]} needs a value after it."
    if wrong := re.fullmatch(r"argument (\S+): invalid choice: '(.*)' \(choose from (.+)\)", message):
        what = wrong[1].removeprefix("--").lower()
        choices = wrong[3].replace("'", "").split(", ")
        return f"There is no {what if what in _NOUNS else 'choice'} {wrong[2][:60]}: {_closest(wrong[2], choices)}"
    return f"{message.removeprefix('argument ')}: see {PROGRAM} --help."


def _closest(given: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1)
    if not close:
        # A setting is often remembered without its section.
        last = given.lstrip("-").rpartition(".")[2].replace("-", "_")
        close = [name for name in known if name.rpartition(".")[2] == last][:1]
    if close:
        return f"did you mean {close[0]}?"
    if len(known) <= 10:
        return f"choose one of {', '.join(known)}."
    return f"see {PROGRAM} train --help for the list."
