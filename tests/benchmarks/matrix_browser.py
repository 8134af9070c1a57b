"""The confusion matrix in a browser: fifty clicks → tracks on screen, another order drawn, and an epoch scrubbed to.

python -m tests.benchmarks.matrix_browser

Times are taken in the page, from the event to the frame that shows the result. Chromium is Debian's.
"""

import math
import random

from playwright.sync_api import Page, sync_playwright

from genre_core.networks import MlpConfig
from genre_core.settings.config import ExperimentConfig, SplitConfig, SyntheticConfig, TrainConfig
from genre_core.store.runs import RunStore, new_run_id
from genre_core.workers.run import execute
from tests.benchmarks.dashboard import Dashboard, dashboard
from tests.benchmarks.report import median, milliseconds, print_table

CLICKS = 50
HALF = SplitConfig(test_fraction=0.05, validation_fraction=0.5)
SECONDS = 120_000
WATCH = """
window.find = (selector, root = document) => {  // components may stand in shadow roots
  const found = root.querySelector(selector);
  if (found) return found;
  for (const host of root.querySelectorAll("div"))
    if (host.shadowRoot) { const inner = find(selector, host.shadowRoot); if (inner) return inner; }
  return null;
};
window.since = (event, done) => new Promise((resolve) => {
  const begun = (e) => {
    const start = e.timeStamp;
    const end = () => resolve(performance.now() - start);
    const look = () => requestAnimationFrame(done() ? end : look);
    look();
  };
  document.addEventListener(event, begun, { capture: true, once: true });
});
"""
TRACKS = """([i, j]) => {
  const label = find(`td.cell[data-i="${i}"][data-j="${j}"]`).getAttribute("aria-label");
  const [, genre, guess, counted] = /^true (.*), predicted (.*?): ([\\d,]+)/.exec(label);
  const wanted = i === j ? genre : `${genre} taken for ${guess}`;
  window.timed = window.since("click", () => {
    const heading = document.querySelector(".st-key-cell h3")?.textContent ?? "";
    const drawn = ".st-key-cell [data-testid=stDataFrame] canvas";
    return heading.includes(wanted) && (counted === "0" || document.querySelector(drawn));
  });
}"""
SCRUBBED = """() => {
  const label = () => find("td.cell")?.getAttribute("aria-label")
    + find("input[type=range]")?.getAttribute("aria-valuetext");
  const before = label();
  window.timed = window.since("keydown", () => label() !== before);
}"""
ORDERED = """() => {
  const first = () => find("tbody th[data-i='0']")?.title;
  const before = first();
  window.timed = window.since("click", () => first() !== before);
}"""
DRAWN = """async (k) => {
  const row = () => Array.from({ length: k }, () => Math.floor(200 * Math.random()));
  const counts = () => Array.from({ length: k }, row);
  const nothing = Array.from({ length: k }, () => null), grid = nothing.map(() => nothing);
  const view = { genres: nothing.map((_, i) => `Genre ${i}`), by: "count", nouns: "tracks", compare: "model",
    counts: counts(), rates: grid, intervals: grid, recalls: nothing, precisions: nothing };
  const frame = () => new Promise(requestAnimationFrame);
  const redraw = window.genreLabParts.get("time matrix"), found = [];
  for (let number = 0; number < 6; number += 1) {
    await frame();
    const start = performance.now();
    redraw({ view: { ...view, counts: counts() } });
    await frame();
    await frame();
    found.push((performance.now() - start) / 1000);
  }
  return found;
}"""
ORDERS = ("By name", "Order as given", "Hardest first", "By name", "Order as given")


def main() -> None:
    """Measure each and print medians."""
    with dashboard(1) as lab, sync_playwright() as playwright:
        runs = {
            "1,200 tracks": _trained(lab.store, SyntheticConfig(overlap=4.25), SplitConfig(), epochs=20),
            "95,000 tracks": _trained(lab.store, SyntheticConfig(overlap=4.25, n_samples=200_000), HALF, epochs=1),
            "60 genres": _trained(
                lab.store, SyntheticConfig(overlap=4.25, n_genres=60, n_samples=12_000), SplitConfig(), epochs=20
            ),
        }
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.add_init_script(WATCH)
        rows = []
        for name, run in runs.items():
            clicks = _clicks(page, lab, run)
            rows.append((f"click → tracks, {name}", *_spread(clicks)))
        ordered = _ordered(page, lab, runs["60 genres"])
        rows.append(("another order, 60 genres", *_spread(ordered)))
        for name in ("1,200 tracks", "60 genres"):
            steps = _scrubbed(page, lab, runs[name])
            rows.append((f"an epoch scrubbed to, {name}", *_spread(steps)))
        drawn = page.evaluate(DRAWN, 60)
        rows.append(("60 genres drawn, every number anew", *_spread(drawn)))
        browser.close()
    print_table(("in Chromium", "median", "nine in ten", "longest"), rows)


def _spread(seconds: list[float]) -> tuple[str, str, str]:
    in_order = sorted(seconds)
    return milliseconds(median(in_order)), milliseconds(in_order[int(0.9 * len(in_order))]), milliseconds(in_order[-1])


def _trained(store: RunStore, data: SyntheticConfig, split: SplitConfig, epochs: int) -> str:
    config = ExperimentConfig(
        data=data, split=split, model=MlpConfig(hidden=(32,)), train=TrainConfig(max_epochs=epochs, batch_size=256)
    )
    run_id = new_run_id()
    store.submit(run_id, config)
    execute(run_id, 1, store.url)
    return run_id


def _opened(page: Page, lab: Dashboard, run: str, section: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"http://{lab.address}/evaluate?run={run}{section}")
    page.locator("td.cell").first.wait_for(timeout=SECONDS)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(1500)


def _clicks(page: Page, lab: Dashboard, run: str) -> list[float]:
    """Return the seconds from each click on a cell to its tracks; the first, which imports, does not count."""
    _opened(page, lab, run)
    drawn, found = random.Random(0), []
    i = j = -1
    for _ in range(CLICKS + 1):
        before = i, j
        while (i, j) == before:  # a second click on a cell takes it back
            i, j = drawn.randrange(8), drawn.randrange(8)
        page.evaluate(TRACKS, [i, j])
        page.locator(f'td.cell[data-i="{i}"][data-j="{j}"]').click()
        found.append(float(page.evaluate("window.timed")) / 1000)
        page.wait_for_timeout(400)
    return found[1:]


def _ordered(page: Page, lab: Dashboard, run: str) -> list[float]:
    """Return the seconds from each choice of an order to the matrix in it; the first, which sorts, does not count."""
    _opened(page, lab, run)
    found = []
    for order in ORDERS:
        page.get_by_role("combobox", name="Order").click()
        page.evaluate(ORDERED)
        page.get_by_role("option", name=order).click()
        found.append(float(page.evaluate("window.timed")) / 1000)
        page.wait_for_timeout(400)
    return found[1:]


def _scrubbed(page: Page, lab: Dashboard, run: str) -> list[float]:
    """Return the seconds from each press of an arrow key on the scrubber to the matrix of that epoch."""
    _opened(page, lab, run, "&section=epochs")
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("Home")
    page.wait_for_timeout(400)
    found = []
    for _ in range(8):
        page.evaluate(SCRUBBED)
        slider.press("ArrowRight")
        found.append(float(page.evaluate("window.timed")) / 1000)
    return [seconds for seconds in found if math.isfinite(seconds)]


if __name__ == "__main__":
    main()
