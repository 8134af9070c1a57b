"""Remedies of a finding: each remedy is a change of settings, and what was changed can be taken back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from genre_core.data.dataset import Dataset, count_groups
from genre_core.data.genres import write_counted
from genre_core.data.tables.decoding import both_encodings
from genre_core.data.tables.roles import add_code, read_names, write_names
from genre_core.inspection.genre_sizes import FEWEST_TO_SPLIT
from genre_core.inspection.warnings import Finding
from genre_core.settings.config import ClipsConfig, ExperimentConfig, FmaConfig, TableConfig
from genre_core.text import count

NOT_MEASURED = ("gives the genre away", "says nothing about the sound", "missing in a genre", "constant", "outliers")
TORN = ("copies", "near copies", "copies under several genres")
EXACT = ("copies", "copies under several genres")
IN_UNITS = re.compile(r"numbers with something else, such as “[^”]*\d ?[A-Za-z%°]{1,5}”")
LEVELS = {"track": "tracks", "album": "albums", "artist": "artists", "group": "groups"}


@dataclass(frozen=True)
class Remedy:
    """A button: what it says, and what it changes: columns left out or taken, settings, or how the file is read."""

    label: str
    values: Mapping[str, Any] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    judge_anew: tuple[str, ...] = ()
    take: tuple[str, ...] = ()
    read: Mapping[str, Any] = field(default_factory=dict)
    """How the table's file is to be read instead."""

    def options(self, data: TableConfig) -> str:
        """Return the same as options of the terminal: `--data.codes tempo=-1`; of `import` where it reads anew.

        Columns that are left out or taken already stay so.
        """
        if self.read.get("keep_rows"):
            return "--keep-rows"
        chosen = {"data.left_out": (data.left_out, self.leave_out), "data.taken": (data.taken, self.take)}
        columns = {name: write_names([*read_names(said), *more]) for name, (said, more) in chosen.items() if more}
        changed = {**self.values, **self.read, **columns}
        return " ".join(f"--{name} {quote(str(value))}" for name, value in changed.items() if value is not None)


def remedies(finding: Finding, config: ExperimentConfig, data: Dataset, n_complete: int) -> tuple[Remedy, ...]:
    """Return what can be done about a finding; `n_complete` rows of the data miss nothing."""
    found: list[Remedy] = []
    if isinstance(config.data, TableConfig):
        found += _leave_out(finding, data) + _take(finding, config.data, data)
    if isinstance(config.data, TableConfig | FmaConfig):
        found += _fewer_rows(finding, config.data, data, n_complete)
    if finding.kind in ("one group", "too small to split") and (finer := _finer(config, data)):
        words = "single rows" if finer == "row" else LEVELS[finer]
        found.append(Remedy(f"Split by {words}", {"split.by": finer}))
    if finding.kind in TORN and config.split.by == "row" and data.coarsest:
        found.append(Remedy(f"Keep {LEVELS[data.coarsest[0]]} together", {"split.by": "auto"}))
    if finding.kind == "alike names" and not getattr(config.data, "genres", "*"):
        name = max(finding.genres, key=lambda genre: int(data.counts[data.genres.index(genre)]))
        merged = {genre: name if genre in finding.genres else genre for genre in data.genres}
        found.append(Remedy(f"Count as {name}", {"data.genres": write_counted(data.genres, merged)}))
    if (
        finding.kind in EXACT
        and finding.severity != "note"
        and not config.split.copies
        and config.split.by != "published"
    ):
        found.append(Remedy("Keep copies together", {"split.copies": True}))
    if finding.kind == "unbalanced parts" and not config.split.balanced:
        found.append(Remedy("Balance the parts", {"split.balanced": True}))
    if finding.kind == "imbalance" and config.train.class_weighting == "none":
        found.append(Remedy("Turn on class weighting", {"train.class_weighting": "balanced"}))
    return tuple(found)


def _leave_out(finding: Finding, data: Dataset) -> list[Remedy]:
    """Offer to use the finding's columns no more, as long as there are others."""
    names = {column.name for column in data.columns}
    owners = [c.rpartition("=")[0] for c in finding.columns]  # of a category, the column that it is of
    columns = tuple(dict.fromkeys(own if own in names else c for own, c in zip(owners, finding.columns, strict=True)))
    if finding.kind == "copied column" and len(columns) == 2:
        columns = columns[1:]
    elif finding.kind not in NOT_MEASURED and not (finding.kind == "read in part" and columns[0] in data.features):
        return []
    if not 0 < len(columns) < len(data.features):
        return []
    return [
        Remedy(
            f"Leave out {columns[0] if len(columns) == 1 else count(len(columns), 'column')}", leave_out=tuple(columns)
        )
    ]


def _take(finding: Finding, config: TableConfig, data: Dataset) -> list[Remedy]:
    """Offer to use what was left out: a coarser genre, or a column of numbers as a feature."""
    if finding.kind == "coarser genres":
        label = f"Use {finding.columns[0]} as the genre"
        return [Remedy(label, {"data.label": finding.columns[0], "data.genres": None})]
    if finding.kind == "read in part":
        return _without_words(finding, data)
    if finding.kind in ("encoding", "rows left out", "rows without values", "rows without a genre"):
        return _rows_too(finding)
    if finding.kind == "code for missing" or (finding.kind == "outliers" and _is_one_number(finding, data)):
        name = finding.columns[0]
        code = float(data.X[finding.rows[0], data.features.index(name)])
        return [Remedy(f"Treat {code:g} as missing", {"data.codes": add_code(config.codes, name, code)})]
    if finding.kind == "several genres":
        return [
            Remedy("Use the first genre", {"data.several": "first"}),
            Remedy("Leave these tracks out", {"data.several": "none"}),
        ]
    if finding.kind == "may belong together":
        group = {"data.group": finding.columns[0], "split.by": None, "split.balanced": True}
        return [Remedy(f"Keep {finding.columns[0]} together", group)]
    if finding.kind != "not taken":
        return []
    return [Remedy(f"Use {name} as a feature", take=(name,)) for name in finding.columns]


def _rows_too(finding: Finding) -> list[Remedy]:
    """Offer to keep the rows that were lost, or to read the file in the encoding that is right."""
    if finding.kind == "encoding":
        return [Remedy(f"Read it as {name}", read={"encoding": name}) for name in both_encodings(finding.sentence)]
    if finding.kind == "rows left out":
        return [Remedy("Read these rows too", read={"keep_rows": True})]
    if finding.kind == "rows without values":
        return [Remedy("Keep these rows, with medians", {"data.missing": "all"})]
    return [Remedy("Keep them as a genre of their own", {"data.unlabeled": "keep"})]


def _without_words(finding: Finding, data: Dataset) -> list[Remedy]:
    """Offer to use a column of numbers and words, the words as missing."""
    column = next((column for column in data.columns if (column.name,) == finding.columns), None)
    if column is None or column.role != "left out":
        return []
    odd = "these values" if "are no numbers" in column.problem else ""
    odd = odd or ("values in another unit" if IN_UNITS.search(column.problem) else "")
    return [Remedy(f"Use {column.name}, {odd} as missing", take=(column.name,))] if odd else []


def _is_one_number(finding: Finding, data: Dataset) -> bool:
    values = data.X[list(finding.rows), data.features.index(finding.columns[0])]
    return len(values) > 1 and bool((values == values[0]).all())


def _fewer_rows(finding: Finding, config: TableConfig | FmaConfig, data: Dataset, n_complete: int) -> list[Remedy]:
    """Offer to leave out genres that are too small, or rows with gaps, as long as enough is left."""
    if finding.kind in ("too small to split", "small", "one group"):
        found = _fewer_genres(finding, config, data)
        if found:
            return [found]
    if finding.kind in ("missing", "missing by genre") and config.missing == "median":
        n_gone = len(data) - n_complete
        if 0 < n_gone < len(data) / 2:
            return [Remedy(f"Drop the {n_gone:,} rows with gaps", {"data.missing": "drop"})]
    return []


def _fewer_genres(finding: Finding, config: TableConfig | FmaConfig, data: Dataset) -> Remedy | None:
    """Offer to leave out genres: by their number of tracks where that leaves out no others, else by name."""
    others = [genre for genre in data.genres if genre not in finding.genres]
    if len(others) < 2:
        return None
    words = finding.genres[0] if len(finding.genres) == 1 else count(len(finding.genres), "genre")
    least = 1 + max(int(data.counts[data.genres.index(genre)]) for genre in finding.genres)
    if least <= min(int(data.counts[data.genres.index(genre)]) for genre in others):
        words = words if len(finding.genres) == 1 else f"genres with fewer than {least:,} tracks"
        return Remedy(f"Leave out {words}", {"data.min_tracks": least})
    if "=" in config.genres or finding.kind == "small":  # names of merged genres are none of the data; no rarer ones
        return None
    return Remedy(f"Leave out {words}", {"data.genres": write_names(others)})


def _finer(config: ExperimentConfig, data: Dataset) -> str:
    """Return the coarsest level below the one kept together of which every genre has enough, nothing if none has."""
    present = ["row", *data.groups]
    level = (data.coarsest[0] if data.coarsest else "row") if config.split.by == "auto" else config.split.by
    finer = present[: present.index(level)] if level in present else []
    return next((other for other in reversed(finer) if _fewest(other, data) >= FEWEST_TO_SPLIT), "")


def _fewest(level: str, data: Dataset) -> int:
    """Return how many rows, tracks, albums or artists the genre has that has fewest of them."""
    if level == "row":
        return int(data.counts.min())
    return min(count_groups(data.groups[level][data.y == genre]) for genre in range(len(data.genres)))


def taken(config: ExperimentConfig, chosen: frozenset[str], left_out: tuple[str, ...]) -> tuple[Remedy, ...]:
    """Return the ways back: one for each thing that was changed about the data, the split or the weighing."""
    found: list[Remedy] = []
    data = config.data
    if isinstance(data, TableConfig):
        if left_out:
            what = f"{left_out[0]} left out" if len(left_out) == 1 else f"{count(len(left_out), 'column')} left out"
            found.append(Remedy(what, judge_anew=left_out))
        others = tuple(sorted(chosen - set(left_out)))
        if others:
            what = f"{others[0]} chosen" if len(others) == 1 else f"{count(len(others), 'column')} chosen"
            found.append(Remedy(what, judge_anew=others))
        if data.published:
            found.append(Remedy("published split", {"data.published": None, "split.by": None}))
    if isinstance(data, TableConfig) and data.unlabeled == "keep":
        found.append(Remedy("rows without a genre kept", {"data.unlabeled": None}))
    if isinstance(data, TableConfig) and data.codes:
        found.append(Remedy("codes for missing", {"data.codes": None}))
    if isinstance(data, TableConfig) and data.several != "each":
        words = "first genre alone" if data.several == "first" else "tracks of several genres left out"
        found.append(Remedy(words, {"data.several": None}))
    if isinstance(data, TableConfig) and data.sample < 1:
        found.append(Remedy("sample", {"data.sample": None, "data.sample_seed": None}))
    if isinstance(data, TableConfig | ClipsConfig | FmaConfig) and data.genres:
        found.append(Remedy("genres chosen", {"data.genres": None}))
    if isinstance(data, TableConfig | FmaConfig):
        if data.min_tracks > 1:
            found.append(Remedy(f"genres under {data.min_tracks:,} tracks left out", {"data.min_tracks": None}))
        if data.missing != "median":
            words = "rows with gaps dropped" if data.missing == "drop" else "rows without values kept"
            found.append(Remedy(words, {"data.missing": None}))
    if config.split.by != "auto" and not (isinstance(data, TableConfig) and data.published):
        words = {"row": "single rows", "published": "as published"}.get(
            config.split.by, LEVELS.get(config.split.by, "")
        )
        found.append(Remedy(f"split: {words}", {"split.by": None}))
    if config.split.balanced:
        found.append(Remedy("parts balanced", {"split.balanced": None}))
    if config.split.copies:
        found.append(Remedy("copies kept together", {"split.copies": None}))
    if config.train.class_weighting != "none":
        found.append(Remedy("class weighting on", {"train.class_weighting": None}))
    return tuple(found)
