"""The components in Chromium: what is drawn, what survives new data, what keys and clicks do."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.browser.conftest import assert_accessible, settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("page", ["light", "phone"], indirect=True)


def show(page, toys, parts):
    page.goto(f"{toys}/gallery?part={parts}")
    settle(page)


def chart(page, alt):
    drawn = page.get_by_role("figure", name=alt, exact=True)
    drawn.locator(".main-svg").first.wait_for()
    return drawn


def set_epochs(page, n):
    field = page.get_by_label("Epochs", exact=True)
    field.fill(str(n))
    field.press("Enter")


# The chart


def test_a_hover_a_drag_in_progress_the_zoom_and_the_node_survive_new_data(page, toys):
    show(page, toys, "curves")
    drawn, hovered = chart(page, "Loss over the epochs"), chart(page, "Accuracy over the epochs")
    drawn.evaluate("node => { node.mine = true; }")
    hovered.hover(position={"x": 60, "y": 150})
    box = hovered.locator(".hoverlayer .legend")
    box.wait_for()
    assert box.locator("text").all_text_contents() == ["epoch 1", "train : 43.9\u202f%", "validation : 75.4\u202f%"]
    page.get_by_label("Epochs", exact=True).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.gl-plot')[1].data.at(-1).x[0] === 15")
    expect(box).to_have_count(1)

    place = drawn.bounding_box()
    page.get_by_label("Epochs", exact=True).fill("16")
    page.mouse.move(place["x"] + 120, place["y"] + 120)
    page.mouse.down()
    page.mouse.move(place["x"] + 200, place["y"] + 122, steps=4)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.gl-plot')[1].data.at(-1).x[0] === 16")
    page.mouse.move(place["x"] + 260, place["y"] + 122, steps=4)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('.gl-plot').data.at(-1).x[0] === 16")
    low, high = drawn.evaluate("node => node._fullLayout.xaxis.range")
    assert 1 < low < high < 10

    set_epochs(page, 20)
    page.wait_for_function("() => document.querySelector('.gl-plot').data.at(-1).x[0] === 20")
    assert drawn.evaluate("node => node.mine && node._fullLayout.xaxis.range.slice()") == [low, high]


def overlapping(boxes):
    pairs = [(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :]]
    return [
        (a, b)
        for a, b in pairs
        if a["x"] + 1 < b["x"] + b["width"]
        and b["x"] + 1 < a["x"] + a["width"]
        and a["y"] + 3 < b["y"] + b["height"]
        and b["y"] + 3 < a["y"] + a["height"]
    ]


@SIZES
def test_labels_of_lines_and_rulers_stay_in_the_page_and_apart(page, toys):
    show(page, toys, "curves,rulers")
    chart(page, "Accuracy over the epochs")
    labels = page.get_by_role("figure", name="Accuracy over the epochs").locator(".annotation-text")
    boxes = [labels.nth(n).bounding_box() for n in range(labels.count())]
    assert len(boxes) >= 5
    assert not overlapping(boxes)
    rulers = page.locator(".ruler")
    rulers.nth(5).wait_for()
    width = page.viewport_size["width"]
    for number in range(rulers.count()):
        labels = rulers.nth(number).locator(".label, .end:not([style*=hidden])")
        boxes = [labels.nth(n).bounding_box() for n in range(labels.count())]
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
        assert not overlapping(boxes)


def test_charts_are_redrawn_when_the_theme_or_the_width_changes_and_a_ruler_moves_its_mark(page, toys):
    show(page, toys, "curves,rulers")
    dot = page.locator(".ruler").first.locator(".dot")
    before = dot.bounding_box()["x"]
    dot.evaluate("node => { node.mine = true; }")
    page.get_by_text("Move").click()
    page.get_by_role("img", name="validation: 62.0").wait_for()
    assert dot.bounding_box()["x"] < before - 100
    assert dot.evaluate("node => node.mine === true")

    drawn = chart(page, "Loss over the epochs")
    line = drawn.locator(".scatterlayer .trace .js-line").nth(1)
    expect(line).to_have_css("stroke", "rgb(43, 98, 201)")
    page.emulate_media(color_scheme="dark")
    expect(line).to_have_css("stroke", "rgb(122, 167, 247)")
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function(
        "() => [...document.querySelectorAll('.gl-plot')].every(n => n._fullLayout.width === Math.floor(n.clientWidth))"
    )
    assert drawn.locator(".main-svg").first.bounding_box()["width"] <= 700


# Pictures to take away


def taken(page, component, kind):
    component.hover()
    with page.expect_download() as waited:
        component.get_by_role("button", name=f"Download as {kind}").click()
    return waited.value.suggested_filename, Path(waited.value.path()).read_bytes()


def test_what_is_no_chart_is_taken_away_as_a_picture_that_opens_anywhere(page, toys):
    show(page, toys, "rulers,matrices")
    component = page.get_by_test_id("stBidiComponentIsolated")
    few = component.filter(has=page.get_by_role("grid", name="Confusion matrix", exact=True))
    for drawn_by, name, said in [
        (
            component.filter(has=page.locator(".ruler")).nth(1),
            "ruler of accuracy",
            ["no classifier can expect more on unknown artists", "this network"],
        ),
        (few, "few", ["Drum and Bass", "400", "true ↓ predicted →"]),
    ]:
        file, drawn = taken(page, drawn_by, "SVG")
        assert file == f"{name}.svg"
        root = ElementTree.fromstring(drawn)
        texts = " ".join(root.itertext())
        assert all(words in texts for words in said)
        assert root.find("{*}rect").attrib["fill"] == "#ffffff"
        assert "sans-serif" in root.attrib["font-family"]
        # Viewers other than browsers know neither pages within pictures nor a page's variables and newer colors.
        plain = drawn.decode().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"foreignObject|var\(|color\(|https?:|<script|class=", plain)
        file, pixels = taken(page, drawn_by, "PNG")
        assert file == f"{name}.png"
        size = [int.from_bytes(pixels[at : at + 4], "big") for at in (16, 20)]
        assert size == [2 * int(root.attrib[side]) for side in ("width", "height")]


# The matrix


def grid(page):
    found = page.get_by_role("grid", name="Test tracks by true and predicted genre")
    found.wait_for()
    return found


def cell(page, i, j):
    return grid(page).locator(f'td[data-i="{i}"][data-j="{j}"]')


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_click_picks_a_cell_and_a_second_one_clears_it(page, toys):
    show(page, toys, "matrices")
    cell(page, 3, 0).click()
    page.get_by_text("picked 3-0").wait_for()
    page.wait_for_url(re.compile("cell=3-0"))
    expect(cell(page, 3, 0)).to_have_attribute("aria-selected", "true")
    cell(page, 3, 0).click()
    page.get_by_text("picked None").wait_for()
    page.wait_for_url(lambda address: "cell=" not in address)
    expect(cell(page, 3, 0)).to_have_attribute("aria-selected", "false")


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_thousands_are_not_cut_in_narrow_cells(page, toys):
    show(page, toys, "matrices")
    found = page.get_by_role("grid", name="Thousands")
    found.wait_for()
    cut = "(cells) => cells.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
    assert found.locator("td[data-i][data-j]").evaluate_all(cut) == []
    expect(found.locator('td[data-i="0"][data-j="0"]')).to_have_text(re.compile(r"^\d+k$"))
    twenty = page.get_by_role("grid", name="Twenty genres").locator('td[data-i="0"][data-j="0"]')
    assert twenty.evaluate("cell => parseFloat(getComputedStyle(cell).fontSize)") > 10


def test_quick_clicks_end_on_the_last_one_and_keys_move_pick_and_clear(page, toys):
    show(page, toys, "matrices")
    for i, j in [(0, 1), (1, 0), (3, 1), (4, 3), (5, 4)]:
        cell(page, i, j).click()
    page.get_by_text("picked 5-4").wait_for()
    expect(grid(page).locator('[aria-selected="true"]')).to_have_count(1)
    expect(cell(page, 5, 4)).to_have_attribute("aria-selected", "true")

    cell(page, 0, 0).focus()
    for key in ["ArrowDown", "ArrowRight", "End", "ArrowLeft", "Home", "ArrowDown", "ArrowRight"]:
        page.keyboard.press(key)
    focused = grid(page).locator("td:focus")
    assert (focused.get_attribute("data-i"), focused.get_attribute("data-j")) == ("2", "1")
    assert re.match(r"true Hip-Hop, predicted Electronic: 3\b.*\b150\b", focused.get_attribute("aria-label"))
    expect(grid(page).locator('td[tabindex="0"]')).to_have_count(1)
    page.keyboard.press("Enter")
    page.get_by_text("picked 2-1").wait_for()
    expect(grid(page).locator("td:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_text("picked None").wait_for()


def test_a_cell_explains_itself_and_each_normalisation_shows_its_shares(page, toys):
    show(page, toys, "matrices")
    cell(page, 3, 0).hover()
    tip = page.locator(".tip.on")
    tip.wait_for()
    assert re.findall(r"[\d.]+|Classical|Rock", tip.inner_text()) == [
        "15",
        "150",
        "Classical",
        "Rock",
        "10.0",
        "6.2",
        "15.8",
    ]
    for by, text in [("true", "10.0"), ("predicted", "8.9"), ("all", "1.3")]:
        page.locator("label", has_text=by).first.click()
        cell(page, 3, 0).get_by_text(f"{text}\u202f%").wait_for()


def test_few_tracks_stand_below_their_share_where_cells_are_narrow(page, toys):
    page.set_viewport_size({"width": 390, "height": 800})
    show(page, toys, "matrices")
    page.get_by_text("true", exact=True).first.click()
    cell = page.get_by_role("gridcell", name=re.compile("true Afrobeat, predicted Afrobeat")).last
    expect(cell).to_have_text("71.4\u202f% 5 of 7")
    share, few = cell.evaluate(
        "cell => { const range = document.createRange(); range.selectNode(cell.firstChild);"
        "const box = ({ left, right, top, bottom }) => ({ left, right, top, bottom });"
        "return [box(range.getBoundingClientRect()), box(cell.querySelector('small').getBoundingClientRect())]; }"
    )
    box = cell.bounding_box()
    assert few["top"] >= share["bottom"] - 1
    assert box["x"] <= few["left"]
    assert few["right"] <= box["x"] + box["width"]
    assert few["bottom"] <= box["y"] + box["height"]


def test_sixty_genres_scroll_under_their_names(page, toys):
    show(page, toys, "sixty")
    many = page.get_by_role("grid", name="Sixty genres")
    last = many.locator('td[data-i="59"][data-j="59"]')
    many.locator('td[data-i="0"][data-j="0"]').focus()
    page.keyboard.press("Control+End")
    assert last.evaluate("node => node === node.getRootNode().activeElement")
    name = many.get_by_role("rowheader", name="Genre number 60")
    assert abs(name.bounding_box()["y"] - last.bounding_box()["y"]) < 6
    assert name.bounding_box()["x"] + name.bounding_box()["width"] <= last.bounding_box()["x"] + 4


@pytest.mark.parametrize("parts", ["rulers", "curves,more+charts", "matrices"])
def test_nothing_for_the_accessibility_checker_to_say(page, toys, parts):
    show(page, toys, parts)
    for drawn in page.locator(".ruler, .gl-plot, table[role=grid]").all():
        drawn.and_(page.locator(":not(.gl-plot), :has(.main-svg)")).wait_for()
    assert_accessible(page, ".gl-plot, [data-testid=stBidiComponentRegular], [data-testid=stBidiComponentIsolated]")
