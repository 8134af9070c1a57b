"""The address and the settings form in a real browser, over two small pages of tests' own."""

import re
from urllib.parse import urlencode

import pytest

from dashboard.shell.address import judge
from genre_core.settings.config import TrainConfig
from tests.browser.conftest import clear, settle

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def open_page(page, toys):
    def opened(path=""):
        page.goto(f"{toys}/{path}")
        return page

    return opened


def says(page, text):
    sync_api.expect(page.get_by_text(text)).to_be_visible()


def at(page, pattern):
    sync_api.expect(page).to_have_url(re.compile(pattern))


def exact(page, name):
    return page.get_by_role("spinbutton", name=name, exact=True)


def slider(page, name):
    return page.get_by_role("slider", name=f"{name}, slider")


def choice(page, name):
    return page.get_by_role("combobox", name=name, exact=True)


def problem(page):
    """Return what is said below a field that does not fit."""
    return page.locator(".problem:not(:empty)")


def type_in(field, text):
    field.fill(text)
    field.press("Enter")


KEYS = """(slider, keys) => {
  slider.focus();
  for (const key of keys.split(" ")) {
    slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    slider.value = Number(slider.value) + 1;
    for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}"""
"""Arrow keys as fast as a person holds them down."""


def test_number_slider_and_drag_follow_each_other_and_the_address_follows_them(open_page):
    page = open_page()
    says(page, "rate 0.001 batch 64")
    type_in(exact(page, "Learning rate"), "3.7e-3")
    says(page, "rate 0.0037")
    at(page, r"\?train\.learning_rate=0\.0037$")
    sync_api.expect(slider(page, "Learning rate")).to_have_attribute("aria-valuetext", "0.0037")
    steps = page.evaluate("history.length")
    slider(page, "Learning rate").evaluate(KEYS, "ArrowRight ArrowRight")
    sync_api.expect(exact(page, "Learning rate")).to_have_value("0.01")  # at once, before the server knows
    says(page, "rate 0.01")
    at(page, r"\?train\.learning_rate=0\.01$")
    assert page.evaluate("history.length") == steps + 1
    page.get_by_role("button", name=re.compile(r"^Learning rate .*\(0\.001\)")).click()
    says(page, "rate 0.001")
    at(page, r"/$")
    sync_api.expect(exact(page, "Learning rate")).to_be_focused()

    box = slider(page, "Batch size").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.99, y, steps=5)
    sync_api.expect(exact(page, "Batch size")).to_have_value("8192")
    at(page, r"/$")
    page.mouse.up()
    says(page, "batch 8192")
    at(page, r"\?train\.batch_size=8192$")


def test_with_a_slow_server_no_control_jumps_back_and_no_change_is_lost(open_page):
    page = open_page("?slow=0.7")
    says(page, "batch 64")
    for at_once in ("128", "256"):
        type_in(exact(page, "Batch size"), at_once)
    exact(page, "Batch size").evaluate(
        "field => { window.seen = []; setInterval(() => window.seen.push(field.value), 20); }"
    )
    choice(page, "Optimizer").select_option("AdamW")
    says(page, "batch 256 optimizer adamw")
    at(page, "train.batch_size=256")
    at(page, "train.optimizer=adamw")
    assert set(page.evaluate("window.seen")) == {"256"}


def test_what_does_not_fit_is_said_at_its_field_and_not_taken(open_page):
    page = open_page()
    says(page, "batch 64")
    type_in(exact(page, "Batch size"), "1.5")
    sync_api.expect(problem(page)).to_have_text(re.compile(r"^Batch size .*\b64\.$"))
    sync_api.expect(exact(page, "Batch size")).to_have_attribute("aria-invalid", "true")
    exact(page, "Batch size").press("Escape")
    sync_api.expect(exact(page, "Batch size")).to_have_value("64")
    layers = page.get_by_role("textbox", name="Hidden layers", exact=True)
    type_in(layers, "64, x")
    sync_api.expect(problem(page)).to_have_text(re.compile(r"^Hidden layers is x, .*\b128, 64, 32\.$"))
    sync_api.expect(layers).to_have_value("64, x")
    at(page, r"/$")
    type_in(layers, "64, 16")
    at(page, r"\?model\.hidden=64%2C\+16$")
    sync_api.expect(problem(page)).to_have_count(0)
    sync_api.expect(layers).to_have_attribute("aria-invalid", "false")


def test_a_choice_shows_what_it_needs_and_more_says_what_is_changed_in_it(open_page):
    page = open_page()
    choice(page, "Optimizer").select_option("SGD")
    training = page.get_by_role("region", name="Training")
    sync_api.expect(exact(page, "Momentum")).to_be_hidden()
    training.locator("summary").click()
    exact(page, "Momentum").press("ArrowDown")
    at(page, r"train\.momentum=0\.89$")
    sync_api.expect(training.locator("summary")).to_have_text("More · 1 changed")
    page.reload()
    sync_api.expect(exact(page, "Momentum")).to_have_value("0.89")  # the fold is as it was left
    page.get_by_role("button", name="Reset 2 changed settings").click()
    at(page, r"/$")
    sync_api.expect(exact(page, "Momentum")).to_have_count(0)


def test_where_the_others_are_locked_one_setting_stays_to_move(open_page):
    page = open_page("?locked=1&train.batch_size=32")
    type_in(exact(page, "Learning rate"), "0.01")
    says(page, "rate 0.01 batch 32")
    assert not choice(page, "Source").count()


def test_a_table_is_chosen_by_its_name_which_is_text_and_never_markup(open_page):
    page = open_page("?data.source=table")
    sync_api.expect(problem(page)).to_be_visible()
    sync_api.expect(choice(page, "Table")).to_have_attribute("aria-invalid", "true")
    choice(page, "Table").select_option("<img src=x onerror=alert(1)> & co.csv")
    at(page, r"data\.source=table&data\.table=(ab){32}$")
    sync_api.expect(problem(page)).to_have_count(0)
    sync_api.expect(page.locator("img[src=x]")).to_have_count(0)
    choice(page, "Source").select_option("synthetic tracks")
    at(page, r"/$")


def test_an_explanation_is_there_for_the_mouse_the_keyboard_and_the_screen_reader(open_page):
    page = open_page()
    says(page, "batch 64")
    shown, explanation = page.locator(".tip:popover-open"), TrainConfig.model_fields["batch_size"].description
    sync_api.expect(exact(page, "Batch size")).to_have_accessible_description(re.compile(f"^{re.escape(explanation)}"))
    page.get_by_text("Batch size").hover()
    sync_api.expect(shown).to_contain_text(explanation)
    page.mouse.move(900, 600)
    sync_api.expect(shown).to_have_count(0)
    exact(page, "Learning rate").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    sync_api.expect(shown).to_contain_text(explanation)
    page.keyboard.press("Escape")
    sync_api.expect(shown).to_have_count(0)


def test_a_pasted_link_shows_the_same_settings_in_a_fresh_browser(open_page):
    page = open_page()
    choice(page, "Optimizer").select_option("AdamW")
    says(page, "optimizer adamw")
    type_in(exact(page, "Batch size"), "200")
    says(page, "batch 200")
    at(page, r"train\.batch_size=200")
    link = page.url
    clear(page, "light")
    page.goto(link)
    says(page, "rate 0.001 batch 200 optimizer adamw")
    sync_api.expect(exact(page, "Batch size")).to_have_value("200")


def test_back_and_forward_undo_and_redo_one_change_each(open_page):
    page = open_page()
    type_in(exact(page, "Batch size"), "128")
    says(page, "batch 128")
    at(page, r"batch_size=128")
    choice(page, "Preset").select_option("Overfitting")
    says(page, "rate 0.001 batch 16")
    at(page, r"\?preset=overfitting$")
    page.go_back()
    at(page, r"/\?train\.batch_size=128$")
    says(page, "rate 0.001 batch 128")
    sync_api.expect(choice(page, "Preset")).to_have_value("overlapping")
    page.go_back()
    at(page, r"/$")
    says(page, "batch 64")
    sync_api.expect(exact(page, "Batch size")).to_have_value("64")
    page.go_forward()
    page.go_forward()
    says(page, "batch 16")


def test_a_bad_link_opens_with_a_note_and_a_clean_address(open_page):
    given = {"train.batch_size": "12.5", "train.learning_rate": "99", "preset": "nope", "train.optimizer": "adamw"}
    page = open_page(f"?{urlencode(given)}")
    says(page, "rate 0.001 batch 64 optimizer adamw")
    _, notes = judge(given)
    assert len(notes) == 3
    for note in notes:
        says(page, note)
    at(page, r"/\?train\.optimizer=adamw$")
    page.get_by_role("button", name="Dismiss").click()
    for note in notes:
        sync_api.expect(page.get_by_text(note)).to_have_count(0)


def test_the_run_looked_at_survives_navigation_links_and_back(open_page):
    page = open_page()
    says(page, "run None")
    page.get_by_role("button", name="look").click()
    says(page, "run r1")
    at(page, r"run=r1")
    page.get_by_role("link", name="Runs").click(delay=90)
    says(page, "looking at r1 cell None")
    at(page, r"/runs\?run=r1$")
    page.get_by_role("link", name="Train").click(delay=90)
    says(page, "run r1")
    page.get_by_role("link", name="cell").click()
    says(page, "looking at r1 cell 1-2")
    at(page, r"/runs\?run=r1&cell=1-2$")
    page.go_back()
    at(page, r"/\?run=r1$")
    says(page, "run r1")


def test_settings_survive_another_page_and_can_be_set_from_it(open_page):
    page = open_page("?train.batch_size=128")
    says(page, "batch 128")
    page.get_by_role("link", name="Runs").click(delay=90)
    says(page, "looking at None")
    settle(page)  # a page that is left while its script runs may come back
    page.get_by_role("link", name="Train").click(delay=90)
    says(page, "batch 128")
    at(page, r"batch_size=128")
    page.get_by_role("link", name="Runs").click(delay=90)
    page.get_by_role("button", name="same settings").click()
    says(page, "batch 256")
    at(page, r"/\?preset=notebook&train\.batch_size=256$")
