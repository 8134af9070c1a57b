"""From the click on Train to the first point on the chart, in a real browser, on workers that are warm.

    python -m tests.benchmarks.first_point
    python -m tests.benchmarks.first_point "preset=music&data.clips=100&model.architecture=cnn"

Clips are measured before the trainings that count. The epoch itself takes its time on any machine: the last line is
what the product adds to it.
"""

import sys
import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.dashboard import Dashboard, dashboard
from tests.benchmarks.report import median, milliseconds, p95, print_table

REPETITIONS = 10
DEADLINE = 60.0
MEASURED = 600.0
"""Seconds within which clips are composed and measured."""
WATCH = """
() => {
  const button = [...document.querySelectorAll("button")].find((one) => one.innerText.trim().endsWith("Train"));
  window.firstPoint = new Promise((resolve) => button.addEventListener("click", () => {
    const clicked = performance.timeOrigin + performance.now();
    const look = () => {
      const drawn = [...document.querySelectorAll(".gl-plot")].some(
        (chart) => chart.getAttribute("aria-label").startsWith("Loss") && chart.querySelector(".scatterlayer .point"));
      if (drawn) resolve([clicked / 1000, (performance.timeOrigin + performance.now()) / 1000]);
      else requestAnimationFrame(look);
    };
    look();
  }, { capture: true, once: true }));
}
"""
"""Resolves to the seconds since 1970 of the click, and of the first frame in which the loss chart has a point."""


def settle(page: Page) -> None:
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def train_once(page: Page, board: Dashboard, address: str) -> dict[str, float]:
    """Open the page afresh, press Train, and return where the seconds went."""
    page.goto(address)
    settle(page)
    page.get_by_role("button", name="Train", exact=True).wait_for()
    page.wait_for_timeout(1000)  # a person reads first, and workers are done with what was before
    page.evaluate(WATCH)
    page.get_by_role("button", name="Train", exact=True).click()
    clicked, drawn = page.evaluate("() => window.firstPoint")
    run = board.store.runs(limit=1)[0]
    assert run.started_at is not None
    epoch = board.store.epochs(run.id)[0].seconds
    submitted, claimed = run.created_at.timestamp(), run.started_at.timestamp()
    wait_for_end(board, run.id)
    return {
        "from the click to the first point": drawn - clicked,
        "  from the click to the run saved": submitted - clicked,
        "  until a worker has it": claimed - submitted,
        "  the first epoch itself": epoch,
        "  all the rest: data, network, writing, drawing": drawn - claimed - epoch,
        "the product's share (all but the epoch)": drawn - clicked - epoch,
    }


def wait_for_end(board: Dashboard, run_id: str) -> None:
    """Stop a run and wait until its worker is free."""
    deadline = time.monotonic() + DEADLINE
    board.store.request(run_id, "stop")
    while board.store.run(run_id).active:
        if time.monotonic() > deadline:
            raise RuntimeError("The run does not stop.")
        time.sleep(0.05)


def measure(board: Dashboard, settings: str) -> list[dict[str, float]]:
    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(MEASURED * 1000)
        train_once(page, board, f"http://{board.address}/?{settings}")  # warms workers, caches and the browser
        page.set_default_timeout(DEADLINE * 1000)
        found = []
        for seed in range(REPETITIONS):
            found.append(train_once(page, board, f"http://{board.address}/?{settings}&train.seed={seed + 1}"))
        browser.close()
    return found


def main() -> None:
    """Train some times in a browser, and print a table."""
    with dashboard() as board:
        found = measure(board, sys.argv[1] if len(sys.argv) > 1 else "")
        rows = [
            (name, milliseconds(min(of)), milliseconds(median(of)), milliseconds(p95(of)))
            for name, of in by_name(found).items()
        ]
        print_table((f"{len(found)} trainings", "least", "median", "p95"), rows)


def by_name(found: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: [one[name] for one in found] for name in found[0]}


if __name__ == "__main__":
    main()
