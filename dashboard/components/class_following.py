"""How the browsers of a class learn what has changed: a teacher's board, and a student who waits for a result."""

import hashlib
from datetime import UTC, datetime, timedelta

from dashboard.components.live import Followed, follow_from, phase_alone, route
from dashboard.services import classroom
from dashboard.services.workers import store

LOOK_SECONDS, WAIT_SECONDS = 0.5, 2.5
"""How often a board and a student who waits ask: thirty pages that all run again within a second hold each other up."""
AWAY_AFTER = timedelta(minutes=3)
"""Time after which it is said that nothing was heard of a student."""


def board_follows(code: str) -> None:
    """Let the part of the page around it be drawn anew as soon as the class did something."""
    follow_from(f"class/{code}", _board(code), key="live class")


def until_shown(code: str, about: str) -> None:
    """Let the page run again once the teacher shows the result of a question."""
    named = f"{code}/{about}"
    follow_from(f"shown/{named}", _shown(named), key="live class")


def _board(code: str) -> Followed:
    now = datetime.now(UTC)
    where = [(seat.number, seat.page, now - seat.seen_at > AWAY_AFTER) for seat in store().classes.seats(code)]
    state = str((*store().classes.state(code), *where))
    return phase_alone(hashlib.sha256(state.encode()).hexdigest()[:16], LOOK_SECONDS)


def _shown(named: str) -> Followed:
    code, _, about = named.partition("/")
    return phase_alone(str(classroom.is_shown(code, about)), WAIT_SECONDS)


ROUTES = [
    route("/live/class/{followed}", _board, classroom.check_teacher),
    route("/live/shown/{followed:path}", _shown, classroom.check_student),
]
