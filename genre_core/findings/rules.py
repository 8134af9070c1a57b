"""All rules, and what they find in the order of its weight."""

from collections.abc import Callable
from typing import get_args

from genre_core.findings import overall
from genre_core.findings.blocks import blocks
from genre_core.findings.confusions import confusions, neighbours
from genre_core.findings.facts import Facts
from genre_core.findings.finding import Finding, Kind
from genre_core.findings.genres import easiest, hardest, predicted_counts
from genre_core.findings.trust import few_groups, too_sure, when_sure

Rule = Callable[[Facts], list[Finding]]

RULES: dict[Rule, tuple[Kind, ...]] = {
    overall.all_right: ("all_right",),
    overall.training: ("training",),
    overall.leaky: ("leaky",),
    overall.few_tracks: ("few_tracks",),
    overall.majority: ("majority",),
    overall.shortfall: ("shortfall",),
    predicted_counts: ("never_predicted", "over_predicted", "under_predicted"),
    hardest: ("hardest",),
    easiest: ("easiest",),
    confusions: ("confusion", "one_way"),
    blocks: ("block",),
    neighbours: ("neighbours",),
    overall.macro_f1: ("macro_f1",),
    too_sure: ("too_sure", "too_unsure"),
    when_sure: ("when_sure",),
    few_groups: ("few_groups",),
    overall.label_noise: ("label_noise",),
    overall.part_gap: ("part_gap",),
}
"""Each rule with its kinds of findings. Where there is nothing to find, it finds something at most once in 20.

`python -m tests.benchmarks.coverage` counts it where genres are alike and artists differ: no kind of finding on genres,
confusions or confidence appeared in more than 5.0 % of 300 parts with 2, 3, 5 and 10 artists a genre.
"""

WEIGHTS: tuple[Kind, ...] = get_args(Kind)


def find(facts: Facts) -> tuple[Finding, ...]:
    """Return what the numbers support, the most important first.

    That a run is not better than guessing comes before all that it has learned.
    """
    found = [finding for rule in RULES for finding in rule(facts)]
    return tuple(sorted(found, key=_weight))


def _weight(finding: Finding) -> int:
    if finding.kind == "majority" and finding.intervals["gain"].low <= 0:
        return WEIGHTS.index("leaky")
    return WEIGHTS.index(finding.kind)


def about(found: tuple[Finding, ...], genre: int) -> tuple[Finding, ...]:
    """Return the findings that are about a genre, counted from 0."""
    return tuple(finding for finding in found if genre in finding.genres)
