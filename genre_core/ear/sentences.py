"""Sentences on what an ear test has shown."""

from genre_core.ear.agreement import Together
from genre_core.ear.published import PUBLISHED
from genre_core.ear.sitting import Sitting
from genre_core.evaluation.paired import LEVEL
from genre_core.evaluation.verdict import chance, points
from genre_core.text import GAP, count, percent


def headline(sitting: Sitting, found: Together) -> str:
    """Say who was right how often: `You were right on 15 of 24 clips, the CNN on 18.`."""
    you, other = found.first, found.second
    return (
        f"You were right on {you.n_right} of {count(len(you.y), sitting.test.noun)}, {other.name} on {other.n_right}."
    )


def alone(sitting: Sitting, n_right: int) -> str:
    """Say how often a person was right, where nobody is there to compare with."""
    return f"You were right on {n_right} of {count(len(sitting.scored), sitting.test.noun)}."


def verdict(sitting: Sitting, found: Together) -> str:
    """Say whether the difference could be chance, and what that rests on."""
    pair, noun, other = found.matched, sitting.test.noun, found.second.name
    if pair.p >= LEVEL:
        said = "No clear difference."
    else:
        said = "You are clearly better." if pair.difference > 0 else f"You are clearly behind {other}."
    return (
        f"{said} Only you were right on {count(pair.only_first, noun)}, only {other} on {pair.only_second}: "
        f"{chance(pair.p)}. Accuracy differs by {points(pair.difference, pair.interval, GAP)}."
    )


def agreement(sitting: Sitting, found: Together) -> str:
    """Say how far both give the same answers, be they right or wrong."""
    one, noun = found.kappa, sitting.test.noun
    same = int((found.first.said == found.second.said).sum())
    how = "that could be chance" if one.interval.low <= 0 else "more than chance"
    return (
        f"You gave the same answer as {found.second.name} on {count(same, noun)}: {how} "
        f"(kappa {one.value:.2f}, {one.interval.low:.2f} to {one.interval.high:.2f})."
    ).replace("-", "\N{MINUS SIGN}")


def behavior(sitting: Sitting, n_unknown: int) -> str:
    """Say how often a person did not know, listened again, or could not listen."""
    noun, said = sitting.test.noun, []
    if n_unknown:
        said.append(f"You did not know {count(n_unknown, noun)}, which counts as not right.")
    if sitting.test.kind == "sound":
        again = (
            f"You played {count(sitting.replays, 'clip')} again." if sitting.replays else "You heard each clip once."
        )
        said.append(again)
    if sitting.n_unheard:
        said.append(f"{count(sitting.n_unheard, noun)} could not be heard and count for nobody.")
    if missing := sitting.test.n_scored - len(sitting.scored) - sitting.n_unheard:
        said.append(f"You stopped before the last {count(missing, noun)}.")
    return " ".join(said)


def published() -> str:
    """Say what others have measured on people, with its source: of other music."""
    return " ".join(
        f"Published, on other music: {one.listeners} heard {one.heard} and were right on "
        f"{percent(one.accuracy, decimals=0)} in {one.n_genres} genres ([{one.source}]({one.url}))."
        for one in PUBLISHED
    )
