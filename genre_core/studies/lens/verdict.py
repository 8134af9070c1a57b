"""Verdict of a lens in words: whether the split by row leaks, for pages and the terminal alike."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from genre_core.evaluation.holm import holm
from genre_core.evaluation.repeated_scores import PairedScores
from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, NETWORK, TORN, Classifier
from genre_core.studies.lens.judging import LensPlan, LensScore
from genre_core.studies.lens.summary import LensEstimate, coarsest_of, difference, estimates, still_torn
from genre_core.text import joined, percent, points

UNHEARD = {"track": "unknown tracks", "album": "unknown albums", "artist": "unknown artists", "group": "unknown groups"}
NEGLIGIBLE = 0.02
"""A difference of accuracies up to which one that could be chance is taken for none."""
LEVEL = 0.05


class Judged:
    """Findings of a lens so far, from its plan and its scores."""

    plan: LensPlan | None
    scores: tuple[LensScore, ...]

    @cached_property
    def estimates(self) -> dict[tuple[str, Classifier], LensEstimate]:
        """Return what the scores come to so far, by level and classifier."""
        found = estimates(self.scores, self.plan.levels) if self.plan else []
        return {(one.level, one.classifier): one for one in found}

    @property
    def coarse(self) -> str | None:
        """Return the level that keeps most together; None where single rows are all there is."""
        return coarsest_of(self.plan.levels) if self.plan else None

    @cached_property
    def leakage(self) -> PairedScores | None:
        """Return how much better the network is by row than at the coarsest level; None where that is unknown."""
        return self.leakage_of(NETWORK)

    def leakage_of(self, classifier: Classifier) -> PairedScores | None:
        """Return how much better a classifier is by row than at the coarsest level; None where that is unknown."""
        coarse = self.coarse
        return difference(self.scores, ("row", classifier), (coarse, classifier)) if coarse else None

    @cached_property
    def leakiest(self) -> tuple[Classifier, PairedScores] | None:
        """Return the classifier whose leakage is largest of those that is told from chance, and that leakage.

        The network's is told by its own interval; that of the others, which are several, by Holm's adjustment as well.
        """
        hearing = (name for name in CLASSIFIERS if name != "majority")  # it answers the same whatever leaks
        found = {name: leaked for name in hearing if (leaked := self.leakage_of(name))}
        others = [name for name in found if name != NETWORK]
        adjusted = holm(np.array([found[name].p for name in others])).tolist() if others else []
        chance = {NETWORK: 0.0, **dict(zip(others, adjusted, strict=True))}
        clear = [(name, one) for name, one in found.items() if one.interval.low > 0 and chance[name] < LEVEL]
        return max(clear, key=lambda one: one[1].mean, default=None)


@dataclass(frozen=True, eq=False)
class JudgedLens(Judged):
    """A plan and its scores."""

    plan: LensPlan
    scores: tuple[LensScore, ...]


@dataclass(frozen=True)
class Verdict:
    """The answer, what it rests on, and of which kind it is."""

    answer: str
    reason: str
    kind: Literal["leaks", "undecided", "none", "alone"]


def verdict(lens: Judged) -> Verdict | None:
    """Say whether the score leaks, from the scores that there are; None before the network has any by row.

    The network's leakage comes first; where it shows none for certain, that of the baselines decides.
    """
    by_row, coarse = lens.estimates.get(("row", NETWORK)), lens.coarse
    if by_row is None:
        return None
    if coarse is None:
        return _alone(lens, by_row)
    apart, leaked = lens.estimates.get((coarse, NETWORK)), lens.leakage
    if apart is None or leaked is None:
        return None
    never = f"On {UNHEARD[coarse]}, the network is right on {rate(apart)}; macro-F1 {f1(apart)}."
    if leaked.interval.low > 0:
        share = f"Of the network's {percent(by_row.accuracy)}, {points(leaked.mean, leaked.interval)}"
        why = f"In a split by row, {TORN[coarse]}. {never}"
        return Verdict(
            f"{share} are leakage{_and_more(lens)}{_as_published(lens)}.", f"{why}{remaining(lens)}", "leaks"
        )
    both = f"{percent(by_row.accuracy)} by row, {percent(apart.accuracy)} {JUDGED_BY[coarse]}"
    chance = f"The difference, {points(leaked.mean, leaked.interval)}, could be chance"
    if lens.leakiest is not None:
        why = f"In a split by row, {TORN[coarse]}. The network is right on {both}. {chance}."
        return Verdict(f"The split by row leaks. {leakiest(lens)}", f"{why}{remaining(lens)}", "leaks")
    if leaked.mean > NEGLIGIBLE:
        return Verdict(
            f"Too few splits to tell whether the score leaks: right on {both}{_as_published(lens)}.",
            f"{chance}. More splits narrow the interval. {never}{remaining(lens)}",
            "undecided",
        )
    between = " between these splits" if remaining(lens) else ""
    answer = f"No clear leakage{between}: right on {both}{_as_published(lens)}."
    return Verdict(answer, f"{chance}.{_not_ruled_out(leaked, apart.n_splits)} {never}{remaining(lens)}", "none")


def _as_published(lens: Judged) -> str:
    """Return what the network reaches in the published split, where there is one."""
    found = lens.estimates.get(("published", NETWORK))
    return "" if found is None or lens.coarse == "published" else f"; as published, {percent(found.accuracy)}"


def _not_ruled_out(leaked: PairedScores, n_splits: int) -> str:
    """Say how much leakage so few splits could not have shown; nothing where that is negligible."""
    most = leaked.interval.high
    if most <= NEGLIGIBLE:
        return ""
    return f" {n_splits} splits cannot rule out a leakage of up to {points(most)}: more splits narrow that."


def leakiest(lens: Judged) -> str:
    """Say with which baseline the leakage is largest; nothing where the network's is, or none is certain."""
    if lens.leakiest is None or lens.leakiest[0] == NETWORK:
        return ""
    name, leaked = lens.leakiest
    return f"The leakage is largest with {CLASSIFIERS[name]}: {points(leaked.mean, leaked.interval)}."


def _and_more(lens: Judged) -> str:
    """Return that what was found is not all, where no split keeps the coarsest groups together."""
    assert lens.plan is not None
    torn = still_torn(lens.plan)
    return f"; leakage by {torn[-1]} is unknown" if torn else ""


def remaining(lens: Judged) -> str:
    """Return which groups every split tears apart, and why that cannot be helped; nothing where there are none."""
    assert lens.plan is not None
    torn = still_torn(lens.plan)
    return f" {' '.join(unjudged(lens.plan, torn[-1]))}" if torn else ""


def unjudged(plan: LensPlan, level: str) -> tuple[str, str]:
    """Return that a level cannot be judged, and why; with what stands on both sides of the splits that there are."""
    answer, why = f"These tracks cannot be judged {JUDGED_BY[level]}.", plan.gaps[level]
    if level not in still_torn(plan):
        return answer, why
    ways = joined([JUDGED_BY[way] for way in plan.levels if way == "row" or way in TORN])
    return answer, f"Split {ways}, the same {level}s are in both training and test. {why}"


def _alone(lens: Judged, by_row: LensEstimate) -> Verdict:
    """Say what there is to say where rows belong to nothing, or to groups that no split can keep together."""
    assert lens.plan is not None
    published, right = lens.estimates.get(("published", NETWORK)), percent(by_row.accuracy)
    if published is not None:
        answer = f"The network is right on {right} by row and on {percent(published.accuracy)} as published."
        sizes = f"The published split trains on {published.n_train:,} tracks, the row split on {by_row.n_train:,}"
        f1s = f"Macro-F1 {f1(by_row)} by row, {f1(published)} as published."
        why = f"{sizes}, so not all of the difference need be leakage. {f1s}"
        return Verdict(answer, f"{why}{remaining(lens)}", "undecided")
    if torn := still_torn(lens.plan):
        answer = f"The network is right on {right} by row, with the same {torn[-1]}s in training and test."
        return Verdict(answer, f"Macro-F1 {f1(by_row)}.{remaining(lens)}", "undecided")
    answer = f"The network is right on {right}; each track is independent, so no split can leak."
    return Verdict(answer, f"Macro-F1 {f1(by_row)}.", "alone")


def rate(found: LensEstimate) -> str:
    """Return an accuracy with its interval."""
    return percent(found.accuracy, found.accuracy_interval)


def f1(found: LensEstimate) -> str:
    """Return a macro-F1 with its interval."""
    return percent(found.macro_f1, found.macro_f1_interval)
