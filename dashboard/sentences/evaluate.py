"""What the Evaluate page says of an outcome: pure functions to sentences, each only where its intervals support it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.cell_tracks import Cell
from dashboard.sentences.limits import on
from dashboard.services import Outcome
from dashboard.theme import GAP, count, percent
from genre_core.dataset import IntArray, Part
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.report import Evaluation, GenreScore
from genre_core.evaluation.uncertainty import Interval, grouped_wilson, wilson

Chosen = npt.NDArray[np.bool_]
FEW = 10
"""Below so many tracks a genre's rates say little."""
SURE = 0.9


@dataclass(frozen=True)
class Finding:
    """One thing that stands out, and the cell of the confusion matrix that shows it (None: no single one does)."""

    text: str
    cell: Cell | None = None


def tracks(n: int, part: Part) -> str:
    """Return a number of tracks with the part they are from: `1,200 test tracks`."""
    return count(n, f"{part} track")


def measured(outcome: Outcome, part: Part) -> str:
    """Return the tracks of an outcome, and what is judged where labels are wrong now and then."""
    n = tracks(outcome.evaluation.n, part)
    return f"{n}, about the {outcome.about}s" if outcome.about else n


def answer(outcome: Outcome, part: Part, known: str = "") -> str:
    """Say on how many tracks the model is right, and how many more were possible where that is known.

    `known` names what the limit holds for and a leaky split lets the model know, such as `unknown artists`.
    """
    scores = outcome.evaluation
    n, right = scores.n, scores.confusion_matrix.correct
    if right == n:
        return f"Right{_about(outcome)} on all {tracks(n, part)}."
    text = f"Right{_about(outcome)} on {right:,} of {tracks(n, part)}"
    if outcome.limit is None:
        return f"{text}."
    best = round(outcome.limit.accuracy * n)
    if best > right:
        verb = "was" if best - right == 1 else "were"
        return f"{text}; at most {best - right:,} more {verb} possible{on(known)}."
    if known and best < right:
        return f"{text}; on {known} at most {best:,} were possible."
    same = "as many as" if best == right else f"and the limit is {best:,}: by luck no worse than"
    return f"{text}, {same} the best classifier there can be."


def _about(outcome: Outcome) -> str:
    return f" about the {outcome.about}" if outcome.about else ""


def limit_help(outcome: Outcome, part: Part, known: str = "") -> str | None:
    """Explain how one knows what was possible."""
    if outcome.limit is None:
        return None
    best = round(outcome.limit.accuracy * outcome.evaluation.n)
    but = "But for luck nothing does better."
    if known:
        but = f"It judges them as {known}; a model that knows them from training may do better, and will not elsewhere."
    return (
        f"These tracks are drawn by a known generator, so the best possible classifier is known too: it is right"
        f"{_about(outcome)} on {best:,} of the same {tracks(outcome.evaluation.n, part)}. {but}"
    )


def scores_line(scores: Evaluation) -> list[tuple[str, str]]:
    """Return the headline scores as (text, glossary term)."""
    return [
        (f"accuracy {percent(scores.accuracy, scores.accuracy_interval)}", "accuracy"),
        (f"macro-F1 {percent(scores.macro_f1, scores.macro_f1_interval)}", "macro-F1"),
        (f"balanced accuracy {percent(scores.balanced_accuracy)}", "balanced accuracy"),
        (f"log loss {scores.log_loss:.3f}{GAP}nats", "log loss"),
    ]


def findings(outcome: Outcome, part: Part, known: str = "") -> list[Finding]:
    """Return what stands out, the most telling first, at most five."""
    scores = outcome.evaluation
    if scores.confusion_matrix.correct == scores.n:
        return [_all_right(scores, part)]
    found = [
        *_never_predicted(scores, part),
        _hardest(scores, part),
        _largest_confusion(outcome),
        _distance(outcome, known),
        _rare_suffer(scores),
        _baseline(scores),
        _when_sure(outcome, part),
    ]
    return [finding for finding in found if finding is not None][:5]


def _all_right(scores: Evaluation, part: Part) -> Finding:
    low = percent(scores.accuracy_interval.low)
    return Finding(
        f"Nothing lies off the diagonal: every one of {tracks(scores.n, part)} is recognised. "
        f"With so many tracks, the true accuracy is {low} or more."
    )


def _never_predicted(scores: Evaluation, part: Part) -> list[Finding]:
    missing = [g for g, score in enumerate(scores.per_genre) if not score.predicted and score.support]
    if not missing:
        return []
    names = [scores.per_genre[g].genre for g in missing]
    total = sum(scores.per_genre[g].support for g in missing)
    cell = _worst_cell(scores, missing[0])
    if len(names) == 1:
        return [Finding(f"{names[0]} is never predicted: its {tracks(total, part)} all go to other genres.", cell)]
    shown = ", ".join(names[:3]) + (f" and {count(len(names) - 3, 'other')}" if len(names) > 3 else "")
    return [Finding(f"{len(names)} genres are never predicted ({shown}): their {tracks(total, part)} are lost.", cell)]


def _hardest(scores: Evaluation, part: Part) -> Finding | None:
    """Name the genre found least often, if its interval lies below that of the mean of the others."""
    judged = [(g, s) for g, s in enumerate(scores.per_genre) if s.recall is not None and s.support >= FEW]
    if len(judged) < 2:
        return None
    hardest, score = min(judged, key=lambda pair: pair[1].recall or 0.0)
    if not score.predicted:
        return None  # said already
    mean, low = mean_recall([s for g, s in judged if g != hardest])
    if score.recall_interval.high >= low or score.recall is None:
        return None
    points = 100 * (mean - score.recall)
    rate = percent(score.recall, score.recall_interval)
    return Finding(
        f"{score.genre} is the hardest: {rate} of its {tracks(score.support, part)} are recognised, "
        f"{points:.0f} points below the mean of the others.",
        _worst_cell(scores, hardest),
    )


def mean_recall(others: list[GenreScore]) -> tuple[float, float]:
    """Return the mean recall of genres and the lower limit of its interval, from the widths of their own."""
    mean = sum(score.recall or 0.0 for score in others) / len(others)
    widths = [(score.recall_interval.high - score.recall_interval.low) / 2 for score in others]
    return mean, mean - math.sqrt(sum(width * width for width in widths)) / len(others)


def _largest_confusion(outcome: Outcome) -> Finding | None:
    """Name the cell off the diagonal with most tracks, and whether the next one could as well be the largest."""
    matrix = outcome.evaluation.confusion_matrix
    wrong = matrix.counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:2]
    (i, j), (k, m) = (divmod(int(at), len(outcome.genres)) for at in order)
    if wrong[i, j] < 2:
        return None
    names = outcome.genres
    share = percent(matrix.counts[i, j] / matrix.counts[i].sum(), matrix.interval(i, j, "true"))
    text = f"The largest confusion is {names[i]} taken for {names[j]}: {wrong[i, j]:,} of {matrix.counts[i].sum():,}"
    text = f"{text}, {share}."
    if wrong[k, m] and matrix.interval(i, j, "all").low <= matrix.interval(k, m, "all").high:
        text += f" As near comes {names[k]} taken for {names[m]} ({wrong[k, m]:,}): too close to say which is larger."
    return Finding(text, (i, j))


def _distance(outcome: Outcome, known: str) -> Finding | None:
    """Say how far the model is from the best possible on the same tracks, and whether its interval reaches that."""
    if outcome.limit is None:
        return None
    scores, best = outcome.evaluation, outcome.limit.accuracy
    gap = 100 * (best - scores.accuracy)
    if known and scores.accuracy_interval.low > best:
        text = (
            f"It is {-gap:.1f} points above the best possible on {known}, {percent(best)}: it knows them from training."
        )
        return Finding(text)
    if gap <= 0:
        return Finding(f"It is as good as the best possible classifier, which is right on {percent(best)} of them.")
    where = f"It is {gap:.1f} points below the best possible on the same tracks, {percent(best)}"
    if scores.accuracy_interval.high >= best:
        return Finding(f"{where}; its interval reaches that.")
    return Finding(f"{where}, which its interval does not reach: there is something left to learn.")


def _rare_suffer(scores: Evaluation) -> Finding | None:
    """Say so where macro-F1 lies below accuracy by more than both intervals."""
    if scores.macro_f1_interval.high >= scores.accuracy_interval.low:
        return None
    judged = [(g, s) for g, s in enumerate(scores.per_genre) if s.f1 is not None and s.support]
    worst, score = min(judged, key=lambda pair: (pair[1].f1 or 0.0, pair[1].support))
    return Finding(
        f"Macro-F1, {percent(scores.macro_f1)}, is well below accuracy, {percent(scores.accuracy)}: common genres "
        f"carry the score and rare ones suffer, {score.genre} the most (F1 {percent(score.f1 or 0.0)}).",
        _worst_cell(scores, worst),
    )


def _baseline(scores: Evaluation) -> Finding | None:
    """Say so where the model cannot be told from always answering the commonest genre."""
    if scores.accuracy_interval.low > scores.majority_accuracy:
        return None
    return Finding(
        f"Always answering the commonest genre is right on {percent(scores.majority_accuracy)}: "
        "this model cannot be told from that."
    )


def _when_sure(outcome: Outcome, part: Part) -> Finding | None:
    """Say how often the model is right when it is sure, if that is clearly more often than on the whole."""
    sure = softmax(outcome.logits).max(axis=1) >= SURE
    n = int(sure.sum())
    if n < FEW or n == outcome.evaluation.n:
        return None
    right = (outcome.logits.argmax(axis=1) == outcome.y_true) & sure
    interval = _interval(right, sure, outcome.groups)
    if interval.low <= outcome.evaluation.accuracy_interval.high:
        return None
    return Finding(
        f"When it is at least {percent(SURE, decimals=0)} sure, it is right on {percent(right.sum() / n, interval)}: "
        f"that is so for {n:,} of {tracks(outcome.evaluation.n, part)}."
    )


def _interval(right: Chosen, among: Chosen, groups: IntArray | None) -> Interval:
    if groups is None:
        return wilson(int(right.sum()), int(among.sum()))
    members = np.unique(groups, return_inverse=True)[1]
    return grouped_wilson(np.bincount(members, right), np.bincount(members, among))


def _worst_cell(scores: Evaluation, genre: int) -> Cell:
    row = scores.confusion_matrix.counts[genre].copy()
    row[genre] = -1
    return genre, int(row.argmax())
