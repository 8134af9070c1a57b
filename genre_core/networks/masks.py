"""Dropout masks: 0 for units switched off, 1 / (1 - dropout) for the others (Srivastava et al. 2014, "inverted").

Where they come from is a setting. `TorchMasks` are those of the notebook: nearly all of their time is the Mersenne
Twister, two words a unit, which many networks trained together get from one that is compiled, as soon as that pays.
`FastMasks` come from a generator that is four times as fast without a compiler, with 16 random bits a unit.
"""

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

LEVELS = 1 << 16
DRAWN_AT_ONCE = 1 << 14
"""Words of 64 bits that `FastMasks` draw in advance; each is good for four units."""
COMPILED_AFTER = 100_000_000
"""Units after which a process has lost as much time to torch's own generator as the compiled one takes to load."""


class TorchMasks:
    """Masks from a torch generator, by default the global one."""

    _drawn: ClassVar[int] = 0

    def __init__(self, dropout: float) -> None:
        self._keep = 1 - dropout
        self._scale = np.float32(torch.ones(()).div_(self._keep).item())

    def fill(self, out: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Write the next mask into `out`, contiguous and of any shape, and return it.

        On the CPU this is `bernoulli_` spelled out: it compares the same 53-bit uniforms, and takes two thirds as long.
        """
        if out.is_cuda:
            return out.bernoulli_(self._keep, generator=generator).div_(self._keep)
        if generator and TorchMasks._drawn >= COMPILED_AFTER:
            from genre_core.networks.twister import fill_mask

            fill_mask(out.view(-1).numpy(), self._keep, self._scale, generator)
            return out
        if generator:
            TorchMasks._drawn += out.numel()
        uniforms = torch.empty(out.numel(), dtype=torch.float64).uniform_(generator=generator)
        np.multiply(uniforms.numpy() < self._keep, self._scale, out=out.view(-1).numpy())
        return out

    @classmethod
    def load_compiled(cls) -> None:
        """Load the compiled generator at once, in a process that is there to train: it pays there anyway."""
        import genre_core.networks.twister  # noqa: F401

        cls._drawn = COMPILED_AFTER

    def state(self) -> dict[str, Tensor]:
        """Return what it remembers: nothing, the generator is somebody else's."""
        return {}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go back to a state."""


class FastMasks:
    """Masks from a stream of their own (SFC64, C. Doty-Humphrey), which begins where torch's generator stands."""

    def __init__(self, dropout: float) -> None:
        self._threshold = round((1 - dropout) * LEVELS)
        self._scale = np.float32(LEVELS / self._threshold)
        self._bits = np.random.SFC64(int(torch.empty((), dtype=torch.int64).random_().item()))
        self._draw()

    def _draw(self) -> None:
        self._begin = self._bits.state["state"]["state"].view(np.int64).copy()
        self._levels = self._bits.random_raw(DRAWN_AT_ONCE).view(np.uint16)
        self._position = 0

    def fill(self, out: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Write the next mask into `out`, of any shape, and return it; the generator is not used."""
        host = out if out.device.type == "cpu" else torch.empty(out.shape)
        units, start = host.view(-1).numpy(), 0
        while start < len(units):
            if self._position == len(self._levels):
                self._draw()
            n = min(len(units) - start, len(self._levels) - self._position)
            kept = self._levels[self._position : self._position + n] < self._threshold
            np.multiply(kept, self._scale, out=units[start : start + n])
            self._position, start = self._position + n, start + n
        return out if host is out else out.copy_(host)

    def state(self) -> dict[str, Tensor]:
        """Return its place in the stream: the generator's state where it last drew, and how much of that is used."""
        return {"masks": torch.tensor([*self._begin.tolist(), self._position], dtype=torch.int64)}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go back to a state."""
        *begin, position = state["masks"].tolist()
        place = self._bits.state
        place["state"]["state"] = np.array(begin, dtype=np.int64).view(np.uint64)
        self._bits.state = place
        self._draw()
        self._position = position


Masks = TorchMasks | FastMasks
