"""How often the range of tracks, or runs, needed holds the right number: `python -m tests.benchmarks.needed`.

It should in at least 95 of 100 cases.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from genre_core.evaluation.needed import Needed, scores_in_range, tracks_in_range
from genre_core.evaluation.paired import matched, tracks_needed
from genre_core.evaluation.repeated_scores import paired_scores, scores_needed

CASES = 2000
TRACKS = ((240, 0.02, 0.1), (1200, 0.005, 0.06), (1200, 0.02, 0.08), (1200, 0.04, 0.1), (6000, 0.01, 0.05))
"""Numbers of tracks, with the true difference and discordance."""
RUNS = ((3, 0.5), (3, 2.0), (5, 0.3), (5, 1.5), (10, 0.5), (10, 1.0))
"""Numbers of runs, with the true difference in standard deviations."""


def held(truth: int | None, draw: Callable[[], Needed], cases: int = CASES) -> float:
    """Return the share of ranges that hold the true number; None is larger than any."""
    right = truth or float("inf")
    found = [draw() for _ in range(cases)]
    return float(np.mean([(one.least or np.inf) <= right <= (one.most or np.inf) for one in found]))


def of_tracks(rng: np.random.Generator, n: int, difference: float, discordance: float) -> Needed:
    """Return the range from n drawn tracks."""
    shares = ((discordance + difference) / 2, (discordance - difference) / 2, 1 - discordance)
    only_first, only_second, _ = rng.multinomial(n, shares)
    places = np.arange(n)
    first, second = places < only_first, (places >= only_first) & (places < only_first + only_second)
    return tracks_in_range(matched(first.astype(np.int64), second.astype(np.int64)))


def of_runs(rng: np.random.Generator, n: int, effect: float) -> Needed:
    """Return the range from n drawn pairs of runs."""
    found = paired_scores(rng.normal(effect, 1, n).tolist(), [0.0] * n, 0.0)
    assert found is not None
    return scores_in_range(found, 0.0)


def main() -> None:
    """Print the share for each case."""
    rng = np.random.default_rng(0)
    for n, difference, discordance in TRACKS:
        truth = tracks_needed(difference, discordance)
        share = held(truth, partial(of_tracks, rng, n, difference, discordance))
        print(f"{n:6,} tracks, {100 * difference:.1f} points, needed {truth:,}: held in {100 * share:.1f} %")
    for n, effect in RUNS:
        truth = scores_needed(effect, 1.0)
        share = held(truth, partial(of_runs, rng, n, effect))
        print(f"{n:6,} runs, {effect:.1f} standard deviations, needed {truth}: held in {100 * share:.1f} %")


if __name__ == "__main__":
    main()
