"""The Train page in a real browser, with a real cluster: what a person does there, and what may die under it."""

import os
import re
import signal
import time
from pathlib import Path

import psutil
import pytest

from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.workers.run import execute
from tests.browser.conftest import DEADLINE, ROOT, settle

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.timeout(300),  # each walk waits for several trainings
]

APP = ROOT / "dashboard" / "app.py"
SLOW = "pace=two+epochs+a+second&train.max_epochs=200&train.patience=200"
POINTS = """() => {
  const plot = document.querySelector('.st-key-train-charts .js-plotly-plot');
  return plot?.data?.find((trace) => trace.name === 'validation')?.x.length ?? 0;
}"""


@pytest.fixture(scope="module")
def store_url(tmp_path_factory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('train')}/store.sqlite"


@pytest.fixture(scope="module")
def url(serve, store_url) -> str:
    return serve(APP, GENRE_LAB_STORE=store_url, GENRE_LAB_WORKERS="1")


@pytest.fixture(scope="module")
def runs(store_url):
    store = RunStore(store_url)
    yield store
    store.close()


@pytest.fixture(scope="module")
def finished(runs) -> str:
    """Train a run here and return its id."""
    runs.submit("finished", configure({"data.n_samples": 800, "train.max_epochs": 4}), "Finished")
    execute("finished", 1, runs.url)
    return "finished"


def go(page, address: str) -> None:
    page.goto(address)
    expect(button(page, "Train")).to_be_visible()
    settle(page)


def button(page, name: str):
    return page.get_by_role("button", name=name, exact=True)


def says(page, text: str) -> None:
    expect(page.locator(".st-key-train-page")).to_contain_text(re.compile(text))


def points(page) -> int:
    return page.evaluate(POINTS)


def wait_for_points(page, least: int) -> None:
    page.wait_for_function(f"({POINTS})() >= {least}", polling=100)


def train(page) -> str:
    """Press Train and return the new run's id."""
    before = run_of(page)
    button(page, "Train").click()
    page.wait_for_function("before => new URLSearchParams(location.search).get('run') !== before", arg=before)
    return run_of(page)


def run_of(page) -> str | None:
    return page.evaluate("new URLSearchParams(location.search).get('run')")


def wait_until(true) -> None:
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def tops(page) -> dict[str, float]:
    """Return where the parts of the page begin."""
    keys = ("controls", "train-charts", "confusions", "as-a-table")
    return page.evaluate(
        "keys => Object.fromEntries(keys.map((key) => "
        "[key, Math.round(document.querySelector(`.st-key-${key}`).getBoundingClientRect().top)]))",
        keys,
    )


def test_whoever_stands_beside_a_projector_pauses_and_steps_with_keys_also_after_the_mouse(page, url, runs):
    go(page, f"{url}/?{SLOW}&train.seed=7&view=projector")
    run = train(page)
    wait_until(lambda: runs.run(run).epoch >= 1)
    expect(button(page, "Pause")).to_be_enabled()
    page.keyboard.press("Space")  # the button that was clicked is gone: the page has the key
    wait_until(lambda: runs.run(run).state == "paused")
    button(page, "Resume").click()
    wait_until(lambda: runs.run(run).state == "running")
    button(page, "Pause").click()
    wait_until(lambda: runs.run(run).state == "paused")
    paused_at = runs.run(run).epoch
    expect(button(page, "Resume")).to_be_enabled()
    page.keyboard.press("ArrowRight")
    wait_until(lambda: (runs.run(run).epoch, runs.run(run).state) == (paused_at + 1, "paused"))
    button(page, "Stop").click()
    wait_until(lambda: not runs.run(run).active)


def test_curves_grow_zoom_stays_a_reload_changes_nothing_and_two_people_of_one_run_agree(page, fresh, url, runs):
    go(page, f"{url}/?{SLOW}&train.seed=1")
    run = train(page)
    wait_for_points(page, 2)
    charts = page.locator(".st-key-train-charts .js-plotly-plot")
    box = charts.nth(0).bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 240, box["y"] + 160, steps=4)
    page.mouse.up()
    zoomed = charts.nth(0).evaluate("plot => plot._fullLayout.xaxis.range.join()")
    before = points(page)
    wait_for_points(page, before + 1)
    assert charts.nth(0).evaluate("plot => plot._fullLayout.xaxis.range.join()") == zoomed
    page.reload()
    wait_for_points(page, before + 1)
    assert run_of(page) == run
    says(page, "Training: epoch")

    other = fresh("phone")
    go(other, f"{url}/?{SLOW}&model.hidden=16&data.overlap=0.8")
    second = train(other)
    assert run != second
    wait_for_points(other, 2)
    button(other, "Stop").click()
    says(other, "Trained: right on")
    assert runs.run(run).state == "running"
    assert (runs.run(run).config.train.seed, runs.run(second).config.data.overlap) == (1, 0.8)
    page.get_by_role("link", name="Runs").click()
    expect(page).to_have_url(re.compile("/runs"))
    settle(page)
    page.get_by_role("link", name="Train", exact=True).click()
    before = points(page)
    wait_for_points(page, before + 1)
    assert run_of(page) == run
    go(other, page.url)  # a link pasted into another browser shows the run and the settings
    assert run_of(other) == run
    expect(other.get_by_role("spinbutton", name="Maximum epochs", exact=True)).to_have_value("200")
    button(page, "Pause").click()
    expect(button(other, "Resume")).to_be_enabled()
    button(other, "Resume").click()
    expect(button(page, "Pause")).to_be_enabled()
    button(page, "Stop").click()
    for tab in (page, other):
        says(tab, "Trained: .*You stopped it")


def test_pause_step_resume_and_the_end_fit_one_screen_and_move_nothing(page, url, runs):
    go(page, f"{url}/?{SLOW.replace('=200', '=40')}")
    run = train(page)
    wait_for_points(page, 1)
    page.locator(".st-key-confusions table").wait_for()
    settle(page)
    places = tops(page)
    button(page, "Pause").click()
    expect(button(page, "Resume")).to_be_enabled()
    says(page, "Paused: epoch")
    paused_at = runs.run(run).epoch
    wait_until(lambda: points(page) == paused_at)
    assert tops(page) == places
    button(page, "Step").click()
    wait_until(lambda: runs.run(run).epoch == paused_at + 1 and runs.run(run).state == "paused")
    wait_for_points(page, paused_at + 1)
    expect(button(page, "Resume")).to_be_enabled()
    page.get_by_role("combobox", name=re.compile("Pace")).click()
    page.get_by_role("option", name="as fast as it can").click()
    settle(page)
    button(page, "Resume").click()
    says(page, "Trained: .*Macro-F1 .*(Training stopped after|All 40 epochs)")
    expect(page.get_by_role("link", name="Evaluate it")).to_be_visible()
    settle(page)
    assert runs.run(run).epoch == points(page)
    assert tops(page) == places
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollHeight - main.clientHeight") <= 0
    page.get_by_text("As a table").click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2)
    with page.expect_download() as download:
        button(page, "Epochs as CSV").click()
    rows = Path(download.value.path()).read_text().splitlines()
    assert len(rows) == runs.run(run).epoch + 1


def test_train_is_opened_by_its_name_and_by_hand_each_step_is_one_epoch(page, url, runs):
    go(page, f"{url}/train?pace=pause+after+each+epoch")
    page.wait_for_url(re.compile(r"/\?pace=pause\+after\+each\+epoch$"))
    run = train(page)
    says(page, "Paused: epoch 1 of 50")
    wait_for_points(page, 1)
    assert (runs.run(run).epoch, runs.run(run).state) == (1, "paused")
    button(page, "Step").click()
    says(page, "Paused: epoch 2 of 50")
    button(page, "Stop").click()
    says(page, r"You stopped it .*\b2\b")


def test_a_double_click_makes_one_run_and_its_branch_stands_on_one_chart_with_it(page, url, runs):
    go(page, f"{url}/?data.n_samples=400&train.max_epochs=4&model.hidden=8")
    before = len(runs.runs())
    button(page, "Train").dblclick()
    says(page, "Trained")
    settle(page)
    assert len(runs.runs()) == before + 1
    parent = run_of(page)
    button(page, "Branch").click()
    page.get_by_role("spinbutton", name="After epoch").fill("2")
    page.get_by_role("spinbutton", name="After epoch").press("Enter")
    page.locator(".st-key-branch-slower").get_by_role("button").click()
    says(page, "branches after epoch 2")
    branch = train(page)
    says(page, r"This run branches .*\b2\b.*\b0\.0001\b.*\b0\.001\b")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.st-key-train-charts .js-plotly-plot')].some((plot) =>
          ['parent', 'validation'].every((name) => plot.data.find((trace) => trace.name === name)?.x.length === 3))""",
    )
    assert runs.run(branch).config.parent == runs.run(parent).config
    page.reload()
    says(page, r"This run branches .*\b2\b")


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_a_phone_shows_answer_controls_and_charts_in_order_and_never_scrolls_sideways(page, url, runs, finished):
    run = runs.run(finished)
    go(page, f"{url}/?run={run.id}&watch=on")
    wait_for_points(page, run.epoch)
    order = [page.locator(f".st-key-{key}").bounding_box()["y"] for key in ("answer", "controls", "train-charts")]
    assert order == sorted(order)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".st-key-train-page h2").bounding_box()["height"] < 120
    page.get_by_role("radio", name="Confusions").tap()
    matrix = page.locator(".st-key-confusions table")
    matrix.wait_for()
    assert matrix.bounding_box()["width"] <= 390
    page.get_by_role("radio", name="Network", exact=True).tap()
    network, map_ = (page.get_by_role("img", name=name) for name in ("The network, best weights", "Map of"))
    map_.wait_for()
    assert max(one.bounding_box()["width"] for one in (network, map_)) <= 390
    network.press("ArrowRight")
    network.press("ArrowDown")
    expect(page.locator(".net .says")).to_have_text(re.compile(r"Hidden layer 1, unit 2: .* Fed by .* Speaks "))
    map_.press("ArrowRight")
    map_.press("Enter")
    expect(page).to_have_url(re.compile(r"watched=\d+"))
    page.set_viewport_size({"width": 1280, "height": 720})  # a low window has what is watched in sight, curves below
    assert network.bounding_box()["y"] < page.locator(".st-key-train-charts .js-plotly-plot").first.bounding_box()["y"]


def test_a_run_goes_on_after_its_worker_the_next_after_the_cluster_and_that_one_after_its_dashboard_was_killed(
    page, url, serve, store_url, runs
):
    saved = {run.id for run in runs.runs(states=["complete"])}
    go(page, f"{url}/?{SLOW}")
    train(page)
    wait_for_points(page, 2)
    for worker in workers(url):
        worker.send_signal(signal.SIGKILL)
    says(page, r"Its worker was lost after epoch \d+ and it began again\.")
    says(page, r"Training: epoch \d+ of")
    button(page, "Stop").click()
    says(page, "You stopped it")

    cluster(url).send_signal(signal.SIGKILL)
    run = train(page)
    wait_for_points(page, 2)
    address = page.url
    page.goto("about:blank")
    server(url).send_signal(signal.SIGKILL)
    again = serve(APP, GENRE_LAB_STORE=store_url)
    go(page, address.replace(url, again))
    done = runs.run(run).epoch
    wait_until(lambda: runs.run(run).epoch > done + 1)
    assert [epoch.epoch for epoch in runs.epochs(run)][:done] == list(range(1, done + 1))
    assert saved <= {run.id for run in runs.runs(states=["complete"])}
    says(page, "Training: epoch [0-9]+ of")
    button(page, "Stop").click()
    says(page, "You stopped it")


def server(url: str) -> psutil.Process:
    port = url.rpartition(":")[2]
    return next(child for child in psutil.Process(os.getpid()).children() if port in child.cmdline())


def cluster(url: str) -> psutil.Process:
    return next(child for child in server(url).children() if "genre_core.workers.cluster" in child.cmdline())


def workers(url: str) -> list[psutil.Process]:
    found = [child for child in cluster(url).children(recursive=True) if child.nice() > 0]
    assert found
    return found
