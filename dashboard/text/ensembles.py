"""Sentences about ensembles: which runs they average, why some runs cannot be averaged, and what they lack."""

from collections.abc import Sequence

from dashboard.theme import count, percent
from genre_core.data.dataset import Part
from genre_core.errors import GenreLabError
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.settings.ensembles import ensemble_of
from genre_core.store.schema import Run
from genre_core.text import joined

NO_EPOCHS = "An ensemble has no epochs of its own: open one of its members."
NOT_CROSSED = (
    "An ensemble is averaged, not trained, so this check cannot train networks that judge each other's tracks: open "
    "one of its members."
)
NO_CURVE = "An ensemble is averaged, not trained, so the learning curve can only be measured for its members."
HELP = "Makes a new run with the mean of their probabilities for each track (Lakshminarayanan et al. 2017)."


def why_not_averaged(runs: Sequence[Run]) -> str:
    """Say why runs cannot be averaged; empty where they can."""
    for run in runs:
        if run.state != "complete":
            return f"{run.name} is not complete yet."
        if run.stopped_because == "stopped":
            return f"{run.name} was stopped by hand, so its settings cannot repeat it, or an ensemble with it."
    try:
        ensemble_of([run.config for run in runs])
    except GenreLabError as error:
        return str(error)
    return ""


def networks_of(config: ExperimentConfig) -> dict[str, ExperimentConfig]:
    """Return the different networks that an ensemble averages, by their names; of all others, the one."""
    kinds = {(one.model, one.data): one for one in config.members or (config,)}
    labels = [one.model.label for one in kinds.values()]
    return {
        label if labels.count(label) == 1 else f"{label} {labels[:at].count(label) + 1}": one
        for at, (label, one) in enumerate(zip(labels, kinds.values(), strict=True))
    }


def whose_features(config: ExperimentConfig) -> str:
    """Say whose features a page shows of an ensemble whose members are given different ones; empty of all others."""
    first, *others = networks_of(config).items()
    different = [f"{name} ({_given(one)})" for name, one in others if one.data != first[1].data]
    if not different:
        return ""
    return (
        f"These are features of one member, the {first[0]} ({_given(first[1])}). The ensemble averages it with the "
        f"{joined(different)}."
    )


def _given(config: ExperimentConfig) -> str:
    """Return the feature sets that a network on sound is given."""
    assert isinstance(config.data, SoundConfig)
    return ", ".join(config.data.sets)


def beside_members(run: Run, part: Part, rates: Sequence[float]) -> str:
    """Say how many runs an ensemble averages and how good those are that are `rates` in [0, 1] on a part."""
    n = len(run.config.members)
    text = f"The mean probability of {count(n, 'network')}."
    if not rates:
        return f"{text} Its members' test part is closed." if part == "test" else text
    low, high = percent(min(rates)), percent(max(rates))
    which = "The networks are" if len(rates) == n else f"The {len(rates)} of them that are stored and open are"
    return f"{text} {which} right on {low} to {high}; Compare shows whether the ensemble is better."
