"""`compare` of repetitions: whether one configuration is better than others, whatever their seeds and splits."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from genre_core.data.dataset import Part
from genre_core.data.sources import load_dataset
from genre_core.errors import ConfigError, RunStateError
from genre_core.evaluation.needed import scores_in_range
from genre_core.evaluation.practical import MOST_REGION, practical, probabilities, settings_test, settings_verdict
from genre_core.evaluation.repeated_scores import LEAST_SCORES
from genre_core.settings.names import differing_settings
from genre_core.store.gate import predictions_of
from genre_core.store.openings import opened
from genre_core.store.runs import RunStore
from genre_core.studies.kinds import REPEATS
from genre_core.studies.repeats.config import Folds, RepeatsConfig
from genre_core.studies.repeats.summary import MemberScore, compare, in_segments, scores_of, summarize, why_incomparable
from genre_core.terminal import text
from genre_core.terminal.limit import judge_of, right_about
from genre_core.terminal.output import DONE, show
from genre_core.training.predictions import Unit


@dataclass(frozen=True)
class _Repetition:
    study: str
    config: RepeatsConfig
    part: Part
    by: Unit
    scores: Mapping[int, MemberScore]


def is_repetition(store: RunStore, name: str) -> bool:
    """Return whether the store has a repetition of that identifier."""
    study = store.studies.find(name)
    return study is not None and study.kind == REPEATS.kind


def compare_repetitions(store: RunStore, options: argparse.Namespace) -> int:
    """Print whether the first of some stored repetitions is of better settings than each of the others."""
    region = options.region / 100
    if not 0 <= region <= MOST_REGION:
        raise ConfigError(f"--region is {options.region:g}, but should be from 0 to {100 * MOST_REGION:g} points.")
    names: list[str] = options.runs
    if len(names) < 2:
        raise ConfigError("Name two repetitions or more: the first is compared with each of the others.")
    if len({*names}) < len(names):
        raise ConfigError("A repetition is named twice, but it cannot be compared with itself.")
    if strangers := [name for name in names if not is_repetition(store, name)]:
        raise ConfigError(f"{strangers[0]} is no repetition: compare repetitions with repetitions, or runs with runs.")
    configs = [_config(store, name) for name in names]
    if judge_of(options, configs[0].experiment.data).clean:
        raise ConfigError("--right-about true is for runs: repetitions are judged by the labels.")
    for config in configs[1:]:
        if reason := why_incomparable(configs[0], config):
            raise ConfigError(f"These repetitions cannot be compared: {reason}")
    found = [_read(store, name, config, options) for name, config in zip(names, configs, strict=True)]
    document = {
        "part": "held-out" if isinstance(configs[0].what, Folds) else found[0].part,
        "by": found[0].by,
        "right_about": right_about(configs[0].experiment.data),
        "region": region,
        "repetitions": [_scores(one) for one in found],
        "settings": differing_settings([config.experiment for config in configs]),
        "comparisons": [_comparison(found[0], other, region) for other in found[1:]],
    }
    show(document, text.settings_compared(document), as_json=options.json)
    return DONE


def _config(store: RunStore, name: str) -> RepeatsConfig:
    try:
        return RepeatsConfig.model_validate_json(store.studies.study(name).config_json)
    except ValidationError as error:
        raise RunStateError(f"The repetition {name} was made by another version of Genre Lab: repeat it.") from error


def _read(store: RunStore, name: str, config: RepeatsConfig, options: argparse.Namespace) -> _Repetition:
    """Return a repetition with its scores; a test part counts as opened, once for each run."""
    part: Part = "test" if isinstance(config.what, Folds) else options.part
    runs = store.members.runs(name)
    complete = {number: run for number, run in runs.items() if run.state == "complete"}
    if part == "test":
        complete = {number: opened(store, run)[0] for number, run in complete.items()}
    data = config.experiment.data
    segments = in_segments(complete.values(), lambda: load_dataset(data, store))
    by: Unit = "row" if segments and options.by == "row" else "track"

    def predictions() -> dict[int, Any]:
        saved = {number: predictions_of(store, run) for number, run in complete.items()}
        return {number: one for number, one in saved.items() if one is not None}

    scores = scores_of(complete, part, segments and by == "track", predictions, lambda: load_dataset(data, store))
    return _Repetition(name, config, part, by, scores)


def _scores(one: _Repetition) -> dict[str, Any]:
    summary = summarize(one.config, list(one.scores.values()))
    if summary is None:
        raise RunStateError(f"No run of the repetition {one.study} has a score.")
    score = summary.accuracy
    interval = [score.interval.low, score.interval.high] if score.interval else None
    return {"study": one.study, "runs": score.n, "accuracy": score.mean, "accuracy_interval": interval, "sd": score.sd}


def _comparison(ours: _Repetition, theirs: _Repetition, region: float) -> dict[str, Any]:
    found = compare((ours.config, ours.scores), (theirs.config, theirs.scores))
    if found is None:
        raise RunStateError(
            f"{theirs.study} has too few runs to compare: {LEAST_SCORES} of each are needed, on the same splits with "
            "the same seeds."
        )
    one, needed = practical(found, region), scores_in_range(found, found.ratio)
    said = ("the settings of " + ours.study, "those of " + theirs.study)
    return {
        "study": theirs.study,
        "verdict": one.kind,
        "sentence": f"{settings_verdict(one, *said)} {probabilities(one, *said)} {settings_test(one)}",
        "n": found.n,
        "accuracy_difference": found.mean,
        "accuracy_difference_interval": [found.interval.low, found.interval.high],
        "p": found.p,
        "correlation": found.ratio / (1 + found.ratio),
        "probabilities": {"first": one.first, "same": one.same, "second": one.second},
        "runs_needed_range": [needed.least, needed.most],
    }
