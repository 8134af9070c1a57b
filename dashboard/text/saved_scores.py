"""Scores of a run as they are saved, with their intervals or what is too few for one."""

from dashboard.theme import percent
from genre_core.data.dataset import Part
from genre_core.evaluation.intervals import Interval
from genre_core.store.schema import Run
from genre_core.text import nothing_told, one_each


def accuracy_of(run: Run, part: Part) -> str:
    """Return a run's accuracy on a part: `80.1 % (77.7–82.2)`, `80.0 % (3 artists are too few for an interval)`."""
    found = run.summary[part]
    return percent(found["accuracy"], Interval(*found["accuracy_interval"]), run.too_few(part))


def macro_f1_of(run: Run, part: Part) -> str:
    """Return a run's macro-F1 on a part; that groups are too few for any interval is said beside the accuracy."""
    found = run.summary[part]
    if nothing_told(Interval(*found["accuracy_interval"])):
        return percent(found["macro_f1"])
    level = run.context.get("groups", {}).get("level", "group")
    return percent(found["macro_f1"], Interval(*found["macro_f1_interval"]), one_each(level))
