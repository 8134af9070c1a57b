"""Writing of a report: what the store knows of one or several runs, section by section.

Scores are those of the test part where somebody has opened it, and of validation otherwise: a report opens nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from genre_core.data.dataset import PARTS, Dataset
from genre_core.errors import RunStateError
from genre_core.evaluation.calibration import calibration, reliability
from genre_core.evaluation.calibration_sentences import error_sentence, reliability_answer
from genre_core.evaluation.comparison import compare_all, why_incomparable
from genre_core.evaluation.metrics import METRICS, softmax
from genre_core.evaluation.report import Evaluation
from genre_core.evaluation.verdict import overlooked, verdict, why
from genre_core.findings.sentences import sentence
from genre_core.settings.names import all_settings, differing_settings
from genre_core.settings.naming import own_settings
from genre_core.store.diagnosed import diagnosis_of, findings_on
from genre_core.store.run_result import answers_of, distinct_names, outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.takehome import charts
from genre_core.takehome.command import command
from genre_core.takehome.known import Known, check, known_of
from genre_core.takehome.limitations import limitations
from genre_core.takehome.naming import one_line
from genre_core.takehome.references import references
from genre_core.takehome.report import Chart, Code, Draft, Points, Report, Section, Table, Text, points
from genre_core.text import GAP, capitalized, count, joined, percent, quoted_at_starts

MOST_FINDINGS = 12
SCORES = ("accuracy", "macro_f1", "balanced_accuracy", "top_2_accuracy", "matthews", "log_loss")
"""Scores of the table of results."""
NOT_STORED = "The data of this run are no longer stored, so this section has only what was saved with the run."


def report_of(store: RunStore, runs: Sequence[Run]) -> Report:
    """Return the report of runs, the first of which it is about, without a person's own paragraphs.

    Raises RunStateError where a run is not complete, is named twice, or another version made it.
    """
    for run in runs:
        check(run, "report")
    if len({run.id for run in runs}) < len(runs):
        raise RunStateError("A run is named twice: a report compares different runs.")
    loaded: dict[str, Dataset | None] = {}
    every = [known_of(store, run, name, loaded) for run, name in zip(runs, distinct_names(runs), strict=True)]
    first, draft = every[0], Draft()
    _question(first, draft)
    _data(first, draft)
    _split(first, draft)
    _network(first, draft)
    _training(first, draft)
    _results(first, draft)
    _errors(store, first, draft)
    _comparison(every, draft)
    _limitations(first, draft)
    cited = Section("References", (Points(references(first.run.config, compared=len(every) > 1)),))
    sections = (*draft.sections(), _how_to_repeat(first, store.table_names()), cited)
    about = f"{one_line(first.name)}, trained on {first.run.created_at:%Y-%m-%d} with Genre Lab."
    return Report(f"Music genres in {first.source}", about, sections)


def _question(of: Known, draft: Draft) -> None:
    genres, phrase = of.run.context["genres"], _phrase(of.run)
    draft.add(
        "question",
        Text(f"How well can {count(len(genres), 'genre')} be told apart in {of.source}?"),
        Text(f"{capitalized(phrase)} is right on {_accuracy(of)} of {of.n}. {_against(of)}"),
    )


def _against(of: Known) -> str:
    """Say what guessing and the best possible classifier reach on the same tracks."""
    said = f"Always predicting the most common genre is right on {percent(of.scores.majority_accuracy)}"
    if of.seen is None or of.seen.limit is None:
        return f"{said}."
    return f"{said}, and the best possible classifier on {percent(of.seen.limit.accuracy)}."


def _data(of: Known, draft: Draft) -> None:
    run, data = of.run, of.data
    if data is None or of.split is None:
        draft.add("data", Text(NOT_STORED), _sizes(run))
        return
    kind = count(len(data.features), "feature") if data.features else data.inputs.noun
    unit = "segments" if data.in_segments else "tracks"
    tracks = f" of {count(data.n_tracks(), 'track')}" if data.in_segments else ""
    levels = [count(len(np.unique(data.groups[level])), level) for level in data.groups if level != "track"]
    whose = f", by {joined(levels)}" if levels else ""
    title = run.config.data.title
    draft.add("data", Text(f"{capitalized(title)}: {len(data):,} {unit}{tracks}{whose}, each with {kind}."))
    counts = [np.bincount(data.y[of.split[part]], minlength=len(data.genres)) for part in PARTS]
    rows = [
        (genre, *(f"{part[number]:,}" for part in counts), f"{sum(int(part[number]) for part in counts):,}")
        for number, genre in enumerate(data.genres)
    ]
    rows.append(("all", *(f"{part.sum():,}" for part in counts), f"{sum(int(part.sum()) for part in counts):,}"))
    header = ("genre", "training", "validation", "test", "all")
    draft.add("data", Table(header, tuple(rows), caption=f"{unit.capitalize()} of each genre in each part."))
    draft.add("data", points(data.notes))


def _sizes(run: Run) -> Text:
    sizes = joined([f"{run.context[f'n_{part}']:,} for {'training' if part == 'train' else part}" for part in PARTS])
    return Text(f"There were {sizes}.")


_DEALT = {
    "row": "Single rows were dealt at random, stratified by genre",
    "published": "The split is the one that was published with the data",
}


def _split(of: Known, draft: Draft) -> None:
    run, config = of.run, of.run.config.split
    by = run.context.get("split_by", "row")
    whole = f"Whole {by}s were dealt at random, so that none is in two parts, stratified by genre"
    rest = f"{percent(config.validation_fraction)} of the rest for validation"
    shares = f" ({percent(config.test_fraction, decimals=0)} for test, {rest})"
    fold = f" Fold {config.fold} of {config.folds} is held out in place of the test part." if config.folds else ""
    said = _DEALT.get(by, whole) + ("" if by == "published" else shares)
    draft.add(
        "split",
        Text(f"{said}.{fold} Training learns, validation chooses the best epoch, and test reports."),
        Text(
            "Each feature was centered and scaled by its mean and standard deviation in the training part alone; a "
            "missing value is the median there."
            if not run.config.model.feature_set
            else "Spectrograms were centered and scaled by the training part alone."
        ),
    )


def _network(of: Known, draft: Draft) -> None:
    run, shape = of.run, tuple(of.run.context.get("input_shape", ()))
    if run.averages:
        draft.add("network", Text(f"The mean probability of {run.averages} networks; the first of them is drawn."))
    size = run.context.get("n_parameters")
    large = f" with {count(size, 'parameter')}" if size else ""
    draft.add("network", Text(f"{capitalized(_phrase(run))}{large}."))
    if shape:
        genres = run.context["genres"]
        layers = run.config.model.layers(shape, len(genres))
        inputs = "features" if len(shape) == 1 else "spectrogram"
        widths = ", ".join(f"{layer.units:,}" for layer in layers)
        alt = f"The network from {inputs} to genres: layers of {widths} units."
        draft.add("network", Chart(charts.network(layers, inputs), alt))
    own = own_settings(run.config)
    if own:
        known = all_settings()
        rows = [
            (
                name,
                known[name].title,
                _short(of.source if name == "data.table" else known[name].label(value)),
                _short(known[name].label(known[name].default)),
            )
            for name, value in own.items()
        ]
        header = ("setting", "", "value", "default")
        draft.add("network", Table(header, tuple(rows), 4, "Settings that are not at their defaults."))


def _training(of: Known, draft: Draft) -> None:
    run, train = of.run, of.run.config.train
    known = all_settings()
    optimizer = known["train.optimizer"].label(train.optimizer)
    settings = (
        f"{optimizer} with a learning rate of {train.learning_rate:g}, batches of {train.batch_size}, at most "
        f"{count(train.max_epochs, 'epoch')}, and a patience of {train.patience}."
    )
    if not of.epochs:
        draft.add("training", Text(settings), Text("An ensemble has no epochs of its own."))
        return
    ended = {
        "max_epochs": f"All {count(len(of.epochs), 'epoch')} were trained",
        "patience": f"Training stopped early after epoch {len(of.epochs)}, because validation had stopped improving",
        "diverged": f"After epoch {len(of.epochs)} the loss was no longer a number",
    }.get(run.stopped_because or "", f"Training was stopped by hand after epoch {len(of.epochs)}")
    by = known["train.monitor"].label(train.monitor)
    draft.add(
        "training", Text(settings), Text(f"{ended}. Epoch {run.best_epoch} was the best by {by}; its weights are kept.")
    )
    limit = None if of.seen is None or of.seen.limit is None else of.seen.limit.accuracy
    last = of.epochs[-1]
    alt = (
        f"Loss and accuracy of training and validation over {count(len(of.epochs), 'epoch')}; at the end validation "
        f"loss is {last.validation_loss:.3f} and validation accuracy {percent(last.validation_accuracy)}."
    )
    drawn = charts.curves(of.epochs, run.best_epoch, run.context.get("majority_accuracy"), limit)
    draft.add("training", Chart(drawn, alt))
    matrix = Evaluation.from_json(run.summary["validation"]).confusion_matrix
    if diagnosis := diagnosis_of(run, of.epochs, matrix, limit):
        draft.add("training", Text(diagnosis.sentence))


def _results(of: Known, draft: Draft) -> None:
    scores, matrix = of.scores, of.scores.confusion_matrix
    few, over = matrix.too_few(), matrix.too_few_over_genres()
    rows = []
    for name in SCORES:
        if (value := getattr(scores, name)) is not None:
            interval = scores.intervals.get(name)
            rows.append((METRICS[name].title, METRICS[name].written(value, interval, over if "macro" in name else few)))
    rows.append(("Always the most common genre", percent(scores.majority_accuracy)))
    if of.seen is not None and of.seen.limit is not None:
        rows.append(("Best possible on these tracks", percent(of.seen.limit.accuracy, of.seen.limit.interval)))
    about = f", judged by the {of.seen.about}s" if of.seen is not None and of.seen.about else ""
    caption = f"Scores on {of.n}{about}, with 95{GAP}% intervals."
    draft.add("results", Table(("score", "value"), tuple(rows), 2, caption))
    alt = f"Confusion matrix of {of.n}: {matrix.correct:,} of {matrix.n:,} are on the diagonal."
    draft.add("results", Chart(charts.confusion(matrix, of.n).decode(), alt))
    of_genres = [
        (
            one.genre,
            percent(_or_nan(one.recall), one.recall_interval),
            percent(_or_nan(one.precision), one.precision_interval),
            percent(_or_nan(one.f1)),
            f"{one.support:,}",
        )
        for one in scores.per_genre
    ]
    header = ("genre", "recall", "precision", "F1", "tracks")
    draft.add("results", Table(header, tuple(of_genres), caption=f"Each genre on {of.n}, with 95{GAP}% intervals."))
    easiest = max(scores.per_genre, key=lambda one: one.recall or 0.0).genre
    draft.add("results", Chart(charts.recalls(scores.per_genre), f"Recall by genre; {easiest} has the highest."))
    if few := matrix.too_few_by_genre():
        draft.add("results", Text(few))


def _errors(store: RunStore, of: Known, draft: Draft) -> None:
    data, seen = of.data, of.seen
    if data is None or seen is None:
        draft.add("errors", Text(NOT_STORED))
        return
    validation = outcome_of(store, of.run, "validation", data) if of.part == "test" else None
    found, told = findings_on(store, of.run, of.part, data, seen, validation)
    draft.add("errors", points([sentence(one, told) for one in found[:MOST_FINDINGS]]))
    y_prob = softmax(seen.logits.astype(np.float64))
    curve = reliability(seen.y_true, y_prob, groups=seen.groups)
    trusted = calibration(seen.y_true, y_prob, groups=seen.groups)
    scores, few = of.scores, of.scores.confusion_matrix.too_few()
    interval = scores.accuracy_interval
    said = reliability_answer(
        curve, trusted.ece, trusted.confidence, trusted.accuracy, interval, f"{of.part} tracks", "", few
    )
    draft.add("errors", Text(said), Chart(charts.reliability(curve), f"Accuracy by confidence. {said}"))
    draft.add("errors", Text(error_sentence(curve, trusted.ece)))


def _comparison(every: Sequence[Known], draft: Draft) -> None:
    if len(every) < 2:
        return
    rows = [
        (
            one.name,
            one.part,
            _accuracy(one),
            percent(one.scores.macro_f1, one.scores.macro_f1_interval),
            f"{one.scores.n:,}",
        )
        for one in every
    ]
    header = ("run", "part", "accuracy", "macro-F1", "tracks")
    draft.add("comparison", Table(header, tuple(rows), 2, f"The compared runs, with 95{GAP}% intervals."))
    differing = differing_settings([one.run.config for one in every])
    if differing:
        known = all_settings()
        cells = [
            (known[name].title, *("–" if value is None else _short(known[name].label(value)) for value in values))
            for name, values in differing.items()
        ]
        names = ("setting", *(one.name for one in every))
        draft.add("comparison", Table(names, tuple(cells), len(names), "Settings in which they differ."))
    draft.add("comparison", Points(tuple(_verdicts(every))))


def _verdicts(every: Sequence[Known]) -> list[str]:
    """Return the verdict on the first run and each of the others, all considered together."""
    first, *others = every
    if any(one.data is None or one.seen is None for one in every):
        return ["The data of some of these runs are no longer stored, so they cannot be compared track by track."]
    sides = [answers_of(one.run, one.name, one.seen, one.data) for one in every if one.seen and one.data]
    said, comparable = [], []
    for one, side in zip(others, sides[1:], strict=True):
        if one.part != first.part:
            said.append(
                f"{first.name} is judged on {first.part} and {one.name} on {one.part}: open the same part of both."
            )
        elif reason := why_incomparable(sides[0], side):
            said.append(f"They cannot be compared: {reason}")
        else:
            comparable.append(side)
    names = [side.name for side in sides]
    for found in compare_all(sides[0], comparable):
        told = (verdict(found, f"{first.part} tracks", GAP), why(found, GAP), overlooked(found, GAP))
        said.append(quoted_at_starts(" ".join(told).rstrip(), names))
    return said


def _limitations(of: Known, draft: Draft) -> None:
    found = limitations(of.run, of.part, of.scores, of.opened, of.data)
    draft.add("comparison", Text("Limitations of this run:"), points(found))
    draft.add("conclusion", Text(f"{capitalized(_phrase(of.run))} is right on {_accuracy(of)} of {of.n}."))


def _how_to_repeat(of: Known, tables: Mapping[str, str]) -> Section:
    run, versions = of.run, of.run.context.get("versions", {})
    facts = {
        "run": run.id,
        "settings": run.fingerprint[:16],
        "data": run.context.get("data_hash", "")[:16],
        "device": run.context.get("device", ""),
        **versions,
    }
    rows = tuple((name, str(value)) for name, value in facts.items() if value)
    return Section(
        "How to repeat it",
        (
            Text("On the same machine with the same versions, these commands give the same figures:"),
            Code(f"{command(run, tables)}\npython -m genre_core script {run.id}"),
            Table(("", "made with"), rows, 2, "Fingerprints of settings and data, and versions."),
        ),
    )


def _phrase(run: Run) -> str:
    return f"an ensemble of {run.averages} networks" if run.averages else run.config.model.phrase


def _accuracy(of: Known) -> str:
    few = of.scores.confusion_matrix.too_few()
    return percent(of.scores.accuracy, of.scores.accuracy_interval, few)


def _or_nan(rate: float | None) -> float:
    return float("nan") if rate is None else rate


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
