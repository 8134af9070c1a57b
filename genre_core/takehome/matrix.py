"""A confusion matrix for papers: Markdown and LaTeX, counts of tracks with the recall of each genre; SVG and PNG."""

from typing import Literal

from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.takehome.charts import confusion
from genre_core.takehome.escaping import in_latex, in_markdown
from genre_core.takehome.known import check, known_of
from genre_core.takehome.made import Made
from genre_core.takehome.naming import file_name, one_line

Form = Literal["tex", "md", "svg", "png"]
MEDIA_TYPES: dict[Form, str] = {
    "tex": "application/x-tex", "md": "text/markdown", "svg": "image/svg+xml", "png": "image/png",
}  # fmt: skip


def matrix_of(store: RunStore, run: Run, form: Form) -> Made:
    """Return the confusion matrix of a run on test tracks where somebody has opened them, otherwise on validation.

    Raises RunStateError where the run is not complete, or another version made it.
    """
    check(run, "confusion matrix")
    known = known_of(store, run, run.name, {})
    matrix, caption = known.scores.confusion_matrix, f"{one_line(run.name)}: {known.n}"
    match form:
        case "tex":
            content = matrix_latex(matrix, caption).encode()
        case "md":
            content = matrix_markdown(matrix).encode()
        case "svg" | "png":
            content = confusion(matrix, known.n, form)
    return Made(f"{file_name(run)} {known.part} confusion matrix.{form}", MEDIA_TYPES[form], content)


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
