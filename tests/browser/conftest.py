"""A real browser and real servers: `lab` is the dashboard, `page` a tab that fails on console errors.

`@pytest.mark.parametrize("page", ["light", "dark", "phone"], indirect=True)` chooses theme and size.
"""

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.workers.cluster import start
from genre_core.workers.run import execute

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
if (HEADLESS := Path("/usr/bin/chromium-headless-shell")).exists():
    CHROMIUM = HEADLESS  # the same engine without a browser's own windows, which are drawn though nobody sees them
DEADLINE = 60.0
"""Seconds after which what a test waits for will not come any more, on however busy a machine."""
WINDOWS = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True, "is_mobile": True},
}

AXE_RULES = {"light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "dark": ["color-contrast"]}
"""By theme, which changes nothing but colors."""
REMEMBER_COLORS = """() => {
  const { Color } = axe.commons.color, parse = Color.prototype.parseString, parsed = {};
  Color.prototype.parseString = function (text) {
    const { r, g, b, alpha } = (parsed[text] ??= parse.call(new Color(), text));
    return Object.assign(this, { r, g, b, alpha });
  };
}"""
"""axe-core reads the same few colors again for each element, which takes a third of its time."""
AXE = """([context, rules]) => axe.run(context, {
  runOnly: rules, resultTypes: ["violations"], selectors: false, preload: false,
}).then((found) => found.violations)"""
SIDEBAR, SIDEBAR_LIST = "[data-testid=stSidebar]", "[data-testid=stSidebarNavItems]"
"""On a phone Streamlit's own list of pages holds headings between its items, which axe-core does not allow."""
HAS_THEME = """theme => {
  const [r, g, b] = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor.match(/\\d+/g);
  return (theme === "dark") === (Number(r) + Number(g) + Number(b) < 384);
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test in a browser fail only if it does three times: three processes on a busy machine may stall."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))


Start = Callable[[], AbstractContextManager[str]]
"""Start something, and say in a text where it is."""
SHARED: dict[str, str] = {}
"""Where what this process has started or uses is, by its name."""


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Return where the browser is, or skip the test."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not there")
    return CHROMIUM


@pytest.fixture(scope="package")
def browser(chromium):
    from playwright import sync_api

    sync_api.expect.set_options(timeout=1000 * DEADLINE)
    with sync_api.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def share(tmp_path_factory, request, chromium) -> Callable[[str, Start], str]:
    """Give `share(name, start)`: what one of pytest's processes has started, the others use too.

    Who has started it ends it after its last test, as soon as no other uses it.
    """
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder

    @contextmanager
    def alone(name: str) -> Iterator[None]:
        with (folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def shared(name: str, start: Start) -> str:
        if name in SHARED:  # a test that is tried again makes its fixtures anew
            return SHARED[name]
        own, users = ExitStack(), (folder / name).open("a+", encoding="utf-8")

        def leave() -> None:
            fcntl.flock(users, fcntl.LOCK_UN)
            if own_text:
                with alone(name):
                    fcntl.flock(users, fcntl.LOCK_EX)  # the others have left
                    users.truncate(0)
                    own.close()
            users.close()

        own_text = ""
        with alone(name):
            users.seek(0)
            if not (text := users.read()):
                text = own_text = own.enter_context(start())
                print(text, file=users, end="", flush=True)
            fcntl.flock(users, fcntl.LOCK_SH)
        request.config.add_cleanup(leave)
        SHARED[name] = text
        return text

    return shared


@pytest.fixture(scope="session")
def scheduler(share) -> str:
    """Start one cluster for all servers: a cluster costs more to start than most tests take."""

    @contextmanager
    def cluster() -> Iterator[str]:
        running = start(2)
        yield running.address
        running.close()

    return share("cluster", cluster)


@pytest.fixture(scope="module")
def serve(tmp_path_factory, request) -> Iterator[Callable[..., str]]:
    """Give `serve(script, **environment)`, which starts Streamlit on a free port and returns its address.

    Where the environment names GENRE_LAB_WORKERS, the server starts a cluster of its own.
    """
    with servers(tmp_path_factory, request) as start:
        yield start


@pytest.fixture(scope="session")
def lab(share, tmp_path_factory, request) -> Iterator["Lab"]:
    """Start one dashboard for all tests that bring runs of their own and leave those of others alone."""

    @contextmanager
    def dashboard() -> Iterator[str]:
        folder = tmp_path_factory.mktemp("lab")
        offered = folder / "offered"
        offered.mkdir()
        environment = {"GENRE_LAB_STORE": f"sqlite:///{folder / 'store.sqlite'}", "GENRE_LAB_DATA": str(offered)}
        with servers(tmp_path_factory, request) as start:
            yield json.dumps([start(ROOT / "dashboard" / "app.py", **environment), *environment.values()])

    url, store_url, offered = json.loads(share("lab", dashboard))
    store = RunStore(store_url)
    yield Lab(url, store, Path(offered))
    store.close()


@pytest.fixture(scope="session")
def toys(share, tmp_path_factory, request) -> str:
    """Start one server for the pages that only tests have and return its address."""

    @contextmanager
    def pages() -> Iterator[str]:
        with servers(tmp_path_factory, request) as start:
            yield start(ROOT / "tests" / "browser" / "toys.py")

    return share("toys", pages)


@dataclass(frozen=True)
class Lab:
    """A dashboard and its store."""

    url: str
    store: RunStore
    offered: Path
    """Folder whose files can be imported."""

    def train(self, run_id: str, name: str, settings: dict[str, Any]) -> None:
        """Train a run here and now."""
        self.store.submit(run_id, configure(settings), name)
        execute(run_id, 1, self.store.url)


@contextmanager
def servers(tmp_path_factory, request) -> Iterator[Callable[..., str]]:
    running: list[subprocess.Popen[bytes]] = []

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
        running.append(server)
        wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        return f"http://127.0.0.1:{port}"

    yield start
    for server in running:
        server.terminate()
    for server in running:
        server.wait(timeout=20)


@pytest.fixture(scope="package")
def tabs(browser) -> Callable[..., Any]:
    """Give `tabs(name)`, the one tab of a window, which is used again: what it has loaded is compiled there already.

    It comes empty, without a history, with the theme and the size of its window.
    """
    opened: dict[str, Any] = {}

    def tab(name: str, kind: str, *, anew: bool) -> Any:
        if anew and name in opened:
            opened.pop(name).context.close()
        if name not in opened:
            window = browser.new_context(**WINDOWS[kind], reduced_motion="reduce")
            window.set_default_timeout(1000 * DEADLINE)
            opened[name] = window.new_page()
        return opened[name]

    return tab


def clear(tab, kind: str) -> None:
    """Take a tab back to the state of a new one."""
    if tab.url.startswith("http"):
        tab.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    tab.goto("about:blank")
    tab.mouse.move(0, 0)
    tab.emulate_media(color_scheme=WINDOWS[kind]["color_scheme"])
    if tab.viewport_size != WINDOWS[kind]["viewport"]:
        tab.set_viewport_size(WINDOWS[kind]["viewport"])
    session = tab.context.new_cdp_session(tab)
    session.send("Page.resetNavigationHistory")
    session.detach()


@pytest.fixture
def fresh(tabs, request) -> Iterator[Callable[..., Any]]:
    """Give `fresh(kind)`, the tab of another browser, which knows nothing of what `page` has seen."""
    opened = []

    def tab(kind: str = "light") -> Any:
        name = f"another {kind}" if kind == window(request) else kind
        opened.append((tabs(name, kind, anew=is_rerun(request)), kind))
        return opened[-1][0]

    yield tab
    for other, kind in opened:
        clear(other, kind)


@pytest.fixture
def page(tabs, request):
    """Give an empty tab without memory; an error in its console fails the test."""
    kind = window(request)
    tab = tabs(kind, kind, anew=is_rerun(request))
    with without_errors(tab):
        yield tab
        clear(tab, kind)


@contextmanager
def without_errors(tab) -> Iterator[None]:
    """Fail if the console of a tab says an error meanwhile."""
    errors: list[str] = []

    def heard(message) -> None:
        if is_error(message):
            errors.append(message.text)

    def thrown(error) -> None:
        errors.append(str(error))

    tab.on("console", heard)
    tab.on("pageerror", thrown)
    yield
    tab.remove_listener("console", heard)
    tab.remove_listener("pageerror", thrown)
    assert not errors, f"the browser's console has errors: {errors}"


def window(request) -> str:
    """Return the window that the test asks of `page`."""
    asked = getattr(request.node, "callspec", None)
    return asked.params.get("page", "light") if asked else "light"


def is_rerun(request) -> bool:
    """Say whether the test failed before: what it left in its tab may be why."""
    return getattr(request.node, "execution_count", 1) > 1


def is_error(message) -> bool:
    """Say whether a console message is an error of ours.

    A script that is served without our shell first looks for its server below its page, and is told 404. Streamlit's
    browser part asks whether a download is there as it draws its button; the next run may have replaced it by then.
    """
    missing = re.fullmatch(
        r"https?://[^/]+/(.+/_stcore/(health|host-config)|media/\w+\.(csv|json|zip))", message.location["url"]
    )
    replaced = message.text.startswith("Client Error: Download Button source error")
    return message.type == "error" and not missing and not replaced


def settle(page) -> None:
    """Wait until Streamlit has run the script and drawn what it sent."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def turn_to(page, address: str) -> None:
    """Go to an address of the app that is open, as Back and Forward do: nothing is loaded anew."""
    page.evaluate(
        "address => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')); }", address
    )


def assert_accessible(page, context: str | None = None, *, sidebar: bool = True) -> None:
    """Assert that axe-core finds nothing in either theme, on the whole page or in what `context` selects.

    A form that is the same on many pages need not be looked at on each: `sidebar=False`.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe.axe_script)
        page.evaluate(REMEMBER_COLORS)
        # Streamlit fades what a rerun may change; a color that is half faded is not the one that is read.
        page.add_style_tag(content="* { transition: none !important; } [data-stale] { opacity: 1 !important; }")
    now = "dark" if page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    left_out = [SIDEBAR_LIST] if sidebar else [SIDEBAR_LIST, SIDEBAR]
    for theme in (now, *(AXE_RULES.keys() - {now})):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(HAS_THEME, arg=theme)
        found = page.evaluate(AXE, [context or {"exclude": [[one] for one in left_out]}, AXE_RULES[theme]])
        said = [
            (rule["id"], node["any"][0]["data"] if node["any"] else "", node["html"][:160])
            for rule in found
            for node in rule["nodes"]
        ]
        assert not said, theme


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
