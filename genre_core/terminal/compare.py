"""`compare`: whether one stored run, or the settings of one repetition, are better than others."""

import argparse
from collections.abc import Sequence
from typing import Any

from genre_core.data.dataset import PARTS, Dataset, Part
from genre_core.data.sources import load_dataset
from genre_core.errors import ConfigError, DataError, RunStateError
from genre_core.evaluation.comparison import Answers, Comparison, GenreDifference, compare_all, why_incomparable
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.paired import Matched
from genre_core.evaluation.verdict import overlooked, verdict, why
from genre_core.settings.names import differing_settings
from genre_core.store.openings import opened, openings_of
from genre_core.store.run_result import Judge, answers_of, distinct_names, outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.terminal import text
from genre_core.terminal.compare_repetitions import compare_repetitions, is_repetition
from genre_core.terminal.find_run import find_run
from genre_core.terminal.limit import judge_of, right_about
from genre_core.terminal.output import DONE, show
from genre_core.terminal.stored import leaks, looks


def compare(options: argparse.Namespace) -> int:
    """Print what tells the first of some stored runs, or repetitions, from each of the others, on one part."""
    store, part = RunStore(), options.part
    if is_repetition(store, options.runs[0]):
        return compare_repetitions(store, options)
    assert part in PARTS
    runs, seen = _runs(store, options.runs), None
    if part == "test":
        for number, run in enumerate(runs):
            runs[number], seen = opened(store, run)
    judge = judge_of(options, runs[0].config.data)
    loaded = dict[str, Dataset]()
    sides = [_side(store, run, name, part, judge, loaded) for run, name in zip(runs, distinct_names(runs), strict=True)]
    for answers, _ in sides[1:]:
        if reason := why_incomparable(sides[0][0], answers):
            raise DataError(f"These runs cannot be compared: {reason}")
    found = compare_all(sides[0][0], [answers for answers, _ in sides[1:]])
    document = {
        "part": part,
        "right_about": right_about(runs[0].config.data, clean=judge.clean),
        "by": sides[0][1]["by"],
        "runs": [_scores(run, *side) for run, side in zip(runs, sides, strict=True)],
        "settings": differing_settings([run.config for run in runs]),
        "comparisons": [_comparison(run, one, part) for run, one in zip(runs[1:], found, strict=True)],
    }
    if seen:
        document |= looks(runs[0], openings_of(store, runs)[runs[0].id])
    show(document, text.compared(document), as_json=options.json)
    return DONE


def _runs(store: RunStore, names: Sequence[str]) -> list[Run]:
    """Return complete runs by identifier or name, the first being the one looked at."""
    found = [find_run(store, name) for name in names]
    if len(found) < 2:
        raise ConfigError("Name two runs or more: the first is compared with each of the others.")
    for run in found:
        if run.state != "complete":
            raise RunStateError(f"The run {run.name} is {run.state}: only complete runs can be compared.")
    if len({run.id for run in found}) < len(found):
        raise ConfigError("A run is named twice, but it cannot be compared with itself.")
    return found


def _side(
    store: RunStore, run: Run, name: str, part: Part, judge: Judge, loaded: dict[str, Dataset]
) -> tuple[Answers, dict[str, Any]]:
    """Return what a run says of a part, and its scores there; `loaded` keeps data for the next run on them."""
    key = run.config.data.model_dump_json()
    if key not in loaded:
        loaded[key] = load_dataset(run.config.data, store)
    data = loaded[key]
    seen = outcome_of(store, run, part, data, judge)
    if seen is None:
        raise RunStateError(f"The run {run.name} has no predictions in the store: train it again.")
    return answers_of(run, name, seen, data), {"by": seen.unit, **seen.evaluation.to_json()}


def _scores(run: Run, answers: Answers, found: dict[str, Any]) -> dict[str, Any]:
    names = ("n", "accuracy", "accuracy_interval", "macro_f1", "macro_f1_interval", "log_loss")
    return {"run": run.id, "name": answers.name, **{name: found[name] for name in names}, **leaks(run)}


def _comparison(run: Run, found: Comparison, part: Part) -> dict[str, Any]:
    matrix = found.matrix
    return {
        "run": run.id,
        "name": found.second,
        "verdict": found.kind,
        "sentence": f"{verdict(found, f'{part} tracks')} {why(found)} {overlooked(found)}".rstrip(),
        **_matched(found.matched),
        "p_adjusted": found.p_adjusted,
        "macro_f1_difference": found.macro_f1,
        "macro_f1_difference_interval": _pair(found.macro_f1_interval),
        "detectable_difference": found.detectable,
        "tracks_needed": found.needed,
        "tracks_needed_range": [found.needed_range.least, found.needed_range.most],
        "moved": found.n_moved,
        "difference_matrix": matrix.counts.tolist(),
        "per_genre": [_genre(one) for one in found.per_genre],
    }


def _genre(one: GenreDifference) -> dict[str, Any]:
    known = _matched(one.matched) if one.matched else {"n": 0}
    return {"genre": one.genre, **known, "p_adjusted": one.p_adjusted}


def _matched(pair: Matched) -> dict[str, Any]:
    return {
        "n": pair.n,
        "effective_n": pair.effective,
        "both_right": pair.both,
        "only_first_right": pair.only_first,
        "only_second_right": pair.only_second,
        "accuracy_difference": pair.difference,
        "accuracy_difference_interval": _pair(pair.interval),
        "p": pair.p,
    }


def _pair(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [interval.low, interval.high]
