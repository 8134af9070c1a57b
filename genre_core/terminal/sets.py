"""Prediction sets of a stored run, as `evaluate` lists them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from genre_core.data.dataset import Part
from genre_core.data.sources import load_dataset
from genre_core.errors import DataError
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.prediction_sets import LEVELS, PredictionSets, calibrate, prediction_sets
from genre_core.evaluation.set_sentences import chance_sentence, held_sentence, promise_sentence, short_sentence
from genre_core.store.run_result import JUDGE, Judge, outcome_of, told_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.terminal.text.words import columns, plain, rate


def sets_of(store: RunStore, run: Run, part: Part, judge: Judge = JUDGE) -> list[dict[str, Any]] | None:
    """Return sets for each level, over all tracks and by genre; None where data are gone, empty for training tracks.

    Nothing can be promised for tracks that the network learned from.
    """
    if part == "train":
        return []
    try:
        data = load_dataset(run.config.data, store)
    except DataError:
        return None
    seen, known = (outcome_of(store, run, name, data, judge) for name in (part, "validation"))
    if seen is None or known is None:
        return []
    level, leaky, found = told_of(run, part, data).level, bool(run.context.get("leaky")), []
    given, y_prob = (softmax(one.logits.astype(np.float64)) for one in (known, seen))
    for by_genre in (False, True):
        for share in sorted(LEVELS):
            rule = calibrate(known.y_true, given, share, groups=known.groups, by_genre=by_genre)
            sets = prediction_sets(rule, seen.y_true, y_prob, groups=seen.groups)
            said = [
                held_sentence(sets, f"{part} {seen.noun}s"),
                promise_sentence(rule, data.genres, level, leaky=leaky),
                chance_sentence(sets, part),
                short_sentence(sets, data.genres),
            ]
            found.append({"sentence": plain(" ".join(filter(None, said))), **_json(sets, data.genres)})
    return found


def _json(sets: PredictionSets, genres: Sequence[str]) -> dict[str, Any]:
    rule = sets.rule
    return {
        "level": rule.level,
        "by_genre": rule.by_genre,
        "grouped": rule.grouped,
        "limits": rule.limits.tolist(),
        "calibrated_on": rule.units.tolist(),
        "needed": rule.needed,
        "n": sets.n,
        "held": sets.share,
        "held_interval": [sets.interval.low, sets.interval.high],
        "mean_size": sets.size,
        "sizes": sets.by_size.sum(axis=1).tolist(),
        "per_genre": [
            {
                "genre": genres[one.genre],
                "n": one.n,
                "held": one.held / one.n if one.n else None,
                "held_interval": [one.interval.low, one.interval.high],
                "mean_size": one.size if one.n else None,
            }
            for one in sets.per_genre
        ],
    }


def as_table(found: Sequence[Mapping[str, Any]] | None) -> str:
    """Return sets as a person reads them: what was promised, what was seen, and how large they are."""
    if not found:
        return ""
    rows = []
    for one in found:
        whom, few = "each genre" if one["by_genre"] else "all tracks", min(one["calibrated_on"]) < one["needed"]
        size = f"{one['mean_size']:.2f}{' (too few in validation)' if few else ''}"
        rows.append((f"{100 * one['level']:.0f} %", whom, rate(one["held"], one["held_interval"]), size))
    header = ("promised", "for", "right genre in the set", "genres in a set")
    return "\n".join(["\n", "Sets of genres that hold the right one:", *columns(header, rows, right=(0,))])
