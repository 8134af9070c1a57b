"""Configurations: frozen values whose fingerprint is the key of everything that is computed from them."""

import json
import subprocess
import sys
from typing import Literal

import pytest
from hypothesis import given
from pydantic import ValidationError, create_model

from genre_core.inspection.projection import MapConfig
from genre_core.networks import LinearConfig, MlpConfig
from genre_core.settings.config import (
    BeforeConfig,
    ExperimentConfig,
    FmaConfig,
    Member,
    SplitConfig,
    SyntheticConfig,
    TableConfig,
    TrainConfig,
)
from genre_core.studies.cross_predictions import CrossPredictionsConfig
from genre_core.studies.learning_curve.config import LearningCurveConfig
from genre_core.studies.lens.config import Baseline, LensConfig
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig
from genre_core.studies.tuning.config import SearchConfig
from genre_core.studies.tuning.space import Dimension
from genre_core.values import ALWAYS_WRITTEN, Frozen, fingerprint
from tests.configurations import configs

HASH = "0123456789abcdef" * 4
STORED = {
    "defaults": (ExperimentConfig(), "5e9f5897786b40b8a5ff2b9985e5301676866493c23e00629bf2f59c7129244f"),
    "synthetic": (
        ExperimentConfig(
            data=SyntheticConfig(
                n_samples=400, overlap=2, artists=3, label_noise=0.1, noise_kind="chosen", noise_pairs="1-2"
            )
        ),
        "28b409f0e76cacef7f98aaf1f72c6fa1389c1de68d5af315fca381d6045d5d8d",
    ),
    "table": (
        ExperimentConfig(
            data=TableConfig(table=HASH, label="genre", left_out="a,b", missing="drop"), split=SplitConfig(by="track")
        ),
        "80d7f6a8154cf5721aa0deac0645e96f7a7b9543eb92125d9ada8d20baedc30e",
    ),
    "fma": (
        ExperimentConfig(
            data=FmaConfig(table=HASH, subset="medium", features="mfcc"), split=SplitConfig(by="artist", seed=1)
        ),
        "933b2e438721d7067a0c10ceb4c8cddea878047d7d4ff52b4f8979ddd05ded66",
    ),
    "linear": (
        ExperimentConfig(
            model=LinearConfig(), train=TrainConfig(optimizer="sgd", learning_rate=0.1, schedule="cosine")
        ),
        "3849043d00b4e0b2881c8124a80981381b4db41ada7c675da4b3e3c7b38413b4",
    ),
    "fold": (
        ExperimentConfig(split=SplitConfig(folds=5, fold=2), model=MlpConfig(hidden=(8, 4), masks="fast")),
        "796cfa800fa6d3594dc5ab6bd3bbb025b44a955aa16d489b49c92f36782be813",
    ),
    "branch": (
        ExperimentConfig(before=BeforeConfig(epochs=3, learning_rate=0.01), train=TrainConfig(max_epochs=12, seed=7)),
        "0887980ac5aed7a8e689680c4d59b3fca78a8f261fa1cc2b3bb2f8a14558a55e",
    ),
    "ensemble": (
        ExperimentConfig(
            averaged_with=(
                Member(model=LinearConfig(), train=TrainConfig(seed=1)),
                Member(model=MlpConfig(), train=TrainConfig(), before=BeforeConfig(epochs=2)),
            )
        ),
        "36f47cb300706661c77615c879374151a7deee3e7dae19e28db4111a66062c16",
    ),
    "map": (
        MapConfig(data=SyntheticConfig()),
        "ec3bfafc0ac784c6c030b373b8d603775337a1f19d8f22d0f73e6631c2dbf3e1",
    ),
    "lens": (LensConfig(n_repeats=3, closed=False), "2bf961d97006a6769d907a22fb67d770e8e960826c2bd9b50d9c4ed0a4c2c1d9"),
    "baseline": (
        Baseline(data=FmaConfig(table=HASH), classifier="svc", seed=1001),
        "13fe352c23dff592c2567f47ed84f67eaf728d8410262d0219653d2be5a93cc0",
    ),
    "learning curve": (
        LearningCurveConfig(n_repeats=4),
        "2ec02d266be16cdbef956d350249ce66e1158838b4246a6dd533d4c587341c12",
    ),
    "cross-predictions": (
        CrossPredictionsConfig(with_test=True),
        "42b65f57cff3431d31770f5fc343c01d03d2e14f7cbc459fc86d16a81b7f7a14",
    ),
    "seeds": (
        RepeatsConfig(what=OtherSeeds(times=10, closed=False)),
        "61034532820038722a126f94fdc207c145cef8c6011259a730dc6f45b25844c4",
    ),
    "folds": (RepeatsConfig(what=Folds(k=4)), "168e0641c0ab820f20f140577faa3ba557ba4fc47031ee2ab381ae66edb22a95"),
    "search": (
        SearchConfig(
            space=(
                Dimension(name="model.dropout", low=0, high=0.5),
                Dimension(name="train.optimizer", values=("adam", "sgd")),
            ),
            folds=3,
        ),
        "984b4d2fae1f65d6f96a03dd15e4328ab77f614552cb45c4a78e5540c2fa445f",
    ),
}
"""Configurations with the fingerprints under which stores made by earlier versions hold their results."""


def test_the_defaults_are_the_notebooks_at_the_overlap_that_the_product_opens_on():
    config = ExperimentConfig()
    assert config.data == SyntheticConfig(
        n_samples=8000, n_features=20, n_genres=8, overlap=4.25, spread=2.0, shift=0.5, seed=42
    )
    assert config.split == SplitConfig(test_fraction=0.15, validation_fraction=0.176, by="auto", seed=42)
    assert config.model == MlpConfig(hidden=(128, 64, 32), dropout=0.3)
    assert (config.train.learning_rate, config.train.batch_size) == (1e-3, 64)
    assert (config.train.max_epochs, config.train.patience, config.train.seed) == (50, 10, 42)


@pytest.mark.parametrize("name", STORED)
def test_what_is_stored_keeps_its_fingerprint(name):
    config, known = STORED[name]
    assert fingerprint(config) == known
    assert fingerprint(type(config).model_validate_json(config.model_dump_json())) == known


def test_a_new_setting_changes_the_fingerprint_only_away_from_its_default():
    newer = create_model("SplitConfig", __base__=SplitConfig, shuffled=(bool, True), strata=(tuple[str, ...], ()))
    assert fingerprint(newer()) == fingerprint(SplitConfig())
    assert fingerprint(newer(folds=5, fold=2, seed=3)) == fingerprint(SplitConfig(folds=5, fold=2, seed=3))
    assert len({fingerprint(one) for one in (newer(), newer(shuffled=False), newer(strata=("a",)))}) == 3
    assert newer.model_validate_json(newer(shuffled=False).model_dump_json()) == newer(shuffled=False)


def test_a_new_kind_writes_its_name_and_what_is_not_at_its_default():
    class Recurrent(Frozen):
        architecture: Literal["recurrent"] = "recurrent"
        width: int = 16

    assert Recurrent().model_dump() == {"architecture": "recurrent"}
    assert Recurrent(width=8).model_dump() == {"architecture": "recurrent", "width": 8}


def test_what_is_always_written_are_fields_of_configurations():
    known = {one.__name__: set(one.model_fields) for one in _kinds(Frozen)}
    assert all(fields <= known[name] for name, fields in ALWAYS_WRITTEN.items())


def _kinds(of: type[Frozen]) -> list[type[Frozen]]:
    return [one for kind in of.__subclasses__() for one in (kind, *_kinds(kind))]


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
