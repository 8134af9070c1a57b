"""Sentences of Compare: which runs it can compare, what tells them apart, and which tracks moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dashboard.shell.cells import Selection
from dashboard.text.badges import Badge
from dashboard.text.evaluate_states import TRAIN, Step
from dashboard.text.runs import STATES
from dashboard.text.train import Headline
from dashboard.theme import GAP, Numbers, count, signed_points
from dashboard.theme import points as size_in_points
from genre_core.evaluation.comparison import Comparison, GenreDifference
from genre_core.evaluation.matrix_difference import MatrixDifference
from genre_core.evaluation.paired import LEVEL
from genre_core.evaluation.verdict import overlooked, p_value, points, verdict
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import all_settings, flatten, labels
from genre_core.store.schema import Run

MOST_LISTED = 50
INCOMPARABLE = "These runs cannot be compared."
PARTS = {
    "difference": "Difference",
    "moved": "Tracks",
    "curves": "Curves",
    "by-genre": "By genre",
    "settings": "Settings",
}
"""What a phone shows one at a time."""
VERDICTS = {
    "first": "A is better",
    "second": "the other is better",
    "undecided": "no clear difference",
    "same": "the same predictions",
}
POWER_HELP = (
    "“Could be missed” means that the test finds such a difference in fewer than four of five comparisons. The number "
    "of tracks needed is for finding the true difference in four of five; its range comes from the interval of the "
    "difference. "
    "Exact McNemar test (groups of tracks together), adjusted by Holm if you compare with several runs."
)


@dataclass(frozen=True)
class SettingRow:
    """One setting in which runs differ, with its value in each of them, as it is written."""

    title: str
    name: str
    values: tuple[str, ...]


def no_runs(any_runs: bool) -> tuple[Headline, Step]:
    """Say that there is nothing to compare."""
    if any_runs:
        reason = "You need two complete runs that are judged on the same tracks."
        return Headline("Too few runs are complete.", reason), Step(TRAIN, "Train another")
    reason = "Train two classifiers first. This page then shows whether one is really better, and on which tracks."
    return Headline("Nothing to compare yet.", reason), Step(TRAIN, "Train the first run")


def judged_by(about: str) -> str:
    """Say what judges, the label or the true genre, where the two differ."""
    return f"Judged by the {about}s." if about else ""


def choose_more(first: str | None) -> Headline:
    """Ask for a second run."""
    asked = "Choose the runs to compare." if first is None else f"Choose a run to compare {first} with."
    return Headline(asked, "The first run is compared with each of the others on the same tracks.")


def none_alike(first: str) -> tuple[Headline, Step]:
    """Say that no other run is judged on the same tracks."""
    reason = "Train another classifier on the same data and split. This page then compares the two, track by track."
    return Headline(f"No other complete run has the same tracks as {first}.", reason), Step(TRAIN, "Train another")


def missing(run_id: str) -> str:
    """Say that a run of the link is not here."""
    return f"There is no run {run_id} here: it was deleted or was made on another computer."


def incomplete(run: Run) -> str:
    """Say that a run cannot be compared yet."""
    how = STATES[run.state].split(" ", 1)[1]
    return f"{run.name} is not complete ({how}), so it cannot be compared yet."


def twice(name: str) -> str:
    """Say that a run was named twice."""
    return f"{name} is named twice, but a run cannot be compared with itself."


def closed(names: Sequence[str]) -> Headline:
    """Say whose test part was not looked at, and what looking costs."""
    whose = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    reason = (
        "A comparison on test shows the scores of all compared runs. Choose by validation: choosing by test scores "
        "makes them too optimistic."
    )
    return Headline(f"The test part is closed for {whose}.", reason)


def headline(found: Comparison, names: tuple[str, str], nouns: str) -> str:
    """Return the verdict on two runs, which `found` calls by letters, with what tells them apart.

    `names` are those of the better run and of the other, or of the first and the second where none is better.
    """
    letters = (found.second, found.first) if found.kind == "second" else (found.first, found.second)
    one, other = (f"{name} ({letter})" for name, letter in zip(names, letters, strict=True))
    if found.kind in ("first", "second"):
        first, second = (one, other) if found.kind == "first" else (other, one)
        return verdict(replace(found, first=first, second=second), nouns, GAP)
    return f"{one} or {other}? {verdict(found, nouns, GAP)}"


def not_offered(others: Sequence[tuple[Run, str]], first: Run) -> tuple[str, list[str]]:
    """Say how many runs cannot be compared with the first, and of the latest why."""
    listed = [f"{name}: {_why_other(run, first)}" for run, name in others[:MOST_LISTED]]
    more = [f"and {len(others) - MOST_LISTED:,} more"] if len(others) > MOST_LISTED else []
    return f"{count(len(others), 'run')} on other tracks cannot be compared", [*listed, *more]


def _why_other(run: Run, first: Run) -> str:
    one, other = run.known_config, first.known_config
    if one is None or other is None:
        return "made by another version"
    return "another split" if one.data.identity == other.data.identity else "other data"


def limits(first: ExperimentConfig, second: ExperimentConfig, found: Comparison) -> list[Badge]:
    """Return the badges of a verdict: what it could have missed, and what the difference can be put down to."""
    missed = overlooked(found, GAP)
    seen = [Badge("a small difference could be missed", missed)] if missed else []
    seeds = {"train.seed", "split.seed", "data.seed"}
    names = {name for name, ours, theirs in _pairs(first, second) if ours != theirs}
    if found.kind == "same" or not names or first.averaged_with or second.averaged_with:
        return seen
    if names <= seeds:
        return [*seen, Badge("only the seed differs", "Any difference is luck.")]
    once = "Another seed also changes the score. This result is about these two networks, not about their settings."
    return [*seen, Badge("each was trained once", once)]


def setting_rows(configs: Sequence[ExperimentConfig]) -> list[SettingRow]:
    """Return the settings that are not the same in all runs, in their order."""
    known, flat = all_settings(), [flatten(config) for config in configs]
    names = list(dict.fromkeys(name for values in flat for name in values))
    averaged = tuple(f"the mean of {len(config.members)}" if config.averaged_with else "one" for config in configs)
    networks = [SettingRow("Networks", "averaged_with", averaged)] if len(set(averaged)) > 1 else []
    return networks + [
        SettingRow(
            known[name].title,
            name,
            tuple(said[name] or "none" if name in said else "–" for said in map(labels, configs)),
        )
        for name in names
        if len({repr(values.get(name)) for values in flat}) > 1
    ]


def pair_row(name: str, found: Comparison) -> dict[str, Any]:
    """Return the row of one comparison in the table of pairs; differences in points."""
    pair = found.matched
    return {
        "compared with": name,
        "verdict": VERDICTS[found.kind],
        "accuracy": points(pair.difference, pair.interval, GAP),
        "macro-F1": points(found.macro_f1, found.macro_f1_interval, GAP),
        "only A right": pair.only_first,
        "only the other right": pair.only_second,
        "p": p_value(found.p_adjusted).removeprefix("p ").removeprefix("= "),
        "smallest clear difference": size_in_points(found.detectable),
        "tracks needed": found.needed_range.say("track").removesuffix(" tracks") if found.needed else "",
    }


def genre_row(genre: GenreDifference, first: str, second: str) -> dict[str, Any]:
    """Return the row of one genre: recalls in percent, the difference in points as it is written."""
    pair, clear = genre.matched, ""
    if pair is None or genre.p_adjusted is None:
        empty = {"genre": genre.genre, "tracks": 0, "clear difference": "no tracks"}
        return dict.fromkeys(genre_columns(first, second)) | empty
    ours = (pair.both + pair.only_first) / pair.n
    if genre.p_adjusted < LEVEL:
        clear = f"{first if pair.difference > 0 else second} is better"
    difference = points(pair.difference, pair.interval, "").replace("points", "")
    p = p_value(genre.p_adjusted).removeprefix("p ").removeprefix("= ")
    values = (genre.genre, pair.n, 100 * ours, 100 * (ours - pair.difference), difference, p, clear)
    return dict(zip(genre_columns(first, second), values, strict=True))


def genre_columns(first: str, second: str) -> tuple[str, ...]:
    """Return the columns of the table of genres."""
    return ("genre", "tracks", f"recall, {first}", f"recall, {second}", "difference", "p", "clear difference")


def genre_numbers(found: Comparison) -> dict[str, list[Any]]:
    """Return the same by column as numbers, rates and differences as fractions: for a file."""
    rows = [
        (one.genre, one.matched.n, one.matched.only_first, one.matched.only_second, one.matched.difference,
         one.matched.interval.low, one.matched.interval.high, one.matched.p, one.p_adjusted)
        for one in found.per_genre
        if one.matched is not None
    ]  # fmt: skip
    names = (
        "genre", "tracks", f"only {found.first} right", f"only {found.second} right", "difference of recall", "low",
        "high", "p", "p adjusted by Holm",
    )  # fmt: skip
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def genres_sentence(found: Comparison) -> str:
    """Say for which genres the two differ beyond chance, all genres considered together."""
    clear = [one for one in found.per_genre if one.p_adjusted is not None and one.p_adjusted < LEVEL]
    if not clear:
        return "No single genre shows a clear difference, with all genres considered together (Holm)."
    said = [
        f"{one.genre} ({found.first if one.matched and one.matched.difference > 0 else found.second} better)"
        for one in clear
    ]
    return (
        f"{count(len(clear), 'genre')} {'shows' if len(clear) == 1 else 'show'} a clear difference, with all genres "
        f"considered together (Holm): {', '.join(said[:4])}."
    )


def matrix_sentence(found: Comparison, difference: MatrixDifference) -> str:
    """Say what the difference matrix shows as a whole."""
    if not found.n_moved:
        return "Both make the same predictions, so every cell is 0."
    tried = int(np.count_nonzero(difference.high - difference.low))
    beyond = int(difference.beyond_chance.sum())
    said = f"{beyond:,} of the {count(tried, 'cell')} that differ {'is' if beyond == 1 else 'are'} beyond chance"
    by_chance = max(1, round(tried / 20))
    return (
        f"{found.first} minus {found.second}: {said} when tested one by one; chance alone gives about {by_chance}. "
        f"Blue: {found.first} puts more tracks there. Amber: {found.second} does. Pale: could be chance."
    )


def moved_sentence(here: int, first: str, second: str, into: tuple[int, int], chosen: Selection | None) -> str:
    """Say how many tracks moved in what is chosen: `into` are those in it by the first run and by the second alone."""
    if chosen is None:
        return f"{count(here, 'track')} with different predictions. Select a cell of the matrix to see its tracks."
    if not here:
        return "No track moved here: both runs put the same tracks into it."
    own, other = into
    if own + other == here:
        return f"{count(own, 'track')} put here only by {first}, {count(other, 'track')} only by {second}."
    return f"{count(here, 'track')} with different predictions."


def three(found: Comparison) -> Numbers:
    """Return the three numbers of a plain page."""
    pair = found.matched
    first, second = (pair.both + pair.only_first) / pair.n, (pair.both + pair.only_second) / pair.n
    return {
        f"Accuracy of {found.first}": first,
        f"Accuracy of {found.second}": second,
        "Difference": signed_points(first - second),
    }


def agreement_rows(found: Comparison) -> list[tuple[str, str, str]]:
    """Return the table that McNemar's test looks at, as (name, glossary term, value)."""
    pair = found.matched
    rows = (
        ("Both right", pair.both),
        (f"Only {found.first} right", pair.only_first),
        (f"Only {found.second} right", pair.only_second),
        ("Both wrong", pair.neither),
    )
    return [(name, "McNemar test", f"{n:,}") for name, n in rows]


def no_curves(names: Sequence[str]) -> str:
    """Say which runs did not learn by themselves: ensembles average what others learned."""
    return f"{' and '.join(names)} {'has' if len(names) == 1 else 'have'} no curves: an ensemble is not trained."


def curves_alt(runs: Mapping[str, tuple[int, int | None]], what: str) -> str:
    """Describe the overlaid curves: `runs` maps names to (epochs, best epoch)."""
    said = "; ".join(f"{name}: {count(n, 'epoch')}, best epoch {best or 'unknown'}" for name, (n, best) in runs.items())
    return f"{what} over the epochs of {count(len(runs), 'run')}. {said}."


def _pairs(first: ExperimentConfig, second: ExperimentConfig) -> list[tuple[str, Any, Any]]:
    ours, theirs = flatten(first), flatten(second)
    return [(name, ours.get(name), theirs.get(name)) for name in {**ours, **theirs}]
