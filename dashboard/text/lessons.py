"""Sentences of lessons beside their own texts: what was predicted, what came, and how far apart they are."""

from collections.abc import Mapping, Sequence

from genre_core.evaluation.confusion import ConfusionMatrix
from genre_core.lessons.figures import FIGURES, Unit
from genre_core.lessons.lesson import Choice, Number
from genre_core.text import GAP, capitalized, count

CLOSE = {"percent": 2.0, "points": 2.0, "epochs": 2.0, "tracks": 10.0, "genres": 0.0, "times": 0.2}
"""How near a prediction is called close, in each unit."""


def written(value: float, unit: Unit, *, signed: bool = False) -> str:
    """Return a figure as it is written: `79.9 %`, `4.2 points`, `12 epochs`; `+4.2 points` as a difference."""
    if unit in ("epochs", "tracks", "genres"):
        return count(round(value), unit.removesuffix("s"))
    sign = "+" if signed and round(value, 1) > 0 else ""
    number = f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
    noun = {"percent": "%", "points": "point" if abs(value) == 1 else "points", "times": "times as high"}[unit]
    return f"{sign}{number}{GAP}{noun}".replace("-", "−")


def unit_of(question: Number | Choice) -> Unit:
    """Return the unit of what a question asks for: a difference of rates is in points."""
    figure = FIGURES[question.figure]
    compared = question.compared_with and not figure.paired
    return "points" if compared and figure.unit == "percent" else figure.unit


def what_came(question: Number | Choice, value: float, on: str, sides: Mapping[str, float]) -> str:
    """Say what came of a run, `on` what, and its `sides`: `Validation accuracy: 79.9 %, on 1,408 validation tracks`."""
    figure, unit = FIGURES[question.figure], unit_of(question)
    if value != value:
        return "This run cannot tell: there is nothing to count."
    compared = bool(question.compared_with) and not figure.paired
    said = f"**{written(value, unit, signed=compared)}**"
    on = f", on {on}" if unit in ("percent", "points") else ""
    whole = figure.unit if compared else "percent"
    apart = ", ".join(f"{written(side, whole)} {name}" for name, side in sides.items())
    if compared and unit == "times":
        return f"{capitalized(figure.title)}: {apart}."
    title = f"change of {figure.title}" if compared else figure.title
    return f"{capitalized(title)}: {f'{said} ({apart})' if apart else said}{on}."


def number_reveal(question: Number, predicted: float, value: float) -> str:
    """Say how far a predicted number is from what came."""
    unit = unit_of(question)
    apart = value - predicted
    said = written(predicted, unit)
    if value != value:
        return f"You predicted {said}."
    if abs(apart) <= CLOSE[unit]:
        return f"You predicted {said}: {'close' if apart else 'right'}."
    if unit in ("epochs", "tracks", "genres"):
        return f"You predicted {said}: {count(round(abs(apart)))} too {'few' if apart > 0 else 'many'}."
    size = written(abs(apart), "points" if unit == "percent" else unit)
    return f"You predicted {said}. It came out {size} {'higher' if apart > 0 else 'lower'}."


def choice_reveal(question: Choice, predicted: int, value: float) -> str:
    """Say whether the predicted answer is the one that came."""
    if value != value:
        return f"You predicted: {question.answers[predicted]}."
    came = question.answer(value)
    if came == predicted:
        return f"You predicted: {question.answers[predicted]}. So it is."
    return f"You predicted: {question.answers[predicted]}. What came: **{question.answers[came]}**."


def cell_reveal(matrix: ConfusionMatrix, predicted: tuple[int, int], noun: str = "track") -> str:
    """Say how common the predicted confusion is, and which one is the most common."""
    most = commonest(matrix)
    highest, own = int(matrix.counts[most]), int(matrix.counts[predicted])
    if own == highest:
        return f"You predicted {cell_name(matrix.genres, predicted)}: {count(own, noun)}. None is more common."
    return (
        f"You predicted {cell_name(matrix.genres, predicted)}: {count(own, noun)}. "
        f"Most common: **{cell_name(matrix.genres, most)}**, {count(highest, noun)}."
    )


def commonest(matrix: ConfusionMatrix) -> tuple[int, int]:
    """Return the most common confusion: a true genre and what its tracks are taken for."""
    counts = matrix.counts.copy()
    counts[range(len(counts)), range(len(counts))] = -1
    return divmod(int(counts.argmax()), len(counts))


def cell_name(genres: Sequence[str], cell: tuple[int, int]) -> str:
    """Return a confusion as a person says it: `Rock taken for Pop`."""
    return f"{genres[cell[0]]} taken for {genres[cell[1]]}"
