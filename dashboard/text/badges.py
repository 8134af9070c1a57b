"""Small badges beside a number: a leaky split, a held-out fold, and how often a test part was opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from genre_core.evaluation.glossary import GLOSSARY, leaky
from genre_core.inspection.warning import Finding
from genre_core.store.openings import Openings
from genre_core.store.schema import Run


@dataclass(frozen=True)
class Badge:
    """A word or two beside a number, and the sentence that explains it."""

    text: str
    meaning: str
    tone: Literal["quiet", "warning"] = "quiet"


def badges(run: Run, opened: Openings | None = None) -> list[Badge]:
    """Return the badges of a run's numbers; `opened` counts how often its test set was, beside a test number."""
    found = [] if opened is None else [*fold_badge(run), opened_badge(opened, run.noun)]
    return found if not is_leaky(run) else [*found, Badge("leaky", why_leaky(run), "warning")]


def data_badge(serious: Sequence[Finding]) -> list[Badge]:
    """Return the badge beside numbers on data with serious warnings, which it says."""
    said = [*(one.sentence for one in serious), "The page Data, under Data check, says what to do."]
    return [Badge("check the data", " ".join(said), "warning")] if serious else []


def opened_badge(opened: Openings, noun: str = "track", counted: str = "") -> Badge:
    """Return the badge beside every test number; of a lens, `counted` says what a configuration is there."""
    looks = opened.sentence(noun, *(["configuration"] if counted else []))
    meaning = " ".join(filter(None, (GLOSSARY["test opened"], looks, counted)))
    return Badge(f"test opened {opened.n:,}×", meaning)


def fold_badge(run: Run) -> list[Badge]:
    """Return the badge that stands beside a number on a held-out fold, which takes the place of the test part."""
    if run.known_config is None or not (split := run.known_config.split).folds:
        return []
    meaning = (
        f"This score is on fold {(split.fold - 1) % split.folds + 1} of {split.folds}, cut from the tracks outside the "
        "test part. This run does not use the test part itself; it stays closed."
    )
    return [Badge("held-out fold", meaning)]


def is_leaky(run: Run) -> bool:
    """Return whether a run was trained with a split that separates what belongs together."""
    return bool(run.context.get("leaky"))


def why_leaky(run: Run) -> str:
    """Say what the split of a run separates."""
    return leaky(run.context.get("straddlers"))
