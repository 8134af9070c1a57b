"""How long the Data page takes in a browser: from the address or the click until all is drawn.

python -m tests.benchmarks.data_page_browser [n_tracks]

Drawn is when the page's script has ended after it, and two frames have passed. Chromium is Debian's.
"""

import sys
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, sync_playwright

from tests.benchmarks.dashboard import dashboard
from tests.benchmarks.data_page import N_TRACKS
from tests.benchmarks.report import milliseconds, print_table

SMALL, SECONDS = 400, 120_000
WATCH = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  window.ran = false;
  window.watched?.disconnect();
  window.watched = new MutationObserver(() => { window.ran ||= app.dataset.testScriptState !== "notRunning"; });
  window.watched.observe(app, { attributes: true });
}"""
DRAWN = """() => window.ran !== false
  && document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning\""""
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SECTIONS = ("overview", "features", "genres", "limits", "check")


def main(n_tracks: int) -> None:
    """Open each section from its address, again, and make changes on it."""
    rows = []
    with dashboard() as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})

        def visit(section: str, n: int = n_tracks) -> float:
            return _timed(lambda: _go(page, f"http://{lab.address}/data?section={section}&data.n_samples={n}"))

        for section in SECTIONS:  # what is imported once is not the page's
            visit(section, SMALL)
        for section in SECTIONS:
            rows.append((section, milliseconds(visit(section)), milliseconds(visit(section)), ""))
            for control in _controls(page):
                took = _timed(lambda control=control: _change(page, control))
                rows.append((f"  {control[0]}", "", "", milliseconds(took)))
        browser.close()
    print(f"The Data page at {n_tracks:,} tracks × 20 features, in Chromium")
    print_table(("section or change", "first", "again", "change"), rows)


def _go(page: Page, address: str) -> None:
    page.goto("about:blank")
    page.goto(address)
    page.locator("[data-testid=stApp] [data-testid=stHeading]").first.wait_for(timeout=SECONDS)
    _drawn(page)


def _controls(page: Page) -> list[tuple[str, Locator]]:
    """Return the choices of the section: each option that is not the one chosen, and those that were, to go back."""
    found = []
    for group in page.get_by_role("radiogroup").all()[1:]:  # the first chooses the section
        options = group.get_by_role("radio").all()
        found += [(option.inner_text(), option) for option in [*options[1:], options[0]]]
    return found


def _change(page: Page, control: tuple[str, Locator]) -> None:
    page.evaluate(WATCH)
    control[1].click()
    _drawn(page)


def _drawn(page: Page) -> None:
    page.wait_for_function(DRAWN, timeout=SECONDS, polling=10)
    page.evaluate(FRAMES)


def _timed(act: Callable[[], None]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else N_TRACKS)
