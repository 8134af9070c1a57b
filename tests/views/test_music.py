"""Pages about generated music: the score of a track, and what can be heard."""

import pytest

from dashboard.services import datasets
from tests.views.opening import drawn, opened, own_store, texts
from tests.views.stored import trained

SMALL = {
    "data.source": "music",
    "data.clips": 10,
    "data.seconds": 2,
    "data.window": 1,
    "data.features": "chroma",
    "train.max_epochs": 2,
    "model.architecture": "linear",
}
TRACK = "views/track/page.py"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("music")) as own:
        trained(own, "windows", SMALL)
        yield own


def test_a_track_shows_the_score_that_it_was_rendered_from(store):
    page = opened(TRACK, run="windows", track="3")
    data = datasets.dataset(store.run("windows").config.data)
    roll = drawn(page, "score")
    assert "Its score" in [head.value for head in page.subheader]
    assert "BPM" in texts(page)
    assert roll["alt"].startswith("Piano roll of 2 seconds")
    start = data.heard[3].start / 1000
    assert f'"x0":{start},"x1":{start + 1}' in roll["figure"]
