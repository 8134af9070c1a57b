"""The members of an ensemble as ticks on a ruler."""

from dashboard import services
from dashboard.components.ruler import Mark
from genre_core.dataset import Part
from genre_core.store import Run


def member_marks(run: Run, part: Part) -> list[Mark]:
    """Return a tick for the accuracy of each stored member of an ensemble; on test only of those that are opened."""
    there = [member for member in services.members(run) if part in member.summary]
    if part == "test":
        opened = services.openings_of(there)
        there = [member for member in there if opened[member.id].opened]
    rates = sorted(float(member.summary[part]["accuracy"]) for member in there)
    if not rates:
        return []
    if len(rates) == 1:
        return [Mark("tick", rates[0], "a member")]
    return [Mark("tick", rates[0], "members"), *(Mark("tick", rate) for rate in rates[1:])]
