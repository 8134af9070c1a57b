"""Runs in the terminal: what one reaches on a part of its data, and the list of all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genre_core.data.clips.tagger.about import TAGS_ALONE
from genre_core.evaluation.glossary import leaky
from genre_core.evaluation.metrics import METRICS, Metric
from genre_core.settings.names import all_settings
from genre_core.terminal.text.words import PARTS, Document, columns, count, judged, rate, small
from genre_core.text import NO_INTERVAL

_ENDS = {
    "patience": "until patience ran out without a better epoch",
    "max_epochs": "the maximum",
    "diverged": "until it diverged",
    "stopped": "until it was stopped",
}


def result(document: Document) -> str:
    """Say how a training ended and what it reached on the part that is reported."""
    epochs, best, reason = len(document["history"]), document["best_epoch"], document["stopped_because"]
    lines = [
        evaluation(document, document["part"]),
        "",
        f"Trained for {count(epochs, 'epoch')}, {_ENDS[reason]}; epoch {best} was the best on validation.",
    ]
    if told := document["diagnosis"]:
        mend = f" To change that: {told['remedy']['options']}" if told["remedy"] else ""
        lines.append(f"{told['sentence']}{mend}")
    lines += [f"Note: {note}" for note in document["notes"]]
    if document["run"]:
        lines.append(f"Kept as the run {document['run']}.")
    return "\n".join(lines)


def heading(name: str, run_id: str) -> str:
    """Name a run."""
    return f"Run {run_id}\n" if name == run_id else f"Run {name} ({run_id})\n"


def evaluation(document: Document, part: str) -> str:
    """Say what an evaluation found: a sentence, the figures with their intervals, and a table of genres."""
    found, bayes = document[part], document["bayes"]
    n = found["n"]
    right = sum(row[g] for g, row in enumerate(found["confusion_matrix"]))
    where, accuracy = PARTS.get(part, part), rate(found["accuracy"], found["accuracy_interval"])
    about = f" about the {document['right_about']}" if document["right_about"] else ""
    lines = [f"Right{about} on {right:,} of {judged(document, n, where)}: {accuracy}."]
    if document["leaky"]:
        lines.append(f"Leaky: {small(leaky(document['straddlers']))}")
    if "tree" in document:
        lines.append(document["tree"]["sentence"])
    if part == "test":
        lines.append(f"Looks at the test part: {document['test_looks']}")
    scores = [metric for metric in METRICS.values() if metric.name != "accuracy" and found.get(metric.name) is not None]
    figures = [(metric.term, figure(found, metric)) for metric in scores]
    figures += [(term, text) for term, text in document.get("tree", {}).get("rows", ())]
    figures.append(("always the most common genre", rate(found["majority_accuracy"])))
    if told := document.get("tags_alone"):
        figures.append((TAGS_ALONE, rate(told["accuracy"], told["accuracy_interval"])))
    if bayes:
        error = 196 * bayes["standard_error"]
        here = rate(bayes[f"{part}_accuracy"])
        whom = f"on {bayes['holds_for']}, " if bayes["holds_for"] else ""
        most = f"{100 * bayes['accuracy']:.1f} % (± {error:.2f})"
        figures.append((f"{whom}no classifier can expect more than", most))
        figures.append((f"the best possible on these {where} tracks", here))
    if known := document.get("with_recipe"):
        figures.append(("for who knows the recipe: above what can be heard", rate(known["accuracy"])))
    width = max(len(name) for name, _ in figures)
    lines += ["", *(f"{name:{width}}  {figure}" for name, figure in figures)]
    if told and told["sentence"]:
        lines.append(told["sentence"])
    if bayes and bayes["about"]:
        lines.append(f"About this limit: {small(bayes['about'])}")
    lines += ["", genre_rows(found["per_genre"])]
    return "\n".join([*lines, document["too_few"]] if document.get("too_few") else lines)


def figure(found: Document, metric: Metric) -> str:
    """Return a score with its interval; runs of earlier versions lack some of either."""
    value, interval = found.get(metric.name), found.get(f"{metric.name}_interval")
    if metric.range == (0.0, 1.0):
        return rate(value, interval)
    if value is None:
        return "none"
    if interval is None:
        limits = ""
    elif interval in (list(metric.range), [metric.range[0], None]):
        limits = f" ({NO_INTERVAL})"
    else:
        limits = f" ({interval[0]:.3f} to {interval[1]:.3f})"
    return f"{value:.3f}{limits}{' nats' if metric.name == 'log_loss' else ''}"


def genre_rows(per_genre: Iterable[Document]) -> str:
    """Return the table of genres: how each is told from the others."""
    rows = [
        (g["genre"], f"{g['support']:,}", rate(g["recall"], g["recall_interval"]),
         rate(g["precision"], g["precision_interval"]), rate(g["f1"]))
        for g in per_genre
    ]  # fmt: skip
    return "\n".join(columns(("genre", "tracks", "recall (95 %)", "precision (95 %)", "F1"), rows, right=(1, 2, 3, 4)))


def runs(rows: Sequence[Document]) -> str:
    """List runs, newest first, with what differs from the defaults."""
    if not rows:
        return "There are no runs yet: train one with python -m genre_core train."
    cells = []
    for row in rows:
        name = row["name"] if row["name"] != row["run"] else ""
        scores = [text for part in ("validation", "test") for text in _score(row[part], row)]
        opened = f"{row['test_opened']}×" if row["test"] else ""
        cells.append((row["run"], name, row["state"], str(row["epochs"]), *scores, opened, _settings(row["settings"])))
    header = (
        "run", "name", "state", "epochs", "validation accuracy", "macro-F1", "test accuracy", "macro-F1", "test opened",
        "settings that differ",
    )  # fmt: skip
    lost = [f"{row['name']}: {row['lost_worker']}" for row in rows if row["lost_worker"]]
    return "\n".join([*columns(header, cells, right=(3,)), *lost])


def _score(found: Document | None, row: Document) -> tuple[str, str]:
    """Return accuracy and macro-F1 as they stand in the list; a part that is closed has a dash."""
    if found is None:
        return "–", "–"
    mark = f"{' by segment' if row['by'] == 'row' else ''}{' leaky' if row['leaky'] else ''}"
    return f"{rate(found['accuracy'], found['accuracy_interval'], found['too_few'])}{mark}", rate(found["macro_f1"])


def _settings(changed: Mapping[str, Any] | None) -> str:
    if changed is None:
        return "made by another version"
    known = all_settings()
    return "; ".join(f"{name} {known[name].label(value)}" for name, value in changed.items())
