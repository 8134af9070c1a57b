"""What "Through time" shows of a run as plain data, and the answers by which it grows while the run trains."""

from collections.abc import Sequence
from typing import Any

from dashboard import services
from dashboard.components import live
from dashboard.components.plot import chart_part
from dashboard.components.scrubber import epoch_step, scrubber_part
from dashboard.figures.recalls import recalls_figure
from dashboard.following import Parts
from dashboard.following import phase as phase_of_run
from dashboard.sentences import history as sentences
from genre_core.errors import GenreLabError
from genre_core.evaluation.history import ConfusionHistory
from genre_core.store import Run

RECALLS_HEIGHT = 340
LATEST, NONE, TRUE = "latest", "none", "true"


def follow(followed: str, seen: str) -> dict[str, Any]:
    """Return the state of a run's history, its phase, the seconds until it is worth asking again and what is new.

    `followed` is `run/epoch/genres/judge`, as `follow_from` writes it.
    """
    try:
        run_id, at, chosen, judge = (followed.split("/") + [""] * 3)[:4]
        run = services.run(run_id)
        if run is None:
            return {"phase": "gone"}
        state = state_of(run)
        answer = {"state": state, "phase": phase_of_run(run), "again": services.poll_seconds(run)}
        history = services.history(run, clean=judge == TRUE) if state != seen else None
        if history is None:
            return answer
        lifted = [int(genre) for genre in chosen.split("-") if genre.isdecimal() and int(genre) < len(history.genres)]
        looked_at = min(int(at), len(history)) if at.isdecimal() and int(at) else None
        after = _known(seen, run, history)
        return {**answer, "parts": parts(run, history, looked_at, lifted, after=after)}
    except GenreLabError:  # the page says what it is
        return {"phase": "broken"}


def follow_from(run: Run, at: int | None, chosen: Sequence[int], *, clean: bool) -> None:
    """Let the page follow a run's history from the state in which it was drawn."""
    genres = "-".join(str(genre) for genre in chosen) or NONE
    path = f"epochs/{run.id}/{at or LATEST}/{genres}/{TRUE if clean else 'labels'}"
    live.follow(path, phase_of_run(run), state_of(run))


def state_of(run: Run) -> str:
    """Return what the parts depend on."""
    return f"{run.attempt} {run.epoch} {run.state}"


def parts(run: Run, history: ConfusionHistory, at: int | None, chosen: Sequence[int], *, after: int = 0) -> Parts:
    """Return what changes with the epochs; of the matrices, those of epochs beyond `after`, which the page has."""
    best = run.best_epoch
    figure = recalls_figure(history, chosen, best, height=RECALLS_HEIGHT)
    also = () if at is None else (at,)
    return {
        "scrubber": scrubber_part(history, best, after=after, also=also),
        "recalls": chart_part(figure, sentences.recalls_alt(history)),
        "changed": {
            "kind": "title",
            "text": "What changed",
            "note": sentences.what_changed(history, at or usual_epoch(run) or len(history), best, chosen),
        },
    }


def usual_epoch(run: Run) -> int | None:
    """Return the epoch that is looked at where the address says none: a complete run's best, else None: the latest."""
    return run.best_epoch if run.state == "complete" else None


def _known(seen: str, run: Run, history: ConfusionHistory) -> int:
    """Return up to which epoch the page has the matrices; 0 where it needs them all, as after a new attempt."""
    attempt, _, rest = seen.partition(" ")
    epoch = rest.partition(" ")[0]
    if attempt != str(run.attempt) or not epoch.isdecimal() or int(epoch) > len(history):
        return 0
    k = len(history.genres)
    return int(epoch) if epoch_step(int(epoch), k) == epoch_step(len(history), k) else 0
