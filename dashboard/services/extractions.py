"""Measuring of clips, before a network can learn from them: how far that is, and how it is begun."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dashboard.services.studies import config_or_none, latest_studies, start_study
from dashboard.services.workers import store
from genre_core.settings.config import DatasetConfig
from genre_core.store.runs import new_run_id
from genre_core.store.schema import Study
from genre_core.studies.extraction import ExtractionConfig
from genre_core.studies.kinds import EXTRACTION


@dataclass(frozen=True)
class Extracting:
    """How far an extraction is, in windows; `spent` are the seconds since it began."""

    study: Study
    n_windows: int
    n_done: int
    spent: float

    @property
    def speed(self) -> float:
        """Return how many windows are measured a second."""
        return self.n_done / self.spent if self.spent > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Return the seconds that it still takes; None where that cannot be told yet."""
        return (self.n_windows - self.n_done) / self.speed if self.speed else None

    @property
    def share(self) -> float:
        """Return the part that is done, in [0, 1]."""
        return min(1.0, self.n_done / self.n_windows) if self.n_windows else 0.0


def extracting(config: DatasetConfig) -> Extracting | None:
    """Return how far the latest extraction of these data is; None where there was none."""
    wanted = of(config)
    study = next((one for one in latest_studies(EXTRACTION) if config_or_none(EXTRACTION, one) == wanted), None)
    if study is None:
        return None
    results = store().studies.results(study.id)
    n_windows, n_done = int(study.context.get("n_windows", 0)), sum(one["n_windows"] for one in results)
    spent = (datetime.now(UTC) - study.started_at).total_seconds() if study.started_at else 0.0
    return Extracting(study, n_windows, n_done, spent)


def extract(config: DatasetConfig) -> None:
    """Begin to measure what is missing; raises StoreError where that could not be saved."""
    start_study(EXTRACTION, new_run_id(), of(config))


def of(config: DatasetConfig) -> ExtractionConfig:
    """Return what is extracted for these data: how they are split and which genres are left out changes nothing."""
    fields = type(config).model_fields
    usual: dict[str, Any] = {
        name: fields[name].default for name in ("published", "min_tracks", "genres") if name in fields
    }
    return ExtractionConfig(data=config.model_copy(update=usual))
