"""Things that networks on spectrograms share: settings, what they refuse, and blocks of convolution.

A block is convolution, batch normalization (Ioffe & Szegedy 2015), ReLU and pooling.
"""

import math
from abc import abstractmethod
from itertools import pairwise
from typing import NamedTuple

from genre_core.errors import DataError
from genre_core.networks.config import DROPOUT, Augmentation, Layer, NetworkConfig, Shape
from genre_core.text import GAP, count
from genre_core.values import Layers, setting


class ReceptiveField(NamedTuple):
    """How much of a spectrogram one number in front of the last average has heard."""

    bands: int
    frames: int


class SpectrogramNetworkConfig(NetworkConfig):
    """A network that listens to spectrograms, of any length."""

    # fmt: off
    dropout: float = DROPOUT
    crop: float = setting(0.0, "Random crop", "In training, how long a piece is taken from each clip, at another random place in every epoch; answers are given on whole clips. Shorter: the network memorizes less and epochs take less time, until too little of the music is left. At 0 it learns from whole clips; half of a clip is usual.", ge=0, le=30, step=0.5, unit="seconds")
    mute_seconds: float = setting(0.0, "Muted time", "In training, two moments of each clip are hidden at random, each up to this long. Longer: the network relies less on single moments, until too little of the music is left. At 0 nothing is hidden; 0.5 is usual.", ge=0, le=10, step=0.1, unit="seconds")
    mute_bands: int = setting(0, "Muted bands", "In training, two ranges of pitch are hidden in each clip at random, each up to this many bands wide. Wider: the network relies less on single instruments or registers. At 0 nothing is hidden; 8 of 64 bands is usual.", ge=0, le=48, step=1, unit="bands")
    gain: float = setting(0.0, "Random gain", "In training, each clip is made louder or softer at random, by up to this much. Higher: the network listens less to loudness, which is often decided by the recording. At 0 loudness stays; 6 is usual.", ge=0, le=30, step=1, unit="dB")
    noise: float = setting(0.0, "Added noise", "In training, white noise is added to each clip, up to this share of the clip's amplitude. Higher: the network relies less on faint sounds, until all of them are covered. At 0 there is none; 0.03 is quiet hiss.", ge=0, le=1, step=0.01)
    shift: float = setting(0.0, "Pitch shift", "In training, each clip is moved up or down at random, by up to this many bands. This can change the genre, because register is part of it: on real clips, 2.5 bands with a time stretch of 0.15 lowered accuracy from 70 to 56 %. At 0 pitch stays; one band is about a semitone above 1 kHz.", ge=0, le=12, step=0.5, unit="bands")
    stretch: float = setting(0.0, "Time stretch", "In training, each clip is played faster or slower at random, by up to this share, at the same pitch. This can change the genre, because tempo is part of it: on real clips, 0.15 with a pitch shift of 2.5 bands lowered accuracy from 70 to 56 %. At 0 tempo stays; 0.05 is hardly noticed.", ge=0, le=0.5, step=0.01)
    # fmt: on

    feature_set = "logmel"
    changes = ("crop", "mute_seconds", "mute_bands", "gain", "noise", "shift", "stretch")
    shown_last = ("dropout", *changes)

    def check(self, shape: Shape) -> None:
        """Raise DataError where the inputs are no spectrograms."""
        if len(shape) != 2:
            phrase = f"{self.phrase[0].upper()}{self.phrase[1:]}"
            raise DataError(
                f"{phrase} needs spectrograms: choose clips or generated music, with the feature set {self.feature_set}."
            )

    @property
    def drops(self) -> tuple[str, ...]:
        """Return how it says its dropout, where it has any."""
        return (f"dropout {self.dropout:g}",) if self.dropout else ()

    def augmentation(self, frame_seconds: float) -> Augmentation:
        """Return how spectrograms are changed in training, whose frames lie so many seconds apart."""
        crop, muted = (
            max(1, round(seconds / frame_seconds)) if seconds and frame_seconds else 0
            for seconds in (self.crop, self.mute_seconds)
        )
        return Augmentation(crop, muted, self.mute_bands, self.gain, self.noise, self.shift, self.stretch)

    @abstractmethod
    def receptive_field(self, shape: Shape) -> ReceptiveField:
        """Return how much it has heard before it averages."""

    def hears(self, shape: Shape, frame_seconds: float) -> str:
        """Say how much it has heard before it averages: `hears 22 of 64 bands, 1.0 s at once`."""
        if len(shape) != 2:
            return ""
        field = self.receptive_field(shape)
        if field == shape:
            return "hears the whole clip at once"
        bands = "all bands" if field.bands == shape[0] else f"{field.bands} of {shape[0]} bands"
        seconds = f"{field.frames * frame_seconds:.1f}{GAP}s" if frame_seconds else count(field.frames, "frame")
        return f"hears {bands}, {'the whole length' if field.frames == shape[1] else seconds} at once"


class BlocksConfig(SpectrogramNetworkConfig):
    """A network that begins with blocks of convolution."""

    # fmt: off
    channels: Layers = setting((8, 16, 32), "Channels", "How many patterns each block looks for, first to last. After each block, time and pitch are halved, so later blocks see larger patterns. More: finer differences, and training takes longer. 8, 16, 32 learns quickly.")
    kernel: int = setting(3, "Pattern size", "How many bands and frames a pattern spans in its block. Larger: longer and wider patterns from the first block on, and slower training. 3 is usual.", ge=1, le=9, step=2)
    batch_norm: bool = setting(True, "Batch norm", "Brings what each pattern says to one scale in each batch. It makes learning faster and steadier; with very small batches it is unsteady itself.")
    # fmt: on

    maps = True

    def receptive_field(self, shape: Shape) -> ReceptiveField:
        """Return how much a pattern of the last block spans: each block adds its kernel, then doubles what it sees."""
        span, apart = 1, 1
        for _ in self.channels:
            span, apart = span + self.kernel * apart, 2 * apart  # (kernel - 1) by convolution, and 1 by pooling
        return ReceptiveField(min(span, shape[0]), min(span, shape[1]))

    def bands_left(self, shape: Shape) -> int:
        """Return how many bands the last block leaves of those of a spectrogram."""
        return math.ceil(shape[0] / (1 << len(self.channels)))

    def blocks(self, shape: Shape, *then: str) -> tuple[Layer, ...]:
        """Return the spectrogram and the patterns of each block; `then` says what follows the last one."""
        looks = f"{self.kernel} × {self.kernel}, ReLU"
        last = (", ".join(("pool", *then)), *self.drops) if then else ("pool 2 × 2",)
        after = [*[("pool 2 × 2",)] * (len(self.channels) - 1), last]
        blocks = (Layer(width, (looks, *does)) for width, does in zip(self.channels, after, strict=True))
        return (Layer(math.prod(shape)), *blocks)

    def n_kept(self, shape: Shape) -> int:
        """Return about how many numbers each row leaves in memory in a training step: seven times its patterns.

        With padding, that is: what is masked is kept too. Measured, as those of other networks are.
        """
        n_frames, numbers = shape[1], 0
        for block, width in enumerate(self.channels):
            numbers += 7 * width * math.ceil(shape[0] / (1 << block)) * math.ceil(n_frames / (1 << block))
        return numbers

    @property
    def n_of_blocks(self) -> int:
        """Return how many weights and biases the blocks have."""
        of_kernels = sum(below * width * self.kernel**2 for below, width in pairwise((1, *self.channels)))
        # Batch normalization has a scale and a shift for each channel, in place of the bias.
        return of_kernels + sum(self.channels) * (1 + self.batch_norm)
