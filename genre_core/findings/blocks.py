"""The block rule: three genres or more that are confused with each other beyond what each one's errors explain."""

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import FloatArray
from genre_core.findings.facts import Facts
from genre_core.findings.finding import Evidence, Finding

LEVEL = 0.05
N_DRAWN = 300
N_FITTED = 12
FEWEST_ERRORS = 20


def blocks(facts: Facts) -> list[Finding]:
    """Name the genres that stand out as a block, if errors without blocks would hardly ever show one so clear.

    Without blocks, a genre's errors go to the others in proportion to how much each of them attracts errors
    (quasi-independence, L. A. Goodman, JASA 63, 1968). The clearest block is looked for in the same way in errors drawn
    so, which takes into account that it was looked for: a parametric bootstrap of the largest of many statistics.
    """
    k = len(facts.counts)
    wrong = facts.counts.astype(np.float64)
    np.fill_diagonal(wrong, 0)
    lump = _lump(facts)
    wrong = wrong / lump
    if k < 5 or wrong.sum() < FEWEST_ERRORS:
        return []
    expected = expected_alone(wrong[None])[0]
    statistic, members = (found[0] for found in _clearest(wrong[None], expected[None]))
    drawn = _drawn(expected, np.random.default_rng(0))
    by_chance, _ = _clearest(drawn, expected_alone(drawn))
    if (1 + (by_chance >= statistic).sum()) / (1 + N_DRAWN) >= LEVEL:
        return []
    inside = np.flatnonzero(members)
    own = facts.counts[inside].sum() - np.trace(facts.counts[np.ix_(inside, inside)])
    within = facts.counts[np.ix_(inside, inside)].sum() - np.trace(facts.counts[np.ix_(inside, inside)])
    usual = expected[np.ix_(inside, inside)].sum() / expected[inside].sum()
    values = {"within": int(within), "errors": int(own), "share": within / own, "chance": float(usual)}
    genres = tuple(int(g) for g in inside)
    evidence = Evidence("evaluate", facts.part, "matrix", ((genres, genres),), clean=facts.clean)
    return [Finding("block", evidence, values, {}, genres)]


def _lump(facts: Facts) -> float:
    """Return by how much the variance of counts grows since tracks of a group err together, at the most."""
    if facts.groups is None or facts.right.all():
        return 1.0
    wrong, k = ~facts.right, len(facts.counts)
    members = np.unique(facts.groups[wrong], return_inverse=True)[1]
    sizes = np.bincount((members * k + facts.y_true[wrong]) * k + facts.y_pred[wrong])
    return float((sizes**2).sum() / sizes.sum())


def expected_alone(wrong: FloatArray) -> FloatArray:
    """Fit counts (m, k, k) by row and column alone, the diagonal left out, by iterative proportional fitting."""
    k = wrong.shape[-1]
    fitted = np.broadcast_to(1.0 - np.eye(k), wrong.shape).copy()
    for _ in range(N_FITTED):
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


def _clearest(wrong: FloatArray, expected: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Return of each matrix (m, k, k) the clearest block's statistic (m,), and its members (m, k).

    From the pair with the largest excess on, the genre that keeps the block clearest joins it. The statistic is the
    excess of confusions within over the square root of their expectation.
    """
    m, k, _ = wrong.shape
    excess, usual = wrong - expected, np.maximum(expected, 1e-9)
    excess, usual = excess + excess.transpose(0, 2, 1), usual + usual.transpose(0, 2, 1)
    alone = np.where(np.eye(k, dtype=bool), -np.inf, excess / np.sqrt(usual))
    first, second = np.divmod(alone.reshape(m, -1).argmax(axis=1), k)
    at, inside = np.arange(m), np.zeros((m, k), dtype=bool)
    inside[at, first] = inside[at, second] = True
    total, spread = excess[at, first, second], usual[at, first, second]
    best, members = np.full(m, -np.inf), inside.copy()
    for _ in range(3, max(4, k // 2 + 1)):
        more = np.einsum("mij,mj->mi", excess, inside)
        wider = np.einsum("mij,mj->mi", usual, inside)
        statistic = np.where(inside, -np.inf, (total[:, None] + more) / np.sqrt(spread[:, None] + wider))
        joins = statistic.argmax(axis=1)
        inside[at, joins] = True
        total, spread = total + more[at, joins], spread + wider[at, joins]
        clearer = statistic[at, joins] > best
        best[clearer], members[clearer] = statistic[at, joins][clearer], inside[clearer]
    return best, members
