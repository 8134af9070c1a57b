"""A watched network: what its snapshot costs a worker each epoch, what its picture a dashboard, and a frame a browser.

python -m tests.benchmarks.watching

Processor time is told beside the clock, which a busy machine blurs. A frame is the drawing and the map drawn anew, each
time from another epoch. Chromium is Debian's.
"""

import tempfile
import time
from collections.abc import Callable

import torch
from playwright.sync_api import sync_playwright

from dashboard.views.train import watching
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import make_trainer, prepare
from genre_core.workers.run import execute, warm_up
from tests.benchmarks.append import PREDICTIONS, claimed, epoch
from tests.benchmarks.dashboard import dashboard
from tests.benchmarks.report import median, milliseconds, p95, print_table

EPOCHS = 300
CONFIG = configure({"data.overlap": 4.25, "train.max_epochs": 12})
FRAMES = """async ([run, n]) => {
  const redraw = window.genreLabParts.get("watch");
  const ask = async (epoch) => (await (await fetch(`live/watch/${run}/typical/${epoch}?seen=`)).json()).parts.watch;
  const pictures = await Promise.all([1, 4, 8].map(ask)), found = [];
  for (let number = 0; number < n; number += 1) {
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    redraw(pictures[number % 3]);
    found.push((performance.now() - start) / 1000);
  }
  return [found, pictures[0].picture.length];
}"""


class Clock:
    """Seconds of the clock and of the processor that pieces of work took, by their names."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}

    def time(self, name: str, work: Callable[[], object]) -> None:
        start, start_cpu = time.perf_counter(), time.thread_time()
        work()
        self.cpu.setdefault(name, []).append(time.thread_time() - start_cpu)
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)

    def row(self, name: str) -> tuple[str, ...]:
        shown = median(self.seconds[name]), p95(self.seconds[name]), median(self.cpu[name])
        return (name, *map(milliseconds, shown))


def in_a_worker() -> None:
    """Append epochs of one run that is watched and of one that is not, in turn."""
    torch.set_num_threads(1)
    trainer, clock = make_trainer(CONFIG, prepare(CONFIG)), Clock()
    epochs = [event.seconds for event in trainer if isinstance(event, EpochEnd)]
    with tempfile.TemporaryDirectory(prefix="genre-lab-benchmark-") as folder:
        store = RunStore(f"sqlite:///{folder}/store.sqlite")
        plain, seen = claimed(store, "plain"), claimed(store, "watched")
        for number in range(1, EPOCHS + 1):
            one = epoch(number)
            if number % 50 == 1:
                store.watch(seen)
            clock.time("an epoch saved", lambda one=one: store.append(plain, 1, one, PREDICTIONS, trainer.snapshot))
            clock.time("the same, watched", lambda one=one: store.append(seen, 1, one, PREDICTIONS, trainer.snapshot))
        assert store.snapshots(seen)
        assert not store.snapshots(plain)
        store.close()
    more = median(clock.cpu["the same, watched"]) - median(clock.cpu["an epoch saved"])
    print_table(("in a worker", "median", "p95", "processor"), [clock.row(name) for name in clock.seconds])
    print(f"a snapshot takes {milliseconds(more)} of the processor, {more / median(epochs):.1%} of an epoch's time")


def in_a_browser() -> None:
    """Draw epochs of a run that was watched, in turn; before that, make their pictures as the dashboard does."""
    with dashboard(1) as lab, sync_playwright() as playwright:
        lab.store.submit("watched", CONFIG)
        warm_up()
        lab.store.watch("watched")
        execute("watched", 1, lab.store.url)
        run, clock = lab.store.run("watched"), Clock()
        for number in lab.store.snapshots(run.id):
            clock.time("its picture", lambda number=number: watching.part(run, watching.TYPICAL, number, [number]))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://{lab.address}/?run={run.id}&watch=on")
        page.locator(".net canvas").wait_for(timeout=120_000)
        page.wait_for_timeout(2000)
        frames, letters = page.evaluate(FRAMES, [run.id, 100])
        browser.close()
    print_table(("in a dashboard", "median", "p95", "processor"), [clock.row(name) for name in clock.seconds])
    drawn = ("the drawing and the map", milliseconds(median(frames)), milliseconds(p95(frames)))
    print_table(("100 frames in Chromium", "median", "p95"), [drawn])
    print(f"a picture is {letters / 1000:.0f} kB")


if __name__ == "__main__":
    in_a_worker()
    in_a_browser()
