"""Sentences about a run's confidence: pure functions, saying only what intervals support."""

import math

from genre_core.data.dataset import Part
from genre_core.evaluation.calibration import Bin, ReliabilityCurve
from genre_core.evaluation.calibration_error import CalibrationError
from genre_core.evaluation.intervals import Interval, Measured
from genre_core.evaluation.posterior_gap import PosteriorGap
from genre_core.evaluation.scaling import TemperatureScaling, VectorScaling
from genre_core.text import GAP, NO_INTERVAL, capitalized, count, nothing_told, percent, points, spread, told

SMALL_CHANGE = 0.02
"""A temperature so near to 1 changes nothing that can be seen."""


def reliability_answer(
    curve: ReliabilityCurve,
    error: CalibrationError,
    confidence: float,
    accuracy: float,
    interval: Interval,
    nouns: str,
    genre: str = "",
    too_few: str = "",
) -> str:
    """Say whether the model is as often right as it says: by the bin that is most off, else by all bins together.

    `error` is that of the curve. `confidence` and `accuracy` are means over all tracks, `interval` that of the
    accuracy; `genre` is the one that the curve is about, nothing for all; `too_few` says so where artists are too few.
    """
    if too_few and not genre:
        return f"Mean confidence is {percent(confidence)}, accuracy {percent(accuracy, interval, too_few)}."
    worst = most_off(curve)
    if worst is not None:
        return _bin_sentence(worst, nouns, genre)
    off = not interval.low <= confidence <= interval.high
    if error.beyond_chance and (genre or not off):
        of = f" of {genre}" if genre else ""
        return (
            f"On average over the bins, the probability{of} is {points(error.value)} away from the observed rate. That "
            "is more than chance, although no single bin is clearly off."
        )
    if genre and too_few:
        return f"{capitalized(too_few)}: it is unclear how often tracks are {genre} at each probability."
    if genre:
        return (
            f"The probabilities of {genre} agree with how often tracks really are {genre}: "
            f"{count(curve.n, nouns[:-1])} show no clear difference."
        )
    says = f"mean confidence is {percent(confidence)}, accuracy {percent(accuracy, interval)}"
    if off:
        return f"{_direction(confidence - accuracy).capitalize()}: {says}."
    return f"Confidence and accuracy agree: {says}. {count(curve.n, nouns[:-1])} show no clear difference."


def most_off(curve: ReliabilityCurve) -> Bin | None:
    """Return the bin beyond chance that makes up most of the calibration error."""
    off = [b for b in curve.bins if b.beyond_chance]
    return max(off, key=lambda b: b.n * abs(b.accuracy - b.confidence), default=None)


def _bin_sentence(b: Bin, nouns: str, genre: str) -> str:
    said, came = percent(b.confidence, decimals=0), percent(b.accuracy, b.interval)
    noun = count(b.n, nouns[:-1])
    off = _direction(b.confidence - b.accuracy)
    if genre:
        return f"Where the model gives {genre} {said}, {came} of {noun} are {genre}: {off}."
    return f"Where the model is {said} confident, {came} of {noun} are right: {off}."


def _direction(excess: float) -> str:
    by = points(abs(excess))
    return f"overconfident by {by}" if excess > 0 else f"underconfident by {by}"


def error_sentence(curve: ReliabilityCurve, error: CalibrationError) -> str:
    """Say whether the calibration error of a curve is more than chance makes of perfect calibration."""
    value = percent(error.value, error.interval)
    if nothing_told(error.by_chance):
        return f"The calibration error over all bins is {value}: so few groups cannot tell it from chance."
    by_chance = f"{spread(error.by_chance)}{GAP}%"
    head = f"The calibration error over all bins is {value}; chance alone gives {by_chance}"
    if error.beyond_chance:
        return f"{head}, so this is more than chance."
    one = ", but the error of that one bin is not" if most_off(curve) else ""
    return f"{head}, so this could be chance{one}."


def scaling_sentence(
    scaling: TemperatureScaling | VectorScaling, part: Part, n_changed: int, n: int, groups: str = "tracks"
) -> str:
    """Say what a scaling does, which tracks it was fitted on, and why the picture after it does not flatter."""
    fitted = f"fitted on {count(scaling.n, 'validation track')}"
    if isinstance(scaling, TemperatureScaling):
        what = f"The temperature is {scaling.temperature:.2f}, {fitted}: {_effect(scaling)}. It changes no prediction."
    else:
        changed = "no prediction" if not n_changed else f"{n_changed:,} of {count(n, f'{part} prediction')}"
        what = f"Each genre has its own scale and shift, {fitted}. This changes {changed}."
    if part == "test":
        return f"{what} No test track was used to fit it."
    return f"{what} Here each track is judged by a scaling that was fitted on other {groups} (cross-fitting)."


def _effect(scaling: TemperatureScaling) -> str:
    if scaling.at_bound:
        right = scaling.temperature < 1
        return "the lowest allowed, because every prediction there is right" if right else "the highest allowed"
    if abs(scaling.temperature - 1) < SMALL_CHANGE:
        return "it changes almost nothing"
    return "it makes the model less confident" if scaling.temperature > 1 else "it makes the model more confident"


def posterior_sentence(gap: PosteriorGap, too_few: str = "") -> str:
    """Say how far confidence lies from the true probability of what is predicted, and what that costs.

    `too_few` says so where the tracks are by too few artists for an interval.
    """
    interval = told(gap.difference.interval)
    off = f"{points(gap.difference.value, interval)} away from the true probability of the prediction"
    text = f"Confidence is on average {off}"
    if gap.excess.interval.low > 0:
        text += f", and too high by {points(gap.excess.value, gap.excess.interval)}"
    elif gap.excess.interval.high < 0:
        below = Measured(-gap.excess.value, -gap.excess.interval)
        text += f", and too low by {points(below.value, below.interval)}"
    few = f" {capitalized(too_few or f'these tracks are {NO_INTERVAL}')}." if interval is None else ""
    return f"{text}. Its log loss is {nats(gap.divergence)} above the ideal.{few}"


def nats(score: Measured) -> str:
    """Return a score in nats with its interval, where it has an end."""
    low, high = score.interval.low, score.interval.high
    return f"{score.value:.3f}{GAP}nats{'' if high == math.inf else f' ({low:.3f}–{high:.3f})'}"
