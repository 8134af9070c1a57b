"""Training clips changed at random, so that each epoch hears them a little otherwise: cropped, stretched, muted, mixed.

All work on a batch of standardized spectrograms (n, n_mels, n_frames) whose frames without sound, at their ends, are
NaN, and stay so. Chances are drawn from torch's global generator, which a trainer owns while it computes.

Muting is SpecAugment: D. Park et al., Interspeech 2019. Mixing: H. Zhang et al., "mixup", ICLR 2018.
"""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from genre_core.data.clips.features.mels import band_hz
from genre_core.data.inputs import Decibels
from genre_core.networks.config import MUTED, Augmentation


def augmented(X: Tensor, by: Augmentation, scores: Decibels) -> Tensor:
    """Return spectrograms of a batch changed at random, each in another way; `scores` says their scale in decibels."""
    if by.stretch:
        X = stretched(X, 1 + by.stretch * _spread(len(X), X.device))
    if by.crop:
        X = random_crops(X, by.crop)
    if by.shift or by.noise or by.gain:
        mean, scale = (torch.as_tensor(of, dtype=X.dtype, device=X.device) for of in scores)
        levels = X * scale + mean
        if by.shift:
            levels = shifted(levels, by.shift * _spread(len(X), X.device))
        if by.noise:
            levels = noisy(levels, by.noise * torch.rand(len(X), device=X.device))
        if by.gain:
            levels = levels + by.gain * _spread(len(X), X.device)[:, None, None]
        X = (levels - mean) / scale
    if by.mute_frames:
        X = X.masked_fill(_ranges(_lengths(X), by.mute_frames, X.shape[2])[:, None] & ~X.isnan(), 0.0)
    if by.mute_bands:
        bands = torch.full((len(X),), X.shape[1], device=X.device)
        X = X.masked_fill(_ranges(bands, by.mute_bands, X.shape[1])[:, :, None] & ~X.isnan(), 0.0)
    return X


def random_crops(X: Tensor, n_frames: int) -> Tensor:
    """Return a piece of each spectrogram, (n, n_mels, n_frames) of (n, n_mels, frames), each from a random place in it.

    Places are drawn among those where sound is heard. What is not longer stays.
    """
    if X.shape[2] <= n_frames:
        return X
    lengths = _lengths(X).cpu()
    starts = (torch.rand(len(X)) * (lengths - n_frames + 1).clamp(min=1)).long()
    rows = zip(X, starts.tolist(), strict=True)
    return torch.stack([row[:, start : start + n_frames] for row, start in rows])


def stretched(X: Tensor, speeds: Tensor) -> Tensor:
    """Return spectrograms played at speeds (n,): what then ends sooner has no sound at its end."""
    last = (_lengths(X) - 1).clamp(min=0)[:, None]
    places = torch.arange(X.shape[2], device=X.device) * speeds[:, None]
    found = _between(X.transpose(1, 2), torch.minimum(places, last), last).transpose(1, 2)
    return found.masked_fill((places > last)[:, None], torch.nan)


def shifted(X: Tensor, bands: Tensor) -> Tensor:
    """Return spectrograms moved up by so many bands (n,); the bands that are then missing are as the outermost one."""
    last = torch.full((len(X), 1), X.shape[1] - 1, device=X.device)
    places = torch.arange(X.shape[1], device=X.device) - bands[:, None]
    return _between(X, torch.minimum(places.clamp(min=0), last), last)


def noisy(levels: Tensor, shares: Tensor) -> Tensor:
    """Return levels in dB with white noise: its amplitude is that share (n,) of the clip's.

    The power of white noise in one bin of the Fourier transform is exponentially distributed.
    """
    power = 10 ** (levels / 10)
    own = (power.nan_to_num() * _widths(levels.shape[1]).to(levels.device)).sum((1, 2)) / _lengths(levels).clamp(min=1)
    noise = (shares.square() * own)[:, None, None] * -torch.rand_like(levels).clamp(min=1e-7).log()
    return 10 * (power + noise).log10()


def mixed(X: Tensor, y: Tensor, alpha: float) -> tuple[Tensor, Tensor, float]:
    """Return each row mixed with another of the batch, the other's label (n,), and the share of the row itself.

    The share is at least a half: y stays the label of what is heard most. Spectrograms are as long as the shorter.
    """
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    share = max(share, 1 - share)
    others = torch.randperm(len(X)).to(X.device)
    return torch.lerp(X[others], X, share), y[others], share


def _spread(n: int, device: torch.device) -> Tensor:
    """Draw numbers (n,) between -1 and 1."""
    return 2 * torch.rand(n, device=device) - 1


def _lengths(X: Tensor) -> Tensor:
    """Return how many frames of each spectrogram sound (n,)."""
    return X.shape[2] - X[:, 0].isnan().sum(1)


def _ranges(lengths: Tensor, widest: int, n: int) -> Tensor:
    """Return a mask (len(lengths), n) of ranges at random places within lengths, which leave half of each at least."""
    most = torch.minimum(lengths // (2 * MUTED), torch.tensor(widest, device=lengths.device))
    chances = torch.rand(2, len(lengths), MUTED, device=lengths.device)
    widths = (chances[0] * (most + 1)[:, None]).long()
    starts = (chances[1] * (lengths[:, None] - widths + 1)).long()
    places = torch.arange(n, device=lengths.device)
    return ((places >= starts[..., None]) & (places < (starts + widths)[..., None])).any(1)


def _between(X: Tensor, places: Tensor, last: Tensor) -> Tensor:
    """Return rows of each X (n, size, width) at places (n, size) that need be no whole numbers, up to `last` (n, 1)."""
    below = places.floor().long()
    low, high = (X.gather(1, at[:, :, None].expand_as(X)) for at in (below, torch.minimum(below + 1, last)))
    return torch.lerp(low, high, (places - below)[:, :, None])


@cache
def _widths(n_mels: int) -> Tensor:
    """Return how wide mel bands are, (n_mels, 1), of all of them together."""
    corners = band_hz(np.arange(-1, n_mels + 1), n_mels)
    widths = corners[2:] - corners[:-2]
    return torch.as_tensor(widths / widths.sum(), dtype=torch.float32)[:, None]
