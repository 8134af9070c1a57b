"""Settings by their dotted names: what widgets, addresses and terminal options are made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_core.errors import ConfigError
from genre_core.networks import ARCHITECTURES
from genre_core.settings.config import SOURCES, ExperimentConfig
from genre_core.settings.names import (
    SECTIONS,
    TAGS,
    all_settings,
    configure,
    differences,
    flatten,
    help_of,
    settings,
    validate,
    variants,
)
from genre_core.text import unbroken
from tests.configurations import configs, values

SETTINGS = all_settings()


def test_every_field_of_every_variant_is_a_setting():
    fields = {
        f"{section}.{field}" for section in SECTIONS for variant in variants(section) for field in variant.model_fields
    }
    assert set(SETTINGS) == fields
    assert {f"{section}.{tag}" for section, (tag, _) in TAGS.items()} <= fields
    assert {*SECTIONS, "averaged_with"} == set(ExperimentConfig.model_fields)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_says_what_a_person_and_a_widget_need(setting):
    assert setting.title
    assert not setting.title.endswith(".")
    assert setting.help.endswith(".")
    assert validate(setting.name, setting.default) == setting.default
    assert setting.label(setting.default) is not None
    if setting.kind in ("int", "float"):
        assert setting.low is not None
        assert setting.high is not None
        assert setting.low < setting.high
        assert setting.low <= setting.default <= setting.high
        assert setting.step or setting.scale == "log"
        assert setting.scale != "log" or setting.low > 0
    if setting.kind == "choice":
        assert setting.default in setting.choices
        assert set(setting.labels) >= set(setting.choices)
    for sibling, value in (setting.when or {}).items():
        assert value in SETTINGS[f"{setting.section}.{sibling}"].choices


def test_no_two_variants_declare_one_name_differently_and_the_help_has_the_words_of_each():
    for section in SECTIONS:
        seen = {}
        for variant in variants(section):
            for field, info in variant.model_fields.items():
                if field not in TAGS.get(section, ()):
                    declared = repr(info).replace(repr(info.description), "")
                    assert seen.setdefault(field, declared) == declared
                    assert unbroken(info.description) in unbroken(help_of(f"{section}.{field}"))


@given(configs())
def test_flatten_and_configure_are_inverse(config):
    assert configure(flatten(config)) == config
    assert [setting.name for setting in settings(config)] == list(flatten(config))


@given(configs())
def test_what_is_typed_means_what_was_chosen(config):
    typed = {
        name: ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        for name, value in flatten(config).items()
    }
    assert configure(typed) == config


@given(configs(), configs())
def test_differences_lead_from_one_configuration_to_the_other(a, b):
    changed = {name: ours for name, (ours, _) in differences(a, b).items() if name in flatten(a)}
    # Another variant starts at its own defaults, also where it has a setting of the same name.
    turned = tuple(f"{section}." for section in TAGS if type(getattr(a, section)) is not type(getattr(b, section)))
    whole = {name: value for name, value in flatten(a).items() if name.startswith(turned)}
    whole["before.epochs"] = a.before.epochs  # at 0 nothing comes before, and there are no such settings
    assert configure(whole | changed, base=b) == a
    assert differences(a, a) == {}


@given(st.sampled_from(sorted(SETTINGS)).flatmap(lambda name: st.tuples(st.just(name), values(SETTINGS[name]))))
def test_each_allowed_value_is_allowed_alone(pair):
    name, value = pair
    assert validate(name, value) == value


def test_what_is_not_given_is_taken_from_the_base():
    base = configure({"data.overlap": 0.8, "train.seed": 7})
    assert configure({"train.seed": 8}, base=base) == configure({"data.overlap": 0.8, "train.seed": 8})
    assert configure({"data.source": "table"}, base=base).train.seed == 7
    assert configure({"model.architecture": "linear"}, base=base).data.overlap == 0.8


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"data.overlap": "99"}, "data.overlap is 99, but the highest allowed is 20."),
        ({"data.n_samples": 1}, "data.n_samples is 1, but the lowest allowed is 40."),
        ({"data.n_samples": 10**6}, "data.n_samples is 1000000, but the highest allowed is 200,000."),
        ({"model.hidden": "64,0"}, "model.hidden is 0, but the lowest allowed is 1."),
        ({"train.optimizer": "lion"}, "train.optimizer is lion, but must be one of adam, adamw, sgd."),
        (
            {"model.architecture": "oracle"},
            f"model.architecture is oracle, but must be one of {', '.join(ARCHITECTURES)}.",
        ),
        ({"data.source": "radio"}, f"data.source is radio, but must be one of {', '.join(SOURCES)}."),
        ({"train.rate": 1}, "There is no setting named train.rate."),
        ({"data.rate": 1}, "There is no setting named data.rate."),
        ({"rate": 1}, "There is no setting named rate."),
        ({"data.source": "table", "data.overlap": 1}, "data.overlap is no setting where data.source is table."),
        (
            {"data.source": "table", "data.table": "../x"},
            "data.table is '../x', but must be the hash of a stored table, 64 hexadecimal digits.",
        ),
        (
            {"data.n_samples": 40, "data.n_genres": 20},
            "data: 40 tracks are too few for 20 genres: a split needs at least 5 of each.",
        ),
    ],
)
def test_one_sentence_says_what_is_wrong(given, sentence):
    with pytest.raises(ConfigError) as caught:
        configure(given)
    assert str(caught.value) == sentence


def test_every_wrong_value_has_its_sentence():
    with pytest.raises(ConfigError) as caught:
        configure({"data.overlap": 99, "train.seed": "x", "split.by": "perhaps"})
    assert all(name in str(caught.value) for name in ("data.overlap is 99", "train.seed is x", "split.by is perhaps"))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("data.table", "zz", "data.table is 'zz', but must be the hash"),
        ("data.overlap", "0", "data.overlap is 0, but the lowest allowed is 0.05."),
        ("model.architecture", "oracle", "must be one of mlp, linear, cnn, crnn, lstm, attention, transformer"),
        ("model.nothing", 1, "There is no setting named model.nothing."),
        ("nothing", 1, "There is no setting named nothing."),
    ],
)
def test_a_single_value_is_refused_by_name(name, value, sentence):
    with pytest.raises(ConfigError) as caught:
        validate(name, value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("model.hidden", (128, 64), "128, 64"),
        ("train.learning_rate", 0.001, "0.001"),
        ("data.n_samples", 8000, "8,000"),
        ("data.seed", 12345, "12345"),
        ("split.by", "row", "nothing: single rows"),
        ("train.optimizer", "sgd", "SGD"),
        ("model.architecture", "linear", "softmax regression"),
    ],
)
def test_values_are_read_as_a_person_writes_them(name, value, text):
    assert SETTINGS[name].label(value) == text
