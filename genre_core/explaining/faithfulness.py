"""Whether an explanation is true of the network: what hiding the bins that it names does, against others at random.

Deletion takes the bins away that count for most, a growing share of them; insertion begins with nothing and brings
them first: V. Petsiuk, A. Das and K. Saenko, "RISE", BMVC 2018. What is hidden is at the average of the training part.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.explaining.masks import mask_of, order_of

SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
"""Shares of the bins that are hidden, or shown."""
N_RANDOM = 19
"""Random masks: to be better than all of them happens by chance once in twenty times."""
AT_ONCE = 32

Answers = Callable[[npt.NDArray[np.float32]], FloatArray]
"""A function of standard scores (n, n_mels, n_frames) that returns the probability of one genre (n,)."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Probability of the genre at each of the `SHARES` (n_shares,), and with each random mask (n_random, n_shares)."""

    found: FloatArray
    random: FloatArray

    @property
    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and the highest probability with a random mask, at each share."""
        return self.random.min(axis=0), self.random.max(axis=0)

    @property
    def areas(self) -> tuple[float, FloatArray]:
        """Return the area under the curve, and under each random one (n_random,)."""
        random = np.asarray(np.trapezoid(self.random, SHARES, axis=1))
        return float(np.trapezoid(self.found, SHARES)), random


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """Curves of deletion and insertion, in that order of the bins which the explanation gives."""

    deletion: Curve
    insertion: Curve

    @property
    def deletion_tells(self) -> bool:
        """Say whether hiding the bins lowers the answer sooner than every random mask does."""
        area, random = self.deletion.areas
        return area < float(random.min())

    @property
    def insertion_tells(self) -> bool:
        """Say whether showing the bins alone raises the answer sooner than every random mask does."""
        area, random = self.insertion.areas
        return area > float(random.max())


def faithfulness(answers: Answers, x: npt.NDArray[np.float32], saliency: FloatArray) -> Faithfulness:
    """Compare an explanation with random ones: itself, moved and mirrored in time and pitch.

    So random masks hide as many bins, in pieces of the same size and shape. `x` and `saliency` are (n_mels, n_frames).
    """
    rng = np.random.default_rng(0)
    orders = [order_of(saliency), *(order_of(moved(saliency, rng)) for _ in range(N_RANDOM))]
    hidden = np.array([[mask_of(order, share) for share in SHARES] for order in orders])
    return Faithfulness(_curve(answers, x, hidden), _curve(answers, x, ~hidden))


def moved(saliency: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return a map moved around in time and pitch and mirrored at random; frames without sound stay where they are."""
    heard = ~np.isnan(saliency)
    inside = saliency[:, heard[0]]
    flipped = inside[:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]
    found = np.full(saliency.shape, np.nan)
    found[heard] = np.roll(flipped, [int(rng.integers(n)) for n in inside.shape], axis=(0, 1)).ravel()
    return found


def _curve(answers: Answers, x: npt.NDArray[np.float32], hidden: npt.NDArray[np.bool_]) -> Curve:
    """Return the curves of masks (n_orders, n_shares, n_mels, n_frames), the first of which is that which was found."""
    every = hidden.reshape(-1, *x.shape)
    gone = np.where(np.isnan(x), x, np.float32(0))
    parts = [answers(np.where(every[at : at + AT_ONCE], gone, x)) for at in range(0, len(every), AT_ONCE)]
    first, *others = np.concatenate(parts).reshape(hidden.shape[:2])
    return Curve(first, np.array(others))
