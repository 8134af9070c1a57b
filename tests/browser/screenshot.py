"""Make the README's picture: a finished run on the Train page.

python -m tests.browser.screenshot
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, ROOT, WINDOWS, free_port, settle, wait_until_up

PICTURE = ROOT / ".github" / "train.png"


def main() -> None:
    """Start a dashboard on an empty store, train once, and take the picture."""
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
        page.screenshot(path=str(PICTURE))
        browser.close()


if __name__ == "__main__":
    main()
