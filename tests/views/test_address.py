import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.shell.address import judge, plain
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, configure
from genre_core.settings.presets import PRESETS

BAD = {
    "train.batch_size": ("12.5", "using 64"),
    "train.learning_rate": ("1000", "using 0.001"),
    "train.max_epochs": ("-1", "using 50"),
    "train.patience": ("many", "using 10"),
    "train.optimizer": ("adamm", "using Adam"),
    "data.overlap": ("nan", "using 4.25"),
    "data.source": ("radio", "using synthetic tracks"),
    "split.test_fraction": ("", "using 0.15"),
    "model.hidden": ("64,x", "using 128, 64, 32"),
    "train.seed": ("99999999999", "using 42"),
    "train.speed": ("3", "no setting named train.speed"),
    "preset": ("notebok", "using Overlapping genres"),
    "run": ("../../etc", "ignored"),
    "cell": ("x", "ignored"),
    "genre": ("\x00", "ignored"),
}


def looking_page():
    import streamlit

    from dashboard.shell import address
    from dashboard.shell.forms import sidebar_settings

    address.read()
    streamlit.session_state["form"] = sidebar_settings()
    cell = address.selection(8)
    streamlit.session_state["seen"] = (address.run_id(), cell and cell.text, address.genre(["Rock", "Jazz"]))
    streamlit.button("look", key="look", on_click=address.look, kwargs={"run": "b2", "cell": (1, 7)})
    streamlit.button("away", key="away", on_click=address.look, kwargs={"cell": None})


def opened(params) -> AppTest:
    page = AppTest.from_function(looking_page, default_timeout=30)
    for name, text in params.items():
        page.query_params[name] = text
    page.run()
    assert not page.exception
    return page


@pytest.mark.parametrize("name", BAD)
def test_a_part_that_does_not_fit_is_named_once_and_falls_back(name):
    text, consequence = BAD[name]
    page = opened({name: text, "data.n_samples": "4000"})
    note = page.caption[0].value.replace("\\", "")
    assert name in note
    assert consequence in note
    assert page.session_state["form"].config == configure({"data.n_samples": 4000})
    assert dict(page.query_params) == {"data.n_samples": "4000"}


def test_a_link_bad_all_over_opens_the_opening_preset():
    page = opened({name: text for name, (text, _) in BAD.items()})
    assert page.session_state["form"].config == ExperimentConfig()
    assert page.session_state["seen"] == (None, None, None)
    assert page.caption[0].value.count("\n") == len(BAD) - 1


def test_a_note_stays_until_it_is_dismissed():
    page = opened({"train.batch_size": "0"})
    page.query_params["train.seed"] = "7"
    page.run()
    assert "train.batch\\_size is 0" in page.caption[0].value
    page.button(key="dismiss address notes").click().run()
    assert not page.caption


def test_a_link_cannot_put_markup_on_the_page():
    page = opened({"train.monitor": "[click](http://x.example) :red[now] $x$ **b**"})
    note = page.caption[0].value
    assert "\\[click\\]" in note
    assert "\\*\\*b" in note
    assert "\\$x\\$" in note


@pytest.mark.parametrize("name", ["http://a.b", "Https://a.b/c", "www.a.b", "dj@a.b", "[link](http://a.b)"])
def test_an_address_in_a_name_is_no_link_and_reads_the_same(name):
    shown = plain(name)
    assert not re.search(r"https?:?//|https?\\://|www\.|@a", shown, re.IGNORECASE)
    assert shown.replace("\u2060", "").replace("\\", "") == name
    assert "\u2060" not in plain("a@b, :// and wwwa: no address")


def test_settings_that_do_not_fit_together_fall_back_together_and_leave_the_rest():
    kept, notes = judge({"data.n_samples": "200000", "data.n_features": "500", "train.seed": "7"})
    assert kept == {"train.seed": "7"}
    assert "200,000 tracks of 500 features" in notes[0]


def test_a_setting_of_a_network_that_is_not_chosen_is_ignored_with_a_note():
    kept, notes = judge({"model.architecture": "linear", "model.dropout": "0.5"})
    assert kept == {"model.architecture": "linear"}
    assert notes == ["model.dropout has no effect with the other settings in this link; ignored."]


def test_parameters_of_pages_are_left_alone():
    assert judge({"part": "validation", "utm_source": "x"}) == ({"part": "validation", "utm_source": "x"}, [])


def test_values_count_relative_to_the_preset():
    page = opened({"preset": "overfitting", "train.seed": "7"})
    assert page.session_state["form"].config == configure({"train.seed": 7}, PRESETS["overfitting"].config)


def test_what_is_looked_at_is_read_and_written_at_once():
    page = opened({"run": "a1", "cell": "3-5", "genre": "Jazz", "train.seed": "7"})
    assert page.session_state["seen"] == ("a1", "3-5", "Jazz")
    page.button(key="look").click().run()
    assert page.session_state["seen"] == ("b2", "1-7", "Jazz")
    assert dict(page.query_params) == {"run": "b2", "cell": "1-7", "genre": "Jazz", "train.seed": "7"}
    page.button(key="away").click().run()
    assert page.session_state["seen"] == ("b2", None, "Jazz")


def test_a_cell_or_genre_that_this_run_does_not_have_is_said():
    page = opened({"cell": "3-8", "genre": "Polka"})
    assert page.session_state["seen"] == (None, None, None)
    said = " ".join(caption.value for caption in page.caption)
    assert "the matrix has 8 genres" in said
    assert "no genre named “Polka”" in said


def test_the_run_is_put_back_where_a_navigation_link_dropped_it():
    page = opened({"run": "a1"})
    page.query_params.clear()
    page.run()
    assert page.session_state["seen"][0] == "a1"
    assert page.query_params["run"] == "a1"


names = st.sampled_from([*all_settings(), "preset", "run", "cell", "genre", "train.", "model.x", ".", "data"])
words = st.sampled_from(["table", "linear", "sgd", "true"])
texts = st.one_of(st.text(max_size=30), st.floats().map(str), st.integers().map(str), words)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(names, texts, max_size=8))
def test_whatever_a_link_says_what_is_kept_is_a_configuration(given):
    kept, notes = judge(given)
    base = PRESETS[kept.get("preset", "overlapping")].config
    configure({name: text for name, text in kept.items() if name in all_settings()}, base)
    assert len(notes) >= bool(set(given) - set(kept))


def test_settings_are_put_back_where_a_navigation_link_dropped_them_together_with_the_run():
    page = opened({"run": "a1", "preset": "notebook", "train.seed": "7"})
    page.query_params.clear()
    page.run()
    assert page.session_state["form"].config == configure({"train.seed": 7}, PRESETS["notebook"].config)
    assert dict(page.query_params) == {"preset": "notebook", "train.seed": "7", "run": "a1"}


def test_after_back_the_address_is_right_even_where_it_says_nothing(monkeypatch):
    from dashboard.shell import address

    page = opened({"train.seed": "7"})
    monkeypatch.setattr(address, "_went_back", lambda: True)
    page.query_params.clear()
    page.run()
    assert page.session_state["form"].config == ExperimentConfig()
    monkeypatch.undo()
    page.run()
    assert page.session_state["form"].config == ExperimentConfig()
    assert dict(page.query_params) == {}


def test_an_address_that_says_settings_takes_the_place_of_those_before():
    page = opened({"train.seed": "7"})
    page.query_params.clear()
    page.query_params["data.overlap"] = "3"
    page.run()
    assert page.session_state["form"].config == configure({"data.overlap": 3})


def test_a_part_that_stops_to_fit_later_is_named_as_well():
    page = opened({"train.seed": "7"})
    page.query_params["train.patience"] = "many"
    page.run()
    assert "train.patience" in page.caption[0].value.replace("\\", "")
    assert dict(page.query_params) == {"train.seed": "7"}
