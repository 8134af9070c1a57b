"""A class rehearsed: thirty students go through lessons 1, 2 and 6 together, and the teacher's board shows it.

    python -m tests.benchmarks.rehearsal [--sessions 28] [--trainers 6] [--slowest 3] [--always-train]

Two students and the teacher sit in front of real browsers (Chromium: two desktops, one phone), the others speak the
protocol that a browser speaks. Each predicts, waits until the teacher shows the result, trains or looks at the run of
a classmate, writes a sentence and goes on. Time is compressed: a student thinks for at most `--slowest` seconds where
one in a class thinks for a minute or two, so that what a class does in 45 minutes comes within a few. With
`--always-train` two more runs train all the time, so that those of the class wait for a worker, too.
"""

import argparse
import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboard.components.browser_memory import Answer
from dashboard.components.class_following import WAIT_SECONDS
from dashboard.components.lesson_panel import params_of
from genre_core.classroom.plan import PAGES, ClassPlan
from genre_core.lessons.lesson import Choice, Lesson, Step
from genre_core.lessons.reading import lessons
from genre_core.workers import cluster
from tests.benchmarks import rehearsal_browsers as browsers
from tests.benchmarks.browser_session import BrowserSession
from tests.benchmarks.classroom import Classroom, Trainings, cpu_seconds
from tests.benchmarks.dashboard import Dashboard, dashboard
from tests.benchmarks.report import median, milliseconds, p95, print_table

LESSONS = ("what-a-network-learns", "learning-rate", "the-leak")
PATIENCE = 120.0
"""Seconds after which a student waits no longer, beside the time in which others think."""
PLAN = ClassPlan(title="A rehearsal", task="Go through the lessons together.", pages=tuple(PAGES), together=True)


@dataclass
class Seen:
    """Times in seconds: pages by what was asked for, and what students did with the moments at which they did."""

    pages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    done: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    runs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Complete runs by the step that they answer."""
    errors: list[str] = field(default_factory=list)

    def asked_for(self) -> list[float]:
        """Return the times of all pages that students asked for: what asks after a run by itself is left out."""
        return [one for name, times in self.pages.items() if name != "follow a run" for one in times]


class Student:
    """One who goes through lessons in a tab that draws nothing."""

    def __init__(self, tab: BrowserSession, room: Classroom, seen: Seen, slowest: float, trains: bool) -> None:
        self.tab, self.room, self.seen, self.slowest, self.trains = tab, room, seen, slowest, trains
        self.answers = dict[str, Answer]()
        self.patience = PATIENCE + 3 * slowest

    async def learn(self, name: str) -> None:
        """Go through a lesson step by step."""
        lesson, self.answers = lessons()[name], {}
        for at, step in enumerate(lesson.step, 1):
            await self.open(name, lesson, at)
            await self.predict(f"{name}.{step.name}", step)
            if step.trains:
                await self.result(f"{name}.{step.name}", step)
                self.answers[step.name] = Answer(prediction=0.0, run=self.looked_at)
            if step.write:
                await self.think()
                self.tab.choose("own sentence", f"Because of {random.random():.4f}.")
                button = next(key for key in self.tab.buttons if "Compare with" in key)
                self.seen.pages["write"].append(await self.tab.click(button))

    @property
    def looked_at(self) -> str:
        """The run that the address names."""
        return dict(part.split("=") for part in self.tab.query.split("&")).get("run", "")

    async def open(self, name: str, lesson: Lesson, at: int) -> None:
        self.tab.query = ""
        self.tab.look(view="plain", **{key.replace(".", "__"): of for key, of in self.params(name, lesson, at).items()})
        self.tab.go(lesson.step[at - 1].page)
        self.seen.pages["open a step"].append(await self.tab.rerun())

    def params(self, name: str, lesson: Lesson, at: int) -> dict[str, str]:
        return params_of(name, lesson, at, self.answers)

    async def think(self) -> None:
        await asyncio.sleep(self.slowest * random.random())

    async def predict(self, about: str, step: Step) -> None:
        await self.think()
        if isinstance(step.ask, Choice):
            self.tab.choose(f"prediction {about}", random.choice(step.ask.answers))
        self.seen.done[about].append(time.time())
        self.seen.pages["predict"].append(await self.tab.click("predict"))
        async with asyncio.timeout(self.patience):
            self.tab.state, before = "", ""
            while True:
                await self.tab.poll(f"shown/{self.room.code}/{about}")
                if before and self.tab.state != before:
                    break
                if about in self.room.revealed():
                    break
                before = self.tab.state
                await asyncio.sleep(WAIT_SECONDS)
        self.seen.pages["see what came"].append(await self.tab.rerun())

    async def result(self, about: str, step: Step) -> None:
        """Train the run of a step, or look at one of a classmate."""
        if self.trains:
            await self.think()
            self.seen.done["run"].append(time.time())
            self.seen.pages["train"].append(await self.tab.click("train"))
            await self.follow(self.looked_at)
            self.seen.runs[about].append(self.looked_at)
        else:
            async with asyncio.timeout(self.patience):
                while not self.seen.runs[about]:
                    await asyncio.sleep(0.5)
            await self.think()
            self.tab.look(run=random.choice(self.seen.runs[about]))
            self.seen.pages["see what came"].append(await self.tab.rerun())

    async def follow(self, run: str) -> None:
        """Ask for a run as its page does, and run the page again where the run stands differently."""
        self.tab.state, phase = "", ""
        async with asyncio.timeout(self.patience):
            while self.room.store.run(run).active:
                seconds, again = await self.tab.poll(run)
                self.seen.pages["follow a run"].append(seconds)
                stands = self.room.store.run(run)
                if phase != (phase := f"{stands.active} {bool(stands.epoch)}"):
                    self.seen.pages["see what came"].append(await self.tab.rerun())
                await asyncio.sleep(again)
        self.seen.pages["see what came"].append(await self.tab.rerun())


async def attend(board: Dashboard, room: Classroom, number: int, seen: Seen, given: argparse.Namespace) -> None:
    """Be a student of the class for all lessons."""
    trains = number < given.trainers
    async with BrowserSession(board.address, query=f"class={room.code}", cookie=room.cookies[number]) as tab:
        await asyncio.sleep(given.slowest * random.random())
        seen.pages["join"].append(await tab.rerun())
        student = Student(tab, room, seen, given.slowest, trains)
        try:
            for name in LESSONS:
                await student.learn(name)
        except (TimeoutError, KeyError, StopIteration, RuntimeError) as error:
            seen.errors.append(f"student {number} stopped in a lesson: {error!r}")
    seen.errors += tab.errors


async def rehearse(
    board: Dashboard, given: argparse.Namespace, trainings: Trainings | None
) -> tuple[Seen, browsers.Sight, Classroom, float]:
    """Let the class begin, go through its lessons, and end."""
    seen, room = Seen(), Classroom(board.store, given.sessions + 2, PLAN)
    begun = time.perf_counter()
    async with browsers.opened(board.address, room, PATIENCE + 3 * given.slowest) as sight:
        students = [attend(board, room, number, seen, given) for number in range(given.sessions)]
        real = [
            sight.attend(kind, room.cookies[given.sessions + at], LESSONS, seen.done, given.slowest)
            for at, kind in enumerate(("desktop", "phone"))
        ]
        showing = asyncio.create_task(sight.show(given.sessions + 2))
        others = [asyncio.create_task(say_so_far(seen))]
        if trainings:
            others.append(asyncio.create_task(trainings.keep_going()))
        await asyncio.gather(*students, *real)
        for task in others:
            task.cancel()
        if showing.done():
            seen.errors.append(f"the teacher stopped: {showing.exception()}")
        showing.cancel()
        await sight.read()
    return seen, sight, room, time.perf_counter() - begun


async def say_so_far(seen: Seen) -> None:
    """Print every five minutes how it goes, so that a rehearsal of a whole lesson is not silent until its end."""
    while True:
        await asyncio.sleep(300)
        every = seen.asked_for()
        print(
            f"{len(every):,} pages so far, 95 % within {milliseconds(p95(every))}; {len(seen.errors)} errors",
            flush=True,
        )


def delays(done: dict[str, list[float]], shown: Sequence[tuple[float, str, int]]) -> dict[str, list[float]]:
    """Return after how many seconds the board showed what was done: the n-th of its kind once it counted to n."""
    found = defaultdict[str, list[float]](list)
    for about, moments in done.items():
        counts = sorted((at, n) for at, name, n in shown if name == browsers.named(about))
        for number, moment in enumerate(sorted(moments), 1):
            at = next((at for at, n in counts if n >= number), None)
            found["run" if about == "run" else "prediction"].append(float("inf") if at is None else at - moment)
    return found


def tell(seen: Seen, sight: browsers.Sight, room: Classroom, seconds: float, n: int) -> None:
    """Print what was seen."""
    every = seen.asked_for()
    rows = [(name, f"{len(of):,}", milliseconds(median(of)), milliseconds(p95(of)), milliseconds(max(of)))
            for name, of in {**seen.pages, "all pages": every, **sight.times}.items() if of]  # fmt: skip
    rows += [(f"{name}, until it is on the board", f"{len(of):,}", milliseconds(median(of)), milliseconds(p95(of)),
              milliseconds(max(of))) for name, of in delays(seen.done, sight.shown).items()]  # fmt: skip
    print_table((f"{n} students, {seconds / 60:.1f} minutes", "n", "median", "p95", "longest"), rows)
    runs = room.store.runs_of_class(room.code)
    print(f"runs of the class: {len(runs)}, complete: {sum(run.state == 'complete' for _, run in runs)}")
    errors = [*seen.errors, *sight.errors]
    print(f"errors: {len(errors)}{''.join(f'{chr(10)}  {text[:300]}' for text in sorted(set(errors))[:12])}")


def main() -> None:
    """Read the options, and rehearse."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=28, help="students without a browser")
    parser.add_argument("--trainers", type=int, default=6, help="how many of them train; others look at their runs")
    parser.add_argument("--slowest", type=float, default=3.0, help="seconds that a student thinks at most")
    parser.add_argument("--always-train", action="store_true", help="keep both workers busy beside the class")
    given = parser.parse_args()
    with dashboard(2) as board, cluster.connect(board.scheduler) as client:
        before = cpu_seconds([board])
        trainings = Trainings(board.store, client) if given.always_train else None
        seen, sight, room, seconds = asyncio.run(rehearse(board, given, trainings))
        tell(seen, sight, room, seconds, given.sessions + 2)
        print(f"the dashboard used {(cpu_seconds([board]) - before) / seconds:.0%} of a core")


if __name__ == "__main__":
    main()
