"""The program that trains a run again with this library, and prints its figures beside those of the run."""

from collections.abc import Mapping
from typing import Any

from genre_core.errors import RunStateError
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.settings.naming import own_settings
from genre_core.store.schema import Run
from genre_core.takehome.cells import Cell, Program, literal
from genre_core.takehome.naming import one_line

FIGURES = ("accuracy", "macro_f1", "log_loss")
"""Figures that are compared with those of the run."""
IMPORTED = {"table": "FILE.csv", "fma": "fma_metadata/", "clips": "FOLDER/"}
"""The arguments of `import` for the data of a source."""


def script(run: Run, tables: Mapping[str, str]) -> Program:
    """Return the program that trains a run again; `tables` are the names of stored tables by content hash.

    Raises RunStateError where the run is not complete, or another version made it.
    """
    config = checked(run)
    cells = [_settings(run, config), _data(run, config, tables), *_training(config)]
    return Program(title_of(run), about_of(run), (*cells, evaluation(run)))


def checked(run: Run) -> ExperimentConfig:
    """Return the settings of a run that has figures to compare with; raises RunStateError where it has none."""
    if run.state != "complete" or "validation" not in run.summary:
        why = f" ({run.error})" if run.error else ""
        raise RunStateError(f"The run {run.name} is {run.state}{why}: only a complete run can be repeated by a script.")
    return run.config


def title_of(run: Run) -> str:
    """Return the heading of a program that repeats a run."""
    return f"Genre Lab run {one_line(run.name)}"


def about_of(run: Run) -> str:
    """Return what stands under the heading: which run it is, and what it was made with."""
    versions = run.context.get("versions", {})
    made = ", ".join(f"{name} {version}" for name, version in versions.items())
    device = run.context.get("device", "")
    lines = [f"Run {run.id}, {run.created_at:%Y-%m-%d}. Its figures are printed again, beside those of then."]
    if made:
        on = f" on a {device.upper()}" if device else ""
        lines.append(f"Made with {made}{on}.")
    lines.append("On the same machine with the same versions the figures are the same; elsewhere they are close.")
    return "\n".join(lines)


def then(run: Run) -> dict[str, dict[str, float]]:
    """Return the figures of a run by part, those of the test part only where somebody has opened it."""
    parts = ["validation", *(["test"] if run.opened and "test" in run.summary else [])]
    return {part: {name: round(run.summary[part][name], 6) for name in FIGURES} for part in parts}


def _settings(run: Run, config: ExperimentConfig) -> Cell:
    values = own_settings(config.model_copy(update={"averaged_with": ()}))
    lines = ["from genre_core.settings.names import configure", "", f"config = configure({literal(values.items())})"]
    if config.averaged_with:
        members = [member.model_dump(mode="json") for member in config.averaged_with]
        lines[0] = "from genre_core.settings.config import ExperimentConfig\n" + lines[0]
        lines += [
            "members = [",
            *(f"    {member!r}," for member in members),
            "]",
            "config = ExperimentConfig.model_validate(dict(config) | {'averaged_with': members})",
        ]
    said = "other settings: use the version of Genre Lab that made the run"
    lines.append(f"assert config.fingerprint == {run.fingerprint!r}, {said!r}")
    return Cell("Settings", "\n".join(lines), "All others are at their defaults.")


def _data(run: Run, config: ExperimentConfig, tables: Mapping[str, str]) -> Cell:
    lines = ["from genre_core.training.experiment import prepare"]
    about, store = "", "None"
    if config.data.generator is None:
        lines.insert(0, "from genre_core.store.runs import RunStore")
        lines += ["", "store = RunStore()"]
        store = "store"
        if named := IMPORTED.get(config.data.source):
            called = one_line(config.data.called(tables))
            about = f"The store holds {called}. Elsewhere, first: python -m genre_core import {named}"
    if isinstance(config.data, SoundConfig):
        lines.insert(0, "from genre_core.studies.extraction import measuring")
        about = " ".join(filter(None, (about, "Clips that are not measured yet are measured first.")))
        lines += ["for _ in measuring(config.data, store, split=config.split):", "    pass"]
    lines += [
        "",
        f"prepared = prepare(config, {store})",
        "split, data = prepared.split, prepared.dataset",
        f"print(f'{{len(data):,}} {run.noun}s, {{len(data.genres)}} genres:', ', '.join(data.genres))",
        "print(f'{len(split.train):,} training, {len(split.validation):,} validation, {len(split.test):,} test')",
    ]
    if data_hash := run.context.get("data_hash"):
        said = "other data than those of the run"
        lines.append(f"assert data.content_hash == {data_hash!r}, {said!r}")
    return Cell("Data", "\n".join(lines), about)


def _training(config: ExperimentConfig) -> list[Cell]:
    if config.averaged_with:
        store = "None" if config.data.generator else "store"
        lines = [
            "from genre_core.training.experiment import run_experiment",
            "",
            f"result = run_experiment(config, {store})",
        ]
        return [
            Cell("Training", "\n".join(lines), f"All {len(config.members)} networks, whose probabilities are averaged.")
        ]
    return [
        Cell(
            "Training",
            """\
from genre_core.training.events import EpochEnd, TrainEnd
from genre_core.training.experiment import Result, make_trainer

trainer, history = make_trainer(config, prepared), []
for event in trainer:
    if isinstance(event, EpochEnd):
        history.append(event)
        told = f'validation loss {event.validation_loss:.4f}, accuracy {event.validation_accuracy:.4f}'
        print(f'epoch {event.epoch:3}: training loss {event.train_loss:.4f}, {told}')
    if isinstance(event, TrainEnd):
        print(f'The best epoch was {event.best_epoch}; training ended because of {event.reason}.')
        result = Result(prepared, tuple(history), event, trainer.predict(prepared.X))""",
        )
    ]


def evaluation(run: Run) -> Cell:
    """Return the cell that compares figures of `result` with those of the run."""
    source = f"""\
then = {_nested(then(run))}
for part, figures in then.items():
    found = result.evaluate(part)
    for name, figure in figures.items():
        print(f'{{part}} {{name}}: {{getattr(found, name):.4f}}, then {{figure:.4f}}')
    print(found.confusion_matrix.counts)"""
    closed = "" if "test" in then(run) else " The test part of this run was never opened, so it stays closed here."
    return Cell("Evaluation", source, f"By single {run.noun}s.{closed}")


def _nested(found: Mapping[str, Mapping[str, Any]]) -> str:
    return literal((part, dict(figures)) for part, figures in found.items())
