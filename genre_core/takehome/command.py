"""The terminal command that repeats a run."""

import shlex
from collections.abc import Mapping
from pathlib import PurePath

from genre_core.settings.config import ExperimentConfig
from genre_core.settings.naming import own_settings
from genre_core.store.schema import Run

HASHED, SHOWN = ("data.table", "data.published"), 12
"""Settings that are hashes of stored data, of which so many digits are shown."""


def command(run: Run, tables: Mapping[str, str]) -> str:
    """Return the terminal command that repeats a run; of an ensemble one for each member, and one that averages them.

    `tables` are the names of stored tables by content hash: a table is named by its own name where no other has it.
    Raises RunStateError where it was made by a version with other settings.
    """
    if not run.averages:
        return shlex.join([*_training(run.config, tables), "--json"])
    names = [f"{run.id}-{number}" for number in range(1, run.averages + 1)]
    trainings = [
        shlex.join([*_training(member, tables), "--part", "validation", "--name", name])
        for member, name in zip(run.config.members, names, strict=True)
    ]
    return "\n".join([*trainings, shlex.join(["python", "-m", "genre_core", "ensemble", *names, "--json"])])


def _training(config: ExperimentConfig, tables: Mapping[str, str]) -> list[str]:
    words = ["python", "-m", "genre_core", "train"]
    for name, value in own_settings(config).items():
        words += [f"--{name}", _named(value, tables) if name in HASHED else _typed(value)]
    return words


def _named(content_hash: str, tables: Mapping[str, str]) -> str:
    """Return what the terminal finds stored data by: their name, or the beginning of their hash."""
    name = tables.get(content_hash, "")
    same = [other for other in tables.values() if PurePath(name).stem in (other, PurePath(other).stem)]
    return name if name and not name.startswith("-") and len(same) == 1 else content_hash[:SHOWN]


def _typed(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
