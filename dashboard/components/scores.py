"""All scores of an evaluation as tables: by genre, and on the whole."""

from typing import Any

import streamlit as st

from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.file_names import named
from dashboard.components.table import COUNT, table
from dashboard.components.terms import terms_table
from dashboard.services.outcomes import Outcome
from dashboard.shell.address import plain
from dashboard.text.evaluate import FEW
from dashboard.theme import HasLimits, percent, spread
from genre_core.bayes.limit import BayesLimit
from genre_core.evaluation.confusion import f1_interval
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.hierarchy import HierarchicalScores
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.metrics import METRICS
from genre_core.evaluation.report import Evaluation
from genre_core.text import capitalized, told

ROWS_SHOWN = 18


def genre_columns(scores: Evaluation) -> Columns:
    """Return the scores of each genre by column, rates in [0, 1]; None where there is no such rate."""
    found: Columns = {"genre": [score.genre for score in scores.per_genre]}
    for name in ("recall", "precision", "f1"):
        limits = [_limits(scores, g, name) for g in range(len(scores.per_genre))]
        found[name] = [getattr(score, name) for score in scores.per_genre]
        found[f"{name} low"] = [limit.low if told(limit) else None for limit in limits]
        found[f"{name} high"] = [limit.high if told(limit) else None for limit in limits]
    found["tracks"] = [score.support for score in scores.per_genre]
    found["predicted"] = [score.predicted for score in scores.per_genre]
    return found


def remarks(scores: Evaluation) -> list[str]:
    """Return what is to be known of each genre's figures before they are read."""
    found = []
    for score in scores.per_genre:
        said = ["no track"] if not score.support else ["few tracks"] if score.support < FEW else []
        if not score.predicted:
            said.append("never predicted")
        elif score.predicted < FEW <= score.support:
            said.append("rarely predicted")
        found.append(", ".join(said))
    return found


def genre_table(scores: Evaluation, nouns: str, file_name: str) -> None:
    """Draw precision, recall and F1 of each genre with their intervals, and a button that downloads them."""
    numbers, notes = genre_columns(scores), remarks(scores)
    shown: Columns = {"genre": numbers["genre"]}
    for name in ("recall", "precision", "f1"):
        shown[name] = [None if rate is None else 100 * rate for rate in numbers[name]]
        pairs = zip(numbers[name], numbers[f"{name} low"], numbers[f"{name} high"], strict=True)
        shown[f"{name} interval"] = [_range(*pair) for pair in pairs]
    shown["tracks"] = numbers["tracks"]
    shown["predicted"] = numbers["predicted"]
    if any(notes):
        shown["note"] = notes
    alt = f"Recall, precision and F1 of each genre on the {nouns}, with 95 % intervals."
    table(shown, "genre table", alt, n=len(scores.per_genre), file=None, most=ROWS_SHOWN, columns=_shown_columns(nouns))
    if few := scores.confusion_matrix.too_few_by_genre():
        st.caption(plain(few))
    csv_download({**numbers, "note": notes}, file_name, "Genres as CSV", "Genres as CSV")


def score_table(
    outcome: Outcome,
    part_name: str,
    in_the_long_run: BayesLimit | None = None,
    in_tree: HierarchicalScores | None = None,
) -> None:
    """Draw every score on the whole, with its interval where it has one, those `in_tree`, baseline and limit."""
    scores = outcome.evaluation
    rows, few = [], "too few" if scores.confusion_matrix.too_few() else ""  # of what, is said beside the table
    for name, metric in METRICS.items():
        if (value := getattr(scores, name)) is not None:
            text = metric.written(value, scores.intervals.get(name), few)
            rows.append((metric.title, metric.term, text))
    if in_tree is not None:
        rows += [(capitalized(term), term, text) for term, text in in_tree.rows(few)]
    rows.append(("Majority baseline", "majority baseline", percent(scores.majority_accuracy)))
    if outcome.limit is not None:
        rows.append(
            ("Bayes limit, these tracks", "Bayes limit", percent(outcome.limit.accuracy, outcome.limit.interval))
        )
    if in_the_long_run is not None:
        rows.append(("Bayes limit, in the long run", "Bayes limit", percent(in_the_long_run.accuracy)))
    terms_table(rows, f"Scores on {part_name}", f"{named('scores')}.csv")


def _limits(scores: Evaluation, genre: int, name: str) -> HasLimits:
    if name == "f1":
        return f1_interval(scores.confusion_matrix, genre)
    score = scores.per_genre[genre]
    return score.recall_interval if name == "recall" else score.precision_interval


def _range(rate: float | None, low: float | None, high: float | None) -> str:
    if rate is None:
        return ""
    return "too few" if low is None or high is None else spread(Interval(low, high))


def _shown_columns(nouns: str) -> dict[str, Any]:
    column = st.column_config
    shown: dict[str, Any] = {"genre": column.TextColumn("Genre", pinned=True)}
    for name, title in (("recall", "Recall"), ("precision", "Precision"), ("f1", "F1")):
        shown[name] = column.NumberColumn(title, format="%.1f %%", help=GLOSSARY[title if title == "F1" else name])
        shown[f"{name} interval"] = column.TextColumn(
            "95 %", width=92, help=f"The 95 % interval of {title}, in percent."
        )
    shown["tracks"] = column.NumberColumn(
        "Tracks", format=COUNT, help=f"{nouns.capitalize()} that belong to the genre."
    )
    shown["predicted"] = column.NumberColumn(
        "Predicted", format=COUNT, help=f"{nouns.capitalize()} that were predicted as it."
    )
    shown["note"] = column.TextColumn("Note")
    return shown
