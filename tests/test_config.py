"""Configurations: frozen values whose fingerprint is the key of everything that is computed from them."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from pydantic import ValidationError

from genre_core.networks import LinearConfig, MlpConfig
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig, TableConfig, TrainConfig
from genre_core.values import fingerprint
from tests.configurations import configs

DEFAULT_FINGERPRINT = "5e9f5897786b40b8a5ff2b9985e5301676866493c23e00629bf2f59c7129244f"


def test_the_defaults_are_the_notebooks_at_the_overlap_that_the_product_opens_on():
    config = ExperimentConfig()
    assert config.data == SyntheticConfig(
        n_samples=8000, n_features=20, n_genres=8, overlap=4.25, spread=2.0, shift=0.5, seed=42
    )
    assert config.split == SplitConfig(test_fraction=0.15, validation_fraction=0.176, by="auto", seed=42)
    assert config.model == MlpConfig(hidden=(128, 64, 32), dropout=0.3)
    assert (config.train.learning_rate, config.train.batch_size) == (1e-3, 64)
    assert (config.train.max_epochs, config.train.patience, config.train.seed) == (50, 10, 42)


def test_the_fingerprint_of_the_defaults_does_not_change_from_version_to_version():
    assert ExperimentConfig().fingerprint == DEFAULT_FINGERPRINT


def test_a_run_stored_before_there_were_chosen_pairs_keeps_its_fingerprint():
    assert "noise_pairs" not in ExperimentConfig().model_dump_json()
    assert fingerprint(SyntheticConfig(noise_pairs="1-2")) != fingerprint(SyntheticConfig())


def test_the_fingerprint_is_the_same_in_another_process():
    code = "from genre_core.settings.config import ExperimentConfig; print(ExperimentConfig().fingerprint)"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == ExperimentConfig().fingerprint


@given(configs())
def test_configurations_survive_json_with_their_fingerprint(config):
    again = ExperimentConfig.model_validate_json(config.model_dump_json())
    assert again == config
    assert hash(again) == hash(config)
    assert again.fingerprint == config.fingerprint == fingerprint(config)


@given(configs(), configs())
def test_fingerprints_are_equal_exactly_where_configurations_are(a, b):
    assert (a.fingerprint == b.fingerprint) == (a == b)


@given(configs())
def test_the_fingerprint_does_not_depend_on_the_order_in_which_settings_are_given(config):
    plain = config.model_dump(mode="json")
    turned = {section: dict(reversed(fields.items())) for section, fields in reversed(plain.items())}
    assert ExperimentConfig.model_validate(json.loads(json.dumps(turned))).fingerprint == config.fingerprint


def test_a_whole_number_and_the_float_of_it_are_one_configuration():
    assert SyntheticConfig(overlap=4) == SyntheticConfig(overlap=4.0)
    assert fingerprint(SyntheticConfig(overlap=4)) == fingerprint(SyntheticConfig(overlap=4.0))


def test_configurations_cannot_be_changed():
    config = ExperimentConfig()
    with pytest.raises(ValidationError, match="frozen"):
        config.train.seed = 7


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (SyntheticConfig, "noise", 0.8),
        (SyntheticConfig, "n_samples", 39),
        (SyntheticConfig, "overlap", 0.0),
        (SyntheticConfig, "overlap", float("nan")),
        (SyntheticConfig, "overlap", float("inf")),
        (SyntheticConfig, "n_genres", 1),
        (SyntheticConfig, "seed", -1),
        (SyntheticConfig, "seed", 2**32),
        (TableConfig, "table", "../etc"),
        (TableConfig, "missing", "mean"),
        (SplitConfig, "test_fraction", 1.0),
        (MlpConfig, "hidden", ()),
        (MlpConfig, "hidden", (64, 0)),
        (MlpConfig, "hidden", (64,) * 9),
        (MlpConfig, "hidden", "64,wide"),
        (MlpConfig, "dropout", 1.0),
        (LinearConfig, "hidden", (64,)),
        (TrainConfig, "optimizer", "lion"),
        (TrainConfig, "learning_rate", 0.0),
        (TrainConfig, "batch_size", 1.5),
        (TrainConfig, "max_epochs", 0),
    ],
)
def test_what_is_unknown_or_out_of_bounds_is_refused(model, field, value):
    with pytest.raises(ValidationError):
        model(**{field: value})


def test_sizes_that_do_not_fit_together_are_refused_with_both_numbers():
    with pytest.raises(ValidationError, match=r"200,000 tracks of 500 features .* lower one of them"):
        SyntheticConfig(n_samples=200_000, n_features=500)
    with pytest.raises(ValidationError, match=r"100 tracks are too few for 21 genres"):
        SyntheticConfig(n_samples=100, n_genres=21)
    assert SyntheticConfig(n_samples=100, n_genres=20).n_genres == 20


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ("Jazz-Polka", "there is no genre 'Polka' for the wrong labels 'Jazz-Polka': the genres are numbers 1 to 8"),
        (
            "1-9",
            "there is no genre '9' for the wrong labels '1-9': the genres are numbers 1 to 8, Rock to Experimental",
        ),
        ("Polka-Hip-Hop", "there is no genre 'Polka'"),
        ("Blues-Rock", "there is no genre 'Blues'"),
        ("Jazz-jazz", "'Jazz-jazz' pairs a genre with itself"),
        ("Jazz-5", "'Jazz-5' pairs a genre with itself"),
        ("Rock-Pop, Hip-Hop", "'Hip-Hop' is no pair of genres: write two of them, such as Rock-Electronic or 1-2"),
        ("Jazz", "'Jazz' is no pair of genres"),
        ("Jazz-", "'Jazz-' is no pair of genres"),
        ("1-2," * 61, "wrong labels are chosen between 61 pairs of genres, but at most 60 fit"),
    ],
)
def test_pairs_that_cannot_be_read_are_refused_in_one_sentence(pairs, sentence):
    with pytest.raises(ValidationError, match=sentence) as caught:
        SyntheticConfig(noise_pairs=pairs)
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("typed", ["128,64", " 128 , 64 ", "128, 64,", [128, 64], (128, 64), ["128", "64"]])
def test_layers_may_be_typed(typed):
    assert MlpConfig(hidden=typed) == MlpConfig(hidden=(128, 64))


@pytest.mark.parametrize(("grouped", "by"), [(True, "auto"), (False, "row")])
def test_runs_stored_while_keeping_together_was_yes_or_no_are_still_read(grouped, by):
    stored = ExperimentConfig().model_dump(mode="json")
    stored["split"] = {"test_fraction": 0.2, "validation_fraction": 0.176, "grouped": grouped, "seed": 7}
    assert ExperimentConfig.model_validate(stored).split == SplitConfig(test_fraction=0.2, by=by, seed=7)
    with pytest.raises(ValidationError):
        SplitConfig.model_validate({"by": "row", "grouped": True})
