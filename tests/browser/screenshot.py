"""Make the README's pictures: a finished run on the Train page, and the clips behind a cell of the matrix.

python -m tests.browser.screenshot
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import CHROMIUM, ROOT, WINDOWS, free_port, settle, wait_until_up

PICTURES = ROOT / ".github"


def main() -> None:
    """Start a dashboard on an empty store, train, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", str(port)]
        log = Path(folder) / "log"
        environment = {**os.environ, "GENRE_LAB_STORE": f"sqlite:///{folder}/store.sqlite"}
        with log.open("wb") as output:
            server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=environment)
        try:
            wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", server, log)
            _take(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(timeout=20)


def _take(address: str) -> None:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(**WINDOWS["light"])
        page.goto(address)
        page.get_by_role("button", name="Train", exact=True).click()
        page.get_by_text("Trained:").wait_for(timeout=60_000)
        page.mouse.move(1, 1)
        page.locator(".js-plotly-plot .main-svg").nth(4).wait_for()
        settle(page)
        page.wait_for_timeout(1500)  # marks glide to their places
        page.screenshot(path=str(PICTURES / "train.png"))
        _take_clips(page, address)
        browser.close()


def _take_clips(page: Page, address: str) -> None:
    """Train on generated music, and choose the cell of its most common error."""
    page.goto(f"{address}/?preset=music")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Trained:").wait_for(timeout=300_000)
    page.get_by_role("link", name="Evaluate it").click()
    settle(page)
    cells = page.locator("[role=gridcell][data-i][data-j]")
    wrong = [cell for cell in cells.all() if cell.get_attribute("data-i") != cell.get_attribute("data-j")]
    max(wrong, key=lambda cell: int(cell.inner_text() or 0)).click()
    settle(page)
    page.get_by_role("button", name="Play", exact=False).first.wait_for()
    page.mouse.move(1, 1)
    page.wait_for_timeout(4000)  # pictures of the clips are drawn one after another
    page.screenshot(path=str(PICTURES / "hear.png"))


if __name__ == "__main__":
    main()
