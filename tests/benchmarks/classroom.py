"""The load of a class: thirty browsers that change settings and watch, while two runs train on the same cores.

    python -m tests.benchmarks.classroom [--minutes 10] [--sessions 30] [--as-the-page-asks] [--everyone-trains]
    python -m tests.benchmarks.classroom --sessions 100 --dashboards 2 --postgresql
    python -m tests.benchmarks.classroom --in-a-class

Each session changes a setting every 3 seconds, which runs its whole page, and asks each second what became of its run;
with `--as-the-page-asks` as often as its page asks, and with `--everyone-trains` a run of its own. Before that,
one session alone tells what an answer costs in processor time, which a busy machine does not blur. With `--in-a-class`
the students have joined one, each predicts and writes twice a minute, and the teacher's board asks as often as it does
itself what has changed: what a student does is on it after that time and one drawing, at most. Several dashboards
share the sessions, the store and the workers. Only those that are started here are spoken to.
"""

import argparse
import asyncio
import itertools
import random
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from distributed import Client

from dashboard.components.class_following import LOOK_SECONDS
from dashboard.services.people import COOKIE, person_of
from genre_core.classroom.plan import ClassPlan
from genre_core.settings.config import ExperimentConfig, TrainConfig
from genre_core.store.runs import RunStore, new_run_id
from genre_core.workers import cluster
from genre_core.workers import commands as jobs
from tests.benchmarks.browser_session import BrowserSession
from tests.benchmarks.dashboard import Dashboard, dashboards, memory
from tests.benchmarks.report import median, milliseconds, p95, print_table

SAY_SECONDS = 30.0
RERUN_SECONDS, POLL_SECONDS, MEMORY_SECONDS, WARM_UP_SECONDS = 3.0, 1.0, 2.0, 20.0
MOST_SESSIONS, MOST_MINUTES, MOST_DASHBOARDS = 120, 60, 4
TRAININGS = 2
BATCH_SIZES = (32, 64, 128, 256)
SOLO_ANSWERS = 40
RATES = ClassPlan(title="Rates", task="Find the best.")
LONG = TrainConfig(max_epochs=200, patience=200)


@dataclass(frozen=True)
class Load:
    """How hard the class works."""

    minutes: float
    sessions: int
    as_the_page_asks: bool
    everyone_trains: bool
    dashboards: int
    postgresql: bool
    in_a_class: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.minutes <= MOST_MINUTES and 0 < self.sessions <= MOST_SESSIONS):
            raise SystemExit(f"At most {MOST_SESSIONS} sessions and {MOST_MINUTES} minutes.")
        if not 0 < self.dashboards <= MOST_DASHBOARDS:
            raise SystemExit(f"At most {MOST_DASHBOARDS} dashboards.")


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time that the dashboard needs for one answer."""

    rerun: float
    poll: float


async def cost(board: Dashboard, trainings: "Trainings") -> Cost:
    """Let one session rerun and poll, with nobody else there."""

    def used() -> float:
        return sum(board.process.cpu_times()[:2])

    async with BrowserSession(board.address, query=f"run={trainings.current[0]}") as tab:
        while not board.store.run(trainings.current[0]).epoch:
            await asyncio.sleep(0.5)
        await tab.rerun()
        points = [used()]
        for work in (tab.rerun, lambda: tab.poll(trainings.current[0])):
            for _ in range(SOLO_ANSWERS):
                await work()
                await asyncio.sleep(0.05)
            points.append(used())
    return Cost(*((after - before) / SOLO_ANSWERS for before, after in itertools.pairwise(points)))


@dataclass
class Seen:
    """Times that all sessions saw, in seconds, and the memory of the dashboards together as (seconds, MiB)."""

    reruns: list[float] = field(default_factory=list)
    polls: list[float] = field(default_factory=list)
    boards: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    received: int = 0
    cpu: float = 0.0

    def forget(self) -> None:
        """Start to count: caches are full and everybody is there."""
        self.reruns.clear()
        self.polls.clear()
        self.boards.clear()


class Trainings:
    """As many runs as there are workers, each replaced by a like one when it ends."""

    def __init__(self, store: RunStore, client: Client) -> None:
        self._store, self._client = store, client
        self._seeds = itertools.count(1)
        self.current = [self._start() for _ in range(TRAININGS)]

    def _start(self) -> str:
        run_id = new_run_id()
        train = LONG.model_copy(update={"seed": next(self._seeds)})
        jobs.submit(self._store, self._client, run_id, ExperimentConfig(train=train))
        return run_id

    async def keep_going(self) -> None:
        while True:
            for place, run_id in enumerate(self.current):
                if not self._store.run(run_id).active:
                    self.current[place] = self._start()
            await asyncio.sleep(0.5)


class Classroom:
    """A class whose students have joined, where they are to be in one."""

    def __init__(self, store: RunStore, n_students: int, plan: ClassPlan = RATES) -> None:
        self.store, self.teacher = store, secrets.token_urlsafe(16)
        self.cookies = [secrets.token_urlsafe(16) for _ in range(n_students)]
        self.code, _ = store.classes.begin(plan, person_of({COOKIE: self.teacher}))
        self._seats = [store.classes.join(self.code, person_of({COOKIE: cookie})) for cookie in self.cookies]

    def revealed(self) -> frozenset[str]:
        """Return the questions whose results the teacher has shown."""
        return self.store.classes.revealed(self.code)

    async def say(self, number: int, end: float) -> None:
        """Predict and write something again and again."""
        dice = random.Random(number)
        await asyncio.sleep(SAY_SECONDS * dice.random())
        for said in itertools.count():
            if time.perf_counter() > end:
                return
            value = {"question": "How many are right?", "value": dice.randint(40, 95), "text": "some"}
            await asyncio.to_thread(self.store.classes.enter, self._seats[number], "prediction", "lesson.step", value)
            text = f"Because of {said} and {dice.random()}."
            await asyncio.to_thread(self.store.classes.enter, self._seats[number], "sentence", f"why {said % 4}", text)
            await asyncio.sleep(SAY_SECONDS)

    async def look_at_board(self, board: Dashboard, seen: Seen, end: float) -> None:
        """Ask as often as the page of the board asks, and draw what it draws each time that something was done."""
        async with BrowserSession(board.address, page="classroom", cookie=self.teacher) as tab:
            await tab.rerun()
            drawn = ""
            while time.perf_counter() < end:
                asked, _ = await tab.poll(f"class/{self.code}")
                if tab.state != drawn:
                    drawn = tab.state
                    seen.boards.append(asked + await tab.redraw(next(iter(tab.fragments))))
                await asyncio.sleep(LOOK_SECONDS)
        seen.errors += tab.errors


async def student(
    number: int, board: Dashboard, trainings: Trainings, seen: Seen, end: float, load: Load, cookie: str
) -> None:
    """Change a setting every three seconds and watch a run in between."""
    dice = random.Random(number)
    await asyncio.sleep(RERUN_SECONDS * dice.random())
    watched = number % TRAININGS
    async with BrowserSession(board.address, cookie=cookie) as tab:
        if not load.everyone_trains:
            tab.look(run=trainings.current[watched])
        await tab.rerun()
        if load.everyone_trains:
            await tab.click("train")
        watching = asyncio.create_task(watch(tab, dice, seen, load))
        due = time.perf_counter()
        while time.perf_counter() < end:
            due += RERUN_SECONDS
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tab.look(train__batch_size=dice.choice(BATCH_SIZES))
            if not load.everyone_trains:
                tab.look(run=trainings.current[watched])
            seen.reruns.append(await tab.rerun())
        watching.cancel()
    seen.received += tab.received_bytes
    seen.errors += tab.errors


async def watch(tab: BrowserSession, dice: random.Random, seen: Seen, load: Load) -> None:
    """Ask again and again what became of the run that the address names."""
    await asyncio.sleep(POLL_SECONDS * dice.random())
    while True:
        seconds, again = await tab.poll(dict(parse_qsl(tab.query))["run"])
        seen.polls.append(seconds)
        await asyncio.sleep(again if load.as_the_page_asks else max(0.0, POLL_SECONDS - seconds))


async def look_at_memory(boards: list[Dashboard], seen: Seen) -> None:
    started = time.perf_counter()
    while True:
        seen.memory.append((time.perf_counter() - started, sum(memory(board.process)[0] for board in boards)))
        await asyncio.sleep(MEMORY_SECONDS)


def cpu_seconds(boards: list[Dashboard]) -> float:
    """Return how long the dashboards have computed so far."""
    return sum(sum(board.process.cpu_times()[:2]) for board in boards)


async def lesson(boards: list[Dashboard], trainings: Trainings, load: Load) -> Seen:
    """Let a class work for some minutes, after a moment in which it arrives."""
    seen, room = Seen(), Classroom(boards[0].store, load.sessions) if load.in_a_class else None
    cookies = room.cookies if room else [""] * load.sessions
    end = time.perf_counter() + WARM_UP_SECONDS + 60 * load.minutes
    async with asyncio.TaskGroup() as group:
        others = [group.create_task(trainings.keep_going())]
        students = [
            group.create_task(
                student(number, boards[number % len(boards)], trainings, seen, end, load, cookies[number])
            )
            for number in range(load.sessions)
        ]
        if room:
            others.append(group.create_task(room.look_at_board(boards[0], seen, end)))
            others += [group.create_task(room.say(number, end)) for number in range(load.sessions)]
        await asyncio.sleep(WARM_UP_SECONDS)
        seen.forget()
        cpu = cpu_seconds(boards)
        others.append(group.create_task(look_at_memory(boards, seen)))
        await asyncio.wait(students)
        seen.cpu = (cpu_seconds(boards) - cpu) / (60 * load.minutes)
        for task in others:
            task.cancel()
    return seen


async def measure(load: Load) -> None:
    """Ask what one answer costs, let the class work, and print tables."""
    started = dashboards(load.dashboards, TRAININGS, on_postgresql=load.postgresql)
    with started as boards, cluster.connect(boards[0].scheduler) as client:
        trainings = Trainings(boards[0].store, client)
        alone = await cost(boards[0], trainings)
        need = load.sessions * (alone.rerun / RERUN_SECONDS + alone.poll / POLL_SECONDS)
        rows = [("rerun of the page", milliseconds(alone.rerun)), ("poll", milliseconds(alone.poll))]
        print_table(("one session alone", "processor time"), rows)
        print(f"{load.sessions} such sessions need {need:.0%} of a core: each of {len(boards)} dashboards can use one")
        tell(await lesson(boards, trainings, load), load)


def tell(seen: Seen, load: Load) -> None:
    """Print what was seen."""
    rows = [
        (name, f"{len(times):,}", milliseconds(median(times)), milliseconds(p95(times)))
        for name, times in (("rerun of the page", seen.reruns), ("poll", seen.polls), ("board", seen.boards))
        if times
    ]
    print_table((f"{load.sessions} sessions, {load.minutes:g} minutes", "n", "median", "p95"), rows)
    print(f"errors: {len(seen.errors)}{''.join(f'{chr(10)}  {text}' for text in sorted(set(seen.errors))[:5])}")
    print(
        f"the dashboards used {seen.cpu:.0%} of a core and sent {seen.received / 2**20 / (60 * load.minutes):.2f} MiB/s"
    )
    by_minute = [mib for at, mib in seen.memory if at % 60 < MEMORY_SECONDS] + [seen.memory[-1][1]]
    print(f"memory of the dashboards by minute, MiB: {' '.join(f'{mib:.0f}' for mib in by_minute)}")


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--as-the-page-asks", action="store_true", help="poll as often as the page asks for")
    parser.add_argument("--everyone-trains", action="store_true", help="each session presses Train: most of them wait")
    parser.add_argument("--dashboards", type=int, default=1, help="how many share the sessions")
    parser.add_argument("--postgresql", action="store_true", help="with a PostgreSQL of its own as the store")
    parser.add_argument("--in-a-class", action="store_true", help="the students are in a class, with a board")
    asyncio.run(measure(Load(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
