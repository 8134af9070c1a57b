"""`lens`: one network and simple baselines, judged by splits that keep more and more together."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from genre_core.bayes.conditions import is_known
from genre_core.bayes.limit import bayes_limit
from genre_core.errors import ConfigError
from genre_core.store.openings import count_openings
from genre_core.store.runs import RunStore
from genre_core.studies.kinds import LENS
from genre_core.studies.lens.config import JUDGED_BY, LEAST_REPEATS, MOST_REPEATS, LensConfig
from genre_core.studies.lens.judging import Lens, LensPlan, LensScore, closed_sentence, open_published
from genre_core.studies.lens.ranking import Ranking, rankings
from genre_core.studies.lens.summary import estimates
from genre_core.studies.lens.verdict import JudgedLens, Verdict, verdict
from genre_core.terminal import text
from genre_core.terminal.inputs import Inputs, read_order
from genre_core.terminal.limit import judged_by_true_genres, right_about
from genre_core.terminal.output import DONE, INTERRUPTED, show
from genre_core.terminal.work import read_workers, scores_of
from genre_core.text import GAP

WORTH_THREADS = 1_000_000
"""Values of a table from which on several threads learn faster than one."""


def lens(options: argparse.Namespace) -> int:
    """Judge the splits and print what came out."""
    if not LEAST_REPEATS <= options.repeats <= MOST_REPEATS:
        raise ConfigError(f"--repeats is {options.repeats}, but should be from {LEAST_REPEATS} to {MOST_REPEATS}.")
    n_workers = read_workers(options)
    experiment, inputs = read_order(options, to_split=False)
    config = LensConfig(experiment=experiment, n_repeats=options.repeats)
    clean = judged_by_true_genres(options, experiment.data)
    found = Lens(config, inputs)
    scores = _judge(found, inputs, n_workers)
    if scores is None:
        return INTERRUPTED
    plan, looked = found.lens_plan, _count_published(found, scores)
    if clean:
        scores = [score.about_true_genres() for score in scores]
    if options.by == "track":
        scores = [score.by_track() for score in scores]
    document = _document(config, plan, scores, clean) | looked
    show(document, text.lens(document), as_json=options.json)
    return DONE


def _count_published(lens: Lens, scores: Sequence[LensScore]) -> dict[str, Any]:
    """Write down that a lens looked at a published test part; return what is printed of that.

    Raises StoreError where it can't be written down: nothing is shown.
    """
    if not lens.lens_plan.test_hash:
        return {"test_opened": None}
    store = RunStore()
    open_published(store, "lens", lens, scores)
    found = count_openings(store, lens.lens_plan.test_hash)
    noun = "segment" if lens.dataset.in_segments else "track"
    return {"test_opened": found.n, "test_seen_before": found.seen, "test_looks": found.sentence(noun, "configuration")}


def _judge(lens: Lens, inputs: Inputs, n_workers: int) -> list[LensScore] | None:
    """Return all scores; None where they were stopped.

    On few values threads wait for each other longer than they compute: one alone takes a twentieth of the processor.
    """
    from threadpoolctl import threadpool_limits

    total, read, n_values = lens.lens_plan.n_scores, LensScore.from_json, len(lens.dataset) * len(lens.dataset.features)
    with threadpool_limits(1 if 0 < n_values < WORTH_THREADS else None):
        return scores_of(lens, LENS, lens.config, read, inputs, total, "scores", n_workers)


def _document(config: LensConfig, plan: LensPlan, scores: Sequence[LensScore], clean: bool) -> dict[str, Any]:
    """Return what `--json` prints."""
    data = config.experiment.data
    by_segment = "track" in plan.groups and scores[0].unit == "row"
    drawn, unit = data.generator, scores[0].unit
    limit = bayes_limit(drawn, clean=clean, heard=unit) if drawn and is_known(drawn, unit) else None
    judged = JudgedLens(plan, tuple(scores))
    leaked, said = judged.leakage, verdict(judged) or Verdict("Nothing could be judged.", "", "undecided")
    return {
        "config": config.model_dump(mode="json"),
        "plan": plan.to_json(),
        "by": "row" if by_segment else "track",
        "right_about": right_about(data, clean=clean),
        "answer": said.answer.replace(GAP, " "),
        "reason": said.reason.replace(GAP, " "),
        "rankings": [_ranking(one) for one in rankings(scores, plan.levels)],
        "leakage": {"mean": leaked.mean, "interval": asdict(leaked.interval)} if leaked else None,
        "scores": [_row(asdict(one)) for one in estimates(scores, plan.levels)],
        "repeats": [score.to_json() for score in scores],
        "bayes": {"accuracy": limit.accuracy, "about": limit.about} if limit else None,
        "notes": [
            *([closed_sentence(plan)] if plan.n_closed else []),
            *(f"{JUDGED_BY[level]}: {why}" for level, why in plan.gaps.items()),
            *([plan.network_alone] if plan.network_alone else []),
        ],
    }


def _ranking(found: Ranking) -> dict[str, Any]:
    """Return how classifiers compare at a level, pair by pair."""
    pairs = [
        {
            "first": pair.first,
            "second": pair.second,
            "accuracy_difference": pair.practical.found.mean,
            "accuracy_difference_interval": [pair.practical.found.interval.low, pair.practical.found.interval.high],
            "p": pair.practical.found.p,
            "p_adjusted": pair.p_adjusted,
            "clear": pair.clear,
            "probabilities": {"first": pair.practical.first, "same": pair.practical.same,
                              "second": pair.practical.second},
        }
        for pair in found.pairs
    ]  # fmt: skip
    return {
        "level": found.level,
        "sentence": found.sentence,
        "order": [one.classifier for one in found.order],
        "not_told_apart": [list(group) for group in found.together],
        "pairs": pairs,
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Return an estimate with its intervals as pairs."""
    pairs = {name: found and [found["low"], found["high"]] for name, found in row.items() if name.endswith("interval")}
    return row | pairs
