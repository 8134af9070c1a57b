"""Results of a search so far: one result for each trial that has ended, and what they say together."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from genre_core.studies.study import Plain
from genre_core.studies.tuning.config import SearchConfig
from genre_core.studies.tuning.optimism import Optimism

TrialState = Literal["complete", "pruned", "failed"]


@dataclass(frozen=True)
class TrialResult(Plain):
    """One trial that has ended: what it tried, how it was judged, and its runs; scores are means over its folds."""

    trial: int
    """Counted from 1."""
    params: Mapping[str, Any]
    state: TrialState
    runs: tuple[str, ...]
    value: float | None = None
    accuracy: float | None = None
    macro_f1: float | None = None
    log_loss: float | None = None
    interval: tuple[float, float] | None = None
    """Of the accuracy, or of macro-F1 where that is the objective; on one split alone."""
    n_tracks: int = 0
    epochs: int = 0
    seconds: float = 0.0
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, marked as a trial."""
        return {"kind": "trial", **super().to_json()}


@dataclass(frozen=True)
class SearchSummary(Plain):
    """Summary of the trials up to some point."""

    n_complete: int
    importances: Mapping[str, float] = field(default_factory=dict)
    """Setting → its share, summing to 1; empty where there are too few trials to say."""
    optimism: Optimism | None = None
    final_run: str = ""
    """With folds: the run of the winner's settings on the split, made when the search is over."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, marked as a summary."""
        optimism = self.optimism.to_json() if self.optimism else None
        return {"kind": "summary", **super().to_json(), "optimism": optimism}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "SearchSummary":
        """Return what `to_json` wrote."""
        optimism = document["optimism"]
        return super().from_json({**document, "optimism": Optimism.from_json(optimism) if optimism else None})


def read_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[list[TrialResult], SearchSummary | None]:
    """Return the trials in their order, each once, and the latest summary."""
    trials, summary = dict[int, TrialResult](), None
    for row in rows:
        if row["kind"] == "trial":
            trials.setdefault(row["trial"], TrialResult.from_json(row))
        else:
            summary = SearchSummary.from_json(row)
    return [trials[number] for number in sorted(trials)], summary


def rank(config: SearchConfig, trial: TrialResult) -> tuple[bool, float]:
    """Return what sorts trials from the best to the worst; those that did not end as planned come last."""
    value = math.nan if trial.value is None else trial.value
    return trial.state != "complete", -value if config.maximize else value


def best_of(config: SearchConfig, trials: Iterable[TrialResult]) -> TrialResult | None:
    """Return the best of the complete trials, the earliest of equals; None where none is complete."""
    best: TrialResult | None = None
    for trial in trials:
        if trial.state != "complete" or trial.value is None:
            continue
        if config.better(trial.value, best.value if best else None):
            best = trial
    return best
