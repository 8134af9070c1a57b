"""The frame of every page: it is there when the page is first drawn."""

import pytest

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
