"""The patterns that the first layer of a network looks for, and the moments that answer each of them most."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.data.inputs import Rows

if TYPE_CHECKING:
    from torch import nn

MOST_ROWS, AT_ONCE = 256, 32
"""Rows that are listened to, at most, drawn at random; and how many at once."""
N_MOMENTS = 4


class Moment(NamedTuple):
    """A place in a row of the data: the middle of the bands and frames that a pattern spans there."""

    row: int
    band: int
    frame: int


@dataclass(frozen=True, eq=False)
class Pattern:
    """Weights (n_bands, n_frames) of a filter, low bands first, and where it answers most, each in another clip."""

    weights: FloatArray
    moments: tuple[Moment, ...]


def patterns_of(network: "nn.Module", X: Rows, rows: IntArray, clips: Sequence[str]) -> tuple[Pattern, ...]:
    """Return what the first blocks of a network look for, and where in `rows` of X (n, n_mels, n_frames) that is.

    `clips` (n,) names the clip of each row.
    """
    kernels, signs = _first(network)
    rng = np.random.default_rng(0)
    rows = np.sort(rng.choice(rows, min(MOST_ROWS, len(rows)), replace=False))
    places = [_best(kernels, signs, X, rows[at : at + AT_ONCE]) for at in range(0, len(rows), AT_ONCE)]
    highest, bands, frames = (np.concatenate(part) for part in zip(*places, strict=True))
    found = []
    for number, weights in enumerate(kernels.weight.detach()[:, 0].double().numpy()):
        moments: dict[str, Moment] = {}
        for at in np.argsort(-highest[:, number], kind="stable"):
            moments.setdefault(clips[rows[at]], Moment(int(rows[at]), int(bands[at, number]), int(frames[at, number])))
            if len(moments) == N_MOMENTS:
                break
        # With a negative scale after it, a filter is the pattern that it looks for, turned into its opposite.
        found.append(Pattern(weights * signs[number], tuple(moments.values())))
    return tuple(found)


def _first(network: Any) -> tuple[Any, FloatArray]:
    """Return the first layer, and the sign of what normalizes each of its filters."""
    kernels = network.kernels[0]
    if not len(network.norms):
        return kernels, np.ones(kernels.out_channels)
    return kernels, np.where(network.norms[0].weight.detach().numpy() < 0, -1.0, 1.0)


def _best(
    kernels: Any, signs: FloatArray, X: Rows, rows: IntArray
) -> tuple[FloatArray, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return each filter's highest answer in each row (n_rows, n_filters), and in which band and frame it is."""
    import torch

    x = torch.tensor(np.asarray(X[rows]))
    with torch.no_grad():
        answers = kernels(x.nan_to_num(0.0).unsqueeze(1)) * torch.tensor(signs, dtype=torch.float32)[:, None, None]
    answers = answers.masked_fill(x[:, None].isnan(), -torch.inf)
    highest, at = answers.flatten(2).max(2)
    return highest.double().numpy(), (at // x.shape[2]).numpy(), (at % x.shape[2]).numpy()
