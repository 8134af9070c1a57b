"""Repetitions: one configuration with other seeds or on folds, as far as its runs are."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import streamlit as st
from pydantic import ValidationError

from dashboard.services.datasets import dataset
from dashboard.services.openings import open_test
from dashboard.services.studies import as_far_as, config_of, open_study
from dashboard.services.workers import store
from genre_core.data.dataset import Dataset, IntArray, Part
from genre_core.errors import ConfigError, GenreLabError
from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.evaluation.needed import Needed, scores_in_range
from genre_core.evaluation.practical import REGION, Practical, practical
from genre_core.evaluation.repeated_scores import PooledScore
from genre_core.evaluation.repeated_scores import pooled_score as _pooled_score
from genre_core.settings.config import ExperimentConfig
from genre_core.store.gate import predictions_of
from genre_core.store.schema import Epoch, Run, Study
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats import summary as repeats
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig
from genre_core.studies.repeats.summary import why_incomparable as _why_incomparable
from genre_core.training.predictions import Predictions, Unit


@dataclass(frozen=True, eq=False)
class Repetition:
    """A repetition as far as it is: its runs by number, those that are complete with a score on `part`.

    Where rows are segments of tracks, each track is judged, or with `unit` "row" each segment.
    """

    study: Study
    config: RepeatsConfig
    runs: Mapping[int, Run]
    histories: Mapping[int, Sequence[Epoch]]
    part: Part
    unit: Unit = "track"

    @property
    def _data(self) -> Dataset:
        return dataset(self.config.experiment.data)

    @cached_property
    def in_segments(self) -> bool:
        """Return whether rows are segments of tracks; not known of old runs whose data are gone."""
        with suppress(GenreLabError):
            return repeats.in_segments(self.complete, lambda: self._data)
        return False

    @cached_property
    def by_track(self) -> bool:
        """Return whether segments are judged together, by track; never where the data are gone."""
        with suppress(GenreLabError):
            return self.unit == "track" and self.in_segments and self._data.in_segments
        return False

    @cached_property
    def predictions(self) -> dict[int, Predictions]:
        """Return what each run that has a score says of all rows, by its number."""
        scored = {number: run for number, run in self.runs.items() if self.part in run.summary}
        found = {number: predictions_of(store(), run) for number, run in scored.items()}
        return {number: one for number, one in found.items() if one is not None}

    @property
    def total(self) -> int:
        """Return how many runs there will be."""
        return len(self.config.configs)

    @property
    def complete(self) -> list[Run]:
        """Return the runs that have a score; held-out folds have one as soon as they are counted as looked at."""
        return [run for run in self.runs.values() if self.part in run.summary]

    @property
    def done(self) -> float:
        """Return the share in [0, 1] of the work that is done; epochs count by the most that there can be."""
        most = self.config.experiment.train.max_epochs
        parts = (
            min(1.0, (run.epoch + run.fraction) / most) if run.state in ("running", "paused", "queued") else 1.0
            for run in self.runs.values()
        )
        return sum(parts) / self.total

    @cached_property
    def scores(self) -> dict[int, repeats.MemberScore]:
        """Return each complete run's score, by its number."""
        return repeats.scores_of(self.runs, self.part, self.by_track, lambda: self.predictions, lambda: self._data)

    @cached_property
    def summary(self) -> repeats.Repeats | None:
        """Return what the scores come to so far; None before there is one."""
        return repeats.summarize(self.config, list(self.scores.values()))

    @cached_property
    def matrix(self) -> ConfusionMatrix | None:
        """Return the matrix over all held-out folds, each track as often as folds were dealt; None without folds."""
        runs = self.complete
        if not runs or not isinstance(self.config.what, Folds):
            return None
        counts = [run.summary["test"]["confusion_matrix"] for run in runs]
        if self.by_track:
            counts = [repeats.track_counts(one, self._data) for one in self.predictions.values()]
        found: IntArray = repeats.pooled(counts)
        return ConfusionMatrix(found, tuple(runs[0].context["genres"]))

    @property
    def majority(self) -> float | None:
        """Return the mean majority baseline on the judged part; None before a run."""
        rates = [run.summary[self.part]["majority_accuracy"] for run in self.complete]
        if self.by_track:
            judged = [(one, one.of(self.part).by("track", self._data)) for one in self.predictions.values()]
            rates = [float((seen.y == one.majority).mean()) for one, seen in judged]
        return float(np.mean(rates)) if rates else None

    @property
    def opened(self) -> bool:
        """Return whether the test part of every complete run was looked at."""
        return all(run.opened for run in self.runs.values() if run.state == "complete")


@dataclass(frozen=True)
class ComparedRepeats:
    """Whether a repetition is better than another; `needed` pairs of runs would show the true difference."""

    found: Practical | None
    needed: Needed | None
    why_not: str = ""


def repeats_config(experiment: ExperimentConfig, how: OtherSeeds | Folds) -> RepeatsConfig:
    """Return what to repeat. Raises ConfigError where the settings hold out a fold already."""
    try:
        return RepeatsConfig(experiment=experiment, what=how)
    except ValidationError as error:
        said = str(error.errors()[0]["ctx"]["error"])
        raise ConfigError(f"{said[0].upper()}{said[1:]}.") from error


def repetition(study_id: str, *, test: bool = False, unit: Unit = "track") -> Repetition:
    """Return a repetition as far as it is, judged on validation, or with `test` on the test part; folds on themselves.

    A closed test part is not judged: it is validation then. Raises RunStateError where there is none of that name, or
    another version of Genre Lab made it.
    """
    study = open_study(REPEATS, study_id)
    return _read((as_far_as(study), revision_of_runs(study)), test, unit, study)


def revision_of_runs(study: Study) -> int:
    """Return a number that is another one whenever a page would show one of the runs differently."""
    return store().members.revision(study.id)


def open_repetition(study_id: str) -> None:
    """Open the test part of every complete run, once and for all."""
    open_test(*(run.id for run in store().members.runs(study_id).values() if run.state == "complete"))


def compare_repetitions(ours: Repetition, theirs: Repetition, region: float = REGION) -> ComparedRepeats:
    """Compare two repetitions run by run, on the part that the first is judged on; ±`region` is too small to matter."""
    why_not = _why_incomparable(ours.config, theirs.config)
    if why_not:
        return ComparedRepeats(None, None, why_not)
    found = repeats.compare((ours.config, ours.scores), (theirs.config, theirs.scores))
    if found is None:
        return ComparedRepeats(None, None)
    return ComparedRepeats(practical(found, region), scores_in_range(found, found.ratio))


@st.cache_resource(show_spinner=False, max_entries=64)
def _read(state: tuple[object, ...], test: bool, unit: Unit, _study: Study) -> Repetition:
    config = config_of(REPEATS, _study)
    members = store().members
    found = Repetition(_study, config, members.runs(_study.id), members.epochs(_study.id), config.part, unit)
    return replace(found, part="test") if test and found.opened else found


def pooled_score(found: Repetition) -> PooledScore | None:
    """Return the share of all held-out answers so far that is right; raises DataError where its data are gone."""
    if not found.predictions:
        return None
    data, unit = dataset(found.config.experiment.data), found.unit
    return _pooled_score([repeats.held_out(one, data, unit) for one in found.predictions.values()])
