"""What a screen reader is told and what the keyboard reaches, on every page, light and dark."""

import re

import pytest

from genre_core.settings import configure
from genre_core.store import RunStore, open_test
from genre_core.worker import execute
from tests.browser.conftest import ROOT, settle

pytestmark = pytest.mark.browser
SMALL = {"data.n_samples": 800, "train.max_epochs": 3, "train.batch_size": 16, "model.hidden": (32,)}
PAGES = {
    "train": ("", "", "Press Train"),
    "train complete": ("", "run=small", "Learned: right on"),
    "evaluate": ("evaluate", "run=small&cell=0-0", "Right on"),
    "evaluate on test": ("evaluate", "run=small&part=test", "test tracks"),
    "evaluate on closed test": ("evaluate", "run=other&part=test", "The test part is closed"),
    "evaluate, confidence": ("evaluate", "run=small&section=confidence&scaled=vector", "How far to trust it"),
    "evaluate, don't know": ("evaluate", "run=small&section=reject", "Who is not answered"),
    "evaluate, through time": ("evaluate", "run=small&section=epochs&lift=1", "Right on"),
    "genres": ("genres", "run=small", "found"),
    "genre": ("genres", "run=small&genre=Jazz", "Jazz"),
    "data": ("data", "", "tracks in 8 genres"),
    "data, chosen tracks": ("data", "section=overview&genre=Rock&data.n_samples=800", "800 tracks"),
    "data, features": ("data", "section=features&data.n_samples=800&pair=0-1", "800 tracks"),
    "data, limits": ("data", "section=limits&data.n_samples=800", "800 tracks"),
    "runs": ("runs", "run=small", "Small one"),
}

FADED_IN = """() => [...document.querySelectorAll(
  '[data-testid=stElementContainer], [data-testid=stLayoutWrapper], [data-testid=stCaptionContainer]'
)].every((node) => getComputedStyle(node).opacity === "1")"""
PAPER = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
HAS_THEME = """theme => {
  const [r, g, b] = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/\\d+/g);
  return (theme === "dark") === (Number(r) + Number(g) + Number(b) < 384);
}"""
FOCUSED = """() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node.getAttribute("aria-label") || node.textContent;
}"""


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('axe') / 'store.sqlite'}")
    store.submit("small", configure(SMALL), "Small one")
    execute("small", 1, store.url)
    store.submit("other", configure(SMALL | {"train.seed": 7}), "Other one")
    execute("other", 1, store.url)
    open_test(store, store.run("small"))
    store.close()
    return serve(ROOT / "dashboard" / "app.py", GENRE_LAB_STORE=store.url)


def go(page, url, name):
    view, query, heading = PAGES[name]
    page.goto(f"{url}/{view}?{query}")
    page.get_by_role("heading", name=heading).first.wait_for()
    settle(page)
    page.wait_for_function(FADED_IN)
    for chart in page.locator(".gl-plot").all():
        chart.locator(".main-svg").first.wait_for()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_in_either_theme(page, url, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    go(page, url, name)
    papers = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(HAS_THEME, arg=theme)
        page.wait_for_function(FADED_IN)
        papers[theme] = page.evaluate(PAPER)
        assert not serious(axe.run(page)), theme
    assert papers["light"] != papers["dark"]


def serious(found) -> str:
    return "\n".join(
        str((rule["id"], rule["impact"], node["any"][0]["data"] if node["any"] else "", node["html"][:160]))
        for rule in found.response["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    )


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
    page.get_by_role("heading", name="Learned: ").wait_for(timeout=60_000)  # the workers are starting
    settle(page)
    tab_to(page, "Evaluate it")
    page.keyboard.press("Enter")
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
