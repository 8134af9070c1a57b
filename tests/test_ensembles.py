"""Ensembles: runs whose configuration names the networks that it averages."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load

from genre_core.errors import ConfigError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.ensembles import average_logits, ensemble_of
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from genre_core.terminal.main import main
from genre_core.training.experiment import make_trainer, prepare, run_experiment
from genre_core.workers.run import execute

SMALL = configure(
    {"data.n_samples": 400, "data.n_features": 6, "data.n_genres": 3, "model.hidden": (8,), "train.max_epochs": 3}
)
SEEDS = [configure({"train.seed": seed}, SMALL) for seed in (1, 2, 3)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    found = RunStore(f"sqlite:///{tmp_path_factory.mktemp('ensembles') / 'store.sqlite'}")
    for number, config in enumerate(SEEDS):
        found.submit(f"seed{number}", config)
        execute(f"seed{number}", 1, found.url)
    yield found
    found.close()


def averaged(store, run_id: str, config: ExperimentConfig):
    assert store.submit(run_id, config)
    execute(run_id, 1, store.url)
    return store.run(run_id)


def logits(store, run_id: str) -> np.ndarray:
    return load(store.artifact(run_id, "logits"))["logits"]


def softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@given(arrays(np.float32, (3, 5, 4), elements=st.floats(-30, 30, width=32)))
def test_probabilities_are_averaged(members):
    mean = np.mean([softmax(logits.astype(np.float64)) for logits in members], axis=0)
    np.testing.assert_allclose(softmax(average_logits(list(members)).astype(np.float64)), mean, atol=1e-6)


def test_answers_that_are_all_but_certain_stay_finite():
    found = average_logits([np.float32([[1000.0, 0.0]]), np.float32([[0.0, 1000.0]])])
    np.testing.assert_allclose(found, np.log(0.5), atol=1e-6)


def test_the_order_of_members_does_not_matter_and_json_keeps_them():
    config = ensemble_of(SEEDS)
    assert ensemble_of(SEEDS[::-1]) == config
    assert ExperimentConfig.model_validate_json(config.model_dump_json()) == config
    assert {member.fingerprint for member in config.members} == {seed.fingerprint for seed in SEEDS}
    assert config.fingerprint not in {seed.fingerprint for seed in SEEDS}
    assert SMALL.members == ()


@pytest.mark.parametrize(
    ("configs", "sentence"),
    [
        (SEEDS[:1], "An ensemble has 2 to 50 members, but 1 are given."),
        ([SEEDS[0], SEEDS[0]], "Two of these runs have the same settings"),
        ([SEEDS[0], configure({"data.overlap": 1}, SEEDS[1])], "These runs differ in their data"),
        ([SEEDS[0], configure({"split.seed": 1}, SEEDS[1])], "These runs differ in their split"),
        ([SEEDS[0], ensemble_of(SEEDS[1:])], "An ensemble cannot be a member of another"),
    ],
)
def test_what_cannot_be_averaged_is_refused_in_a_sentence(configs, sentence):
    with pytest.raises(ConfigError, match=sentence):
        ensemble_of(configs)


def test_an_ensemble_is_a_run_whose_probabilities_are_its_members_mean(store):
    run = averaged(store, "all", ensemble_of(SEEDS))
    assert (run.state, run.stopped_because, run.epoch, run.best_epoch) == ("complete", "averaged", 0, None)
    mean = np.mean([softmax(logits(store, f"seed{n}").astype(np.float64)) for n in range(3)], axis=0)
    np.testing.assert_allclose(softmax(logits(store, "all").astype(np.float64)), mean, atol=1e-6)
    assert run.context["n_parameters"] == 3 * store.run("seed0").context["n_parameters"]
    assert run.context["data_hash"] == store.run("seed0").context["data_hash"]
    assert set(run.summary) == {"validation"}
    assert open_test(store, run).n >= 1
    assert set(store.run(run.id).summary) == {"validation", "test"}


def test_from_nothing_an_ensemble_is_the_same(store, tmp_path):
    config = ensemble_of(SEEDS)
    other = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    averaged(other, "anew", config)
    averaged(store, "again", config)
    assert (logits(other, "anew") == logits(store, "again")).all()
    assert (run_experiment(config).logits == logits(store, "again")).all()
    other.close()


def test_a_member_that_a_person_stopped_is_trained_to_its_end(tmp_path):
    other = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    other.submit("early", SEEDS[0])
    other.request("early", "step")
    execute("early", 1, other.url)
    execute("early", other.requeue("early", ["paused"], "stop"), other.url)
    assert other.run("early").stopped_because == "stopped"
    averaged(other, "pair", ensemble_of(SEEDS[:2]))
    assert (logits(other, "pair") == run_experiment(ensemble_of(SEEDS[:2])).logits).all()
    other.close()


def test_an_ensemble_is_stopped_or_paused_between_its_members(store):
    for request, state in (("pause", "paused"), ("stop", "cancelled")):
        store.submit(f"to {request}", ensemble_of(SEEDS[1:]))
        store.request(f"to {request}", request)
        execute(f"to {request}", 1, store.url)
        assert store.run(f"to {request}").state == state
    execute("to pause", store.requeue("to pause", ["paused"]), store.url)
    assert store.run("to pause").state == "complete"


def test_an_ensemble_is_not_trained_as_one_network():
    with pytest.raises(ConfigError, match="no network of its own"):
        make_trainer(ensemble_of(SEEDS), prepare(SMALL))


def test_the_terminal_averages_stored_runs(store, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    assert main(["ensemble", "seed0", "seed1", "--name", "pair", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["members"] == ["seed0", "seed1"]
    assert "test" not in document
    assert document["validation"]["n"] == store.run("seed0").context["n_validation"]
    assert store.run(document["run"]).name == "pair"
    assert main(["evaluate", "pair"]) == 0
    assert main(["ensemble", "seed0"]) == 2
    assert "An ensemble has 2 to 50 members" in capsys.readouterr().err
    assert main(["ensemble", "seed0", "nobody"]) == 2
