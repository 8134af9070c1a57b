"""Columns that measure nothing: indices and lengths taken as features, constants, copies of another column, slips."""

import re
from dataclasses import replace

import numpy as np

from genre_core.data.dataset import Column, Dataset, FloatArray, IntArray
from genre_core.data.inputs import Features
from genre_core.data.tables.cells import (
    counts_up,
    is_identifier_name,
    is_index_name,
    is_length_name,
    is_whole,
    plain,
)
from genre_core.data.tables.columns import CAN_KEEP, COARSER, LENGTH, NOT_TAKEN, SEVERAL_NOT_TAKEN, TOGETHER
from genre_core.data.tables.decoding import A_GUESS, AS_LIKELY
from genre_core.data.tables.labels import UNLABELED
from genre_core.inspection.sampling import MAX_ROWS, sample
from genre_core.inspection.warning import Finding, Kind, Severity, listed, percent, rows_of, tracks

MIN_ROWS = 50
NEARLY_ALL = 0.98
FAR = 10
"""Interquartile ranges from the median beyond which a value may be a slip."""
GAP = 3
"""How many times as far from the median as the next value a slip is."""
FEW = 0.05
CODES = (-1, -9, -99, -999, -9999, -99999)
"""Codes for a missing value where no other is negative; so are their opposites and 0 where they stand apart."""
SAME = 1 - 1e-6
"""Correlation from which two columns hold the same."""
UNIT = re.compile(r"[\d,]+ values? had the unit")
"""What is said of a column of numbers of which nothing was lost but their unit."""
MANY_COLUMNS = 1000
"""As many columns are compared with all at a time; of more, by as many rows first."""


_LOST: dict[Kind, re.Pattern[str]] = {
    "encoding": re.compile(f"{AS_LIKELY}|{A_GUESS}"),
    "rows left out": re.compile(r"ragged row|the other file has no such"),
    "rows without values": re.compile(r"every feature is missing|^No row of the genre"),
    "left out": re.compile(""),
}
"""Kinds of what was lost when the data were read, by the words that say it."""


def find(dataset: Dataset) -> list[Finding]:
    """Return what is odd about single columns; categories are 0 or 1 and cannot be odd."""
    told = [*_lost(dataset), *_problems(dataset), *_coarser(dataset), *_together(dataset), *_alone(dataset)]
    if not (dataset := _measured(dataset)).features:
        return told
    rows = sample(np.arange(len(dataset)), MAX_ROWS)
    codes = _codes(dataset)
    coded = {name for finding in codes for name in finding.columns}
    slips = [finding for finding in _slips(dataset, rows) if not coded & set(finding.columns)]
    coded |= {name for finding in slips for name in finding.columns}
    tails = _long_tails(dataset, rows, coded)
    return [
        *told,
        *_not_measured(dataset),
        *_constants(dataset, rows),
        *_copied(dataset, rows),
        *codes,
        *slips,
        *tails,
    ]


def _measured(dataset: Dataset) -> Dataset:
    """Return the data without what says categories."""
    if not isinstance(inputs := dataset.inputs, Features) or not any(inputs.is_mark):
        return dataset
    kept = ~np.array(inputs.is_mark)
    names = tuple(name for name, here in zip(dataset.features, kept, strict=True) if here)
    return replace(dataset, inputs=Features(dataset.X[:, kept], names))


def _lost(dataset: Dataset) -> list[Finding]:
    """Report rows and values that were lost when the data were read."""
    unlabeled = any(UNLABELED in column.problem for column in dataset.columns)  # said there, with the first row
    lost = [sentence for sentence in dataset.lost if not (unlabeled and sentence.endswith("left out: no genre."))]
    kinds = (next(kind for kind, words in _LOST.items() if words.search(sentence)) for sentence in lost)
    return [Finding(kind, "warning", sentence) for kind, sentence in zip(kinds, lost, strict=True)]


def _problems(dataset: Dataset) -> list[Finding]:
    """Report columns of which something was lost when they were read."""
    found = []
    told = [column for column in dataset.columns if column.problem]
    if len(names := [column.name for column in told if column.problem == NOT_TAKEN]) > 1:
        told = [column for column in told if column.name not in names]
        found.append(Finding("not taken", "warning", f"{listed(names)} {SEVERAL_NOT_TAKEN}", tuple(names)))
    for column in told:
        serious = column.problem.startswith("does not agree")
        kind: Kind = "not taken" if column.problem.startswith("is left out") else "read in part"
        kind = "rows without a genre" if UNLABELED in column.problem else kind
        severity: Severity = "serious" if serious else "note" if UNIT.match(column.problem) else "warning"
        found.append(Finding(kind, severity, column.sentence, (column.name,)))
    lengths = [
        column.name for column in dataset.columns if column.reason == LENGTH and "duration" in plain(column.name)
    ]
    if lengths:
        they, are, a = ("it", "is", "a length") if len(lengths) == 1 else ("they", "are", "lengths")
        sentence = f"{listed(lengths)} {are} left out: {they} {are} {a} and may say how recordings were cut."
        found.append(Finding("not taken", "note", sentence, tuple(lengths)))
    return found


def _coarser(dataset: Dataset) -> list[Finding]:
    """Report the column that groups the genres, by its names rather than its numbers."""
    found = [column for column in dataset.columns if column.reason.startswith(COARSER)]
    if not found:
        return []
    column = min(found, key=lambda column: plain(column.name).endswith("id"))
    label = next(column.name for column in dataset.columns if column.role == "label")
    numbers = column.reason.removeprefix(f"{COARSER}: ").partition(".")[0].replace("→", "into")
    sentence = f"{column.name} groups the genres of {label}, {numbers}: fewer genres are easier to tell apart."
    return [Finding("coarser genres", "note", sentence, (column.name,))]


def _together(dataset: Dataset) -> list[Finding]:
    """Report columns of text, or of folders, whose rows may belong together though no split keeps them so.

    Columns with as many groups are reported as one: they are other names of the same, as a rule.
    """
    alike: dict[str, list[Column]] = {}
    for column in dataset.columns:
        if column.reason.startswith(TOGETHER):
            alike.setdefault(column.reason.removeprefix(f"{TOGETHER}: ").partition(" ")[0], []).append(column)
    whole = dataset.whole
    return [
        Finding(
            "may belong together",
            "warning",
            f"{listed([column.name for column in own])} {'divides' if len(own) == 1 else 'each divide'} the {whole}s "
            f"into {own[0].reason.removeprefix(f'{TOGETHER}: ').removesuffix(f'. {CAN_KEEP}')}: where {whole}s of one "
            f"group are in both training and test, the score is too good for {whole}s of others.",
            (own[0].name,),
        )
        for own in alike.values()
    ]


def _alone(dataset: Dataset) -> list[Finding]:
    """Report a single feature: little can be learned from it, and what was left out may have been the others."""
    if len(dataset.features) != 1:
        return []
    sentence = (
        f"{dataset.features[0]} is the only feature: little can be learned from one number. Look at the columns that "
        "are left out."
    )
    return [Finding("one feature", "warning", sentence, dataset.features)]


def _not_measured(dataset: Dataset) -> list[Finding]:
    """Report features that number the rows, identify tracks, or say how the recording was cut."""
    found = []
    for i, name in enumerate(dataset.features):
        values = dataset.X[:, i]
        if is_length_name(name):
            why = "is a length: it says how the recording was cut"
        elif (is_index_name(name) and is_whole(values)) or (len(values) >= 20 and counts_up(values)):
            why = "only numbers the rows"
        elif is_identifier_name(name) and is_whole(values):
            why = "identifies tracks"
        else:
            continue
        sentence = f"{name} is used as a feature, but {why}, not how the music sounds. Leave it out."
        found.append(Finding("says nothing about the sound", "serious", sentence, (name,)))
    return found


def _constants(dataset: Dataset, rows: IntArray) -> list[Finding]:
    """Report columns with one value, and with nearly always the same one."""
    constant, nearly = [], []
    for i, name in enumerate(dataset.features):
        values = dataset.X[:, i]
        if not (np.nanmin(values, initial=np.inf) < np.nanmax(values, initial=-np.inf)):
            constant.append(name)
        elif len(dataset) >= MIN_ROWS and (share := _commonest(values[rows])) >= NEARLY_ALL:
            nearly.append((share, name))
    found = []
    if constant:
        what = "has one value" if len(constant) == 1 else "have one value each"
        sentence = (
            f"{listed(constant)} {what} in all {tracks(dataset, len(dataset))}, so "
            f"{'it' if len(constant) == 1 else 'they'} cannot separate genres."
        )
        found.append(Finding("constant", "note", sentence, tuple(constant)))
    if nearly:
        share, name = max(nearly)
        names = [column for _, column in nearly]
        more = f", {name} in {percent(share)}" if len(nearly) > 1 else ""
        what = "has" if len(nearly) == 1 else "have"
        sentence = (
            f"{listed(names)} {what} the same value in at least {percent(NEARLY_ALL)} of "
            f"{tracks(dataset, len(dataset))}"
            f"{more}: the few others may be errors."
        )
        found.append(Finding("constant", "note", sentence, tuple(names)))
    return found


def _commonest(values: FloatArray) -> float:
    """Return the share of the most common of the values that are there."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return 0.0
    starts = np.flatnonzero(np.concatenate([[True], known[1:] != known[:-1]]))
    return float(np.diff(np.append(starts, len(known))).max() / len(known))


def _copied(dataset: Dataset, rows: IntArray) -> list[Finding]:
    """Report pairs of columns of which one is the other, in other units perhaps."""
    if len(rows) < MIN_ROWS:
        return []
    X = dataset.X[rows]
    few = _units(X if X.shape[1] <= MANY_COLUMNS else X[sample(np.arange(len(rows)), MANY_COLUMNS)])
    alike = [
        (start + int(a), start + int(b))
        for start in range(0, X.shape[1], MANY_COLUMNS)
        for a, b in np.argwhere(np.triu(np.abs(few[:, start : start + MANY_COLUMNS].T @ few[:, start:]) >= SAME, 1))
    ]
    same = [(a, b) for a, b in alike if _are_same(X[:, [a, b]])]
    if not same:
        return []
    pairs = [f"{dataset.features[a]} and {dataset.features[b]}" for a, b in same]
    columns = tuple(dataset.features[i] for i in sorted({i for pair in same for i in pair}))
    sentence = (
        f"{'; '.join(pairs[:3])}{f' and {len(pairs) - 3:,} more pairs' if len(pairs) > 3 else ''} contain the same "
        "information, "
    )
    return [Finding("copied column", "note", sentence + "perhaps in other units: one of each is enough.", columns)]


def _units(X: FloatArray) -> FloatArray:
    """Return columns with mean 0 and length 1, of which the products are correlations; a missing value counts as 0."""
    scores = np.nan_to_num(X - np.nanmean(np.where(np.isnan(X).all(axis=0), 0.0, X), axis=0))
    length = np.linalg.norm(scores, axis=0)
    return np.divide(scores, length, out=np.zeros_like(scores), where=length > 0)


def _are_same(pair: FloatArray) -> bool:
    """Say whether two columns (n_rows, 2) are missing together and one tells the other."""
    a, b = _units(pair).T
    return bool((np.isnan(pair[:, 0]) == np.isnan(pair[:, 1])).all() and abs(a @ b) >= SAME)


def _codes(dataset: Dataset) -> list[Finding]:
    """Report columns with a number that often stands for a missing value, apart from all others."""
    found = []
    for i, name in enumerate(dataset.features):
        code, rest = _code_in(dataset.X[:, i])
        if rest:
            rows = np.flatnonzero(dataset.X[:, i] == code)
            sentence = (
                f"{name} is {code:g} in {tracks(dataset, len(rows))} and {rest} in the others: if that "
                "means a missing value, treat it as one."
            )
            found.append(Finding("code for missing", "warning", sentence, (name,), rows=rows_of(rows)))
    return found


def _code_in(values: FloatArray) -> tuple[float, str]:
    """Return a number below or above all others that may stand for a missing value, and where the others lie.

    A negative one stands beside none; 0 and high ones lie farther from the others than their middle half is wide.
    """
    known = values[~np.isnan(values)]
    for code in (known.min(initial=np.inf), known.max(initial=-np.inf)):
        others = known[known != code]
        if not (2 <= len(known) - len(others) <= len(known) / 2 and (code == 0 or -abs(code) in CODES)):
            continue
        if code < 0 and others.min() >= 0:
            return code, "never below 0"
        first, third = np.percentile(others, [25, 75])
        if (code == 0 or code >= 99) and np.abs(others - code).min() > third - first and len(np.unique(others)) > 20:
            return code, f"between {others.min():.4g} and {others.max():.4g}"
    return 0.0, ""


def _slips(dataset: Dataset, rows: IntArray) -> list[Finding]:
    """Report columns with a few values far from all others: a slip, another unit, or a code for a missing value.

    Far is relative to the middle half, and only beyond a gap: a long tail alone is no slip.
    """
    found = []
    for i, name in enumerate(dataset.features):
        known = np.flatnonzero(~np.isnan(dataset.X[:, i]))
        if len(known) < MIN_ROWS:
            continue
        values = dataset.X[known, i]
        first, median, third = np.percentile(values[sample(np.arange(len(values)), len(rows))], [25, 50, 75])
        far = _beyond_gap(np.abs(values - median), FAR * float(third - first))
        if not len(far):
            continue
        rest = np.delete(values, far)
        low, high = values[far].min(), values[far].max()
        which = f"{low:.4g}" if low == high else f"between {low:.4g} and {high:.4g}"
        count = "1 value" if len(far) == 1 else f"{len(far):,} values"
        sentence = (
            f"{name} has {count} far from all others ({which}; the others lie between {rest.min():.4g} and "
            f"{rest.max():.4g}): an error, another unit, or a code for a missing value?"
        )
        found.append(Finding("outliers", "warning", sentence, (name,), rows=rows_of(known[far])))
    return found


def _long_tails(dataset: Dataset, rows: IntArray, told: set[str]) -> list[Finding]:
    """Report columns with values far out, on a logarithmic scale where all are positive; `told` are known otherwise."""
    found: dict[str, tuple[float, IntArray]] = {}
    for i, name in enumerate(dataset.features):
        known = np.flatnonzero(~np.isnan(dataset.X[:, i]))
        if len(known) < MIN_ROWS or name in told:
            continue
        values = dataset.X[known, i]
        values = np.log(values) if values.min() > 0 else values
        first, median, third = np.percentile(values[sample(np.arange(len(values)), len(rows))], [25, 50, 75])
        distance = np.abs(values - median)
        if third > first and (distance > FAR * (third - first)).any():
            found[name] = (float(distance.max() / (third - first)), known[distance > FAR * (third - first)])
    if not found:
        return []
    worst = max(found, key=lambda name: found[name][0])
    n = sum(len(far) for _, far in found.values())
    far = np.unique(np.concatenate([far for _, far in found.values()]))
    where = worst if len(found) == 1 else f"{len(found):,} features ({worst} the most)"
    sentence = (
        f"{'1 value' if n == 1 else f'{n:,} values'} of {where}, in {tracks(dataset, len(far))}, "
        f"{'is' if n == 1 else 'are'} very far out: more than {FAR} interquartile ranges from the median. They "
        "squeeze all other values together when the feature is scaled."
    )
    return [Finding("long tails", "note", sentence, tuple(found), rows=rows_of(far))]


def _beyond_gap(distance: FloatArray, least: float) -> IntArray:
    """Return the positions of the few distances beyond `least` and beyond a gap."""
    none = np.empty(0, dtype=np.int64)
    if least <= 0 or not (distance > least).any():
        return none
    order = np.argsort(distance)
    first = max(1, len(order) - int(FEW * len(order)))
    ordered = distance[order]
    is_gap = (ordered[first:] > least) & (ordered[first:] > GAP * ordered[first - 1 : -1])
    return none if not is_gap.any() else np.sort(order[first + int(np.argmax(is_gap)) :])
