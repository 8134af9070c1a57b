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
MOST_SECONDS = 60
"""Longest sound that a network is given at once."""


class SpectrogramSet(NamedTuple):
    """A spectrogram that can be measured, described as a `FeatureSet` is: without columns, with frames in time."""

    name: str
    title: str
    help: str
    version: int
    names: tuple[str, ...] = ()
    frame_seconds: float = HOP / SAMPLE_RATE


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
    """Return the mel bands and frames of windows that are `seconds` long, or, at 0, of the longest of whole clips.

    Raises
    ------
    DataError
        A whole clip is longer than what a network is given at once.
    """
    length = round(1000 * seconds) or max((window.length for window in windows), default=0)
    if length > 1000 * MOST_SECONDS:
        raise DataError(
            f"The longest of these clips lasts {length / 1000:.0f} seconds, and a network is given at most "
            f"{MOST_SECONDS} at once: set a window, such as 5 seconds."
        )
    return N_MELS, 1 + SAMPLE_RATE * length // 1000 // HOP


def spectrogram(samples: npt.ArrayLike) -> npt.NDArray[np.float16]:
    """Return the log-mel spectrogram (n_mels, n_frames) of mono samples at 22,050 Hz, in dB.

    Raises
    ------
    DataError
        There are no samples, or some are no numbers.
    """
    return log_mel(Spectra(samples).samples, N_MELS, HOP)
