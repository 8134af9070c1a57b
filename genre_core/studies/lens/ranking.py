"""All classifiers of a lens at one level, over all its splits at once: who is clearly ahead of whom.

Every pair is compared on the splits that both were judged on, as `difference` does; with Holm's adjustment over the
pairs, the chance that any two that are equally good are told apart stays at 5 % a level. Probabilities of a practical
difference are those of each pair by itself.

Of splits that tear artists apart, all of this is about these artists: in simulations, two classifiers that are equally
good with other artists were told apart in 2 to 4 of 100 samples where artists differ by 0.7 standard deviations of
their tracks, in 7 to 10 where they differ by 1 to 1.5. A split by artist answers for other artists too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from genre_core.evaluation.holm import holm
from genre_core.evaluation.paired import LEVEL
from genre_core.evaluation.practical import Practical, practical
from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, NETWORK, Classifier
from genre_core.studies.lens.judging import LensScore
from genre_core.studies.lens.summary import LensEstimate, difference, estimates
from genre_core.text import capitalized, joined


@dataclass(frozen=True)
class Pair:
    """Two classifiers, the more accurate first: probabilities of a practical difference, and p adjusted by Holm."""

    first: Classifier
    second: Classifier
    practical: Practical
    p_adjusted: float

    @property
    def clear(self) -> bool:
        """Return whether the first is clearly ahead of the second."""
        return self.p_adjusted < LEVEL


@dataclass(frozen=True, eq=False)
class Ranking:
    """Classifiers at a level, the most accurate first, and all pairs of them."""

    level: str
    order: tuple[LensEstimate, ...]
    pairs: tuple[Pair, ...]

    @cached_property
    def together(self) -> list[tuple[Classifier, ...]]:
        """Return the largest sets of classifiers of which none is clearly ahead of another, two or more in each."""
        apart = {frozenset((pair.first, pair.second)) for pair in self.pairs if pair.clear}
        names, found = [one.classifier for one in self.order], list[tuple[Classifier, ...]]()
        for size in range(len(names), 1, -1):
            for some in combinations(names, size):
                own = not any(frozenset(two) in apart for two in combinations(some, 2))
                if own and not any(set(some) <= set(larger) for larger in found):
                    found.append(some)
        return found

    @property
    def sentence(self) -> str:
        """Say which classifier is the most accurate, of which it is clearly ahead, and of which that cannot be told."""
        first = self.order[0].classifier
        own = {pair.second: pair.clear for pair in self.pairs if pair.first == first}
        ahead, untold = ([_named(name) for name, clear in own.items() if clear is wanted] for wanted in (True, False))
        best = f"{capitalized(JUDGED_BY[self.level])}, the most accurate is {_named(first)}"
        if not untold:
            return f"{best}, clearly ahead of all others."
        if not ahead:
            return f"{best}, but it cannot be told apart from the others."
        return f"{best}, clearly ahead of {joined(ahead)}. It cannot be told apart from {joined(untold, 'or')}."


def rankings(scores: Iterable[LensScore], levels: Iterable[str]) -> list[Ranking]:
    """Return how classifiers compare at each level where that can be told, in the order of the levels."""
    known = list(scores)
    return [found for level in levels if (found := rank(known, level))]


def rank(scores: Iterable[LensScore], level: str) -> Ranking | None:
    """Return how classifiers compare at a level; None where that cannot be told, as before the third split."""
    known = list(scores)
    order = sorted(estimates(known, [level]), key=lambda one: -one.accuracy)
    names = [one.classifier for one in order]
    tested = [(a, b, difference(known, (level, a), (level, b))) for a, b in combinations(names, 2)]
    found = [(a, b, one) for a, b, one in tested if one is not None]
    if not found or len(found) < len(tested):
        return None
    adjusted = holm(np.array([one.p for _, _, one in found])).tolist()
    pairs = (Pair(a, b, practical(one), p) for (a, b, one), p in zip(found, adjusted, strict=True))
    return Ranking(level, tuple(order), tuple(pairs))


def _named(classifier: Classifier) -> str:
    """Return a classifier as it stands in a sentence."""
    name = CLASSIFIERS[classifier]
    return f"the {name}" if classifier == NETWORK else f"“{name}”" if classifier == "majority" else name
