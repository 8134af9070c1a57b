"""From how many clips? What is drawn, what is judged, and what it comes to."""

import json

import numpy as np
import pytest

from genre_core.data.sources import load_dataset
from genre_core.errors import DataError
from genre_core.settings.config import ClipsConfig, ExperimentConfig
from genre_core.studies.few_clips.config import _SETTINGS, WAYS, FewClipsConfig
from genre_core.studies.few_clips.measuring import FewClips, FewPlan, FewScore, sample
from genre_core.studies.few_clips.summary import leads, points_of
from genre_core.studies.kinds import FEW_CLIPS
from genre_core.terminal.main import main
from genre_core.workers.study import execute_study
from tests.hums import GENRES, import_hums, write_hums

N = 8
PLAN = FewPlan((1, 5), 40, 4, 12, (), "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_hums(tmp_path_factory.mktemp("hums"), N, 0.5)


@pytest.fixture(scope="module")
def config(store, folder):
    data = ClipsConfig(table=import_hums(folder, store))
    return FewClipsConfig(
        experiment=ExperimentConfig(data=data), ways=("columns", "cnn"), sizes=(1, 2, 50), n_repeats=3
    )


@pytest.fixture(scope="module")
def done(store, config):
    store.studies.submit("few", FEW_CLIPS.kind, config.model_dump_json())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(_SETTINGS, "cnn", _SETTINGS["cnn"] | {"train.max_epochs": 3})
        execute_study("few", 1, store.url)
    return store.studies.study("few")


def test_a_worker_measures_what_each_way_needs_and_lets_each_learn_from_the_same_clips(store, config, done):
    assert done.state == "complete", done.error
    plan, scores = FewPlan.from_json(done.context), [FewScore.from_json(one) for one in store.studies.results("few")]
    assert plan.sizes == (1, 2)  # 50 are more than there are
    assert len(scores) == plan.n_scores == 2 * 2 * 3
    assert {len(score.right) for score in scores} == {plan.n_judged}
    points = points_of(scores, plan)
    assert [(one.way, one.size, one.n_draws) for one in points] == [
        (way, size, 3) for way in ("columns", "cnn") for size in (1, 2)
    ]
    assert all(one.interval.low <= one.accuracy <= one.interval.high for one in points)
    assert points[1].accuracy > 0.6
    study = FewClips(config, store)
    assert study.pieces(store.studies.results("few")) == []
    assert list(study.do((1, 1, "columns")))[-1]["right"] == scores[0].right


def test_each_genre_gives_as_many_clips_and_fewer_are_among_more(store, config, done):
    data = load_dataset(config.of_way("columns").data, store)
    rows = np.arange(0, len(data), 2)
    one, two = (sample(data, rows, size, 7) for size in (1, 2))
    assert np.bincount(data.y[two]).tolist() == [2] * len(GENRES)
    assert set(one.tolist()) < set(two.tolist()) < set(rows.tolist())
    assert sample(data, rows, 1, 8).tolist() != one.tolist()


def scores(rates, draws=5, seed=0):
    """Return scores of ways that recognize each clip with a probability that is theirs, by size."""
    rng = np.random.default_rng(seed)
    return [
        FewScore(way, size, draw, "".join(map(str, rng.binomial(1, rate, PLAN.n_judged))), 1, 0.1)
        for way, by_size in rates.items()
        for size, rate in by_size.items()
        for draw in range(1, draws + 1)
    ]


def test_a_lead_is_clear_only_where_its_interval_says_so():
    found = leads(scores({"columns": {1: 0.3, 5: 0.5}, "embedding": {1: 0.8, 5: 0.52}}), PLAN)
    assert [one.clear for one in found] == [True, False]
    assert "With 1 clip of each genre, softmax regression on the tagger's embedding at " in found[0].sentence
    assert "is clearly ahead of softmax regression on the 57 columns at " in found[0].sentence
    assert "no clear difference" in found[1].sentence
    assert leads(scores({"columns": {1: 0.3}, "cnn": {1: 0.9}}, draws=2), PLAN) == ()


def test_intervals_hold_the_accuracy_over_other_draws_and_clips():
    held = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        by_clip = rng.beta(2, 2, PLAN.n_judged)  # some clips are easy, others hard
        drawn = []
        for draw in range(1, 6):
            p = np.clip(by_clip + rng.normal(0, 0.05), 0, 1)
            drawn.append(FewScore("cnn", 1, draw, "".join(map(str, rng.binomial(1, p))), 1, 0.1))
        interval = points_of(drawn, PLAN)[0].interval
        held.append(interval.low <= 0.5 <= interval.high)
    assert np.mean(held) > 0.92


@pytest.mark.parametrize("wrong", [{"sizes": (0, 1)}, {"sizes": (2, 2)}, {"ways": ("cnn", "cnn")}, {"n_repeats": 2}])
def test_what_makes_no_sense_is_refused(config, wrong):
    with pytest.raises(ValueError, match=r"grow|twice|greater"):
        FewClipsConfig.model_validate({**config.model_dump(), **wrong})


def test_other_tracks_and_too_few_clips_are_sentences(store, config):
    with pytest.raises(DataError, match="clips of sound"):
        FewClipsConfig(experiment=ExperimentConfig()).of_way("cnn")
    with pytest.raises(DataError, match="only 5 clips to learn from"):
        FewClips(config.model_copy(update={"sizes": (50,)}), store).plan()


def test_the_terminal_prints_them_without_a_tagger(store, folder, done, capsys, monkeypatch):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    line = ["few", "--clips", str(folder), "--sizes", "1", "--draws", "3", "--ways", "columns"]
    assert main([*line, "--json"]) == 0
    (point,) = json.loads(capsys.readouterr().out)["points"]
    assert (point["name"], point["size"], point["n_draws"]) == (WAYS["columns"], 1, 3)
    assert main(line) == 0
    assert "softmax regression on the 57 columns" in capsys.readouterr().out
    assert main([*line[:-1], "magic"]) == 2
    assert "--ways names magic" in capsys.readouterr().err
    assert main([*line[:3], "--sizes", "1,two"]) == 2
    assert "1,two are no whole numbers" in capsys.readouterr().err
    assert main(["few", "--sizes", "1"]) == 2
    assert "name a folder after --clips" in capsys.readouterr().err
