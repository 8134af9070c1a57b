"""The members of an ensemble as ticks on a ruler."""

from dashboard.components.ruler import Mark
from dashboard.services import runs
from genre_core.data.dataset import Part
from genre_core.store.schema import Run


def member_rates(run: Run, part: Part) -> list[float]:
    """Return the accuracies of an ensemble's stored members, lowest first; on test of those that are opened alone."""
    there = [member for member in runs.members(run) if part in member.summary]
    return sorted(float(member.summary[part]["accuracy"]) for member in there)


def member_marks(run: Run, part: Part) -> list[Mark]:
    """Return a tick for each of these members, the lowest of them with their name."""
    rates = member_rates(run, part)
    return [Mark("tick", rate, "" if number else "its members") for number, rate in enumerate(rates)]
