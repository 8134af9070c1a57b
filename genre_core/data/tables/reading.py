"""Import of tables: from the bytes of one or several files to one Parquet table with all of its columns.

Kinds of files are told apart by content, whatever the files are called. Several files with the same columns are put
below each other; others are joined on the column of identifiers that they share. What a column means (genre, group,
feature) is decided later, by `sources.table`.
"""

import ast
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath, PureWindowsPath
from typing import Any

from genre_core.data.published import parts_of
from genre_core.data.tables.cells import EXTENSION, composed, is_identifier_name, is_index_name, is_key, plain, texts
from genre_core.data.tables.decimals import UNKNOWN
from genre_core.data.tables.decoding import A_GUESS, AS_LIKELY, decode, without_entities
from genre_core.data.tables.delimited import MAX_COLUMNS, NUMBER, count_of, find_layout, parse, unique_names
from genre_core.data.tables.formats import MAX_BYTES, as_table, as_text, unpacked
from genre_core.data.tables.how import FOUND_OUT, How
from genre_core.data.tables.json_tables import flat
from genre_core.data.tables.labels import LABEL_NAMES
from genre_core.data.tables.lists import unlisted
from genre_core.data.tables.long_tables import widened
from genre_core.errors import DataError

SPLIT = "split"
"""Column that says from the file of which part a row is."""
READER = "genre_lab"
"""Key of a stored table's metadata: how it was read, which tells how its text is to be taken."""
ID_LISTS = ("genres", "genres_all", "track_genres", "genre_ids")
"""Columns that may list ids of genres, as those of FMA's tracks.csv do."""
PARENT = "genre_parent_title"
"""Column of a list of genres with the titles of their parents."""
MATCHED = "\0matched"
"""Column that two tables are joined on while they are joined."""
LOST = " left out: "
"""The beginning of notes on rows that were lost."""
MOST_EXACT = 2**53
"""Largest whole number up to which floats hold all."""
MAX_ROWS = 2_000_000
MAX_VALUES = 50_000_000
"""Most values (rows × columns) of a table: 400 MB as float64."""
ROWS_PER_GROUP = 131_072
"""Rows that are written at a time, so that a table is never in memory twice."""


@dataclass(frozen=True)
class Reading:
    """A table as it is stored: `parquet` holds all of its columns, `content_hash` names it.

    `content_hash` is the SHA-256 of the original file; of several files, that of their bytes one after another. What a
    person said of how to read them comes after these bytes.
    """

    parquet: bytes
    content_hash: str
    name: str
    n_rows: int
    n_columns: int
    notes: tuple[str, ...]


def check_size(name: str, n_bytes: int) -> None:
    """Raise DataError where a file has more than `MAX_BYTES`, before it is read."""
    if n_bytes > MAX_BYTES:
        raise DataError(
            f"{name} has {n_bytes / 1024**2:,.0f} MB, more than the {MAX_BYTES // 1024**2} MB that are read: "
            "leave out rows or columns, or save it as Parquet."
        )


def read_table(files: Sequence[tuple[str, bytes]], how: How = FOUND_OUT) -> Reading:
    """Read one table from one file, or from several joined on the identifiers that they share.

    `how` is what a person said of how they are written; the rest is found out.
    Raises DataError where a file is no table, is too large or broken, or the files share no column of identifiers.
    """
    if not files:
        raise DataError("No file was given: choose a CSV or Parquet file.")
    names = [PureWindowsPath(name).name for name, _ in files]
    for name, (_, data) in zip(names, files, strict=True):
        check_size(name, len(data))
    title = " + ".join(names)
    digest = hashlib.sha256()
    opened, tables, notes, decimals = list[tuple[str, bytes]](), [], list[str](), set[str]()
    for name, (_, data) in zip(names, files, strict=True):
        digest.update(data)
        found_in, packed = unpacked(name, data)
        opened += found_in
        notes += packed
    names = [name for name, _ in opened]
    for name, data in opened:
        table, found, decimal = _read_file(name, data, how)
        tables.append(table)
        decimals.add(decimal)
        notes += [f"{name}: {note[0].lower()}{note[1:]}" if len(opened) > 1 else note for note in found]
    if said := _of_parts(names, tables) or _of_genres_each(names, tables):
        tables, found = said
        notes += found
    table = tables[0]
    for name, other in zip(names[1:], tables[1:], strict=False):
        both = " and ".join((names[0], name))
        table, found = _stacked(table, other, both) or _join(table, other, both, keep_rows=how.keep_rows)
        notes += found
    if how.is_said:
        digest.update(how.to_json().encode())
    table, found = _repeats_told(table)
    notes += [*found, *filter(None, [how.sentence()])]
    _check_shape(title, table.num_rows, table.num_columns)
    return Reading(
        _to_parquet(table, decimals.pop() if len(decimals) == 1 else UNKNOWN, how, _lost(notes)),
        digest.hexdigest(),
        title,
        table.num_rows,
        table.num_columns,
        tuple(notes),
    )


def _lost(notes: Sequence[str]) -> list[str]:
    """Return the notes on rows that are left out and on letters that may be others."""
    return [note for note in notes if any(words in note for words in (LOST, AS_LIKELY, A_GUESS))]


def _read_file(name: str, data: bytes, how: How) -> tuple[Any, list[str], str]:
    """Return a file's table, notes on how it was read, and the sign before decimals in what is still text."""
    is_parquet = data.startswith(b"PAR1")
    table, told = (_read_parquet(name, data), ()) if is_parquet else as_table(name, data, how.encoding)
    if table is not None:
        _check_shape(name, table.num_rows, table.num_columns)
        table, named = _with_names_of_classes(table)
        table = table.rename_columns(unique_names(_flat_name(column) for column in table.column_names))
        table, notes = _plain(name, table)
        return _emptied(table, how.missing), [*told, *named, *notes], how.decimal or "."
    written, form = as_text(name, data, how.encoding)
    text, encoding_notes = without_entities(*decode(name, written, "" if form else how.encoding))
    layout = find_layout(name, text, replace(how, separator="") if form else how)
    if b'"' not in text:
        _check_shape(name, text.count(b"\n") - layout.first_line, len(layout.names))
    table, row_notes = parse(name, layout, keep_rows=how.keep_rows)
    table, type_notes = _plain(name, table)
    notes = [*form, *encoding_notes, *layout.notes, *row_notes, *type_notes]
    return _emptied(table, how.missing), notes, layout.decimal


def _with_names_of_classes(table: Any) -> tuple[Any, list[str]]:
    """Return an Arrow table of Hugging Face's with the names of its classes for their numbers, and notes on that."""
    import pyarrow as pa
    from pyarrow import compute, types

    notes = list[str]()
    try:
        kinds = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"].items()
    except (ValueError, LookupError, AttributeError, TypeError):
        return table, notes
    for name, kind in kinds:
        names = kind.get("names") if isinstance(kind, dict) else None
        if names and name in table.column_names and types.is_integer(table[name].type):
            known = compute.if_else(compute.greater_equal(table[name], 0), table[name], None)
            if len(names) <= (compute.max(known).as_py() or 0):
                continue
            named = pa.array(map(str, names)).take(known)
            table = table.set_column(table.column_names.index(name), name, named)
            notes.append(f"The numbers of {name} stand for the names that the file has for them: 0 for {names[0]}.")
    return table, notes


def _emptied(table: Any, missing: Sequence[str]) -> Any:
    """Return a table without the values that a person said mean a missing one, as text or as numbers."""
    import pyarrow as pa
    from pyarrow import compute, types

    if not missing:
        return table
    columns = []
    for values in table.columns:
        if types.is_string(values.type):
            found = compute.is_in(compute.utf8_trim_whitespace(values), pa.array(missing, pa.string()))
        elif types.is_integer(values.type) or types.is_floating(values.type):
            codes = pa.array([float(word) for word in missing if NUMBER.fullmatch(word)], pa.float64())
            found = compute.is_in(values.cast(pa.float64(), safe=False), codes)
        else:
            found = compute.is_in(values.cast(pa.string()), pa.array(missing, pa.string()))
        columns.append(compute.if_else(found, pa.scalar(None, values.type), values))
    return pa.table(columns, names=table.column_names)


def _repeats_told(table: Any) -> tuple[Any, list[str]]:
    """Mark columns that repeat a name and its values, and say what became of repeated names."""
    names, same, other = list(table.column_names), list[str](), list[str]()
    for i, name in enumerate(names):
        first, point, number = name.rpartition(".")
        if point and number.isdigit() and first in names[:i] and _was_repeated(names, first, int(number)):
            if table[name].equals(table[first]):
                names[i] = f"{first} ({number})"
                same.append(first)
            else:
                other.append(name)
    notes = []
    if other:
        notes.append(
            f"{count_of(len(other), 'column')} had the name of an earlier one and now a number, as {other[0]}."
        )
    if same:
        of = ", ".join([*dict.fromkeys(same)][:3])
        notes.append(f"{count_of(len(same), 'column')} repeated the name and the values of an earlier one: {of}.")
    return table.rename_columns(names), notes


def _was_repeated(names: Sequence[str], first: str, number: int) -> bool:
    """Say whether a number at a name's end is ours: it is from 2 on, and those below it are there as well."""
    others = range(2, number)
    return 1 < number <= len(names) and all(f"{first}.{n}" in names or f"{first} ({n})" in names for n in others)


def _read_parquet(name: str, data: bytes) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        _check_shape(name, file.metadata.num_rows, len(file.schema_arrow.names))
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name} is a Parquet file that cannot be read; it may be cut short: save it again.") from error
    return table


def _check_shape(name: str, n_rows: int, n_columns: int) -> None:
    if n_columns > MAX_COLUMNS:
        raise DataError(
            f"{name} has {n_columns:,} columns, more than the {MAX_COLUMNS:,} that are read: leave some out."
        )
    if n_rows > MAX_ROWS:
        raise DataError(f"{name} has {n_rows:,} rows, more than the {MAX_ROWS:,} that are read: leave some out.")
    if n_rows * n_columns > MAX_VALUES:
        raise DataError(
            f"{name} has {n_rows:,} rows of {n_columns:,} columns, more than the {MAX_VALUES:,} values that are read: "
            "leave out rows or columns."
        )


def _flat_name(column: str) -> str:
    """Return `mfcc_mean_01` for the `('mfcc', 'mean', '01')` that pandas writes for a layered header."""
    if not column.startswith("("):
        return column
    try:
        parts = ast.literal_eval(column)
    except (ValueError, SyntaxError):
        return column
    return "_".join(str(part) for part in parts if str(part)) if isinstance(parts, tuple) else column


def _plain(name: str, table: Any) -> tuple[Any, list[str]]:
    """Reduce a table's types to whole numbers, floats, truth values and text."""
    import pyarrow as pa

    if not table.num_rows:
        raise DataError(f"{name} has a header and no rows below it: choose a file that holds tracks.")
    notes: list[str] = []
    columns = []
    table = unlisted(flat(table))
    for column in table.column_names:
        values = _exact(table[column])
        try:
            columns.append(values.cast(_plain_type(values.type)))
        except (pa.ArrowException, ValueError):
            columns.append(pa.nulls(table.num_rows, pa.string()))
            notes.append(f"{column} is{LOST}it holds values of type {values.type}, which are not read.")
    table, said = widened(pa.table(columns, names=table.column_names), partial(_check_shape, name))
    return table, notes + said


def _exact(values: Any) -> Any:
    """Return whole numbers that floats would round, such as ids of 17 digits, as text."""
    import pyarrow as pa
    from pyarrow import compute, types

    if types.is_integer(values.type) and values.type.bit_width == 64:
        least, most = compute.min_max(values).as_py().values()
        if least is not None and (most > MOST_EXACT or least < -MOST_EXACT):
            return values.cast(pa.string())
    return values


def _plain_type(kind: Any) -> Any:
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if types.is_boolean(kind):
        return pa.bool_()
    if types.is_integer(kind):
        return pa.int64()
    if types.is_floating(kind) or types.is_decimal(kind):
        return pa.float64()
    return pa.string()


def _of_parts(names: Sequence[str], tables: Sequence[Any]) -> tuple[list[Any], list[str]] | None:
    """Put files of one form below each other where their names say the parts of a split, with a column that says so.

    None where they do not: there is no file of a training or of a test part, or their columns differ.
    """
    parts, columns = parts_of(names), tables[0].column_names
    if None in parts or not {"train", "test"} <= set(parts) or SPLIT in columns or not _are_alike(tables):
        return None
    both = _told_apart(tables, SPLIT, parts)
    notes = [f"{' and '.join(names)} are the parts of a split: their rows are put below each other."]
    key = next((name for name in columns if is_key(name)), None)
    if key and (n_shared := len(set.intersection(*(set(table[key].to_pylist()) for table in tables)))):
        notes.append(f"{count_of(n_shared, 'track')} stand{'s' if n_shared == 1 else ''} in each of them.")
    return [both], notes


def _of_genres_each(names: Sequence[str], tables: Sequence[Any]) -> tuple[list[Any], list[str]] | None:
    """Put files of one form below each other where no column names the genre and each file's name can, in a column.

    None where they do not: what differs in their names is no word, or a word stands in two of them.
    """
    columns, genres = tables[0].column_names, _differing([PurePath(name).with_suffix("").as_posix() for name in names])
    named = {word for tier in LABEL_NAMES for word in tier}
    if any(plain(name) in named for name in columns) or not _are_alike(tables):
        return None
    if len(genres) < 2 or len({re.sub(r"\d", "", one) for one in genres} - {""}) < len(genres):
        return None
    said = f"{count_of(len(names), 'file')} with the same columns, of which none names the genre: each file's name does"
    return [_told_apart(tables, "genre", genres)], [f"{said}, such as {genres[0]} for {names[0]}."]


def _differing(names: Sequence[str]) -> list[str]:
    """Return what differs in names: blues and rock of `features_blues` and `features_rock`."""
    words = [re.split(r"[/_. ]+", name) for name in names]
    while min(map(len, words)) > 1 and len({own[0] for own in words}) == 1:
        words = [own[1:] for own in words]
    while min(map(len, words)) > 1 and len({own[-1] for own in words}) == 1:
        words = [own[:-1] for own in words]
    return [" ".join(own) for own in words]


def _are_alike(tables: Sequence[Any]) -> bool:
    """Say whether tables have the same columns, in any order."""
    return all(set(table.column_names) == set(tables[0].column_names) for table in tables)


def _told_apart(tables: Sequence[Any], name: str, words: Sequence[Any]) -> Any:
    """Put tables below each other with a further column, which has a word for each of them."""
    import pyarrow as pa

    told = [t.append_column(name, pa.array([word] * t.num_rows)) for t, word in zip(tables, words, strict=True)]
    return _below(*(table.select([*tables[0].column_names, name]) for table in told))


def _stacked(upper: Any, lower: Any, names: str) -> tuple[Any, list[str]] | None:
    """Put tables with the same columns below each other; None where they have others, or are of the same tracks."""
    if not _are_alike((upper, lower)):
        return None
    first, second = upper.to_pandas(), lower.to_pandas()
    key = next((name for name in first.columns if is_key(name)), None)
    if key and first[key].isin(second[key]).any():
        return None
    return _below(upper, lower.select(upper.column_names)), [
        f"{names} have the same columns: their rows are put below each other."
    ]


def _below(*tables: Any) -> Any:
    """Put tables with the same columns below each other, as text where a column is text in one of them."""
    import pyarrow as pa
    from pyarrow import types

    names = tables[0].column_names
    textual = {name for name in names if any(types.is_string(table.schema.field(name).type) for table in tables)}
    alike = [
        pa.table([table[name].cast(pa.string()) if name in textual else table[name] for name in names], names=names)
        for table in tables
    ]
    return pa.concat_tables(alike, promote_options="permissive")


def _join(left: Any, right: Any, names: str, *, keep_rows: bool = False) -> tuple[Any, list[str]]:
    """Join two tables on the identifiers that both have, in the order of the first; `keep_rows` keeps the others."""
    import pandas as pd
    import pyarrow as pa

    before = set(left.column_names)
    first, second = _of_genres(left.to_pandas()), _of_genres(right.to_pandas())
    both = (_with_titles(first, second), _with_titles(second, first))
    if (named := next((one for one in both if one is not None), None)) is not None:
        return pa.Table.from_pandas(named, preserve_index=False), [f"{names}: ids of genres are given their titles."]
    second.columns = pd.Index(_named_alike(list(second.columns), list(first.columns)))
    key = _shared_key(first, second)
    if key is None:
        raise DataError(_not_joined(first, second, names))
    at, other = first[key], second[key]
    if at.dtype != other.dtype or not at.isin(other).any():
        at, other = _bare(at), _bare(other)
        if not (at.is_unique or other.is_unique):
            raise DataError(f"{names} name the tracks in {key} in ways that do not fit: give both the same names.")
        first[key], second[key] = texts(first[key]), texts(second[key])
    second.columns = pd.Index([key if c == key else _apart(c, first) for c in second.columns])
    beside = second.drop(columns=key).assign(**{MATCHED: other})
    joined = first.assign(**{MATCHED: at}).merge(beside, on=MATCHED, how="inner").drop(columns=MATCHED)
    if joined.empty:
        odd = [str(name) for name in before.symmetric_difference(right.column_names)]
        stacked = (
            f", or the same columns, so that their rows are put below each other ({odd[0]} is in one of them alone)"
            if 2 * len(odd) <= len(right.column_names)
            else ""
        )
        begin = f"one begins with {first[key].iloc[0]}, the other with {second[key].iloc[0]}"
        raise DataError(f"{names} have no value of {key} in common ({begin}): give both the same tracks{stacked}.")
    notes = [f"Joined on {key}: {count_of(len(joined), 'row')}."]
    alone = [first[~at.isin(other)], second[~other.isin(at)]]
    if (example := next((rows for rows in alone if len(rows)), None)) is not None:
        which = f"the other file has no such {key}, the first is {example[key].iloc[0]} in row {example.index[0] + 1:,}"
        files = names.rpartition(" and ")[::2]
        lost = [f"{count_of(len(rows), 'row')} of {file}" for rows, file in zip(alone, files, strict=True) if len(rows)]
        said = " and ".join(lost)
        if keep_rows:
            joined = pd.concat([joined, *alone], ignore_index=True)
            notes.append(f"{said} kept with gaps: {which}.")
        else:
            notes.append(f"{said}{LOST}{which}.")
    return pa.Table.from_pandas(joined, preserve_index=False), notes


def _of_genres(frame: Any) -> Any:
    """Return a list of genres, such as FMA's genres.csv, with columns that say so, and its parents by their titles."""
    if not {"genre_id", "title", "parent"} <= set(frame.columns):
        return frame
    titles = dict(zip(frame["genre_id"], frame["title"], strict=True))
    above = "top_level" if "top_level" in frame.columns else "parent"
    told = frame.assign(**{PARENT: frame[above].map(titles).fillna(frame["title"])})
    return told[["genre_id", "title", PARENT]].rename(columns={"title": "genre_title"})


def _with_titles(frame: Any, genres: Any) -> Any:
    """Return a table with the titles of genres whose ids it has, alone or in lists as FMA's `[21, 12]`; None if none.

    A column of ids is called a genre, and most of what it holds is an id.
    """
    if PARENT not in genres.columns:
        return None
    known = texts(genres["genre_id"])
    titles, parents = (dict(zip(known, genres[name], strict=True)) for name in ("genre_title", PARENT))
    for name in (name for name in frame.columns if "genre" in plain(name)):
        ids = texts(frame[name])
        if plain(name) in ID_LISTS and ids.notna().any() and ids.dropna().str.fullmatch(r"\[[\d, ]*\]").all():
            found = ids.str.findall(r"\d+")
            named = found.map(lambda one: "|".join(titles.get(id_, id_) for id_ in one), na_action="ignore")
            return frame.assign(**{name: named})
        if 2 * ids.isin(titles).sum() > ids.notna().sum():
            return frame.assign(**{_apart("genre_title", frame): ids.map(titles), PARENT: ids.map(parents)})
    return None


def _named_alike(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return names in which identifiers that differ in case or punctuation alone are called as the other table does.

    Where each has one identifier of another name, as track_id and id, it is that one.
    """
    known = {plain(name): name for name in others if is_identifier_name(name)}
    found = [known.get(plain(name), name) if is_identifier_name(name) else name for name in names]
    keys, other_keys = [name for name in found if is_key(name)], [name for name in others if is_key(name)]
    if not set(keys) & set(others) and len(keys) == len(other_keys) == 1:
        found[found.index(keys[0])] = other_keys[0]
    return found


def _bare(names: Any) -> Any:
    """Return names of tracks without folder, ending, leading zeros and capitals: `1` for `000/000001.mp3`."""
    text = composed(texts(names).astype("str")).str.replace("\\", "/", regex=False).str.rpartition("/")[2]
    bare = text.str.replace(EXTENSION, "", regex=True).str.replace(r"^0+(?=\d)", "", regex=True)
    folded = bare.str.casefold()
    return folded if folded.nunique() == bare.nunique() else bare


def _not_joined(first: Any, second: Any, names: str) -> str:
    """Say why two tables cannot be joined: identifiers repeat in both, or they share none."""
    shared = [c for c in first.columns if c in second.columns and is_identifier_name(c)]
    if repeated := next((c for c in shared if first[c].duplicated().any() and second[c].duplicated().any()), None):
        example = first[repeated][first[repeated].duplicated()].iloc[0]
        return f"{names} both repeat some {repeated}, such as {example}: leave out the repeats in one of them."
    return f"{names} share no column of identifiers, such as track_id: give both the same one."


def _shared_key(first: Any, second: Any) -> str | None:
    """Return the column to join on: in both tables, without gaps, and without repeats in one of them at least."""
    shared = [
        column
        for column in first.columns
        if column in second.columns
        and not is_index_name(column)
        and first[column].notna().all()
        and second[column].notna().all()
        and (first[column].is_unique or second[column].is_unique)
    ]
    named = [column for column in shared if is_identifier_name(column)]
    textual = [column for column in shared if first[column].dtype == "str" and second[column].dtype == "str"]
    return next(iter((*named, *textual)), None)


def _apart(column: str, first: Any) -> str:
    return unique_names((*first.columns, column))[-1]


def read_with(parquet: bytes) -> dict[str, str] | None:
    """Return how the text of a stored table is to be taken; None of a table that an earlier version stored."""
    from pyarrow import parquet as files

    return reader_in(files.read_schema(io.BytesIO(parquet)).metadata)


def reader_in(metadata: Mapping[bytes, bytes] | None) -> dict[str, str] | None:
    """Return how the text of a stored table is to be taken, as its metadata say."""
    return json.loads((metadata or {}).get(READER.encode(), b"null"))


def _to_parquet(table: Any, decimal: str, how: How, lost: Sequence[str]) -> bytes:
    """Write a table so that the same table gives the same bytes."""
    from pyarrow import parquet, types

    buffer = io.BytesIO()
    said = {"thousands": how.thousands, "said": how.to_json()} if how.is_said else {}
    said |= {"lost": "\n".join(lost)} if lost else {}
    table = table.replace_schema_metadata({READER: json.dumps({"decimal": decimal} | said)})
    # Floats rarely repeat: split by bytes instead of numbered, they are written in half the time, and smaller.
    floats = [field.name for field in table.schema if types.is_floating(field.type)]
    others = [field.name for field in table.schema if not types.is_floating(field.type)]
    with parquet.ParquetWriter(
        buffer, table.schema, compression="zstd", use_dictionary=others, use_byte_stream_split=floats
    ) as writer:
        for start in range(0, table.num_rows, ROWS_PER_GROUP):
            writer.write_table(table.slice(start, ROWS_PER_GROUP).combine_chunks())
    return buffer.getvalue()
