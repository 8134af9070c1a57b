"""The pretrained tagger with its weights: log-mels of sound in, an embedding and the probabilities of 50 tags out."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.tagger.about import COMMAND, WHEEL_SHA256, weights_path
from genre_core.errors import DataError
from genre_core.networks.musicnn_layers import LAYERS, NORMALIZATIONS, shapes

Floats = npt.NDArray[np.float32]

EPSILON = 1e-3
"""Added to each variance by TensorFlow's normalization."""


def from_checkpoint(arrays: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the network's arrays from those of the checkpoint.

    Raises DataError where one is missing or has another shape.
    """
    try:
        weights: dict[str, Floats] = {}
        for name, layer in LAYERS.items():
            kernel = arrays[f"{layer.named}/kernel"]
            # (time, frequency, 1, filters) and (inputs, outputs) there; torch has what comes out first
            kernel = kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T
            if name.startswith("time"):  # one step of frequency as wide as all filters before
                kernel = kernel[:, 0].transpose(0, 2, 1)
            weights |= {f"{name}.kernel": kernel, f"{name}.bias": arrays[f"{layer.named}/bias"]}
            if layer.normalization is not None:
                weights |= _normalization(arrays, name, layer.normalization)
        for name, (number, _) in NORMALIZATIONS.items():
            weights |= _normalization(arrays, name, number)
    except (KeyError, ValueError, IndexError) as error:
        raise DataError(f"The checkpoint is not that of the tagger ({error}): get its files again.") from error
    weights = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in weights.items()}
    _check(weights, "The checkpoint is not that of the tagger ({}): get its files again.")
    return weights


def _normalization(arrays: Mapping[str, Floats], name: str, number: int) -> dict[str, Floats]:
    """Return y = (x - mean) / sqrt(variance + ε) · gamma + beta as a scale and a shift."""
    of = f"batch_normalization_{number}" if number else "batch_normalization"
    gamma, beta, mean, variance = (
        arrays[f"{of}/{part}"].astype(np.float64) for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + EPSILON)
    return {f"{name}.scale": scale.astype(np.float32), f"{name}.shift": (beta - mean * scale).astype(np.float32)}


def _check(weights: Mapping[str, Any], sentence: str) -> None:
    """Raise a DataError unless all arrays are there in their shapes."""
    found = {name: tuple(array.shape) for name, array in weights.items()}
    if wrong := next((name for name, shape in shapes().items() if found.get(name) != shape), None):
        raise DataError(sentence.format(f"{wrong} is {found.get(wrong, 'missing')}"))


class Network:
    """The network with its weights; safe to share between threads."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        import torch

        self._weights = {name: torch.from_numpy(array) for name, array in weights.items()}

    def __call__(self, mels: Floats) -> tuple[Floats, Floats]:
        """Return embeddings (n, 200) and probabilities of tags (n, 50) of log-mels (n, n_frames, 96).

        They go through one by one: this fits the processor's caches, and nothing depends on what stands beside it.
        """
        import torch

        from genre_core.networks.musicnn_hearing import dense, embedded, pooled

        windows, weights = torch.from_numpy(np.ascontiguousarray(mels, dtype=np.float32)), self._weights
        with torch.inference_mode():
            embedding = [embedded(weights, pooled(weights, one[None])) for one in windows]
            tags = [dense(weights, "tags", one).sigmoid() for one in embedding]
        return torch.cat(embedding).numpy(), torch.cat(tags).numpy()


_kept: dict[tuple[str, int], Network] = {}
_lock = threading.Lock()


def network_in(folder: Path) -> Network:
    """Return the network that was fetched into a folder; it is read once by each process.

    Raises DataError where it was not fetched, or its file is damaged.
    """
    path = weights_path(folder)
    try:
        key = str(path), path.stat().st_mtime_ns
    except OSError as error:
        raise DataError(f"The pretrained tagger is not in {folder}: fetch it with {COMMAND}.") from error
    with _lock:
        if key not in _kept:
            _kept.clear()
            _kept[key] = Network(read_weights(path))
        return _kept[key]


def read_weights(path: Path) -> dict[str, Floats]:
    """Return the arrays in a file of weights. Raises DataError where it cannot be read, or holds anything else."""
    from safetensors import SafetensorError, safe_open

    damaged = f"The tagger's file {path} is damaged ({{}}): delete it, and fetch it again with {COMMAND}."
    try:
        with safe_open(path, "np") as file:
            if (file.metadata() or {}).get("wheel_sha256") != WHEEL_SHA256:
                raise DataError(damaged.format("its source is not the one expected"))
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except (OSError, SafetensorError) as error:
        raise DataError(damaged.format(str(error).partition("\n")[0])) from error
    _check(weights, damaged)
    return weights
