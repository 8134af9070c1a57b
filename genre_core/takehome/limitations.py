"""Limitations that are true of a run: each is said only where the run's own data show it."""

from collections.abc import Iterator
from contextlib import suppress

from genre_core.data.dataset import Dataset, Part
from genre_core.errors import DataError
from genre_core.evaluation.glossary import leaky
from genre_core.evaluation.report import Evaluation
from genre_core.inspection.warnings import findings
from genre_core.settings.config import MusicConfig, labels_are_noisy
from genre_core.store.openings import Openings
from genre_core.store.schema import Run
from genre_core.text import capitalized, count, nothing_told, percent, points

FEW_POINTS = 0.03
"""Half the width of an interval from which tracks are called few."""
MOST_WARNINGS = 6
"""Most sentences on what is in the data."""


def limitations(run: Run, part: Part, scores: Evaluation, opened: Openings, data: Dataset | None) -> list[str]:
    """Return what limits the scores of a run on a part; `data` are None where they are no longer stored."""
    return list(_limits(run, part, scores, opened, data))


def _limits(run: Run, part: Part, scores: Evaluation, opened: Openings, data: Dataset | None) -> Iterator[str]:
    source = run.config.data
    if run.context.get("leaky"):
        yield leaky(run.context.get("straddlers"))
    yield from _whose(run, data)
    yield from _few(run, part, scores)
    yield _opened(run, part, opened)
    if source.generator:
        yield "The tracks are numbers drawn by a generator: the scores say nothing about real music."
    if isinstance(source, MusicConfig):
        yield "The music is composed by recipes: what is trained on generated music knows generated music only."
    if labels_are_noisy(source):
        share = percent(getattr(source, "label_noise", 0.0), decimals=0)
        yield f"About {share} of the labels are wrong on purpose, in training and in the {part} part alike."
    if run.config.split.folds:
        yield "The test part of this run is a fold of cross-validation, so a single fold says little."
    if not run.averages:
        yield "The network was trained once: another seed gives another score."
    if left_out := run.context.get("n_left_out"):
        yield f"{count(left_out, 'row')} of the data {'is' if left_out == 1 else 'are'} in no part."
    if data is None:
        yield "The data are no longer stored, so they could not be checked for this report."
    elif not (source.generator or isinstance(source, MusicConfig)):
        with suppress(DataError):
            serious = [one for one in findings(data) if one.severity != "note"]
            yield from (one.sentence for one in serious[:MOST_WARNINGS])
            if len(serious) > MOST_WARNINGS:
                yield f"The page Data lists {count(len(serious) - MOST_WARNINGS, 'more warning')}."


def _whose(run: Run, data: Dataset | None) -> Iterator[str]:
    """Say that artists are not known, so that a leak could not be seen."""
    source = run.config.data
    if data is None or source.generator or isinstance(source, MusicConfig) or "artist" in data.groups:
        return
    if "group" not in data.groups:
        yield (
            "The data do not say who plays: tracks by one artist may be in both training and test, which makes a score "
            "too good."
        )


def _few(run: Run, part: Part, scores: Evaluation) -> Iterator[str]:
    interval = scores.accuracy_interval
    if few := run.too_few(part):
        yield f"{capitalized(few)}: how far the scores hold for others is unknown."
    elif not nothing_told(interval) and (half := (interval.high - interval.low) / 2) > FEW_POINTS:
        yield (
            f"{count(scores.n, f'{part} track')} are few: accuracy is known only to within ±{points(half, decimals=0)}."
        )


def _opened(run: Run, part: Part, opened: Openings) -> str:
    if part == "test":
        return f"The test part was opened for {count(opened.n, 'configuration')}. {opened.sentence(run.noun)}"
    return (
        "All scores are on the validation part, which also chose the best epoch, so they are a little too optimistic. "
        "The test part of this run was never opened."
    )
