"""Names of runs where several stand beside each other: by what tells them apart, never by an identifier."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from dashboard.text.badges import is_leaky
from dashboard.text.runs import STATES, about_labels
from dashboard.theme import percent
from genre_core.settings.naming import apart, data_name, network_name, run_name
from genre_core.store.schema import Run
from genre_core.text import capitalized

Tables = Mapping[str, str]
"""Names of stored tables by content hash."""
UNKNOWN_DATA = "unknown data"
_ON_THE_SAME = ("test_hash", "n_train", "n_validation")


def same_tracks(run: Run) -> tuple[object, ...]:
    """Return what runs share that are judged on the same tracks, as far as their cards tell.

    They may be given different things of these tracks: features here, spectrograms there.
    """
    return tuple(run.context.get(name) for name in _ON_THE_SAME)


def data_of(run: Run, tables: Tables) -> str:
    """Return what the tracks of a run are called."""
    return data_name(run.known_config.data, tables) if run.known_config else UNKNOWN_DATA


def is_named(run: Run, tables: Tables) -> bool:
    """Return whether a person gave a run its name, rather than its settings."""
    known = run.known_config
    return run.name != run.id and (known is None or run.name != run_name(known, tables))


def short_name(run: Run, tables: Tables) -> str:
    """Return a run's name; of one that its settings name, without its data: `perceptron 128-64-32 · dropout 0.5`."""
    return run.name if is_named(run, tables) else network_name(run.config)


def distinct_names(runs: Sequence[Run], tables: Tables) -> dict[str, str]:
    """Return a short name for each run, by its id; of those on the same data that share one, later ones are numbered.

    A second run of the same settings is `perceptron 128-64-32 (2)`.
    """
    found, seen = {}, defaultdict[tuple[str, str], int](int)
    for run in sorted(runs, key=lambda run: (run.created_at, run.id)):
        name = short_name(run, tables)
        seen[data_of(run, tables), name] += 1
        n = seen[data_of(run, tables), name]
        found[run.id] = name if n == 1 else f"{name} ({n})"
    return found


def without_settings(name: str) -> str:
    """Return a short name without its settings: `perceptron 128-64 (2)` of `perceptron 128-64 · dropout 0 (2)`."""
    return re.sub(r" · .*?( \(\d+\))?$", r"\1", name)


def picker_labels(runs: Sequence[Run], tables: Tables) -> dict[str, str]:
    """Return what stands in a list to choose from for each run, by its id: what tells it from others comes first."""
    names = distinct_names(runs, tables)
    several = len({data_of(run, tables) for run in runs}) > 1
    return {
        run.id: " · ".join(filter(None, (names[run.id], how_it_did(run), data_of(run, tables) if several else "")))
        for run in runs
    }


def how_it_did(run: Run) -> str:
    """Return a run's accuracy on validation once it is complete, else its state: `leaky 81.9 %`, `▶ training`."""
    found = run.summary.get("validation")
    if run.state != "complete" or not found:
        return STATES[run.state]
    mark, of = "leaky " if is_leaky(run) else "", " of labels" if about_labels(run) else ""
    return f"{mark}{percent(found['accuracy'])}{of}"


def told_apart(runs: Sequence[Run], tables: Tables) -> list[str]:
    """Return a name for each of some runs that are compared: its own, else what tells it from the others.

    Runs of the same settings have their names as in a list.
    """
    names, configs = distinct_names(runs, tables), [run.known_config for run in runs if run.known_config]
    if len(configs) < len(runs):
        return [names[run.id] for run in runs]
    texts = [", ".join(texts) for texts in apart(configs, tables)]
    found = [
        run.name if is_named(run, tables) else text or names[run.id] for run, text in zip(runs, texts, strict=True)
    ]
    return found if len(set(found)) == len(found) else [names[run.id] for run in runs]


def versus(runs: tuple[Run, Run], names: tuple[str, str], tables: Tables) -> tuple[str, str]:
    """Return what tells two runs apart as a sentence has it: `Learning rate 0.001`, `0.05`.

    A setting that both names begin with is said once. A name that a person gave stays as it is.
    """
    given = [is_named(run, tables) for run in runs]
    (title, _, _), (other, _, value) = (name.rpartition(" ") for name in names)
    once = title and title == other and not any(given) and ", " not in names[1]
    return names[0] if given[0] else capitalized(names[0]), value if once else names[1]
