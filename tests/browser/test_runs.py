"""The Runs page in a real browser, over one small run."""

import re

import pytest

from tests.browser.conftest import settle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(lab):
    settings = {"data.n_samples": 400, "data.overlap": 0.8, "train.max_epochs": 2, "train.batch_size": 32}
    lab.train("modest", "Small one", settings)
    return lab.url


@pytest.fixture
def runs(page, url):
    page.goto(f"{url}/runs?run=modest")
    page.get_by_role("heading", name="Small one", exact=True).wait_for()
    settle(page)
    return page


def test_same_settings_opens_train_with_them_and_a_run_is_renamed_and_deleted_after_asking(runs, lab):
    runs.get_by_role("button", name="Same settings").click()
    runs.wait_for_url(re.compile(r"data\.n_samples=400"))
    runs.get_by_role("spinbutton", name="Tracks", exact=True).wait_for()
    settle(runs)
    assert "preset=notebook" in runs.url
    assert runs.get_by_role("spinbutton", name="Overlap", exact=True).input_value() == "0.8"
    assert runs.get_by_role("spinbutton", name="Batch size", exact=True).input_value() == "32"
    runs.go_back()
    runs.get_by_role("heading", name="Small one", exact=True).wait_for()
    settle(runs)

    runs.get_by_role("button", name="Rename").click()
    runs.get_by_role("textbox", name="Name").fill("Renamed one")
    runs.get_by_role("button", name="Save name").click()
    runs.get_by_role("heading", name="Renamed one", exact=True).wait_for()
    assert lab.store.run("modest").name == "Renamed one"
    runs.keyboard.press("Escape")
    settle(runs)
    runs.get_by_role("button", name="Delete", exact=True).click()
    runs.get_by_text("This cannot be undone").wait_for()
    runs.get_by_role("button", name="Keep it").click()
    runs.get_by_text("This cannot be undone").wait_for(state="hidden")
    assert lab.store.run("modest")
    settle(runs)
    runs.get_by_role("button", name="Delete", exact=True).click()
    runs.get_by_role("button", name="Delete run", exact=True).click()
    runs.get_by_role("heading", name="Renamed one", exact=True).wait_for(state="detached")
    assert "modest" not in {run.id for run in lab.store.runs()}
