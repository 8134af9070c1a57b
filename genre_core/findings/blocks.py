"""The block rule: genres that are confused with each other beyond what each one's errors explain."""

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.findings.facts import Facts
from genre_core.findings.finding import Finding

LEVEL = 0.05
N_DRAWN = 300
N_FITTED = 12
FEWEST_ERRORS = 20
FEWEST_WITHIN = 10


def blocks(facts: Facts) -> list[Finding]:
    """Name the genres that stand out as a block, if errors without blocks would hardly ever show one so clear.

    Without blocks, a genre's errors go to the others in proportion to how much each of them attracts errors
    (quasi-independence, L. A. Goodman, JASA 63, 1968). The clearest block is looked for in the same way in errors drawn
    so, which takes into account that it was looked for: a parametric bootstrap of the largest of many statistics.
    """
    k = len(facts.counts)
    wrong = facts.evaluation.confusion_matrix.errors / _lump(facts)
    if k < 5 or wrong.sum() < FEWEST_ERRORS:
        return []
    expected = expected_alone(wrong[None])[0]
    statistic, members, usual = (found[0] for found in _block(wrong[None]))
    inside = np.flatnonzero(members)
    own = facts.counts[inside].sum() - np.trace(facts.counts[np.ix_(inside, inside)])
    within = facts.counts[np.ix_(inside, inside)].sum() - np.trace(facts.counts[np.ix_(inside, inside)])
    if within < FEWEST_WITHIN:
        return []
    drawn = _drawn(expected, np.random.default_rng(0))
    by_chance, _, _ = _block(drawn)
    if (1 + (by_chance >= statistic).sum()) / (1 + N_DRAWN) >= LEVEL:
        return []
    chance = usual[np.ix_(inside, inside)].sum() / usual[inside].sum()
    values = {"within": int(within), "errors": int(own), "share": within / own, "chance": float(chance)}
    genres = tuple(int(g) for g in inside)
    return [Finding("block", facts.matrix((genres, genres)), values, {}, genres)]


def _lump(facts: Facts) -> float:
    """Return by how much the variance of counts grows since tracks of a group err together, at the most."""
    if facts.groups is None or facts.right.all():
        return 1.0
    wrong, k = ~facts.right, len(facts.counts)
    members = np.unique(facts.groups[wrong], return_inverse=True)[1]
    sizes = np.bincount((members * k + facts.y_true[wrong]) * k + facts.y_pred[wrong])
    return float((sizes**2).sum() / sizes.sum())


def expected_alone(wrong: FloatArray, left_out: npt.NDArray[np.bool_] | None = None) -> FloatArray:
    """Fit counts (m, k, k) by row and column alone, the diagonal left out, by iterative proportional fitting.

    Cells that are `left_out` (m, k, k) do not count: they are fitted as the others would have them.
    """
    k = wrong.shape[-1]
    fitted = np.broadcast_to(1.0 - np.eye(k), wrong.shape).copy()
    for _ in range(N_FITTED):
        if left_out is not None:
            wrong = np.where(left_out, fitted, wrong)
        for axis in (2, 1):
            sums = fitted.sum(axis=axis, keepdims=True)
            fitted *= np.divide(wrong.sum(axis=axis, keepdims=True), sums, out=np.zeros_like(sums), where=sums > 0)
    return fitted


def _drawn(expected: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return matrices (N_DRAWN, k, k) with as many errors of each genre, drawn without blocks."""
    totals = expected.sum(axis=1)
    rows = [
        rng.multinomial(round(total), row / total, size=N_DRAWN) if round(total) else np.zeros((N_DRAWN, len(row)))
        for total, row in zip(totals, expected, strict=True)
    ]
    return np.stack(rows, axis=1).astype(np.float64)


def _block(wrong: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_], FloatArray]:
    """Return the clearest block of each matrix (m, k, k) as `_clearest` does, and what is expected without it.

    What is fitted with a block's own errors takes a part of them for usual; so it is looked for twice more, and judged,
    with the cells left out of the fit that were found before.
    """
    expected = expected_alone(wrong)
    statistic, inside = _clearest(wrong, expected)
    for _ in range(2):
        expected = expected_alone(wrong, inside[:, :, None] & inside[:, None])
        statistic, inside = _clearest(wrong, expected)
    return statistic, inside, expected


def _clearest(wrong: FloatArray, expected: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return of each matrix (m, k, k) the clearest block's statistic (m,), and its members (m, k).

    It begins with the pair whose excess is largest, and the genre that makes it clearest joins as long as it becomes
    clearer. All are confused both ways with the others, more than expected, and more than with the other genres on
    average: otherwise those that a block leaves over would be one as well. The statistic is the excess of confusions
    within over the square root of their expectation; minus infinity without a pair.
    """
    m, k, _ = wrong.shape
    back = wrong.transpose(0, 2, 1)
    excess, usual, both = wrong - expected, np.maximum(expected, 1e-9), wrong + back
    excess, usual = excess + excess.transpose(0, 2, 1), usual + usual.transpose(0, 2, 1)
    mean = both.sum(axis=2) / (k - 1)
    linked = (wrong > 0) & (back > 0) & (both > mean[:, :, None]) & (both > mean[:, None]) & (excess > 0)
    first, second = np.divmod(np.where(linked, excess, -np.inf).reshape(m, -1).argmax(axis=1), k)
    at, inside = np.arange(m), np.zeros((m, k), dtype=bool)
    inside[at, first] = inside[at, second] = True
    total, spread = excess[at, first, second], usual[at, first, second]
    best = np.where(linked[at, first, second], total / np.sqrt(spread), -np.inf)
    for size in range(2, max(3, k // 2)):
        more, wider, out, into, around = (
            np.einsum("mij,mj->mi", of, inside) for of in (excess, usual, wrong, back, both)
        )
        may = ~inside & (out > 0) & (into > 0) & (around > size * mean) & ~((excess <= 0) & inside[:, None]).any(axis=2)
        statistic = np.where(may, (total[:, None] + more) / np.sqrt(spread[:, None] + wider), -np.inf)
        joins = statistic.argmax(axis=1)
        clearer = statistic[at, joins] > best
        best = np.where(clearer, statistic[at, joins], best)
        inside[at[clearer], joins[clearer]] = True
        total, spread = total + clearer * more[at, joins], spread + clearer * wider[at, joins]
    return best, inside
