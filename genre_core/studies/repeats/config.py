"""Repetitions that show how reliable a configuration's score is: the same with other seeds, and on other folds."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from genre_core.settings.config import ExperimentConfig
from genre_core.studies.seeds import KeepsTestClosed, Vary, reseeded
from genre_core.values import Frozen, setting

OWN_SEEDS = 1000
"""How far the seeds of repeats lie above the configuration's own, so that none of them repeats a run of it."""
VARIES: Mapping[str, str] = {"network": "the network", "split": "the split", "both": "both"}
"""Seeds that can vary, by their names on a screen."""

_TIMES = "How many other seeds. More: a narrower interval; it takes longer."
_VARY = (
    "Other seeds of the network alone say what luck in training does; of the split too, what luck in dealing the "
    "tracks does. The tracks outside the test part are dealt; the test part is in no split."
)
_FOLDS = (
    "Into how many folds the tracks outside the test part are cut. More: each network learns from more of them; "
    "it takes longer."
)
_DEALINGS = "How often the tracks are dealt into folds anew. More: less luck in the dealing; it takes longer."


class OtherSeeds(KeepsTestClosed):
    """The same configuration with other seeds."""

    how: Literal["seeds"] = "seeds"
    times: int = setting(5, "Times", _TIMES, ge=2, le=50, step=1, unit="times")
    vary: Vary = setting("both", "Seeds of", _VARY, labels=VARIES)


class Folds(Frozen):
    """The same configuration on each fold of a cross-validation."""

    how: Literal["folds"] = "folds"
    k: int = setting(5, "Folds", _FOLDS, ge=2, le=20, step=1, unit="folds")
    repeats: int = setting(1, "Dealings", _DEALINGS, ge=1, le=10, step=1, unit="times")


class RepeatsConfig(Frozen):
    """Everything that determines what a repetition comes to: a configuration, and how it is repeated."""

    experiment: ExperimentConfig = ExperimentConfig()
    what: Annotated[OtherSeeds | Folds, Field(discriminator="how")] = OtherSeeds()

    @model_validator(mode="after")
    def _can_be_repeated(self) -> Self:
        if self.experiment.split.folds:
            raise ValueError("these settings already hold out a fold: set Folds to 0 first")
        if self.experiment.split.dealing:
            raise ValueError("these settings already deal the tracks again: set Dealt again to 0 first")
        if self.experiment.averaged_with:
            raise ValueError("an ensemble is averaged, not trained: repeat the settings of its members")
        return self

    @property
    def configs(self) -> list[ExperimentConfig]:
        """Return the configurations of its runs, in order."""
        if isinstance(self.what, Folds):
            return folds(self.experiment, self.what.k, self.what.repeats)
        return repeated(self.experiment, self.what.times, self.what.vary, closed=self.what.closed)

    @property
    def closed_sentence(self) -> str:
        """Say which tracks new splits are dealt from; nothing where the split stays, or folds are cut."""
        if not isinstance(self.what, OtherSeeds) or self.what.vary == "network":
            return ""
        if not self.what.closed:
            return (
                "This repetition is of an earlier version: its splits dealt all tracks, so that some of those judged "
                "are in the settings' own test part."
            )
        return (
            "Each split deals the tracks outside the settings' own test part, which stays closed; its fractions are of "
            "those tracks."
        )

    @property
    def part(self) -> Literal["validation", "test"]:
        """Return the part that can be judged at once: of folds the one held out, else validation."""
        return "test" if isinstance(self.what, Folds) else "validation"

    def name(self, number: int) -> str:
        """Return the name of a run, by its number from 1."""
        if not isinstance(self.what, Folds):
            return f"Seed {number} of {self.what.times}"
        dealing, fold = divmod(number - 1, self.what.k)
        again = f", dealing {dealing + 1}" if self.what.repeats > 1 else ""
        return f"Fold {fold + 1} of {self.what.k}{again}"


def repeated(config: ExperimentConfig, k: int, vary: Vary = "both", *, closed: bool = True) -> list[ExperimentConfig]:
    """Return k configurations that differ from one by their seeds: of the network, of the split, or of both.

    Their splits deal what the test part of `config` leaves; unless it is `closed`, as in earlier versions, all tracks.
    """
    if vary == "network" or not closed:
        return [reseeded(config, OWN_SEEDS + number, vary) for number in range(1, k + 1)]
    found = []
    for number in range(1, k + 1):
        seeded = reseeded(config, OWN_SEEDS + number, "network") if vary == "both" else config
        split = config.split.model_copy(update={"dealing": number})
        found.append(seeded.model_copy(update={"split": split}))
    return found


def folds(config: ExperimentConfig, k: int, repeats: int = 1) -> list[ExperimentConfig]:
    """Return the k · repeats configurations of a k-fold cross-validation, each with another fold held out.

    What the test part leaves is dealt into k folds anew for each repeat; the test part is the same throughout.
    """
    cut = [config.split.model_copy(update={"folds": k, "fold": fold}) for fold in range(1, k * repeats + 1)]
    return [config.model_copy(update={"split": split}) for split in cut]
