"""Which features a decision rests on: integrated gradients.

Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", ICML 2017: the gradient averaged along the
straight way from a baseline to the track, times how far each feature goes. What features are given adds up to the
change of the output between the two (completeness). The integral is exact: between kinks the gradient is constant.
"""

from dataclasses import dataclass

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.explaining.network import FittedNetwork
from genre_core.explaining.path import path


@dataclass(frozen=True, eq=False)
class Attribution:
    """Contribution of each feature (n_features,) to how far the logit of one genre is ahead of another's.

    `lead` is that difference at the track, `baseline_lead` at the average training track; both in nats.
    """

    features: FloatArray
    genre: int
    other: int
    lead: float
    baseline_lead: float

    @property
    def total(self) -> float:
        """Return the sum over the features."""
        return float(self.features.sum())

    @property
    def missing(self) -> float:
        """Return by how much that falls short of the change from the average track: 0 but for rounding."""
        return self.lead - self.baseline_lead - self.total


def attribute(network: FittedNetwork, x: FloatArray, genre: int, other: int) -> Attribution:
    """Attribute the lead of one genre's logit over another's at standard scores `x` (n_features,) to the features.

    The baseline is the mean of the training tracks, which is 0 in each standard score.
    """
    stop = np.asarray(x, np.float64)
    found = path(network, np.zeros(len(x)), stop)
    direction = np.zeros(network.n_genres)
    direction[genre], direction[other] = 1.0, -1.0
    gradients = network.gradient(found.middles[:, None] * stop, direction)
    leads = found.logits @ direction
    return Attribution(stop * (np.diff(found.at) @ gradients), genre, other, float(leads[-1]), float(leads[0]))
