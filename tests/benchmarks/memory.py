"""Memory of the dashboard and of a worker: at the start, after one training, after twenty, all watched to their end.

python -m tests.benchmarks.memory
"""

import asyncio
import time

import psutil

from tests.benchmarks.browser_session import BrowserSession
from tests.benchmarks.dashboard import Dashboard, dashboard, memory
from tests.benchmarks.report import print_table

TRAININGS = 20
DEADLINE = 120.0
REST_SECONDS = 3.0


async def train(tab: BrowserSession, board: Dashboard) -> None:
    """Press Train, and follow the run as the page does until it has ended."""
    await tab.click("train")
    deadline = time.monotonic() + DEADLINE
    while board.store.runs(limit=1)[0].active:
        if time.monotonic() > deadline:
            raise RuntimeError("The run does not end.")
        await asyncio.sleep(0.5)
        await tab.poll(board.store.runs(limit=1)[0].id)
    await tab.rerun()
    run = board.store.runs(limit=1)[0]
    if run.state != "complete":
        raise RuntimeError(f"A training is {run.state} after {run.epoch} epochs: {run.error}")


async def measure(board: Dashboard) -> list[tuple[str, ...]]:
    rows = []
    async with BrowserSession(board.address) as tab:
        await tab.rerun()
        await asyncio.sleep(2 * REST_SECONDS)  # workers import what training needs
        rows.append(row("at the start, one page open", board))
        for number in range(1, TRAININGS + 1):
            await train(tab, board)
            if number in (1, TRAININGS // 2, TRAININGS):
                await asyncio.sleep(REST_SECONDS)
                rows.append(row(f"after {number} training{'s' if number > 1 else ''}", board))
        assert not tab.errors, tab.errors
    return rows


def row(moment: str, board: Dashboard) -> tuple[str, ...]:
    worker = max(board.workers, key=lambda process: process.memory_info().rss)
    return (moment, *mib(board.process), *mib(worker))


def mib(process: psutil.Process) -> tuple[str, str]:
    resident, proportional = memory(process)
    return f"{resident:.0f}", "?" if proportional is None else f"{proportional:.0f}"


def main() -> None:
    """Train twenty times through the page, and print a table."""
    with dashboard() as board:
        rows = asyncio.run(measure(board))
    print_table(("MiB", "dashboard", "its share", "a worker", "its share"), rows)


if __name__ == "__main__":
    main()
