import re
from functools import cache

import librosa
import numpy as np
import pytest

from genre_core.data.clips.features import FEATURE_SETS, extract
from genre_core.data.clips.features.mels import band_hz, hz_band, log_mel
from genre_core.data.clips.features.spectra import Spectra
from genre_core.data.sources.synthetic import feature_names
from genre_core.errors import DataError

SAMPLE_RATE = 22_050
GTZAN = [
    *(
        f"{name}_{statistic}"
        for name in (
            "chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate", "harmony",
            "perceptr",
        )
        for statistic in ("mean", "var")
    ),
    "tempo",
    *(f"mfcc{number}_{statistic}" for number in range(1, 21) for statistic in ("mean", "var")),
]  # fmt: skip
"""The columns of GTZAN's public tables, but for the file, its length and its label."""


def notes(seconds):
    """A phrase of notes with harmonics, over a drone."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = 220 * 2 ** (np.array([0, 4, 7, 12, 9, 5, 2])[(t / 0.375).astype(int) % 7] / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    voices = [np.sin(h * phase) / h for h in range(1, 9)]
    return sum(voices) * np.exp(-4 * (t % 0.375)) + 0.2 * np.sin(2 * np.pi * 110 * t)


def noise(seconds):
    return np.random.default_rng(0).normal(size=int(seconds * SAMPLE_RATE))


def drums(seconds):
    """A low thud twice a second, a hiss between, in silence."""
    t = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    thud = np.sin(2 * np.pi * 60 * (t % 0.5)) * np.exp(-20 * (t % 0.5))
    return thud + 0.5 * noise(seconds) * np.exp(-60 * ((t + 0.25) % 0.5)) * ((t + 0.25) % 0.5 < 0.2)


SOUNDS = {
    "notes": (notes, 5),
    "noise": (noise, 5),
    "drums": (drums, 5),
    "band": (lambda seconds: notes(seconds) + drums(seconds) + 0.01 * noise(seconds), 12),
}


@cache
def sound(name):
    make, seconds = SOUNDS[name]
    samples = make(seconds)
    return (samples / np.abs(samples).max()).astype(np.float32)


def mean_and_var(rows):
    rows = np.atleast_2d(rows).astype(float)
    return np.stack((rows.mean(axis=1), rows.var(axis=1)), axis=1).ravel()


def tempo(y):
    """The tempo that `beat_track` returns."""
    onsets = librosa.onset.onset_strength(y=y, aggregate=np.median)
    return librosa.feature.tempo(onset_envelope=onsets)


@cache
def gtzan57(name):
    y, f = sound(name), librosa.feature
    before = (
        f.chroma_stft(y=y).ravel(),
        f.rms(y=y),
        f.spectral_centroid(y=y),
        f.spectral_bandwidth(y=y),
        f.spectral_rolloff(y=y),
        f.zero_crossing_rate(y),
        *librosa.effects.hpss(y),
    )
    return np.concatenate([*map(mean_and_var, before), tempo(y), mean_and_var(f.mfcc(y=y))])


def notebook20(name):
    by_name = dict(zip(GTZAN, gtzan57(name), strict=True))
    return [by_name.get(f"{column}_mean", by_name.get(column)) for column in FEATURE_SETS["notebook20"].names]


def mfcc_deltas(name):
    mfcc = librosa.feature.mfcc(y=sound(name))
    return np.concatenate([mean_and_var(librosa.feature.delta(mfcc, order=order)) for order in (1, 2)])


def chroma(name):
    return mean_and_var(librosa.feature.chroma_stft(y=sound(name)))


def tonnetz(name):
    return mean_and_var(librosa.feature.tonnetz(chroma=librosa.feature.chroma_stft(y=sound(name))))


def spectral(name):
    y = sound(name)
    spectra = librosa.util.normalize(np.abs(librosa.stft(y)), norm=2)
    flux = np.square(np.diff(spectra)).sum(axis=0)
    features = librosa.feature.spectral_flatness(y=y), librosa.feature.spectral_contrast(y=y)
    return np.concatenate([mean_and_var(flux), *map(mean_and_var, features)])


def picked(x):
    """The peaks of `onset_detect`: the definition of `peak_pick`, with the numbers that it is given at this hop.

    Not called itself, because numba's cache of it may crash, where several processes once compiled it at a time:
    https://github.com/numba/numba/issues/10128.
    """
    found = [-2]
    for n in range(len(x)):
        is_highest = x[n] == x[max(0, n - 1) : n + 1].max()
        if is_highest and x[n] >= x[max(0, n - 4) : n + 5].mean() + 0.07 and n > found[-1] + 1:
            found.append(n)
    return np.array(found[1:])


def rhythm(name):
    y = sound(name)
    strength, typical = (librosa.onset.onset_strength(y=y, aggregate=by) for by in (np.mean, np.median))
    onsets = picked((strength - strength.min()) / (strength.max() - strength.min()))
    intervals = np.diff(onsets)
    tempogram = librosa.feature.tempogram(onset_envelope=typical, win_length=344).mean(axis=1, keepdims=True)
    bpm = librosa.feature.tempo(tg=tempogram)
    factors = np.array([1, 2, 3, 1 / 2, 1 / 3, 1 / 4])
    pulses = librosa.feature.tempogram_ratio(tg=tempogram, bpm=bpm, factors=factors)[:, 0]
    onset_statistics = [len(onsets) * SAMPLE_RATE / len(y), intervals.std() / intervals.mean()]
    return np.concatenate((bpm, mean_and_var(strength), onset_statistics, pulses))


LIBROSA = {one.__name__: one for one in (gtzan57, notebook20, mfcc_deltas, chroma, rhythm, spectral, tonnetz)}


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("of", LIBROSA)
def test_librosas_own_calls_say_the_same(of, name):
    values = extract(sound(name), [of])[of]
    assert values == pytest.approx(np.asarray(LIBROSA[of](name)), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("name", ["notes", "drums"])
def test_harmonic_and_percussive_sound_are_librosas(name):
    spectra = Spectra(sound(name))
    harmonic, percussive = librosa.effects.hpss(sound(name))
    assert np.abs(spectra.harmonic - harmonic).max() < 1e-6
    assert np.abs(spectra.percussive - percussive).max() < 1e-6


def test_each_set_is_compared():
    assert set(LIBROSA) == set(FEATURE_SETS)


def test_the_names_are_those_of_gtzans_tables_and_of_the_notebook():
    assert list(FEATURE_SETS["gtzan57"].names) == GTZAN
    assert FEATURE_SETS["notebook20"].names == feature_names(20)


def test_a_tempo_is_heard():
    assert extract(sound("drums"), ["gtzan57"])["gtzan57"][GTZAN.index("tempo")] == pytest.approx(120, rel=0.03)


@pytest.mark.parametrize(
    "samples",
    [sound("drums")[:11_025], sound("drums")[:300], np.zeros(11_025), np.zeros(1), np.ones(11_025)],
    ids=["0.5 s", "300 samples", "silence", "one sample", "constant"],
)
def test_short_and_silent_sounds_have_numbers_or_none(samples):
    again = extract(samples, FEATURE_SETS)
    for name, values in extract(samples, FEATURE_SETS).items():
        one = FEATURE_SETS[name]
        assert values.shape == (len(one.names),)
        assert values.dtype == np.float64
        assert not np.isinf(values).any()
        assert np.array_equal(values, again[name], equal_nan=True)


@pytest.mark.parametrize("name", SOUNDS)
def test_a_sound_has_a_number_for_each_column(name):
    for values in extract(sound(name)[: 5 * SAMPLE_RATE], FEATURE_SETS).values():
        assert np.isfinite(values).all()


def test_a_note_is_heard_in_its_pitch_class_and_a_clear_beat_in_the_pulse():
    t = np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE
    values = extract(np.sin(2 * np.pi * 440 * t), ["chroma"])["chroma"]
    means = dict(zip(FEATURE_SETS["chroma"].names[::2], values[::2], strict=True))
    assert max(means, key=means.get) == "chroma_a_mean"
    clarity = FEATURE_SETS["rhythm"].names.index("pulse_clarity")
    assert extract(sound("drums"), ["rhythm"])["rhythm"][clarity] > 0.6
    assert extract(sound("noise"), ["rhythm"])["rhythm"][clarity] < 0.6


def test_silence_has_no_tempo():
    values = dict(zip(GTZAN, extract(np.zeros(11_025), ["gtzan57"])["gtzan57"], strict=True))
    assert np.isnan(values.pop("tempo"))
    assert np.isfinite(list(values.values())).all()


def test_sets_say_what_they_are_and_agree_where_they_share_a_name():
    values = extract(sound("notes"), FEATURE_SETS)
    seen = {}
    for name, one in FEATURE_SETS.items():
        assert one.name == name
        assert len(set(one.names)) == len(one.names)
        assert one.title
        assert one.help.count(". ") < 3
        assert one.help.endswith(".")
        for column, value in zip(one.names, values[name], strict=True):
            assert seen.setdefault(column, value) == value


@pytest.mark.parametrize("samples", [[], [0.0, np.nan], [[0.0, 0.0]]])
def test_what_is_no_sound_is_refused_in_a_sentence(samples):
    with pytest.raises(DataError, match=re.escape("decode it again.")):
        extract(samples, ["gtzan57"])


@pytest.mark.parametrize(("n_mels", "hop"), [(64, 1024), (64, 512), (128, 512)])
def test_a_log_mel_is_librosas(n_mels, hop):
    y = sound("notes")
    power = librosa.feature.melspectrogram(y=y, n_mels=n_mels, hop_length=hop)
    found = log_mel(y, n_mels, hop)
    assert found.dtype == np.float16
    assert found.shape == (n_mels, 1 + len(y) // hop)
    assert np.abs(found - librosa.power_to_db(power, top_db=None)).max() < 0.05  # half a step of float16 at 100


def test_a_log_mel_of_silence_is_its_floor():
    assert np.array_equal(log_mel(np.zeros(1)), np.full((64, 1), -100, dtype=np.float16))


def test_a_tone_lies_where_the_axes_say():
    t = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    for hz in (300, 1000, 5000):
        sounding = (t > 0.5) * np.sin(2 * np.pi * hz * t)
        spectrogram = log_mel(sounding)
        assert spectrogram[:, -5].argmax() == pytest.approx(hz_band(hz), abs=0.6)
        starts = np.flatnonzero(spectrogram.max(axis=0) > 0)[0]
        assert starts * 1024 / SAMPLE_RATE == pytest.approx(0.5, abs=1024 / SAMPLE_RATE)
    bands = np.linspace(0, 63, 20)
    assert hz_band(band_hz(bands)) == pytest.approx(bands)
    centers = librosa.mel_frequencies(64 + 2, fmax=SAMPLE_RATE / 2)[1:-1]
    assert band_hz(np.arange(64)) == pytest.approx(centers)
