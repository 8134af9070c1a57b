"""Sentences of a genre's page: pure functions of results, each only where its interval supports it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dashboard.services.outcomes import Outcome
from dashboard.text.evaluate import FEW, counted, mean_recall, ordinal
from dashboard.theme import GAP, count, percent, points
from dashboard.views.genres.learning_curve import LearningCurve
from genre_core.data.dataset import Part
from genre_core.evaluation.concentration import Concentration
from genre_core.evaluation.confusion import f1_interval
from genre_core.evaluation.history import ConfusionHistory
from genre_core.evaluation.intervals import Z95, Interval, normal_quantile
from genre_core.evaluation.report import Evaluation, GenreScore
from genre_core.explaining.importance import Importance
from genre_core.inspection.apart import Apart
from genre_core.store.schema import Run
from genre_core.text import capitalized, joined, nothing_told, quoted_at_starts

MINUS = "\u2212"
MOST_NAMED = 2
"""Genres that are recognized equally well are named up to so many; more are counted."""


@dataclass(frozen=True)
class Taken:
    """Tracks of one genre that were taken for another: how many, as a share of their true genre, and which cell."""

    genre: str
    n: int
    share: float
    interval: Interval
    cell: tuple[int, int]


def best_recall(outcome: Outcome, genre: int) -> float | None:
    """Return the share of a genre's tracks that the best possible classifier finds; None where it is not known."""
    own = outcome.y_true == genre
    if outcome.limit is None or not own.any():
        return None
    return float((outcome.limit.y_pred[own] == genre).mean())


def by_difficulty(scores: Evaluation) -> list[int]:
    """Return the genres from the lowest recall to the highest; those without a track come last."""
    recalls = [2.0 if score.recall is None else score.recall for score in scores.per_genre]
    return sorted(range(len(recalls)), key=lambda genre: (recalls[genre], genre))


def all_genres(outcome: Outcome, part: Part) -> tuple[str, str]:
    """Return what the page says above the rulers of all genres: from which to which recall they go."""
    judged = [score for score in outcome.evaluation.per_genre if score.recall is not None]
    names = count(len(judged), "genre")
    n = counted(outcome, part)
    if len(judged) < 2:
        return quoted_at_starts(f"{judged[0].genre} is the only genre among the {n}.", outcome.genres), ""
    recalls = [score.recall or 0.0 for score in judged]
    low, high = min(recalls), max(recalls)
    if low == high:
        return f"All {names} are recognized equally well: {percent(low)} of {n}.", ""
    last, first = ([s.genre for s, own in zip(judged, recalls, strict=True) if own == end] for end in (low, high))
    answer = (
        f"{_those(last)} {'is' if len(last) == 1 else 'are'} recognized least often, {percent(low)}, and "
        f"{_those(first)} most often, {percent(high)}."
    )
    if few := outcome.evaluation.confusion_matrix.too_few_by_genre():
        return quoted_at_starts(answer, outcome.genres), f"Recall of {names} on {n}. {few} The order could be chance."
    return quoted_at_starts(answer, outcome.genres), f"Recall of {names} on {n}. {_apart(judged)}"


def _those(genres: list[str]) -> str:
    """Return genres by their names, many by their number."""
    return joined(genres) if len(genres) <= MOST_NAMED else count(len(genres), "genre")


def _apart(judged: Sequence[GenreScore]) -> str:
    """Say how many pairs of genres have intervals that do not overlap."""
    pairs = list(combinations([score.recall_interval for score in judged], 2))
    apart = sum(a.high < b.low or b.high < a.low for a, b in pairs)
    if not apart:
        return "All intervals overlap, so the order could be chance."
    if apart == len(pairs):
        return "No two intervals overlap, so the order is clear."
    return (
        f"In {apart:,} of {count(len(pairs), 'pair')} of genres the intervals do not overlap; "
        "the order of the others could be chance."
    )


def ruler_text(outcome: Outcome, genre: int) -> str:
    """Return the text beside the ruler of a genre."""
    score = outcome.evaluation.per_genre[genre]
    if score.recall is None:
        return f"no {outcome.noun} in this part"
    n = count(score.support, outcome.noun)
    few = outcome.evaluation.confusion_matrix.too_few(genre).removesuffix(" for an interval")
    found = percent(score.recall, score.recall_interval, few)
    return f"{found} · {n}" + ("" if score.predicted else " · never predicted")


def answer(outcome: Outcome, part: Part, genre: int) -> str:
    """Say how many tracks of a genre are recognized, and where that stands among the genres."""
    score = outcome.evaluation.per_genre[genre]
    if score.recall is None:
        return f"No {part} {outcome.noun} is {score.genre}, so its recall is unknown."
    n = count(score.support, f"{part} {outcome.noun}") + (
        f" whose {outcome.about} is {score.genre}" if outcome.about else ""
    )
    right = int(outcome.evaluation.confusion_matrix.counts[genre, genre])
    verb = "is" if score.support == 1 else "are"
    found = f"{right:,} of {n} {verb} recognized"
    if right == score.support:
        found = f"Its one {n.removeprefix('1 ')} is recognized" if score.support == 1 else f"All {n} are recognized"
    place = rank(outcome.evaluation, genre)
    return f"{found}{f', {place}' if place else ''}."


def rank(scores: Evaluation, genre: int) -> str:
    """Return where the recall of a genre stands among the others: `the 2nd lowest recall of 8 genres`."""
    recalls = [score.recall for score in scores.per_genre if score.recall is not None]
    own = scores.per_genre[genre].recall
    if own is None or len(recalls) < 2 or min(recalls) == max(recalls):
        return ""
    lower, higher = sum(other < own for other in recalls), sum(other > own for other in recalls)
    end, place = ("lowest", lower) if lower <= higher else ("highest", higher)
    shared = ", shared with others" if recalls.count(own) > 1 else ""
    nth = f"{ordinal(place + 1)} " if place else ""
    return f"the {nth}{end} recall of {len(recalls)} genres{shared}"


def against(outcome: Outcome, genre: int, known: str = "") -> str:
    """Say how a genre stands against the mean of the others and against the best possible classifier."""
    said = [_against_others(outcome, genre), _against_limit(outcome, genre, known)]
    return " ".join(sentence for sentence in said if sentence)


def _against_others(outcome: Outcome, genre: int) -> str:
    scores = outcome.evaluation
    score = scores.per_genre[genre]
    others = [s for g, s in enumerate(scores.per_genre) if g != genre and s.recall is not None]
    if score.recall is None or not others or nothing_told(score.recall_interval):
        return ""
    mean, low = mean_recall(others)
    high = 2 * mean - low
    by = points(abs(score.recall - mean))
    if score.recall_interval.high < low:
        return f"That is {by} below the mean of the others, {percent(mean)}."
    if score.recall_interval.low > high:
        return f"That is {by} above the mean of the others, {percent(mean)}."
    if score.recall == mean:
        return ""
    that = f"With {count(score.support, outcome.noun)} that" if score.support < FEW else "That"
    return f"{that} is no clear difference from the mean of the others, {percent(mean)}."


def _against_limit(outcome: Outcome, genre: int, known: str) -> str:
    best, score = best_recall(outcome, genre), outcome.evaluation.per_genre[genre]
    if best is None or score.recall is None:
        return ""
    n = round(best * score.support)
    whom = f", judging them as {known}," if known else ""
    said = f"The best possible classifier{whom} recognizes {n:,} of the same {outcome.noun}s"
    if score.recall == best:
        return f"{said} too."
    if nothing_told(score.recall_interval):
        return f"{said}."
    if score.recall_interval.low <= best <= score.recall_interval.high:
        return f"{said}: no clear difference."
    more = (
        "the model finds more of this genre at the expense of others"
        if score.recall > best
        else "there is more to learn"
    )
    return f"{said}: {more}."


def confused(outcome: Outcome, genre: int) -> str:
    """Say what a genre is taken for most, and what is taken for it."""
    name, (gone, come) = outcome.genres[genre], exchanges(outcome, genre)
    said = []
    if gone:
        said.append(f"It is most often taken for {_listed(gone)}.")
    if come:
        said.append(f"{capitalized(outcome.noun)}s of {_listed(come)} are most often taken for it.")
    elif outcome.evaluation.per_genre[genre].predicted:
        said.append(f"No other genre is taken for {name}.")
    return " ".join(said)


def _listed(taken: Sequence[Taken]) -> str:
    """Return the first two with all that are as common; too many of these are left out or counted."""
    second = taken[:2][-1].n
    named = [one for one in taken if one.n >= second]
    if len(named) > MOST_NAMED + 1:
        named = [one for one in named if one.n > second]
    if not named:
        return f"{sum(one.n == second for one in taken)} genres ({second:,} each)"
    return joined([f"{one.genre} ({one.n:,})" for one in named])


def exchanges(outcome: Outcome, genre: int) -> tuple[list[Taken], list[Taken]]:
    """Return what tracks of a genre were taken for, and of what genres tracks were taken for it, the most first."""
    matrix, k = outcome.evaluation.confusion_matrix, len(outcome.genres)

    def taken(i: int, j: int, named: int) -> Taken:
        n = int(matrix.counts[i, j])
        return Taken(outcome.genres[named], n, n / int(matrix.counts[i].sum()), matrix.interval(i, j, "true"), (i, j))

    gone = [taken(genre, j, j) for j in range(k) if j != genre and matrix.counts[genre, j]]
    come = [taken(i, genre, i) for i in range(k) if i != genre and matrix.counts[i, genre]]
    return sorted(gone, key=lambda one: -one.n), sorted(come, key=lambda one: (-one.n, -one.share))


def scores_line(outcome: Outcome, genre: int) -> str:
    """Return recall, precision and F1 of a genre in one line."""
    scores = outcome.evaluation
    score, few = scores.per_genre[genre], scores.confusion_matrix.too_few(genre)
    recall = "unknown" if score.recall is None else percent(score.recall, score.recall_interval, few)
    precision = "undefined, never predicted"
    if score.precision is not None:
        precision = percent(score.precision, None if few else score.precision_interval)  # said once, of the recall
    f1 = "undefined"
    if score.f1 is not None:
        f1 = percent(score.f1, None if few else f1_interval(scores.confusion_matrix, genre))
    return f"recall {recall} · precision {precision} · F1 {f1}"


def chance_recall(outcome: Outcome, genre: int) -> float:
    """Return the recall that as many answers of this genre would have, were they dealt to tracks at random."""
    return outcome.evaluation.per_genre[genre].predicted / outcome.evaluation.n


def apart_sentence(found: Sequence[Apart], genre: str, noun: str = "track") -> str:
    """Say which feature sets a genre apart most, and how many do so beyond chance."""
    clear = [one for one in found if one.clear]
    if not found:
        return f"The training part has no other genre to compare {genre} with."
    if not clear:
        return f"No feature's mean clearly separates {genre} from the other training {noun}s."
    first = clear[0]
    interval = "" if first.interval is None else f" ({_signed(first.interval.low)} to {_signed(first.interval.high)})"
    side = "above" if first.difference > 0 else "below"
    return (
        f"{first.feature} is {abs(first.difference):.2f} standard deviations {side} the mean of the other genres"
        f"{interval}; {len(clear):,} of {count(len(found), 'feature')} differ clearly."
    )


def importance_sentence(found: Sequence[Importance], genre: str, judged: str, n_repeats: int) -> str:
    """Say what a genre's recognition rests on most, where its interval leaves zero out: one for all features together.

    Of many features some seem to matter by chance, so that each has its share of the 5 % (Bonferroni).
    """
    judged = f"On {judged}, each feature shuffled {count(n_repeats, 'time')}."
    further = normal_quantile(1 - 0.025 / max(1, len(found))) / Z95
    clear = [
        one
        for one in found
        if one.recall_interval is not None and one.recall_drop > further * (one.recall_drop - one.recall_interval.low)
    ]
    if not clear or len(found) < 2:
        return f"No single feature clearly lowers the recall of {genre} when it is shuffled. {judged}"
    first = max(clear, key=lambda one: one.recall_drop)
    assert first.recall_interval is not None
    lost = points(first.recall_drop, first.recall_interval)
    return f"{genre} depends most on {first.feature}: shuffling it costs {lost} of recall. {judged}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", MINUS)


def epochs_sentence(history: ConfusionHistory, genre: int, best_epoch: int | None) -> str:
    """Say how the recall of a genre went on the validation part, from its first epoch to the best one."""
    name, own = history.genres[genre], history.recalls[:, genre]
    if not history.supports[genre]:
        return f"No validation track is {name}, so its progress is unknown."
    at = best_epoch or len(history)
    peak = int(np.argmax(own)) + 1
    few = history.matrix(at).too_few(genre)
    first, then = (percent(own[n - 1], history.recall_interval(n, genre), few) for n in (1, at))
    text = f"Recall of {name} on validation was {first} after the first epoch and {then} in epoch {at}"
    text += ", the best epoch overall."
    if own[peak - 1] > own[at - 1]:
        text += (
            f" Its own highest was {percent(own[peak - 1])}, in epoch {peak}; the highest of many epochs is partly "
            "luck."
        )
    return text


def before_learning(run: Run, n_scores: int, as_many_runs: float) -> str:
    """Say what measuring a learning curve does."""
    n = count(run.context["n_train"], f"training {run.noun}")
    return (
        f"Would more {run.noun}s help? This trains the network {n_scores:,} times on growing shares of the {n} and "
        f"takes about as long as {as_many_runs:.0f} runs. It covers all genres at once and uses validation, never test."
    )


def learning_sentence(curve: LearningCurve, genre: int, name: str, noun: str = "track") -> str:
    """Say what more training tracks brought to a genre, where the interval tells."""
    sizes, gain = curve.points(genre), curve.gain(genre)
    if curve.plan is not None and not curve.plan.support[genre]:
        return f"No validation {noun} is {name}, so its learning curve is unknown."
    if len(sizes) < 2:
        return "The first sizes are being measured."
    first, last = sizes[0], sizes[-1]
    text = (
        f"Recall of {name} on validation: {percent(first.score, first.interval)} after {first.n:,} training {noun}s "
        f"of it, {percent(last.score, last.interval)} after {last.n:,}."
    )
    if gain is None:
        return text
    change = points(gain.mean, gain.interval)
    step = f"the step from {gain.n_before:,} to {gain.n:,} {noun}s"
    if gain.clear and round(100 * gain.interval.low, 1):  # no claim from a limit that reads as zero
        return f"{text} It is still rising: {step} brought {change}, so more {noun}s may help."
    return f"{text} It is unclear whether it is still rising: {step} brought {change}."


def learning_note(curve: LearningCurve, noisy: bool, noun: str = "track") -> str:
    """Say what the bands of a learning curve cover, and what judges it where labels are noisy."""
    whole = f", each {curve.plan.kept_whole} whole" if curve.plan and curve.plan.kept_whole else ""
    n = count(curve.config.n_repeats, "repeat")
    judged = " Judged by the labels, some of which are wrong." if noisy else ""
    return (
        f"Mean of {n}, with its 95{GAP}% interval from the third one on; each has its own {noun}s{whole} and training "
        f"seed. The interval does not cover the choice of the validation {noun}s, which also chose the best epochs."
        f"{judged}"
    )


def groups_sentence(found: Concentration | None, name: str, level: str, part: Part) -> str:
    """Say whether few artists make up a genre's errors, only where chance would not do it."""
    if found is None:
        few = f"{name} has too few errors or {level}s among its {part} tracks"
        return f"{few} to tell whether a few {level}s cause most of them."
    worst = f"The worst {level if found.n_worst == 1 else count(found.n_worst, level)} of {len(found.groups):,}"
    verb = "makes" if found.n_worst == 1 else "make"
    said = f"{worst} {verb} {percent(found.share)} of the {found.n_errors:,} errors"
    chance = f"chance would give {percent(found.chance, found.chance_interval)}"
    if found.clear:
        return f"{said}; {chance}. A few {level}s cause most errors of {name} (p = {_p(found.p)})."
    return f"{said}; {chance}: no clear difference (p = {_p(found.p)})."


def _p(p: float) -> str:
    return f"{p:.2g}" if p >= 0.001 else "0.001 or less"
