"""All that stands before a network and behind it, as plain numbers: what other programs need beside the graph."""

from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.features.fourier import N_FFT
from genre_core.data.clips.features.mels import FLOOR
from genre_core.data.clips.gathering import SETS, chosen_sets
from genre_core.data.clips.spectrograms import SPECTROGRAM_SETS
from genre_core.data.inputs import Standardizer
from genre_core.judging.fitted import Fitted
from genre_core.judging.trust import Trust
from genre_core.settings.config import SoundConfig


def takes_any_length(fitted: Fitted) -> bool:
    """Return whether spectrograms of any number of frames can be answered: no weight depends on it."""
    shape, n_genres = fitted.shape, len(fitted.genres)
    if len(shape) != 2:
        return False
    longer = (shape[0], shape[1] + 1)
    models = [member.model for member in fitted.config.members or (fitted.config,)]
    return all(model.n_parameters(shape, n_genres) == model.n_parameters(longer, n_genres) for model in models)


def preprocessing_of(fitted: Fitted, trust: Trust) -> dict[str, Any]:
    """Return how inputs are standardized, what the answers are, and how they are calibrated, as JSON values.

    Of features, `median` stands in for a value that is missing, and `least` and `most` are what the training part
    holds. `frames` is how many frames every spectrogram must have; None: any number.
    """
    data, standardizer = fitted.prepared.dataset, fitted.prepared.standardizer
    found: dict[str, Any] = {
        "inputs": data.inputs.noun,
        "names": list(data.features),
        "shape": list(fitted.shape),
        "frames": None if len(fitted.shape) != 2 or takes_any_length(fitted) else fitted.shape[1],
    }
    if isinstance(standardizer, Standardizer):
        found["median"] = standardizer.median.tolist()
        found |= dict(zip(("least", "most"), map(_numbers, seen_range(fitted)), strict=True))
    found |= {"mean": standardizer.mean.tolist(), "deviation": standardizer.scale.tolist()}
    rule = trust.rule
    sets = None if rule is None else {"level": rule.level, "limits": rule.limits.tolist(), "by_group": rule.grouped}
    return {
        **found,
        "genres": list(fitted.genres),
        "temperature": trust.temperature,
        "calibrated": trust.calibrated,
        "prediction_sets": sets,
        "segments": data.in_segments,
        "sound": _sound(fitted),
    }


def seen_range(fitted: Fitted) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the least and the greatest value of each feature (n_features,) in the training part; NaN without any."""
    X = fitted.prepared.dataset.X[fitted.prepared.split.train]
    there = ~np.isnan(X)
    least = np.where(there, X, np.inf).min(axis=0)
    most = np.where(there, X, -np.inf).max(axis=0)
    known = there.any(axis=0)
    return np.where(known, least, np.nan), np.where(known, most, np.nan)


def _numbers(values: npt.NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _sound(fitted: Fitted) -> dict[str, Any] | None:
    """Return how sound is cut and measured; None where the run learned from no sound."""
    config = fitted.config.data
    if not isinstance(config, SoundConfig):
        return None
    names = chosen_sets(config)
    found: dict[str, Any] = {
        "feature_sets": [{"name": name, "version": SETS[name].version} for name in names],
        "window_seconds": fitted.window_seconds,
        "windows": config.windows,
        "hop_seconds": config.hop,
    }
    if one := SPECTROGRAM_SETS.get(names[0]):
        rates = {"sample_rate": one.sample_rate, "hop": one.hop, "n_mels": one.n_mels, "frame": N_FFT}
        found |= rates | ({"floor": FLOOR} if one.name == "logmel" else {})
    return found
