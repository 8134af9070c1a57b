"""Whether few artists (or albums, or tracks) make up the errors of a genre."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import IntArray
from genre_core.evaluation.intervals import Interval, middle

WORST = 0.1
"""The share of a genre's groups whose errors are added up."""
LEAST_GROUPS, LEAST_ERRORS = 5, 5
N_DEALS = 2000
LEVEL = 0.05


@dataclass(frozen=True)
class GroupErrors:
    """One group: its number in the data, its tracks of the genre, and how many of them were taken for another."""

    group: int
    n: int
    wrong: int


@dataclass(frozen=True)
class Concentration:
    """How the errors of a genre lie among its groups, the worst first.

    `share` of all errors is made by the `n_worst` worst groups. Were errors dealt to the tracks without regard to their
    groups, it would be `chance` in the mean, and within `chance_interval` 95 times in 100; `p` is the probability of
    `share` or more then.
    """

    groups: tuple[GroupErrors, ...]
    n_errors: int
    n_worst: int
    share: float
    chance: float
    chance_interval: Interval
    p: float

    @property
    def clear(self) -> bool:
        """Say whether so few groups make up more of the errors than chance would."""
        return self.p < LEVEL


def concentration(wrong: npt.NDArray[np.bool_], groups: IntArray, seed: int = 0) -> Concentration | None:
    """Compare the worst tenth of a genre's groups with errors dealt at random; both arrays (n,) are of its tracks.

    None where there are too few errors or groups to tell. The deals keep the size of each group and the number of
    errors, so that their counts are multivariate hypergeometric: a permutation test, whose p-value counts what was seen
    as one of the deals (B. Phipson & G. Smyth, "Permutation p-values should never be zero", 2010).
    """
    listed = group_errors(wrong, groups)
    sizes, errors = (np.array([getattr(group, name) for group in listed], np.int64) for name in ("n", "wrong"))
    n_errors = int(errors.sum())
    if len(listed) < LEAST_GROUPS or n_errors < LEAST_ERRORS or n_errors == len(wrong):
        return None
    n_worst = max(1, math.ceil(WORST * len(listed)))
    share = _share(errors[None], n_worst)[0] / n_errors
    dealt = np.random.default_rng(seed).multivariate_hypergeometric(sizes, n_errors, size=N_DEALS, method="marginals")
    shares = _share(dealt, n_worst) / n_errors
    return Concentration(
        listed,
        n_errors,
        n_worst,
        float(share),
        float(shares.mean()),
        middle(shares),
        float((1 + (shares >= share).sum()) / (1 + N_DEALS)),
    )


def group_errors(wrong: npt.NDArray[np.bool_], groups: IntArray) -> tuple[GroupErrors, ...]:
    """Return the errors of each group, the most first; both arrays (n,) are of one genre's tracks."""
    names, members = np.unique(groups, return_inverse=True)
    sizes, errors = np.bincount(members), np.bincount(members, wrong).astype(np.int64)
    order = np.lexsort((names, -errors / np.maximum(sizes, 1), -errors))
    return tuple(GroupErrors(int(names[at]), int(sizes[at]), int(errors[at])) for at in order)


def _share(errors: IntArray, n_worst: int) -> IntArray:
    """Return the errors of the worst groups, for each row of errors (size, n_groups)."""
    return np.sort(errors, axis=1)[:, -n_worst:].sum(axis=1)
