"""A run "Through time" as plain data, and how it grows while the run trains."""

from collections.abc import Callable, Sequence

from dashboard.components.live import Followed, Parts, follow_from, title_part
from dashboard.components.plot import chart_part
from dashboard.figures.recalls import recalls_figure
from dashboard.services import histories, runs
from dashboard.views.evaluate import history_text as sentences
from dashboard.views.evaluate.scrubber import epoch_step, scrubber_part
from genre_core.evaluation.history import ConfusionHistory
from genre_core.store.schema import Run

RECALLS_HEIGHT = 340
LATEST, NONE, TRUE = "latest", "none", "true"


def look(followed: str) -> Followed | None:
    """Return the history of a run as it is followed; `followed` is `run/epoch/genres/judge`, as `follow` writes it."""
    run_id, at, chosen, judge = (followed.split("/") + [""] * 3)[:4]
    run = runs.run(run_id)
    if run is None:
        return None

    def new_parts(seen: str) -> Parts:
        history = histories.history(run, clean=judge == TRUE)
        if history is None:
            return {}
        lifted = [int(genre) for genre in chosen.split("-") if genre.isdecimal() and int(genre) < len(history.genres)]
        looked_at = min(int(at), len(history)) if at.isdecimal() and int(at) else None
        return parts(run, history, looked_at, lifted, after=_known(seen, run, history))

    return _followed(run, new_parts)


def follow(run: Run, at: int | None, chosen: Sequence[int], *, clean: bool) -> None:
    """Let the page follow a run's history from the state in which it was drawn."""
    genres = "-".join(str(genre) for genre in chosen) or NONE
    path = f"epochs/{run.id}/{at or LATEST}/{genres}/{TRUE if clean else 'labels'}"
    follow_from(path, _followed(run, lambda _: {}))


def _followed(run: Run, new_parts: Callable[[str], Parts]) -> Followed:
    return Followed(state_of(run), runs.phase(run), runs.poll_seconds(run), new_parts)


def state_of(run: Run) -> str:
    """Return what the parts depend on."""
    return f"{run.attempt} {run.epoch} {run.state}"


def parts(run: Run, history: ConfusionHistory, at: int | None, chosen: Sequence[int], *, after: int = 0) -> Parts:
    """Return what changes with the epochs; of the matrices, those of epochs beyond `after`, which the page has."""
    best = run.best_epoch
    figure = recalls_figure(history, chosen, best, height=RECALLS_HEIGHT)
    also = () if at is None else (at,)
    changed = sentences.what_changed(history, at or usual_epoch(run) or len(history), best, chosen)
    return {
        "scrubber": scrubber_part(history, best, after=after, also=also),
        "recalls": chart_part(figure, sentences.recalls_alt(history, run.whole)),
        "changed": title_part("What changed", changed),
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
