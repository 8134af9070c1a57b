"""`evaluate --explain`: which features each genre is recognized by, and what sets it apart in training."""

from typing import Any

from genre_core.data.dataset import Dataset, Part
from genre_core.data.inputs import Standardizer
from genre_core.data.sources import load_dataset
from genre_core.errors import DataError
from genre_core.explaining.importance import Importance, permutation_importances
from genre_core.explaining.network import FittedNetwork
from genre_core.inspection.apart import apart
from genre_core.store.gate import predictions_of
from genre_core.store.run_result import Judge, outcome_of
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.terminal.text.words import columns
from genre_core.text import count

MOST = 3
"""As many features are named of each genre."""


def explained(store: RunStore, run: Run, part: Part, judge: Judge) -> dict[str, Any]:
    """Return for each genre the features whose shuffling costs most recall, and those that set it apart in training.

    Raises DataError where the run is an ensemble, its network listens or stored no weights, or its data are gone.
    """
    data, saved = load_dataset(run.config.data, store), store.artifact(run.id, "weights")
    if run.averages or saved is None or not (data.features and run.config.model.explainable):
        raise DataError("Only a network on features that stored its weights can be explained: leave out --explain.")
    seen, every = outcome_of(store, run, part, data, judge.of_rows), predictions_of(store, run)
    assert seen is not None
    assert every is not None
    training = every.of("train").rows
    fit = Standardizer.fit(data.X[training])
    found = permutation_importances(
        FittedNetwork.load(saved), fit.transform(data.X[seen.rows]), seen.y_true, data.features, seen.groups
    )
    X, groups = fit.transform(data.X[training]), data.clusters(training)
    return {
        "n": found.n,
        "n_repeats": found.n_repeats,
        "genres": {
            genre: {
                "recall_rests_on": [_cost(one) for one in _most(found.per_genre[number])],
                "apart_in_training": _apart(X, data, training, number, groups),
            }
            for number, genre in enumerate(data.genres)
        },
    }


def _most(of_genre: tuple[Importance, ...]) -> list[Importance]:
    known = [one for one in of_genre if one.recall_drop == one.recall_drop]
    return sorted(known, key=lambda one: -one.recall_drop)[:MOST]


def _cost(one: Importance) -> dict[str, Any]:
    interval = one.recall_interval
    limits = None if interval is None else [interval.low, interval.high]
    return {"feature": one.feature, "recall_drop": one.recall_drop, "interval": limits}


def _apart(X: Any, data: Dataset, training: Any, number: int, groups: Any) -> list[dict[str, Any]]:
    found = apart(X, data.y[training], number, data.features, groups)[:MOST]
    return [{"feature": one.feature, "standard_deviations": one.difference, "clear": one.clear} for one in found]


def as_table(found: dict[str, Any]) -> str:
    """Return what explains a run as a table of genres."""
    rows = [
        (genre, ", ".join(map(_costs, one["recall_rests_on"])), ", ".join(map(_stands, one["apart_in_training"])))
        for genre, one in found["genres"].items()
    ]
    times = count(found["n_repeats"], "time")
    return "\n".join(
        [
            "",
            "",
            f"Why it answers so: {found['n']:,} rows, each feature shuffled {times}. In brackets: points of recall "
            "lost, and standard deviations from the other genres. A star: beyond chance.",
            "",
            *columns(("genre", "recall rests on", "what sets it apart in training"), rows),
        ]
    )


def _costs(one: dict[str, Any]) -> str:
    star = "*" if one["interval"] and one["interval"][0] > 0 else ""
    return f"{one['feature']}{star} ({100 * one['recall_drop']:.1f})"


def _stands(one: dict[str, Any]) -> str:
    return f"{one['feature']}{'*' if one['clear'] else ''} ({one['standard_deviations']:+.2f})"
