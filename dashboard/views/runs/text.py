"""Rows, columns and sentences of the list of runs: pure functions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.text.badges import is_leaky
from dashboard.text.run_names import Tables, data_of, distinct_names, is_named, same_tracks, without_settings
from dashboard.text.runs import STATES, about_labels, changed, rate
from dashboard.theme import count, percent
from dashboard.views.runs.filtering import fits
from genre_core.evaluation.intervals import Interval
from genre_core.settings.config import ExperimentConfig, SyntheticConfig
from genre_core.settings.names import all_settings, differing_settings, flatten, label_in
from genre_core.settings.naming import apart
from genre_core.store.openings import Openings
from genre_core.store.schema import Run, RunNote
from genre_core.text import NO_INTERVAL, capitalized, joined, nothing_told
from genre_core.workers.takehome import Arrived

BEST = "★"
FEW_APART = 3
"""As many settings have columns of their own at once; where more differ, one column says all of them."""
_NO_NOTE = RunNote()
_DATA = ("data.source", "data.table")


@dataclass(frozen=True)
class Row:
    """One line of the list; validation figures are those of the best epoch, None before there is one.

    `test` is the test accuracy where somebody opened the test part of this run, `opened` how often its test set was.
    `best` is true of the best on validation among several on the same tracks.
    """

    run: Run
    name: str
    label: str
    """Its name without settings, which have columns of their own; a name that a person gave is whole."""
    settings: str
    data: str
    accuracy: float | None
    interval: Interval | None
    macro_f1: float | None
    test: str | None = None
    opened: str | None = None
    note: RunNote = _NO_NOTE
    best: bool = False

    @property
    def text(self) -> str:
        """Return all that a filter finds it by."""
        said = (self.name, self.run.name, self.settings, self.data, STATES[self.run.state], *self.note.tags)
        marks = ("leaky" if is_leaky(self.run) else "", "best" if self.best else "")
        return " ".join((*said, self.note.note, *marks))

    @property
    def numbers(self) -> dict[str, float]:
        """Return its scores, in percent, and its settings that are numbers, by their titles."""
        values = flatten(self.run.known_config) if self.run.known_config else {}
        titles = {all_settings()[name].title: value for name, value in values.items()}
        numbers = {title: float(value) for title, value in titles.items() if type(value) in (int, float)}
        scores = {"accuracy": self.accuracy, "macro-F1": self.macro_f1}
        took = {"epochs": self.run.epoch, "seconds": self.run.seconds}
        known = {name: 100 * value for name, value in scores.items() if value is not None}
        return numbers | known | {name: value for name, value in took.items() if value is not None}


def rows_of(
    runs: Sequence[Run], tables: Tables, opened: Mapping[str, Openings], notes: Mapping[str, RunNote]
) -> list[Row]:
    """Return the lines of runs; `tables` are the names of stored tables by content hash."""
    names = distinct_names(runs, tables)
    rows = [_row(run, names[run.id], tables, opened[run.id], notes.get(run.id, _NO_NOTE)) for run in runs]
    several = [peers for peers in _on_the_same(rows) if len(peers) > 1]
    best = {_best(peers).run.id for peers in several}
    return [replace(row, best=True) if row.run.id in best else row for row in rows]


def _row(run: Run, name: str, tables: Tables, opened: Openings, note: RunNote) -> Row:
    found, test = run.summary.get("validation"), run.summary.get("test") if opened.opened else None
    interval = Interval(*found["accuracy_interval"]) if found else None
    accuracy, macro_f1 = (found["accuracy"], found["macro_f1"]) if found else (None, None)
    shown = rate(run, test["accuracy"], Interval(*test["accuracy_interval"])) if test else None
    times = f"{opened.n:,}×" if test else None
    data = data_of(run, tables)
    label = name if is_named(run, tables) else without_settings(name)
    return Row(run, name, label, changed(run), data, accuracy, interval, macro_f1, shown, times, note)


def fitting(rows: Sequence[Row], query: str) -> list[Row]:
    """Return the rows that fit a filter."""
    return [row for row in rows if fits(query, row.text, row.numbers)] if query.strip() else list(rows)


def marked(numbers: Sequence[int], ids: Sequence[str], named: Sequence[str]) -> list[str]:
    """Return the runs that are marked in a list, by their numbers there, of which the address names the last few.

    After a link, they are those that it names.
    """
    found = [ids[number] for number in numbers if number < len(ids)]
    return found if set(named) <= set(found) else list(named)


# -- columns ---------------------------------------------------------------------------------------------------------

Cells = Callable[[Sequence[Row]], list[Any]]
COLUMNS: Mapping[str, tuple[str, Cells]] = {
    "validation": ("Validation accuracy", lambda rows: [_validation(row) for row in rows]),
    "macro_f1": ("Macro-F1", lambda rows: [None if row.macro_f1 is None else percent(row.macro_f1) for row in rows]),
    "test": ("Test accuracy", lambda rows: [row.test for row in rows]),
    "opened": ("Opened", lambda rows: [row.opened for row in rows]),
    "state": ("State", lambda rows: [STATES[row.run.state] for row in rows]),
    "apart": ("What differs", lambda rows: _apart(rows)),
    "settings": ("Not at the default", lambda rows: [row.settings for row in rows]),
    "data": ("Data", lambda rows: [row.data for row in rows]),
    "tags": ("Tags", lambda rows: [list(row.note.tags) for row in rows]),
    "note": ("Note", lambda rows: [row.note.note or None for row in rows]),
    "epochs": ("Epochs", lambda rows: [row.run.epoch for row in rows]),
    "best": ("Best epoch", lambda rows: [row.run.best_epoch for row in rows]),
    "ago": ("Made", lambda rows: [row.run.created_at for row in rows]),
    "seconds": ("Took", lambda rows: [row.run.seconds for row in rows]),
}
"""Columns that there can be beside the run's name and those of single settings: title, and what stands in them."""


def differing(rows: Sequence[Row]) -> list[str]:
    """Return the settings in which the runs differ, by their dotted names, without what says which data they are on."""
    configs = [row.run.known_config for row in rows if row.run.known_config]
    return [name for name in differing_settings(configs) if name not in _DATA]


def usual_columns(rows: Sequence[Row]) -> list[str]:
    """Return the columns that are shown where nobody chose any: those in which the runs differ, or say something."""
    told = {
        "validation": True,
        "macro_f1": True,
        "test": any(row.test for row in rows),
        "opened": any(row.test for row in rows),
        "state": any(row.run.state != "complete" for row in rows),
    }
    after = {"tags": any(row.note.tags for row in rows), "note": any(row.note.note for row in rows), "ago": True}
    names = differing(rows)
    own = names if len(names) <= FEW_APART else ["apart"]
    return [*(name for name, shown in told.items() if shown), *own, *(name for name, shown in after.items() if shown)]


def column_titles(rows: Sequence[Row], chosen: Collection[str] = ()) -> dict[str, str]:
    """Return what can be chosen as columns, by name: the usual ones, and each setting in which the runs differ."""
    known = all_settings()
    own = dict.fromkeys([*differing(rows), *(name for name in chosen if name in known)])
    return {name: title for name, (title, _) in COLUMNS.items()} | {name: known[name].title for name in own}


def columns(rows: Sequence[Row], chosen: Sequence[str]) -> dict[str, list[Any]]:
    """Return the list by column: each run's name, and what was chosen."""
    found: dict[str, list[Any]] = {"run": [row.name for row in rows]}
    for name in chosen:
        if name in COLUMNS:
            found[name] = COLUMNS[name][1](rows)
        elif name in all_settings():
            found[name] = [_value(row.run.known_config, name) for row in rows]
    return found


def labels(rows: Sequence[Row]) -> list[str]:
    """Return what stands first in each line: the run's name, and its data where not all have the same.

    A phone has room for two lines, so the usual overlap of tracks of another kind goes without saying.
    """
    several, usual = len({row.data for row in rows}) > 1, f"overlap {SyntheticConfig().overlap:g}, "
    return [f"{row.label} · {row.data.replace(usual, '')}" if several else row.label for row in rows]


def _value(config: ExperimentConfig | None, name: str) -> Any:
    """Return a run's value of a setting: numbers as such, so that they can be sorted."""
    value = flatten(config).get(name) if config else None
    if config is None or value is None or type(value) in (int, float):
        return value
    return label_in(config, name, value) or "none"


def _validation(row: Row) -> str | None:
    if row.accuracy is None:
        return None
    return rate(row.run, row.accuracy, row.interval) + (f" {BEST}" if row.best else "")


def _apart(rows: Sequence[Row]) -> list[str | None]:
    """Return what tells each run from the others, as far as it is not what most of them have."""
    configs = [row.run.known_config for row in rows]
    texts = iter(apart([config for config in configs if config], {}, of_data=False))
    own = [next(texts) if config else None for config in configs]
    every = [text for one in own for text in one or ()]
    common = {text for text in every if 2 * every.count(text) > len(configs)}
    return [None if one is None else ", ".join(text for text in one if text not in common) or None for one in own]


# -- sentences -------------------------------------------------------------------------------------------------------

CHECKED = (
    "It is checked before anything is imported. A closed test part stays closed, and looks at test parts come along."
)
NOTES_SHOWN = 5


def notes(every: Sequence[str]) -> list[str]:
    """Return the first of what is to be known of runs that arrived, and how much more there is."""
    more = [f"And {len(every) - NOTES_SHOWN:,} more like these."] if len(every) > NOTES_SHOWN else []
    return [*every[:NOTES_SHOWN], *more]


def arrived(found: Arrived) -> str:
    """Say what an archive brought."""
    said = [f"Imported {count(len(found.runs), 'run')}" if found.runs else "Imported no run"]
    if found.n_there:
        said.append(f"{count(found.n_there, 'run')} {'was' if found.n_there == 1 else 'were'} here already")
    if found.tables:
        said.append(f"new data: {joined(list(found.tables))}")
    return f"{'; '.join(said)}."


def answer(rows: Sequence[Row], n: int | None = None) -> str:
    """Say how many runs there are, of `n` where a filter hides some, and which of the latest ones is the best."""
    runs = count(len(rows), "run") if n is None or n == len(rows) else f"{len(rows):,} of {count(n, 'run')}"
    peers = _latest(rows)
    if not peers:
        return f"{runs}; none is complete yet." if rows else f"No run of {n or 0:,} fits the filter."
    best = _best(peers)
    mark = " (leaky)" if is_leaky(best.run) else ""
    what = " about the labels" if about_labels(best.run) else ""
    right = f"right{what} on {percent(best.accuracy or 0.0)}"
    if len(rows) == 1:
        return f"{runs}, {right} of its validation tracks{mark}."
    n_data = len(_on_the_same(rows))
    sets, of = (f" on {n_data} sets of tracks", " of the latest") if n_data > 1 else ("", "")
    if len(peers) == 1:
        return f"{runs}{sets}. The latest judged is {best.name}, {right}{mark}."
    return f"{runs}{sets}. The best{of} is {right}{mark}."


def caution(rows: Sequence[Row]) -> str:
    """Say which run is the best on validation, and what the order of the list can and cannot tell."""
    peers, several = _latest(rows), len(_on_the_same(rows)) > 1
    star = f"; {BEST} marks the best" if any(row.best for row in rows) else ""
    compared = f" Compare only runs on the same tracks{star}." if several else ""
    choosing = f"{compared} Choose by validation. A test score appears here after you open the test part."
    if not peers:
        return choosing.strip()
    best, alone = _best(peers), len(peers) == 1
    first = "" if alone else f"Best on validation: {best.name}{f', on {best.data}' if several else ''}."
    if best.interval and nothing_told(best.interval):
        few = capitalized(best.run.too_few("validation") or f"its validation tracks are {NO_INTERVAL}")
        return f"{few}.{choosing}" if alone else f"{first} {few}. The order could be chance.{compared}"
    low = best.interval.low if best.interval else 0.0
    near = sum(1 for row in peers if row is not best and row.interval and row.interval.high >= low)
    if not near:
        return f"{first}{choosing}".strip()
    overlap = "interval of 1 other run overlaps" if near == 1 else f"intervals of {near:,} other runs overlap"
    return f"{first} The {overlap} its own: the order could be chance.{compared}"


def _on_the_same(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the runs with scores by the tracks that they are judged on, those of the latest first."""
    found: dict[object, list[Row]] = {}
    for row in rows:
        if row.accuracy is not None:
            found.setdefault(same_tracks(row.run), []).append(row)
    return list(found.values())


def _latest(rows: Sequence[Row]) -> list[Row]:
    """Return the runs with scores on the same tracks as the latest of them, newest first."""
    return next(iter(_on_the_same(rows)), [])


def _best(rows: Sequence[Row]) -> Row:
    return max(rows, key=lambda row: row.accuracy or 0.0)
