"""Spectrograms as they are kept and handed to networks: one of each window of sound, all of one width."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features.fourier import SAMPLE_RATE
from genre_core.data.clips.features.mels import log_mel
from genre_core.data.clips.features.spectra import Spectra
from genre_core.data.clips.shards import Window
from genre_core.data.clips.tagger import hearing
from genre_core.data.clips.tagger.about import WARNING
from genre_core.errors import DataError
from genre_core.networks import musicnn_layers

N_MELS, HOP = 64, 1024
MUSICNN = "musicnn"
"""The set whose spectrograms the pretrained tagger takes."""
MOST_SECONDS = 60
"""Longest sound that a network is given at once."""


class SpectrogramSet(NamedTuple):
    """A spectrogram that can be measured, described as a `FeatureSet` is: without columns, with frames in time.

    `measured` takes mono samples at `sample_rate` and returns (n_mels, 1 + n_samples // hop), or raises DataError where
    there are none or some are no numbers. It is standardized by band, or, `per` "none", given to networks as it is.
    Where it is loud, 1 is `unit_db` decibels.
    """

    name: str
    title: str
    help: str
    version: int
    measured: Callable[[npt.ArrayLike], npt.NDArray[np.float16]]
    names: tuple[str, ...] = ()
    sample_rate: int = SAMPLE_RATE
    n_mels: int = N_MELS
    hop: int = HOP
    per: Literal["band", "none"] = "band"
    unit_db: float = 1.0

    @property
    def frame_seconds(self) -> float:
        """Return the seconds from one frame to the next."""
        return self.hop / self.sample_rate


def _logmel(samples: npt.ArrayLike) -> npt.NDArray[np.float16]:
    return log_mel(Spectra(samples).samples, N_MELS, HOP)


def _musicnn(samples: npt.ArrayLike) -> npt.NDArray[np.float16]:
    return hearing.log_mels(hearing.checked(np.asarray(samples, dtype=np.float32))).T.astype(np.float16)


SPECTROGRAM_SETS = {
    one.name: one
    for one in (
        SpectrogramSet(
            "logmel",
            "Spectrogram",
            "How loud each of 64 bands from low to high is, 22 times a second, in decibels: a picture of the sound, "
            "for networks that find out themselves what to listen for.",
            1,
            _logmel,
        ),
        SpectrogramSet(
            MUSICNN,
            "Spectrogram of the pretrained tagger",
            "How loud each of 96 bands is, 62 times a second, as the pretrained tagger was trained on it: for the "
            f"network that starts from the tagger. {WARNING}",
            1,
            _musicnn,
            sample_rate=hearing.SAMPLE_RATE,
            n_mels=musicnn_layers.N_MELS,
            hop=hearing.HOP,
            per="none",
            unit_db=10.0,
        ),
    )
}
"""Sets whose rows are spectrograms, by name."""


def shape_of(name: str, windows: Sequence[Window], seconds: float) -> tuple[int, int]:
    """Return the bands and frames that a set has of windows of `seconds`, or, at 0, of the longest of whole clips.

    Raises DataError where a whole clip is longer than what a network is given at once.
    """
    length = round(1000 * seconds) or max((window.length for window in windows), default=0)
    if length > 1000 * MOST_SECONDS:
        raise DataError(
            f"The longest of these clips lasts {length / 1000:.0f} seconds, and a network is given at most "
            f"{MOST_SECONDS} at once: set a window, such as 5 seconds."
        )
    one = SPECTROGRAM_SETS[name]
    return one.n_mels, 1 + one.sample_rate * length // 1000 // one.hop
