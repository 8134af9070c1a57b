"""Sentences of Evaluate about answering only where the model is confident: pure functions."""

from collections.abc import Sequence

from dashboard.theme import count, percent
from genre_core.data.dataset import Part
from genre_core.evaluation.rejected_genres import GenreAnswering
from genre_core.evaluation.rejection import Answering, RiskCoverage, ScoreName
from genre_core.text import told

SCORES: dict[ScoreName, str] = {"confidence": "Confidence", "margin": "Margin", "certainty": "Certainty (entropy)"}
TARGETS = (0.5, 0.75, 0.9, 0.95, 0.99, 0.999)


def usual_target(accuracy: float) -> float:
    """Return the share of right answers that is asked for unless a person says: about half the errors avoided."""
    return next((target for target in TARGETS if target >= (1 + accuracy) / 2 - 0.005), TARGETS[-1])


def answering_sentence(found: Answering, nouns: str, too_few: str = "") -> str:
    """Say how many tracks are answered and how many of these rightly: `nouns` are such as `test tracks`.

    `too_few` says so where these are by too few artists for an interval.
    """
    n = count(found.n, nouns[:-1])
    if found.accuracy is None:
        return f"The model answers none of {n}: it is never that confident."
    right = percent(found.accuracy, found.accuracy_interval, too_few)
    if found.answered == found.n:
        return f"The model answers all {n} and is right on {right}."
    answered = percent(found.coverage, told(found.coverage_interval))
    return f"The model answers {answered} of {n} and is right on {right} of those."


def dragged_sentence(found: Answering, score: ScoreName) -> str:
    """Say in short what a threshold does, as it is read while it is dragged."""
    text = f"Answering at a {score} of {percent(found.threshold)} or above: "
    if found.accuracy is None:
        return f"{text}none of {count(found.n, 'track')} answered."
    answered = percent(found.coverage, told(found.coverage_interval))
    right = percent(found.accuracy, found.accuracy_interval)
    return f"{text}{answered} answered, {right} of these right."


def threshold_sentence(
    threshold: float | None, target: float, score: ScoreName, *, surely: bool, part: Part, validation: Answering | None
) -> str:
    """Say where a threshold comes from that was asked for by its target, and what it does on validation."""
    wanted = percent(target, decimals=0 if round(100 * target, 1) % 1 == 0 else 1)
    if threshold is None:
        reaches = "guarantees" if surely else "reaches"
        return (
            f"No threshold on {score} {reaches} {wanted} right answers on validation, so all tracks are answered here."
        )
    if not threshold:
        sure = ", with 95 % confidence on new tracks too" if surely else ""
        return f"On validation, at least {wanted} of the answers are right without withholding any{sure}."
    lowest = f"a {score} of {percent(threshold)}"
    text = f"On validation, {lowest} is the lowest threshold at which at least {wanted} of the answers are right"
    text += ", with 95 % confidence on new tracks too." if surely else "."
    if part == "validation":
        return f"{text} It was chosen on these tracks, so expect slightly less on others: look at the test part."
    return text if validation is None else f"{text} {on_validation(validation)}"


def given_sentence(threshold: float, score: ScoreName, part: Part, validation: Answering | None) -> str:
    """Say that a person set the threshold, and on test what it does on validation."""
    text = f"You set the threshold: tracks with a {score} below {percent(threshold)} are not answered."
    if part == "validation" or validation is None:
        return text
    return f"{text} {on_validation(validation).replace('There', 'On validation', 1)}"


def on_validation(found: Answering) -> str:
    """Say what the same threshold does on validation."""
    if found.accuracy is None:
        return "There it answers nothing."
    right = percent(found.accuracy, found.accuracy_interval)
    return f"There it answers {percent(found.coverage)} and is right on {right}."


def area_sentence(curve: RiskCoverage, score: ScoreName, best: RiskCoverage | None = None) -> str:
    """Say how well a score puts wrong answers last, between the ideal and a random order."""
    if not curve.error:
        return "Every answer is right: there is nothing to withhold."
    area = percent(curve.area, curve.area_interval)
    text = (
        f"Ordered by {score}, the error rate averaged over all coverages (AURC) is {area}. The ideal order gives "
        f"{percent(curve.ideal_area)}, a random order {percent(curve.error)}."
    )
    if best is not None:
        text += f" The best possible classifier gets {percent(best.area)}."
    return text


def unfair_sentences(genres: Sequence[GenreAnswering], names: Sequence[str], most: int = 3) -> list[str]:
    """Name the genres whose right answers are held back clearly more often than the others', the worst first."""
    unfair = [found for found in genres if found.unfair]
    unfair.sort(key=lambda found: (found.others_lost or 0.0) - (found.lost_share or 0.0))
    said = []
    for found in unfair[:most]:
        assert found.lost_share is not None
        assert found.others_lost is not None
        said.append(
            f"{names[found.genre]} is withheld more often than its errors justify: "
            f"{percent(found.lost_share, found.lost_interval)} of its {count(found.deserved, 'right answer')} are "
            f"withheld, against {percent(found.others_lost)} for the other genres."
        )
    if len(unfair) > most:
        said.append(f"The same is true of {count(len(unfair) - most, 'other genre')}.")
    return said


def fair_sentence(genres: Sequence[GenreAnswering]) -> str:
    """Say why no genre is named, where none is."""
    if not any(found.lost for found in genres):
        return "No right answer is withheld."
    if not any(found.p is not None for found in genres):
        return "There are too few tracks to say whether a genre is withheld more often than its errors justify."
    return "No genre's right answers are withheld clearly more often than the others'."
