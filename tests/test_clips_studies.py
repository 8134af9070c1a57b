"""Studies of clips that nobody has measured yet: their worker measures first, whatever kind they are."""

from concurrent.futures import Future

import pytest
from distributed.scheduler import KilledWorker, WorkerState

from genre_core.data.sources import load_dataset
from genre_core.errors import DataError, NotExtractedError
from genre_core.inspection.projection import MapConfig
from genre_core.judging.elsewhere import ElsewhereConfig
from genre_core.judging.horse import HorseConfig
from genre_core.settings.config import ClipsConfig, ExperimentConfig, TrainConfig
from genre_core.store.runs import RunStore
from genre_core.studies import extraction
from genre_core.studies.cross_predictions import CrossPredictionsConfig
from genre_core.studies.extraction import Extraction, ExtractionConfig, measure
from genre_core.studies.few_clips.config import FewClipsConfig
from genre_core.studies.kinds import KINDS, LENS, REPEATS
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.space import read_dimension
from genre_core.workers.study import execute_study, work_on
from tests.hums import GENRES, import_hums, write_hums

N = 12


@pytest.fixture
def store(tmp_path):
    opened = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_hums(tmp_path_factory.mktemp("hums"), N, 0.6)


def experiment(folder, store):
    data = ClipsConfig(table=import_hums(folder, store), features="notebook20")
    return ExperimentConfig(data=data, train=TrainConfig(max_epochs=2))


def submit(store, kind, config):
    store.studies.submit("study", kind.kind, config.model_dump_json())


def test_a_study_measures_its_clips_first_and_says_how_far_that_is(folder, store):
    config = experiment(folder, store)
    submit(store, LENS, LensConfig(experiment=config, n_repeats=3))
    steps = work_on(store, store.studies.claim("study", 1))
    next(steps)
    assert store.studies.study("study").measuring == (0, len(GENRES) * N)
    with pytest.raises(NotExtractedError):
        load_dataset(config.data, store)
    next(steps)
    assert store.studies.study("study").measuring == (16, len(GENRES) * N)
    while store.studies.study("study").measuring:
        next(steps)
    assert store.studies.study("study").context["n_rows"] == len(load_dataset(config.data, store))


def test_a_repetition_of_clips_trains_to_its_end(folder, store):
    submit(store, REPEATS, RepeatsConfig(experiment=experiment(folder, store), what=OtherSeeds(times=2)))
    execute_study("study", 1, store.url)
    study = store.studies.study("study")
    assert (study.state, study.measuring, study.context) == ("complete", None, {})
    assert [run.state for run in store.members.runs("study").values()] == ["complete", "complete"]


class Desk:
    """A cluster of two workers in this thread, of which tasks kill as many as are told."""

    def __init__(self, n_deaths: int) -> None:
        self.n_deaths = n_deaths

    def scheduler_info(self, n_workers: int) -> dict[str, list[str]]:
        return {"workers": ["one", "two"]}

    def submit(self, _, task, store_url, **options) -> Future:
        sent = Future()
        if self.n_deaths:
            self.n_deaths -= 1
            sent.set_exception(KilledWorker("measure", WorkerState.__new__(WorkerState), 0))
        else:
            sent.set_result(measure(task, store_url))
        return sent

    def cancel(self, _: list[Future]) -> None:
        pass


@pytest.mark.parametrize("n_deaths", [2, 99])
def test_clips_whose_worker_dies_are_measured_by_another_up_to_three_times(folder, store, monkeypatch, n_deaths):
    monkeypatch.setattr(extraction, "LOOK_SECONDS", 0.0)
    tasks = Extraction(ExtractionConfig(data=experiment(folder, store).data), store).tasks()
    dealt = extraction._on_workers(Desk(n_deaths), tasks, store.url)
    if n_deaths > len(tasks) * extraction.MOST_TRIES:
        with pytest.raises(DataError, match="A process that measured clips was ended"):
            list(dealt)
        return
    assert sum(result["n_windows"] for result in dealt if result) == len(GENRES) * N
    assert len(load_dataset(experiment(folder, store).data, store)) == len(GENRES) * N


def test_every_kind_of_study_knows_what_is_to_be_measured():
    config = ExperimentConfig(data=ClipsConfig(table="ab" * 32))
    about = {
        "lens": LensConfig(experiment=config),
        "repeats": RepeatsConfig(experiment=config),
        "search": search_config(config, [read_dimension("train.learning_rate", config)]),
        "learning curve": LearningCurveConfig(experiment=config),
        "cross-predictions": CrossPredictionsConfig(experiment=config),
        "map": MapConfig(data=config.data),
        "elsewhere": ElsewhereConfig(run="run", data=config.data),
    }
    by_way = {"few clips": FewClipsConfig(experiment=config)}
    nothing_more = {"extraction": ExtractionConfig(data=config.data), "horse": HorseConfig(run="run")}
    assert KINDS.keys() == {*about, *by_way, *nothing_more}
    for kind, of in about.items():
        assert KINDS[kind].data(of) == config.data
    measured = KINDS["few clips"].data(by_way["few clips"])
    assert [one.features for one in measured] == ["gtzan57", "logmel", "tagger", "musicnn"]
    assert [KINDS[kind].data(of) for kind, of in nothing_more.items()] == [None, None]
