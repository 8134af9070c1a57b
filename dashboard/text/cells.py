"""Sentences about a confusion matrix: chosen cells, rows and columns, the whole of it, and merged genres."""

import numpy as np

from dashboard.services.outcomes import Outcome
from dashboard.shell.cells import Selection
from dashboard.theme import count, percent
from genre_core.evaluation.confusion import Cells, ConfusionMatrix
from genre_core.evaluation.matrix_difference import MatrixDifference
from genre_core.evaluation.merging import Merged, Merges, members_of, merged
from genre_core.evaluation.report import Evaluation

MOST_NAMES = 3


def drawn_matrix(outcome: Outcome, merges: Merges) -> ConfusionMatrix:
    """Return the matrix of an outcome with some genres as one."""
    if not merges:
        return outcome.evaluation.confusion_matrix
    return merged(outcome.y_true, outcome.logits, outcome.genres, merges, outcome.groups, outcome.level).matrix


def selection_title(matrix: ConfusionMatrix, chosen: Selection, merges: Merges = ()) -> str:
    """Return the heading of what is chosen: `Folk taken for Rock`, `True Rock`, `All errors`."""
    cells = _cells(matrix, chosen, merges)
    if chosen.kind == "wrong":
        return "All errors"
    if chosen.kind == "right":
        return "All correct predictions"
    if chosen.kind == "rows":
        return f"True {_names(matrix, _rows(cells))}"
    if chosen.kind == "columns":
        return f"Predicted as {_names(matrix, _columns(cells))}"
    if cells.sum() == 1:
        i, j = (int(at[0]) for at in np.nonzero(cells))
        return f"{matrix.genres[i]} recognized" if i == j else f"{matrix.genres[i]} taken for {matrix.genres[j]}"
    return count(int(cells.sum()), "chosen cell")


def selection_sentence(matrix: ConfusionMatrix, chosen: Selection, nouns: str, merges: Merges = ()) -> str:
    """Say how many tracks are chosen and of how many, with the 95 % interval; `nouns` says what they are."""
    cells = _cells(matrix, chosen, merges)
    among = np.ones_like(cells)
    noun = nouns if matrix.n != 1 else nouns.removesuffix("s")
    if chosen.kind == "rows":
        return _of_rows(matrix, _rows(cells), nouns)
    if chosen.kind == "columns":
        return _of_columns(matrix, _columns(cells), nouns)
    if chosen.kind == "right":
        return f"{share_of(matrix, cells, among)} {noun} are recognized{rate_of(matrix, cells, among)}."
    if chosen.kind == "wrong":
        wrong = f"{share_of(matrix, cells, among)} {noun} are taken for another genre{rate_of(matrix, cells, among)}"
        return f"{wrong}{_most(matrix, cells)}."
    rows: Cells = np.asarray(cells.any(axis=1))
    if rows.sum() == 1:
        return _of_one_row(matrix, cells, int(rows.argmax()), nouns)
    if cells.any(axis=0).sum() == 1:
        j = int(cells.any(axis=0).argmax())
        among = np.zeros_like(cells)
        among[:, j] = True
        of = f"{nouns} predicted as {matrix.genres[j]} are {_names(matrix, rows)}"
        return f"{share_of(matrix, cells, among)} {of}{rate_of(matrix, cells, among)}."
    inside = f"{share_of(matrix, cells, among)} {noun} are in these cells{rate_of(matrix, cells, among)}"
    return f"{inside}{_most(matrix, cells)}."


def whole_sentence(matrix: ConfusionMatrix) -> str:
    """Say how much of a matrix is right, and where most errors are."""
    right = np.eye(len(matrix.genres), dtype=np.bool_)
    limits = matrix.share_interval(right, np.ones_like(right))
    share = f"Right on {percent(matrix.correct / matrix.n, limits, matrix.too_few())}"
    if matrix.correct == matrix.n:
        return f"{share}: nothing lies off the diagonal."
    return f"{share}{_most(matrix, ~right)}."


def merge_sentence(before: Evaluation, after: Merged) -> str:
    """Say what the scores would be with merged genres, before → after, and by summed probabilities."""
    joined = [name for name, genres in zip(after.matrix.genres, after.members, strict=True) if len(genres) > 1]
    accuracy = (
        f"{percent(before.accuracy, before.accuracy_interval)} → {percent(after.accuracy, after.accuracy_interval)}"
    )
    f1 = f"{percent(before.macro_f1, before.macro_f1_interval)} → {percent(after.macro_f1, after.macro_f1_interval)}"
    return (
        f"{' and '.join(joined)} as one: accuracy {accuracy}, macro-F1 {f1}. Predictions stay as they are and only get "
        f"the new name. Summing the probabilities of merged genres first gives {percent(after.summed_accuracy)}."
    )


def difference_sentence(difference: "MatrixDifference", known: str = "") -> str:
    """Say where the model and the best possible classifier differ by more than chance, and how often chance would."""
    beyond, tried = int(difference.beyond_chance.sum()), int(np.count_nonzero(difference.high - difference.low))
    of = f"for {known}" if known else "on the same tracks"
    if not tried:
        return f"The model and the best possible classifier predict the same {of}."
    said = f"{beyond:,} of the {count(tried, 'cell')} that differ" + (" is" if beyond == 1 else " are")
    return (
        f"This model minus the best possible classifier {of}: {said} beyond chance when tested one by one; chance "
        f"alone gives about {max(1, round(tried / 20))}. Amber: the model puts more tracks there. Blue: fewer. Pale: "
        "could be chance."
    )


def _cells(matrix: ConfusionMatrix, chosen: Selection, merges: Merges) -> Cells:
    n_genres = len(matrix.genres) + sum(len(merge) - 1 for merge in merges)
    return chosen.mask(members_of(n_genres, merges))


def _rows(cells: Cells) -> Cells:
    """Return the true genres of which every cell is chosen."""
    return np.asarray(cells.all(axis=1))


def _columns(cells: Cells) -> Cells:
    return np.asarray(cells.all(axis=0))


def share_of(matrix: ConfusionMatrix, cells: Cells, among: Cells) -> str:
    """Return how many tracks some cells count among others: `47 of 150`."""
    return f"{int(matrix.counts[cells].sum()):,} of {int(matrix.counts[among].sum()):,}"


def rate_of(matrix: ConfusionMatrix, cells: Cells, among: Cells) -> str:
    """Return the same as a rate with its interval, after a comma; nothing among no tracks."""
    n, whole = int(matrix.counts[cells].sum()), int(matrix.counts[among].sum())
    return f", {percent(n / whole, matrix.share_interval(cells, among), matrix.too_few(among))}" if whole else ""


def _of_one_row(matrix: ConfusionMatrix, cells: Cells, i: int, nouns: str) -> str:
    among = np.zeros_like(cells)
    among[i] = True
    whole = int(matrix.counts[i].sum())
    if not whole:
        return f"There is no {matrix.genres[i]} track among the {nouns}."
    noun, were = (nouns.removesuffix("s"), "was") if whole == 1 else (nouns, "were")
    single = cells.sum() == 1
    what = "recognized" if single and cells[i, i] else f"taken for {_names(matrix, cells[i], 'or')}"
    return f"{share_of(matrix, cells, among)} {matrix.genres[i]} {noun} {were} {what}{rate_of(matrix, cells, among)}."


def _of_rows(matrix: ConfusionMatrix, rows: Cells, nouns: str) -> str:
    among = np.zeros(matrix.counts.shape, dtype=np.bool_)
    among[rows] = True
    right = among & np.eye(len(rows), dtype=np.bool_)
    names = _names(matrix, rows)
    if not matrix.counts[among].sum():
        return f"There is no {names} track among the {nouns}."
    said = f"{share_of(matrix, right, among)} {names} {nouns} were recognized{rate_of(matrix, right, among)}"
    return f"{said}{_most(matrix, among & ~right)}."


def _of_columns(matrix: ConfusionMatrix, columns: Cells, nouns: str) -> str:
    among = np.zeros(matrix.counts.shape, dtype=np.bool_)
    among[:, columns] = True
    right = among & np.eye(len(columns), dtype=np.bool_)
    names = _names(matrix, columns, "or")
    if not matrix.counts[among].sum():
        return f"No track was predicted as {names}, so there is no precision."
    said = f"{share_of(matrix, right, among)} {nouns} predicted as {names} are right{rate_of(matrix, right, among)}"
    return f"{said}{_most(matrix, among & ~right)}."


def _most(matrix: ConfusionMatrix, cells: Cells) -> str:
    """Return the cells off the diagonal that hold most tracks: `; most often Folk taken for Rock (47 of 150)`."""
    wrong = np.where(cells & ~np.eye(len(cells), dtype=np.bool_), matrix.counts, 0)
    if not wrong.any():
        return ""
    i, j = (int(at) for at in np.unravel_index(wrong.argmax(), wrong.shape))
    ties = int((wrong == wrong[i, j]).sum())
    beside = f" and {count(ties - 1, 'other cell')} just as often" if ties > 1 else ""
    of = f"{wrong[i, j]:,} of {matrix.counts[i].sum():,}"
    return f"; the most frequent error is {matrix.genres[i]} taken for {matrix.genres[j]} ({of}){beside}"


def _names(matrix: ConfusionMatrix, chosen: Cells, word: str = "and") -> str:
    names = [genre for genre, there in zip(matrix.genres, chosen.tolist(), strict=True) if there]
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[:MOST_NAMES])} {word} {count(len(names) - MOST_NAMES, 'other')}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""
