"""Marks on a ruler: the best that is possible on such tracks, where it is known, and the members of an ensemble."""

from dashboard.components.ruler import Mark, bayes_limit
from dashboard.services import datasets, runs
from dashboard.text.limits import KNOWS_RECIPE, limit_label
from genre_core.bayes.conditions import Heard
from genre_core.data.dataset import Part
from genre_core.settings.config import DatasetConfig
from genre_core.store.schema import Run


def limit_marks(data: DatasetConfig, heard: Heard = "row", *, clean: bool = False) -> list[Mark]:
    """Return the limit that no classifier can expect to exceed; of generated music, that of who knows its recipe."""
    if found := datasets.limit(data, heard, clean=clean):
        return [bayes_limit(found.accuracy, limit_label(data, heard))]
    if found := datasets.recipe_limit(data, clean=clean):
        return [bayes_limit(found.accuracy, KNOWS_RECIPE)]
    return []


def member_rates(run: Run, part: Part) -> list[float]:
    """Return the accuracies of an ensemble's stored members, lowest first; on test of those that are opened alone."""
    there = [member for member in runs.members(run) if part in member.summary]
    return sorted(float(member.summary[part]["accuracy"]) for member in there)


def member_marks(run: Run, part: Part) -> list[Mark]:
    """Return a tick for each of these members, the lowest of them with their name."""
    rates = member_rates(run, part)
    return [Mark("tick", rate, "" if number else "its members") for number, rate in enumerate(rates)]
