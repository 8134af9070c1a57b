"""The model card of an exported model, in the form of the Hugging Face Hub: a YAML header, then Markdown.

M. Mitchell et al.: Model Cards for Model Reporting. FAT* 2019.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from genre_core.data.dataset import PARTS, Part
from genre_core.errors import DataError
from genre_core.evaluation.calibration import reliability
from genre_core.evaluation.glossary import leaky
from genre_core.evaluation.metrics import METRICS, softmax
from genre_core.evaluation.scaling import cross_fitted, fit_temperature
from genre_core.findings.sentences import sentence
from genre_core.judging.fitted import Fitted
from genre_core.judging.hearing import MUSIC_ONLY
from genre_core.judging.trust import Trust
from genre_core.settings.config import MusicConfig
from genre_core.settings.names import label_in
from genre_core.settings.naming import data_name
from genre_core.store.diagnosed import findings_on
from genre_core.store.openings import openings_of
from genre_core.store.run_result import Outcome, outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.takehome.python_text import INSTALL, python_for
from genre_core.text import capitalized, count, judged, percent

MOST_CONFUSIONS = 8
LICENCE = "unknown"
NO_LICENCE = "Not known to Genre Lab: state the license of the data and of this model before you publish either."
_SHOWN = ("accuracy", "balanced_accuracy", "macro_f1", "top_2_accuracy", "log_loss")
DRAWN = "It learned from synthetic tracks. Their features are drawn and not measured, so it knows no music at all."


@dataclass(frozen=True, eq=False)
class Described:
    """A run as its card describes it: outcomes of validation, and of the test part where somebody has opened it."""

    store: RunStore
    run: Run
    fitted: Fitted
    trust: Trust
    validation: Outcome
    test: Outcome | None

    @property
    def reported(self) -> tuple[Part, Outcome]:
        """Return the part that is reported on: the test part where it is open."""
        return ("validation", self.validation) if self.test is None else ("test", self.test)


def described(store: RunStore, run: Run, fitted: Fitted, trust: Trust) -> Described:
    """Gather what a card says of a complete run. Raises DataError where nothing is stored of what it answers."""
    data = fitted.prepared.dataset
    validation = outcome_of(store, run, "validation", data)
    if validation is None:
        raise DataError(f"The answers of the run {run.name} are not stored: train it again.")
    return Described(
        store, run, fitted, trust, validation, outcome_of(store, run, "test", data) if run.opened else None
    )


def card(of: Described, preprocessing: Mapping[str, Any]) -> str:
    """Return the card of a run as Markdown with a YAML header."""
    sections: list[tuple[str, list[str]]] = [
        ("Intended use", _use(of)),
        ("How to use it without Genre Lab", _python(preprocessing)),
        ("Data", _data(of)),
        ("Split", _split(of)),
        ("Evaluation", _evaluation(of)),
        ("Which genres it confuses", _confusions(of)),
        ("Calibration", _calibration(of)),
        ("Known leaks and limitations", _limitations(of)),
        ("How often the test part was opened", _openings(of)),
        ("What it does not know", _unknown(of)),
        ("Training", _training(of)),
    ]
    text = [_header(of), f"# {escaped(of.run.name)}", _opening(of)]
    for title, lines in sections:
        text += [f"## {title}", *lines]
    return "\n\n".join(text) + "\n"


def escaped(text: str) -> str:
    """Return a text as Markdown shows it: on one line, and without a mark of its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _header(of: Described) -> str:
    """Return the YAML header; strings are written as JSON has them, which YAML reads."""
    sound = of.fitted.prepared.dataset.heard
    task = "audio-classification" if sound else "tabular-classification"
    part, seen = of.reported
    scores = [
        (name, label, getattr(seen.evaluation, name)) for name, label in (("accuracy", "accuracy"), ("macro_f1", "f1"))
    ]
    lines = [
        f"license: {LICENCE}",
        "library_name: onnx",
        f"pipeline_tag: {task}",
        "tags: [music, genre-classification, genre-lab]",
        "metrics: [accuracy, f1]",
        "model-index:",
        f"- name: {json.dumps(of.run.name)}",
        "  results:",
        "  - task:",
        f"      type: {task}",
        "      name: Music genre classification",
        "    dataset:",
        f"      name: {json.dumps(_name(of))}",
        "      type: genre-lab",
        f"      split: {part}",
        f"      revision: {of.fitted.prepared.dataset.content_hash}",
        "    metrics:",
    ]
    for name, label, value in scores:
        lines += [f"    - type: {label}", f"      value: {value:.6f}", f"      name: {json.dumps(METRICS[name].term)}"]
    return "\n".join(["---", *lines, "---"])


def _name(of: Described) -> str:
    return data_name(of.run.config.data, of.store.table_names())


def _opening(of: Described) -> str:
    part, seen = of.reported
    interval = percent(
        seen.evaluation.accuracy, seen.evaluation.accuracy_interval, seen.evaluation.confusion_matrix.too_few()
    )
    what = judged(part, seen.n_rows, seen.n_tracks, seen.unit, seen.whole)
    n = seen.evaluation.confusion_matrix.correct
    genres = of.fitted.genres
    model = of.run.config.model
    kind = f"An average of {of.run.averages} networks" if of.run.averages else capitalized(model.phrase)
    return (
        f"{kind} that tells {len(genres)} genres apart: {', '.join(map(escaped, genres))}. It is right on {n:,} of "
        f"{what}: {interval}. Ranges are 95 % intervals."
    )


def _use(of: Described) -> list[str]:
    said = [
        "Use it to learn about music classification, to compare models on the same data, and to sort recordings that "
        "are like those it learned from.",
        "Do not use it to decide about people or their work: on rights, on payment, on what is recommended or taken "
        "down. A genre is a convention, and this model knows the labels of one data set.",
    ]
    return said


def _python(preprocessing: Mapping[str, Any]) -> list[str]:
    about = "Put this text beside `model.onnx` and `preprocessing.json`. It needs nothing else."
    if preprocessing["inputs"] == "features":
        about += " The order of the columns is that of `names` in `preprocessing.json`."
        if sound := preprocessing["sound"]:
            sets = ", ".join(one["name"] for one in sound["feature_sets"])
            about += f" The values are those of the feature sets {sets}, as Genre Lab measures them on sound."
    if preprocessing["segments"]:
        about += " Of a track in several segments, average the logarithms of the probabilities of its segments."
    return [about, f"```bash\n{INSTALL}\n```", f"```python\n{python_for(dict(preprocessing))}```"]


def _data(of: Described) -> list[str]:
    data = of.fitted.prepared.dataset
    rows = [
        ("name", escaped(_name(of))),
        ("source", of.run.config.data.title),
        ("rows", f"{len(data):,}" + (f" of {count(data.n_tracks(), 'track')}" if data.in_segments else "")),
        ("hash", f"`{data.content_hash}`"),
        ("license", NO_LICENCE),
    ]
    if stored := of.run.config.data.stored:
        rows.insert(4, ("hash of the file", f"`{stored[0]}`"))
    genres = [(escaped(genre), f"{n:,}") for genre, n in zip(data.genres, data.counts.tolist(), strict=True)]
    found = [table(("what", "value"), rows), table(("genre", "rows"), genres)]
    return [*found, "\n".join(f"- {escaped(note)}" for note in data.notes)] if data.notes else found


def _split(of: Described) -> list[str]:
    config, split, data = of.run.config.split, of.fitted.prepared.split, of.fitted.prepared.dataset
    rows = [
        (
            part,
            f"{len(split[part]):,}",
            f"{data.n_tracks(split[part]):,}" if data.in_segments else f"{len(split[part]):,}",
        )
        for part in PARTS
    ]
    kept = {"row": "nothing (single rows)", "published": "as published"}.get(split.by, f"{split.by}s")
    said = f"Kept together: {kept}. Seed {config.seed}."
    if config.folds:
        said += f" Fold {config.fold} of {config.folds} is held out as the test part."
    return [said, table(("part", "rows", "tracks"), rows)]


def _evaluation(of: Described) -> list[str]:
    parts: list[tuple[str, Outcome]] = [("validation", of.validation), *([("test", of.test)] if of.test else [])]
    rows = [(METRICS[name].term, *(_figure(seen, name) for _, seen in parts)) for name in _SHOWN]
    rows.append(("always the most common genre", *(percent(seen.evaluation.majority_accuracy) for _, seen in parts)))
    if of.validation.limit is not None:
        best = (percent(seen.limit.accuracy) if seen.limit else "–" for _, seen in parts)
        rows.append(("the best possible on these tracks", *best))
    genres = [
        (
            escaped(one.genre),
            f"{one.support:,}",
            _rate(one.recall, one.recall_interval),
            _rate(one.precision, one.precision_interval),
        )
        for one in of.reported[1].evaluation.per_genre
    ]
    part = of.reported[0]
    found = [table(("score", *(name for name, _ in parts)), rows)]
    if of.validation.limit is None:
        found.append("How good the best possible classifier would be is not known for these data.")
    found.append("Validation also chose the best epoch, so its scores are slightly too good.")
    return [*found, table(("genre", f"{part} tracks", "recall", "precision"), genres)]


def _figure(seen: Outcome, name: str) -> str:
    value, interval = getattr(seen.evaluation, name), seen.evaluation.intervals.get(name)
    if value is None:
        return "–"
    if name != "log_loss":
        return percent(value, interval, seen.evaluation.confusion_matrix.too_few())
    return f"{value:.3f}" + (f" ({interval.low:.3f}–{interval.high:.3f})" if interval else "")


def _rate(value: float | None, interval: Any) -> str:
    return "–" if value is None else percent(value, interval)


def _confusions(of: Described) -> list[str]:
    part, seen = of.reported
    matrix, genres = seen.evaluation.confusion_matrix, [escaped(genre) for genre in of.fitted.genres]
    pairs = matrix.commonest_errors(MOST_CONFUSIONS)
    if not pairs:
        return [f"It makes no error on these {part} tracks."]
    rows = [(genres[true], genres[taken], f"{n:,}", percent(n / matrix.counts[true].sum())) for true, taken, n in pairs]
    return [table(("genre", "taken for", f"{part} tracks", "of the genre"), rows)]


def _calibration(of: Described) -> list[str]:
    seen = of.validation
    logits = seen.logits.astype(np.float64)
    before = reliability(seen.y_true, softmax(logits), groups=seen.groups).error
    if not of.trust.calibrated:
        return [
            f"Expected calibration error on validation: {percent(before)}. No temperature could be fitted, so "
            "probabilities are as the network gives them."
        ]
    try:
        after = softmax(cross_fitted(fit_temperature, seen.y_true, logits, groups=seen.groups))
        then = f", {percent(reliability(seen.y_true, after, groups=seen.groups).error)} after (cross-fitted)"
    except DataError:
        then = ""
    said = [
        f"Logits are divided by a temperature of {of.trust.temperature:.4f}, fitted on {of.trust.n:,} validation "
        f"tracks. The expected calibration error there is {percent(before)} before{then}."
    ]
    if rule := of.trust.rule:
        whom = "a new group" if rule.grouped else "a new track"
        said.append(
            f"Prediction sets hold the right genre of {whom} with a probability of at least "
            f"{percent(rule.level, decimals=0)}, if new tracks are drawn as those of validation were (split-conformal "
            "prediction)."
        )
    return said


def _limitations(of: Described) -> list[str]:
    part, seen = of.reported
    data, validation = of.fitted.prepared.dataset, of.validation if of.test else None
    findings, told = findings_on(of.store, of.run, part, data, seen, validation)
    found = [sentence(one, told) for one in findings]
    torn = of.run.context.get("leaky")
    leaks = (
        leaky(of.run.context.get("straddlers"))
        if torn
        else "None was found: the split keeps together what the data name."
    )
    return [f"Leaks: {leaks}", "\n".join(f"- {escaped(one)}" for one in found) or "Nothing stands out."]


def _openings(of: Described) -> list[str]:
    seen = openings_of(of.store, [of.run])[of.run.id]
    own = (
        "It was opened for this model."
        if seen.opened
        else "It is closed for this model, so no test score is in this card."
    )
    return [f"{own} {seen.sentence(of.run.noun)}"]


def _unknown(of: Described) -> list[str]:
    genres = ", ".join(map(escaped, of.fitted.genres))
    said = [
        f"It knows {genres}, and nothing else. Music of another genre gets one of these answers all the same.",
        "It may have learned the recording instead of the genre: the studio, the encoding, the loudness. Scores on "
        "other recordings are usually lower.",
    ]
    if isinstance(of.run.config.data, MusicConfig):
        said.insert(0, MUSIC_ONLY)
    if of.run.config.data.generator is not None:
        said = [DRAWN]
    return ["\n".join(f"- {one}" for one in said)]


def _training(of: Described) -> list[str]:
    run, config = of.run, of.run.config
    versions = run.context.get("versions", {})
    rows = [
        ("network", label_in(config, "model.architecture", config.model.architecture) or config.model.label),
        ("weights and biases", f"{run.context.get('n_parameters', 0):,}"),
        ("inputs", f"{of.fitted.prepared.dataset.inputs.noun}, {' × '.join(map(str, of.fitted.shape))}"),
        ("epochs", f"{run.epoch:,}" + (f", best {run.best_epoch:,}" if run.best_epoch else "")),
        ("settings hash", f"`{run.fingerprint}`"),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]
    return [table(("what", "value"), rows), "All settings are in `run.json`."]
