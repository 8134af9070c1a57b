"""The kinds of study there are: the one place where they are listed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from genre_core.errors import RunStateError
from genre_core.inspection.projection import MapConfig
from genre_core.judging.elsewhere import ElsewhereConfig
from genre_core.judging.horse import HorseConfig
from genre_core.settings.config import DatasetConfig
from genre_core.store.runs import RunStore
from genre_core.store.schema import Study
from genre_core.studies.at_once import AtOnce, judge_on_other_data, place_tracks
from genre_core.studies.cross_predictions import CrossPredictions, CrossPredictionsConfig
from genre_core.studies.extraction import Extraction, ExtractionConfig
from genre_core.studies.few_clips.config import FewClipsConfig
from genre_core.studies.few_clips.measuring import FewClips
from genre_core.studies.horse import AskedHorse
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.learning_curve.measuring import LearningCurve
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.lens.judging import Lens, open_published
from genre_core.studies.repeats.config import RepeatsConfig
from genre_core.studies.repeats.training import Repetition
from genre_core.studies.study import StudyWork
from genre_core.studies.tuning.config import SearchConfig
from genre_core.studies.tuning.searching import Search
from genre_core.values import Frozen

Config = TypeVar("Config", bound=Frozen)

OTHER_VERSION = (
    "This work comes from another version of Genre Lab than the one that its worker has: give dashboards and workers "
    "the same version, and continue."
)


@dataclass(frozen=True)
class Kind(Generic[Config]):
    """A kind of study: what the store calls it, what a person calls one, what determines one, and what does it.

    One that is brief takes seconds: it does not wait for a study that takes minutes. `data` are what it is about;
    where they are clips, those are measured before it begins.
    """

    kind: str
    name: str
    config: type[Config]
    work: Callable[[Config, RunStore, Study], StudyWork]
    brief: bool = False
    data: Callable[[Config], DatasetConfig | tuple[DatasetConfig, ...] | None] = lambda config: config.experiment.data  # type: ignore[attr-defined]

    def open(self, store: RunStore, study: Study) -> StudyWork:
        """Return what a stored study has to do."""
        return self.work(self._config_of(study), store, study)

    def measured(self, study: Study) -> tuple[DatasetConfig, ...]:
        """Return the data that are to be measured before a stored study begins."""
        found = self.data(self._config_of(study))
        return found if isinstance(found, tuple) else (found,) if found else ()

    def _config_of(self, study: Study) -> Config:
        try:
            return self.config.model_validate_json(study.config_json)
        except ValidationError as error:
            raise RunStateError(OTHER_VERSION) from error


def _lens(config: LensConfig, store: RunStore, study: Study) -> Lens:
    return Lens(config, store, lambda lens, score: open_published(store, study.id, lens, [score]))


LENS = Kind("lens", "lens", LensConfig, _lens)
REPEATS = Kind("repeats", "repetition", RepeatsConfig, Repetition)
SEARCH = Kind("search", "search", SearchConfig, Search, data=lambda config: config.base.data)
LEARNING_CURVE = Kind(
    "learning curve", "learning curve", LearningCurveConfig, lambda config, store, _: LearningCurve(config, store)
)
CROSS_PREDICTIONS = Kind(
    "cross-predictions",
    "cross-prediction",
    CrossPredictionsConfig,
    lambda config, store, _: CrossPredictions(config, store),
)
EXTRACTION = Kind(
    "extraction",
    "extraction",
    ExtractionConfig,
    lambda config, store, _: Extraction(config, store, learned=()),  # what is learned, a run knows
    brief=True,
    data=lambda _: None,  # measuring is the study itself
)
MAP = Kind(
    "map",
    "map",
    MapConfig,
    lambda config, store, _: AtOnce(lambda: place_tracks(config, store)),
    brief=True,
    data=lambda config: config.data,
)

ELSEWHERE = Kind(
    "elsewhere",
    "judgment on other data",
    ElsewhereConfig,
    lambda config, store, _: AtOnce(lambda: judge_on_other_data(config, store)),
    brief=True,
    data=lambda config: config.data,
)

HORSE = Kind(
    "horse",
    "horse test",
    HorseConfig,
    lambda config, store, _: AskedHorse(config, store),
    brief=True,
    data=lambda _: None,  # a complete run's clips are measured
)

FEW_CLIPS = Kind(
    "few clips",
    "study of few clips",
    FewClipsConfig,
    lambda config, store, _: FewClips(config, store),
    data=lambda config: tuple(config.of_way(way).data for way in config.ways),
)

KINDS: Mapping[str, Kind[Any]] = {
    of.kind: of
    for of in (LENS, REPEATS, SEARCH, LEARNING_CURVE, CROSS_PREDICTIONS, MAP, EXTRACTION, ELSEWHERE, FEW_CLIPS, HORSE)
}


def kind_of(study: Study) -> Kind[Any]:
    """Return of what kind a stored study is. Raises RunStateError where this version does not know it."""
    if study.kind not in KINDS:
        raise RunStateError(OTHER_VERSION)
    return KINDS[study.kind]
