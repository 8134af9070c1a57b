"""Features of a track as a person changed them: how the address says them, and how far each may go."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

import numpy as np

from dashboard.services.networks import Training
from genre_core.data.dataset import FloatArray
from genre_core.explaining.network import FittedNetwork

MOST_CHANGED, LONGEST = 60, 2000
"""As many features, and as many letters, as an address can say."""
STEPS = 200
_KEPT = "".join(chr(code) for code in range(32, 127) if chr(code) not in ",:%")


@dataclass(frozen=True)
class Way:
    """A slider's way: the lowest and highest value of a feature, its step, and its value as it is in the data."""

    low: float
    high: float
    step: float
    value: float
    known: bool


def way(training: Training, raw: FloatArray, feature: int, changed: float | None = None) -> Way:
    """Return how far a feature of a track may go: as far as in training, and to where it stands."""
    known = not math.isnan(raw[feature])
    value = float(raw[feature] if known else training.standardizer.median[feature])
    seen = [float(training.low[feature]), float(training.high[feature]), value]
    seen += [] if changed is None else [changed]
    low, high = min(seen), max(seen)
    span = (high - low) or max(abs(low), 1.0)
    return Way(low, high if high > low else low + span, 10.0 ** math.floor(math.log10(span / STEPS)), value, known)


def read(text: str | None, features: Sequence[str], training: Training) -> tuple[dict[int, float], list[str]]:
    """Return the changed features (position → value) that the address says, and a sentence for each that does not fit.

    A value may go one range of the training tracks beyond what training has seen.
    """
    changed, notes = dict[int, float](), list[str]()
    for item in (text or "").split(",") if text else []:
        name, _, number = item.rpartition(":")
        feature = next((at for at, own in enumerate(features) if own == unquote(name)), None)
        value = _number(number)
        if feature is None:
            notes.append(f"The tracks have no feature named “{_short(unquote(name) or item)}”; ignored.")
        elif value is None:
            notes.append(f"{features[feature]} is “{_short(number)}” in this link, but should be a number; ignored.")
        elif not _within(value, training, feature):
            low, high = training.low[feature], training.high[feature]
            notes.append(
                f"{features[feature]} is {value:g} in this link, far outside the training range "
                f"({low:g} to {high:g}); ignored."
            )
        elif len(changed) < MOST_CHANGED:
            changed[feature] = value
    return changed, notes


def write(changed: Mapping[int, float], features: Sequence[str]) -> str | None:
    """Return changed features as the address says them; None: nothing is changed."""
    items = [f"{quote(features[feature], safe=_KEPT)}:{value:.6g}" for feature, value in sorted(changed.items())]
    return ",".join(items) or None


def fits(changed: Mapping[int, float], features: Sequence[str]) -> bool:
    """Say whether an address can say so many changes."""
    return len(changed) <= MOST_CHANGED and len(write(changed, features) or "") <= LONGEST


def apply(raw: FloatArray, changed: Mapping[int, float]) -> FloatArray:
    """Return the features (n_features,) of a track with these changes."""
    moved = raw.copy()
    for feature, value in changed.items():
        moved[feature] = value
    return moved


def answer_of(network: FittedNetwork, training: Training, raw: FloatArray) -> FloatArray:
    """Return logits (n_genres,) for features in their own units (n_features,)."""
    return network.logits(training.standardizer.transform(raw[None]))[0]


def crossing(
    network: FittedNetwork, training: Training, raw: FloatArray, target: Mapping[int, float]
) -> dict[int, float] | None:
    """Return values like `target` (position → standard score on the boundary) that change the answer when written down.

    They are rounded as the address writes them, and go as little past the boundary as that needs. None: none does.
    """
    fit = training.standardizer
    before = int(answer_of(network, training, raw).argmax())
    start = np.where(np.isnan(raw), fit.median, raw)
    for beyond in (1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1):
        values = {
            feature: float(f"{start[feature] + (1 + beyond) * (_own(training, feature, score) - start[feature]):.6g}")
            for feature, score in target.items()
        }
        if int(answer_of(network, training, apply(raw, values)).argmax()) != before:
            return values
    return None


def _own(training: Training, feature: int, score: float) -> float:
    """Return a standard score in the feature's own units."""
    return float(training.standardizer.mean[feature] + score * training.standardizer.scale[feature])


def _within(value: float, training: Training, feature: int) -> bool:
    low, high = float(training.low[feature]), float(training.high[feature])
    span = (high - low) or max(abs(low), 1.0)
    return low - span <= value <= high + span


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _short(text: str) -> str:
    return f"{text[:40]}…" if len(text) > 40 else text
