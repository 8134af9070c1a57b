"""Small sounds made for tests."""

from pathlib import Path

import numpy as np
import soundfile

from genre_core.data.clips.sounds import SAMPLE_RATE


def noise(seconds=1.0, rate=22_050, channels=1, seed=0):
    """Return noise of one color, (n_samples, n_channels), quiet enough for every codec."""
    steps = np.random.default_rng(seed).normal(0, 0.1, (int(seconds * rate), channels))
    return 0.1 * (steps[:, :1] + steps)


def noise_for(score, reverb, soundfont):
    """Return noise in place of what a soundfont plays, which takes long."""
    return np.random.default_rng(score.seed).standard_normal(round(score.seconds * SAMPLE_RATE)).astype(np.float32)


def write_sound(path, samples=None, rate=22_050, **codec):
    """Write samples, one second of noise if none are given, and return the path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if samples is None:
        samples = noise(rate=rate, seed=sum(path.name.encode()))
    soundfile.write(path, samples, rate, **codec)
    return path
