"""Sentences on what an ear test has shown; `who` took it: you, who read them, or they, whose test it is."""

from typing import Literal, NamedTuple

from genre_core.ear.agreement import Together
from genre_core.ear.sitting import Sitting
from genre_core.evaluation.paired import LEVEL
from genre_core.evaluation.verdict import chance, higher, which_decides
from genre_core.text import GAP, capitalized, count, percent

Who = Literal["you", "they"]


class HumanFigure(NamedTuple):
    """A published figure: who heard what, the share that was right, in [0, 1], and where it stands."""

    accuracy: float
    listeners: str
    heard: str
    n_genres: int
    source: str
    url: str


PUBLISHED = (
    HumanFigure(
        0.70,
        "students",
        "3 seconds of popular and classical recordings",
        10,
        "R. Gjerdingen & D. Perrott, “Scanning the Dial”, Journal of New Music Research 37 (2008)",
        "https://doi.org/10.1080/09298210802479268",
    ),
)
"""Figures on people. M. Dong (2018, arXiv:1802.09697) compares a network on GTZAN with this one: a much quoted “human
accuracy of 70 % on GTZAN” was not measured there."""


def headline(sitting: Sitting, found: Together, who: Who = "you") -> str:
    """Say who was right how often: `You were right on 15 of 24 clips, the CNN on 18.`."""
    you, other = found.first, found.second
    n = count(len(you.y), sitting.test.noun)
    return f"{capitalized(who)} were right on {you.n_right} of {n}, {other.name} on {other.n_right}."


def alone(sitting: Sitting, n_right: int, who: Who = "you") -> str:
    """Say how often a person was right, where nobody is there to compare with."""
    return f"{capitalized(who)} were right on {n_right} of {count(len(sitting.scored), sitting.test.noun)}."


def verdict(sitting: Sitting, found: Together, who: Who = "you") -> str:
    """Say whether the difference could be chance, and what that rests on."""
    pair, noun, other = found.matched, sitting.test.noun, found.second.name
    whom = "them" if who == "they" else who
    if pair.p >= LEVEL:
        said = "No clear difference."
    else:
        how = "better" if pair.difference > 0 else f"behind {other}"
        said = f"{capitalized(who)} are clearly {how}."
    return (
        f"{said} Only {who} were right on {count(pair.only_first, noun)}, only {other} on {pair.only_second}: "
        f"{chance(pair.p)}. Accuracy is {higher(pair.difference, pair.interval, whom, other, GAP)}."
        f"{which_decides(pair.p, pair.interval)}"
    )


def agreement(sitting: Sitting, found: Together, who: Who = "you") -> str:
    """Say how far both give the same answers, be they right or wrong."""
    one, noun = found.kappa, sitting.test.noun
    same = int((found.first.said == found.second.said).sum())
    how = "that could be chance" if one.interval.low <= 0 else "more than chance"
    kappa = f"kappa {one.value:.2f}, {one.interval.low:.2f} to {one.interval.high:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"{capitalized(who)} gave the same answer as {found.second.name} on {count(same, noun)}: {how} ({kappa})."


def behavior(sitting: Sitting, n_unknown: int, who: Who = "you") -> str:
    """Say how often a person did not know, listened again, or could not listen."""
    noun, said, name = sitting.test.noun, [], capitalized(who)
    if n_unknown:
        said.append(f"{name} did not know {count(n_unknown, noun)}, which counts as not right.")
    if sitting.test.kind == "sound":
        n, once = sitting.replays, f"{name} heard each clip once."
        again = f"{name} played {count(n, 'clip')} again." if n else once
        said.append(again)
    if sitting.n_unheard:
        said.append(f"{count(sitting.n_unheard, noun)} could not be heard and count for nobody.")
    if missing := sitting.test.n_scored - len(sitting.scored) - sitting.n_unheard:
        said.append(f"{name} stopped before the last {count(missing, noun)}.")
    return " ".join(said)


def published() -> str:
    """Say what others have measured on people, with its source: of other music."""
    return " ".join(
        f"Published, on other music: {one.listeners} heard {one.heard} and were right on "
        f"{percent(one.accuracy, decimals=0)} in {one.n_genres} genres ([{one.source}]({one.url}))."
        for one in PUBLISHED
    )
