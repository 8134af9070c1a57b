"""The Tune page without a browser, over a store of its own and without a cluster."""

import json
import shlex
from math import log10
from pathlib import Path

import pytest

from dashboard.components.live import answer as answer_of
from dashboard.services import searches
from dashboard.services.runs import POLL_SECONDS
from dashboard.shell.address import LOOKED_AT
from dashboard.views.tune import live as following
from dashboard.views.tune import text as sentences
from genre_core.errors import RunStateError
from genre_core.settings.names import configure
from genre_core.store.openings import openings_of
from genre_core.studies.kinds import LENS, SEARCH
from genre_core.studies.tuning.config import SearchConfig, search_config, trial_config
from genre_core.studies.tuning.space import read_dimension
from genre_core.workers.study import execute_study
from tests.views.opening import drawn, opened, own_store, press, texts

VIEW = "views/tune/page.py"
SMALL = {
    "data.n_samples": 300, "data.n_features": 4, "data.n_genres": 3, "data.overlap": 2.0, "model.hidden": (8,),
    "train.max_epochs": 2, "train.batch_size": 32,
}  # fmt: skip
BASE = configure(SMALL)
ADDRESS = {name.replace(".", "__"): "8" if name == "model.hidden" else str(value) for name, value in SMALL.items()}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("tune")) as own:
        yield own


def queued(store, study_id: str, *space: str, **how) -> str:
    read = [read_dimension(text, BASE) for text in space or ("model.dropout=0|0.3", "train.learning_rate")]
    config = search_config(BASE, read, **{"n_trials": 3, "sampler": "random", **how})
    assert store.studies.submit(study_id, SEARCH.kind, config.model_dump_json())
    return study_id


@pytest.fixture(scope="module")
def complete(store):
    execute_study(queued(store, "complete"), 1, store.url)
    return "complete"


def said(study: str) -> str:
    """Return what the page is to say of a search: answer and reason."""
    headline = sentences.headline(searches.search(study))
    return f"{headline.answer} {headline.reason}"


def named(page, name: str) -> str:
    """Return what the address says under a name."""
    value = page.query_params[name]
    return value if isinstance(value, str) else value[0]


def test_values_of_a_whole_number_are_drawn(store):
    search = queued(store, "batches", "train.batch_size=32|64", "train.learning_rate", n_trials=2)
    execute_study(search, 1, store.url)
    page = opened(VIEW, study=search)
    assert "Batch size 64" in texts(page) or "Batch size 32" in texts(page)


def test_before_a_search_the_page_says_what_it_is_for_and_nothing_can_be_started(store):
    page = opened(VIEW)
    assert sentences.BEFORE.answer in texts(page)
    assert next(button for button in page.button if button.label == "Search").disabled


def test_ticked_settings_have_ranges_from_their_fields_and_make_a_search(store):
    page = opened(VIEW, **ADDRESS)
    page.button_group(key="search").set_value(["train.learning_rate", "model.dropout"]).run()
    assert page.number_input(key="low.model.dropout").value == 0
    assert page.number_input(key="low.train.learning_rate").value == pytest.approx(3.2e-5)
    page.number_input(key="high.model.dropout").set_value(0.4).run()
    assert not page.text_input, "a range of numbers is two numbers"
    page.number_input(key="trials").set_value(7).run()
    press(page, "Search")
    study = store.studies.study(named(page, "study"))
    config = SearchConfig.model_validate_json(study.config_json)
    assert config.base == BASE
    assert {one.name: one.high for one in config.space}["model.dropout"] == 0.4
    assert config.n_trials == 7
    assert said(study.id) in texts(page)
    press(page, "Pause")
    assert said(study.id) in texts(page)
    assert store.studies.study(study.id).state == "cancelled"
    press(page, "Continue")
    press(page, "Stop")
    assert store.studies.study(study.id).state == "complete"
    assert said(study.id) in texts(page)


@pytest.mark.parametrize(("low", "high", "said"), [(0.3, 0.3, "one point"), (0.5, 0.1, "lower end first")])
def test_a_range_that_makes_no_search_is_told_and_cannot_be_started(store, low, high, said):
    page = opened(VIEW, **ADDRESS)
    page.button_group(key="search").set_value(["model.dropout"]).run()
    page.number_input(key="low.model.dropout").set_value(low).run()
    page.number_input(key="high.model.dropout").set_value(high).run()
    assert said in texts(page)
    assert next(button for button in page.button if button.label == "Search").disabled


def test_options_are_chosen_and_none_is_typed(store):
    page = opened(VIEW, **ADDRESS)
    page.button_group(key="search").set_value(["train.optimizer", "model.hidden"]).run()
    assert page.multiselect(key="range.train.optimizer").value == ["adam", "adamw", "sgd"]
    assert page.multiselect(key="range.model.hidden").options == ["4", "8", "16"]
    assert not page.text_input
    page.multiselect(key="range.train.optimizer").set_value(["adamw", "sgd"]).run()
    press(page, "Search")
    config = SearchConfig.model_validate_json(store.studies.study(named(page, "study")).config_json)
    assert {one.name: one.values for one in config.space}["train.optimizer"] == ("adamw", "sgd")


def test_trials_stand_with_the_best_first_or_the_newest(store, complete):
    rows = opened(VIEW, study=complete, **ADDRESS).dataframe[0].value
    assert rows["state"][0] == "best"
    assert list(rows["accuracy"]) == sorted(rows["accuracy"], reverse=True)
    newest = opened(VIEW, study=complete, order="newest", **ADDRESS).dataframe[0].value
    assert list(newest["trial"]) == sorted(newest["trial"], reverse=True)


def test_a_complete_search_shows_its_winner_and_reveals_its_test_score_once(store, complete):
    page = opened(VIEW, study=complete, **ADDRESS)
    assert said(complete) in texts(page)
    assert "on test" not in str(drawn(page, "search ruler"))
    press(page, "Reveal the winner's test score")
    found = searches.search(complete)
    revealed = sentences.headline(found, searches.winner(found))
    assert revealed.answer in texts(page)
    assert revealed.answer != sentences.headline(found).answer
    winner = store.run(found.best.runs[0])
    assert openings_of(store, [winner])[winner.id].n == 1
    again = opened(VIEW, study=complete, **ADDRESS)
    assert revealed.answer in texts(again)
    assert not [button for button in again.button if button.label.startswith("Reveal")]
    assert "on test" in str(drawn(again, "search ruler"))


def test_a_chosen_trial_can_be_opened_and_the_winners_settings_are_taken_to_train(store, complete):
    found = searches.search(complete)
    page = opened(VIEW, study=complete, run=found.trials[1].runs[0], **ADDRESS)
    assert "**Trial 2**" in texts(page)
    press(page, "Use the winner's settings")
    assert float(named(page, "train.learning_rate")) == found.best.params["train.learning_rate"]


def test_the_command_for_optunas_dashboard_can_be_pasted(store, tmp_path, monkeypatch):
    assert searches.optuna_command() == f"optuna-dashboard {store.url}"
    monkeypatch.chdir(tmp_path)
    with own_store(Path("a folder")) as own:
        assert own.url == f"sqlite:///{tmp_path}/a folder/store.sqlite"
        assert shlex.split(searches.optuna_command()) == ["optuna-dashboard", own.url]


def test_while_it_runs_trials_are_listed_as_in_training(store):
    study = store.studies.claim(queued(store, "running"), 1)
    tried = {"model.dropout": 0.3, "train.learning_rate": 0.01}
    store.members.enrol(study.id, 1, "trained")
    store.submit("trained", trial_config(SearchConfig.model_validate_json(study.config_json), tried), "Trial 1")
    page = opened(VIEW, study="running", **ADDRESS)
    assert said("running") in texts(page)
    assert list(page.dataframe[0].value["state"]) == ["training"]
    axes = {n: json.loads(drawn(page, f"search slice {n}")["figure"])["layout"]["xaxis"] for n in tried}
    assert axes["model.dropout"]["range"] == [-0.5, 1.5]  # 0 or 0.3, whatever has been tried
    low, high = axes["train.learning_rate"]["range"]
    assert low < log10(3.2e-5) < log10(0.032) < high
    answer = answer_of(following.look, "running", "")
    assert answer["again"] == 2 * POLL_SECONDS
    assert "parts" not in answer_of(following.look, "running", answer["state"])
    assert answer_of(following.look, "gone", "")["phase"] == "gone"


def test_a_failed_search_says_why_and_can_be_gone_on_with(store):
    store.studies.claim(queued(store, "failed"), 1)
    store.studies.fail("failed", 1, "The disk is full: make room on it.")
    page = opened(VIEW, study="failed", **ADDRESS)
    assert said("failed") in texts(page)
    assert [button for button in page.button if button.label == "Continue" and not button.disabled]


def test_a_link_to_no_search_is_told(store):
    store.studies.submit("a-lens", LENS.kind, "{}")
    store.studies.submit("old", SEARCH.kind, '{"space": 1}')
    for study in ("nowhere", "a-lens", "old"):
        with pytest.raises(RunStateError) as told:
            searches.search(study)
        assert str(told.value) in texts(opened(VIEW, study=study))
    assert LOOKED_AT["study"][1] in texts(opened(VIEW, study="a b"))


def test_an_empty_page_shows_the_charts_to_come_and_searches_an_example_in_one_click(store):
    page = opened(VIEW, **ADDRESS)
    assert "empty" in drawn(page, "preview best")["alt"]
    press(page, following.sentences.EXAMPLE)
    config = SearchConfig.model_validate_json(store.studies.study(named(page, "study")).config_json)
    assert (config.base, config.n_trials) == (BASE, 12)
    assert [one.name for one in config.space] == ["train.learning_rate", "train.batch_size"]
