"""From how many clips? The study of a run's clips, as far as it is."""

from dataclasses import dataclass

from dashboard.services import tagger
from dashboard.services.studies import Named
from dashboard.services.workers import store
from genre_core.settings.config import ExperimentConfig, TrainConfig
from genre_core.store.schema import Run, Study
from genre_core.studies.few_clips.config import NEED_TAGGER, WAYS, FewClipsConfig
from genre_core.studies.few_clips.measuring import FewPlan, FewScore
from genre_core.studies.few_clips.summary import FewPoint, Lead, leads, note, points_of
from genre_core.studies.kinds import FEW_CLIPS

STUDIES = Named(FEW_CLIPS, "few")


@dataclass(frozen=True, eq=False)
class Few:
    """The study as far as it is; `plan` is None before it has begun to learn."""

    study: Study
    config: FewClipsConfig
    plan: FewPlan | None
    scores: tuple[FewScore, ...]

    seconds_left: None = None
    """Nobody knows: the ways take too differently long."""

    @property
    def n_scores(self) -> int:
        """Return how many trainings there are in all."""
        return self.plan.n_scores if self.plan else 0

    @property
    def done(self) -> float:
        """Return the share in [0, 1] of the trainings that are done."""
        return min(1.0, len(self.scores) / max(1, self.n_scores))

    @property
    def points(self) -> tuple[FewPoint, ...]:
        """Return the accuracy of each way after each number of clips."""
        return points_of(self.scores, self.plan) if self.plan else ()

    @property
    def leads(self) -> tuple[Lead, ...]:
        """Return which way is best after each number of clips."""
        return leads(self.scores, self.plan) if self.plan else ()

    @property
    def note(self) -> str:
        """Return what was drawn and judged in words."""
        return note(self.plan, self.config) if self.plan else ""


def config_of(run: Run) -> FewClipsConfig:
    """Return what determines the study of a run's clips: of ways without the tagger, unless it is there.

    It is the same for all runs on these clips, this split and this seed, whatever they learned from.
    """
    data = run.config.data.model_copy(update={"features": ""})
    seed = TrainConfig(seed=run.config.train.seed)
    ways = tuple(way for way in WAYS if way not in NEED_TAGGER or tagger.is_there())
    return FewClipsConfig(experiment=ExperimentConfig(data=data, split=run.config.split, train=seed), ways=ways)


def few_clips(config: FewClipsConfig) -> Few | None:
    """Return the study as far as it is; None where nobody has asked for it."""
    study = STUDIES.find(config)
    if study is None:
        return None
    scores = tuple(FewScore.from_json(result) for result in store().studies.results(study.id))
    return Few(study, config, FewPlan.from_json(study.context) if study.context else None, scores)
