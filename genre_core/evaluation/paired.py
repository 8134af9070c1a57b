"""Whether one classifier is right more often than another on the same tracks: the test, and the interval.

Only tracks on which exactly one of the two is right tell them apart. Where tracks come in groups (segments of one
recording, tracks of one artist) those of a group are right and wrong together, and McNemar's test takes them for more
evidence than they are. The group is then what is tested: its *sum* is the tracks on which the first alone is right,
less those on which the second alone is.

What a comparison can show: a difference of accuracies is a fraction; the *discordance* is the share of tracks on which
exactly one of two classifiers is right; `n` counts independent tracks. After R. J. Connor, "Sample size for testing
differences in proportions for the paired-sample design", Biometrics 43 (1987): McNemar's test finds a difference d at a
discordance c with the stated power where sqrt(n) d = z_level sqrt(c) + z_power sqrt(c - d²).
"""

import math
from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.grouped_share import FEWEST_GROUPS
from genre_core.evaluation.intervals import Interval, coded, group_counts, macro_f1_scorer, middle, normal_quantile

POWER, LEVEL = 0.8, 0.05
N_DRAWS = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Matched:
    """How two classifiers fare on the same `n` tracks, and how sure it is that one of them is right more often.

    `only_first` tracks are recognized by the first classifier alone, `only_second` by the second alone. `effective` is
    how many independent tracks tell as much of the difference: n itself where tracks stand alone. `p` is two-sided.
    """

    n: int
    both: int
    only_first: int
    only_second: int
    p: float
    interval: Interval
    effective: float

    @property
    def neither(self) -> int:
        """Return on how many tracks both are wrong."""
        return self.n - self.both - self.only_first - self.only_second

    @property
    def difference(self) -> float:
        """Return the accuracy of the first less that of the second."""
        return (self.only_first - self.only_second) / self.n

    @property
    def discordance(self) -> float:
        """Return the share of tracks on which exactly one is right."""
        return (self.only_first + self.only_second) / self.n


def matched(first: IntArray, second: IntArray, groups: IntArray | None = None) -> Matched:
    """Compare two classifiers by whether they are right, 0 or 1, on each of the same tracks (n,), with groups (n,).

    A group counts with all its tracks; where tracks stand alone the test is McNemar's exact one. Of fewer than
    `FEWEST_GROUPS` groups the interval tells nothing: (-1, 1).
    """
    apart = first.astype(np.int64) - second.astype(np.int64)
    if groups is None:
        sums, sizes = apart, np.ones(len(apart), dtype=np.int64)
    else:
        members = np.unique(groups, return_inverse=True)[1]
        sizes = np.bincount(members)
        sums = np.bincount(members, apart).astype(np.int64)
    only_first, only_second = int(np.count_nonzero(apart > 0)), int(np.count_nonzero(apart < 0))
    effective = float(len(apart)) if groups is None else effective_size(sums, sizes, only_first + only_second)
    few = groups is not None and len(sizes) < FEWEST_GROUPS
    return Matched(
        len(apart),
        int(np.count_nonzero((first == second) & (first > 0))),
        only_first,
        only_second,
        sign_flip_p(sums),
        Interval(-1.0, 1.0) if few else _interval(only_first, only_second, len(apart), effective, len(sizes)),
        effective,
    )


def sign_flip_p(sums: IntArray) -> float:
    """Return how often the sum of `sums` (n_groups,) is as far from 0 where each sign is a fair coin: two-sided, exact.

    Where two classifiers are alike, it is a toss-up which of them a group favors: R. A. Fisher, "The Design of
    Experiments" (1935), section 21; of blocks whose members depend on each other the signs are flipped together: A. M.
    Winkler et al., NeuroImage 92 (2014). With sums of 1 and -1 alone it is Q. McNemar's test in its exact, binomial
    form, Psychometrika 12 (1947). The distribution of the sum is had from its characteristic function, without drawing
    (M. Pagano & D. Tritchler, JASA 78, 1983).
    """
    told = np.abs(sums[sums != 0])
    seen = abs(int(sums.sum()))
    if not seen:
        return 1.0
    step = int(np.gcd.reduce(told))
    sizes, times = np.unique(told // step, return_counts=True)
    if len(sizes) == 1:
        from scipy.special import bdtr

        n = int(times[0])
        return min(1.0, 2 * float(bdtr((n - seen // step) // 2, n, 0.5)))
    most = int((sizes * times).sum())
    turns = 2 * np.pi * np.arange(most + 1) / (2 * most + 1)
    wave = np.prod([np.cos(turns * size) ** n for size, n in zip(sizes, times, strict=True)], axis=0)
    chances = np.fft.irfft(wave, 2 * most + 1)  # of sums 0 … most, then of -most … -1
    # A sum is as far out with every sign turned, so no p-value is below two of all the ways to give signs.
    return min(1.0, max(2 * float(chances[seen // step : most + 1].sum()), 2.0 ** (1 - len(told))))


def effective_size(sums: IntArray, sizes: IntArray, discordant: int) -> float:
    """Return how many independent tracks tell as much of the difference as these in groups, both arrays (n_groups,).

    The number of tracks over the design effect, the variance of the mean between groups over that of single tracks
    (E. L. Korn & B. I. Graubard, "Analysis of Health Surveys", 1999); never more than there are tracks, and where
    nothing is seen to vary each group counts as one.
    """
    n, n_groups = float(sizes.sum()), int(np.count_nonzero(sizes))
    mean = float(sums.sum()) / n
    alone = discordant - n * mean * mean
    if n_groups < 2 or alone <= 0:
        return float(n_groups)
    between = float(((sums - mean * sizes) ** 2).sum()) * n_groups / (n_groups - 1)
    return min(n, n * alone / between) if between else n


def _interval(only_first: int, only_second: int, n: int, effective: float, n_groups: int) -> Interval:
    """Return the interval of a difference of matched shares.

    Half a track is added to each of the four cells of the table, which keeps its promise for few discordant tracks too
    (A. Agresti & Y. Min, Statistics in Medicine 24, 2005); with groups the table is that of the effective size, and
    the quantile Student's.
    """
    from scipy.special import stdtrit

    share = effective / n
    first, second = only_first * share + 0.5, only_second * share + 0.5
    whole = effective + 2
    centre = (first - second) / whole
    error = math.sqrt(max(0.0, first + second - (first - second) ** 2 / whole)) / whole
    half = float(stdtrit(max(1, n_groups - 1), (1 + CONFIDENCE) / 2)) * error
    return Interval(max(-1.0, centre - half), min(1.0, centre + half))


def paired_macro_f1(
    y_true: IntArray, first: IntArray, second: IntArray, groups: IntArray | None = None, seed: int = 0
) -> tuple[float, Interval | None]:
    """Return the macro-F1 of predictions `first` (n,) less that of `second`, with its paired bootstrap interval.

    Tracks get random weights with both their answers, or groups with all their tracks, within each genre, so that none
    drops out: D. B. Rubin, "The Bayesian bootstrap", Annals of Statistics 9 (1981). None where the answers are the same
    on every track, and (-1, 1) where groups are too few, or one in each genre: resampling would claim certainty. A
    genre whose few tracks are answered alike does not vary in a draw, so without groups the ends lie at least as far
    out as those of accuracy: they then hold the difference in 94 to 99 of 100 samples of 2 to 40 tracks a genre.
    """
    k = int(max(y_true.max(), first.max(), second.max())) + 1
    kinds, kind, times = np.unique((y_true * k + first) * k + second, return_inverse=True, return_counts=True)
    true = kinds // (k * k)
    score = macro_f1_scorer(true, np.column_stack([kinds // k % k, kinds % k]), k)

    def apart(weights: FloatArray) -> FloatArray:
        return np.subtract(*score(weights).T)

    seen = float(apart(times[None].astype(np.float64))[0])
    if np.array_equal(first, second):
        return seen, None
    of_genre = np.bincount(y_true) if groups is None else np.count_nonzero(group_counts(coded(groups), y_true, k), 0)
    if of_genre.max() < 2 or (groups is not None and len(np.unique(groups)) < FEWEST_GROUPS):
        return seen, Interval(-1.0, 1.0)
    if seen < 0:  # drawn in one order alone, so that either way round the same numbers come out
        less, interval = paired_macro_f1(y_true, second, first, groups, seed)
        return -less, None if interval is None else -interval
    weights = _weights_of_kinds(kind, times, groups, np.random.default_rng(seed))
    genre = (true[:, None] == np.arange(k)).astype(np.float64)
    drawn = np.maximum(weights @ genre, np.finfo(np.float64).tiny)
    weights *= (times @ genre / drawn) @ genre.T  # as many tracks of each genre as there are
    further = _further(of_genre[of_genre > 0])
    ends = middle(seen + further * (apart(weights) - seen), confidence=CONFIDENCE)
    rates = matched((y_true == first).astype(np.int64), (y_true == second).astype(np.int64)).interval
    least = (rates.high - rates.low) / 2 if groups is None else 0.0
    return seen, Interval(max(-1.0, min(ends.low, seen - least)), min(1.0, max(ends.high, seen + least)))


def _further(of_genre: IntArray) -> float:
    """Return how many times further out ends lie than weights of so many groups (n_genres,) in each genre put them.

    Weights of m groups that sum to m vary a mean by (m - 1) / (m + 1) of its variance. One group alone does not vary,
    and is taken to differ as those of other genres do. Student's t knows as many degrees of freedom as there are more
    groups than genres. `python -m tests.benchmarks.coverage` counts how often the interval then holds the difference:
    in 93 to 97 of 100 samples of 1 to 10 artists a genre (22 to 93 without this), in all where most genres have one.
    """
    from scipy.special import stdtrit

    drawn = ((of_genre - 1) / (of_genre * (of_genre + 1))).sum()
    tail = (1 + CONFIDENCE) / 2
    student = float(stdtrit(int((of_genre - 1).sum()), tail)) / normal_quantile(tail)
    return student * float(np.sqrt((1 / of_genre).sum() / drawn))


def _weights_of_kinds(kind: IntArray, times: IntArray, groups: IntArray | None, rng: np.random.Generator) -> FloatArray:
    """Draw the summed weights of tracks of each kind, shape (N_DRAWS, n_kinds); tracks in `kind` (n,) weigh 1 each."""
    if groups is None:
        return rng.standard_gamma(times, (N_DRAWS, len(times)))
    from scipy.sparse import coo_array

    names, members = np.unique(groups, return_inverse=True)
    per_group = coo_array((np.ones(len(kind)), (kind, members)), shape=(len(times), len(names))).tocsr()
    return (per_group @ rng.standard_exponential((len(names), N_DRAWS))).T


def detectable_difference(n: float, discordance: float, level: float = LEVEL) -> float:
    """Return the smallest difference that a two-sided test on n tracks finds with probability `POWER`, at most 1.

    A difference cannot be larger than the discordance: where the formula asks for more, it is the one at which every
    discordant track speaks for the same classifier.
    """
    z_level, z_power = _quantiles(level)
    c = discordance
    root = n * c * z_level**2 - (n + z_power**2) * c * (z_level**2 - z_power**2)
    found = (z_level * math.sqrt(n * c) + math.sqrt(max(0.0, root))) / (n + z_power**2)
    if c > 0 and found <= c:
        return min(1.0, found)
    return _one_sided(n, z_level, z_power)


def tracks_needed(difference: float, discordance: float, level: float = LEVEL) -> int | None:
    """Return how many tracks it takes to find that difference with probability `POWER`; None for no difference."""
    d = abs(difference)
    if not d:
        return None
    z_level, z_power = _quantiles(level)
    c = max(discordance, d)
    return math.ceil((z_level * math.sqrt(c) + z_power * math.sqrt(max(0.0, c - d * d))) ** 2 / (d * d))


def _one_sided(n: float, z_level: float, z_power: float) -> float:
    """Return the difference that is also the discordance: n d = (z_level + z_power sqrt(1 - d))²."""
    d = 0.0
    for _ in range(60):  # each step at least halves what is missing, or ends at 1
        d = min(1.0, (z_level + z_power * math.sqrt(1 - d)) ** 2 / n)
    return d


def _quantiles(level: float) -> tuple[float, float]:
    return normal_quantile(1 - level / 2), normal_quantile(POWER)
