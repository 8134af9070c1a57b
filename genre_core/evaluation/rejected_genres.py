"""Who is told "I don't know": how often each genre is answered, and whether a genre pays more than its errors deserve.

A genre whose tracks the model often gets wrong is rightly rejected often. Unfair is to reject tracks that the model
would have got right: of these the rejected share should be the same for every genre.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.checks import check_labels, check_same_length
from genre_core.evaluation.holm import holm
from genre_core.evaluation.intervals import Interval, share_interval
from genre_core.evaluation.rejection import Answered

LEVEL = 0.05


@dataclass(frozen=True)
class GenreAnswering:
    """Effect of a threshold on the tracks of one true genre.

    Of `n` tracks `answered` are answered, `right` of those rightly. Of the `deserved`, which the model got right,
    `lost` are rejected; `others_lost` is that share among the other genres' (None without such tracks). `p` says how
    probable so large a difference between the two shares is if there is none (Fisher's exact test, or by groups a
    normal test), adjusted after Holm for the genres; None where it cannot be tested.
    """

    genre: int
    n: int
    answered: int
    right: int
    coverage_interval: Interval
    accuracy_interval: Interval
    deserved: int
    lost: int
    lost_interval: Interval
    others_lost: float | None
    p: float | None

    @property
    def lost_share(self) -> float | None:
        """Return the share of rightly answered tracks that are rejected."""
        return self.lost / self.deserved if self.deserved else None

    @property
    def unfair(self) -> bool:
        """Say whether the genre loses clearly more right answers than the others do, by test and by interval."""
        if self.p is None or self.others_lost is None:
            return False
        return self.p < LEVEL and self.lost_interval.low > self.others_lost


def per_genre(
    y_true: npt.ArrayLike, y_pred: npt.ArrayLike, answered: Answered, n_genres: int, *, groups: IntArray | None = None
) -> tuple[GenreAnswering, ...]:
    """Return what answering only the `answered` (n,) tracks does to each genre, in the genres' order.

    Raises DataError where the arrays do not fit each other.
    """
    true, predicted = check_labels("y_true", y_true, n_genres), check_labels("y_pred", y_pred, n_genres)
    check_same_length("y_pred", predicted, true)
    check_same_length("answered", answered, true)
    members = None if groups is None else np.unique(groups, return_inverse=True)[1]
    right = true == predicted
    found = [_genre(g, true == g, right, answered, members) for g in range(n_genres)]
    tested = [at for at, (_, p) in enumerate(found) if p is not None]
    adjusted = dict(zip(tested, holm(np.array([found[at][1] for at in tested], dtype=np.float64)), strict=True))
    return tuple(
        GenreAnswering(**values, p=float(adjusted[at]) if at in adjusted else None)
        for at, (values, _) in enumerate(found)
    )


def _genre(
    genre: int, own: Answered, right: Answered, answered: Answered, members: IntArray | None
) -> tuple[dict[str, Any], float | None]:
    deserved, elsewhere = own & right, ~own & right
    lost, others = int((deserved & ~answered).sum()), int((elsewhere & ~answered).sum())
    n, n_others = int(deserved.sum()), int(elsewhere.sum())
    values = {
        "genre": genre,
        "n": int(own.sum()),
        "answered": int((own & answered).sum()),
        "right": int((deserved & answered).sum()),
        "coverage_interval": share_interval(answered, own, members),
        "accuracy_interval": share_interval(right, own & answered, members),
        "deserved": n,
        "lost": lost,
        "lost_interval": share_interval(~answered, deserved, members),
        "others_lost": others / n_others if n_others else None,
    }
    if not n or not n_others:
        return values, None
    if members is None:
        from scipy.stats import fisher_exact

        return values, float(fisher_exact([[lost, n - lost], [others, n_others - others]])[1])
    return values, _grouped_p(~answered, deserved, elsewhere, members)


def _grouped_p(rejected: Answered, deserved: Answered, elsewhere: Answered, members: IntArray) -> float | None:
    """Return the two-sided normal p-value of a difference of two shares whose tracks come in groups.

    Its variance is that of the groups' sums of linearised residuals (W. G. Cochran, "Sampling Techniques", section 6.3,
    1977); None where nothing varies or groups are few.
    """
    residuals: FloatArray = np.zeros(len(rejected))
    shares = []
    for inside, sign in ((deserved, 1.0), (elsewhere, -1.0)):
        share = float(rejected[inside].mean())
        shares.append(share)
        residuals[inside] = sign * (rejected[inside] - share) / inside.sum()
    inside = deserved | elsewhere
    n_groups = len(np.unique(members[inside]))
    if min(len(np.unique(members[deserved])), len(np.unique(members[elsewhere]))) < 5:
        return None
    variance = float((np.bincount(members, residuals) ** 2).sum()) * n_groups / (n_groups - 1)
    if not variance:
        return None
    return math.erfc(abs(shares[0] - shares[1]) / math.sqrt(2 * variance))
