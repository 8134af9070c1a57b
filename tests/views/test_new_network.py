"""A network that a test puts into the registry: pages, studies and commands work with it and call it by its name."""

import json

import numpy as np
import pytest

from dashboard.services import datasets, networks, outcomes
from dashboard.shell import forms
from dashboard.text.train import before_training
from genre_core.errors import ConfigError, DataError
from genre_core.networks import ARCHITECTURES
from genre_core.settings.branches import branch_of
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.studies.kinds import REPEATS, SEARCH
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.studies.tuning.config import SearchConfig, search_config
from genre_core.studies.tuning.space import read_dimension
from genre_core.terminal.main import main
from genre_core.training.experiment import run_experiment
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from tests.twin_network import TwinConfig
from tests.views.opening import drawn, opened, own_store, panel, press, texts

DATA = {"data.n_samples": 400, "data.n_features": 8, "data.n_genres": 4, "data.overlap": 2.0}
TWIN = {**DATA, "model.architecture": "twin", "model.branch": 5, "train.max_epochs": 4, "train.batch_size": 32}
N_PARAMETERS = 9 * 5 + 9 * 10 + 16 * 4
ADDRESS = {name.replace(".", "__"): str(value) for name, value in TWIN.items()}


@pytest.fixture(scope="module", autouse=True)
def _registered():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ARCHITECTURES, "twin", TwinConfig)
        forms._described.cache_clear()
        yield
    forms._described.cache_clear()


@pytest.fixture(scope="module")
def config(_registered):
    return configure(TWIN)


@pytest.fixture(scope="module")
def store(_registered, config, tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("twin")) as own:
        own.submit("twin", config, "the twin")
        execute("twin", 1, own.url)
        assert own.run("twin").state == "complete", own.run("twin").error
        yield own


def unexplained(store):
    """Return why the network of the run cannot be explained."""
    with pytest.raises(DataError, match=r"cannot explain the predictions of a twin network") as told:
        networks.network(store.run("twin"))
    return str(told.value)


def finish(store, study_id, kind, config):
    assert store.studies.submit(study_id, kind, config.model_dump_json())
    execute_study(study_id, 1, store.url)
    assert store.studies.study(study_id).state == "complete", store.studies.study(study_id).error


# -- settings ----------------------------------------------------------------------------------------------------------


def test_its_configuration_is_read_as_one_of_its_kind(config):
    assert config.model == TwinConfig(branch=5)
    assert type(config).model_validate_json(config.model_dump_json()) == config
    assert configure({"model.architecture": "linear"}, config).model == ARCHITECTURES["linear"]()
    assert configure({"model.branch": "7"}, config).model == TwinConfig(branch=7)


def test_it_is_counted_without_being_built():
    built = TwinConfig(branch=5).build((8,), 4)
    assert TwinConfig(branch=5).n_parameters((8,), 4) == sum(p.numel() for p in built.parameters()) == N_PARAMETERS


# -- one run -----------------------------------------------------------------------------------------------------------


def test_train_draws_it_counts_it_and_calls_it_by_its_name(store):
    page = opened("views/train/page.py", **ADDRESS)
    config = configure(TWIN)
    planned = before_training(datasets.shape(config.data), config, datasets.limit(config.data))
    assert drawn(page, "answer words")["text"] == planned.answer
    assert "a twin network" in planned.answer
    network = drawn(page, "network")
    assert "5 beside 10" in network["alt"]
    assert f"{N_PARAMETERS} parameters" in network["alt"]
    figure = json.loads(network["figure"])
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert {"5 + 10", "tanh<br>ReLU"} <= set(said)
    assert len(figure["data"]) == 5  # the branches have edges of their own from the features and to the genres
    assert panel(page)["values"]["model.branch"] == 5


def test_the_sidebar_offers_it_with_its_own_setting(store):
    about = json.loads(drawn(opened("views/train/page.py"), "settings")["about"])
    (section,) = (one for one in about["sections"] if one["name"] == "model")
    settings = {one["name"]: one for one in section["settings"]}
    assert settings["model.architecture"]["options"]["twin"] == "twin network"
    assert settings["model.branch"]["needs"] == {"model.architecture": ["twin"]}
    assert settings["model.hidden"]["needs"] == {"model.architecture": ["mlp"]}


def test_it_is_trained_from_the_page(store):
    page = press(opened("views/train/page.py", **ADDRESS | {"model__branch": "3"}), "Train")
    run = store.run(page.query_params["run"])
    assert run.config.model == TwinConfig(branch=3)
    assert "twin network" in run.name
    assert "branch width 3" in run.name
    execute(run.id, run.attempt, store.url)
    assert store.run(run.id).state == "complete"


def test_its_run_is_shown_on_train_and_on_runs(store):
    assert "of 60 validation tracks" in drawn(opened("views/train/page.py", run="twin"), "answer words")["text"]
    assert store.run("twin").context["n_parameters"] == N_PARAMETERS
    page = opened("views/runs/page.py", run="twin")
    assert any("twin network" in str(table.value.to_dict()) for table in (*page.dataframe, *page.table))


@pytest.mark.parametrize("page", ["evaluate", "genres"])
def test_evaluate_and_genres_judge_it(store, page):
    assert opened(f"views/{page}/page.py", run="twin").header[0].value
    assert store.run("twin").summary["validation"]["accuracy"] > 0.4  # of four genres


@pytest.mark.parametrize("section", ["glance", "threshold", "features", "tracks", "learning", "calibration"])
def test_one_genre_says_what_cannot_be_explained(store, section):
    page = opened("views/genres/page.py", run="twin", genre="Rock", section=section)
    assert not page.error
    assert (unexplained(store) in texts(page)) == (section == "features")


def test_a_track_says_so_in_one_sentence_and_shows_the_answer(store):
    found = outcomes.predictions(store.run("twin"))
    row = int(np.flatnonzero(found.part == 1)[0])
    page = opened("views/track/page.py", run="twin", track=row)
    assert not page.error
    assert texts(page).count(unexplained(store)) == 1
    assert 'class="gl-answer"' in drawn(page, "answer")["html"]


# -- other runs from it ------------------------------------------------------------------------------------------------


def test_a_branch_continues_from_its_epochs(store, config):
    page = opened("views/train/page.py", run="twin")
    next(field for field in page.number_input if field.key.startswith("branch epoch")).set_value(2)
    press(page, "With a tenth of the learning rate")
    press(page, "Train")
    run = store.run(page.query_params["run"])
    assert run.config == branch_of(config, 2, learning_rate=0.0001)
    execute(run.id, run.attempt, store.url)
    assert store.run(run.id).state == "complete"
    ours, theirs = (store.epochs(one) for one in (run.id, "twin"))
    assert [epoch.train_loss for epoch in ours[:2]] == [epoch.train_loss for epoch in theirs[:2]]
    assert ours[2].train_loss != theirs[2].train_loss


def test_it_is_averaged_with_a_perceptron(store, config):
    other = configure({"model.architecture": "mlp", "model.hidden": (8,)}, config)
    store.submit("ensemble", ensemble_of([config, other]), "both")
    execute("ensemble", 1, store.url)
    run = store.run("ensemble")
    assert run.state == "complete", run.error
    assert run.context["n_parameters"] == N_PARAMETERS + (9 * 8 + 9 * 4)
    assert opened("views/evaluate/page.py", run="ensemble").header[0].value


# -- studies -----------------------------------------------------------------------------------------------------------


def test_repeat_trains_it_one_by_one_as_alone(store, config):
    finish(store, "seeds", REPEATS.kind, RepeatsConfig(experiment=config, what=OtherSeeds(times=3, vary="network")))
    runs = list(store.members.runs("seeds").values())
    assert len(runs) == 3
    alone = run_experiment(runs[1].config).evaluate("validation")
    assert runs[1].summary["validation"]["accuracy"] == alone.accuracy
    assert "%" in drawn(opened("views/repeat/page.py", study="seeds"), "repeat answer words")["text"]


def test_search_varies_its_own_setting(store, config):
    page = opened("views/tune/page.py", **ADDRESS)
    assert "Branch width" in page.button_group[0].options
    search = search_config(config, [read_dimension("model.branch=2|4", config)], n_trials=2, sampler="grid")
    assert not search.masks_are_fast
    finish(store, "search", SEARCH.kind, search)
    tried = {run.config.model.branch for run in store.members.runs("search").values()}
    assert tried == {2, 4}
    assert "Branch width" in texts(opened("views/tune/page.py", study="search"))
    assert SearchConfig.model_validate_json(search.model_dump_json()) == search


# -- the terminal ------------------------------------------------------------------------------------------------------


def test_the_terminal_trains_it(store, capsys):
    options = [part for name, value in TWIN.items() for part in (f"--{name}", str(value))]
    assert main(["train", *options, "--model.branch", "4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["config"]["model"] == {"architecture": "twin", "branch": 4}
    assert main(["train", *options, "--model.hidden", "8"]) != 0
    with pytest.raises(ConfigError) as told:
        configure({**TWIN, "model.hidden": "8"})
    assert f"{told.value}\n" == capsys.readouterr().err
