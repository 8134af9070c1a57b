"""Text tables: from the text of a CSV file, as people save them, to an Arrow table with one name per column.

What varies is found out, and what was found is said in a note: separator, decimal comma, quotation marks, and one to
three header rows with the row that names the index below them, as FMA's tables have them (Defferrard et al., ISMIR
2017). Ragged rows are left out and counted.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import Any

from genre_core.data.tables.decimals import UNKNOWN, find_decimal
from genre_core.data.tables.how import FOUND_OUT, How
from genre_core.data.tables.how import SEPARATORS as ALL_SEPARATORS
from genre_core.errors import DataError

MAX_COLUMNS = 10_000
"""Most columns a table may have; counted in the header, before anything is parsed."""

MISSING = (
    "",
    *("?", "-", "--", "."),
    *("NA", "N/A", "n/a", "na", "<NA>", "#NA", "#N/A", "#N/A N/A"),
    *("NaN", "nan", "NAN", "-nan", "-NaN", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
    *("NULL", "null", "(null)", "None", "none", "nil", r"\N", "NaT", "N.A.", "n.a.", "missing", "—", "–", "..", "..."),
    *("#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!", "#NV", "#N/D", "#WERT!", "#ZAHL!", "#BEZUG!"),
    *("#VALEUR!", "#NOMBRE!", "#NOM?", "#VALOR!", "#¡VALOR!", "#¡DIV/0!", "#¡REF!", "#¡NUM!"),
)
"""Texts that mean a missing value: R's, Python's, C's on Windows, databases' and spreadsheets'."""

SEPARATORS = {sign: words for sign, words in ALL_SEPARATORS.items() if sign != " "}
RARE = "^~:\x01"
"""Separators that count only where the first row of the usual width names the columns."""
SAMPLED_ROWS = 30
NEARLY_ALL = 0.9
LONGEST_WHOLE = 2.0**63
BLOCK_BYTES = 8 * 1024**2
"""The parser's block: a row must fit into one."""
csv.field_size_limit(BLOCK_BYTES)

_AROUND = " \"'\ufeff\r"
COMMENT = ("#", "%", "//")
INDEX_HEADING = re.compile(r"(.*_)?(id|index|track|song|file|filename|name)", re.IGNORECASE)
DECIMAL_POINT = re.compile(r"\s*[-+]?\d*\.\d+(e[-+]?\d+)?\s*", re.IGNORECASE)
NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*", re.IGNORECASE)
ESCAPED_QUOTE = re.compile(rb'\\"(?! *[,;\t|\r\n]| *\Z)')
"""A quotation mark within a cell as databases write it; at a cell's end the sign before it is a folder's."""
QUOTED_LINE = re.compile(rb'"(?:[^"\r\n]|"")*"\r?(?=\n|\Z)')
RULE = re.compile(rb"(?m)^[|+]?(?: *:?-{3,}:? *[|+])+(?: *:?-{3,}:? *)?\r?(?:\n|\Z)")
"""A line of dashes below a header, as Markdown and databases draw it."""
OPEN_QUOTE = re.compile(rb'(?m)^[^"\n]*"(?:[^"\n]*"[^"\n]*")*[^"\n]*$')
GENRE_ROW = re.compile(r"(?i)(?:.*[_ ])?(?:genres?|labels?|class)")
NUMBERS_FIRST = (
    "has numbers in its first row: add a row with the names of the columns, or say that it has none, as row 0 of the "
    "header."
)
SEP_LINE = re.compile(rb"\A\s*\"?sep=(.)\"?\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How a text is laid out: its column names, and where and how its rows are written.

    `text` is the text in UTF-8, tidied so that a plain parser can read it from `first_line` on.
    """

    text: bytes
    names: tuple[str, ...]
    first_line: int
    """Lines before the first row of data."""
    separator: str
    decimal: str
    notes: tuple[str, ...]
    padded: tuple[int, ...] = ()
    """Positions of columns with numbers such as 01, or of more digits than numbers have, which are names."""

    @property
    def is_kept_as_text(self) -> bool:
        """Say whether numbers are read column by column, later: Arrow would take points for what they are not."""
        return self.decimal == UNKNOWN or (self.decimal == "," and self.separator == ",")


def find_layout(name: str, text: bytes, how: How = FOUND_OUT) -> Layout:
    """Find header rows, separator and decimal sign of a text in UTF-8, but for what a person said.

    Raises DataError where there are too many columns, only one, no row of data, or no header.
    """
    notes: list[str] = []
    if b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    try:
        text, n_escaped = ESCAPED_QUOTE.subn(b'""', text) if b'\\"' in text else (text, 0)
        if n_escaped:
            notes.append(f'{count_of(n_escaped, "quotation mark")} within cells read, written as \\".')
        if unquoted := _unquoted(text):
            text = unquoted
            notes.append("Every line was in quotation marks as a whole; they are removed.")
        named = SEP_LINE.match(text)
        if named:
            text = text[named.end() :]
        separator = how.separator or (named[1].decode("latin-1") if named else "")
        if separator not in ALL_SEPARATORS:
            text, told = _one_separator(text)
            notes += told
            separator = _find_separator(name, text)
        if b'"' in text and (plain := _without_open_quotes(text, separator)):
            text = plain
            notes.append("Quotation marks that are never closed are removed.")
        if separator == " ":
            text, separator = _by_commas(text), ","
        elif _is_escaped(text, separator):
            text = _rewritten(text, separator, quotechar='"', escapechar="\\")
            notes.append(f"“\\{separator}” within cells is read as “{separator}”.")
        elif _is_spaced(text, separator):
            text = re.sub(rb"(?<=" + re.escape(separator.encode()) + rb") +(?=\")", b"", text)
        if separator == "|":
            text = RULE.sub(b"", text)
        if _is_single_quoted(text, separator):
            text = _rewritten(text, separator, quotechar="'")
            notes.append("Its cells are in single quotation marks, which are removed.")
        rows, ends = _first_rows(text, separator, SAMPLED_ROWS + max(0, how.header))
    except (csv.Error, IndexError) as error:
        raise DataError(f"{name} is not a table: its first lines cannot be divided into columns.") from error
    width = _usual_width(rows)
    is_noted = len(rows) > 1 and len(rows[0]) == width + 1 and rows[0][0].strip() in COMMENT
    if is_noted and any(map(NUMBER.fullmatch, rows[1])):
        rows[0] = rows[0][1:]  # the names of the columns after the sign of a comment, as NumPy writes them
    above = next((i for i in range(len(rows)) if not _is_title(rows[i:], width)), 0)
    if how.header > 0:
        above = how.header - 1
        if len(rows) <= above:
            raise DataError(f"{name} has {count_of(len(rows), 'row')}, so none is the header's {how.header:,}.")
    if how.header == 0:
        above = 0
    elif above:
        lines = "line above the header is" if above == 1 else f"{above} lines above the header are"
        notes.append(f"The {lines} passed over: “{', '.join(filter(None, map(str.strip, rows[0])))[:40]}”.")
    rows, ends = rows[above:], ends[above:]
    if len(rows[0]) < 2:
        raise DataError(
            f"{name} has a single column: it needs the genre of each track beside its features, separated by commas, "
            "semicolons, tabs or vertical bars."
        )
    if how.header < 0 and _is_transposed(rows):
        raise DataError(f"{name} has a row for each feature: transpose it, so that each track is a row.")
    if how.header < 0 and sum(bool(DECIMAL_POINT.fullmatch(cell)) for cell in rows[0]) > len(rows[0]) / 2:
        raise DataError(f"{name} {NUMBERS_FIRST}")
    n_header, n_index = _header_rows(rows) if how.header < 0 else (min(1, how.header), 0)
    n_above = n_header + (n_index > 0)
    if how.header < 0 and n_above == 1 and _says_units(rows):
        n_above = 2
        notes.append(f"The row below the header is passed over: “{', '.join(filter(None, rows[1]))[:40]}”.")
    if len(rows) <= n_above:
        raise DataError(f"{name} has a header and no rows below it: choose a file that holds tracks.")
    if n_header:
        names = _names(rows[:n_header], rows[n_header][:n_index] if n_index else ())
    else:
        names = tuple(f"column {number + 1}" for number in range(width))
    names = _fitted(names, rows[n_above:], width) if n_header == 1 and not n_index else names
    if separator != ",":
        notes.append(f"{SEPARATORS[separator].capitalize()} separate its columns.")
    decimal = how.decimal or find_decimal(text, separator)
    if decimal == "," and not how.decimal:
        notes.append("Its numbers have decimal commas.")
    if n_header > 1:
        notes.append(f"Its {n_header} header rows are joined into one name per column, such as {names[-1]}.")
    first_line = ends[n_above - 1] if n_above else 0
    if n_above:
        text, n_again = _without_repeated_header(text, first_line)
        if n_again:
            notes.append(header_again(n_again))
    return Layout(text, names, first_line, separator, decimal, tuple(notes), _padded(rows[n_above:]))


def _padded(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the positions of the columns of whole numbers of which some begin with a zero."""
    columns = ([cell.strip() for cell in column] for column in zip(*rows, strict=False))
    return tuple(
        position
        for position, cells in enumerate(columns)
        if any(re.fullmatch(r"0\d+", cell) for cell in cells) and all(cell.isdigit() or not cell for cell in cells)
    )


def parse(name: str, layout: Layout, *, keep_rows: bool = False) -> tuple[Any, tuple[str, ...]]:
    """Parse a text into an Arrow table with the layout's names, and note the ragged rows left out, or cut and filled.

    Raises DataError where no row fits the header, or the rows cannot be parsed.
    """
    import pyarrow as pa
    from pyarrow import compute
    from pyarrow import csv as arrow_csv

    text, lengths, comments = layout.text, list[int](), list[str]()
    first = ""
    swallowed = False

    def leave_out(row: Any) -> str:
        nonlocal swallowed, first
        if row.text.startswith(COMMENT) and "\n" not in row.text:
            comments.append(row.text)
            return "skip"
        if not row.text.strip(" \t\x1a"):
            return "skip"
        first = first or row.text
        swallowed = swallowed or "\n" in row.text
        lengths.append(row.actual_columns)
        return "skip"

    positions = [str(position) for position in range(len(layout.names))]
    quoted = b'"' in text
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            arrow_csv.ReadOptions(column_names=positions, skip_rows=layout.first_line, block_size=BLOCK_BYTES),
            arrow_csv.ParseOptions(
                delimiter=layout.separator, newlines_in_values=quoted, invalid_row_handler=leave_out
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(
                    positions if layout.is_kept_as_text else map(str, layout.padded), pa.string()
                ),
                null_values=list(MISSING),  # of numbers; in text a word may be a genre
                strings_can_be_null=False,
                quoted_strings_can_be_null=True,
                # Beside commas between columns Arrow takes none in numbers: they are read when their column is.
                decimal_point="." if layout.separator == "," else layout.decimal,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(f"{name} cannot be read as a table: {str(error).splitlines()[0].rstrip('.')}.") from error
    if rounded := [position for position in map(int, positions) if is_rounded(table[position])]:
        exact, found = parse(name, replace(layout, padded=(*layout.padded, *rounded)), keep_rows=keep_rows)
        if all(compute.all(compute.match_substring_regex(exact[i], r"^\s*[-+]?\d*\s*$")).as_py() for i in rounded):
            return exact, found
    if quoted:
        _refuse_open_quote(name, text, table, swallowed, layout.separator)
    if lengths and keep_rows:
        table, found = parse(name, _evened(layout))
        ragged = f"{count_of(len(lengths), 'ragged row')} cut or filled: {_ragged(layout, first, lengths[0])}"
        return table, (ragged, *found)
    if lengths and not table.num_rows:
        width = Counter(lengths).most_common(1)[0][0]
        raise DataError(
            f"{name} has {count_of(len(layout.names), 'column')} in its header but {width:,} in its rows: "
            "give each row one value per column."
        )
    notes = (
        [f"{count_of(len(lengths), 'ragged row')} left out: {_ragged(layout, first, lengths[0])}"] if lengths else []
    )
    if comments:
        notes.append(f"{count_of(len(comments), 'comment')} among the rows passed over: “{comments[0][:40].strip()}”.")
    table, n_again = without_headers(name, table.rename_columns(list(layout.names)))
    if n_again:
        notes.append(header_again(n_again))
    return table, tuple(notes)


def is_rounded(values: Any) -> bool:
    """Say whether numbers were read that are too long for whole ones, such as ids of 20 digits."""
    from pyarrow import compute, types

    if not types.is_floating(values.type):
        return False
    least, most = compute.min_max(values).as_py().values()
    if least is None or max(-least, most) < LONGEST_WHOLE:
        return False
    size = compute.abs(values)
    return bool(compute.any(compute.and_(compute.greater_equal(size, LONGEST_WHOLE), compute.less(size, 1e30))).as_py())


def _evened(layout: Layout) -> Layout:
    """Return a layout whose rows have as many values as its columns: what is too much is cut, what lacks is empty."""
    lines = io.TextIOWrapper(io.BytesIO(layout.text), encoding="utf-8", newline="")
    for _ in range(layout.first_line):
        next(lines)
    buffer, width = io.StringIO(), len(layout.names)
    rows = filter(None, csv.reader(lines, delimiter=layout.separator))
    kept = (row for row in rows if len(row) == width or not row[0].startswith(COMMENT))
    csv.writer(buffer, delimiter=layout.separator, lineterminator="\n").writerows(
        [*row[:width], *[""] * (width - len(row))] for row in kept
    )
    return replace(layout, text=buffer.getvalue().encode(), first_line=0)


def header_again(n: int) -> str:
    """Return the note on copies of the header that were passed over."""
    return f"The header stands again among the rows: {count_of(n, 'row')} passed over."


def without_headers(name: str, table: Any) -> tuple[Any, int]:
    """Return a table of text without rows that say its header in other letters, and how many there were.

    Raises DataError where a row holds the names of the columns in another order, so that the rows below it are of
    another table.
    """
    from pyarrow import compute, types

    if not all(types.is_string(field.type) for field in table.schema):
        return table, 0  # a header among numbers makes their column text
    names = [_bare(one) for one in table.column_names]
    starts = compute.index_in(compute.utf8_lower(compute.utf8_trim(table[0], _AROUND)), _strings(names))
    found = compute.indices_nonzero(starts.is_valid()).to_pylist()
    if len(found) == table.num_rows:
        return table, 0
    again = []
    for row in found:
        cells = [_bare(str(column[row])) for column in table.columns]
        if cells == names:
            again.append(row)
        elif sorted(cells) == sorted(names):
            raise DataError(
                f"{name} has its header again in row {row + 1:,} with the columns in another order: save what is below "
                "it as a file of its own, and choose both."
            )
    if not again:
        return table, 0
    gone = {*again}
    return table.take([row for row in range(table.num_rows) if row not in gone]), len(again)


def _bare(name: str) -> str:
    return name.strip(_AROUND).lower()


def _strings(texts: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.array(texts, pa.string())


def _ragged(layout: Layout, row: str, n_values: int) -> str:
    start = " ".join(row[:40].split())
    found = re.search(rb"(?<=\n)" + re.escape(row.encode()) + rb"(?=\r?\n|\Z)", layout.text)
    line = layout.text[: found.start() if found else 0].count(b"\n") - layout.first_line + 1
    return (
        f"more or fewer values than columns, the first is row {line:,}, “{start}” with {count_of(n_values, 'value')}."
    )


def unique_names(names: Iterable[str]) -> list[str]:
    """Return names with the second `tempo` called `tempo.2`, and so on."""
    used: set[str] = set()
    found = []
    for name in names:
        number, new = 2, name
        while new in used:
            new, number = f"{name}.{number}", number + 1
        used.add(new)
        found.append(new)
    return found


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun: `1 row`, `1,200 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _first_rows(text: bytes, separator: str, n: int) -> tuple[list[list[str]], list[int]]:
    """Return the first `n` rows that are not blank, and for each the number of lines up to its end."""
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    reader = csv.reader(lines, delimiter=separator)
    found = [(row, reader.line_num) for row in islice(filter(None, reader), n)]
    return [row for row, _ in found], [end for _, end in found]


def _find_separator(name: str, text: bytes) -> str:
    """Return the separator that divides the most rows into equally many columns; blanks where nothing else does."""
    widths = {separator: _header_width(text, separator) for separator in SEPARATORS}
    if (widest := max(widths.values())) > MAX_COLUMNS:
        raise DataError(f"{name} has {widest:,} columns, more than the {MAX_COLUMNS:,} that are read: leave some out.")
    scores = {}
    for separator in (*SEPARATORS, " "):
        try:
            rows, _ = _first_rows(text, separator, SAMPLED_ROWS)
        except csv.Error:
            continue
        if (width := _usual_width(rows)) < 2:
            continue
        first, *others = next(row for row in rows if len(row) == width)
        if separator not in RARE or (_names_all(others) and not NUMBER.fullmatch(first)):
            share = sum(len(row) == width for row in rows) / len(rows)
            scores[separator] = (separator != " ", share, len(rows[0]) == width, width)
    return max(scores, key=lambda separator: scores[separator], default=",")


def _mostly(said: Iterable[object], lines: Sequence[bytes]) -> bool:
    """Say whether it is so of nearly all lines; the others may be a title or a note."""
    return bool(lines) and sum(map(bool, said)) >= NEARLY_ALL * len(lines)


def _one_separator(text: bytes) -> tuple[bytes, list[str]]:
    """Return a text with the separator of its rows in its header, where that has another one, and a note on that."""
    lines = [line for line in text[:BLOCK_BYTES].split(b"\n", SAMPLED_ROWS)[:SAMPLED_ROWS] if line.strip()]
    header, body = b"".join(lines[:1]), lines[1:]
    for here, there in permutations((",", ";", "\t", "|"), 2):
        sign, other, n = here.encode(), there.encode(), header.count(here.encode())
        if not n or other in header or not _mostly((line.count(other) == n for line in body), body):
            continue
        n_decimals = sum(bool(re.fullmatch(rb"\W*\d+,\d+\D{0,8}", cell)) for line in body for cell in line.split(other))
        if {line.count(sign) for line in body} not in ({n}, {n + 1}) or 2 * n_decimals > n * len(body):
            said = f"{SEPARATORS[here].capitalize()} separate the names in its header."
            return text.replace(header, header.replace(sign, other), 1), [said]
    return text, []


def _without_open_quotes(text: bytes, separator: str) -> bytes:
    """Return a text without quotation marks that are never closed; empty where all are closed.

    They are not where every line has the same number of columns if quotation marks mean nothing.
    """
    if not OPEN_QUOTE.search(text):
        return b""
    lines = [line.rstrip(b"\r") for line in text.split(b"\n") if line.strip()]
    sign = separator.encode()
    if len({line.count(sign) for line in lines}) > 1:
        return b""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator="\n").writerows(
        map(_without_quotes, line.decode().split(separator)) for line in lines
    )
    return buffer.getvalue().encode()


def _without_quotes(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell.removeprefix('"') if cell.count('"') % 2 else cell


def _is_single_quoted(text: bytes, separator: str) -> bool:
    """Say whether nearly all of the first lines have a cell in single quotation marks, and none one in double ones."""
    lines = text[:BLOCK_BYTES].rstrip().split(b"\n", SAMPLED_ROWS)[1:SAMPLED_ROWS]
    lines = lines[3:] or lines
    sign = re.escape(separator.encode())
    cell = re.compile(rb"(?:^|%b) *'[^'\n]*' *(?=%b|\r?$)" % (sign, sign))
    return bool(lines) and b'"' not in text[:BLOCK_BYTES] and _mostly(map(cell.search, lines), lines)


def _is_transposed(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether each row has the name of a feature and its numbers, and one the genres."""
    names = [row[0].strip() for row in rows]
    if len(rows) < 3 or len({*names}) < len(names) or not all(names) or any(map(NUMBER.fullmatch, names)):
        return False
    shares = [sum(bool(NUMBER.fullmatch(cell)) for cell in row[1:]) / max(1, len(row) - 1) for row in rows]
    if not {*shares} <= {0.0, 1.0} or 1.0 not in shares[1:]:
        return False
    genres = [
        row[1:] for row, share in zip(rows, shares, strict=True) if share == 0 and GENRE_ROW.fullmatch(row[0].strip())
    ]
    return shares[0] == 1 or any(len({*row}) < len(row) for row in genres)


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """Return the most common number of cells of a row."""
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def _is_title(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Say whether the first row is a title or a comment: it is short, and the header comes after it."""
    row = rows[0]
    n_filled = sum(bool(cell.strip()) for cell in row)
    if n_filled == 1 and width > 2:
        return True
    is_comment = row[0].startswith(COMMENT)
    if is_comment and len(row) != width:
        return True
    if not is_comment and n_filled > width / 2:
        return False
    later = [one for one in rows[1:6] if len(one) == width]
    names = next((i for i, one in enumerate(later) if _names_all(one)), None)
    return names is not None and any(any(map(NUMBER.fullmatch, one)) for one in later[names + 1 :])


def _names_all(row: Sequence[str]) -> bool:
    """Say whether a row may be a header: no cell of it is blank, and none a number."""
    return all(cell.strip() for cell in row) and not any(map(NUMBER.fullmatch, row))


def _fitted(names: tuple[str, ...], rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """Return the names of as many columns as the rows have, where these are one more or one less, as R writes them."""
    if len(names) == width - 1:
        if not any(row[-1].strip() for row in rows if len(row) == width):
            return (*names, f"Unnamed: {width - 1}")
        if _names_rows([row[0] for row in rows]):
            return ("Unnamed: 0", *names)
    if len(names) == width + 1 and names[-1] == f"Unnamed: {width}":
        return names[:-1]
    return names


def _names_rows(cells: Sequence[str]) -> bool:
    """Say whether cells before the first named column are R's names of rows, each once: text, or numbers of rows.

    These count from 1 on, or are shuffled, some left out: a column of whole numbers has others.
    """
    if len(set(cells)) < len(cells):
        return False
    if not all(cell.strip().isdigit() for cell in cells):
        return not any(map(NUMBER.fullmatch, cells))
    numbers = [int(cell) for cell in cells]
    return numbers == list(range(1, len(cells) + 1)) or 5 <= len(cells) >= max(numbers) / 20


def _rewritten(text: bytes, separator: str, *, quotechar: str, escapechar: str | None = None) -> bytes:
    """Return a text whose cells are quoted or escaped in another way with double quotation marks instead."""
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator="\n").writerows(
        csv.reader(lines, delimiter=separator, quotechar=quotechar, escapechar=escapechar)
    )
    return buffer.getvalue().encode()


def _unquoted(text: bytes) -> bytes:
    """Return a text of which each line stands in quotation marks as a whole without them; empty where it is another."""
    lines = text.rstrip().split(b"\n") if QUOTED_LINE.match(text) else []
    if len(lines) < 2 or not all(map(QUOTED_LINE.fullmatch, lines)):
        return b""
    inner = [line.rstrip(b"\r")[1:-1].replace(b'""', b'"') for line in lines]
    return b"\n".join(inner) if any(inner[0].count(sign.encode()) for sign in SEPARATORS) else b""


def _is_escaped(text: bytes, separator: str) -> bool:
    """Say whether a backslash stands before separators within cells, as MySQL writes them: only so do the rows fit."""
    lines = [line for line in text[:BLOCK_BYTES].split(b"\n", SAMPLED_ROWS)[:SAMPLED_ROWS] if line.strip()]
    sign, escaped = separator.encode(), f"\\{separator}".encode()
    widths = {line.count(sign) for line in lines}
    return len(widths) > 1 and len({line.count(sign) - line.count(escaped) for line in lines}) == 1


def _is_spaced(text: bytes, separator: str) -> bool:
    """Say whether a blank follows every separator of the first lines, so that quotation marks do not open a cell."""
    lines = text[:BLOCK_BYTES].split(b"\n", SAMPLED_ROWS)[:SAMPLED_ROWS]
    sign = separator.encode()
    return all(line.count(sign) == line.count(sign + b" ") for line in lines) and any(sign in line for line in lines)


def _by_commas(text: bytes) -> bytes:
    """Return a text whose columns are separated by blanks, as R writes it, with commas instead.

    Single blanks stand within cells where several stand between columns.
    """
    lines = [line.strip() for line in text.decode().splitlines() if line.strip()]
    aligned = [re.split(" {2,}", line) for line in lines]
    found = csv.reader(lines, delimiter=" ", skipinitialspace=True)
    rows = aligned if len(aligned[0]) > 1 and len({*map(len, aligned)}) == 1 else found
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def _without_repeated_header(text: bytes, n_above: int) -> tuple[bytes, int]:
    """Return a text without further copies of the line that ends its header, and how many there were."""
    start = 0
    for _ in range(n_above - 1):
        start = text.index(b"\n", start) + 1
    end = text.find(b"\n", start)
    line = text[start : end + 1]
    if end < 0 or len(line.strip()) < 3 or text.find(b"\n" + line, end) < 0:
        return text, 0
    head, body = text[: end + 1], text[end + 1 :]
    lines = body.splitlines(keepends=True)
    kept = [one for one in lines if one != line]
    return head + b"".join(kept), len(lines) - len(kept)


def _header_width(text: bytes, separator: str) -> int:
    """Return into how many columns a separator divides the header; 1 where it leaves more than the reader's cell."""
    try:
        return len(_first_rows(text, separator, 1)[0][0])
    except csv.Error:
        return 1


def _header_rows(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return how many header rows there are, and how many names of indexes stand alone in a row below them."""
    layered = _mostly_repeated(rows[0][1:])
    for n, row in enumerate(rows[1:4], 1):
        filled = [bool(cell.strip()) for cell in row]
        k = sum(filled)
        if not 0 < k < len(row) or not all(filled[:k]):
            continue
        if k == 1 and (INDEX_HEADING.fullmatch(row[0].strip()) or (layered and n > 1)):
            return n, k
        if k > 1 and not any(cell.strip() for above in rows[:n] for cell in above[:k]):
            return n, k
    n = 1
    layered |= len(rows) > 2 and not any(map(NUMBER.fullmatch, rows[1])) and any(map(NUMBER.fullmatch, rows[2]))
    while layered and n < 3 and len(rows) > n + 1 and _repeated(rows[:n]) and _names_only(rows[n]):
        n += 1
    return n, 0


def _says_units(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the row below the header says what the columns hold: words in most of those that hold numbers."""
    columns = [[cell.strip() for cell in column[1:]] for column in zip(*rows, strict=False)]
    below = [column[0] for column in columns if column[1:] and all(map(NUMBER.fullmatch, column[1:]))]
    n_words = sum(cell not in MISSING and not NUMBER.fullmatch(cell) for cell in below)
    return 1 < n_words >= len(below) / 2 and not any(map(DECIMAL_POINT.fullmatch, below))


def _mostly_repeated(cells: Sequence[str]) -> bool:
    """Say whether at least half of the cells repeat an earlier one, as the upper header rows of a layered header do."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 1 and len(set(filled)) <= len(filled) / 2


def _repeated(header: Sequence[Sequence[str]]) -> bool:
    """Say whether the header rows so far give two columns the same name."""
    columns = list(zip(*header, strict=False))
    return len(set(columns)) < len(columns)


def _names_only(cells: Sequence[str]) -> bool:
    """Say whether a row may be a header row: no decimal fraction, and at least a word or a padded number."""
    return not any(map(DECIMAL_POINT.fullmatch, cells)) and any(
        re.match(r"0\d|[A-Za-z_]", cell.strip()) for cell in cells[1:]
    )


def _names(header: Sequence[Sequence[str]], indexes: Sequence[str]) -> tuple[str, ...]:
    """Join the header rows of each column, name what has no name, and number repeated names."""
    width = len(header[0])
    columns = [
        [" ".join(row[i].strip("\ufeff").split()) if i < len(row) else "" for row in header] for i in range(width)
    ]
    names = ["_".join(filter(None, parts)) or f"Unnamed: {i}" for i, parts in enumerate(columns)]
    names[: len(indexes)] = map(str.strip, indexes)
    return tuple(unique_names(names))


def _refuse_open_quote(name: str, text: bytes, table: Any, swallowed: bool, separator: str) -> None:
    """Refuse a text whose quotation mark has swallowed the rows after it, into a ragged row, a cell or the last one."""
    if text.count(b'"') % 2 == 0:
        if start := _swallowed(table, separator):
            raise DataError(
                f"{name} has rows within a cell, which begins with “{start}”: close its quotation mark, or remove it."
            )
        return
    last = table.slice(max(0, table.num_rows - 1)).to_pylist()
    if swallowed or any(isinstance(value, str) and "\n" in value for row in last for value in row.values()):
        raise DataError(f"{name} opens a quotation mark that is never closed: close or remove it.")


def _swallowed(table: Any, separator: str) -> str:
    """Return the beginning of a cell that holds whole rows: lines of as many cells, of which some are numbers."""
    from pyarrow import compute, types

    for column in table.columns:
        if types.is_string(column.type):
            for cell in column.filter(compute.match_substring(column, "\n")).to_pylist():
                lines = [line.split(separator) for line in cell.split("\n")]
                if any(len(line) == table.num_columns and any(map(NUMBER.fullmatch, line)) for line in lines[1:-1]):
                    return str(cell)[:30].partition("\n")[0]
    return ""
