"""Sentences about labels that look wrong, and how well wrong ones are found: only what intervals support."""

from dashboard.services.labels import CrossPredictions, DoubtfulLabels
from dashboard.text.train import Headline, measuring
from dashboard.theme import GAP, count, percent
from genre_core.evaluation.flips_found import FlipsFound, Lab
from genre_core.evaluation.noise_floor import LEAST_TRACKS, NoiseFloor

IF = (
    "The limit holds if wrong labels are equally common in every genre, at most half of them, and as common on "
    "unmistakable tracks as on others."
)


def answer(labels: DoubtfulLabels, tracks: str) -> Headline:
    """Say how many labels look wrong, or that nothing shows it; `tracks` is such as `validation tracks`."""
    n, doubtful = len(labels.found), labels.found.n_doubtful
    of = f"{count(doubtful)} of {n:,} labels of {tracks}"
    if labels.lab is not None:
        return _known_wrong(labels, labels.lab, of)
    if labels.expected is not None:
        return _known_right(labels, of, n, tracks)
    if not doubtful:
        return Headline(
            f"None of the {n:,} labels of {tracks} looks doubtful. {_wrong_at_most(labels.floor)}", _why(labels.floor)
        )
    verb = "looks" if doubtful == 1 else "look"
    return Headline(f"{of} {verb} doubtful. {_wrong_at_most(labels.floor)}", _why(labels.floor))


def _wrong_at_most(floor: NoiseFloor | None) -> str:
    """Say how many labels can be wrong at most, or that nobody can say."""
    if floor is None or floor.limit is None:
        return "Nobody can tell the share of wrong labels."
    return f"At most {percent(floor.limit)} of all labels can be wrong."


def _why(floor: NoiseFloor | None) -> str:
    """Say what the limit rests on, and why there is none from below."""
    if floor is None:
        return f"A limit needs at least {LEAST_TRACKS} tracks."
    have = "has" if floor.n_contradicted == 1 else "have"
    counted = f"{floor.n_contradicted:,} of the {floor.n:,} tracks that the network is surest of {have} another label"
    if floor.limit is None:
        return f"{counted}: it has no tracks that it is sure of, so overlap and wrong labels look the same."
    return (
        f"{counted} ({percent(floor.value)}). Overlap explains some of those, perhaps all, so nobody can say how many "
        f"are wrong at least. {IF}"
    )


def _known_right(labels: DoubtfulLabels, of: str, n: int, tracks: str) -> Headline:
    assert labels.expected is not None
    drawn = "These synthetic tracks carry their true genres."
    if not labels.found.n_doubtful:
        return Headline(f"None of the {n:,} labels of {tracks} looks doubtful, and none is wrong.", drawn)
    verb = "looks" if labels.found.n_doubtful == 1 else "look"
    return Headline(
        f"{of} {verb} doubtful, but none is actually wrong.",
        f"{drawn} Overlap alone makes about {_expected(labels)} look doubtful.",
    )


def _known_wrong(labels: DoubtfulLabels, lab: Lab, of: str) -> Headline:
    found = lab.finder
    if not found.n_named:
        return Headline(f"No label looks doubtful, though {found.n_wrong:,} of {found.n:,} are wrong.", "")
    verb = "looks" if found.n_named == 1 else "look"
    known = f"These tracks were generated, so we know that {found.n_wrong:,} of {found.n:,} labels are wrong."
    if labels.expected is not None:
        known += f" Overlap alone would make about {_expected(labels)} look doubtful."
    return Headline(
        f"{of} {verb} doubtful, and {found.n_found:,} of those {'is' if found.n_found == 1 else 'are'} wrong: "
        f"{percent(found.precision, found.precision_interval)}.",
        known,
    )


def _expected(labels: DoubtfulLabels) -> str:
    assert labels.expected is not None
    mean, interval = labels.expected.mean, labels.expected.interval
    return f"{mean:,.0f} ({interval.low:,.0f}–{interval.high:,.0f})"


def without_truth(labels: DoubtfulLabels) -> str:
    """Say what one would have said had the true genres not been known."""
    floor = labels.floor
    said = _wrong_at_most(floor)
    return f"Without the true genres: {said[0].lower()}{said[1:]} {_why(floor)}"


def lab_sentence(lab: Lab, whom: str, *, with_recipe: bool = False) -> str:
    """Say how well the finder finds, against chance and the best; `whom` the best holds for, where not for all.

    `with_recipe` where the best knows the recipes of generated music.
    """
    found, best = lab.finder, lab.best
    if not found.n_named:
        return "The finder named no label, so it found none."
    at_random = found.n_named / found.n
    better = ": the finder is clearly better" if found.recall_interval.low > at_random else ""
    named = count(found.n_named, "label")
    chance = (
        f"It named {named}, so {percent(found.precision, found.precision_interval)} of what it named is wrong. "
        f"Picking as many at random would find {percent(at_random)} of the wrong labels{better}."
    )
    than, alone = (f" (judging {whom})", " that judges each by itself") if whom else ("", "")
    best_knows = "the recipes" if with_recipe else "the true probabilities"
    return (
        f"The finder finds {found.n_found:,} of the {found.n_wrong:,} wrong labels, "
        f"{percent(found.recall, found.recall_interval)}. {chance} By {best_knows}{than}, the "
        f"{best.n_named:,} most suspicious labels include {best.n_found:,} wrong ones; no ranking{alone} does better "
        "on average."
    )


def score_line(who: str, found: FlipsFound) -> str:
    """Say what somebody found in a round of the game."""
    alarms = "no false alarm" if not found.false_alarms else count(found.false_alarms, "false alarm")
    return f"{who} found {found.n_found} of {found.n_wrong}, with {alarms}"


def luck(n: int, n_wrong: int) -> str:
    """Say how little a round says."""
    return (
        f"{n} tracks prove little: blindly marking {n_wrong} of them finds {n_wrong * n_wrong / n:.1f} on average. "
        "Play several rounds before you decide who is better."
    )


def crossed(found: CrossPredictions) -> str:
    """Say how far the predictions of all tracks are."""
    n, k = len(found.folds), found.config.n_folds
    left = found.seconds_left
    about = "" if left is None or not found.study.active else f", about {max(1, round(left)):,}{GAP}s left"
    match found.study.state:
        case "queued":
            return "Waiting for a worker."
        case "running" if found.study.measuring:
            return measuring(found.study.measuring, "Then the first network trains.").answer
        case "failed":
            return f"It failed after {n} of {k} networks. {found.study.error or ''}"
        case "cancelled":
            return f"Stopped after {n} of {k} networks."
        case _:
            return f"{n} of {k} networks have been trained and have judged their tracks{about}."


def crossed_note(found: CrossPredictions) -> str:
    """Say how all tracks were predicted, and which were left out."""
    plan = found.plan
    if plan is None:
        return ""
    kept = f", each {plan.kept_whole} kept whole" if plan.kept_whole else ""
    torn = f" Each {' and each '.join(plan.torn)} is divided, because a genre has too few." if plan.torn else ""
    closed = f" The test part is closed: its {plan.n_left_out:,} tracks are not used." if plan.n_left_out else ""
    return f"Each track is judged by one of {plan.n_folds} networks that did not learn from it{kept}.{torn}{closed}"


def which(n_wrong: int, n: int) -> str:
    """Ask which of the tracks of a round have wrong labels."""
    return f"{n_wrong} of these {n} labels are wrong. Which?"


def no_round(part: str, *, known: bool) -> Headline:
    """Say why there is no round of the game: it is not known which labels are wrong, or too few are wrong or right."""
    reason = (
        "The game needs generated tracks with some wrong labels, so that the truth is known. Train on such tracks, "
        "then play here."
    )
    if known:
        reason = f"Too few of these {part} labels are wrong, or right, for a round of the game."
    return Headline("This run has no wrong labels to find.", reason)
