"""The confusion matrix of a run as a page draws it: merged, ordered, against the best possible; kept for the next."""

from dataclasses import dataclass, replace

from dashboard.figures.matrix import Compared, MatrixView, matrix_view
from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.matrix_views import arranged, difference_view
from dashboard.services.outcomes import outcome
from genre_core.data.dataset import Part
from genre_core.evaluation.confusion import ConfusionMatrix, Normalization, confusion_matrix
from genre_core.evaluation.hierarchy import HierarchicalScores, Tree, hierarchical_scores
from genre_core.evaluation.matrix_difference import MatrixDifference, matrix_difference
from genre_core.evaluation.merging import Merged, Merges, mapping_of, members_of, merged
from genre_core.evaluation.ordering import Order, genre_order
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run


@dataclass(frozen=True, eq=False)
class Confusions:
    """A matrix as it is drawn, and what is counted in it: the model's `matrix`, and that of the best possible.

    `best` is None where the limit is not known, `difference` unless it is drawn, `merged` where no genres are.
    """

    view: MatrixView
    matrix: ConfusionMatrix
    best: ConfusionMatrix | None
    difference: MatrixDifference | None
    merged: Merged | None
    members: tuple[tuple[int, ...], ...]


@cached_by_run(64)
def _counted(
    of: Run, part: Part, judge: Judge, merges: Merges
) -> tuple[ConfusionMatrix, ConfusionMatrix | None, Merged | None]:
    found = outcome(of, part, judge=judge)
    assert found is not None
    mapping = mapping_of(members_of(len(found.genres), merges))
    one = merged(found.y_true, found.logits, found.genres, merges, found.groups, found.level) if merges else None
    matrix = found.evaluation.confusion_matrix if one is None else one.matrix
    if found.limit is None:
        return matrix, None, one
    best = confusion_matrix(
        mapping[found.y_true], mapping[found.limit.y_pred], matrix.genres, found.groups, found.level
    )
    return matrix, best, one


@cached_by_run(64)
def in_tree(of: Run, part: Part, *, judge: Judge = JUDGE, merges: Merges = ()) -> HierarchicalScores | None:
    """Return scores that know the tree of genres, with `merges` for its branches; None where none is known."""
    found, paths = outcome(of, part, judge=judge), dataset(of.config.data).paths
    if found is None or not (merges or paths):
        return None
    tree = Tree.of_merges(found.genres, merges) if merges else Tree(paths)
    return hierarchical_scores(found.y_true, found.logits.argmax(axis=1), tree, found.groups)


@cached_by_run(64)
def confusions(
    of: Run,
    part: Part,
    by: Normalization = "count",
    *,
    judge: Judge = JUDGE,
    order: Order = "given",
    against: Compared = "model",
    merges: Merges = (),
) -> Confusions | None:
    """Return the confusion matrix of a completed run as it is drawn, with intervals; `judge` as in `outcome`."""
    found = outcome(of, part, judge=judge)
    if found is None:
        return None
    matrix, best, one = _counted(of, part, judge, merges)
    apart: MatrixDifference | None = None
    members, nouns = members_of(len(found.genres), merges), f"{part} {found.noun}s"
    view = matrix_view(best if against == "limit" and best is not None else matrix, by, nouns=nouns)
    if against == "difference" and best is not None and found.limit is not None:
        mapping = mapping_of(members)
        true, mine, theirs = (
            mapping[values] for values in (found.y_true, found.logits.argmax(axis=1), found.limit.y_pred)
        )
        apart = matrix_difference(true, mine, theirs, len(members), found.groups)
        view = difference_view(matrix, best, apart, by, nouns=nouns)
    elif against == "limit" and best is not None:
        view = replace(view, compare="limit")
    # The order is the model's whatever is drawn, so that the three stand cell over cell.
    return Confusions(arranged(view, genre_order(matrix, order), members), matrix, best, apart, one, members)
