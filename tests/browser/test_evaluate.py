"""The Evaluate page in a real browser: from a cell to its tracks, by mouse, keyboard, link and Back."""

import csv
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from genre_core.store.openings import open_test
from tests.browser.conftest import settle

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser
SMALL = {
    "data.n_samples": 800,
    "train.max_epochs": 3,
    "train.batch_size": 16,
    "train.learning_rate": 0.01,
    "model.hidden": (32,),
}


@pytest.fixture(scope="module")
def store(lab):
    for run_id, seed in (("small", 42), ("second", 7), ("third", 8)):
        lab.train(run_id, f"The {run_id} one", SMALL | {"train.seed": seed})
    open_test(lab.store, lab.store.run("small"))
    return lab.store


@pytest.fixture(scope="module")
def counts(store):
    return store.run("small").summary["test"]["confusion_matrix"]


@pytest.fixture(scope="module")
def url(lab, store):
    return lab.url


@pytest.fixture
def evaluate(page, url):
    page.goto(f"{url}/evaluate?run=small&part=test")
    page.get_by_role("heading", name="What stands out").wait_for()
    page.locator("td.cell").first.wait_for()
    settle(page)
    return page


def cell(page, i, j):
    return page.locator(f'td.cell[data-i="{i}"][data-j="{j}"]')


def listed(page, i, j, counts):
    """Wait until the tracks of a cell are listed and return how many rows the list has."""
    page.wait_for_url(re.compile(rf"cell={i}-{j}"))
    page.locator(".st-key-cell").get_by_text(f"{counts[i][j]} of {sum(counts[i])} ").wait_for()
    page.locator(f'td.cell[data-i="{i}"][data-j="{j}"][aria-selected="true"]').wait_for()
    settle(page)
    grid = page.locator('.st-key-cell [data-testid="stDataFrame"] [role="grid"]').first
    grid.wait_for(state="attached")
    return int(grid.get_attribute("aria-rowcount")) - 1


def filled(counts):
    return [(i, j) for i in range(8) for j in range(8) if counts[i][j]]


def test_keys_and_clicks_on_a_cell_list_exactly_its_tracks_and_the_download_has_them_too(evaluate, counts):
    i, j = next((i, j) for i, j in filled(counts) if i and j)
    evaluate.get_by_role("checkbox", name="Hide the diagonal").focus()
    for _ in range(6):
        evaluate.keyboard.press("Tab")
        if evaluate.locator("td.cell:focus").count():
            break
    cell(evaluate, 0, 0).and_(evaluate.locator(":focus")).wait_for()
    for key, times in (("ArrowDown", i), ("ArrowRight", j)):
        for _ in range(times):
            evaluate.keyboard.press(key)
    evaluate.keyboard.press("Enter")
    assert listed(evaluate, i, j, counts) == counts[i][j]
    evaluate.keyboard.press("Escape")
    evaluate.wait_for_url(re.compile(r"/evaluate\?run=small&part=test$"))
    evaluate.get_by_role("heading", name="What stands out").wait_for()

    chosen = sorted(filled(counts), key=lambda c: counts[c[0]][c[1]])
    for i, j in (chosen[0], chosen[-1], chosen[len(chosen) // 2]):
        cell(evaluate, i, j).click()
        assert listed(evaluate, i, j, counts) == counts[i][j]
        expect(cell(evaluate, i, j)).to_have_attribute("aria-selected", "true")
    with evaluate.expect_download() as saved:
        evaluate.get_by_role("button", name="CSV", exact=True).click()
    title = evaluate.locator(".st-key-cell-head h3").inner_text()
    assert saved.value.suggested_filename == f"The small one smal test {title}.csv"
    rows = list(csv.DictReader(Path(saved.value.path()).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == counts[i][j]
    assert float(rows[0]["confidence"]) >= float(rows[-1]["confidence"])


def test_part_shares_and_cells_go_back_one_step_at_a_time_and_a_second_click_clears(evaluate, counts, store):
    evaluate.get_by_role("radio", name="Validation").click()
    evaluate.wait_for_url(re.compile(r"run=small$"))
    n = store.run("small").summary["validation"]["n"]
    evaluate.get_by_role("heading", name=re.compile(rf"\b{n} validation tracks")).first.wait_for()
    evaluate.get_by_role("combobox", name="Show").click()
    evaluate.get_by_role("option", name="% of true").click()
    evaluate.wait_for_url(re.compile(r"by=true"))
    evaluate.go_back()
    evaluate.wait_for_url(re.compile(r"run=small$"))
    evaluate.go_back()
    evaluate.wait_for_url(re.compile(r"part=test$"))
    evaluate.get_by_role("heading", name=re.compile(r"\btest tracks; ")).wait_for()

    # Of two rows, so that what one cell says is not what the other says.
    (a, b), (c, d) = filled(counts)[0], next(found for found in filled(counts) if found[0] == 1)
    cell(evaluate, a, b).click()
    listed(evaluate, a, b, counts)
    cell(evaluate, c, d).click()
    listed(evaluate, c, d, counts)
    evaluate.go_back()
    assert listed(evaluate, a, b, counts) == counts[a][b]
    evaluate.locator(f'td.cell[data-i="{a}"][data-j="{b}"][aria-selected="true"]').wait_for()
    cell(evaluate, a, b).click()
    evaluate.get_by_role("heading", name="What stands out").wait_for()
    evaluate.go_back()
    assert listed(evaluate, a, b, counts) == counts[a][b]


def test_a_pasted_link_shows_the_same_cell_and_track_in_a_fresh_browser(evaluate, fresh, counts):
    i, j = max(filled(counts), key=lambda c: counts[c[0]][c[1]])
    cell(evaluate, i, j).click()
    listed(evaluate, i, j, counts)
    box = evaluate.locator('.st-key-cell [data-testid="stDataFrame"]').first.bounding_box()
    evaluate.mouse.click(box["x"] + 16, box["y"] + 36 + 16)
    evaluate.wait_for_url(re.compile(r"track=\d+"))
    heading = evaluate.locator(".st-key-track-head h3")
    heading.wait_for()
    evaluate.locator(".st-key-cell .js-plotly-plot .legend").wait_for()
    other = fresh("phone")
    other.goto(evaluate.url)
    other.locator(".st-key-track-head h3").wait_for()
    settle(other)
    expect(other.locator(".st-key-track-head h3")).to_have_text(heading.inner_text())
    assert listed(other, i, j, counts) == counts[i][j]
    expect(other.locator(".st-key-matrix-choices")).to_be_hidden()  # the tracks stand right below the matrix
    assert other.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    evaluate.go_back()
    evaluate.wait_for_url(re.compile(r"cell=\d+-\d+$"))
    heading.wait_for(state="detached")
    assert listed(evaluate, i, j, counts) == counts[i][j]


def test_rows_columns_and_several_cells_are_chosen_by_mouse_and_keyboard_and_rows_are_merged(evaluate, counts):
    def chosen(text):
        evaluate.wait_for_url(lambda url: f"cell={text}" in unquote(url))

    cell(evaluate, 0, 0).click()
    cell(evaluate, 2, 1).click(modifiers=["Shift"])
    chosen("0.1.2-0.1")
    cell(evaluate, 5, 5).click(modifiers=["Control"])
    chosen("0.1.2-0.1,5-5")
    expect(evaluate.locator('td.cell[aria-selected="true"]')).to_have_count(7)
    evaluate.keyboard.press("Escape")
    evaluate.get_by_role("heading", name="What stands out").wait_for()
    cell(evaluate, 0, 0).focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowDown"):
        evaluate.keyboard.press(key)
    chosen("0.1-0.1")
    evaluate.keyboard.press("Home")
    evaluate.keyboard.press("ArrowLeft")
    evaluate.keyboard.press("Enter")
    chosen("1-*")
    evaluate.get_by_role("rowheader", name="Folk").click(modifiers=["Control"])
    chosen("1-*,5-*")
    status = evaluate.locator(".said").filter(has_text=re.compile(r"\bElectronic and Folk\b"))
    status.wait_for(state="attached")
    assert status.inner_text().startswith(f"{counts[1][1] + counts[5][5]} of {sum(counts[1]) + sum(counts[5])} ")
    evaluate.get_by_role("button", name="Merge Electronic and Folk").click()
    evaluate.get_by_role("rowheader", name="Electronic + Folk").wait_for()
    evaluate.get_by_role("button", name="Undo").click()
    evaluate.get_by_role("rowheader", name="Folk", exact=True).wait_for()


def test_each_configuration_whose_test_part_is_opened_counts_once(page, fresh, url):
    page.goto(f"{url}/evaluate?run=second")
    page.get_by_role("heading", name=" validation tracks").first.wait_for()
    settle(page)
    assert not page.get_by_text("test opened").count()
    page.get_by_role("radio", name="Test").click()
    opening = page.get_by_role("button", name="Open the test part")
    opening.wait_for()
    page.get_by_text("1 other configuration").wait_for()
    assert not page.locator("td.cell").count()
    opening.click()
    badge = page.locator(".gl-badge").filter(has_text="test opened 2×")
    badge.wait_for()
    expect(badge).to_have_attribute("aria-description", re.compile("for 1 other configuration"))
    badge.focus()
    page.locator("#gl-tip").filter(has_text="for 1 other configuration").wait_for()
    page.reload()
    badge.wait_for()
    other = fresh("phone")
    other.goto(page.url)  # a pasted link shows what was opened before, and counts nothing
    other.locator(".gl-badge").filter(has_text="test opened 2×").wait_for()
    column = other.get_by_test_id("stColumn").filter(has=other.locator(".st-key-part-scores"))
    expect(column).to_have_css("display", "none")  # that of a part which is not chosen takes no room
    other.goto(f"{url}/evaluate?run=third&part=test")
    other.get_by_role("button", name="Open the test part").click()
    other.locator(".gl-badge").filter(has_text="test opened 3×").wait_for()
    page.reload()
    page.locator(".gl-badge").filter(has_text="test opened 3×").wait_for()


def test_what_is_not_answered_follows_the_keyboard_and_goes_back(page, url):
    page.goto(f"{url}/evaluate?run=small&section=reject&reject=0.5")
    answers = page.get_by_role("heading", name=re.compile("^The model answers "))
    answers.wait_for()
    settle(page)
    said = answers.inner_text()
    point = page.get_by_role("slider", name=re.compile("threshold"))
    point.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"reject=0\.4[0-9]+$"))
    page.keyboard.press("Home")  # on which the focus stayed while the page followed
    page.wait_for_url(re.compile("reject=1$"))
    page.get_by_role("heading", name=re.compile("^The model answers none ")).wait_for()
    not_answered = page.locator("td.held[data-i='3']")
    expect(not_answered).to_have_attribute("aria-label", re.compile(r": (\d+) of \1 "))  # the heading is there first
    n = not_answered.inner_text()
    not_answered.click()
    page.locator(".st-key-cell").get_by_text(re.compile(rf"^{n} of {n} Classical ")).wait_for()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "answer=" not in address)
    page.get_by_role("radio", name="Margin").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("score=margin"))
    assert "reject=" not in page.url
    page.go_back()
    page.get_by_role("heading", name=re.compile("^The model answers none ")).wait_for()
    page.go_back()
    page.wait_for_url(re.compile("answer=3-8"))
    settle(page)
    page.go_back()
    page.wait_for_url(lambda address: "answer=" not in address)
    settle(page)
    page.go_back()
    page.wait_for_url(re.compile(r"reject=0\.4"))
    settle(page)
    page.go_back()
    page.get_by_role("heading", name=said, exact=True).wait_for()


def test_two_runs_are_compared_and_a_changed_cell_opens_the_tracks_that_moved(page, url):
    page.goto(f"{url}/evaluate?run=small")
    page.get_by_role("link", name="Compare with …").wait_for()
    settle(page)  # a page that is left while its script runs may still set the address, of the page after it
    page.get_by_role("link", name="Compare with …").click()
    page.get_by_role("heading", name=re.compile("The small one")).wait_for()
    settle(page)  # a rerun closes the list that is open
    page.get_by_role("combobox", name="Runs to compare").click()
    page.get_by_role("option", name=re.compile("The second one")).click()
    page.wait_for_url(re.compile("runs=small(,|%2C)second"))
    page.keyboard.press("Escape")
    matrix = page.get_by_role("grid", name=re.compile("Difference matrix"))
    matrix.wait_for()
    settle(page)
    changed = matrix.locator("td.cell").filter(has_text=re.compile("^[+−]")).first
    i, j = changed.get_attribute("data-i"), changed.get_attribute("data-j")
    assert " by A, " in changed.get_attribute("aria-label")
    changed.click()
    page.wait_for_url(re.compile(rf"cell={i}-{j}"))
    moved = page.get_by_role("paragraph").filter(has_text=re.compile(r"^\d+ .* A, \d+ .* B\.$"))
    moved.wait_for()
    page.go_back()
    moved.wait_for(state="detached")
    page.get_by_role("heading", name="Tracks that moved").wait_for()
