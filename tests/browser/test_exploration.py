"""The Data page's map in a real browser: drawn around with the mouse, the tracks become a table and a file."""

import csv
import re

import pytest

from tests.browser.conftest import settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser
SECTIONS = {"overview": "Tracks", "features": "Features", "genres": "Genres", "limits": "The best possible"}
FITS = """() => document.documentElement.scrollWidth <= innerWidth &&
  (e => e.scrollWidth <= e.clientWidth)(document.querySelector('[data-testid=stMain]'))"""
SMALL = "data.n_samples=400&data.n_genres=4"


@pytest.fixture(scope="module")
def url(lab):
    return lab.url


def drag(page, *corners: tuple[float, float]) -> None:
    """Drag over the map through points given as shares of its width and height."""
    box = page.locator(".gl-plot .nsewdrag").first.bounding_box()
    places = [(box["x"] + across * box["width"], box["y"] + up * box["height"]) for across, up in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def how_many(page) -> int:
    text = page.get_by_text(re.compile(r"^\d+ of the 200 ")).inner_text()
    return int(text.split()[0])


def chosen_as_csv(page) -> list[dict[str, str]]:
    settle(page)  # a file that is made when it is asked for is lost where the page runs again meanwhile
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).click()
    return list(csv.DictReader(waiting.value.path().read_text().splitlines()))


def test_tracks_pressed_or_drawn_around_become_a_table_and_a_file_and_survive_reload_and_back(page, url):
    page.goto(f"{url}/data?section=overview&{SMALL}")
    page.locator(".gl-plot .nsewdrag").first.wait_for()
    settle(page)
    x, y, name = page.locator(".gl-plot").first.evaluate(
        """node => {
          const { xaxis, yaxis, _size: size } = node._fullLayout, { left, top } = node.getBoundingClientRect();
          const { x, y, text } = node._fullData.at(-1);
          return [left + size.l + xaxis.d2p(x[0]), top + size.t + yaxis.d2p(y[0]), text[0]];
        }"""
    )
    page.mouse.move(x - 1, y)
    page.mouse.click(x, y)
    page.wait_for_url(re.compile(r"area="))
    page.get_by_text("Chosen tracks").wait_for()
    few = how_many(page)
    assert 1 <= few < 20
    assert name in {row["track"] for row in chosen_as_csv(page)}

    settle(page)
    drag(page, (0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9), (0.2, 0.1))
    page.get_by_text(re.compile(rf"^(?!{few} )\d+ of the 200 ")).wait_for()
    n = how_many(page)
    assert 20 < n < 200
    settle(page)
    rows = chosen_as_csv(page)
    assert len(rows) == n
    assert {"track", "genre", "part", "tempo"} <= rows[0].keys()

    page.reload()
    page.get_by_text("Chosen tracks").wait_for()
    assert how_many(page) == n

    page.locator(".gl-plot .nsewdrag").first.wait_for()
    settle(page)
    page.locator('.modebar-btn[data-val="select"]').click()
    before = page.url
    drag(page, (0.4, 0.4), (0.6, 0.6))
    page.wait_for_url(lambda address: "area=" in address and address != before)
    page.get_by_text(re.compile(rf"^(?!{n} )\d+ of the 200 ")).wait_for()
    assert how_many(page) < n
    page.go_back()
    page.get_by_text(f"{n} of the 200 ").wait_for()


def test_a_small_picture_chooses_its_feature_by_keyboard(page, url):
    page.goto(f"{url}/data?section=features&{SMALL}")
    picture = page.get_by_role("button", name=re.compile("^tempo by genre"))
    picture.wait_for()
    settle(page)
    picture.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("feature=tempo"))
    page.get_by_text(re.compile("^tempo is ")).wait_for()
    expect(picture).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_no_section_scrolls_sideways_on_a_phone_nor_do_the_runs(page, url):
    page.goto(f"{url}/data?{SMALL}")
    for section, name in SECTIONS.items():
        page.get_by_role("radio", name=name, exact=True).tap()
        page.wait_for_url(lambda address, section=section: section == "overview" or f"section={section}" in address)
        settle(page)
        page.locator(".js-plotly-plot .main-svg").first.wait_for()
        settle(page)
        assert page.evaluate(FITS), section
    page.goto(f"{url}/runs")
    page.get_by_role("heading").first.wait_for()
    settle(page)
    assert page.evaluate(FITS)
