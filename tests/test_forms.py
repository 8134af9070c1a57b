import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shell.fields import COMMON, WITHOUT, described, needs
from genre_core.networks import ARCHITECTURES
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import SECTIONS, all_settings, configure, flatten
from genre_core.settings.presets import PRESETS

TABLE = "ab" * 32


def form_page(tables, sections, columns):
    import streamlit

    from dashboard.shell import address, forms

    def take():
        for change in streamlit.session_state["changes"]:
            forms.take(change, begins=streamlit.session_state.get("begins"))

    address.read()
    streamlit.button("take", key="take", on_click=take)
    streamlit.session_state["form"] = forms.sidebar_settings(
        {"table": tables}, sections=sections, columns=columns and (lambda _: columns)
    )


def opened(tables=(), sections=tuple(SECTIONS), columns=None, **params: str) -> AppTest:
    page = AppTest.from_function(form_page, args=(tables, sections, columns), default_timeout=30)
    for name, text in params.items():
        page.query_params[name.replace("__", ".")] = text
    page.run()
    return checked(page)


def changed(page: AppTest, *, preset: str | None = None, **values) -> AppTest:
    """Change settings as the panel does: one message, one step of the address."""
    change = {"values": {name.replace("__", "."): value for name, value in values.items()}}
    page.session_state["changes"] = [change | ({"preset": preset} if preset else {})]
    page.button(key="take").click().run()
    return checked(page)


def checked(page: AppTest) -> AppTest:
    assert not page.exception
    return page


def form(page: AppTest):
    return page.session_state["form"]


def panel(page: AppTest):
    """Return what the panel is given to draw."""
    return json.loads(json.loads(page.get("bidi_component")[0].proto.json)["state"])


def items():
    sections = json.loads(described(tuple(SECTIONS), tuple(PRESETS.values())))["sections"]
    return {item["name"]: item for section in sections for item in section["settings"]}


def test_a_table_that_is_chosen_brings_settings_which_can_be_taken_back_and_do_not_go_along():
    page, other = opened([(TABLE, "artists"), ("cd" * 32, "tracks")], data__source="table"), "cd" * 32
    page.session_state["begins"] = lambda source, table: (
        {"split.balanced": True} if (source, table) == ("table", TABLE) else {}
    )
    page = changed(page, data__table=TABLE)
    assert form(page).config.split.balanced
    assert not form(changed(page, split__balanced=False)).config.split.balanced
    assert not form(changed(page, data__min_tracks=2)).config.split.balanced
    assert form(changed(page, data__table=TABLE)).config.split.balanced
    assert not form(changed(page, data__table=other)).config.split.balanced
    assert not form(changed(page, data__table=TABLE, split__balanced=None)).config.split.balanced


def test_an_address_without_parameters_is_the_opening_preset_with_nothing_marked():
    page = opened()
    assert form(page).config == ExperimentConfig()
    assert form(page).changed == ()
    assert panel(page) == {
        "preset": "overlapping", "values": {}, "seq": 0, "problems": {}, "refused": {}, "titles": {}, "ticks": {},
        "options": {"data.table": {"": "choose one"}}, "notes": panel(page)["notes"],
    }  # fmt: skip


def test_a_change_moves_the_configuration_the_address_and_what_is_marked():
    page = changed(opened(), train__learning_rate=0.00437, train__optimizer="sgd")
    assert form(page).config == configure({"train.learning_rate": 0.00437, "train.optimizer": "sgd"})
    assert dict(page.query_params) == {"train.learning_rate": "0.00437", "train.optimizer": "sgd"}
    assert panel(page)["values"] == {"train.learning_rate": 0.00437, "train.optimizer": "sgd"}
    assert form(page).changed == ("train.optimizer", "train.learning_rate")


def test_each_change_is_one_message_to_the_address(monkeypatch):
    from streamlit.runtime.state.query_params import QueryParams

    sent = []
    send = QueryParams._send_query_param_msg
    monkeypatch.setattr(QueryParams, "_send_query_param_msg", lambda self: (sent.append(str(self)), send(self))[1])
    page = opened(train__batch_size="128", model__hidden="16", pace="by hand")
    assert sent == []
    changed(page, preset="notebook")
    assert len(sent) == 1
    changed(page, data__overlap=None, train__seed=7)
    assert len(sent) == 2
    changed(page, train__seed=7)
    assert len(sent) == 2
    assert dict(page.query_params) == {"preset": "notebook", "train.seed": "7", "pace": "by hand"}


def test_what_differs_from_the_preset_can_be_reset_alone():
    page = opened(train__learning_rate="0.003", train__seed="7")
    assert form(page).changed == ("train.learning_rate", "train.seed")
    changed(page, train__learning_rate=None)
    assert form(page).changed == ("train.seed",)
    assert dict(page.query_params) == {"train.seed": "7"}


def test_a_value_set_back_by_hand_leaves_the_address():
    assert dict(changed(opened(data__overlap="3"), data__overlap=4.25).query_params) == {}


def test_the_chosen_preset_takes_all_its_settings_back():
    page = changed(opened(preset="notebook", train__batch_size="128", data__overlap="3.5"), preset="notebook")
    assert form(page).config == PRESETS["notebook"].config
    assert dict(page.query_params) == {"preset": "notebook"}


def test_choosing_a_preset_sets_everything_and_the_address_says_only_its_name():
    page = changed(opened(train__batch_size="128", model__hidden="16", run="r1"), preset="overfitting")
    assert form(page).config == PRESETS["overfitting"].config
    assert form(page).changed == ()
    assert dict(page.query_params) == {"preset": "overfitting", "run": "r1"}


def test_changes_without_an_answer_come_again_and_change_nothing():
    page = changed(opened(), preset="overfitting", train__seed=7)
    assert dict(changed(page, preset="overfitting", train__seed=7, train__batch_size=8).query_params) == {
        "preset": "overfitting",
        "train.seed": "7",
        "train.batch_size": "8",
    }


def test_the_panel_is_told_which_change_it_sees():
    page = opened()
    page.session_state["changes"] = [{"values": {"train.seed": 7}, "seq": 41}]
    checked(page.button(key="take").click().run())
    assert panel(page)["seq"] == 41


@pytest.mark.parametrize("name", PRESETS)
def test_a_link_that_names_a_preset_is_that_preset(name):
    page = opened(preset=name)
    assert form(page).config == PRESETS[name].config
    assert form(page).changed == ()


@pytest.mark.parametrize("text", ["64, x", "", "0", "64.5", "2000", "1,1,1,1,1,1,1,1,1"])
def test_layers_that_cannot_be_built_are_explained_and_change_nothing(text):
    page = changed(opened(model__dropout="0.5"), model__hidden=text)
    assert form(page).config == configure({"model.dropout": 0.5})
    assert dict(page.query_params) == {"model.dropout": "0.5"}
    said = panel(page)
    assert said["problems"]["model.hidden"].startswith("Hidden layers ")
    assert said["problems"]["model.hidden"].endswith("Still using 128, 64, 32.")
    assert said["refused"] == {"model.hidden": text}
    changed(page, model__hidden="64, 32")
    assert form(page).config.model.hidden == (64, 32)
    assert panel(page)["problems"] == {}


def test_what_was_refused_is_forgotten_where_the_address_says_something_else():
    page = changed(opened(), model__hidden="x")
    page.query_params["train.seed"] = "7"
    page.run()
    assert panel(page)["refused"] == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("train.learning_rate", 99), ("train.batch_size", 1.5), ("train.optimizer", "adamm"), ("split.by", "moon")],
)
def test_whatever_a_browser_sends_the_address_stays_a_configuration(name, value):
    page = changed(opened(), **{name.replace(".", "__"): value})
    assert form(page).config == ExperimentConfig()
    assert "Still using" in panel(page)["problems"][name]


def test_a_setting_that_would_do_nothing_leaves_the_address():
    page = opened(train__optimizer="sgd", train__momentum="0.5")
    assert form(page).config.train.momentum == 0.5
    changed(page, train__optimizer="adam")
    assert dict(page.query_params) == {}
    assert form(page).config == ExperimentConfig()


def test_another_network_has_its_own_settings():
    page = changed(opened(model__dropout="0.5"), model__architecture="linear")
    assert form(page).config.model.architecture == "linear"
    assert dict(page.query_params) == {"model.architecture": "linear"}


def test_limits_between_settings_are_explained_at_the_one_that_broke_them():
    page = changed(opened(), data__n_samples=200_000)
    changed(page, data__n_features=500)
    assert form(page).config == configure({"data.n_samples": 200_000})
    assert panel(page)["problems"]["data.n_features"].startswith("200,000 tracks of 500 features")


def test_without_a_table_the_form_says_where_to_get_one():
    page = opened(data__source="table")
    assert form(page).config is None
    assert panel(page)["notes"] == [
        {
            "name": "data.table",
            "text": "No table is stored yet. Upload one on the Data page.",
            "go": "Go to Data",
        }
    ]


def test_a_stored_table_is_chosen_by_its_title():
    page = opened(tables=[(TABLE, "gtzan.csv, 1,000 rows")], data__source="table")
    assert form(page).problem == "Choose a table to train on."
    assert panel(page)["options"]["data.table"] == {"": "choose one", TABLE: "gtzan.csv, 1,000 rows"}
    assert panel(page)["notes"] == []
    changed(page, data__table=TABLE)
    assert form(page).config == configure({"data.source": "table", "data.table": TABLE})
    assert dict(page.query_params) == {"data.source": "table", "data.table": TABLE}


def test_columns_of_one_table_are_not_asked_of_another():
    tables = [(TABLE, "a.csv"), ("cd" * 32, "b.csv")]
    page = opened(tables, data__source="table", data__table=TABLE, data__label="mood", data__missing="drop")
    changed(page, data__table="cd" * 32)
    assert form(page).config.data.label == ""
    assert form(page).config.data.missing == "drop"


def test_columns_are_chosen_from_lists_and_several_are_ticked():
    columns = {"data.label": ["genre"], "data.left_out": ["tempo", "a,b"], "data.taken": ["tempo"] * 301}
    page = opened([(TABLE, "a.csv")], columns=columns, data__source="table", data__table=TABLE)
    assert panel(page)["options"]["data.label"] == {"": "found by itself", "genre": "genre"}
    ticks = panel(page)["ticks"]
    assert list(ticks) == ["data.left_out"], "where there are too many to tick they are typed"
    assert list(ticks["data.left_out"]["options"]) == ["tempo", '"a,b"']
    changed(page, data__left_out='tempo, "a,b"')
    assert form(page).config.data.left_out == 'tempo, "a,b"'


def test_a_link_to_a_table_that_is_not_here_says_so():
    page = opened(tables=[(TABLE, "gtzan.csv")], data__source="table", data__table="cd" * 32)
    assert form(page).problem == (
        "This table is not in this store. Add the same file on the Data page, or choose another table."
    )
    assert panel(page)["problems"] == {"data.table": form(page).problem}


def test_sections_that_are_not_drawn_are_the_presets_and_stay_in_the_address():
    page = opened(sections=("data",), data__overlap="2", train__seed="7")
    assert form(page).config == configure({"data.overlap": 2})
    changed(page, data__overlap=3)
    assert dict(page.query_params) == {"data.overlap": "3", "train.seed": "7"}


def test_adopted_settings_are_said_at_the_nearest_preset():
    def adopting_page(text):
        import streamlit

        from dashboard.shell.forms import adopt, sidebar_settings
        from genre_core.settings.config import ExperimentConfig

        config = ExperimentConfig.model_validate_json(text)
        streamlit.button("same settings", key="same", on_click=adopt, args=(config,))
        streamlit.session_state["form"] = sidebar_settings()

    wanted = configure({"data.overlap": 0.8, "train.seed": 3})
    page = AppTest.from_function(adopting_page, args=(wanted.model_dump_json(),), default_timeout=30)
    page.query_params["train.batch_size"] = "8"
    checked(page.run().button(key="same").click().run())
    assert form(page).config == wanted
    assert dict(page.query_params) == {"preset": "notebook", "train.seed": "3"}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_link_to_a_configuration_opens_exactly_that(preset):
    from dashboard.shell.forms import link

    config = configure({"train.seed": 3, "model.hidden": (9, 4), "train.optimizer": "sgd"}, PRESETS[preset].config)
    said = link(config)
    assert form(opened(**{name.replace(".", "__"): text for name, text in said.items()})).config == config


def test_a_variation_is_said_relative_to_what_it_varies():
    from dashboard.shell.forms import link

    found = configure({"train.learning_rate": 0.05})
    assert link(found) == {"preset": "rate_too_high"}
    assert link(found, origin=configure({})) == {"preset": "overlapping", "train.learning_rate": "0.05"}
    assert [link(preset.config) for preset in PRESETS.values()] == [{"preset": name} for name in PRESETS]
    table = {"data.source": "table", "data.table": TABLE, "train.max_epochs": "20"}
    assert link(configure(table)) == {"preset": "overlapping", **table}, "stored tracks are no generated music"


def test_every_setting_can_be_opened_from_a_link_and_gives_that_configuration():
    values = {"train.optimizer": "sgd", "model.hidden": (7, 5)}
    for name, item in all_settings().items():
        if name in flatten(ExperimentConfig()) and item.kind in ("int", "float") and item.default:
            values[name] = item.default * 2 if item.default * 2 <= item.high else item.default / 2
    page = opened(**{name.replace(".", "__"): str(value).strip("()") for name, value in values.items()})
    assert form(page).config == configure(values)


def test_the_browser_is_told_every_setting_with_its_bounds_and_its_explanation():
    told = items()
    assert list(told) == [name for name in all_settings() if not name.startswith("before.")]
    for name, item in ((name, all_settings()[name]) for name in told):
        assert told[name]["help"] == item.help
        assert told[name].get("low") == item.low
        assert told[name].get("high") == item.high
        assert set(told[name].get("options", ())) == set(item.choices)
    assert told["model.hidden"]["default"] == "128, 64, 32"
    assert "slider" not in told["train.seed"]


def test_a_network_on_spectrograms_measures_them_until_another_takes_its_place():
    music = {"preset": "music", "model.architecture": "cnn"}
    page = changed(opened(preset="music"), model__architecture="cnn")
    assert dict(page.query_params) == music | {"data.features": "logmel"}
    assert form(page).config.data.features == "logmel"
    page = changed(page, model__architecture="lstm")
    assert dict(page.query_params) == music | {"model.architecture": "lstm", "data.features": "logmel"}
    assert dict(changed(page, model__architecture="mlp").query_params) == {"preset": "music"}


def test_a_setting_needs_its_source_or_network_and_its_sibling():
    assert needs(all_settings()["train.momentum"]) == {"train.optimizer": ["sgd"]}
    assert needs(all_settings()["model.dropout"]) == {
        "model.architecture": [name for name in ARCHITECTURES if name != "linear"]
    }
    assert "synthetic" not in needs(all_settings()["data.table"])["data.source"]
    assert needs(all_settings()["train.seed"]) == {}


def test_settings_that_are_named_one_by_one_exist():
    assert set(all_settings()) >= {*COMMON, *WITHOUT, *(name for names in WITHOUT.values() for name in names)}


def test_what_does_nothing_without_another_setting_leaves_the_address_with_it():
    page = opened(
        data__artists="10", data__artist_spread="3", data__albums="2", data__album_spread="2", split__by="row"
    )
    assert form(page).config.data.albums == 2
    changed(page, data__artists=0)
    assert dict(page.query_params) == {}
    changed(page, data__segments=4)
    assert dict(changed(page, split__by="row").query_params) == {"data.segments": "4", "split.by": "row"}


def test_pairs_of_genres_are_asked_for_only_where_wrong_labels_are_chosen():
    page = changed(opened(data__label_noise="0.2"), data__noise_kind="chosen")
    changed(page, data__noise_pairs="Jazz-Folk")
    assert form(page).config.data.noise_pairs == "Jazz-Folk"
    changed(page, data__noise_pairs="Jazz-Polka")
    assert panel(page)["problems"]["data.noise_pairs"].startswith("there is no genre 'Polka'")
    changed(page, data__noise_kind="uniform")
    assert dict(page.query_params) == {"data.label_noise": "0.2"}
    page = changed(
        opened(data__label_noise="0.2", data__noise_kind="chosen", data__noise_pairs="1-2"), data__label_noise=0
    )
    assert dict(page.query_params) == {}


def test_a_new_setting_is_drawn_by_itself(monkeypatch):
    fields = (replace(item, name=f"{item.name}_too") for item in all_settings().values())
    more = {item.name: item for item in fields} | dict(all_settings())
    monkeypatch.setattr("dashboard.shell.fields.all_settings", lambda: more)
    assert set(items()) == {name for name in more if not name.startswith("before.")}
    assert items()["train.learning_rate_too"]["slider"] == "log"
    assert items()["train.learning_rate_too"]["rare"]


def test_a_description_travels_until_the_browser_has_it():
    page = opened()
    data = json.loads(page.get("bidi_component")[0].proto.json)
    assert json.loads(data["about"])["presets"][1]["values"] == {"data.overlap": 0.8}
    page.session_state["descriptions that the browser has"] = [data["name"]]
    page.run()
    proto = page.get("bidi_component")[0].proto
    assert set(json.loads(proto.json)) == {"name", "state"}
    assert proto.ByteSize() < 20_200


def test_a_page_puts_the_settings_that_it_is_about_in_front():
    def rare(*first):
        sections = json.loads(described(("data",), (), frozenset(first)))["sections"]
        return {item["name"] for item in sections[0]["settings"] if item.get("rare")}

    assert rare() - rare("data.artists") == {"data.artists"}


def test_a_link_holds_a_branch_and_a_change_of_the_settings_keeps_it():
    page = opened(before__epochs="4", before__learning_rate="0.01", train__learning_rate="0.001", train__seed="7")
    parent = form(page).config.parent
    assert parent == configure({"train.learning_rate": 0.01, "train.seed": 7})
    changed(page, train__learning_rate=0.0001)
    assert form(page).config.parent == parent
    assert form(page).config.train.learning_rate == 0.0001
    changed(page, train__max_epochs=4)
    assert "A branch after epoch 4 needs a maximum of more than 4 epochs" in panel(page)["problems"]["train.max_epochs"]
    changed(page, preset="notebook")
    assert dict(page.query_params) == {"preset": "notebook"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"before__epochs": "4", "train__max_epochs": "3"}, {"train.max_epochs": "3"}),
        ({"before__learning_rate": "0.01"}, {}),
        ({"before__epochs": "x", "before__seed": "7"}, {}),
    ],
)
def test_a_link_to_a_branch_that_cannot_be_says_so(said, kept):
    page = opened(**said)
    assert dict(page.query_params) == kept
    assert form(page).config == configure(kept)
    assert page.caption
