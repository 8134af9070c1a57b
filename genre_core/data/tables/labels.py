"""The column that holds the genres: the chosen one, or found by name and content; between equals nothing is guessed."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from genre_core.data.dataset import Column
from genre_core.data.tables.cells import (
    REPEATED_NAME,
    composed,
    is_category_name,
    is_identifier_name,
    is_index_name,
    is_key,
    is_length_name,
    is_not_sound_name,
    is_part_name,
    is_whole,
    label_texts,
    numbers,
    plain,
    refuse_unknown,
    texts,
)
from genre_core.data.tables.delimited import count_of
from genre_core.data.tables.lists import QUOTED
from genre_core.data.tables.onehot import chosen_marks, genres_by_marks, is_mark, marked_genres
from genre_core.data.tables.paths import is_numeric, path_columns
from genre_core.data.tables.roles import write_names
from genre_core.errors import DataError, ManyGenresError
from genre_core.settings.config import TableConfig

if TYPE_CHECKING:
    import pandas as pd

MAX_GENRES = 200
"""Genres that are told apart at most, once those that are rare are left out."""
MAX_CODES = 60
"""Different whole numbers up to which a column of them is offered as the genre."""
GLANCE_ROWS = 2000
LONGEST = 40
"""Letters of a group's name that are said."""
NEARLY_ALL = 0.9
"""Share of groups that are of one genre each, as playlists and the folders of artists are."""
"""Rows that are looked at first: what does not hold for them does not hold for all."""

BY_NAME = "Names the genre, by its name and its few different values."
BY_CONTENT = "Taken for the genre: the only column of text with few different values."
NO_GENRE_WORD = re.compile(r"(?i)na|none|un(known|defined|labell?ed|classified|specified)|not available|\?+")
NO_GENRE = "no genre"
"""Genre of rows without one, where they are kept."""
UNLABELED = "no genre, the first is row"

LABEL_NAMES = (
    (
        "label",
        "labels",
        "genre",
        "genres",
        "genre_top",
        "top_genre",
        "music_genre",
        "genre_label",
        "genre_name",
        "genre_title",
    ),
    ("class", "class_label", "genre_id", "genre_code", "label_id", "target", "category", "y"),
)
"""Names of the genre column, the telling ones first."""
GENRE_WORD = re.compile(r"(^|_)((sub)?genres?|labels?|class|style|category|parent)(_|$)")
NOT_GENRE = re.compile(
    r"(^|_)(artist|album|split|subset|fold|set|key|mode|scale|language|country|type|date|year)s?(_|$)"
)
LAYERED_LABEL = re.compile(r".+_(genre_top|top_genre|genre)")


@dataclass(frozen=True)
class Label:
    """The genre column: its name, why it is that, and its values (n_rows,), None where a row has none."""

    name: str
    reason: str
    values: "pd.Series[str]"
    problem: str = ""
    """The cells that were lost or changed."""
    marks: tuple[str, ...] = ()
    """The columns that name it, where there is one for each genre."""


def find_label(frame: "pd.DataFrame", config: TableConfig, other: Collection[str] = ()) -> Label:
    """Find the genre column: the one that `config` names, or by name and content, but none of `other`.

    Raises DataError where there is none, there are several equally good ones, or it holds too few genres.
    """
    if marks := chosen_marks(frame, config.label):
        return _by_marks(frame, marks, config.label)
    if config.label:
        refuse_unknown(frame, config.label, "genre")
        return _checked(frame, config.label, "Chosen as the genre.", config)
    frame = frame.drop(columns=list(other))
    tiers = [[c for c in map(str, frame.columns) if plain(_unnumbered(c)) in names] for names in LABEL_NAMES]
    tiers.append([c for c in map(str, frame.columns) if LAYERED_LABEL.fullmatch(plain(c))])
    named = [c for tier in tiers for c in tier]
    for tier in tiers:
        fitting = [c for c in tier if 2 <= _n_genres(frame[c], config.min_tracks) <= MAX_GENRES]
        if fitting:
            return _checked(frame, _only(frame, fitting), BY_NAME, config)
    if named:
        return _checked(frame, named[0], "", config)
    return _by_content(frame, config)


def candidates(frame: "pd.DataFrame", judged: Sequence[Column] = ()) -> tuple[str, ...]:
    """Return the columns that could hold the genre, for a person to choose from: text or codes with few values.

    Where columns were `judged`, the genre's is one, and text that says numbers is none.
    """
    roles = {column.name: column.role for column in judged}
    names = (c for c in map(str, frame.columns) if not (is_key(c) or is_index_name(c) or is_length_name(c)))
    names = (c for c in names if not (is_category_name(c) or is_part_name(c)))
    names = (c for c in names if roles.get(c) != "feature" or is_numeric(frame[c]))
    names = (c for c in names if roles.get(c) == "label" or not (is_not_sound_name(c) and is_numeric(frame[c])))
    fitting = tuple(c for c in names if roles.get(c) == "label" or _could_be_genre(frame[c]))
    marks = marked_genres(frame)
    return (write_names(marks), *(c for c in fitting if c not in marks)) if marks else fitting


def _could_be_genre(series: "pd.Series[Any]") -> bool:
    most = _most(series)
    return bool(most) and 2 <= _n_genres(series) <= most


def _most(series: "pd.Series[Any]") -> int:
    """Return how many values a column may have to be offered as the genre: none if it holds measurements."""
    values = numbers(series.iloc[:GLANCE_ROWS])
    if values is not None and not is_whole(values):
        return 0  # what is no code at a glance is none
    if len(series) > GLANCE_ROWS:
        values = numbers(series)
    if values is None:
        return MAX_GENRES
    return MAX_CODES if is_whole(values) else 0


def refuse_many(name: str, sizes: "pd.Series[int]", min_tracks: int) -> None:
    """Refuse more genres than are told apart; `sizes` (n_genres,) are their numbers of tracks.

    Raises ManyGenresError where there are too many; it says which minimum of tracks leaves the most common ones.
    """
    if len(sizes) <= MAX_GENRES:
        return
    least = int(sizes.nlargest(MAX_GENRES + 1).iloc[-1]) + 1
    raise ManyGenresError(name, len(sizes), MAX_GENRES, min_tracks, least, int((sizes >= least).sum()))


def _by_marks(frame: "pd.DataFrame", marks: tuple[str, ...], name: str) -> Label:
    """Return the genres that columns of 0 and 1 mark."""
    for mark in marks:
        if not is_mark(frame[mark]):
            raise DataError(f"{mark} is not 0 or 1 alone, so it marks no genre: choose one column as the genre.")
    return Label(name, "", genres_by_marks(frame, marks), marks=marks)


def _checked(frame: "pd.DataFrame", name: str, reason: str, config: TableConfig) -> Label:
    """Return a column as the genre if it can be one."""
    values = label_texts(frame[name])
    n_genres = values.nunique()
    if n_genres == 0:
        raise DataError(
            f"The genre column {name} has no value in it, as NA and None mean that one is missing: choose another "
            "column, or give such genres other names."
        )
    if n_genres == 1 and not (config.unlabeled == "keep" and values.isna().any()):
        lost = _told(frame[name], values) or "choose this file together with those of other genres."
        raise DataError(
            f"The genre column {name} holds one genre, {values.dropna().iloc[0]}: at least two are needed. "
            f"{lost[:1].upper()}{lost[1:]}"
        )
    return Label(name, reason, values, problem=_told(frame[name], values))


def with_unlabeled(frame: "pd.DataFrame", label: Label) -> Label:
    """Return a genre column in which rows without a genre have one: the word that stands there, or `no genre`."""
    missing = label.values.isna()
    words = missing.map({True: NO_GENRE})
    if label.name in frame.columns:
        cells = frame[label.name][missing].astype("str").str.strip()
        words = cells.where(frame[label.name][missing].notna() & (cells != ""), NO_GENRE)
    return replace(label, values=label.values.fillna(words), problem="")


def _told(series: "pd.Series[Any]", values: "pd.Series[str]") -> str:
    """Say which rows have no genre, and which genres were written in two ways that look the same."""
    missing = values.isna().to_numpy()
    told = []
    if n := int(missing.sum()):
        cells = series[missing].dropna().astype("str").str.strip()
        words = cells[cells != ""].value_counts()
        said = f", of which {_say(int(words.iloc[0]))} “{words.index[0][:30]}”" if len(words) else ""
        rows, first = "row has" if n == 1 else "rows have", int(missing.argmax()) + 1
        told.append(f"{n:,} {rows} {UNLABELED} {first:,}{said}.")
    if said_missing := sorted(word for word in values.dropna().unique() if NO_GENRE_WORD.fullmatch(word)):
        in_rows = count_of(int((values == said_missing[0]).sum()), "row")
        told.append(f"“{said_missing[0]}” counts as a genre in {in_rows}: leave it out if it means that none is known.")
    names = texts(series[~missing]).drop_duplicates()
    if len(names) and names.str.fullmatch(QUOTED).all():
        told.append(f"Its names stand in quotation marks, such as {names.iloc[0][:30]}, which are removed.")
    again = composed(names)
    if several := sorted(again[again.duplicated(keep=False)].unique()):
        told.append(f"“{several[0]}” is written in two Unicode forms that look the same, which count as one genre.")
    return " ".join(told)


def _say(n: int) -> str:
    return f"{n:,} {'says' if n == 1 else 'say'}"


def _n_genres(series: "pd.Series[Any]", min_tracks: int = 1) -> int:
    """Return how many genres of so many rows a column would hold; of far too many, before tidying."""
    if min_tracks == 1 and (
        (n := series.iloc[:GLANCE_ROWS].nunique()) > 4 * MAX_GENRES or (n := series.nunique()) > 4 * MAX_GENRES
    ):
        return n
    return int((label_texts(series).value_counts() >= min_tracks).sum())


def _only(frame: "pd.DataFrame", fitting: Sequence[str]) -> str:
    """Return the one of several named columns that is the genre; codes for the same genres count as one with it."""
    import pandas as pd

    if len(fitting) == 1:
        return fitting[0]
    is_numeric = {c: numbers(frame[c]) is not None for c in fitting}
    chosen = min(fitting, key=lambda c: (_unnumbered(c) != c, is_numeric[c], c))
    best = label_texts(frame[chosen])
    for other in fitting:
        values = label_texts(frame[other])
        n_pairs = len(pd.DataFrame({"a": best, "b": values}).dropna().drop_duplicates())
        if n_pairs != best.nunique() or n_pairs != values.nunique():
            raise DataError(f"Both {chosen} and {other} could name the genre: choose one as the genre column.")
    return chosen


def _unnumbered(name: str) -> str:
    """Return `label` for the `label (2)` that a second column of that name is called."""
    repeated = REPEATED_NAME.fullmatch(name)
    return repeated[1] if repeated else name


def _by_content(frame: "pd.DataFrame", config: TableConfig) -> Label:
    """Take the only column of text with few values that repeat for the genre."""
    fitting = [c for c in candidates(frame) if c in frame and not _names_other(c) and numbers(frame[c]) is None]
    fitting = [c for c in fitting if 2 * label_texts(frame[c]).nunique() <= frame[c].notna().sum()]
    if len(fitting) == 1:
        return _checked(frame, fitting[0], BY_CONTENT, config)
    if marks := marked_genres(frame):
        raise DataError(
            f"No column names the genre, but {', '.join(marks[:3])}{' …' if len(marks) > 3 else ''} are 0 or 1: if "
            f"each marks a genre, choose them together as the genre column, as {write_names(marks)}."
        )
    if fitting:
        raise DataError(f"{' and '.join(fitting[:3])} could each name the genre: choose one as the genre column.")
    for name, values in path_columns(frame).items():
        if 2 <= values.nunique() <= MAX_GENRES:
            raise DataError(
                f"No column names the genre, but {name.replace(': ', ' has a ')} that could, such as "
                f"{values.dropna().iloc[0]}: choose “{name}” as the genre column, or another."
            )
    keys = [c for c in map(str, frame.columns) if is_key(c)]
    joined = f" (they are joined on {keys[0]})" if keys else ""
    raise DataError(
        "No column names the genre of each track, such as label or genre: choose the column, or load this table "
        f"together with the file that holds the genres{joined}."
    )


def rereads(name: str, series: "pd.Series[Any]", label: Label) -> int:
    """Return how many genres a column has that is another reading of the genre: a name, a number, a parent, a child.

    Each genre has one value in it, or each value one genre, and its name speaks of genres; where each genre has one
    value, text may have any name. 0 if it is none.
    """
    speaks = bool(GENRE_WORD.search(plain(name)))
    if not speaks and (numbers(series) is not None or _names_other(name)):
        return 0
    here = label.values.notna() & series.notna()
    if not here.any() or series.iloc[:GLANCE_ROWS].nunique() > 4 * MAX_GENRES:
        return 0
    values, genres = label_texts(series[here]), label.values[here]
    n = int(values.nunique())
    if n < 2 or 2 * n > len(values):
        return 0
    one_each = (values.groupby(genres).nunique() <= 1).all() or (
        speaks and (genres.groupby(values).nunique() <= 1).all()
    )
    return n if one_each else 0


def may_group(name: str, series: "pd.Series[Any]", label: Label) -> str:
    """Say into which groups a column of text parts the rows, if nearly each is of one genre, as playlists are. Else "".

    Such rows may belong together: there are more groups than genres, and on average two rows or more in each.
    """
    if is_key(name) or numbers(series) is not None or series.iloc[:GLANCE_ROWS].nunique() > GLANCE_ROWS / 2:
        return ""
    here = label.values.notna() & series.notna()
    groups, genres = series[here].astype("str"), label.values[here]
    n = int(groups.nunique())
    if not genres.nunique() < n <= len(groups) / 2:
        return ""
    n_pure = int((genres.groupby(groups).nunique() == 1).sum())
    if n_pure < NEARLY_ALL * n:
        return ""
    return f"{n:,} groups such as “{groups.iloc[0][:LONGEST]}”, {'each' if n_pure == n else f'{n_pure:,}'} of one genre"


def _names_other(name: str) -> bool:
    """Say whether a column's name says that it holds something else than genres."""
    return is_identifier_name(name) or is_index_name(name) or bool(NOT_GENRE.search(plain(name)))
