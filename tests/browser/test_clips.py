"""Clips in a real browser: a folder is imported and trained on, and what a cell of the matrix holds is heard."""

import re
import time

import pytest

from genre_core.data.sources import load_dataset
from genre_core.settings.config import ClipsConfig
from genre_core.store.gate import predictions_of
from genre_core.studies.extraction import Extraction, ExtractionConfig
from genre_core.studies.study import iter_results
from tests.browser.conftest import DEADLINE, assert_accessible, settle
from tests.browser.test_player import has_picture, player, plays, rows
from tests.hums import GENRES, import_hums, write_hums

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

N = 12
QUICK = {"data.features": "notebook20", "train.max_epochs": "2", "split.validation_fraction": "0.4"}


@pytest.fixture(scope="module")
def folder(lab):
    return write_hums(lab.offered / "hums", N, 0.6)


def in_cell(lab, run_id, i, j):
    """Return the names of the files in a cell of the validation matrix."""
    run = lab.store.run(run_id)
    judged = predictions_of(lab.store, run).of("validation")
    here = judged.rows[(judged.y == i) & (judged.y_pred == j)]
    return {load_dataset(run.config.data, lab.store).tracks[row] for row in here}


def names(page):
    return set(rows(page).locator(".words b").all_inner_texts())


def test_a_folder_is_imported_and_trained_on_and_the_clips_of_a_cell_are_heard(page, fresh, lab, folder):
    page.goto(f"{lab.url}/data?data.n_samples=800")
    page.get_by_role("heading", name="800 tracks").wait_for()
    settle(page)
    page.get_by_role("button", name="Add data").click()
    page.get_by_role("combobox", name="Or from this server").click()
    page.get_by_role("option", name="hums (folder of sounds)").click()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("The folder hums is imported.").wait_for()
    settle(page)
    page.get_by_role("button", name="Show it").click()
    page.get_by_role("heading", name=re.compile(rf"\b{len(GENRES) * N} clips\b")).wait_for()
    page.wait_for_url(re.compile(r"data\.table=[0-9a-f]{64}"))
    table = re.search(r"data\.table=([0-9a-f]{64})", page.url)[1]
    settings = "&".join(f"{name}={value}" for name, value in QUICK.items())
    page.goto(f"{lab.url}/?data.source=clips&data.table={table}&{settings}")
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Trained:").wait_for()

    run_id = re.search(r"run=([^&]+)", page.url)[1]
    counts = lab.store.run(run_id).summary["validation"]["confusion_matrix"]
    n, i, j = max((n, i, j) for i, row in enumerate(counts) for j, n in enumerate(row))
    page.goto(f"{lab.url}/evaluate?run={run_id}")
    page.locator(f'td.cell[data-i="{i}"][data-j="{j}"]').click()
    expect(rows(page)).to_have_count(n)
    assert names(page) == in_cell(lab, run_id, i, j)

    has_picture(page, player(page).locator(".area canvas"), 20)
    page.get_by_role("button", name="Play", exact=True).click()
    plays(page, rows(page).first.locator(".words b").inner_text())
    page.keyboard.press("ArrowDown")
    plays(page, rows(page).nth(1).locator(".words b").inner_text())

    link, shown = page.url, names(page)
    page.goto("about:blank")  # it would look for a clip that is gone
    gone = sorted(shown)[0]
    (folder / gone.split(".")[0] / gone).unlink()
    another = fresh("phone")
    another.goto(link)
    expect(rows(another)).to_have_count(n)
    assert names(another) == shown
    rows(another).filter(has_text=gone).get_by_text(f"{gone} is no longer there: put it back").wait_for()


def test_a_track_on_the_map_sounds_while_the_mouse_rests_on_it_where_that_is_switched_on(page, lab, tmp_path):
    table = import_hums(write_hums(tmp_path / "map", 4, 2.0), lab.store)
    data = ClipsConfig(table=table, features="notebook20")
    list(iter_results(Extraction(ExtractionConfig(data=data), lab.store)))
    page.goto(f"{lab.url}/data?data.source=clips&data.table={table}&data.features=notebook20&section=overview")
    settle(page)
    chart = page.get_by_role("figure").filter(has=page.locator(".main-svg")).first
    at = (
        "({ _fullLayout: { xaxis, yaxis, _size }, data: [{ x, y }] }) =>"
        " [_size.l + xaxis.l2p(x[0]), _size.t + yaxis.l2p(y[0])]"
    )
    sounds = "() => { const { playing } = window.genreLabSound ?? {}; return playing ? !playing.audio.paused : null; }"

    def rest():
        x, y = chart.evaluate(at)
        box = chart.bounding_box()
        page.mouse.move(box["x"] + x + 1, box["y"] + y)
        page.mouse.move(box["x"] + x, box["y"] + y)
        chart.locator(".hoverlayer .hovertext").wait_for()

    rest()
    assert page.evaluate(sounds) is None
    page.mouse.move(5, 5)
    page.get_by_text("Play on hover", exact=True).click()
    deadline = time.monotonic() + DEADLINE
    while page.evaluate(sounds) is None:  # the page may not have heard of the switch when the mouse comes first
        assert time.monotonic() < deadline, "nothing sounds"
        page.mouse.move(5, 5)
        rest()
        page.wait_for_timeout(300)
    page.wait_for_function("() => window.genreLabSound?.playing?.audio.currentTime > 0.1")
    page.mouse.move(5, 5)
    page.wait_for_function("() => window.genreLabSound.playing.audio.paused")
    assert_accessible(page)
