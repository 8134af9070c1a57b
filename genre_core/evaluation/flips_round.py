"""A round of the game "find the flips": a few tracks of which some labels are wrong, the same for the same seed."""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import IntArray
from genre_core.evaluation.intervals import Mask

N_TRACKS, FEWEST_WRONG, MOST_WRONG = 12, 3, 5


@dataclass(frozen=True, eq=False)
class FlipsRound:
    """Positions (N_TRACKS,) of the tracks shown, in order, and which of their labels are `wrong` (N_TRACKS,)."""

    tracks: IntArray
    wrong: Mask

    @property
    def n_wrong(self) -> int:
        """Return how many of the labels shown are wrong."""
        return int(self.wrong.sum())


def flips_round(wrong: Mask, seed: int) -> FlipsRound | None:
    """Return a round of tracks whose labels are `wrong` (n,) or not; None where there are too few of either."""
    rng = np.random.default_rng(seed)
    n_wrong = int(rng.integers(FEWEST_WRONG, MOST_WRONG + 1))
    flipped, right = np.flatnonzero(wrong), np.flatnonzero(~wrong)
    if len(flipped) < MOST_WRONG or len(right) < N_TRACKS:
        return None
    of_flipped = rng.choice(flipped, n_wrong, replace=False)
    of_right = rng.choice(right, N_TRACKS - n_wrong, replace=False)
    tracks: IntArray = rng.permutation(np.concatenate([of_flipped, of_right]))
    return FlipsRound(tracks, wrong[tracks])
