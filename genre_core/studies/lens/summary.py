"""Summary of a lens's scores: means with intervals, differences between levels, and where the order turns round.

Test scores of repeated splits of the same data are not independent, because their training parts overlap. Their
variance is therefore taken (1/k + n_test/n_train) times instead of 1/k times, and the interval is Student's t with
k - 1 degrees of freedom: C. Nadeau & Y. Bengio, "Inference for the generalization error", Machine Learning 52 (2003).
There n_train is the size of the training part: it says how much two splits overlap, which stays the same for a baseline
that learns from fewer of its rows.
Splits that tear artists apart share all of them, so that their scores do not show what other artists would change: that
is added from what is seen within their test parts (`between_groups`), and the interval is about tracks by other artists
too. `python -m tests.benchmarks.lens` counts how often it holds.
On a published split the network's scores differ by its training seed alone: the interval covers that and no more, and
what has no seed has no interval. Before the third score there is none either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from genre_core.evaluation.between_groups import mean_of
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.repeated_scores import PairedScores, mean_interval, paired_scores
from genre_core.studies.lens.config import CLASSIFIERS, TORN, Classifier
from genre_core.studies.lens.judging import LensPlan, LensScore
from genre_core.training.predictions import Unit

PUBLISHED = "published"


@dataclass(frozen=True)
class LensEstimate:
    """Estimate of a classifier at a level: means over `n_splits` scores, with intervals where there are any yet.

    `n_train`, `n_test` and `n_test_tracks` (None where rows are tracks) are means over splits; `n_available` is the
    training part that `n_train` were taken from. `unit` says what accuracy and macro-F1 count.
    """

    level: str
    classifier: Classifier
    n_splits: int
    accuracy: float
    accuracy_interval: Interval | None
    macro_f1: float
    macro_f1_interval: Interval | None
    n_train: int
    n_available: int
    n_test: int
    n_test_tracks: int | None
    unit: Unit


def estimate(scores: Iterable[LensScore], level: str, classifier: Classifier) -> LensEstimate | None:
    """Return what the scores of a classifier at a level come to; None before there is one."""
    own = _of(scores, level, classifier)
    if not own:
        return None
    n = len(own)
    n_train, n_test = sum(score.n_train for score in own) / n, sum(score.n_test for score in own) / n
    n_available, n_judged = (sum(getattr(score, name) for score in own) / n for name in ("n_available", "n_judged"))
    n_tracks = [score.n_test_tracks for score in own if score.n_test_tracks]
    ratio = 0.0 if level == PUBLISHED else n_test / n_available
    accuracies, f1s = [score.accuracy for score in own], [score.macro_f1 for score in own]
    of_accuracy, of_f1 = (
        mean_of([score.group_variances.get(name) for score in own], min(score.group_degrees for score in own))
        for name in ("accuracy", "macro_f1")
    )
    return LensEstimate(
        level, classifier, n, sum(accuracies) / n, mean_interval(accuracies, ratio, n_judged, of_accuracy),
        sum(f1s) / n, mean_interval(f1s, ratio, n_judged, of_f1), round(n_train), round(n_available), round(n_test),
        round(sum(n_tracks) / len(n_tracks)) if n_tracks else None, own[0].unit,
    )  # fmt: skip


def estimates(scores: Iterable[LensScore], levels: Sequence[str]) -> list[LensEstimate]:
    """Return what the scores come to, level by level, classifiers in their order."""
    known = list(scores)
    found = (estimate(known, level, classifier) for level in levels for classifier in CLASSIFIERS)
    return [one for one in found if one is not None]


def coarsest_of(levels: Sequence[str]) -> str | None:
    """Return the level that keeps most together, what a row split is compared with; None where rows stand alone."""
    return next((level for level in reversed(levels) if level in TORN), None)


def still_torn(plan: LensPlan) -> tuple[str, ...]:
    """Return the levels of groups that no split of the plan keeps together, because none could be dealt by them.

    Whatever its scores say, these groups stand on both sides; finest first.
    """
    coarse, known = coarsest_of(plan.levels), list(TORN)
    beyond = known if coarse is None else known[known.index(coarse) + 1 :]
    return tuple(level for level in beyond if level in plan.groups and level in plan.gaps)


def coarsest_groups(plan: LensPlan) -> str | None:
    """Return the coarsest groups that the rows belong to, whether or not a split can keep them together."""
    return next((level for level in reversed(TORN) if level in plan.groups), None)


def groups_left_out(plan: LensPlan, scores: Iterable[LensScore]) -> str | None:
    """Return the coarsest groups where they are torn apart and intervals do not count them; None where they do."""
    coarsest = coarsest_groups(plan)
    torn = [score for score in scores if score.level not in (coarsest, PUBLISHED)]
    return coarsest if torn and any(score.group_variances.get("accuracy") is None for score in torn) else None


def difference(
    scores: Iterable[LensScore], first: tuple[str, Classifier], second: tuple[str, Classifier]
) -> PairedScores | None:
    """Return how much more accurate `first` (level, classifier) is than `second`, over splits that both were judged on.

    None where that cannot be told: before the third split, or where a level has but one, the published.
    """
    if PUBLISHED in (first[0], second[0]):
        return None
    known = list(scores)
    ours, theirs = ({score.repeat: score for score in _of(known, *key)} for key in (first, second))
    both = sorted(ours.keys() & theirs.keys())
    pairs = [(ours[repeat], theirs[repeat]) for repeat in both]
    ratio = max((score.n_test / score.n_available for pair in pairs for score in pair), default=0.0)
    return paired_scores([one.accuracy for one, _ in pairs], [other.accuracy for _, other in pairs], ratio)


def flips(scores: Iterable[LensScore], fine: str, coarse: str) -> list[tuple[Classifier, Classifier]]:
    """Return the pairs of classifiers of which the first is clearly ahead at `fine`, the second clearly at `coarse`."""
    known = list(scores)
    found: list[tuple[Classifier, Classifier]] = []
    for a, b in permutations(CLASSIFIERS, 2):
        here, there = difference(known, (fine, a), (fine, b)), difference(known, (coarse, a), (coarse, b))
        if here and there and here.interval.low > 0 and there.interval.high < 0:
            found.append((a, b))
    return found


def _of(scores: Iterable[LensScore], level: str, classifier: Classifier) -> list[LensScore]:
    return [score for score in scores if score.level == level and score.classifier == classifier]
