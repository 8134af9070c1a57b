"""The terminal command that repeats a run."""

import shlex

from genre_core.settings.config import ExperimentConfig
from genre_core.settings.naming import own_settings
from genre_core.store.schema import Run


def command(run: Run) -> str:
    """Return the terminal command that repeats a run; of an ensemble one for each member, and one that averages them.

    Raises RunStateError where it was made by a version with other settings.
    """
    if not run.averages:
        return shlex.join([*_training(run.config), "--json"])
    names = [f"{run.id}-{number}" for number in range(1, run.averages + 1)]
    trainings = [
        shlex.join([*_training(member), "--part", "validation", "--name", name])
        for member, name in zip(run.config.members, names, strict=True)
    ]
    return "\n".join([*trainings, shlex.join(["python", "-m", "genre_core", "ensemble", *names, "--json"])])


def _training(config: ExperimentConfig) -> list[str]:
    words = ["python", "-m", "genre_core", "train"]
    for name, value in own_settings(config).items():
        words += [f"--{name}", _typed(value)]
    return words


def _typed(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
