import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.fields import ladder
from dashboard.forms import LESS_USED
from genre_core.config import ExperimentConfig
from genre_core.presets import PRESETS
from genre_core.settings import all_settings, configure, flatten

TABLE = "ab" * 32


def form_page(tables):
    import streamlit

    from dashboard import address
    from dashboard.forms import sidebar_settings
    from genre_core.presets import PRESETS

    address.read()
    streamlit.session_state["form"] = sidebar_settings(PRESETS, tables)


def opened(tables=(), **params: str) -> AppTest:
    page = AppTest.from_function(form_page, args=(tables,), default_timeout=30)
    for name, text in params.items():
        page.query_params[name.replace("__", ".")] = text
    page.run()
    return checked(page)


def checked(page: AppTest) -> AppTest:
    assert not page.exception
    return page


def form(page: AppTest):
    return page.session_state["form"]


def texts(page: AppTest) -> str:
    return " ".join(text.value for text in (*page.caption, *page.markdown)).replace("\\", "")


def buttons(page: AppTest) -> dict[str, str]:
    return {button.key: button.label for button in page.button}


def test_an_address_without_parameters_is_the_opening_preset_with_nothing_marked():
    page = opened()
    assert form(page).config == ExperimentConfig()
    assert form(page).changed == ()
    assert not page.button
    assert PRESETS["overlapping"].watch_for in texts(page)


def test_the_slider_moves_the_number_and_the_configuration():
    page = opened()
    checked(page.slider(key="data.overlap slider").set_value(2.5).run())
    assert page.number_input(key="data.overlap").value == 2.5
    assert form(page).config.data.overlap == 2.5
    assert page.query_params["data.overlap"] == "2.5"


def test_the_number_moves_the_slider_even_to_a_value_between_its_steps():
    page = opened()
    checked(page.number_input(key="train.learning_rate").set_value(0.00437).run())
    assert page.select_slider(key="train.learning_rate slider").value == 0.00437
    assert form(page).config.train.learning_rate == 0.00437


def test_a_slider_on_a_ladder_writes_the_exact_rung():
    page = opened()
    checked(page.select_slider(key="train.learning_rate slider").set_value(0.003).run())
    assert form(page).config.train.learning_rate == 0.003
    assert page.query_params["train.learning_rate"] == "0.003"


def test_what_differs_from_the_preset_is_marked_in_words_and_can_be_reset_alone():
    page = opened(train__learning_rate="0.003", train__seed="7")
    assert form(page).changed == ("train.learning_rate", "train.seed")
    assert buttons(page)["reset train.learning_rate"] == "Learning rate differs from the preset (0.001): reset it"
    assert buttons(page)["reset all settings"] == "Reset 2 changed settings"
    checked(page.button(key="reset train.learning_rate").click().run())
    assert form(page).changed == ("train.seed",)
    assert "train.learning_rate" not in page.query_params
    assert page.query_params["train.seed"] == "7"


def test_reset_all_goes_back_to_the_chosen_preset():
    page = opened(preset="notebook", train__batch_size="128", data__overlap="3.5")
    checked(page.button(key="reset all settings").click().run())
    assert form(page).config == PRESETS["notebook"].config
    assert dict(page.query_params) == {"preset": "notebook"}


def test_choosing_a_preset_sets_everything_and_the_address_says_only_its_name():
    page = opened(train__batch_size="128", model__hidden="16")
    checked(page.selectbox(key="preset choice").set_value("notebook").run())
    assert form(page).config == PRESETS["notebook"].config
    assert form(page).changed == ()
    assert dict(page.query_params) == {"preset": "notebook"}
    assert PRESETS["notebook"].watch_for in texts(page)


@pytest.mark.parametrize("name", PRESETS)
def test_a_link_that_names_a_preset_is_that_preset(name):
    page = opened(preset=name)
    assert form(page).config == PRESETS[name].config
    assert form(page).changed == ()


def test_layers_are_typed_as_text():
    page = opened()
    checked(page.text_input(key="model.hidden").set_value("64, 32").run())
    assert form(page).config.model.hidden == (64, 32)


@pytest.mark.parametrize("text", ["64, x", "", "0", "64.5", "2000", "1,1,1,1,1,1,1,1,1"])
def test_layers_that_cannot_be_built_are_explained_and_stop_training(text):
    page = opened()
    checked(page.text_input(key="model.hidden").set_value(text).run())
    assert form(page).config is None
    assert form(page).problem.startswith("Hidden layers ")
    assert form(page).problem in texts(page)
    checked(page.button(key="reset model.hidden").click().run())
    assert form(page).config == ExperimentConfig()


def test_a_choice_is_read_in_words_and_stands_in_the_address_as_its_value():
    page = opened()
    optimizer = page.selectbox(key="train.optimizer choice")
    assert optimizer.options == ["Adam", "AdamW", "SGD"]
    checked(optimizer.set_value("sgd").run())
    assert page.query_params["train.optimizer"] == "sgd"
    assert form(page).config.train.optimizer == "sgd"


def test_a_setting_that_would_do_nothing_is_neither_drawn_nor_in_the_address():
    page = opened(train__optimizer="sgd", train__momentum="0.5")
    assert form(page).config.train.momentum == 0.5
    checked(page.selectbox(key="train.optimizer choice").set_value("adam").run())
    assert "train.momentum" not in [number.key for number in page.number_input]
    assert dict(page.query_params) == {}
    assert form(page).config == ExperimentConfig()


def test_another_network_draws_its_own_settings():
    page = opened(model__dropout="0.5")
    checked(page.selectbox(key="model.architecture choice").set_value("linear").run())
    assert form(page).config.model.architecture == "linear"
    assert dict(page.query_params) == {"model.architecture": "linear"}


def test_limits_between_settings_are_explained_under_their_group():
    page = opened()
    page.number_input(key="data.n_samples").set_value(200_000)
    checked(page.number_input(key="data.n_features").set_value(500).run())
    assert form(page).config is None
    assert "200,000 tracks of 500 features" in form(page).problem
    assert form(page).problem in texts(page)


def test_without_a_table_the_form_says_where_to_get_one(monkeypatch):
    linked = []
    monkeypatch.setattr("streamlit.page_link", lambda page, **_: linked.append(page))  # the page is the app's
    page = opened(data__source="table")
    assert form(page).config is None
    assert linked == ["views/data.py"]
    assert "Upload one on the Data page" in texts(page)


def test_a_stored_table_is_chosen_by_its_title():
    page = opened(tables=[(TABLE, "gtzan.csv, 1,000 rows")], data__source="table")
    assert form(page).problem == "Choose a table to train on."
    tables = page.selectbox(key="data.table choice")
    assert tables.options == ["choose one", "gtzan.csv, 1,000 rows"]
    checked(tables.set_value(TABLE).run())
    assert form(page).config == configure({"data.source": "table", "data.table": TABLE})
    assert page.query_params["data.table"] == TABLE
    assert page.selectbox(key="split.by choice").value == "auto"


def test_a_link_to_a_table_that_is_not_here_says_so():
    page = opened(tables=[(TABLE, "gtzan.csv")], data__source="table", data__table="cd" * 32)
    assert form(page).problem == "This table is not stored here. Choose another."


def test_adopted_settings_are_drawn_at_the_nearest_preset():
    def adopting_page(text):
        import streamlit

        from dashboard.forms import adopt, sidebar_settings
        from genre_core.config import ExperimentConfig
        from genre_core.presets import PRESETS

        config = ExperimentConfig.model_validate_json(text)
        streamlit.button("same settings", key="same", on_click=adopt, args=(config, PRESETS))
        streamlit.session_state["form"] = sidebar_settings(PRESETS)

    wanted = configure({"data.overlap": 0.8, "train.seed": 3})
    page = AppTest.from_function(adopting_page, args=(wanted.model_dump_json(),), default_timeout=30).run()
    checked(page.button(key="same").click().run())
    assert form(page).config == wanted
    assert dict(page.query_params) == {"preset": "notebook", "train.seed": "3"}


@pytest.mark.parametrize("preset", PRESETS)
def test_what_adopt_says_is_a_link_to_the_same_configuration(preset):
    config = configure({"train.seed": 3, "model.hidden": (9, 4), "train.optimizer": "sgd"}, PRESETS[preset].config)

    def page():
        import streamlit

        from dashboard.forms import adopt
        from genre_core.config import ExperimentConfig
        from genre_core.presets import PRESETS

        text = streamlit.session_state["config"]
        streamlit.session_state["said"] = adopt(ExperimentConfig.model_validate_json(text), PRESETS)

    writer = AppTest.from_function(page, default_timeout=30)
    writer.session_state["config"] = config.model_dump_json()
    said = checked(writer.run()).session_state["said"]
    assert form(opened(**{name.replace(".", "__"): text for name, text in said.items()})).config == config


def test_every_setting_can_be_opened_from_a_link_and_gives_that_configuration():
    values = {"train.optimizer": "sgd", "model.hidden": (7, 5)}
    for name, item in all_settings().items():
        if name in flatten(ExperimentConfig()) and item.kind in ("int", "float"):
            values[name] = item.default * 2 if name != "train.momentum" else 0.5
    page = opened(**{name.replace(".", "__"): str(value).strip("()") for name, value in values.items()})
    assert form(page).config == configure(values)


def test_less_used_settings_exist():
    assert set(all_settings()) >= LESS_USED


@given(
    st.floats(1e-6, 10),
    st.floats(1.001, 1e6),
    st.floats(0, 1),
)
def test_a_ladder_is_strictly_rising_and_holds_its_ends_and_the_value(low, ratio, where):
    high = low * ratio
    value = min(max(low * ratio**where, low), high)
    rungs = ladder(low, high, value, whole=False)
    assert rungs[0] == low
    assert rungs[-1] == high
    assert value in rungs
    assert all(a < b for a, b in pairwise(rungs))
    assert len(rungs) <= 4 * (math.log10(ratio) + 2) + 3


def test_a_ladder_of_whole_numbers_holds_whole_numbers():
    assert ladder(1, 50, 64 - 20, whole=True) == [1, 2, 3, 5, 10, 20, 30, 44, 50]
