"""musicnn, for inference alone: log-mels of sound in, an embedding and the probabilities of 50 tags out.

J. Pons and X. Serra (2019). Filters as tall as a chord listen for timbre, filters as long as two seconds for rhythm; of
each only the frequency that answers most is kept. Three layers follow along time, each connected with all before; what
they say is pooled over time, and two dense layers make an embedding and tags of it.

A normalization that is frozen multiplies by a scale and adds a shift. It comes after each layer's ReLU.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.tagger.about import COMMAND, WHEEL_SHA256, weights_path
from genre_core.errors import DataError

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]

N_MELS, N_EMBEDDING, N_TAGS = 96, 200, 50
EPSILON = 1e-3
"""Added to each variance by TensorFlow's normalization."""


class Layer(NamedTuple):
    """A layer by its name in the checkpoint, the number of the normalization after it, and its kernel's shape here."""

    named: str
    normalization: int | None
    shape: tuple[int, ...]


LAYERS = {
    "timbre_38": Layer("conv2d", 1, (204, 1, 7, 38)),
    "timbre_67": Layer("conv2d_1", 2, (204, 1, 7, 67)),
    "rhythm_128": Layer("conv2d_2", 3, (51, 1, 128, 1)),
    "rhythm_64": Layer("conv2d_3", 4, (51, 1, 64, 1)),
    "rhythm_32": Layer("conv2d_4", 5, (51, 1, 32, 1)),
    "time_1": Layer("conv2d_5", 6, (64, 561, 7)),
    "time_2": Layer("conv2d_6", 7, (64, 64, 7)),
    "time_3": Layer("conv2d_7", 8, (64, 64, 7)),
    "embedding": Layer("dense", 10, (N_EMBEDDING, 1506)),
    "tags": Layer("dense_1", None, (N_TAGS, N_EMBEDDING)),
}
NORMALIZATIONS = {"input": (0, 1), "pooled": (9, 1506)}
"""Those that follow no layer: their numbers and widths."""


def shapes() -> dict[str, tuple[int, ...]]:
    """Return the shapes of all arrays that the network needs, by their names."""
    found: dict[str, tuple[int, ...]] = {}
    for name, layer in LAYERS.items():
        width = layer.shape[:1]
        found |= {f"{name}.kernel": layer.shape, f"{name}.bias": width}
        if layer.normalization is not None:
            found |= {f"{name}.scale": width, f"{name}.shift": width}
    for name, (_, n) in NORMALIZATIONS.items():
        found |= {f"{name}.scale": (n,), f"{name}.shift": (n,)}
    return found


def from_checkpoint(arrays: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the network's arrays from those of the checkpoint.

    Raises
    ------
    DataError
        One is missing or has another shape.
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
        # Scaling turns a maximum into a minimum where the scale is negative. Signs are moved into the kernel, so that
        # only what is largest of each filter need be normalized.
        for name in (name for name, layer in LAYERS.items() if len(layer.shape) == 4):
            sign = torch.where(self._weights[f"{name}.scale"] < 0, -1.0, 1.0)
            self._weights[f"{name}.sign"] = sign[:, None]
            self._weights[f"{name}.kernel"] = self._weights[f"{name}.kernel"] * sign[:, None, None, None]

    def __call__(self, mels: Floats) -> tuple[Floats, Floats]:
        """Return embeddings (n, 200) and probabilities of tags (n, 50) of log-mels (n, n_frames, 96).

        They go through one by one: this fits the processor's caches, and nothing depends on what stands beside it.
        """
        import torch

        windows = torch.from_numpy(np.ascontiguousarray(mels, dtype=np.float32))
        with torch.inference_mode():
            embedding = [self._embedding(windows[number : number + 1]) for number in range(len(windows))]
            tags = [self._dense("tags", one).sigmoid() for one in embedding]
        return torch.cat(embedding).numpy(), torch.cat(tags).numpy()

    def _embedding(self, mels: "torch.Tensor") -> "torch.Tensor":
        import torch

        x = self._normalized("input", mels[:, None])
        front = torch.cat([self._front(name, x) for name in LAYERS if name.startswith(("timbre", "rhythm"))], 1)
        first = self._along_time("time_1", front)
        second = self._along_time("time_2", first) + first
        third = self._along_time("time_3", second) + second
        features = torch.cat([front, first, second, third], 1)  # (n, 753, n_frames)
        pooled = torch.stack([features.amax(2), features.mean(2)], 2).flatten(1)
        return self._normalized("embedding", self._dense("embedding", self._normalized("pooled", pooled)).relu())

    def _front(self, name: str, x: "torch.Tensor") -> "torch.Tensor":
        """Return what each filter hears (n, n_filters, n_frames) at the frequency where it answers most."""
        from torch.nn import functional as F

        kernel, sign = self._weights[f"{name}.kernel"], self._weights[f"{name}.sign"]
        n = kernel.shape[2]
        x = F.pad(x, (0, 0, (n - 1) // 2, n // 2))  # as long as before; an even kernel sees one frame more after it
        most = F.conv2d(x, kernel).amax(3) * sign
        return self._normalized(name, (most + self._weights[f"{name}.bias"][:, None]).relu())

    def _along_time(self, name: str, x: "torch.Tensor") -> "torch.Tensor":
        from torch.nn import functional as F

        y = F.conv1d(x, self._weights[f"{name}.kernel"], self._weights[f"{name}.bias"], padding=3)
        return self._normalized(name, y.relu())

    def _dense(self, name: str, x: "torch.Tensor") -> "torch.Tensor":
        from torch.nn import functional as F

        return F.linear(x, self._weights[f"{name}.kernel"], self._weights[f"{name}.bias"])

    def _normalized(self, name: str, x: "torch.Tensor") -> "torch.Tensor":
        """Return values (n, n_filters, …) as the normalization after a layer makes them."""
        scale, shift = (self._weights[f"{name}.{part}"].reshape(-1, *[1] * (x.ndim - 2)) for part in ("scale", "shift"))
        return x * scale + shift


_kept: dict[tuple[str, int], Network] = {}
_lock = threading.Lock()


def network_in(folder: Path) -> Network:
    """Return the network that was fetched into a folder; it is read once by each process.

    Raises
    ------
    DataError
        It was not fetched, or its file is damaged.
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
    """Return the arrays in a file of weights.

    Raises
    ------
    DataError
        It cannot be read, or holds anything else.
    """
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
