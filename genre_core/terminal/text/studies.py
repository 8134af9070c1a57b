"""Text about many runs together: a lens, a repetition, a search."""

from collections.abc import Sequence

from genre_core.studies.lens.config import CLASSIFIERS, JUDGED_BY, LENS_BY
from genre_core.studies.tuning.config import OBJECTIVES
from genre_core.studies.tuning.optimism import EPOCHS_LEFT_IN
from genre_core.terminal.text.words import Document, columns, count, judged_by, rate
from genre_core.text import NO_INTERVAL


def lens(document: Document) -> str:
    """Say what each classifier reaches at each level, which are clearly ahead, and how much was leakage."""
    cells = []
    for row in document["scores"]:
        accuracy = rate(row["accuracy"], row["accuracy_interval"])
        macro_f1 = rate(row["macro_f1"], row["macro_f1_interval"])
        n_test = row["n_test_tracks"] if row["unit"] == "track" else row["n_test"]
        sizes = (f"{row['n_train']:,}", f"{n_test:,}", str(row["n_splits"]))
        cells.append((JUDGED_BY[row["level"]], CLASSIFIERS[row["classifier"]], accuracy, macro_f1, *sizes))
    segments = "track" in document["plan"]["groups"]
    unit = document["by"] if segments else ""
    tested, learned = {"track": "test tracks", "row": "test segments", "": "tested on"}[unit], "learned from"
    header = ("split", "classifier", "test accuracy", "macro-F1", learned, tested, "times")
    ahead = [one["sentence"] for one in reversed(document["rankings"])]
    how = [document["reason"], *ahead, *([LENS_BY[document["by"]]] if segments else [])]
    lines = [document["answer"], *how, *judged_by(document), "", *columns(header, cells, right=(2, 3, 4, 5, 6))]
    if document["bayes"]:
        lines.append(f"The best possible classifier is right on {rate(document['bayes']['accuracy'])}.")
        lines += [f"About this limit: {document['bayes']['about']}"] if document["bayes"]["about"] else []
    if document["plan"]["test_hash"]:
        lines.append(f"Looks at the published test part: {document['test_looks']}")
    return "\n".join([*lines, *(f"Note: {note}" for note in document["notes"])])


def repeated(document: Document) -> str:
    """Say what a configuration reaches with other seeds or on folds: mean, scatter, and every run."""
    found, what, folds = document["accuracy"], document["config"]["what"], document["pooled"]
    over = count(found["n"], "fold" if folds else "seed")
    about = f" about the {document['right_about']}" if document["right_about"] else ""
    part, unit = document["part"], "segment" if document["by"] == "row" else "track"
    lines = [f"Right{about} on {rate(found['mean'], found['interval'])} of {part} {unit}s, on average over {over}."]
    if found["sd"] is not None:
        low, high = rate(found["low"]), rate(found["high"])
        lines.append(f"From run to run: standard deviation {100 * found['sd']:.1f} points, from {low} to {high}.")
    lines.append(f"Macro-F1 {rate(document['macro_f1']['mean'], document['macro_f1']['interval'])}.")
    if found["interval"] is None:
        lines.append("An interval needs three runs.")
    elif document["judged_per_learned"]:
        parts = "folds" if folds else "splits"
        cautious = " and is cautious if each track is judged once" if folds and what["repeats"] == 1 else ""
        shared = f"The interval allows for {parts} that share training tracks{cautious}"
        lines.append(f"{shared} (Nadeau and Bengio 2003).")
    else:
        lines.append("The interval covers only luck in training: every run was judged on the same tracks.")
    lines += [document["dealt"]] if document["dealt"] else []
    lines += filter(None, [document["shared_groups"]])
    if folds:
        times = "once" if what["repeats"] == 1 else f"{what['repeats']} times"
        together = rate(folds["accuracy"], folds["accuracy_interval"])
        lines.append(f"Of all {folds['n']:,} answers {together} are right.")
        lines.append(f"Each track outside the test part was judged {times}; the test part stayed closed.")
    cells = [
        (row["name"], row["run"], row["state"], str(row["epochs"]), rate(row["accuracy"]), rate(row["macro_f1"]))
        for row in document["runs"]
    ]
    header = ("repeat", "run", "state", "epochs", "accuracy", "macro-F1")
    lines += ["", *columns(header, cells, right=(3, 4, 5)), f"Kept as the repetition {document['study']}."]
    return "\n".join([*lines, *(f"Note: {row['name']}: {row['error']}" for row in document["runs"] if row["error"])])


def searched(document: Document) -> str:
    """Say what the best trial came to and what having picked it flatters by, and list the best trials."""
    objective, best, trials = document["config"]["objective"], document["best"], document["trials"]
    score = f"{_value(objective, best['value'], best['interval'])} {OBJECTIVES[objective]}"
    lines = [f"Best of {count(len(trials), 'trial')}: {score} on {document['judged_on']}, trial {best['trial']}."]
    lines += [f"  --{setting} {value}" for setting, value in best["params"].items()]
    if found := document["optimism"]:
        lines.append(
            f"Picking the best of {found['n_trials']} inflates the score by about {_size(objective, found['size'])}: "
            f"expect {_value(objective, found['corrected'], found['interval'])} on new tracks."
        )
        if not found["of_epochs"] and not document["config"]["folds"]:
            lines.append(EPOCHS_LEFT_IN)
    lines += [*judged_by(document), ""]
    ended = {"complete": "", "pruned": "stopped early", "failed": "failed"}
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
    lines += columns(("trial", "accuracy", "macro-F1", "log loss", *settings, ""), cells, right=(0, 1, 2, 3))
    if len(scored) > len(cells):
        lines.append(f"and {count(len(scored) - len(cells), 'other trial')}")
    if found := document["importances"]:
        lines.append(
            "Most important settings: " + ", ".join(f"{key} {100 * share:.0f} %" for key, share in found.items()) + "."
        )
    if test := document["test"]:
        accuracy, macro_f1 = (rate(test[score], test[f"{score}_interval"]) for score in ("accuracy", "macro_f1"))
        lines.append(f"The winner on {count(test['n'], 'test track')}: {accuracy}, macro-F1 {macro_f1}.")
        lines.append(f"Looks at the test part: {document['test_looks']}")
    return "\n".join([*lines, f"Kept as the study {document['study']}: see it on Tune in the dashboard."])


def _value(objective: str, value: float, interval: Sequence[float] | None = None) -> str:
    if objective != "log_loss":
        return rate(value, interval) if interval else f"{100 * value:.1f} %"
    if interval is not None and interval[1] is None:
        return f"{value:.3f} ({NO_INTERVAL})"
    return f"{value:.3f}" + (f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else "")


def _size(objective: str, size: float) -> str:
    return f"{size:.3f} nats" if objective == "log_loss" else f"{100 * size:.1f} points"


def few(document: Document) -> str:
    """Say which way to learn is best from few clips, and the accuracy of each from each number."""
    sizes = sorted({point["size"] for point in document["points"]})
    found = {(point["name"], point["size"]): rate(point["accuracy"], point["interval"]) for point in document["points"]}
    names = list(dict.fromkeys(point["name"] for point in document["points"]))
    header = ("clips a genre", *names)
    rows = [(f"{size:,}", *(found.get((name, size), "") for name in names)) for size in sizes]
    table = columns(header, rows, right=tuple(range(len(header))))
    return "\n".join([*document["leads"], "", *table, "", f"Chance: {rate(document['chance'])}.", document["note"]])
