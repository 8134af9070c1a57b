"""Rules from the evidence of a training to at most one diagnosis: the first in order that applies.

The order is that in which a fault hides the others: nothing is said of overfitting where the loss blew up, nor that
rare genres are ignored where all genres are. Sizes were chosen on trainings with known faults and on healthy ones;
`python -m tests.benchmarks.diagnosis` prints how often each rule is right, and how often it alarms for nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.diagnosis import remedies
from genre_core.diagnosis.remedies import USUAL_PATIENCE, Remedy
from genre_core.diagnosis.training import Training
from genre_core.evaluation.intervals import wilson
from genre_core.text import count, joined, nothing_told, percent

DiagnosisKind = Literal[
    "diverged",
    "collapsed",
    "unstable",
    "stuck",
    "too_few",
    "overfitting",
    "still_climbing",
    "underfitting",
    "rare_ignored",
    "as_good_as_possible",
]
"""The kinds, in the order of their rules."""

SURE = 0.99
"""Confidence of what is compared over many epochs."""
ALMOST_CERTAIN = 1 - 1e-6
"""Confidence of a fall in training accuracy, of which any of hundreds of epochs may be the lowest."""
FEWEST_EPOCHS = 4
"""Fewer epochs have no trend."""


@dataclass(frozen=True)
class Diagnosis:
    """The outcome of a training, in a sentence, and the remedy, None where no single setting mends it."""

    kind: DiagnosisKind
    sentence: str
    remedy: Remedy | None = None


def diagnose(training: Training) -> Diagnosis | None:
    """Return what became of a training; None where nothing stands out."""
    return next((found for rule in RULES if (found := rule(training.since_branch))), None)


def diverged(of: Training) -> Diagnosis | None:
    """Say that the loss is no longer a number, or twice that of guessing and more at the end."""
    if of.stopped_because == "diverged":
        at = f"{_best(of)}, then " if of.best_epoch and of.epochs else ""
        remedy = (remedies.slower if at else remedies.usual_rate)(of.config)
        return Diagnosis("diverged", f"Learning rate too high: {at}the loss was no longer a number.", remedy)
    if len(of.epochs) < 2 or float(np.median(of.train_loss[-3:])) < 2 * of.guess_loss:
        return None
    end = f"{of.train_loss[-1]:,.1f}"
    return Diagnosis(
        "diverged",
        f"Learning rate too high: the loss ends at {end}, where guessing has {of.guess_loss:.1f}.",
        remedies.usual_rate(of.config),
    )


def _best(of: Training) -> str:
    return f"best {percent(of.best)} at epoch {of.best_epoch}"


@dataclass(frozen=True)
class _Fall:
    """Epochs, counted from 0, between which training accuracy fell: its peak, and the lowest after it."""

    peak: int
    lowest: int


def _fall(of: Training) -> _Fall | None:
    """Return where training got worse; None where training accuracy never fell by more than chance.

    What lowers the loss step by step does not undo itself unless the steps are too large. Chance is that of as many
    fresh tracks, though they are the same in each epoch: more than dropout and mixing do. Three points at least, since
    with many tracks everything is beyond chance.
    """
    if len(of.epochs) < 3:
        return None
    peaks = np.maximum.accumulate(of.train_accuracy)
    rose = of.train_loss > 1.05 * np.minimum.accumulate(of.train_loss)
    falls = np.where(rose, peaks - of.train_accuracy, 0.0)
    lowest = int(falls.argmax())
    peak = int(of.train_accuracy[: lowest + 1].argmax())
    least = max(0.03, of.train_noise(float(peaks[lowest]), ALMOST_CERTAIN))
    return _Fall(peak, lowest) if falls[lowest] > least else None


def collapsed(of: Training) -> Diagnosis | None:
    """Say that most of what was learned is lost again at the end, in training and on validation alike."""
    if _fall(of) is None or of.best_epoch is None:
        return None
    end, trained = float(of.accuracy[-2:].mean()), float(of.train_accuracy[-2:].mean())
    lost = of.best - end > max((of.best - of.majority) / 2, of.noise(of.best, SURE))
    if not lost or trained > (float(of.train_accuracy.max()) + of.majority) / 2:
        return None
    sentence = f"Learning rate too high: {_best(of)}, then it collapsed to {percent(end)}."
    return Diagnosis("collapsed", sentence, remedies.slower(of.config))


def unstable(of: Training) -> Diagnosis | None:
    """Say that training accuracy itself falls, or that the loss jumps from epoch to epoch."""
    if of.best_epoch is None or _learned_nothing(of):
        return None
    then = "while the loss jumped from epoch to epoch"
    if fall := _fall(of):
        peak, lowest = (percent(float(of.train_accuracy[at])) for at in (fall.peak, fall.lowest))
        then = f"and even training accuracy fell, from {peak} to {lowest}"
    elif not _jumps(of):
        return None
    return Diagnosis("unstable", f"Learning rate too high: {_best(of)}, {then}.", remedies.slower(of.config))


def _jumps(of: Training) -> bool:
    """Say whether training loss rises by a quarter of its whole fall, and validation loss zigzags by 3 %.

    Rises count where they are larger than what dropout on so many tracks makes of a loss; validation has no dropout.
    """
    if len(of.epochs) < 2 * FEWEST_EPOCHS:
        return False
    steps, fallen = np.diff(of.train_loss), float(of.train_loss[0] - of.train_loss.min())
    rises = float(steps[steps > 1 / math.sqrt(max(1, of.n_train))].sum())
    late = of.loss[len(of.loss) // 4 :]
    zigzag = float(np.median(np.abs(np.diff(late, 2)))) / float(np.median(late))
    return rises > fallen / 4 and zigzag > 0.03


def _learned_nothing(of: Training) -> bool:
    """Say whether neither validation at its best nor training at its end is better than one answer for all."""
    if of.best > of.majority + max(0.02, of.noise(of.majority, SURE)):
        return False
    trained = float(of.train_accuracy[-3:].mean())
    return trained <= of.majority + max(0.03, of.train_noise(of.majority, SURE))


def stuck(of: Training) -> Diagnosis | None:
    """Say that nothing was learned, where there is something to learn."""
    if of.counts is None or not of.epochs or not _learned_nothing(of):
        return None
    if of.limit is not None and of.limit < of.majority + 0.03:
        return None
    predicted = of.counts.sum(axis=0)
    genre = int(predicted.argmax())
    what = f"{percent(of.best)} of validation {of.noun}s are right, no more than with one answer for all"
    if predicted[genre] > 0.95 * of.n_validation:
        every = "every" if predicted[genre] == of.n_validation else "nearly every"
        what = f"it calls {every} validation {of.noun} {of.genres[genre]}, and {percent(of.best)} are right"
    cause, remedy = _why_stuck(of)
    return Diagnosis("stuck", f"{cause}: {what}.", remedy)


def _why_stuck(of: Training) -> tuple[str, Remedy | None]:
    """Return the cause and its remedy; steps that are too large leave the loss above that of guessing.

    Too much weight decay leaves it exactly there, and too small or too few steps where it began.
    """
    if remedy := remedies.no_decay(of.config):
        return "Too much weight decay", remedy
    if of.config.train.class_weighting == "none" and of.train_loss.max() > 1.02 * of.guess_loss:
        return "Learning rate too high", remedies.usual_rate(of.config)
    if _cut_short(of):
        return "Too few epochs", remedies.longer(of.config)
    if remedy := remedies.faster(of.config):
        return "Learning rate too low", remedy
    return "It learned nothing", remedies.less_dropout(of.config) or remedies.longer(of.config)


def _cut_short(of: Training) -> bool:
    """Say whether the epochs ran out before there could be a trend."""
    return len(of.epochs) < FEWEST_EPOCHS and of.stopped_because == "max_epochs" and not of.config.before.epochs


def too_few(of: Training) -> Diagnosis | None:
    """Say that the accuracy is known only to within ten points or worse."""
    if of.interval is None or of.half_width <= 0.10:
        return None
    what = of.groups.partition(" ")[2] or f"{of.noun}s"
    whose = "of" if what.startswith("track") else "by"  # segments are of tracks, tracks are by artists
    found = count(of.n_validation, f"validation {of.noun}") + (f" {whose} {of.groups}" if of.groups else "")
    other = f"{percent(of.interval.low, decimals=0)} to {percent(of.interval.high, decimals=0)} on others"
    if nothing_told(of.interval):
        other = "anything on others"
    return Diagnosis(
        "too_few",
        f"Too few {what} to tell: right on {percent(of.best)} of {found}, which may be {other}.",
        None if of.groups else remedies.more_tracks(of.config),
    )


def overfitting(of: Training) -> Diagnosis | None:
    """Say that validation loss rose by a tenth and more, while training loss fell and training accuracy ran ahead."""
    n = len(of.epochs)
    if n < FEWEST_EPOCHS or of.interval is None:
        return None
    ahead = float(of.train_accuracy[-2:].mean() - of.accuracy[-2:].mean())
    if ahead < max(0.08, of.noise(of.best, SURE)):
        return None
    low = int(of.loss.argmin())
    first, last = float(of.loss[low]), float(of.loss[-2:].mean())
    rises = last > 1.1 * first and n - low > 2 and of.train_loss[-1] < of.train_loss[low] and _rising(of.loss[low:])
    start = of.epochs[0].epoch
    remedy = remedies.more_dropout(of.config) or remedies.more_tracks(of.config) or remedies.some_decay(of.config)
    if rises:
        return Diagnosis(
            "overfitting",
            f"Overfitting: after epoch {low + start}, validation loss rose from {first:.2f} to {last:.2f}, "
            f"while training loss fell to {of.train_loss[-1]:.2f}.",
            remedy,
        )
    below = of.limit is not None and of.interval.high < of.limit - 0.02
    if ahead > 0.1 and below:
        return Diagnosis(
            "overfitting",
            f"Overfitting: {percent(float(of.train_accuracy[-2:].mean()))} of training tracks are right, and "
            f"{percent(float(of.accuracy[-2:].mean()))} of validation {of.noun}s.",
            remedy,
        )
    return None


def _rising(values: FloatArray) -> bool:
    """Say whether later values are higher than earlier ones, beyond chance.

    H. B. Mann, "Nonparametric tests against trend", Econometrica 13 (1945), with the normal approximation; what follows
    a minimum is higher than it in any case, so that one value is left out.
    """
    later = values[1:]
    n = len(later)
    if n < 2:
        return False
    order = np.sign(later[None, :] - later[:, None])[np.triu_indices(n, 1)].sum()
    if n < 5:
        return bool(order == n * (n - 1) / 2)
    return bool(order > 2.326 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18))


def still_climbing(of: Training) -> Diagnosis | None:
    """Say that the epochs, or patience, ran out while the network still learned."""
    n = len(of.epochs)
    if of.limit is not None and of.interval is not None and of.interval.high >= of.limit:
        return None
    if _cut_short(of):
        return _too_short(of)
    if n < FEWEST_EPOCHS:
        return None
    if of.stopped_because == "patience":
        return _impatient(of)
    if of.stopped_because != "max_epochs":
        return None
    span = max(2, n // 4)
    late, fallen = float(of.loss[-span - 1] - of.loss[-1]), float(of.loss[0] - of.loss[-1])
    if late <= 0 or late < 0.05 * fallen or of.train_loss[-1] >= of.train_loss[-span - 1]:
        return None
    start, end = float(of.accuracy[-span - 1]), float(of.accuracy[-1])
    learned = float(of.train_accuracy[-1] - of.train_accuracy[-span - 1])
    clearly = end - start > of.noise(end, SURE) or learned > of.train_noise(float(of.train_accuracy[-1]), SURE)
    if end - start < 0.01 or not (clearly or late > 0.15 * fallen):
        return None
    return Diagnosis(
        "still_climbing",
        f"Still climbing: validation accuracy rose from {percent(start)} to {percent(end)} in the last "
        f"{count(span, 'epoch')}, and then the epochs ran out.",
        remedies.faster(of.config) or remedies.longer(of.config),
    )


def _too_short(of: Training) -> Diagnosis | None:
    """Say that a few epochs are too few: clearly more is possible, or validation loss fell by 5 % in the last one."""
    possible = ""
    if of.limit is None:
        falls = len(of.epochs) > 1 and of.loss[-1] < 0.95 * of.loss[-2] and of.train_loss[-1] < of.train_loss[-2]
    else:
        falls = of.interval is not None and of.interval.high < of.limit - 0.02
        possible = f", where {percent(of.limit)} is possible"
    if not falls:
        return None
    right = f"right on {percent(of.best)} of validation {of.noun}s after {count(len(of.epochs), 'epoch')}"
    return Diagnosis("still_climbing", f"Too few epochs: {right}{possible}.", remedies.longer(of.config))


def _impatient(of: Training) -> Diagnosis | None:
    """Say that validation loss was falling when patience ran out: by 1.5 % an epoch, by 0.5 % if it was short."""
    each, short = float(of.loss[-4] - of.loss[-1]) / 3, of.config.train.patience < USUAL_PATIENCE / 2
    if each < (0.005 if short else 0.015) * max(1.0, of.loss[-1]) or of.loss[-1] > of.loss.min():
        return None
    return Diagnosis(
        "still_climbing",
        f"Stopped too early: validation loss was still falling, to {of.loss[-1]:.2f}, when patience ran out at epoch "
        f"{of.epochs[-1].epoch}.",
        remedies.more_patience(of.config),
    )


def underfitting(of: Training) -> Diagnosis | None:
    """Say that training and validation lie together, clearly below the best possible."""
    if of.limit is None or of.interval is None or len(of.epochs) < FEWEST_EPOCHS:
        return None
    trained = float(of.train_accuracy[-2:].mean())
    likely = max(of.best + of.noise(of.best, SURE), trained)
    if likely > of.limit - 0.02 or trained - of.best > max(0.05, of.noise(of.best, SURE)):
        return None
    remedy = (
        remedies.no_decay(of.config)
        or remedies.less_dropout(of.config)
        or remedies.nearer_usual(of.config)
        or remedies.wider(of.config)
        or remedies.longer(of.config)
    )
    return Diagnosis(
        "underfitting",
        f"Underfitting: {percent(trained)} in training and {percent(of.best)} on validation, where "
        f"{percent(of.limit)} is possible.",
        remedy,
    )


def rare_ignored(of: Training) -> Diagnosis | None:
    """Say that the rarest genres are recognized far less often than the others.

    The rarest genres are joined one by one, among those with less than half the mean number of tracks, and the first
    group that is clearly worse is named; intervals share their 5 %.
    """
    if of.counts is None or of.config.train.class_weighting != "none":
        return None
    support, right = of.counts.sum(axis=1), np.diagonal(of.counts)
    rare = [g for g in np.argsort(support, kind="stable") if 0 < support[g] < support[support > 0].mean() / 2]
    for n_rarest in range(1, len(rare) + 1):
        group = rare[:n_rarest]
        n, hits = int(support[group].sum()), int(right[group].sum())
        others = float((right.sum() - hits) / (support.sum() - n))
        if n >= 5 and wilson(hits, n, 1 - 0.05 / len(rare)).high < 0.75 * others:
            named = joined([of.genres[g] for g in group]) if n_rarest < 4 else count(n_rarest, "rarest genre")
            return Diagnosis(
                "rare_ignored",
                f"Rare genres ignored: {hits} of {count(n, of.noun)} of {named} recognized, against "
                f"{percent(others)} of the others.",
                remedies.balanced(of.config),
            )
    return None


def as_good_as_possible(of: Training) -> Diagnosis | None:
    """Say that no classifier could be clearly better: the interval reaches the limit, and 2 points lack at most."""
    if of.limit is None or of.interval is None or of.half_width > 0.05 or of.interval.high < of.limit:
        return None
    if of.best < of.limit - 0.02:
        return None
    return Diagnosis(
        "as_good_as_possible",
        f"As good as possible: {percent(of.best)} on validation; the best possible classifier reaches "
        f"{percent(of.limit)} in the long run.",
    )


RULES: tuple[Callable[[Training], Diagnosis | None], ...] = (
    diverged,
    collapsed,
    unstable,
    stuck,
    too_few,
    overfitting,
    still_climbing,
    underfitting,
    rare_ignored,
    as_good_as_possible,
)
