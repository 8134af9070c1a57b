"""The best that anyone can do on generated music who knows the recipes and sees each piece's traits as they were drawn.

It is above what can be heard: a recording does not tell a trait for sure. The law is that of `genre_core.data.music`,
computed exactly for each piece; only the mean over all pieces is simulated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genre_core.bayes.limit import BayesLimit, estimate
from genre_core.bayes.wrong_label import chance_wrong
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.music.drawing import wrong_labels
from genre_core.data.music.piece import Piece
from genre_core.data.music.recipe import RING, TRAITS, neighbors, recipes
from genre_core.settings.config import MusicConfig
from genre_core.settings.genres import GENRES

ABOUT = (
    "This is a limit for someone who knows the recipes and sees every trait of a piece as it was drawn. "
    "It is above what can be heard."
)


def recipe_known(accuracy: str) -> str:
    """Say the limit, an accuracy as it is written."""
    return (
        f"Someone who knows the recipes and sees every trait of a piece is right on {accuracy} of such clips, which is "
        "above what can be heard."
    )


@dataclass(frozen=True, eq=False)
class _Trait:
    """Values that a trait can have, and their probabilities (8, 2, n_values) for each genre and neighbor."""

    values: tuple[Any, ...]
    probabilities: FloatArray


@dataclass(frozen=True, eq=False)
class _Law:
    """Law of pieces: their traits, the genres' shares (8,), and probabilities (8, 8) of labels given the genre."""

    traits: tuple[_Trait, ...]
    shares: FloatArray
    flips: FloatArray

    def posterior(self, drawn: IntArray, *, clean: bool) -> FloatArray:
        """Return the probability of each label, or true genre, for the numbers (n, n_traits) of traits' values."""
        joint = np.zeros((len(drawn), *self.traits[0].probabilities.shape[:2]))
        with np.errstate(divide="ignore"):
            for trait, values in zip(self.traits, drawn.T, strict=True):
                joint += np.ascontiguousarray(np.log(trait.probabilities).transpose(2, 0, 1))[values]
        given = np.logaddexp(joint[:, :, 0], joint[:, :, 1]) + np.log(self.shares)
        y_prob: FloatArray = np.exp(given - given.max(axis=1, keepdims=True))
        y_prob /= y_prob.sum(axis=1, keepdims=True)
        labels: FloatArray = y_prob @ self.flips
        return y_prob if clean else labels


def recipe_limit(config: MusicConfig, n_draws: int = 40_000, seed: int = 0, *, clean: bool = False) -> BayesLimit:
    """Estimate how often the best classifier is right about labels, or with `clean` about true genres.

    It knows the recipes and sees the traits of one piece by an artist that it has never heard. Of each pair of pieces
    one leans toward either neighbor, and a piece counts with its posterior instead of its label.
    """
    law, rng = _law(config), np.random.default_rng(seed)
    pairs = max(1, n_draws // (2 * len(RING)))
    shares = law.shares if clean else law.shares @ law.flips
    return estimate(_fresh(law, pairs, rng, clean), law.shares, shares, pairs, ABOUT)


def recipe_posterior(config: MusicConfig, pieces: Sequence[Piece], *, clean: bool = False) -> FloatArray:
    """Return the probability of each label, or with `clean` of each true genre, given the traits of pieces (n, 8)."""
    law = _law(config)
    numbers = [{value: at for at, value in enumerate(trait.values)} for trait in law.traits]
    drawn = [[of[getattr(piece, name)] for name, of in zip(TRAITS, numbers, strict=True)] for piece in pieces]
    return law.posterior(np.array(drawn, dtype=np.int64).reshape(-1, len(TRAITS)), clean=clean)


def recipe_wrong_label(config: MusicConfig, pieces: Sequence[Piece], y: IntArray) -> FloatArray:
    """Return the probability (n,) that the label y (n,) of each piece is wrong, given its traits."""
    return chance_wrong(recipe_posterior(config, pieces, clean=True), y, _law(config).flips)


def _fresh(law: _Law, pairs: int, rng: np.random.Generator, clean: bool) -> Iterator[tuple[int, FloatArray]]:
    for genre in range(len(RING)):
        halves = []
        for side in range(2):
            places = rng.random((pairs, len(law.traits)))
            ends = [trait.probabilities[genre, side].cumsum() for trait in law.traits]
            found = [np.searchsorted(end / end[-1], place, "right") for end, place in zip(ends, places.T, strict=True)]
            halves.append(np.column_stack(found))
        yield genre, law.posterior(np.vstack(halves), clean=clean).T


def _law(config: MusicConfig) -> _Law:
    names = GENRES[: len(RING)]
    beside = np.array([[names.index(other) for other in neighbors(genre)] for genre in names])
    traits = []
    for trait in TRAITS:
        options = [recipes()[genre].options(trait) for genre in names]
        values = tuple(dict.fromkeys(value for of in options for value in of))
        number = {value: at for at, value in enumerate(values)}
        pure = np.array(
            [np.bincount([number[value] for value in of], minlength=len(values)) / len(of) for of in options]
        )
        borrowing = config.difficulty / 2
        traits.append(_Trait(values, (1 - borrowing) * pure[:, None] + borrowing * pure[beside]))
    counts = np.array(config.clips_by_genre, dtype=np.float64)
    wrong = wrong_labels(config)
    flips = (1 - config.label_noise) * np.eye(len(names)) + config.label_noise * wrong / wrong.sum(
        axis=1, keepdims=True
    )
    return _Law(tuple(traits), counts / counts.sum(), flips)
