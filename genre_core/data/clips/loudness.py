"""How loud a sound is to the ear: the integrated loudness of Recommendation ITU-R BS.1770-4, in LUFS.

The sound is filtered as the head and the ear's sensitivity ask for (K-weighting), and its power is averaged over blocks
of 400 ms, of which quiet ones are left out. A full-scale sine of 1 kHz in one channel has -3.0 LUFS.
"""

import math

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.sounds import SAMPLE_RATE, Samples

SILENCE = -70.0
"""Loudness in LUFS below which a block counts as silent."""
GATE = -10.0
BLOCK, STEP = 0.4, 0.1
HIGHEST_PEAK = 0.98
SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)
HIGH_PASS = (38.13547087602444, 0.5003270373238773)
"""Frequency (Hz), gain (dB) and quality of the two filters, whose coefficients the Recommendation gives at 48 kHz (B.
De Man, "Evaluation of implementations of the EBU R128 loudness measurement", AES 145, 2018)."""


def loudness(sound: Samples, rate: int = SAMPLE_RATE) -> float:
    """Return the loudness of mono samples (n_samples,) in LUFS; `SILENCE` where none of it is loud enough to count."""
    from scipy.signal import lfilter

    weighted = sound.astype(np.float64)
    for b, a in (_shelf(rate), _high_pass(rate)):
        weighted = lfilter(b, a, weighted)
    powers = _block_powers(weighted, rate)
    loud = powers[_lufs(powers) > SILENCE]
    if not len(loud):
        return SILENCE
    return float(_lufs(loud[_lufs(loud) > _lufs(loud.mean()) + GATE].mean()))


def as_loud_as(sound: Samples, target: float) -> Samples:
    """Return a sound at the loudness `target` (LUFS), or as near below it as its peak allows; silence stays silent."""
    found, peak = loudness(sound), float(np.abs(sound).max(initial=0.0))
    if found <= SILENCE or not peak:
        return sound
    gain = min(10 ** ((target - found) / 20), HIGHEST_PEAK / peak)
    return (sound * np.float32(gain)).astype(np.float32)


def _lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def _block_powers(weighted: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """Return the mean squares of overlapping blocks; of a sound shorter than one that of all of it."""
    size, step = round(BLOCK * rate), round(STEP * rate)
    summed = np.concatenate([[0.0], np.cumsum(weighted**2)])
    if len(weighted) < size:
        return summed[-1:] / max(1, len(weighted))
    starts = np.arange(0, len(weighted) - size + 1, step)
    return np.asarray((summed[starts + size] - summed[starts]) / size)


def _shelf(rate: int) -> tuple[list[float], list[float]]:
    hertz, gain, quality = SHELF
    k, high = math.tan(math.pi * hertz / rate), 10 ** (gain / 20)
    middle = high**0.4996667741545416
    whole = 1 + k / quality + k * k
    b = [high + middle * k / quality + k * k, 2 * (k * k - high), high - middle * k / quality + k * k]
    return [value / whole for value in b], [1.0, 2 * (k * k - 1) / whole, (1 - k / quality + k * k) / whole]


def _high_pass(rate: int) -> tuple[list[float], list[float]]:
    hertz, quality = HIGH_PASS
    k = math.tan(math.pi * hertz / rate)
    whole = 1 + k / quality + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / whole, (1 - k / quality + k * k) / whole]
