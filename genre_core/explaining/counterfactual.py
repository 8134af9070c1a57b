"""Changes that flip a network's prediction: one feature alone, or the smallest change of all of them together."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.explaining.network import FittedNetwork
from genre_core.explaining.path import first_turn

STEPS, REFINEMENTS = 50, 10
BEYOND = 1e-6
"""How far past a boundary a step aims, as a share of its length, so that it is crossed and not only reached."""


@dataclass(frozen=True)
class Flip:
    """One feature, counted from 0, which alone changes the answer to `genre` where its standard score reaches `score`.

    `change` is how far that is from where it was, in standard deviations of the training tracks, with its sign.
    """

    feature: int
    score: float
    change: float
    genre: int


@dataclass(frozen=True, eq=False)
class Change:
    """Standard scores `x` (n_features,) on the boundary to `genre`, and how far away they are (Euclidean)."""

    x: FloatArray
    genre: int
    distance: float


def flip(network: FittedNetwork, x: FloatArray, feature: int, low: float, high: float) -> Flip | None:
    """Return the smallest change of one feature alone that changes the answer, exactly; None: none does in its range.

    `low` and `high` are the standard scores between which it may move.
    """
    start, best = np.asarray(x, np.float64), None
    for bound in (low, high):
        stop = start.copy()
        stop[feature] = bound
        # A track may lie outside of the range: it may come back into it, but not go farther out.
        turn = first_turn(network, start, stop) if (bound - start[feature]) * (bound - (low + high) / 2) > 0 else None
        if turn is not None:
            change = turn.at * (bound - start[feature])
            if best is None or abs(change) < abs(best.change):
                best = Flip(feature, float(start[feature] + change), float(change), turn.genre)
    return best


def flip_work(network: FittedNetwork) -> float:
    """Return about how many multiplications `flip` takes: a way has about as many kinks as the network hidden units."""
    units = sum(len(bias) for bias in network.biases[:-1])
    return float((units + 2) * sum(weight.size for weight in network.weights[1:]) + network.weights[0].size)


def flips(
    network: FittedNetwork, x: FloatArray, low: FloatArray, high: FloatArray, features: Iterable[int]
) -> tuple[Flip, ...]:
    """Return for each of the features that can change the answer alone how; the smallest change first."""
    found = (flip(network, x, feature, float(low[feature]), float(high[feature])) for feature in features)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (abs(one.change), one.feature)))


def smallest_change(network: FittedNetwork, x: FloatArray) -> Change | None:
    """Return the smallest change of all features together that was found to change the answer: an upper bound.

    Steps to the nearest boundary of the network as it looks from where one stands, until the answer has changed
    (Moosavi-Dezfooli, Fawzi and Frossard, "DeepFool", CVPR 2016); then back to the first change on the straight way
    there, exactly; then toward the point of that boundary's plane that is nearest, as long as that is shorter. None
    where no step leads anywhere, as the logits do not depend on the features around here.
    """
    start = np.asarray(x, np.float64)
    crossed = _across(network, start)
    best = None if crossed is None else _boundary(network, start, crossed)
    for _ in range(REFINEMENTS):
        shorter = None if best is None else _shorter(network, start, best)
        if best is None or shorter is None or shorter.distance >= best.distance * (1 - 1e-9):
            break
        best = shorter
    return best


def _across(network: FittedNetwork, start: FloatArray) -> FloatArray | None:
    """Return a point with another answer, reached in steps to the nearest boundary of the linearised network."""
    answer = int(network.logits(start[None]).argmax())
    at, directions = start, np.eye(network.n_genres)
    directions[:, answer] -= 1.0
    for _ in range(STEPS):
        logits = network.logits(at[None])[0]
        if int(logits.argmax()) != answer:
            return at
        slopes = network.gradient(np.repeat(at[None], network.n_genres, axis=0), directions)
        steepness = np.linalg.norm(slopes, axis=1)
        behind = logits[answer] - logits
        away = np.divide(behind, steepness, out=np.full(len(behind), np.inf), where=steepness > 0)
        away[answer] = np.inf
        target = int(away.argmin())
        if not np.isfinite(away[target]):
            return None
        step = away[target] * (1 + BEYOND) + BEYOND
        at = at + step * slopes[target] / steepness[target]
    return None


def _boundary(network: FittedNetwork, start: FloatArray, stop: FloatArray) -> Change | None:
    """Return the first change of the answer on the straight way to a point."""
    turn = first_turn(network, start, stop)
    if turn is None:
        return None
    x = start + turn.at * (stop - start)
    return Change(x, turn.genre, float(np.linalg.norm(x - start)))


def _shorter(network: FittedNetwork, start: FloatArray, best: Change) -> Change | None:
    """Return the first change on the way to the nearest point of the plane that bounds the answer at `best`."""
    answer = int(network.logits(start[None]).argmax())
    direction = np.zeros(network.n_genres)
    direction[best.genre], direction[answer] = 1.0, -1.0
    beyond = best.x + BEYOND * (best.x - start)
    slope = network.gradient(beyond[None], direction)[0]
    steepness = float(slope @ slope)
    if not steepness:
        return None
    nearest = start + ((best.x - start) @ slope / steepness) * slope
    # Farther than the plane: where the network bends away, the boundary comes later.
    return _boundary(network, start, start + 1.2 * (nearest - start))
