"""A real browser and real servers: `serve(script)` starts Streamlit, `page` is a tab that fails on console errors.

`@pytest.mark.parametrize("page", ["light", "dark", "phone"], indirect=True)` chooses theme and size.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from genre_core.cluster import start

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
DEADLINE = 60.0
WINDOWS = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True, "is_mobile": True},
}


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """Start one worker that all servers share: a cluster costs more to start than most tests take."""
    cluster = start(1)
    yield cluster.address
    cluster.close()


@pytest.fixture(scope="module")
def serve(tmp_path_factory, request) -> Iterator[Callable[..., str]]:
    """Give `serve(script, **environment)`, which starts Streamlit on a free port and returns its address.

    Where the environment names GENRE_LAB_WORKERS, the server starts a cluster of its own.
    """
    servers: list[subprocess.Popen[bytes]] = []

    def start(script: Path, **environment: str) -> str:
        folder = tmp_path_factory.mktemp("server")
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
        command += ["--server.address", "127.0.0.1"]
        store = f"sqlite:///{folder / 'store.sqlite'}"
        own = {"PYTHONPATH": str(ROOT), "GENRE_LAB_STORE": store, "OMP_NUM_THREADS": "1"}
        own |= environment
        if "GENRE_LAB_WORKERS" not in own:
            own["GENRE_LAB_SCHEDULER"] = request.getfixturevalue("scheduler")
        log = folder / "log"
        with log.open("wb") as output:
            server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **own})
        servers.append(server)
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        return f"http://127.0.0.1:{port}"

    yield start
    for server in servers:
        server.terminate()
    for server in servers:
        server.wait(timeout=20)


@pytest.fixture
def page(browser, request):
    """Give a fresh tab; an error in its console fails the test."""
    context = browser.new_context(**WINDOWS[getattr(request, "param", "light")], reduced_motion="reduce")
    context.set_default_timeout(20_000)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("console", lambda message: errors.append(message.text) if is_error(message) else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors, f"the browser's console has errors: {errors}"


def is_error(message) -> bool:
    """Say whether a console message is an error of ours.

    Opened below its root, Streamlit first looks for its server there, is told 404, and then finds it at the root.
    """
    probes = re.fullmatch(r"https?://[^/]+/.+/_stcore/(health|host-config)", message.location["url"])
    return message.type == "error" and not probes


def settle(page) -> None:
    """Wait until Streamlit has run the script and drawn what it sent."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")
