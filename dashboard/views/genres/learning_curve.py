"""The learning curve of a run's experiment: one study, which the pages of all its genres read."""

from collections import Counter
from dataclasses import dataclass

import streamlit as st

from dashboard.services.studies import Named, as_far_as, seconds_left
from dashboard.services.workers import store
from genre_core.store.schema import Run, Study
from genre_core.studies.kinds import LEARNING_CURVE
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.learning_curve.measuring import CurvePlan, CurveScore
from genre_core.studies.learning_curve.summary import CurvePoint, Gain, curve_of, last_gain

STUDIES = Named(LEARNING_CURVE, "learning")


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """A learning curve as far as it is; `plan` is None before it has begun."""

    study: Study
    config: LearningCurveConfig
    plan: CurvePlan | None
    scores: tuple[CurveScore, ...]

    @property
    def n_scores(self) -> int:
        """Return how many trainings there are in all."""
        return self.config.n_repeats * len(self.config.shares)

    @property
    def done(self) -> float:
        """Return the share in [0, 1] of the work that is done: a sample takes as long as it is large."""
        total = self.config.n_repeats * sum(self.config.shares)
        return min(1.0, sum(score.share for score in self.scores) / total)

    @property
    def seconds_left(self) -> float | None:
        """Estimate the seconds that what is missing takes, from what each size took; None before all were seen."""
        n = Counter(score.share for score in self.scores)
        missing = [str(share) for share in self.config.shares for _ in range(self.config.n_repeats - n[share])]
        return seconds_left(self.study, [(str(score.share), score.seconds) for score in self.scores], missing)

    def points(self, genre: int | None) -> tuple[CurvePoint, ...]:
        """Return the points of a genre's recall, or of accuracy."""
        return curve_of(self.scores, self.plan, genre) if self.plan else ()

    def gain(self, genre: int | None) -> Gain | None:
        """Return what the last step in size brought."""
        return last_gain(self.scores, self.plan, genre) if self.plan else None


def config_of(of: Run) -> LearningCurveConfig:
    """Return what determines the learning curve of a run's experiment."""
    return LearningCurveConfig(experiment=of.config)


def learning_curve(of: Run) -> LearningCurve | None:
    """Return the learning curve of a run's experiment as far as it is; None where nobody has asked for it."""
    study = STUDIES.find(config_of(of))
    return None if study is None else _read(study)


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs={Study: as_far_as})
def _read(study: Study) -> LearningCurve:
    config = LearningCurveConfig.model_validate_json(study.config_json)
    scores = tuple(CurveScore.from_json(result) for result in store().studies.results(study.id))
    return LearningCurve(study, config, CurvePlan.from_json(study.context) if study.context else None, scores)
