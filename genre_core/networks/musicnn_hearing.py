"""Hearing of musicnn in log-mels, layer by layer, with weights by the names of `musicnn_layers.shapes`."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F

from genre_core.networks.musicnn_layers import LAYERS

Weights = Mapping[str, Tensor]


def pooled(weights: Weights, mels: Tensor) -> Tensor:
    """Return what is pooled over time (n, 1506) of log-mels (n, n_frames, 96) of any length."""
    x = _normalized(weights, "input", mels[:, None])
    front = torch.cat([_front(weights, name, x) for name in LAYERS if name.startswith(("timbre", "rhythm"))], 1)
    first = _along_time(weights, "time_1", front)
    second = _along_time(weights, "time_2", first) + first
    third = _along_time(weights, "time_3", second) + second
    features = torch.cat([front, first, second, third], 1)  # (n, 753, n_frames)
    return torch.stack([features.amax(2), features.mean(2)], 2).flatten(1)


def embedded(weights: Weights, x: Tensor) -> Tensor:
    """Return the embedding (n, 200) of what is pooled (n, 1506)."""
    return _normalized(weights, "embedding", dense(weights, "embedding", _normalized(weights, "pooled", x)).relu())


def dense(weights: Weights, name: str, x: Tensor) -> Tensor:
    """Return what a dense layer says."""
    return F.linear(x, weights[f"{name}.kernel"], weights[f"{name}.bias"])


def _front(weights: Weights, name: str, x: Tensor) -> Tensor:
    """Return what each filter hears (n, n_filters, n_frames) at the frequency where it answers most."""
    # Scaling turns a maximum into a minimum where the scale is negative. Signs are moved into the kernel, so that only
    # what is largest of each filter need be normalized.
    sign = torch.where(weights[f"{name}.scale"] < 0, -1.0, 1.0)[:, None]
    kernel = weights[f"{name}.kernel"] * sign[:, :, None, None]
    n = kernel.shape[2]
    x = F.pad(x, (0, 0, (n - 1) // 2, n // 2))  # as long as before; an even kernel sees one frame more after it
    # Not `amax`: its gradient would need all answers to be kept, 13 MB for 3 seconds, and this one their places alone.
    most = F.conv2d(x, kernel).max(3).values * sign
    return _normalized(weights, name, (most + weights[f"{name}.bias"][:, None]).relu())


def _along_time(weights: Weights, name: str, x: Tensor) -> Tensor:
    y = F.conv1d(x, weights[f"{name}.kernel"], weights[f"{name}.bias"], padding=3)
    return _normalized(weights, name, y.relu())


def _normalized(weights: Weights, name: str, x: Tensor) -> Tensor:
    """Return values (n, n_filters, …) as the normalization after a layer makes them."""
    scale, shift = (weights[f"{name}.{part}"].reshape(-1, *[1] * (x.ndim - 2)) for part in ("scale", "shift"))
    return x * scale + shift
