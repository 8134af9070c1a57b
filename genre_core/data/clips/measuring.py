"""Measuring of sound: what feature sets say of one piece of it, wherever it comes from, and inputs made of that."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.gathering import chosen_sets, side_by_side
from genre_core.data.clips.sounds import SAMPLE_RATE, Samples
from genre_core.data.clips.spectrograms import SPECTROGRAM_SETS
from genre_core.data.clips.tagger.hearing import TAGGER_SETS
from genre_core.data.inputs import Inputs, Spectrograms
from genre_core.settings.config import SoundConfig

Numbers = npt.NDArray[Any]
Hear = Callable[[int], Samples]
"""A piece of sound at the sample rate that is asked for."""


def measure_sets(hear: Hear, sets: Sequence[str], folder: Path) -> dict[str, Numbers]:
    """Return the values of feature sets on a piece of sound; `folder` holds the tagger's weights.

    Raises DataError where it cannot be heard, or the tagger is not fetched.
    """
    from genre_core.data.clips.features import FEATURE_SETS, extract
    from genre_core.data.clips.tagger import hearing
    from genre_core.data.clips.tagger.network import network_in

    hear, found = cache(hear), dict[str, Any]()
    if own := [name for name in sets if name in FEATURE_SETS]:
        found |= extract(hear(SAMPLE_RATE), own)
    if set(sets) & set(TAGGER_SETS):
        rate = hearing.SAMPLE_RATE
        found |= hearing.extract_tagger(hear(rate), rate, network_in(folder))
    features = {name: found[name].astype(np.float32) for name in sets if name in found}
    spectrograms = [SPECTROGRAM_SETS[name] for name in sets if name in SPECTROGRAM_SETS]
    return features | {one.name: one.measured(hear(one.sample_rate)) for one in spectrograms}


def measure_samples(sounds: Sequence[Samples], config: SoundConfig, shape: tuple[int, ...], folder: Path) -> Inputs:
    """Return inputs (n_sounds rows) of the given shape, as a data set of that configuration has them.

    `sounds` are mono at 22,050 Hz. A spectrogram that is shorter than the shape is NaN at its end, a longer one is cut.
    Raises DataError where there are no samples, some are no numbers, or the tagger is not fetched.
    """
    sets = chosen_sets(config)
    found = [measure_sets(_at_rate(sound), sets, folder) for sound in sounds]
    if sets[0] not in SPECTROGRAM_SETS:
        return side_by_side([np.stack([one[name] for one in found]) for name in sets], config)
    rows = np.full((len(found), *shape), np.nan, dtype=np.float16)
    for row, one in zip(rows, found, strict=True):
        values = one[sets[0]][:, : shape[1]]
        row[:, : values.shape[1]] = values
    return Spectrograms(rows)


def _at_rate(sound: Samples) -> Hear:
    """Return a sound in memory at any sample rate."""

    def hear(sample_rate: int) -> Samples:
        import soxr

        return sound if sample_rate == SAMPLE_RATE else soxr.resample(sound, SAMPLE_RATE, sample_rate, quality="HQ")

    return hear
