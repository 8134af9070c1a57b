"""Sentences of Evaluate about an outcome: pure functions."""

import math

from dashboard.services.outcomes import Outcome
from dashboard.text.limits import long_run, on
from dashboard.theme import Numbers, count, percent
from genre_core.bayes.limit import BayesLimit
from genre_core.data.dataset import Part
from genre_core.evaluation.report import Evaluation, GenreScore
from genre_core.text import judged

FEW = 10
"""Below so many tracks a genre's rates say little."""


def tracks(n: int, part: Part) -> str:
    """Return a number of tracks with the part they are from: `1,200 test tracks`."""
    return count(n, f"{part} track")


def ordinal(number: int) -> str:
    """Return 2nd, 3rd, 11th, 21st."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number // 10 % 10 != 1 else 0, "th")
    return f"{number}{ending}"


def counted(outcome: Outcome, part: Part) -> str:
    """Return what is judged: `1,200 test tracks`, `45 test tracks (449 segments)`, `449 test segments of 45 tracks`."""
    n = outcome.evaluation.n
    return judged(part, outcome.n_rows or n, outcome.n_tracks or n, outcome.unit, outcome.whole)


def measured(outcome: Outcome, part: Part) -> str:
    """Return the tracks of an outcome, and what is judged where labels are wrong now and then."""
    n = counted(outcome, part)
    return f"{n}, about the {outcome.about}s" if outcome.about else n


def answer(outcome: Outcome, part: Part, known: str = "") -> str:
    """Say on how many tracks the model is right, and how many more were possible where that is known.

    `known` names what the limit holds for and a leaky split lets the model know, such as
    `single tracks by unknown artists`.
    """
    scores = outcome.evaluation
    n, right = scores.n, scores.confusion_matrix.correct
    if right == n:
        return f"Right{_about(outcome)} on all {counted(outcome, part)}."
    text = f"Right{_about(outcome)} on {right:,} of {counted(outcome, part)}"
    if outcome.limit is None:
        return f"{text}."
    best = round(outcome.limit.accuracy * n)
    if best > right:
        return f"{text}; the best possible classifier gets {best - right:,} more{on(known)}."
    if known and best < right:
        return f"{text}; on {known}, the best possible classifier gets {best:,}."
    if best == right:
        return f"{text}, as many as the best possible classifier."
    return f"{text}; the best possible classifier gets {best:,}, so this model was lucky."


def _about(outcome: Outcome) -> str:
    return f" about the {outcome.about}" if outcome.about else ""


def limit_help(outcome: Outcome, part: Part, known: str = "", in_the_long_run: BayesLimit | None = None) -> str | None:
    """Explain how the limit is known, and why Train gives another one."""
    if outcome.limit is None:
        return None
    best = round(outcome.limit.accuracy * outcome.evaluation.n)
    but = "A model can only do better by luck."
    if known:
        but = (
            f"It treats them as {known}; a model that knows them from training may do better here, but not on new ones."
        )
    said = (
        "A known generator drew these tracks, so the best possible classifier is known too. It is right"
        f"{_about(outcome)} on {best:,} of the same {tracks(outcome.evaluation.n, part)}. {but}"
    )
    return f"{said} {long_run(in_the_long_run)}".strip()


def scores_line(scores: Evaluation) -> str:
    """Return the headline scores in one line."""
    few = scores.confusion_matrix.too_few()
    one_each = scores.confusion_matrix.too_few_over_genres()
    macro_f1 = percent(scores.macro_f1, None if few else scores.macro_f1_interval, one_each)
    accuracy = percent(scores.accuracy, scores.accuracy_interval, few)
    return f"accuracy {accuracy} · macro-F1 {macro_f1}"


def three(scores: Evaluation) -> Numbers:
    """Return the three numbers of a plain page."""
    baseline = scores.majority_accuracy
    return {"Accuracy": scores.accuracy, "Macro-F1": scores.macro_f1, "Always the most common genre": baseline}


def mean_recall(others: list[GenreScore]) -> tuple[float, float]:
    """Return the mean recall of genres and the lower limit of its interval, from the widths of their own."""
    mean = sum(score.recall or 0.0 for score in others) / len(others)
    widths = [(score.recall_interval.high - score.recall_interval.low) / 2 for score in others]
    return mean, mean - math.sqrt(sum(width * width for width in widths)) / len(others)
