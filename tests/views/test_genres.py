"""The Genres page: all genres, one of them, and every state in which there is nothing to show."""

import pytest

from dashboard.components.threshold import rate_limits
from dashboard.services import outcomes
from dashboard.text.evaluate_states import closed, no_run, not_complete
from dashboard.views.genres import exchange, overview
from dashboard.views.genres.text import exchanges
from genre_core.settings.names import configure
from genre_core.store.openings import open_test, openings_of
from genre_core.studies.kinds import LEARNING_CURVE
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.text import told
from genre_core.workers.run import execute
from tests.views.opening import drawn, opened, own_store, press, texts

GENRES = "views/genres/page.py"
SMALL = {
    "data.n_samples": 480,
    "data.artists": 12,
    "model.architecture": "linear",
    "train.max_epochs": 3,
    "train.learning_rate": 0.01,
}
SECTIONS = ("glance", "threshold", "features", "tracks", "learning", "calibration", "groups")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("genres")) as own:
        for run_id, settings in (("small", SMALL), ("two", SMALL | {"data.n_genres": 2})):
            own.submit(run_id, configure(settings), run_id)
            execute(run_id, 1, own.url)
        own.submit("waiting", configure(SMALL), "waiting")
        yield own


def test_all_genres_stand_under_each_other_the_hardest_first(store):
    page = opened(GENRES, run="small")
    rows = drawn(page, "small validation rulers")["rows"]
    assert len(rows) == 8
    recalls = [row["recall"] for row in rows]
    assert recalls == sorted(recalls)
    assert "run=small" in rows[0]["link"]
    assert rows[0]["genre"] in texts(page)


def test_of_many_genres_the_hardest_are_shown_and_the_others_folded(store, monkeypatch):
    monkeypatch.setattr(overview, "MANY", 8)
    monkeypatch.setattr(overview, "SHOWN", 3)
    page = opened(GENRES, run="small")
    assert len(drawn(page, "small validation rulers")["rows"]) == 3
    assert "The 5 other genres" in [item.label for item in page.expander]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_a_genre_is_drawn(store, section):
    page = opened(GENRES, run="small", genre="Jazz", section=section)
    assert page.header[0].value == "Jazz"
    assert not page.error
    assert "validation tracks are recognized" in texts(page)


def test_the_numbers_are_those_of_the_evaluation(store):
    page = opened(GENRES, run="small", genre="Jazz", section="threshold")
    score = outcomes.outcome(store.run("small"), "validation").evaluation.per_genre[4]
    data = drawn(page, "small validation genre 4 threshold both")
    assert data["usual"]["recall"][0] == pytest.approx(score.recall, abs=1e-5)
    assert data["usual"]["precision"] == rate_limits(score.precision, score.precision_interval)
    model = next(mark for mark in drawn(page, "genre ruler")["marks"] if mark["kind"] == "model")
    assert model["value"] == pytest.approx(score.recall, abs=1e-5)
    limits = told(score.recall_interval)
    assert (model["low"], model["high"]) == ((limits.low, limits.high) if limits else (None, None))
    assert data["rows"][0]["recall"][0] == 1.0
    assert f"{score.support}" in texts(page)


def test_the_exchange_of_a_genre_downloads_with_every_error(store):
    outcome = outcomes.outcome(store.run("small"), "validation")
    counts = outcome.evaluation.confusion_matrix.counts
    saved = exchange.columns("Jazz", *exchanges(outcome, 4))
    assert sum(saved["tracks"]) == counts[4].sum() + counts[:, 4].sum() - 2 * counts[4, 4]
    assert set(zip(saved["true"], saved["predicted"], strict=True)).isdisjoint({("Jazz", "Jazz")})


def test_next_and_previous_go_round(store):
    page = opened(GENRES, run="small", genre="Rock", section="threshold", threshold="0.2")
    assert drawn(page, "small validation genre 0 threshold both")["at"] == 20
    press(page, "‹ Experimental")
    assert page.query_params["genre"] == "Experimental"
    assert "threshold" not in page.query_params
    press(page, "Rock ›")
    assert page.header[0].value == "Rock"
    page.selectbox(key="genre picker").select("Folk").run()
    assert page.query_params["genre"] == "Folk"


@pytest.mark.parametrize("given", ["1.5", "abc", "-1", "0.123"])
def test_a_threshold_that_cannot_be_is_said_and_not_used(store, given):
    page = opened(GENRES, run="small", genre="Jazz", threshold=given)
    assert drawn(page, "small validation genre 4 threshold one")["at"] == 50
    assert "should be a number from 0 to 1" in texts(page)


def test_a_genre_of_another_run_and_a_closed_test_part_are_one_sentence(store):
    page = opened(GENRES, run="two", genre="Jazz")
    assert "This run has no genre named “Jazz”" in texts(page)
    assert len(drawn(page, "two validation rulers")["rows"]) == 2
    page = opened(GENRES, run="small", genre="Jazz", part="test")
    run = store.run("small")
    assert closed(run, openings_of(store, [run])["small"]).answer in texts(page)
    assert "recognized" not in texts(page)
    open_test(store, run)
    page = opened(GENRES, run="small", genre="Jazz", part="test")
    assert "test tracks are recognized" in texts(page)


def test_without_a_complete_run_the_page_says_why(store):
    for run, (said, _) in {"none": no_run("none", True), "waiting": not_complete(store.run("waiting"))}.items():
        assert said.answer in texts(opened(GENRES, run=run, genre="Jazz"))


def test_the_learning_curve_is_one_study_for_all_genres_and_can_be_stopped(store):
    page = opened(GENRES, run="small", genre="Jazz", section="learning")
    assert "Would more tracks help?" in texts(page)
    press(page, "Measure it")
    found = store.studies.studies(LEARNING_CURVE.kind)
    assert [study.state for study in found] == ["queued"]
    config = LearningCurveConfig.model_validate_json(found[0].config_json)
    assert config.experiment == store.run("small").config
    page = opened(GENRES, run="small", genre="Folk", section="learning")
    press(page, "Stop")
    assert store.studies.study(found[0].id).state == "cancelled"
    press(page, "Measure it")
    assert store.studies.study(found[0].id).attempt == 2
    assert len(store.studies.studies(LEARNING_CURVE.kind)) == 1
