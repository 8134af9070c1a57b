"""Rows as a trainer holds them: whole on its device, or, where they lie in a file, read a batch at a time."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from genre_core.data.inputs import LazyRows, Rows, in_chunks


class Batches:
    """Rows that stay in their file: a slice of them is read, standardized and brought to the device."""

    def __init__(self, rows: LazyRows, device: torch.device) -> None:
        self.rows, self.device, self.shape = rows, device, rows.shape

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, batch: slice) -> Tensor:
        return torch.from_numpy(np.asarray(self.rows[batch])).to(self.device)


Held = Tensor | Batches


def random_crops(X: Tensor, n_frames: int) -> Tensor:
    """Return a piece of each spectrogram, (n, n_mels, n_frames) of (n, n_mels, frames), each from a random place in it.

    Places are drawn from torch's global generator, among those where sound is heard. What is not longer stays.
    """
    if X.shape[2] <= n_frames:
        return X
    lengths = X.shape[2] - X[:, 0].isnan().sum(1).cpu()
    starts = (torch.rand(len(X)) * (lengths - n_frames + 1).clamp(min=1)).long()
    rows = zip(X, starts.tolist(), strict=True)
    return torch.stack([row[:, start : start + n_frames] for row, start in rows])


def hold(rows: Rows, device: torch.device) -> Held:
    """Bring rows to the device, or, where they lie in a file, get ready to read them."""
    if isinstance(rows, LazyRows):
        return Batches(rows, device)
    return torch.as_tensor(rows, dtype=torch.float32).to(device)


def in_order(held: Held, order: Tensor) -> Held:
    """Return the rows in another order (n,)."""
    if isinstance(held, Batches):
        return Batches(held.rows[order.cpu().numpy()], held.device)
    return held.index_select(0, order)


def parts(held: Held, most: int | None = None) -> Iterable[Tensor]:
    """Return the rows one after another: `most` at a time or all at once, and of a file as many as are read at once."""
    if isinstance(held, Batches):
        return map(held.__getitem__, in_chunks(held.shape))
    return torch.split(held, most) if most else (held,)
