"""Words for a screen reader and keys for all that can be reached, on every page, light and dark."""

import re

import pytest

from genre_core.data.sources import load_dataset
from genre_core.judging.ear import draw_test
from genre_core.store.openings import open_test
from tests.browser.conftest import (
    assert_accessible,
    clear,
    is_rerun,
    settle,
    turn_to,
    without_errors,
)

pytestmark = pytest.mark.browser
SMALL = {"data.n_samples": 800, "data.seed": 3, "train.max_epochs": 3, "train.batch_size": 16, "model.hidden": (32,)}
MUSIC = {
    "data.source": "music", "data.clips": 10, "data.seconds": 2.0, "data.features": "notebook20", "train.max_epochs": 2,
}  # fmt: skip
NOISY = SMALL | {"data.label_noise": 0.1}
PAGES = {
    "train complete": ("", "run=read", "Too few epochs"),
    "evaluate": ("evaluate", "run=read&part=test&cell=0-0", "Right on"),
    "evaluate, through time": ("evaluate", "run=read&section=epochs&lift=1", "Right on"),
    "evaluate, confidence": ("evaluate", "run=read&section=confidence&scaled=vector", "trust its confidence"),
    "evaluate, don't know": ("evaluate", "run=read&section=reject", "Which genres are withheld"),
    "evaluate, prediction sets": ("evaluate", "run=read&section=sets&level=80", "80 % was promised"),
    "evaluate, labels and the game": ("evaluate", "run=doubted&section=labels&game=4", "labels are wrong. Which?"),
    "evaluate, other data": ("evaluate", "run=read&section=elsewhere&on=notebook&pairs=Rock=Jazz", "Judge on other"),
    "track, with its score": ("track", "run=heard&track=5", "Its score"),
    "genres": ("genres", "run=read", "recognized"),
    "genre": ("genres", "run=read&genre=Jazz", "Jazz"),
    "compare": ("compare", "runs=read,closed", "Settings that differ"),
    "data, chosen tracks": ("data", "section=overview&genre=Rock&data.n_samples=800", "800 tracks"),
    "data, features": ("data", "section=features&data.n_samples=800&pair=0-1", "800 tracks"),
    "data, limits": ("data", "section=limits&data.n_samples=800", "800 tracks"),
    "listen, to a run that cannot": ("listen", "run=read", "Read aloud cannot listen."),
    "ear test, result": ("ear", "ear=ended", "were right on"),
    "report": ("report", "run=read", "Report on Read aloud"),
    "ear test": ("ear", "ear=asks", "Practice 1 of 3"),
    "runs": ("runs", "run=read", "Read aloud"),
}
WITH_FORM = ("train complete", "data, chosen tracks")
"""Pages of which the form is looked at too: it is the same on the others."""

FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node.getAttribute("aria-label") || node.textContent;
}"""


@pytest.fixture(scope="module")
def url(lab):
    lab.train("read", "Read aloud", SMALL)
    lab.train("closed", "Not opened", SMALL | {"train.seed": 7})
    lab.train("doubted", "Doubted", NOISY)
    lab.train("heard", "Heard", MUSIC)
    open_test(lab.store, lab.store.run("read"))
    take_ear_tests(lab.store)
    return lab.url


def take_ear_tests(store):
    run = store.run("heard")
    test = draw_test(store, run, load_dataset(run.config.data, store), "validation", 12, 1)
    for name in ("asks", "ended"):
        store.ear_tests.begin(name, test)
    for number, item in enumerate(test.items):
        store.ear_tests.answer("ended", number, item.genre)


@pytest.fixture(scope="module")
def tab(tabs):
    """Give a tab that stays where a test leaves it: to go on from there costs half of a load."""
    yield tabs("light", "light", anew=False)
    clear(tabs("light", "light", anew=False), "light")


def go(tab, url, name):
    view, query, heading = PAGES[name]
    sought = tab.get_by_role("heading", name=heading).first
    if tab.url.startswith(url) and not sought.count():
        turn_to(tab, f"/{view}?{query}")
    else:
        tab.goto(f"{url}/{view}?{query}")
    sought.wait_for()
    settle(tab)
    for chart in tab.locator(".gl-plot").all():
        chart.locator(".main-svg").first.wait_for()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_either_theme(tab, url, name, request):
    if is_rerun(request):
        tab.goto("about:blank")
    with without_errors(tab):
        go(tab, url, name)
        assert_accessible(tab, sidebar=name in WITH_FORM)


def tab_to(page, name: str) -> None:
    """Press the tab key until what has the focus is called `name`."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if re.search(name, page.evaluate(FOCUSED)):
            return
    raise AssertionError(f"the tab key does not reach {name}")


def test_from_train_to_the_tracks_of_a_cell_by_keyboard_alone(page, url):
    page.goto(f"{url}/?data.n_samples=800&train.max_epochs=4&train.batch_size=16&train.learning_rate=0.01")
    page.get_by_role("heading", name="Press Train").wait_for()
    settle(page)
    tab_to(page, "Skip to main content")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => document.activeElement.tagName === 'SECTION' || document.activeElement.tagName === 'MAIN'"
    )
    tab_to(page, "^play_arrowTrain$")  # the button, not the link to the page
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("run="))
    page.get_by_text("Trained: ").wait_for()  # the workers are starting
    settle(page)
    tab_to(page, "Evaluate it")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/evaluate"))
    page.get_by_role("heading", name="What stands out").wait_for()
    settle(page)
    tab_to(page, "^true Rock, predicted Rock")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED).startswith("true Electronic, predicted Electronic")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("cell=1-1"))
    page.locator('.st-key-cell [data-testid="stDataFrame"]').first.wait_for()
    tab_to(page, "tracks")
