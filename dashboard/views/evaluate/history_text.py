"""Sentences about a run through its epochs: how good each was, and which genres' recall changed beyond chance."""

from collections.abc import Sequence

import numpy as np

from dashboard.text.evaluate import ordinal
from dashboard.theme import count, percent
from genre_core.data.dataset import Part
from genre_core.evaluation.history import ConfusionHistory, RecallChange, recall_changes
from genre_core.store.schema import Run
from genre_core.text import told

MOST_SAID = 3
MOST_LISTED = 8


def nouns(whole: str, of: str) -> str:
    """Return what is counted: validation tracks, and by what they are judged where labels are wrong now and then."""
    return f"validation {whole}s, about the {of}s" if of else f"validation {whole}s"


def why_validation(part: Part) -> str:
    """Say why the section is about validation, where the page is about the test part."""
    if part == "validation":
        return ""
    return (
        "This is the validation part, which is judged after every epoch to choose the best one. The test part is "
        "judged only with the weights that are kept."
    )


def state_note(run: Run) -> str:
    """Say how far a run is that is not complete, and which epoch the slider begins at."""
    match run.state:
        case "running":
            return "New epochs are added while the run trains. Stay at the end of the slider to follow them."
        case "queued" | "paused":
            return "More epochs are added when the run resumes."
        case "failed":
            return f"The {count(run.epoch, 'epoch')} before the failure are kept."
        case "cancelled":
            return f"The {count(run.epoch, 'epoch')} before the stop are kept."
        case _:
            return ""


def thinned(step: int, history: ConfusionHistory) -> str:
    """Say that not every epoch can be scrubbed to, where there are more than is worth sending."""
    if step == 1:
        return ""
    n, k = count(len(history), "epoch"), count(len(history.genres), "genre")
    return f"The slider shows every {ordinal(step)} epoch and the first, best and last: {n} with {k} are too many."


def missing_epoch(asked: int, history: ConfusionHistory) -> str:
    """Say that a link names an epoch that the run does not have."""
    return f"epoch is {asked} in this link, but this run has {count(len(history), 'epoch')}; ignored."


def what_changed(history: ConfusionHistory, at: int, best: int | None, chosen: Sequence[int] = ()) -> str:
    """Say which genres' recall is another one at epoch `at` than at the first, and than at the best if that is earlier.

    Only what the intervals support is said to have changed. With `chosen` genres it is about them alone.
    """
    if at == 1:
        return "This is the first epoch. Move the slider to see what changes after it."
    said = _between(history, 1, at, chosen) or _nothing(1, at, chosen, history)
    if best is not None and 1 < best < at:
        since = _between(history, best, at, chosen)
        said += f" {since}" if since else f" Since epoch {best}, the best, there is no clear change."
    return said


def _between(history: ConfusionHistory, earlier: int, later: int, chosen: Sequence[int]) -> str:
    found = [change for change in recall_changes(history, earlier, later) if not chosen or change.genre in chosen]
    if not found:
        return ""
    first, *others = found
    text = f"Between epochs {earlier} and {later}, {_change(history, first)}"
    shown = others[: MOST_SAID - 1]
    listed = [f"{_change(history, change)}" for change in shown]
    left = len(found) - 1 - len(shown)
    if left:
        listed.append(f"{count(left, 'other genre')} changed too")
    return "; ".join([text, *listed]) + "."


def _change(history: ConfusionHistory, change: RecallChange) -> str:
    verb = "rose" if change.points > 0 else "fell"
    before = percent(change.before, change.before_interval)
    return f"{history.genres[change.genre]} {verb} from {before} to {percent(change.after, change.after_interval)}"


def _nothing(earlier: int, later: int, chosen: Sequence[int], history: ConfusionHistory) -> str:
    whose = " or ".join(history.genres[genre] for genre in chosen) if len(chosen) in (1, 2) else "any genre"
    between = f"Between epochs {earlier} and {later}"
    judged = chosen or np.flatnonzero(history.supports).tolist()
    if not any(told(history.recall_interval(later, genre)) for genre in judged):
        few = history.matrix(later).too_few_by_genre()
        return f"{few} So it is unclear whether the recall of {whose} changed {between.lower()}."
    return f"{between}, the recall of {whose} shows no clear change: the intervals overlap."


def recalls_alt(history: ConfusionHistory, whole: str = "track") -> str:
    """Describe the chart of recalls."""
    known = [genre for genre, n in enumerate(history.supports.tolist()) if n]
    first, last = history.recalls[0], history.recalls[-1]
    head = f"Recall of each genre on {count(history.n, f'validation {whole}')}, over {count(len(history), 'epoch')}."
    if len(known) <= MOST_LISTED:
        each = (f"{history.genres[g]} {percent(first[g])} to {percent(last[g])}" for g in known)
        return f"{head} From the first to the last: {', '.join(each)}."
    low, high = min(known, key=lambda g: last[g]), max(known, key=lambda g: last[g])
    ends = f"{history.genres[low]} {percent(last[low])} to {history.genres[high]} {percent(last[high])}"
    return f"{head} At the last, {count(len(known), 'genre')} from {ends}."
