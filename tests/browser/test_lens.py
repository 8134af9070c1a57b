"""Studies in a real browser, with a real cluster: lenses, repetitions and searches, reloaded and gone on with."""

import re

import pytest

from genre_core.studies.lens.config import TORN
from tests.browser.conftest import assert_accessible, settle

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

SETTINGS = (
    "repeats=3+splits&data.n_samples=1200&data.n_genres=3&data.n_features=6&data.artists=80"
    "&data.artist_spread=8&data.overlap=0.5&train.max_epochs=6&train.learning_rate=0.01"
)
N_SCORES = 36


@pytest.fixture(scope="module")
def url(lab) -> str:
    return lab.url


def go(page, address: str) -> None:
    page.goto(address)
    expect(button(page, "Judge these splits")).to_be_visible()
    settle(page)


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def says(page, text: str) -> None:
    expect(page.locator(".st-key-lens-page")).to_contain_text(re.compile(text))


def n_scores(page) -> int:
    found = re.search(rf"(\d+) of {N_SCORES} scores ·", page.locator(".st-key-lens-controls").inner_text())
    return int(found[1]) if found else 0


def wait_for_scores(page, least: int) -> None:
    page.wait_for_function(
        """([least, all]) => {
          const text = document.querySelector('.st-key-lens-controls')?.innerText ?? '';
          return Number(text.match(new RegExp(`(\\\\d+) of ${all} scores`))?.[1] ?? 0) >= least;
        }""",
        arg=[least, N_SCORES],
        polling=100,
    )


def test_a_lens_is_judged_through_a_reload_a_stop_and_a_look_elsewhere_and_its_link_shows_the_same(
    page, url, fresh, lab
):
    go(page, f"{url}/lens?{SETTINGS}")
    says(page, rf"\b{N_SCORES} scores")
    button(page, "Judge these splits").click(click_count=2)
    page.wait_for_url(re.compile("lens="))
    lens_id = re.search("lens=([0-9a-f]+)", page.url)[1]
    wait_for_scores(page, 1)
    before = n_scores(page)
    page.reload()
    assert lab.store.studies.studies("lens")[0].person, "the browser that began it is known"
    expect(button(page, "Stop")).to_be_visible()
    wait_for_scores(page, before)
    button(page, "Stop").click()
    says(page, "Stopped after")
    stopped = n_scores(page)
    assert before <= stopped < N_SCORES
    button(page, "Continue").click()
    wait_for_scores(page, stopped + 1)
    page.get_by_role("link", name="Train", exact=True).click(delay=90)
    expect(button(page, "Train")).to_be_visible()
    settle(page)
    page.get_by_text("Studies", exact=True).click()
    page.get_by_role("menuitem", name="Split lens").click()
    page.wait_for_url(re.compile(f"lens={lens_id}"))
    wait_for_scores(page, N_SCORES)
    says(page, r"\bleakage .*[\d.]+.points \(.*\)")
    says(page, TORN["artist"])
    rulers = page.locator('.st-key-lens-page [role=img][aria-label^="Test accuracy"]')
    expect(rulers).to_have_count(2)
    row, artist = (rulers.nth(n).get_attribute("aria-label") for n in range(2))
    assert re.search(r"\bby row\b.* network: [\d.]+.% \([\d.]+–[\d.]+\)", row)
    assert re.search(r"no classifier .*[\d.]+.%", artist)
    expect(page.get_by_role("combobox", name=re.compile("Earlier lenses"))).to_be_visible()
    page.get_by_text("As a table").click()
    expect(page.locator('.st-key-lens-page [data-testid="stDataFrame"]')).to_have_count(2)
    assert_accessible(page, sidebar=False)
    other = fresh("phone")
    other.goto(f"{url}/lens?lens={lens_id}")
    says(other, "leakage")
    expect(page.locator(".st-key-lens-differs")).to_have_count(0)
    expect(other.locator(".st-key-lens-differs")).to_be_visible()


def test_train_leads_to_folds_in_one_click_they_are_followed_and_one_opens_on_evaluate(page, url):
    page.goto(f"{url}/?data.n_samples=1200&data.n_genres=3&train.max_epochs=8")
    button(page, "Repeat").wait_for()
    settle(page)  # a rerun closes the menu that is open
    button(page, "Repeat").click()
    button(page, "On 5 folds").click()
    page.wait_for_url(re.compile("repeat.*study="))
    expect(page.get_by_role("heading", name=re.compile(r"\b5 folds"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name=re.compile(r"\b5 folds"))).to_be_visible()
    expect(page.get_by_role("grid", name=re.compile("folds"))).to_be_visible()
    settle(page)
    assert_accessible(page, sidebar=False)
    page.locator(".stDataFrame").first.click(position={"x": 20, "y": 52})  # the first row's box
    page.get_by_role("link", name="Evaluate Fold 1 of 5").click()
    page.wait_for_url(re.compile("evaluate.*part=test"))
    expect(page.locator(".gl-badge").filter(has_text="held-out fold")).to_be_visible()


def test_a_search_through_a_reload_its_best_opened_and_its_test_score_revealed_once(page, url):
    small = "data.n_samples=600&data.n_genres=3&data.n_features=6&model.hidden=16&train.max_epochs=4&trials=8"
    page.goto(f"{url}/tune?{small}&sampler=random")
    for name in ("Dropout", "Learning rate", "Weight decay"):
        button(page, name).click()
        page.get_by_role("spinbutton", name=f"{name}, lowest").wait_for()
    button(page, "Search").click(click_count=2)
    page.wait_for_url(re.compile("study="))
    page.reload()
    body = page.locator(".st-key-tune-page")
    expect(body).to_contain_text("Best of 8 trials")
    reveal = page.locator(".st-key-reveal").get_by_role("button")
    reveal.click()
    expect(body).to_contain_text(re.compile(r"\d.% .*\bof 90 test tracks"))
    expect(reveal).to_have_count(0)
    settle(page)
    assert_accessible(page, sidebar=False)
    page.get_by_role("link", name="Open the best on Evaluate").click()
    page.wait_for_url(re.compile("/evaluate"))
    expect(page.get_by_role("grid", name=re.compile("of Trial "))).to_be_visible()
