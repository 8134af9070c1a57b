"""The way in, and how each way in which a command can end is told: one sentence, and an exit status."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from shlex import quote

from genre_core.data.tables.roles import write_names
from genre_core.errors import GenreLabError, GenresError
from genre_core.terminal.options import parse
from genre_core.terminal.output import DONE, INTERRUPTED, REFUSED, say

_COMMANDS = {
    "train": ("train", "train"),
    "lens": ("lens", "lens"),
    "repeat": ("repeat", "repeat"),
    "crossvalidate": ("repeat", "crossvalidate"),
    "search": ("search", "search"),
    "few": ("few", "few"),
    "evaluate": ("stored", "evaluate"),
    "predict": ("predict", "predict"),
    "listen": ("listen", "listen"),
    "horse": ("listen", "horse"),
    "compare": ("compare", "compare"),
    "report": ("takehome", "report"),
    "script": ("takehome", "script"),
    "limit": ("limit", "limit"),
    "import": ("importing", "import_data"),
    "export": ("models", "export"),
    "ensemble": ("ensemble", "ensemble"),
    "tagger": ("tagger", "tagger"),
    "runs": ("stored", "runs"),
    "api": ("api", "api"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line says; return its exit status: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    options = argparse.Namespace()
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        status = _do(options)
        sys.stdout.flush()
        return status
    except GenreLabError as error:
        say(str(error))
        if isinstance(error, GenresError) and error.others:
            say(f"The others alone: --data.genres {quote(write_names(error.others))}")
        return REFUSED
    except KeyboardInterrupt:
        say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever reads the output has enough of it; closing it at exit must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _do(options: argparse.Namespace) -> int:
    module, function = _COMMANDS[options.command]
    return getattr(import_module(f"genre_core.terminal.{module}"), function)(options)
