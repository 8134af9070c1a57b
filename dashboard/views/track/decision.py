"""Reasons for the decision about a track: as it is in the data, or with the features that a person changed."""

from dataclasses import dataclass

from dashboard.services.networks import Explanation, Training
from dashboard.views.track.changed_features import answer_of, apply
from dashboard.views.track.looked_at import LookedAt, decided_against
from genre_core.data.dataset import FloatArray
from genre_core.explaining.attribution import Attribution, attribute
from genre_core.explaining.network import FittedNetwork


@dataclass(frozen=True, eq=False)
class Decision:
    """Standard scores `x` (n_features,) of a track, of which `n_changed` are not its own, and what they speak for."""

    x: FloatArray
    attribution: Attribution
    n_changed: int = 0

    @property
    def predicted(self) -> int:
        """Return the genre that the network takes it for."""
        return self.attribution.genre


def decision(
    track: LookedAt, network: FittedNetwork, training: Training, found: Explanation, changed: dict[int, float]
) -> Decision:
    """Return the decision about a track with these changes (feature → value in its own units)."""
    raw = apply(track.raw, changed)
    x: FloatArray = training.standardizer.transform(raw[None])[0].astype("float64")
    if not changed:
        return Decision(x, found.attribution)
    logits = answer_of(network, training, raw)
    predicted = int(logits.argmax())
    return Decision(x, attribute(network, x, predicted, decided_against(logits, track.true)), len(changed))
