"""Through time: the validation matrix of each epoch under a scrubber, and beside it the recall of each genre."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components.ensembles import members_instead
from dashboard.components.judged import Judged
from dashboard.components.matrix import matrix
from dashboard.components.plot import chart
from dashboard.components.safely import refreshing
from dashboard.components.twin import limits, twin
from dashboard.components.words import words
from dashboard.figures.matrix import MatrixView
from dashboard.figures.recalls import MOST_LIFTED
from dashboard.services import histories, runs
from dashboard.services.outcomes import About
from dashboard.shell import address
from dashboard.text.ensembles import NO_EPOCHS
from dashboard.views.evaluate import history_text as sentences
from dashboard.views.evaluate import live as following
from dashboard.views.evaluate.live import RECALLS_HEIGHT
from dashboard.views.evaluate.scrubber import epoch_step, scrubber
from genre_core.data.dataset import Part
from genre_core.evaluation.history import ConfusionHistory
from genre_core.store.schema import Run

TABLE_SECONDS = 1.0
_LIFTED = "lifted genres"


def draw(judged: Judged) -> None:
    """Draw the section of a complete run."""
    _draw(judged.run, judged.part, judged.outcome.about)


def draw_incomplete(run: Run) -> None:
    """Draw the section of a run that trains, rests, or ended before it was complete; nothing before its first epoch."""
    if run.epoch:
        st.subheader("Through time", anchor=False)
        _draw(run, "validation", "")
    elif run.active:
        following.follow(run, None, (), clean=False)


def _draw(run: Run, part: Part, about: About) -> None:
    clean = about == "true genre"
    history = histories.history(run, clean=clean)
    if history is None:
        missing = "The predictions of this run's epochs are not in the store. Train it again to get them."
        if run.averages:
            members_instead(run, NO_EPOCHS, "epochs")
        else:
            st.caption(missing)
        return
    at, chosen = _epoch(history), _lifted(history)
    parts = following.parts(run, history, at, chosen)
    nouns = sentences.nouns(run.whole, about)
    left, right = st.columns([1.1, 1], gap="medium")
    shown = at or following.usual_epoch(run) or len(history)
    view = histories.epoch_view(run, shown, nouns, clean=clean)
    with left, st.container(key="through-time", gap="small"):
        if view is not None:
            _scrubber(run, parts["scrubber"], at, view)
            label = f"Confusion matrix of {run.name} on {history.n:,} {nouns}, at the epoch of the slider"
            matrix(view, "time matrix", compact=True, label=label, live="time matrix", on_row=_toggle)
    with right:
        chart(
            parts["recalls"],
            "recalls",
            height=RECALLS_HEIGHT,
            revision=f"{run.id} {run.attempt}",
            live="recalls",
            at=shown,
            on_line=_toggle,
        )
        _choose(history, chosen)
        words(parts["changed"], "changed words", live="changed")
    thinned = sentences.thinned(epoch_step(len(history), len(history.genres)), history)
    for note in (sentences.why_validation(part), sentences.state_note(run), thinned):
        if note:
            st.caption(note)
    refreshing(_table, TABLE_SECONDS if run.active else None)(run.id, tuple(chosen), clean)
    following.follow(run, at, chosen, clean=clean)


def _scrubber(run: Run, part: dict[str, Any], at: int | None, view: MatrixView) -> None:
    scrubber(
        part,
        "scrubber",
        view=view,
        at=at,
        default=following.usual_epoch(run),
        revision=f"{run.id} {run.attempt} {view.nouns}",
        active=run.active,
        on_rest=_rest,
        matrix="time matrix",
        chart="recalls",
        live="scrubber",
    )


def _rest(epoch: int | None) -> None:
    address.look(epoch=None if epoch is None else str(epoch))


def _epoch(history: ConfusionHistory) -> int | None:
    """Return the epoch that the address says, if the run has it."""
    text = st.query_params.get("epoch")
    if not text:
        return None
    if 1 <= int(text) <= len(history):
        return int(text)
    address.note(sentences.missing_epoch(int(text), history))
    return None


def _lifted(history: ConfusionHistory) -> list[int]:
    """Return the genres that the address says, counted from 0."""
    named = [int(number) for number in st.query_params.get("lift", "").split("-") if number]
    there = [genre for genre in dict.fromkeys(named) if genre < len(history.genres)]
    if len(there) < len(named):
        said = f"lift is “{st.query_params['lift'][:40]}” in this link, but this run has genres 0 to"
        address.note(f"{said} {len(history.genres) - 1}; the others are highlighted.")
    return there[:MOST_LIFTED]


def _choose(history: ConfusionHistory, chosen: Sequence[int]) -> None:
    """Draw the choice of genres that are lifted; a click on a line does the same."""
    st.session_state[_LIFTED] = list(chosen)
    known = [genre for genre, n in enumerate(history.supports.tolist()) if n]
    st.multiselect(
        "Highlighted genres",
        known,
        format_func=lambda genre: history.genres[genre],
        key=_LIFTED,
        max_selections=MOST_LIFTED,
        wrap=True,
        placeholder="Highlight genres (or click a line)",
        label_visibility="collapsed",
        on_change=_lift,
    )


def _lift() -> None:
    _look_at(st.session_state[_LIFTED])


def _toggle(genre: int) -> None:
    chosen = list(st.session_state.get(_LIFTED, []))
    _look_at([one for one in chosen if one != genre] if genre in chosen else [*chosen, genre][-MOST_LIFTED:])


def _look_at(chosen: Sequence[int]) -> None:
    address.look(lift="-".join(str(genre) for genre in chosen) or None)


def _table(run_id: str, chosen: Sequence[int], clean: bool) -> None:
    run = runs.run(run_id)
    history = None if run is None else histories.history(run, clean=clean)
    if run is None or history is None:
        return
    rows = [_row(history, epoch, chosen) for epoch in history.epochs.tolist()]
    percents = [name for name in rows[0] if name != "epoch"]
    twin(rows, f"{run_id} recalls", sentences.recalls_alt(history, run.whole), percents, name="recalls by epoch")


def _row(history: ConfusionHistory, epoch: int, chosen: Sequence[int]) -> dict[str, float | None]:
    """Return an epoch's accuracy and recalls in percent, with the intervals of lifted genres."""
    row: dict[str, float | None] = {"epoch": epoch, "right": 100 * float(history.accuracies[epoch - 1])}
    for genre, name in enumerate(history.genres):
        row[name] = 100 * float(history.recalls[epoch - 1, genre]) if history.supports[genre] else None
        if genre in chosen:
            low, high = limits(history.recall_interval(epoch, genre))
            row |= {f"{name} from": low, f"{name} to": high}
    return row
