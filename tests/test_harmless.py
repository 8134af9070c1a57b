"""Changes that leave the genre as it is do what they are called, and nothing else."""

import numpy as np
import pytest
import soundfile

from genre_core.data.clips.harmless import CHANGES
from genre_core.data.clips.reading import read

RATE = 22_050
SECONDS = 4
TIME = np.arange(SECONDS * RATE) / RATE
TEMPO = {"3 % faster": 1.03, "3 % slower": 1 / 1.03}
PITCH = {"half a semitone higher": 2 ** (1 / 24), "half a semitone lower": 2 ** (-1 / 24)}


def sine(frequency):
    return (0.2 * np.sin(2 * np.pi * frequency * TIME)).astype(np.float32)


def loudest_frequency(sound):
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 2**19))
    return float(spectrum.argmax() * RATE / 2**19)


def decibels(sound, before):
    middle = slice(RATE // 2, 3 * RATE)
    return 10 * np.log10(np.square(sound[middle]).mean() / np.square(before[middle]).mean())


@pytest.mark.parametrize("name", CHANGES)
def test_length_pitch_and_loudness_of_a_tone(name):
    before = sine(1000)
    after = CHANGES[name](before)
    assert after.dtype == np.float32
    assert len(after) == round(len(before) / TEMPO.get(name, 1))
    assert loudest_frequency(after) == pytest.approx(1000 * PITCH.get(name, 1), rel=1e-3)
    assert decibels(after, before) == pytest.approx(-6 if name == "6 dB quieter" else 0, abs=1)


@pytest.mark.parametrize(
    ("name", "frequency", "gain"),
    [("3 dB more bass", 40, 3), ("3 dB more bass", 5000, 0), ("3 dB less treble", 100, 0),
     ("3 dB less treble", 10_500, -3), ("16 kHz and back", 9500, -40)],
)  # fmt: skip
def test_what_filters_do_to_bass_and_treble(name, frequency, gain):
    before = sine(frequency)
    found = decibels(CHANGES[name](before), before)
    assert found < gain if gain == -40 else found == pytest.approx(gain, abs=0.2)


def test_noise_lies_30_dB_below_and_is_the_same_each_time():
    before = sine(1000)
    after = CHANGES["noise at 30 dB"](before)
    assert decibels(after - before, before) == pytest.approx(-30, abs=0.2)
    assert np.array_equal(after, CHANGES["noise at 30 dB"](before))


def test_mp3_changes_a_sound_a_little():
    before = (0.1 * np.random.default_rng(0).standard_normal(len(TIME))).astype(np.float32)
    lost = decibels(CHANGES["MP3 at 64 kbit/s"](before) - before, before)
    assert -30 < lost < -1


@pytest.mark.parametrize("name", TEMPO)
def test_clicks_come_faster_or_slower(name):
    before = np.zeros(len(TIME), dtype=np.float32)
    before[:: RATE // 2] = 0.8  # two a second
    after = CHANGES[name](before)
    envelope = np.convolve(np.square(after), np.ones(512), "same")
    first, last = (envelope[at - 4000 : at + 4000].argmax() + at - 4000 for at in (
        round(RATE / 2 / TEMPO[name]), round(3 * RATE / TEMPO[name])))  # fmt: skip
    assert (last - first) / RATE == pytest.approx(2.5 / TEMPO[name], rel=0.01)


def test_one_channel_of_a_file_is_read_alone(tmp_path):
    left, right = sine(440), sine(880)
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([left, right], axis=1), RATE, subtype="FLOAT")
    assert np.allclose(read(path, channel=0), left, atol=1e-4)
    assert np.allclose(read(path), (left + right) / 2, atol=1e-4)
