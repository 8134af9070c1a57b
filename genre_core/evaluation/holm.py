"""Many tests at once: Holm's step-down adjustment."""

import numpy as np

from genre_core.data.dataset import FloatArray


def holm(p: FloatArray) -> FloatArray:
    """Return p-values (n_tests,) adjusted so that the chance of any false alarm stays below the level.

    Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6.
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted
