"""How far a run's probabilities may be trusted: a temperature and prediction sets, both from its validation part."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import Dataset, FloatArray
from genre_core.evaluation.intervals import Mask
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.prediction_sets import LEVELS, SetRule, calibrate
from genre_core.evaluation.scaling import fit_temperature
from genre_core.store.run_result import outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run


@dataclass(frozen=True, eq=False)
class Trust:
    """The `temperature` that logits are divided by, and the `rule` of prediction sets; None where none can be given.

    The temperature is 1 where the probabilities are not `calibrated`: validation holds no error, or is not stored.
    `n` are the validation tracks that both rest on.
    """

    temperature: float
    calibrated: bool
    rule: SetRule | None
    n: int

    def probabilities(self, logits: npt.ArrayLike) -> FloatArray:
        """Return the probability of each genre (n, k), as calibrated, from logits (n, k)."""
        return softmax(np.asarray(logits, dtype=np.float64) / self.temperature)

    def sets(self, logits: npt.ArrayLike) -> Mask | None:
        """Return which genres remain possible (n, k), from logits (n, k); None where that cannot be promised."""
        return None if self.rule is None else self.rule.sets(softmax(np.asarray(logits, dtype=np.float64)))


def trust_of(store: RunStore, run: Run, data: Dataset, level: float = LEVELS[0]) -> Trust:
    """Return how far the probabilities of a complete run on these data may be trusted."""
    seen = outcome_of(store, run, "validation", data)
    if seen is None:
        return Trust(1.0, False, None, 0)
    known = seen.logits.astype(np.float64)
    rule = calibrate(seen.y_true, softmax(known), level, groups=seen.groups)
    scaling = fit_temperature(seen.y_true, known)
    calibrated = not scaling.at_bound
    promised = None if rule.too_few.any() else rule
    return Trust(scaling.temperature if calibrated else 1.0, calibrated, promised, len(known))
