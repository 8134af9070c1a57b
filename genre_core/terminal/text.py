"""What a person reads in a terminal, made of the same documents that `--json` prints."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genre_core.evaluation.glossary import leaky
from genre_core.lens.config import CLASSIFIERS, JUDGED_BY
from genre_core.settings import all_settings

Document = Mapping[str, Any]

_PARTS = {"train": "training"}
_ENDS = {
    "patience": "until no later epoch had been better for as long as patience allows",
    "max_epochs": "as many as were allowed",
    "diverged": "until it diverged",
    "stopped": "until it was stopped",
}


def result(document: Document) -> str:
    """Say how a training ended and what it reached on the part that is reported."""
    epochs, best, reason = len(document["history"]), document["best_epoch"], document["stopped_because"]
    lines = [
        evaluation(document, document["part"]),
        "",
        f"Trained for {_count(epochs, 'epoch')}, {_ENDS[reason]}; the best on validation was epoch {best}.",
    ]
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
    where = _PARTS.get(part, part)
    about = f" about the {document['right_about']}" if document["right_about"] else ""
    rate = _rate(found["accuracy"], found["accuracy_interval"])
    lines = [f"Right{about} on {right:,} of {_count(n, f'{where} track')}: {rate}."]
    if document["leaky"]:
        lines.append(f"Leaky: {_small(leaky(document['straddlers']))}")
    if part == "test":
        lines.append(f"Test opened: {_opened(document['test_opened'])}")
    figures = [
        ("macro-F1", _rate(found["macro_f1"], found["macro_f1_interval"])),
        ("balanced accuracy", _rate(found["balanced_accuracy"])),
        (
            "weighted precision, recall, F1",
            ", ".join(_rate(found[f"weighted_{s}"]) for s in ("precision", "recall", "f1")),
        ),
        ("log loss", f"{found['log_loss']:.3f} nats"),
        ("always the commonest genre", _rate(found["majority_accuracy"])),
    ]
    if bayes:
        error = 196 * bayes["standard_error"]
        here = _rate(bayes[f"{part}_accuracy"])
        figures.append(("no classifier can expect more than", f"{100 * bayes['accuracy']:.1f} % (± {error:.2f})"))
        figures.append((f"the best possible on these {where} tracks", here))
    width = max(len(name) for name, _ in figures)
    lines += ["", *(f"{name:{width}}  {figure}" for name, figure in figures)]
    if bayes and bayes["about"]:
        lines.append(f"About that limit: {_small(bayes['about'])}")
    return "\n".join([*lines, "", _genres(found["per_genre"])])


def table(document: Document) -> str:
    """Say what an imported table was taken for."""
    state = "stored" if document["new"] else "was in the store already"
    lines = [
        f"{document['name']} {state}: {_count(document['n_tracks'], 'track')} of {len(document['genres'])} genres.",
        "",
    ]
    lines += _columns(
        ("column", "taken for", "why"), [(c["name"], c["role"], c["reason"]) for c in document["columns"]]
    )
    lines += [
        "",
        *_columns(("genre", "tracks"), [(g, f"{n:,}") for g, n in document["genres"].items()], right=(1,)),
        "",
    ]
    lines += [f"Note: {note}" for note in document["notes"]]
    lines += [f"{finding['severity'].capitalize()}: {finding['sentence']}" for finding in document["findings"]]
    lines.append(f"Train on it with --data.source table --data.table {document['table']}")
    return "\n".join(lines)


def fma(document: Document) -> str:
    """Say what an import of FMA came to."""
    state = "stored" if document["new"] else "was in the store already"
    lines = [f"{document['name']}: {state}.", *(f"Note: {note}" for note in document["notes"])]
    return "\n".join([*lines, f"Train on it with --fma {document['table'][:8]}"])


def split(document: Document) -> str:
    """Say what a published split names."""
    state = "stored" if document["new"] else "was in the store already"
    parts = ", ".join(f"{n:,} {_PARTS.get(part, part)}" for part, n in document["parts"].items())
    lines = [f"{document['name']} {state}: {parts} tracks.", *(f"Note: {note}" for note in document["notes"])]
    return "\n".join([*lines, f"Split a table by it with --table FILE --published {document['split'][:8]}"])


def lens(document: Document) -> str:
    """Say what each classifier reaches at each level, and how much of the row split's score was leakage."""
    cells = []
    for row in document["scores"]:
        accuracy = _rate(row["accuracy"], row["accuracy_interval"])
        macro_f1 = _rate(row["macro_f1"], row["macro_f1_interval"])
        sizes = (f"{row['n_train']:,}", f"{row['n_test']:,}", str(row["n_splits"]))
        cells.append((JUDGED_BY[row["level"]], CLASSIFIERS[row["classifier"]], accuracy, macro_f1, *sizes))
    header = ("split", "classifier", "test accuracy", "macro-F1", "learned from", "tested on", "times")
    about = [f"Judged by the {document['right_about']}."] if document["right_about"] else []
    lines = [document["answer"], *about, "", *_columns(header, cells, right=(2, 3, 4, 5, 6))]
    if document["bayes"]:
        lines.append(f"No classifier can expect more than {_rate(document['bayes']['accuracy'])}.")
        lines += [f"About that limit: {document['bayes']['about']}"] if document["bayes"]["about"] else []
    if document["plan"]["test_hash"]:
        lines.append(f"Published test part opened: {_opened(document['test_opened'])}")
    return "\n".join([*lines, *(f"Note: {note}" for note in document["notes"])])


def searched(document: Document) -> str:
    """Say what the best trial came to and what having picked it flatters by, and list the best trials."""
    objective, best, trials = document["config"]["objective"], document["best"], document["trials"]
    name = {"accuracy": "accuracy", "macro_f1": "macro-F1", "log_loss": "log loss"}[objective]
    about = [f"Judged by the {document['right_about']}."] if document["right_about"] else []
    lines = [f"Best of {_count(len(trials), 'trial')}: {_value(objective, best['value'], best['interval'])} {name} on "
             f"{document['judged_on']}, trial {best['trial']}."]  # fmt: skip
    lines += [f"  --{setting} {value}" for setting, value in best["params"].items()]
    if found := document["optimism"]:
        lines.append(
            f"Having picked the best of {found['n_trials']} flatters by about {_size(objective, found['size'])}: "
            f"expect {_value(objective, found['corrected'], found['interval'])} on tracks that did not choose it."
        )
    lines += [*about, ""]
    ended = {"complete": "", "pruned": "ended early", "failed": "failed"}
    settings = list(best["params"])
    scored = [trial for trial in trials if trial["value"] is not None]
    scored.sort(key=lambda trial: trial["value"] if objective == "log_loss" else -trial["value"])
    cells = [
        (
            str(trial["trial"]),
            *(_value(score, trial[score]) for score in ("accuracy", "macro_f1", "log_loss")),
            *(f"{trial['params'][setting]:.3g}" if isinstance(trial["params"][setting], float)
              else str(trial["params"][setting]) for setting in settings),
            ended[trial["state"]],
        )
        for trial in scored[:20]
    ]  # fmt: skip
    lines += _columns(("trial", "accuracy", "macro-F1", "log loss", *settings, ""), cells, right=(0, 1, 2, 3))
    if len(scored) > len(cells):
        lines.append(f"and {_count(len(scored) - len(cells), 'other trial')}")
    if found := document["importances"]:
        lines.append("What decides: " + ", ".join(f"{key} {100 * share:.0f} %" for key, share in found.items()) + ".")
    if test := document["test"]:
        accuracy, macro_f1 = (_rate(test[score], test[f"{score}_interval"]) for score in ("accuracy", "macro_f1"))
        lines.append(f"The winner on {_count(test['n'], 'test track')}: {accuracy}, macro-F1 {macro_f1}.")
        lines.append(f"Test part opened: {_opened(document['test_opened'])}")
    return "\n".join([*lines, f"Kept as the study {document['study']}: see it on Tune in the dashboard."])


def _value(objective: str, value: float, interval: Sequence[float] | None = None) -> str:
    if objective != "log_loss":
        return _rate(value, interval) if interval else f"{100 * value:.1f} %"
    return f"{value:.3f}" + (f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else "")


def _size(objective: str, size: float) -> str:
    return f"{size:.3f} nats" if objective == "log_loss" else f"{100 * size:.1f} points"


def compared(document: Document) -> str:
    """Say of each comparison what it comes to, and list scores, settings that differ, and genres told apart."""
    about = [f"Judged by the {document['right_about']}."] if document["right_about"] else []
    lines = [f"Against {row['name']}: {row['sentence']}" for row in document["comparisons"]] + [*about, ""]
    part = _PARTS.get(document["part"], document["part"])
    cells = [
        (
            row["name"],
            f"{_rate(row['accuracy'], row['accuracy_interval'])}{' leaky' if row['leaky'] else ''}",
            _rate(row["macro_f1"], row["macro_f1_interval"]),
            f"{row['n']:,}",
        )
        for row in document["runs"]
    ]
    lines += _columns(("run", f"{part} accuracy", "macro-F1", "tracks"), cells, right=(1, 2, 3))
    if "test_opened" in document:
        lines.append(f"Test opened: {_opened(document['test_opened'])}")
    if document["settings"]:
        names = [row["name"] for row in document["runs"]]
        known = all_settings()
        cells = [
            (name, *("–" if value is None else known[name].label(value) for value in values))
            for name, values in document["settings"].items()
        ]
        lines += ["", *_columns(("settings that differ", *names), cells)]
    return "\n".join([*lines, "", *_apart(document)])


def _apart(document: Document) -> list[str]:
    """Return the genres that tell runs apart, all genres of a pair considered together."""
    cells = [
        (row["genre"], pair["name"], f"{row['n']:,}", str(row["only_first_right"]), str(row["only_second_right"]),
         f"{100 * row['accuracy_difference']:+.1f}", f"{row['p_adjusted']:.3f}")
        for pair in document["comparisons"]
        for row in pair["per_genre"]
        if row["p_adjusted"] is not None and row["p_adjusted"] < 0.05
    ]  # fmt: skip
    if not cells:
        return ["No single genre tells them apart, with all genres considered together (Holm)."]
    names = ("genre", "compared with", "tracks", "only first right", "only other right", "points of recall", "p (Holm)")
    return _columns(names, cells, right=(2, 3, 4, 5, 6))


def repeated(document: Document) -> str:
    """Say what a configuration reaches with other seeds or on folds: mean, scatter, and every run."""
    found, what, folds = document["accuracy"], document["config"]["what"], document["pooled"]
    over = _count(found["n"], "fold" if folds else "seed")
    about = f" about the {document['right_about']}" if document["right_about"] else ""
    part = document["part"]
    lines = [f"Right{about} on {_rate(found['mean'], found['interval'])} of {part} tracks, on average over {over}."]
    if found["sd"] is not None:
        low, high = _rate(found["low"]), _rate(found["high"])
        lines.append(f"From run to run: standard deviation {100 * found['sd']:.1f} points, from {low} to {high}.")
    lines.append(f"Macro-F1 {_rate(document['macro_f1']['mean'], document['macro_f1']['interval'])}.")
    if found["interval"] is None:
        lines.append("An interval takes three runs.")
    elif document["judged_per_learned"]:
        parts = "folds" if folds else "splits"
        cautious = " and is cautious where each track is judged once" if folds and what["repeats"] == 1 else ""
        shared = f"The interval allows for {parts} that share training tracks{cautious}"
        lines.append(f"{shared} (Nadeau and Bengio 2003).")
    else:
        lines.append("The interval covers luck in training alone: every run was judged on the same tracks.")
    if folds:
        times = "once" if what["repeats"] == 1 else f"{what['repeats']} times"
        together = _rate(folds["accuracy"], folds["accuracy_interval"])
        lines.append(f"Of all {folds['n']:,} answers {together} are right.")
        lines.append(f"Each track outside the test part was judged {times}; the test part stayed closed.")
    cells = [
        (row["name"], row["run"], row["state"], str(row["epochs"]), _rate(row["accuracy"]), _rate(row["macro_f1"]))
        for row in document["runs"]
    ]
    header = ("repeat", "run", "state", "epochs", "accuracy", "macro-F1")
    lines += ["", *_columns(header, cells, right=(3, 4, 5)), f"Kept as the repetition {document['study']}."]
    return "\n".join([*lines, *(f"Note: {row['name']}: {row['error']}" for row in document["runs"] if row["error"])])


def limit(document: Document) -> str:
    """Say what no classifier can beat, at which overlap, and what that holds for."""
    accuracy = f"{100 * document['accuracy']:.2f} % (± {100 * document['standard_error']:.2f} standard error)"
    about = f" about the {document['right_about']}" if document["right_about"] else ""
    at = f"At overlap {document['overlap']:g}"
    lines = [
        f"{at} no classifier can expect to be right{about} on more than {accuracy} of new tracks.",
        f"Its macro-F1 is {_rate(document['macro_f1'])}.",
    ]
    if document["reach"] is not None:
        step = all_settings()["data.overlap"].step
        lines.append(f"In steps of {step:g}, no other overlap comes nearer to {100 * document['reach']:g} %.")
    return "\n".join([*lines, *([document["about"]] if document["about"] else [])])


def runs(rows: Sequence[Document]) -> str:
    """List runs, newest first, with what differs from the defaults."""
    if not rows:
        return "There are no runs yet: train one with python -m genre_core train."
    cells = []
    for row in rows:
        name = row["name"] if row["name"] != row["run"] else ""
        scores = [text for part in ("validation", "test") for text in _score(row[part], row["leaky"])]
        opened = f"{row['test_opened']}×" if row["test"] else ""
        cells.append((row["run"], name, row["state"], str(row["epochs"]), *scores, opened, _settings(row["settings"])))
    header = (
        "run", "name", "state", "epochs", "validation accuracy", "macro-F1", "test accuracy", "macro-F1", "test opened",
        "settings that differ",
    )  # fmt: skip
    return "\n".join(_columns(header, cells, right=(3,)))


def _score(found: Document | None, leaky: bool) -> tuple[str, str]:
    """Return accuracy and macro-F1 as they stand in the list; a part that is closed has a dash."""
    if found is None:
        return "–", "–"
    mark = " leaky" if leaky else ""
    return f"{_rate(found['accuracy'], found['accuracy_interval'])}{mark}", _rate(found["macro_f1"])


def _opened(n: int | None) -> str:
    """Say for how many configurations the test set was looked at."""
    if n is None:
        return "this look is not counted, since it could not be kept in the store."
    if n == 1:
        return "for this configuration alone."
    return f"for {n:,} configurations; who picks the best of them by it gets a score that is too good."


def _small(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:]}"


def _settings(changed: Mapping[str, Any] | None) -> str:
    if changed is None:
        return "made by another version"
    known = all_settings()
    # A table's name is the hash of its content, of which the beginning tells enough.
    shown = {
        name: value[:8] if name in ("data.table", "data.published") else known[name].label(value)
        for name, value in changed.items()
    }
    return "; ".join(f"{name} {value}" for name, value in shown.items())


def _genres(per_genre: Iterable[Document]) -> str:
    rows = [
        (g["genre"], f"{g['support']:,}", _rate(g["recall"], g["recall_interval"]),
         _rate(g["precision"], g["precision_interval"]), _rate(g["f1"]))
        for g in per_genre
    ]  # fmt: skip
    return "\n".join(_columns(("genre", "tracks", "recall (95 %)", "precision (95 %)", "F1"), rows, right=(1, 2, 3, 4)))


def _rate(rate: float | None, interval: Sequence[float] | None = None) -> str:
    if rate is None:
        return "none"
    if interval is None:
        return f"{100 * rate:.1f} %"
    return f"{100 * rate:.1f} % ({100 * interval[0]:.1f}-{100 * interval[1]:.1f})"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> list[str]:
    """Return the lines of a table, the columns in `right` aligned at their ends."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if position in right else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (header, *rows)
    ]
