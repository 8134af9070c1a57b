"""What came out of stored runs: what their best weights say of a part, and the facts that findings rest on."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.bayes import BayesScore, limit_on, unheard
from genre_core.data.dataset import PARTS, Dataset, IntArray, Part
from genre_core.data.splitting import split_dataset
from genre_core.evaluation.confusion import confusion_matrix
from genre_core.evaluation.intervals import accuracy_interval
from genre_core.evaluation.report import Evaluation, evaluate
from genre_core.findings import Facts, Learning, Score, Told, epochs_to_compare
from genre_core.store import Run, RunStore

About = Literal["", "label", "true genre"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run's best weights say of one part: its tracks' rows in the data, genres, and logits (n, n_genres).

    `about` says what `y_true` are where labels are wrong now and then: those labels, or the true genres.
    """

    rows: IntArray
    y_true: IntArray
    logits: npt.NDArray[np.float32]
    genres: tuple[str, ...]
    groups: IntArray | None
    evaluation: Evaluation
    limit: BayesScore | None
    about: About = ""


def outcome_of(store: RunStore, run: Run, part: Part, data: Dataset, *, clean: bool = False) -> Outcome | None:
    """Return what a run says of one part of its data; None where it has stored nothing of that part.

    With `clean` the true genres judge it, where the data have noisy labels.
    """
    saved = store.artifact(run.id, "logits")
    if saved is None or part not in run.summary:
        return None
    from safetensors.numpy import load

    arrays = load(saved)
    rows = np.flatnonzero(arrays["part"] == PARTS.index(part))
    logits, groups, drawn = arrays["logits"][rows], data.clusters(rows), run.config.data.generator
    if clean and data.y_clean is not None:
        y_true = data.y_clean[rows]
        # The baseline answers what training holds, and training holds labels.
        majority = int(np.bincount(arrays["y"][arrays["part"] == PARTS.index("train")]).argmax())
        evaluation = evaluate(y_true, logits, data.genres, majority=majority, groups=groups)
    else:
        y_true = arrays["y"][rows]
        matrix = confusion_matrix(y_true, logits.argmax(axis=1), data.genres, groups)
        evaluation = replace(Evaluation.from_json(run.summary[part]), confusion_matrix=matrix)
    about: About = "" if data.y_clean is None else "true genre" if clean else "label"
    best = limit_on(drawn, data.X[rows], y_true, groups, clean=clean) if drawn else None
    return Outcome(rows, y_true, logits, data.genres, groups, evaluation, best, about)


def facts_of(
    store: RunStore, run: Run, part: Part, data: Dataset, seen: Outcome, validation: Outcome | None = None
) -> Facts:
    """Return what findings on an outcome rest on; `validation` is the same run's on that part, beside another one."""
    clean, drawn = seen.about == "true genre", run.config.data.generator
    scores = None if validation is None else validation.evaluation
    alike = drawn is not None and (drawn.artists > 0 or drawn.segments > 1)
    leaky = bool(run.context.get("leaky"))
    return Facts(
        part,
        seen.evaluation,
        seen.y_true,
        seen.logits,
        groups=seen.groups,
        best=None if seen.limit is None else seen.limit.y_pred,
        knows_more=leaky and alike,
        ordered=drawn is not None and drawn.shift > 0,
        leaky=leaky,
        straddlers=run.context.get("straddlers") or {},
        true_genres=data.y_clean[seen.rows] if seen.about == "label" and data.y_clean is not None else None,
        training=_training(store, run, data, clean),
        validation=None if scores is None else Score(scores.accuracy, scores.accuracy_interval, scores.n),
        learning=_learning(store, run, data) if part == "validation" else None,
        clean=clean,
    )


def told_of(run: Run, part: Part, data: Dataset) -> Told:
    """Return what the sentences on a run's findings need to know."""
    level = data.coarsest[0] if data.coarsest else "group"
    known = unheard(run.config.data) if run.context.get("leaky") else ""
    return Told(data.genres, part, known, level, run.config.data.generator is not None)


def _training(store: RunStore, run: Run, data: Dataset, clean: bool) -> Score | None:
    """Return the accuracy of the best weights on the training part."""
    saved = store.artifact(run.id, "logits")
    if saved is None:
        return None
    from safetensors.numpy import load

    arrays = load(saved)
    rows = np.flatnonzero(arrays["part"] == PARTS.index("train"))
    y = arrays["y"] if not clean or data.y_clean is None else data.y_clean
    y_true, y_pred = y[rows].astype(np.int64), arrays["logits"][rows].argmax(axis=1)
    interval = accuracy_interval(y_true, y_pred, data.clusters(rows))
    return Score(float((y_true == y_pred).mean()), interval, len(rows))


def _learning(store: RunStore, run: Run, data: Dataset) -> Learning | None:
    """Return how a run was trained, and which validation tracks were right after the epochs that matter."""
    saved = store.artifact(run.id, "validation_labels")
    if saved is None or run.best_epoch is None:
        return None
    labels, groups = np.frombuffer(saved, dtype=np.uint8), None
    if data.coarsest is not None:
        rows = split_dataset(data, run.config.split).validation
        if not np.array_equal(data.y[rows], labels):  # another version drew or split them otherwise
            return None
        groups = data.clusters(rows)
    wanted = epochs_to_compare(run.epoch, run.best_epoch)
    right = {epoch: store.predictions(run.id, epoch) == labels for epoch in wanted}
    return Learning(run.epoch, run.best_epoch, run.stopped_because == "max_epochs", right, groups)
