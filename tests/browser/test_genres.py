"""The page of a genre in a real browser: from the rulers to a genre, its threshold, its cells and tracks, and Back."""

import re

import pytest

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
SMALL = {
    "data.n_samples": 800,
    "train.max_epochs": 3,
    "train.batch_size": 16,
    "train.learning_rate": 0.01,
    "model.architecture": "linear",
}


@pytest.fixture(scope="module")
def url(lab):
    lab.train("linear", "The linear one", SMALL)
    return lab.url


def heading(page, name):
    page.get_by_role("heading", name=name, exact=True).wait_for()
    settle(page)


def test_from_all_genres_to_one_its_threshold_a_cell_and_back(page, url):
    page.goto(f"{url}/genres?run=linear")
    page.get_by_role("link", name=re.compile("^Jazz")).click()
    heading(page, "Jazz")
    slider, said = page.get_by_role("slider"), page.locator(".th .said")
    slider.focus()
    before = said.inner_text()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    assert said.inner_text() != before  # at once, without the server
    page.wait_for_url(re.compile(r"threshold=0\.1(&|$)"))
    point = page.locator(".th .point").first.bounding_box()
    picture = page.locator(".th svg").first.bounding_box()
    page.mouse.move(point["x"] + 8, point["y"] + 8)
    page.mouse.down()
    page.mouse.move(picture["x"] + picture["width"] * 0.3, picture["y"] + 20, steps=4)
    page.mouse.up()
    page.wait_for_url(lambda address: "threshold=" in address and "threshold=0.1&" not in f"{address}&")
    settle(page)
    chosen, shown = page.url, said.inner_text()
    page.get_by_role("button", name="Folk ›").click()
    heading(page, "Folk")
    assert "threshold" not in page.url
    page.go_back()
    heading(page, "Jazz")
    assert page.url == chosen
    said.filter(has_text=shown.splitlines()[0]).wait_for()
    cell = page.locator(".st-key-gone-0 a")
    label = cell.inner_text()
    cell.click()
    page.wait_for_url(re.compile(r"/evaluate\?.*cell=\d+-\d+"))
    page.get_by_role("heading", name=re.compile(f"Jazz taken for {label.split(' · ')[0]}")).first.wait_for()
    page.go_back()
    heading(page, "Jazz")
    page.locator(".st-key-genre-least a").first.click()
    page.wait_for_url(re.compile(r"/track\?.*track=\d+"))


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_the_learning_curve_is_measured_and_is_there_after_a_reload(page, url):
    page.goto(f"{url}/genres?run=linear&genre=Jazz&section=learning")
    page.get_by_role("button", name="Measure it").tap()
    page.get_by_role("paragraph").filter(
        has_text=re.compile(r"^Recall of Jazz .*% .* after [\d,]+ .*% .* after [\d,]+\.")
    ).wait_for()
    page.reload()
    page.get_by_role("paragraph").filter(
        has_text=re.compile(r"^Recall of Jazz .*% .* after [\d,]+\. .* rising")
    ).wait_for()
    page.get_by_role("button", name="Stop").wait_for(state="detached")
    width = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
