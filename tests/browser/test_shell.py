"""The frame of every page: it is there when the page is first drawn."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser
COLOURS = """
window.colours = [];
const look = () => {
  const small = document.querySelector("[data-testid=stCaptionContainer]");
  if (small) window.colours.push(getComputedStyle(small).color);
  requestAnimationFrame(look);
};
look();
"""


@pytest.mark.parametrize("path", ["data", "?train.seed=7"])
def test_a_link_finds_its_server_at_once_and_small_print_is_dark_from_the_first_frame(page, lab, path):
    answers = []

    def heard(answer):
        answers.append((answer.status, answer.url))

    page.on("response", heard)
    with page.add_init_script(COLOURS):
        page.goto(f"{lab.url}/{path}")
        page.locator("[data-testid=stCaptionContainer]").first.wait_for()
        settle(page)
    page.remove_listener("response", heard)
    assert set(page.evaluate("window.colours")) == {"rgb(95, 104, 114)"}
    assert [url for status, url in answers if status >= 400] == []
    assert sum("_stcore/health" in url for _, url in answers) == 1


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_phone_s_drawer_is_shut_when_the_page_is_loaded(page, lab):
    page.goto(f"{lab.url}/data")
    settle(page)
    sidebar = page.get_by_test_id("stSidebar")
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    page.reload()
    settle(page)
    expect(sidebar).to_have_attribute("data-collapsed", "true")


def test_a_term_is_explained_in_large_type_on_a_projector(page, lab):
    sizes = []
    for view in ("plain", "projector"):
        page.goto(f"{lab.url}/?preset=notebook&view={view}")
        page.locator("h2 .gl-mark").first.focus()
        tip = page.locator("#gl-tip")
        expect(tip).to_be_visible()
        sizes.append(tip.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)"))
    assert sizes[1] == pytest.approx(1.5 * sizes[0], abs=0.1)
