"""Changes of sound: each does what it says and leaves the rest as it was."""

import numpy as np
import pytest

from genre_core.data.clips.changes import noisy, pitched, stretched
from genre_core.data.clips.features.fourier import SAMPLE_RATE

TIME = np.arange(SAMPLE_RATE) / SAMPLE_RATE
TONE = np.sin(2 * np.pi * 440 * TIME).astype(np.float32)
NOISE = np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)


def hertz(sound):
    """Return the strongest frequency of the middle of a sound."""
    middle = sound[4000:-4000] * np.hanning(len(sound) - 8000)
    return np.abs(np.fft.rfft(middle, 8 * SAMPLE_RATE)).argmax() / 8


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.3])
def test_another_tempo_keeps_pitch(speed):
    found = stretched(TONE, speed)
    assert found.dtype == np.float32
    assert len(found) == round(len(TONE) / speed)
    assert hertz(found) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("speed", [0.8, 0.97, 1.0, 1.03, 1.3])
@pytest.mark.parametrize("sound", [TONE, NOISE], ids=["tone", "noise"])
def test_another_tempo_keeps_loudness(sound, speed):
    middle = stretched(sound, speed)[4000:-4000]
    assert abs(20 * np.log10(middle.std() / sound[4000:-4000].std())) < 0.2


def test_a_beat_comes_sooner():
    clicks = np.zeros(SAMPLE_RATE, dtype=np.float32)
    clicks[[5000, 15000]] = 1
    first, second = (np.abs(stretched(clicks, 1.25)[part]).argmax() for part in (slice(0, 8000), slice(8000, None)))
    assert second + 8000 - first == pytest.approx(8000, abs=600)


@pytest.mark.parametrize("ratio", [0.9, 1.2])
def test_another_pitch_keeps_the_length(ratio):
    found = pitched(TONE, ratio)
    assert found.dtype == np.float32
    assert len(found) == len(TONE)
    assert hertz(found) == pytest.approx(440 * ratio, abs=1)


def test_noise_is_as_loud_as_it_says():
    found = noisy(TONE, 0.1, np.random.default_rng(0))
    assert found.dtype == np.float32
    assert (found - TONE).std() == pytest.approx(0.1 * TONE.std(), rel=0.02)


def test_silence_stays_silent():
    silence = np.zeros(3000, dtype=np.float32)
    for found in (stretched(silence, 1.1), pitched(silence, 1.1), noisy(silence, 0.5, np.random.default_rng(0))):
        assert not found.any()
