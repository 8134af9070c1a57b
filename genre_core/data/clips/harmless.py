"""Changes of a sound that leave its genre as it is: mono samples in, mono samples at the same rate out.

B. Sturm, "A simple method to determine if a music information retrieval system is a 'horse'", IEEE Transactions on
Multimedia 16 (2014): a classifier that listens to the genre answers the same after each of them.
"""

import io
from collections.abc import Callable

import numpy as np

from genre_core.data.clips.changes import noisy, pitched, stretched
from genre_core.data.clips.sounds import SAMPLE_RATE, Samples

HALF_A_SEMITONE = 2 ** (1 / 24)
LOW, HIGH = 250.0, 4_000.0
"""Where the bass ends and the treble begins, in Hz: a shelf is halfway there."""
PLAIN_RATE = 16_000
MP3_LEVEL = 0.63
"""How far soundfile goes from the highest bit rate of 22,050 Hz, 160 kbit/s, to the lowest, 8: to 64."""


def louder(samples: Samples, gain: float) -> Samples:
    """Return samples that are `gain` dB louder."""
    return (samples * 10 ** (gain / 20)).astype(np.float32)


def shelved(samples: Samples, gain: float, edge: float, *, above: bool) -> Samples:
    """Return samples whose frequencies below an edge in Hz, or above it, are `gain` dB louder, by a shelf of order 1.

    The filter is (s + ω √g) / (s + ω / √g) below the edge ω, and the same turned round above it, by the bilinear
    transform (P. Regalia and S. Mitra, IEEE Transactions on Acoustics, Speech and Signal Processing 35, 1987).
    """
    from scipy.signal import bilinear, lfilter

    root = 10 ** (gain / 40)
    at = 2 * SAMPLE_RATE * np.tan(np.pi * edge / SAMPLE_RATE)  # the transform bends frequencies; the edge stays
    top, bottom = ([root, at], [1 / root, at]) if above else ([1, at * root], [1, at / root])
    return np.asarray(lfilter(*bilinear(top, bottom, SAMPLE_RATE), samples), dtype=np.float32)


def through_mp3(samples: Samples) -> Samples:
    """Return samples as they come back from an MP3 of 64 kbit/s."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, samples, SAMPLE_RATE, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode="CONSTANT",
                    compression_level=MP3_LEVEL)  # fmt: skip
    file.seek(0)
    return _as_long(soundfile.read(file, dtype="float32")[0], len(samples))


def through_rate(samples: Samples, rate: int = PLAIN_RATE) -> Samples:
    """Return samples as they come back from a lower sample rate in Hz."""
    import soxr

    lower = soxr.resample(samples, SAMPLE_RATE, rate, quality="HQ")
    return _as_long(soxr.resample(lower, rate, SAMPLE_RATE, quality="HQ"), len(samples))


def with_noise(samples: Samples) -> Samples:
    """Return samples with the same white noise each time, 30 dB below them."""
    return noisy(samples, 10 ** (-30 / 20), np.random.default_rng(0))


CHANGES: dict[str, Callable[[Samples], Samples]] = {
    "6 dB quieter": lambda samples: louder(samples, -6.0),
    "3 dB more bass": lambda samples: shelved(samples, 3.0, LOW, above=False),
    "3 dB less treble": lambda samples: shelved(samples, -3.0, HIGH, above=True),
    "MP3 at 64 kbit/s": through_mp3,
    "16 kHz and back": through_rate,
    "half a semitone higher": lambda samples: pitched(samples, HALF_A_SEMITONE),
    "half a semitone lower": lambda samples: pitched(samples, 1 / HALF_A_SEMITONE),
    "3 % faster": lambda samples: stretched(samples, 1.03),
    "3 % slower": lambda samples: stretched(samples, 1 / 1.03),
    "noise at 30 dB": with_noise,
}
"""Changes of samples at 22,050 Hz by what they do; a change of tempo alone changes the length."""
LONGER = 1.04
"""How much more sound than is asked for a change is given, so that a faster one lasts as long."""


def _as_long(samples: Samples, n: int) -> Samples:
    """Return the first n samples, with silence where there are fewer."""
    return np.pad(samples[:n], (0, max(0, n - len(samples))))
