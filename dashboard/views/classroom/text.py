"""Sentences of the teacher's board."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from dashboard.components.class_following import AWAY_AFTER
from dashboard.shell.address import plain
from dashboard.theme import percent
from genre_core.classroom.names import seat_name, seat_picture
from genre_core.classroom.plan import PAGES
from genre_core.ear.agreement import Side
from genre_core.ear.sitting import Sitting
from genre_core.store.classes import Class, Entry, Seat
from genre_core.store.schema import Run
from genre_core.studies.tuning.optimism import Optimism
from genre_core.text import count


def board_title(room: Class) -> str:
    """Return the board's headline."""
    title = plain(room.plan.title) or "Your class"
    return f"{title} is over." if room.closed else title


def who_is_here(seats: Sequence[Seat]) -> str:
    """Say how many students there are."""
    return f"{count(len(seats), 'student')} here" if seats else "Nobody is here yet"


def students(seats: Sequence[Seat], now: datetime) -> str:
    """Return one badge for each student: the animal, and the page that it sees."""
    badges = (" · ".join(filter(None, (seat_name(seat.number), where(seat, now)))) for seat in seats)
    return " ".join(
        f":gray-badge[{seat_picture(seat.number)} {said}]" for seat, said in zip(seats, badges, strict=True)
    )


def where(seat: Seat, now: datetime) -> str:
    """Say on which page a student is, or that nothing was heard of them for a while; empty before the first page."""
    if not seat.page:
        return ""
    page = PAGES.get(seat.page, seat.page.capitalize())
    return f"{page}, a while ago" if now - seat.seen_at > AWAY_AFTER else page


def given(entries: Sequence[Entry]) -> str:
    """Say how many predictions there are."""
    return count(len(entries), "prediction")


def predicted_alt(values: Sequence[Mapping[str, object]], truth: object) -> str:
    """Say what was predicted, and what came where it is shown."""
    numbers = [float(str(value["value"])) for value in values if isinstance(value.get("value"), (int, float))]
    if numbers:
        low, middle, high = min(numbers), median(numbers), max(numbers)
        said = f"Half of them said {middle:.4g} or less; from {low:.4g} to {high:.4g}."
        if low == high:
            said = f"All of them said {middle:.4g}." if len(numbers) > 1 else f"One said {middle:.4g}."
    else:
        [(text, n), *_] = Counter(str(value.get("text", "")) for value in values).most_common(1)
        said = f"Most often: {plain(text)}, {n} of {len(values)}."
    came = f"{truth:.4g}" if isinstance(truth, float) else plain(str(truth))
    return said if truth is None else f"{said} The latest result: {came}."


def runs_title(found: Sequence[tuple[int, Run]]) -> str:
    """Say how many runs the class has trained."""
    active = sum(run.active for _, run in found)
    return f"{count(len(found), 'run')} of the class" + (f", {active} under way" if active else "")


def best(complete: Sequence[tuple[int, Run]], corrected: Optimism | None) -> str:
    """Say whose run is best on validation, and how much of that was luck in being picked."""
    number, run = max(complete, key=lambda pair: pair[1].summary["validation"]["accuracy"])
    score = percent(run.summary["validation"]["accuracy"])
    said = f"Best on validation: {seat_name(number)}, {score}."
    if corrected is None:
        return said
    n = corrected.n_trials
    return (
        f"{said} The best of {n} runs on the same tracks looks better than it is, since it was picked for its score: "
        f"on new tracks, {percent(corrected.corrected)} "
        f"({percent(corrected.interval[0])} to {percent(corrected.interval[1])})."
    )


def scatter_alt(points: Sequence[tuple[int, float, float, str]], title: str) -> str:
    """Describe the runs against a setting."""
    _, x, y, _ = max(points, key=lambda point: point[2])
    return f"{count(len(points), 'run')}: validation accuracy against {title}. The best, {y:.1f} %, at {x:g}."


def ear_title(sittings: Sequence[Sitting]) -> str:
    """Say how many ear tests were taken."""
    under_way = sum(sitting.at is not None for sitting in sittings)
    return f"By ear: {count(len(sittings), 'test')}" + (f", {under_way} under way" if under_way else "")


def heard(together: Side, most: Side | None) -> str:
    """Say how many answers of the class are right, and how many of the majority's."""
    said = f"Right: {percent(together.accuracy, together.interval)} of {count(len(together.y), 'answer')}."
    if most is None:
        return f"{said} No clip was heard by two."
    return (
        f"{said} Of the {count(len(most.y), 'item')} that two or more answered, the majority is right on "
        f"{percent(most.accuracy, most.interval)}; where two genres have as many votes, it does not know."
    )
