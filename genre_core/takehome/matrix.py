"""A confusion matrix as text for papers: Markdown and LaTeX, counts of tracks with the recall of each genre."""

from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.takehome.escaping import in_latex, in_markdown


def matrix_markdown(matrix: ConfusionMatrix) -> str:
    """Return a confusion matrix as a table in Markdown: a row for each true genre, a column for each predicted one."""
    names = [in_markdown(genre) for genre in matrix.genres]
    lines = [_row(["true \\ predicted".replace("\\", "\\\\"), *names, "recall"])]
    lines.append(_row(["---", *["---:"] * (len(names) + 1)]))
    lines += [_row([name, *cells]) for name, cells in zip(names, _cells(matrix), strict=True)]
    return "\n".join(lines) + "\n"


def matrix_latex(matrix: ConfusionMatrix, caption: str = "") -> str:
    r"""Return a confusion matrix as a `table` in LaTeX; it needs no package but `graphicx`, for the turned names."""
    k = len(matrix.genres)
    heads = " & ".join(rf"\rotatebox{{90}}{{{in_latex(genre)}}}" for genre in matrix.genres)
    lines = [r"\begin{table}", r"\centering", rf"\begin{{tabular}}{{l{'r' * k}r}}", r"\hline"]
    lines += [rf"true $\backslash$ predicted & {heads} & recall \\", r"\hline"]
    for genre, cells in zip(matrix.genres, _cells(matrix), strict=True):
        lines.append(" & ".join([in_latex(genre), *map(in_latex, cells)]) + r" \\")
    lines += [r"\hline", r"\end{tabular}"]
    lines += [rf"\caption{{{in_latex(caption)}}}"] if caption else []
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def _cells(matrix: ConfusionMatrix) -> list[list[str]]:
    """Return the counts of each row, and its recall in percent."""
    recalls = ["–" if recall != recall else f"{100 * recall:.1f} %" for recall in matrix.recalls.tolist()]
    return [[*(f"{n:,}" for n in row), recall] for row, recall in zip(matrix.counts.tolist(), recalls, strict=True)]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
