"""How sure the F1 of one genre is."""

import numpy as np

from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.intervals import Interval, grouped_wilson, wilson


def f1_interval(matrix: ConfusionMatrix, genre: int) -> Interval:
    """Return the 95 % interval of a genre's F1 (genre counted from 0); (0, 1) where the genre has no track at all.

    Among the tracks that are of the genre or called it, the share that are both is J = TP / (TP + FP + FN), a plain
    proportion with a Wilson interval, and F1 = 2J / (1 + J) grows with J: the limits of J are carried over.
    """
    union = int(matrix.counts[genre].sum() + matrix.counts[:, genre].sum() - matrix.counts[genre, genre])
    if matrix.grouped is None:
        share = wilson(int(matrix.counts[genre, genre]), union)
    else:
        true, predicted = matrix.grouped.y_true == genre, matrix.grouped.y_pred == genre
        n_groups = int(matrix.grouped.groups.max(initial=-1)) + 1
        both, either = (
            np.bincount(matrix.grouped.groups[chosen], minlength=n_groups)
            for chosen in (true & predicted, true | predicted)
        )
        share = grouped_wilson(both, either)
    return Interval(2 * share.low / (1 + share.low), 2 * share.high / (1 + share.high))
