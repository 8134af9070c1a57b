"""The real browsers of a rehearsal: the teacher's board, and two students, one of them with a phone."""

import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page, TimeoutError, async_playwright
from playwright.async_api import Error as BrowserError

from dashboard.components.lesson_panel import params_of
from dashboard.services.people import COOKIE
from genre_core.lessons.lesson import Cell, Choice
from genre_core.lessons.reading import lessons
from tests.benchmarks.classroom import Classroom

WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
LATEST = 45.0
"""Seconds after the first prediction at which the teacher waits for no more."""
_WATCH = """() => {
  const seen = {}; window.shown = [];
  const note = (name, count) => {
    if (seen[name] !== count) shown.push([Date.now() / 1000, name, count]);
    seen[name] = count;
  };
  const look = () => {
    for (const box of document.querySelectorAll('[class*="st-key-question-"]')) {
      const name = [...box.classList].find((one) => one.startsWith("st-key-question-")).slice(16);
      const found = box.innerText.match(/(\\d+) prediction/);
      if (found) note(name, Number(found[1]));
    }
    const runs = document.body.innerText.match(/(\\d+) runs? of the class/);
    if (runs) note("run", Number(runs[1]));
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Remembers when the board first said each number of predictions and runs."""


def named(about: str) -> str:
    """Return what a question is called among the classes of a page."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", about)


@dataclass
class Sight:
    """Sights of the browsers: `shown` are (moment, question or run, how many) of the board."""

    address: str
    room: Classroom
    browser: Browser
    patience: float
    """Seconds after which what a browser waits for will not come."""
    board: Page | None = None
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    shown: list[tuple[float, str, int]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def page(self, kind: str, cookie: str) -> Page:
        """Open a tab of a person."""
        context = await self.browser.new_context(**WINDOWS[kind])
        context.set_default_timeout(1000 * self.patience)
        await context.add_cookies([{"name": COOKIE, "value": cookie, "url": f"http://{self.address}"}])
        page = await context.new_page()
        page.on("console", lambda said: said.type == "error" and self.errors.append(f"{kind}: {said.text}"))
        page.on("pageerror", lambda error: self.errors.append(f"{kind}: {error}"))
        return page

    async def open_board(self) -> None:
        """Let the teacher look at the board."""
        self.board = await self.page("desktop", self.room.teacher)
        await self.board.goto(f"http://{self.address}/classroom")
        await self.board.get_by_role("button", name="End the class").wait_for()
        await self.board.evaluate(_WATCH)

    async def show(self, n: int) -> None:
        """Show the result of each question once all have predicted, or after a while."""
        assert self.board
        first = dict[str, float]()
        while True:
            for _, name, count in await self.board.evaluate("() => shown"):
                first.setdefault(name, time.monotonic())
                if name != "run" and (count >= n or time.monotonic() - first[name] > LATEST):
                    question = self.board.locator(f".st-key-question-{name}")
                    button = question.get_by_role("button", name="Show the result")
                    if await button.count():
                        with suppress(TimeoutError):  # it is drawn anew just now
                            await button.click(timeout=2000)
            await asyncio.sleep(0.3)

    async def read(self) -> None:
        """Fetch what the board has shown."""
        assert self.board
        self.shown = [tuple(one) for one in await self.board.evaluate("() => shown")]

    async def attend(
        self, kind: str, cookie: str, names: Sequence[str], done: dict[str, list[float]], slowest: float
    ) -> None:
        """Go through lessons as a person does: with the mouse, or a finger."""
        page = await self.page(kind, cookie)
        try:
            await page.goto(f"http://{self.address}/?class={self.room.code}")
            await page.get_by_text("You are").first.wait_for()
            for name in names:
                await self._learn(page, kind, name, done, slowest)
        except BrowserError as error:
            self.errors.append(f"the {kind} stopped: {error!s:.200}")

    async def _learn(self, page: Page, kind: str, name: str, done: dict[str, list[float]], slowest: float) -> None:
        lesson = lessons()[name]
        begin = "&".join(f"{key}={value}" for key, value in params_of(name, lesson, 1, {}).items())
        await page.goto(f"http://{self.address}/?{begin}&view=plain")
        for at, step in enumerate(lesson.step, 1):
            where = f"step {at} of {len(lesson.step)}"
            await page.get_by_text(where).wait_for()
            predict = page.get_by_role("button", name="This is my prediction")
            await predict.wait_for()
            await asyncio.sleep(slowest * random.random())
            if isinstance(step.ask, Choice):
                await page.get_by_text(step.ask.answers[0], exact=True).first.click()
            elif not isinstance(step.ask, Cell):
                await page.get_by_role("slider").first.press("ArrowRight")
            await asyncio.sleep(0.5)
            clicked = time.time()
            await predict.click()
            done[f"{name}.{step.name}"].append(clicked)
            await predict.wait_for(state="detached")
            self.times[f"predict on a {kind}, with drawing"].append(time.time() - clicked)
            await page.get_by_text("Your teacher will show").wait_for(state="detached")
            if step.trains:
                train = page.locator(".st-key-train button")
                await train.wait_for()
                await asyncio.sleep(slowest * random.random())
                clicked = time.time()
                await train.click()
                done["run"].append(clicked)
            if step.write:
                await page.locator(".st-key-lesson textarea").fill("One sees it in the curves.")
                await page.get_by_role("button", name="Compare with the explanation").click()
            clicked = time.time()
            await page.locator(".st-key-lesson-foot").get_by_text("Go on").click()
            if at < len(lesson.step):
                await page.get_by_text(f"step {at + 1} of").wait_for()
                self.times[f"go on on a {kind}, with drawing"].append(time.time() - clicked)


@asynccontextmanager
async def opened(address: str, room: Classroom, patience: float) -> AsyncIterator[Sight]:
    """Open the browsers, and the board in one of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        sight = Sight(address, room, browser, patience)
        await sight.open_board()
        yield sight
        await browser.close()
