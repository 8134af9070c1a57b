"""How ear tests read in lists."""

from datetime import datetime

from dashboard.theme import count
from genre_core.ear.sitting import Sitting


def result(sitting: Sitting) -> str:
    """Return how far a test is, or what came of it: `15 of 24 clips right`."""
    test, done = sitting.test, len(sitting.scored)
    if sitting.at is not None:
        return f"{done} of {test.n_scored} answered"
    right = sum(sitting.answers[number].said == test.items[number].genre for number in sitting.scored)
    return f"{right} of {count(done, test.noun)} right"


def label(sitting: Sitting) -> str:
    """Return how a test reads in a list to choose from."""
    return f"{datetime.fromtimestamp(sitting.created_at):%-d %b, %H:%M} · {result(sitting)} · {sitting.id[:4]}"
