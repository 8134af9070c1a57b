"""Features of a sound: sets of named numbers, with librosa's definitions and defaults, computed together.

What librosa computes call by call is computed here from spectra that are shared (`spectra`), with numpy and scipy:
the numbers are librosa's, and its import takes seconds in each process.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features.fourier import SAMPLE_RATE
from genre_core.data.clips.features.pitch import CLASSES
from genre_core.data.clips.features.rhythm import PULSES
from genre_core.data.clips.features.shape import N_CONTRASTS
from genre_core.data.clips.features.spectra import N_MFCC, Spectra
from genre_core.data.dataset import FloatArray


@dataclass(frozen=True)
class FeatureSet:
    """Columns that are computed together; `values` takes spectra and returns (n_columns,), in the order of `names`.

    A change of what is computed is a new `version`: what was extracted before is then extracted again.
    """

    name: str
    title: str
    help: str
    version: int
    names: tuple[str, ...]
    values: Callable[[Spectra], FloatArray]


def extract(samples: npt.ArrayLike, set_names: Iterable[str]) -> dict[str, FloatArray]:
    """Return the values (n_columns,) of each set, from mono samples (n_samples,) at 22,050 Hz.

    A column of the same name has the same value in each set. Values are finite, or NaN where a feature has no meaning:
    tempo and pulse where nothing strikes, irregularity of less than three onsets, flux of a single frame (below 512
    samples) and deltas of less than nine (below 4,096).
    Raises DataError where there are no samples, or some are no numbers.
    """
    spectra = Spectra(samples)
    return {name: FEATURE_SETS[name].values(spectra) for name in set_names}


def _means(*rows: npt.NDArray[np.floating]) -> FloatArray:
    """Return means over frames, of features (n_frames,) or (n_frames, k)."""
    return np.concatenate([np.atleast_1d(row.mean(axis=0, dtype=np.float64)) for row in rows])


def _means_and_variances(*rows: npt.NDArray[np.floating]) -> FloatArray:
    """Return mean and variance over frames of each feature in turn."""
    variances = np.concatenate([np.atleast_1d(row.var(axis=0, dtype=np.float64)) for row in rows])
    return np.stack((_means(*rows), variances), axis=1).ravel()


def _mean_and_var(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{name}_{statistic}" for name in names for statistic in ("mean", "var"))


_DESCRIPTORS = ("chroma_stft", "rms", "spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate")
_MFCCS = tuple(f"mfcc{number}" for number in range(1, N_MFCC + 1))
_NOTEBOOK_MFCCS = 13


def _descriptors(s: Spectra) -> tuple[npt.NDArray[np.floating], ...]:
    return s.chroma.ravel(), s.rms, s.centroid, s.bandwidth, s.rolloff, s.zero_crossings


def _gtzan57(s: Spectra) -> FloatArray:
    before = _means_and_variances(*_descriptors(s), s.harmonic, s.percussive)
    return np.concatenate((before, [s.tempo], _means_and_variances(s.mfcc)))


def _notebook20(s: Spectra) -> FloatArray:
    return np.concatenate((_means(*_descriptors(s)), [s.tempo], _means(s.mfcc[:, :_NOTEBOOK_MFCCS])))


def _mfcc_deltas(s: Spectra) -> FloatArray:
    return _means_and_variances(s.mfcc_delta, s.mfcc_delta2)


def _spectral(s: Spectra) -> FloatArray:
    flux = _means_and_variances(s.flux) if s.flux.size else np.full(2, np.nan)
    return np.concatenate((flux, _means_and_variances(s.flatness, s.contrast)))


def _rhythm(s: Spectra) -> FloatArray:
    rate = len(s.onset_seconds) * SAMPLE_RATE / len(s.samples)
    intervals = np.diff(s.onset_seconds)
    irregularity = intervals.std() / intervals.mean() if len(intervals) > 1 else np.nan
    return np.concatenate(([s.tempo], _means_and_variances(s.onset_strength), [rate, irregularity], s.pulses))


FEATURE_SETS = {
    one.name: one
    for one in (
        FeatureSet(
            "gtzan57",
            "57 columns of GTZAN's tables",
            "Pitch, loudness, brightness, noisiness, harmonic and percussive sound, tempo and the timbre (20 MFCCs), "
            "each as mean and variance over the window. The names and definitions are those of GTZAN's public tables, "
            "so sounds can be compared with them.",
            1,
            (*_mean_and_var((*_DESCRIPTORS, "harmony", "perceptr")), "tempo", *_mean_and_var(_MFCCS)),
            _gtzan57,
        ),
        FeatureSet(
            "notebook20",
            "The notebook's 20",
            "Means over the window of pitch, loudness, brightness, noisiness and timbre (13 MFCCs), and the tempo.",
            1,
            (*_DESCRIPTORS, "tempo", *_MFCCS[:_NOTEBOOK_MFCCS]),
            _notebook20,
        ),
        FeatureSet(
            "mfcc_deltas",
            "MFCC deltas",
            "How the timbre moves: the change of each of the 20 MFCCs from frame to frame, and the change of that "
            "change, each as mean and variance over the window.",
            1,
            _mean_and_var(f"{mfcc}_{order}" for order in ("delta", "delta2") for mfcc in _MFCCS),
            _mfcc_deltas,
        ),
        FeatureSet(
            "chroma",
            "Pitch classes",
            "How strong each of the twelve notes from C to B is, in whichever octave, as mean and variance over the "
            "window. It tells of key and harmony.",
            1,
            _mean_and_var(f"chroma_{pitch_class}" for pitch_class in CLASSES),
            lambda s: _means_and_variances(s.chroma),
        ),
        FeatureSet(
            "rhythm",
            "Rhythm",
            "The tempo; how strong, how many a second and how irregular the beginnings of sounds are. Whether they "
            "come again after one beat (a clear pulse), after half and a third of one, and after two, three and four.",
            1,
            ("tempo", *_mean_and_var(["onset_strength"]), "onset_rate", "onset_irregularity", *PULSES),
            _rhythm,
        ),
        FeatureSet(
            "spectral",
            "Spectral shape",
            "How fast the spectrum changes (flux), how much it is like noise (flatness), and how far tones stand out "
            "in each of seven bands from low to high (contrast), as mean and variance over the window.",
            1,
            _mean_and_var(
                ("spectral_flux", "spectral_flatness", *(f"spectral_contrast{n}" for n in range(1, N_CONTRASTS + 1)))
            ),
            _spectral,
        ),
        FeatureSet(
            "tonnetz",
            "Tonal center",
            "Where the harmony lies on the circles of fifths, minor thirds and major thirds, as mean and variance over "
            "the window. It moves where chords change; it is computed from the pitch classes.",
            1,
            _mean_and_var(f"tonnetz_{circle}_{axis}" for circle in ("fifths", "minor", "major") for axis in "xy"),
            lambda s: _means_and_variances(s.tonnetz),
        ),
    )
}
"""The sets of features that can be extracted, by name."""
