"""Spectrograms as they are kept and handed to networks: one of each window of sound, all of one width."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features.fourier import SAMPLE_RATE
from genre_core.data.clips.features.mels import log_mel
from genre_core.data.clips.features.spectra import Spectra
from genre_core.data.clips.shards import Window
from genre_core.errors import DataError

N_MELS, HOP = 64, 1024
SILENCE = -100.0
"""Level in dB of what fills a window that is longer than its clip: that of silence."""


class SpectrogramSet(NamedTuple):
    """A spectrogram that can be measured, described as a `FeatureSet` is; it has no columns."""

    name: str
    title: str
    help: str
    version: int
    names: tuple[str, ...] = ()


SPECTROGRAM_SETS = {
    one.name: one
    for one in (
        SpectrogramSet(
            "logmel",
            "Spectrogram",
            "How loud each of 64 bands from low to high is, 22 times a second, in decibels: a picture of the sound, "
            "for networks that find out themselves what to listen for.",
            1,
        ),
    )
}
"""Sets whose rows are spectrograms, by name."""


def shape_of(windows: Sequence[Window], seconds: float) -> tuple[int, int]:
    """Return the mel bands and frames of windows that are `seconds` long, or, at 0, whole clips of one length.

    Raises
    ------
    DataError
        Whole clips differ in length.
    """
    lengths = {window.length for window in windows} if not seconds else {round(1000 * seconds)}
    if len(lengths) > 1:
        raise DataError(
            f"These clips last {min(lengths) / 1000:g} to {max(lengths) / 1000:g} seconds, and spectrograms must be "
            "equally long: set a window, such as 3 seconds."
        )
    return N_MELS, 1 + SAMPLE_RATE * max(lengths, default=0) // 1000 // HOP


def spectrogram(samples: npt.ArrayLike) -> npt.NDArray[np.float16]:
    """Return the log-mel spectrogram (n_mels, n_frames) of mono samples at 22,050 Hz, in dB.

    Raises
    ------
    DataError
        There are no samples, or some are no numbers.
    """
    return log_mel(Spectra(samples).samples, N_MELS, HOP)
