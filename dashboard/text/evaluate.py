"""What the Evaluate page says of an outcome: pure functions to sentences."""

import math

from dashboard.services.outcomes import Outcome
from dashboard.text.limits import long_run, on
from dashboard.theme import GAP, count, percent
from genre_core.bayes import BayesLimit
from genre_core.data.dataset import Part
from genre_core.evaluation.report import Evaluation, GenreScore

FEW = 10
"""Below so many tracks a genre's rates say little."""


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


def limit_help(outcome: Outcome, part: Part, known: str = "", in_the_long_run: BayesLimit | None = None) -> str | None:
    """Explain how one knows what was possible, and why Train gives another limit."""
    if outcome.limit is None:
        return None
    best = round(outcome.limit.accuracy * outcome.evaluation.n)
    but = "But for luck nothing does better."
    if known:
        but = f"It judges them as {known}; a model that knows them from training may do better, and will not elsewhere."
    said = (
        f"These tracks are drawn by a known generator, so the best possible classifier is known too: it is right"
        f"{_about(outcome)} on {best:,} of the same {tracks(outcome.evaluation.n, part)}. {but}"
    )
    return f"{said} {long_run(in_the_long_run)}".strip()


def scores_line(scores: Evaluation) -> list[tuple[str, str]]:
    """Return the headline scores as (text, glossary term)."""
    return [
        (f"accuracy {percent(scores.accuracy, scores.accuracy_interval)}", "accuracy"),
        (f"macro-F1 {percent(scores.macro_f1, scores.macro_f1_interval)}", "macro-F1"),
        (f"balanced accuracy {percent(scores.balanced_accuracy)}", "balanced accuracy"),
        (f"log loss {scores.log_loss:.3f}{GAP}nats", "log loss"),
    ]


def mean_recall(others: list[GenreScore]) -> tuple[float, float]:
    """Return the mean recall of genres and the lower limit of its interval, from the widths of their own."""
    mean = sum(score.recall or 0.0 for score in others) / len(others)
    widths = [(score.recall_interval.high - score.recall_interval.low) / 2 for score in others]
    return mean, mean - math.sqrt(sum(width * width for width in widths)) / len(others)
