"""Summary of a learning curve's scores: recall (or accuracy) at each size, with its interval over the repeats.

Repeats draw other tracks to learn from and train with another seed, and are judged on the same validation tracks: the
interval, Student's t with k - 1 degrees of freedom, covers the former two and not which tracks judge. Repeats that
learn from the whole training part differ by their seed alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.repeated_scores import half_width, mean_interval
from genre_core.studies.learning_curve.config import LEAST_REPEATS
from genre_core.studies.learning_curve.measuring import CurvePlan, CurveScore


@dataclass(frozen=True)
class CurvePoint:
    """The mean score after learning from a share of the training part; None for an interval before the third repeat.

    `n` is how many training tracks of the genre that were in the mean (of all genres where none is asked for).
    """

    share: float
    n: int
    score: float
    interval: Interval | None
    n_repeats: int


@dataclass(frozen=True)
class Gain:
    """How much better the score is on the whole than at the size before, as a difference of rates."""

    n_before: int
    n: int
    mean: float
    interval: Interval

    @property
    def clear(self) -> bool:
        """Return whether more tracks clearly helped."""
        return self.interval.low > 0


def curve_of(scores: Iterable[CurveScore], plan: CurvePlan, genre: int | None = None) -> tuple[CurvePoint, ...]:
    """Return the points of a genre's recall, or of accuracy, sizes ascending; none for a genre without a track."""
    by_share: dict[float, list[CurveScore]] = {}
    for score in scores:
        by_share.setdefault(score.share, []).append(score)
    if _support(plan, genre) == 0:
        return ()
    return tuple(_point(share, by_share[share], plan, genre) for share in sorted(by_share))


def last_gain(scores: Iterable[CurveScore], plan: CurvePlan, genre: int | None = None) -> Gain | None:
    """Return what the last step in size brought, over repeats that have both; None before the third of them."""
    known = list(scores)
    shares = sorted({score.share for score in known})
    if len(shares) < 2 or _support(plan, genre) == 0:
        return None
    less, more = ({score.repeat: score for score in known if score.share == share} for share in shares[-2:])
    both = sorted(less.keys() & more.keys())
    if len(both) < LEAST_REPEATS:
        return None
    gains = [_value(more[repeat], plan, genre) - _value(less[repeat], plan, genre) for repeat in both]
    mean, half = sum(gains) / len(gains), half_width(gains, 0.0)
    before, n = (round(sum(_n(side[repeat], genre) for repeat in both) / len(both)) for side in (less, more))
    return Gain(before, n, mean, Interval(mean - half, mean + half))


def _point(share: float, scores: Sequence[CurveScore], plan: CurvePlan, genre: int | None) -> CurvePoint:
    values = [_value(score, plan, genre) for score in scores]
    mean = sum(values) / len(values)
    n = round(sum(_n(score, genre) for score in scores) / len(scores))
    return CurvePoint(share, n, mean, mean_interval(values, 0.0, _support(plan, genre)), len(values))


def _support(plan: CurvePlan, genre: int | None) -> int:
    return sum(plan.support) if genre is None else plan.support[genre]


def _value(score: CurveScore, plan: CurvePlan, genre: int | None) -> float:
    return (sum(score.right) if genre is None else score.right[genre]) / _support(plan, genre)


def _n(score: CurveScore, genre: int | None) -> int:
    return score.n_train if genre is None else score.n_of_genre[genre]
