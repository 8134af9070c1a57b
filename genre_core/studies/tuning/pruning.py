"""The median rule: a trial that has never been as good as the median of its elders at the same epoch is ended early.

D. Golovin et al., "Google Vizier: a service for black-box optimization", KDD (2017), section 3.2.2, as Optuna's
`MedianPruner` has it. Here its memory is at hand: asking the database after each epoch costs more than the epoch.
"""

from collections.abc import Mapping

import numpy as np

STARTS = 5
"""Trials that end on their own before any is pruned."""
WARM_UP = 3
"""Epochs that every trial is given."""


class Pruning:
    """Results of each trial, epoch by epoch."""

    def __init__(self, *, maximize: bool) -> None:
        self._sign = 1.0 if maximize else -1.0
        self._values: dict[int, dict[int, float]] = {}
        self._finished: set[int] = set()

    def learn(self, trial: int, values: Mapping[int, float], *, finished: bool = False) -> bool:
        """Remember a trial's values by epoch; return whether any was new."""
        known = self._values.setdefault(trial, {})
        new = values.keys() - known.keys()
        known |= {epoch: self._sign * values[epoch] for epoch in new}
        if finished:
            self._finished.add(trial)
        return bool(new)

    def finish(self, trial: int) -> None:
        """Let a trial that ended on its own count for others."""
        self._finished.add(trial)

    def is_finished(self, trial: int) -> bool:
        """Return whether a trial counts for others."""
        return trial in self._finished

    @property
    def has_begun(self) -> bool:
        """Whether enough trials have ended for others to be judged by."""
        return len(self._finished) >= STARTS

    def falls_behind(self, trial: int, epoch: int) -> bool:
        """Return whether a trial's best so far is below the median at this epoch."""
        if epoch <= WARM_UP or not self.has_begun:
            return False
        elders = [self._values[other][epoch] for other in self._finished if epoch in self._values.get(other, {})]
        if not elders:
            return False
        best = max(value for at, value in self._values[trial].items() if at <= epoch)  # a lost worker may have gone on
        return bool(best < np.median(elders))
