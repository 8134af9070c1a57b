"""Listen in a real browser: a sound is uploaded, answered by a worker, and heard; nothing of it can be guessed."""

import re

import numpy as np
import pytest
import soundfile

from tests.browser.conftest import assert_accessible, settle
from tests.browser.test_player import has_picture, player
from tests.hums import import_hums, write_hums

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hums(lab, tmp_path_factory):
    table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 1.0), lab.store)
    data = {"data.source": "clips", "data.table": table, "data.features": "notebook20"}
    lab.train("hums", "Hums", data | {"train.max_epochs": 8, "train.batch_size": 8})


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_sound_is_uploaded_answered_and_heard(page, lab, hums, tmp_path):
    at = np.arange(3 * 22_050) / 22_050
    soundfile.write(tmp_path / "own hum.wav", 0.3 * np.sin(2 * np.pi * 150 * at) * np.exp(-at / 3), 22_050)
    page.goto(f"{lab.url}/listen?run=hums&sound=file")
    page.get_by_role("heading", name="Let a run listen.").wait_for()
    page.locator("input[type=file]").set_input_files(tmp_path / "own hum.wav")
    page.get_by_role("heading", name=re.compile("Most likely (drone|chirp|hiss): .* sure")).wait_for()
    settle(page)
    has_picture(page, player(page).locator(".area canvas"), 20)
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function("() => [...window.genreLabSound.players].some(({ audio }) => audio?.currentTime > 0)")
    page.get_by_role("button", name="Pause", exact=True).first.click()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    boxes = [box for tools in page.locator(".take-picture").all() if (box := tools.bounding_box())]
    tops = sorted(box["y"] for box in boxes)
    assert len(boxes) == 3
    assert min(np.diff(tops)) >= max(box["height"] for box in boxes), "tools of pictures lie over each other"
    assert_accessible(page)
