"""How long the Data page takes in a browser: from the address or the click until all is drawn.

python -m tests.benchmarks.data_page_browser [n_tracks]

Drawn is when its script has ended and none of its elements changes any more. Chromium is Debian's.
"""

import sys
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, sync_playwright

from tests.benchmarks.dashboard import dashboard
from tests.benchmarks.data_page import N_TRACKS
from tests.benchmarks.report import milliseconds, print_table

SMALL, SECONDS, QUIET = 400, 120_000, 600
WATCH = """
const busy = () => { window.lastBusy = Date.now(); };
new MutationObserver(busy).observe(document, { subtree: true, childList: true, attributes: true });
const look = () => {
  if (document.querySelector("[data-testid=stApp]")?.dataset.testScriptState !== "notRunning") busy();
  requestAnimationFrame(look);
};
look();
"""
"""Keeps when the page was last at work: its script ran, or its elements changed."""
DRAWN = f"""() => document.querySelector("[data-testid=stHeading]")
  && !document.querySelector("[data-testid=stSpinner]")
  && Date.now() - window.lastBusy > {QUIET} && window.lastBusy"""
SECTIONS = ("overview", "features", "genres", "limits", "check")


def main(n_tracks: int) -> None:
    """Open each section from its address, again, and make changes on it."""
    rows = []
    with dashboard() as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)

        def visit(section: str, n: int = n_tracks) -> float:
            address = f"http://{lab.address}/data?section={section}&data.n_samples={n}"
            page.goto("about:blank")
            return _timed(page, lambda: page.goto(address))

        for section in SECTIONS:  # what is imported once is not the page's
            visit(section, SMALL)
        for section in SECTIONS:
            rows.append((section, milliseconds(visit(section)), milliseconds(visit(section)), ""))
            for control in _controls(page):
                took = _timed(page, control[1].click)
                rows.append((f"  {control[0]}", "", "", milliseconds(took)))
        browser.close()
    print(f"The Data page at {n_tracks:,} tracks × 20 features, in Chromium")
    print_table(("section or change", "first", "again", "change"), rows)


def _controls(page: Page) -> list[tuple[str, Locator]]:
    """Return the choices of the section: each option that is not the one chosen, and those that were, to go back."""
    found = []
    for group in page.get_by_role("radiogroup").all()[1:]:  # the first chooses the section
        options = group.get_by_role("radio").all()
        found += [(option.inner_text(), option) for option in [*options[1:], options[0]]]
    return found


def _timed(page: Page, act: Callable[[], object]) -> float:
    """Return the seconds from an act until the page was last at work on it."""
    start = time.time()
    act()
    last_busy = page.wait_for_function(DRAWN, timeout=SECONDS, polling=50).json_value()
    return float(last_busy) / 1000 - start


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else N_TRACKS)
