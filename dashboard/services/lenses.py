"""Lenses: what they have come to so far."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from dashboard.services.datasets import dataset
from dashboard.services.outcomes import About
from dashboard.services.studies import as_far_as, config_of, open_study, seconds_left
from dashboard.services.workers import store
from genre_core.errors import DataError
from genre_core.settings.config import labels_are_noisy
from genre_core.store.schema import Study
from genre_core.studies.kinds import LENS
from genre_core.studies.lens.config import NETWORK, Classifier, LensConfig
from genre_core.studies.lens.judging import LensPlan, LensScore, all_tasks, plan_lens
from genre_core.studies.lens.ranking import Ranking, rankings
from genre_core.studies.lens.summary import flips
from genre_core.studies.lens.verdict import Judged
from genre_core.training.predictions import Unit as Unit
from genre_core.values import fingerprint


@dataclass(frozen=True, eq=False)
class Lens(Judged):
    """A lens as far as it is: its study, what it judges, and its scores; `plan` is None where its data cannot be read.

    Where labels are wrong now and then, the scores are about them or about the true genres.
    """

    study: Study
    config: LensConfig
    plan: LensPlan | None
    scores: tuple[LensScore, ...]
    about: About = ""
    """Truth that the scores are about, where labels are wrong now and then."""
    unit: Unit = "row"
    """The unit that scores count: rows, or whole tracks where rows are segments of them."""

    @property
    def in_segments(self) -> bool:
        """Return whether rows are segments of tracks."""
        return self.plan is not None and "track" in self.plan.groups

    @cached_property
    def flips(self) -> list[tuple[Classifier, Classifier]]:
        """Return which classifiers are clearly ahead by row, and of whom clearly behind at the coarsest level."""
        return flips(self.scores, "row", self.coarse) if self.coarse else []

    @cached_property
    def rankings(self) -> list[Ranking]:
        """Return who is clearly ahead of whom, level by level, where that can be told; the coarsest last."""
        return rankings(self.scores, self.plan.levels) if self.plan else []

    @cached_property
    def seconds_left(self) -> float | None:
        """Estimate the seconds until no score is missing, by what each classifier's took; None before each has one."""
        if not self.plan:
            return None
        had, alone = {score.task for score in self.scores}, self.plan.network_alone
        missing = [task[-1] for task in all_tasks(self.config, self.plan.levels) if task not in had]
        missing = [name for name in missing if name == NETWORK or not alone]
        return seconds_left(self.study, [(score.classifier, score.seconds) for score in self.scores], missing)


def lens(lens_id: str, *, clean: bool = False, unit: Unit = "track") -> Lens:
    """Return a lens as far as it is, its scores about the true genres with `clean`, where they differ from labels.

    Where rows are segments of tracks, scores are by `unit`; earlier versions scored rows alone. Raises RunStateError
    where there is none of that name, or another version of Genre Lab made it.
    """
    return _read(open_study(LENS, lens_id), clean, unit)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={LensConfig: fingerprint})
def lens_plan(config: LensConfig) -> LensPlan:
    """Return what a lens would judge, before it is started; raises DataError."""
    return plan_lens(config, dataset(config.experiment.data))


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs={Study: as_far_as})
def _read(study: Study, clean: bool, unit: Unit) -> Lens:
    scores = tuple(LensScore.from_json(result) for result in store().studies.results(study.id))
    config = config_of(LENS, study)
    plan = LensPlan.from_json(study.context) if study.context else _planned(config)
    in_segments = plan is not None and "track" in plan.groups
    if not in_segments or any(score.track_accuracy is None for score in scores):
        unit = "row"
    elif unit == "track":
        scores = tuple(score.by_track() for score in scores)
    if not labels_are_noisy(config.experiment.data):
        return Lens(study, config, plan, scores, unit=unit)
    if clean and all(score.true_accuracy is not None for score in scores):  # earlier versions kept one kind
        return Lens(study, config, plan, tuple(score.about_true_genres() for score in scores), "true genre", unit)
    return Lens(study, config, plan, scores, "label", unit)


def _planned(config: LensConfig) -> LensPlan | None:
    """Return what a lens will judge that has not begun; None where its clips are not measured, or its data are gone."""
    with suppress(DataError):
        return lens_plan(config)
    return None
