"""Outcomes of stored runs: what their best weights say of a part, and the facts that findings rest on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from genre_core.bayes.conditions import is_known, unheard
from genre_core.bayes.limit import BayesScore, limit_on
from genre_core.data.dataset import Dataset, IntArray, Part
from genre_core.diagnosis.rules import Diagnosis
from genre_core.errors import DataError
from genre_core.evaluation.comparison import Answers
from genre_core.evaluation.confusion import confusion_matrix
from genre_core.evaluation.report import Evaluation, evaluate
from genre_core.findings.facts import Facts, Score
from genre_core.findings.sentences import Told
from genre_core.store.gate import need_open, predictions_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.training.predictions import Unit

About = Literal["", "label", "true genre"]


@dataclass(frozen=True)
class Judge:
    """Judge of predictions: labels or, with `clean`, the true genres; each row, or each track of segments."""

    clean: bool = False
    unit: Unit = "track"

    @property
    def of_rows(self) -> "Judge":
        """Return the same judge of single rows."""
        return replace(self, unit="row")


JUDGE = Judge()
"""The usual judge: labels as they are, by track."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Predictions of a run's best weights for one part: rows in the data, genres, and logits (n, n_genres).

    By track there is one of each for a track, and `rows` are the first rows of the tracks. `about` says what `y_true`
    are where labels are wrong now and then: those labels, or the true genres. `unit` is what was judged: a row that is
    a whole track is a track; `n_rows` are all rows of the part, and `n_tracks` the tracks that they are of, each of
    which is called as `whole` says.
    """

    rows: IntArray
    y_true: IntArray
    logits: npt.NDArray[np.float32]
    genres: tuple[str, ...]
    groups: IntArray | None
    evaluation: Evaluation
    limit: BayesScore | None
    about: About = ""
    unit: Unit = "track"
    n_rows: int = 0
    n_tracks: int = 0
    whole: str = "track"

    @property
    def noun(self) -> str:
        """Return what one prediction is of: a track, a clip, or a segment of one."""
        return "segment" if self.unit == "row" else self.whole

    @property
    def level(self) -> str:
        """Return what its groups are, such as `artist`."""
        grouped = self.evaluation.confusion_matrix.grouped
        return "group" if grouped is None else grouped.level


def outcome_of(store: RunStore, run: Run, part: Part, data: Dataset, judge: Judge = JUDGE) -> Outcome | None:
    """Return what a run says of one part of its data; None where nothing is stored.

    Raises RunStateError where it is the test part, and nobody has opened it, and DataError where clips were lost or
    came back since it was trained.
    """
    need_open(run, part)
    every = predictions_of(store, run)
    if every is None:
        return None
    if data.heard and not np.array_equal(every.y, data.y):
        raise DataError("Clips of these data were lost or came back since this run was trained: train it again.")
    clean, by_row = judge.clean and data.y_clean is not None, every.of(part)
    if clean:
        by_row = by_row.true_genres(data)
    seen = by_row.by(judge.unit, data)
    unit: Unit = "row" if data.in_segments and judge.unit == "row" else "track"
    groups, drawn = data.clusters(seen.rows), run.config.data.generator
    level = data.coarsest[0] if data.coarsest else "group"
    stored = run.summary.get(part, {}).get("kappa") is not None  # earlier versions had other intervals
    if clean or seen is not by_row or not stored:
        # The baseline answers what training holds, and training holds labels.
        evaluation = evaluate(seen.y, seen.logits, data.genres, majority=every.majority, groups=groups, level=level)
    else:
        matrix = confusion_matrix(seen.y, seen.y_pred, data.genres, groups, level)
        evaluation = replace(Evaluation.from_json(run.summary[part]), confusion_matrix=matrix)
    about: About = "" if data.y_clean is None else "true genre" if clean else "label"
    # Whoever hears several segments of a track can do better than by one.
    best = None
    if drawn and is_known(drawn, unit):
        tracks = None if seen is by_row else data.groups["track"][by_row.rows]
        best = limit_on(drawn, data.X[by_row.rows], seen.y, groups, clean=clean, tracks=tracks)
    n_tracks = data.n_tracks(by_row.rows)
    return Outcome(
        seen.rows, seen.y, seen.logits, data.genres, groups, evaluation, best, about, unit, len(by_row), n_tracks,
        data.whole,
    )  # fmt: skip


def answers_of(run: Run, name: str, seen: Outcome, data: Dataset) -> Answers:
    """Return the predictions of an outcome as they are compared with those of other runs, under a name."""
    tracks = tuple(data.tracks[row] for row in seen.rows.tolist())
    y_pred = seen.logits.argmax(axis=1)
    return Answers(name, run.config.data.identity, data.genres, tracks, seen.y_true, y_pred, seen.groups)


def distinct_names(runs: Sequence[Run]) -> list[str]:
    """Return the names of runs, with their identifiers where several are called the same."""
    names = [run.name for run in runs]
    return [run.name if names.count(run.name) == 1 else f"{run.name} ({run.id})" for run in runs]


def facts_of(
    run: Run,
    part: Part,
    data: Dataset,
    seen: Outcome,
    validation: Outcome | None = None,
    diagnosis: Diagnosis | None = None,
) -> Facts:
    """Return what findings on an outcome rest on; `validation` is the same run's on that part, beside another one.

    `diagnosis` is that of the run.
    """
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
        validation=None if scores is None else Score(scores.accuracy, scores.accuracy_interval, scores.n),
        diagnosis=diagnosis,
        clean=clean,
    )


def told_of(run: Run, part: Part, data: Dataset, unit: Unit = "track") -> Told:
    """Return what the sentences on a run's findings need to know."""
    level = data.coarsest[0] if data.coarsest else "group"
    noun = data.noun if unit == "row" else data.whole
    return Told(data.genres, part, unheard(run.config.data, unit), level, run.config.data.generator is not None, noun)
