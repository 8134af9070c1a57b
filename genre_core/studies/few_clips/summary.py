"""Summary: accuracy of each way after each number of clips, with its interval over draws and judged clips.

A draw takes other clips to learn from, and all draws are judged on the same clips. The variance of the mean is that
over draws / k plus that over the judged clips (whole artists where they are known) / n, and the interval is Student's t
with the degrees of freedom of the sum (see `repeated_scores.half_width`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.evaluation.between_groups import BetweenGroups
from genre_core.evaluation.intervals import Interval, mean_and_variance
from genre_core.evaluation.repeated_scores import half_width, mean_interval
from genre_core.studies.few_clips.config import LEAST_REPEATS, WAYS, FewClipsConfig, Way
from genre_core.studies.few_clips.measuring import FewPlan, FewScore
from genre_core.text import count, percent


@dataclass(frozen=True)
class FewPoint:
    """Mean accuracy of a way after `size` clips a genre; None for an interval before the third draw."""

    way: Way
    size: int
    accuracy: float
    interval: Interval | None
    n_draws: int


def points_of(scores: Iterable[FewScore], plan: FewPlan) -> tuple[FewPoint, ...]:
    """Return a point for each way and size that has scores, by way, sizes ascending."""
    by: dict[tuple[Way, int], list[FewScore]] = {}
    for score in scores:
        by.setdefault((score.way, score.size), []).append(score)
    return tuple(_point(way, size, by[way, size], plan) for way in WAYS for size in plan.sizes if (way, size) in by)


@dataclass(frozen=True)
class Lead:
    """How far the best way is ahead of the next after `size` clips a genre, as a difference of rates."""

    size: int
    best: FewPoint
    second: FewPoint
    mean: float
    interval: Interval

    @property
    def clear(self) -> bool:
        """Return whether the best way is clearly ahead."""
        return self.interval.low > 0

    @property
    def sentence(self) -> str:
        """Say which way is best after so many clips, and whether it is clearly ahead."""
        best, second = (f"{WAYS[one.way]} at {percent(one.accuracy, one.interval)}" for one in (self.best, self.second))
        ahead = "clearly ahead of" if self.clear else "first, with no clear difference from"
        return f"With {count(self.size, 'clip')} of each genre, {best} is {ahead} {second}."


def leads(scores: Iterable[FewScore], plan: FewPlan) -> tuple[Lead, ...]:
    """Return the lead after each size that all ways have at least three draws of, sizes ascending."""
    known = list(scores)
    points, found = points_of(known, plan), []
    for size in plan.sizes:
        ranked = sorted((one for one in points if one.size == size), key=lambda one: -one.accuracy)
        if len(ranked) < 2 or len(ranked) < len({one.way for one in points}):
            continue
        ours, theirs = (
            {score.draw: score.hits for score in known if (score.way, score.size) == (one.way, size)}
            for one in ranked[:2]
        )
        both = sorted(ours.keys() & theirs.keys())
        if len(both) < LEAST_REPEATS:
            continue
        apart = np.array([ours[draw] - theirs[draw] for draw in both], dtype=np.float64)
        mean, half = float(apart.mean()), half_width(apart.mean(axis=1).tolist(), 0.0, _between_clips(apart, plan))
        found.append(Lead(size, ranked[0], ranked[1], mean, Interval(mean - half, mean + half)))
    return tuple(found)


def note(plan: FewPlan, config: FewClipsConfig) -> str:
    """Say what was drawn and judged, and what the scores are good for."""
    what = f" ({plan.level}s kept together)" if plan.level else ""
    return (
        f"Each point is the mean of {config.n_repeats} draws from the training part, judged on the same "
        f"{plan.n_judged:,} validation clips{what}; the interval allows for other draws and clips. The best epoch "
        "is chosen on the same clips, so all scores are a little too high. All ways take batches of 8 and at most 100 "
        "epochs. The test part stays closed."
    )


def _point(way: Way, size: int, scores: Sequence[FewScore], plan: FewPlan) -> FewPoint:
    hits = np.array([score.hits for score in scores], dtype=np.float64)
    values = hits.mean(axis=1).tolist()
    interval = mean_interval(values, 0.0, plan.n_judged, _between_clips(hits, plan))
    return FewPoint(way, size, float(hits.mean()), interval, len(scores))


def _between_clips(hits: FloatArray, plan: FewPlan) -> BetweenGroups | None:
    """Return what the choice of the judged clips adds to the variance of a mean of answers (k, n_judged)."""
    groups = np.array(plan.groups, dtype=np.int64) if plan.groups else None
    n = len(set(plan.groups)) if plan.groups else plan.n_judged
    if n < 2:
        return None
    _, variance = mean_and_variance(hits.mean(axis=0), groups)
    return BetweenGroups(float(variance), n - 1)
