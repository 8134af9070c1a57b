"""Rows as a trainer holds them: whole on its device, or, where they lie in a file, read a batch at a time."""

import time
from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor

from genre_core.data.inputs import LazyRows, Rows, in_chunks
from genre_core.networks.config import ANSWERED_AT_ONCE
from genre_core.networks.network import Frozen


class Batches:
    """Rows that stay in their file: a slice of them is read, standardized and brought to the device."""

    def __init__(self, rows: LazyRows, device: torch.device) -> None:
        self.rows, self.device, self.shape = rows, device, rows.shape

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, batch: slice) -> Tensor:
        rows = torch.from_numpy(np.asarray(self.rows[batch]))
        if self.device.type == "cuda":  # the copy goes on while the GPU computes
            return rows.pin_memory().to(self.device, non_blocking=True)
        return rows

    def in_order(self, order: Tensor) -> "Batches":
        """Return the rows in another order (n,)."""
        return Batches(self.rows[order.cpu().numpy()], self.device)

    def get_ready(self, seconds: float) -> Iterator[float]:
        """Compute what need be computed only once; yield the fraction done each time so many seconds have passed."""
        yield from ()


class HeardOnce(Batches):
    """Rows that have gone through the layers that do not learn: each once, for all trainings on these data."""

    def __init__(self, rows: LazyRows, device: torch.device, frozen: Frozen) -> None:
        super().__init__(rows, device)
        self._frozen, self._kept = frozen, rows.scores.computed.setdefault(frozen.name, {})

    def __getitem__(self, batch: slice) -> Tensor:
        rows = self.rows[batch]
        for at, number in enumerate(rows.numbers.tolist()):
            if number not in self._kept:
                one = torch.from_numpy(np.asarray(rows[at : at + 1])).to(self.device)
                self._kept[number] = self._frozen.layers(one)[0].cpu()
        return torch.stack([self._kept[number] for number in rows.numbers.tolist()]).to(self.device)

    def in_order(self, order: Tensor) -> "HeardOnce":
        """Return the rows in another order (n,)."""
        return HeardOnce(self.rows[order.cpu().numpy()], self.device, self._frozen)

    def get_ready(self, seconds: float) -> Iterator[float]:
        """Hear what was not heard yet; yield the fraction done each time so many seconds have passed."""
        left = [at for at, number in enumerate(self.rows.numbers.tolist()) if number not in self._kept]
        told = time.perf_counter()
        for done, at in enumerate(left):
            if time.perf_counter() - told > seconds:
                told = time.perf_counter()
                yield done / len(left)
            self[at : at + 1]


Held = Tensor | Batches


def hold(rows: Rows, device: torch.device, frozen: Frozen | None = None) -> Held:
    """Bring rows to the device, or get ready to read those that lie in a file; through layers that are frozen."""
    if isinstance(rows, LazyRows):
        return HeardOnce(rows, device, frozen) if frozen else Batches(rows, device)
    held = torch.as_tensor(rows, dtype=torch.float32).to(device)
    return frozen.layers(held) if frozen else held


def in_order(held: Held, order: Tensor) -> Held:
    """Return the rows in another order (n,)."""
    if isinstance(held, Batches):
        return held.in_order(order)
    return held.index_select(0, order)


def parts(held: Held, most: int | None = None) -> Iterable[Tensor]:
    """Return the rows one after another: `most` at a time or all at once, and of spectrograms a few."""
    if isinstance(held, Batches) or held.ndim == 3:
        return map(held.__getitem__, in_chunks(held.shape, ANSWERED_AT_ONCE))
    return torch.split(held, most) if most else (held,)
