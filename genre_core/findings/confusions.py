"""Rules about what is taken for what: the most common confusion, one-way ones, blocks, and neighbors in order."""

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.holm import holm
from genre_core.findings.blocks import expected_alone
from genre_core.findings.facts import Facts
from genre_core.findings.finding import Cells, Finding
from genre_core.findings.rates import Chosen, GroupedTrials, Trials, trials

LEVEL = 0.05
N_RELABELLED = 1999
MANY = 50
"""From so many genres on, neighbors are too many cells to point at."""
Pair = tuple[int, int]
"""True and predicted genre, counted from 0."""


def confusions(facts: Facts) -> list[Finding]:
    """Name the most common confusion and the one that goes one way most clearly, if those are two."""
    wrong = facts.evaluation.confusion_matrix.errors
    if wrong.sum() < 2:
        return []
    one_way = _one_way(facts, wrong)
    commonest = _commonest(facts, wrong, {cell for cell, _ in one_way})
    named = {finding.evidence.cells[0] for finding in commonest}
    other = [(cell, p) for cell, p in one_way if cell not in named]
    return [*commonest, *(_one_way_finding(facts, cell) for cell, _ in other[:1])]


def _commonest(facts: Facts, wrong: IntArray, one_way: set[Pair]) -> list[Finding]:
    """Name the fullest cell off the diagonal, if errors dealt to all such cells at random would not fill it so.

    It is `clear` that it is the fullest where it holds against the next one alone (K. Hung & W. Fithian, "Rank
    verification for exponential families", Annals of Statistics 47, 2019).
    """
    k = len(wrong)
    order = np.argsort(-wrong, axis=None, kind="stable")[:2]
    (i, j), (m, n) = (tuple(map(int, divmod(int(at), k))) for at in order)
    errors = ~facts.right
    first = _in_cell(facts, i, j)
    p = trials(first, errors, facts.groups).p_value(1 / (k * (k - 1)), "above") * k * (k - 1)
    if p >= LEVEL:
        return []
    second = _in_cell(facts, m, n)
    clear = trials(first, first | second, facts.groups).p_value(0.5) < LEVEL
    support = facts.counts.sum(axis=1)
    values = {
        "n": int(wrong[i, j]),
        "support": int(support[i]),
        "share": wrong[i, j] / support[i],
        "errors": int(errors.sum()),
        "back": int(wrong[j, i]),
        "back_support": int(support[j]),
        "one_way": (i, j) in one_way,
        "clear": clear,
        "next": int(wrong[m, n]),
    }
    intervals = {"share": facts.evaluation.confusion_matrix.interval(i, j, "true")}
    genres = (i, j) if clear else (i, j, m, n)
    return [Finding("confusion", facts.matrix((i, j)), values, intervals, genres)]


def _one_way(facts: Facts, wrong: IntArray) -> list[tuple[Pair, float]]:
    """Return the cells whose genre is taken for the other more often than the other for it, the clearest first.

    The share of tracks of either genre that are taken for the other one are compared by the conditional test of two
    rates (J. Przyborowski & H. Wilenski, Biometrika 31, 1940), by Holm over all pairs of genres.
    """
    k, support = len(wrong), facts.counts.sum(axis=1)
    pairs = [(i, j) for i in range(k) for j in range(i) if support[i] and support[j] and wrong[i, j] + wrong[j, i]]
    if not pairs:
        return []
    tests = [_pair(facts, i, j) for i, j in pairs]
    rates = [support[i] / (support[i] + support[j]) for i, j in pairs]
    p = holm(np.array([test.p_value(rate) for test, rate in zip(tests, rates, strict=True)]))
    found: list[tuple[Pair, float]] = []
    for at in np.argsort(p, kind="stable"):
        if p[at] < LEVEL:
            i, j = pairs[at]
            there = tests[at].hits > rates[at] * tests[at].n
            found.append(((i, j) if there else (j, i), float(p[at])))
    return found


def _pair(facts: Facts, i: int, j: int) -> Trials | GroupedTrials:
    there = _in_cell(facts, i, j)
    return trials(there, there | _in_cell(facts, j, i), facts.groups)


def _one_way_finding(facts: Facts, cell: Pair) -> Finding:
    i, j = cell
    matrix, support = facts.evaluation.confusion_matrix, facts.counts.sum(axis=1)
    there, back = facts.counts[i, j], facts.counts[j, i]
    values = {"n": int(there), "support": int(support[i]), "back": int(back), "back_support": int(support[j])}
    values |= {"share": there / support[i], "back_share": back / support[j]}
    intervals = {"share": matrix.interval(i, j, "true"), "back_share": matrix.interval(j, i, "true")}
    return Finding("one_way", facts.matrix((i, j), (j, i)), values, intervals, (i, j))


def neighbours(facts: Facts) -> list[Finding]:
    """Say so where genres next to each other in their order are confused more than others.

    What neighbors' errors are beyond those that how common and how attractive either genre is explain is added up
    again under random orders of the genres: N. Mantel, "The detection of disease clustering", Cancer Research 27
    (1967).
    """
    k, wrong = len(facts.counts), facts.evaluation.confusion_matrix.errors
    if not facts.ordered or k < 4 or not wrong.sum():
        return []
    expected = expected_alone(wrong[None].astype(np.float64))[0]
    given, orders = np.arange(k)[None], np.tile(np.arange(k), (N_RELABELLED, 1))
    orders = np.random.default_rng(0).permuted(orders, axis=1)
    excess = wrong - expected
    if (1 + (_adjacent(excess, orders) >= _adjacent(excess, given)).sum()) / (1 + N_RELABELLED) >= LEVEL:
        return []
    beside = [(g, g + step) for g in range(k) for step in (-1, 1) if 0 <= g + step < k]
    cells: tuple[Cells, ...] = tuple(beside) if k < MANY else ()
    share, chance = (float(_adjacent(counts, given)[0] / wrong.sum()) for counts in (wrong, expected))
    values = {"share": share, "chance": chance, "errors": int(wrong.sum())}
    return [Finding("neighbours", facts.matrix(*cells), values, {}, ())]


def _adjacent(counts: FloatArray | IntArray, orders: IntArray) -> FloatArray:
    """Return the sum of counts (k, k) between neighbors, either way, for each order (m, k) of genres."""
    before, after = orders[:, :-1], orders[:, 1:]
    return (counts[before, after] + counts[after, before]).sum(axis=1)


def _in_cell(facts: Facts, i: int, j: int) -> Chosen:
    return np.asarray((facts.y_true == i) & (facts.y_pred == j))
