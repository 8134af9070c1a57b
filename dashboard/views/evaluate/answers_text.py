"""Sentences about chosen cells of the matrix of answers, whose last genre is "don't know": pure functions."""

import numpy as np

from dashboard.shell.cells import Selection
from dashboard.text.cells import rate_of, selection_sentence, selection_title, share_of
from dashboard.theme import count
from genre_core.evaluation.confusion import Cells, ConfusionMatrix
from genre_core.evaluation.merging import members_of


def answer_cells(matrix: ConfusionMatrix, chosen: Selection) -> Cells:
    """Return the chosen cells, shape (k, k); no answer is no wrong answer."""
    cells = chosen.mask(members_of(len(matrix.genres), ()))
    if chosen.kind == "wrong":
        cells[:, -1] = False
    return cells


def answers_title(matrix: ConfusionMatrix, chosen: Selection) -> str:
    """Return the heading of what is chosen: `Folk, not answered`, `All errors`."""
    cells = answer_cells(matrix, chosen)
    if chosen.kind == "wrong":
        return "All errors"
    if chosen.kind == "right":
        return "All correct answers"
    if cells[:, -1].all() and not cells[:, :-1].any():
        return "Not answered"
    if chosen.kind == "cell" and cells[:, -1].any():
        return f"{matrix.genres[int(cells[:, -1].argmax())]}, not answered"
    if chosen.kind == "columns" and cells[:, -1].any():
        return count(int(cells.any(axis=0).sum()), "chosen column")
    return selection_title(matrix, chosen)


def answers_sentence(matrix: ConfusionMatrix, chosen: Selection, nouns: str) -> str:
    """Say how many tracks are chosen and of how many, with the 95 % interval; `nouns` says what they are."""
    cells = answer_cells(matrix, chosen)
    cells[-1] = False
    held = np.zeros_like(cells)
    held[:, -1] = True
    if chosen.kind == "wrong":
        return f"{share_of(matrix, cells, ~held)} answers are wrong{rate_of(matrix, cells, ~held)}."
    rows: Cells = np.asarray(cells.any(axis=1))
    if chosen.kind == "rows" and rows.sum() == 1:
        return _of_row(matrix, int(rows.argmax()), nouns)
    if not cells[:, -1].any():
        return selection_sentence(matrix, chosen, nouns)
    whole = np.ones_like(cells)
    if not cells[:, :-1].any():
        if rows.sum() == 1:
            whole[np.arange(len(cells)) != rows.argmax()] = False
            nouns = f"{matrix.genres[int(rows.argmax())]} {nouns}"
        return f"{share_of(matrix, cells, whole)} {nouns} are not answered{rate_of(matrix, cells, whole)}."
    unsaid = int(matrix.counts[cells & held].sum())
    inside = f"{share_of(matrix, cells, whole)} {nouns} are in these cells{rate_of(matrix, cells, whole)}"
    return f"{inside}; {unsaid:,} of them {'is' if unsaid == 1 else 'are'} not answered."


def _of_row(matrix: ConfusionMatrix, i: int, nouns: str) -> str:
    """Say what becomes of one genre's tracks."""
    among = np.zeros(matrix.counts.shape, dtype=np.bool_)
    among[i] = True
    n = int(matrix.counts[i].sum())
    if not n:
        return f"There is no {matrix.genres[i]} track among the {nouns}."
    right, held = np.zeros_like(among), np.zeros_like(among)
    right[i, i] = held[i, -1] = True

    def part(cells: Cells) -> str:
        return f"{int(matrix.counts[cells].sum()):,}{rate_of(matrix, cells, among)}"

    wrong = among & ~right & ~held
    return f"Of {n:,} {matrix.genres[i]} {nouns}, right: {part(right)}; wrong: {part(wrong)}; no answer: {part(held)}."
