"""Reading of one column's name and cells: numbers, text, an identifier, an index, the pieces of a track.

Names are compared without case and punctuation. A column is judged by its name and its values, never by its position.
"""

import re
from collections.abc import Collection
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import numpy as np

from genre_core.data.dataset import FloatArray
from genre_core.data.tables.delimited import MISSING
from genre_core.data.tables.lists import unlisted_text
from genre_core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

KEY_NAME = re.compile(r"(.*_)?(file|filename|file_name|filepath|file_path|path|track_id|song_id|clip_id|track)")
ID_NAME = re.compile(
    r"(.*_)?(id|ids|uuid|uris?|urls?|isrc|mbid)|id\d*|song|name|(track|song|file|clip)_(name|title)|title"
)
INDEX_NAME = re.compile(r"(unnamed|index_level)_\d+(_\d+)*|index|idx|row|row_(number|id)")
LENGTH_NAME = re.compile(
    r"((track|song|audio|clip|file)_)?(length|duration|len)(_(s|ms|sec|secs|seconds|min|samples))?|seconds"
)
LEVEL_NAMES = {
    "album": re.compile(r"(track_|song_)?(album|release)s?(_id|_name|_title|_mbid)?"),
    "artist": re.compile(r"(track_|song_|album_)?artists?(_id|_name|_mbid)?s?"),
}
"""Names of columns with a row's album or artist, the finer level first."""
NOBODY = (
    r"(?i)[\s<(\[]*(?:(?:artist[\s_]+)?unknown|various|untitled|anonym(?:ous|e)?|n/?a|none|v\.?[\s/]?a\.?|diverse?|"
    r"verschiedene|unbekannte?r?|inconnue?|desconocido|sconosciuto|no|not[\s_]+(?:available|known|specified)|-1)"
    r"(?:[\s_]+(?:artists?|albums?|title|interpreten?))?[\s>)\].]*"
)
"""Words that stand where an artist or an album is not known, or is many."""
REPEATED_NAME = re.compile(r"(.+) \(\d+\)")
GENRE_WORDS = ("NA", "None", "none", "na")
"""Words for a missing value that could be the name of a genre."""

NOT_SOUND_NAME = re.compile(
    r"(.*_)?(popularity|listens|favou?rites|plays|play_?count|views|likes|comments|rating|bit_?rate|interest|"
    r"followers|streams|downloads|rank|chart_position|(track|disc|disk)_(number|num|no)|"
    r"(release_)?year|decade|date|added|date_added|release_date|"
    r"(offset|start|end)(_time)?(_(s|ms|sec))?|sample_?rate|bit_depth|file_?size|"
    r"latitude|longitude|familiarity|hott+n+ess+|votes|sales|weeks|(created|updated|added)_at|peak_position)|"
    r"numbers?|num|no|nr|seq|order|position|timestamp|onset|begin|sr|n?_?channels|size|bytes|"
    r"n_(frames|samples)|(segment|chunk|clip|window|frame|part)(_(number|num|no|index|idx))?"
)
CATEGORY_NAME = re.compile(r"(.*_)?(key|mode|time_signature|meter)")
PART_NAME = re.compile(
    r"((cv|k)_?)?folds?(_(id|no|nr|number|index|idx))?|"
    r"(train|test|val|validation|data)?_?(split|subset|part|partition|fold)(_(id|name))?|"
    r"((is|in)_)?(train|training|test|testing|val|valid|validation)(_set)?|holdout|train_test|set"
)

GLANCE = 100
"""Cells that are looked at first: most columns of text show by them that they hold no numbers."""

_COUNT = r"^[-+]?(?:0|[1-9]\d*)(?:\.0*)?$"
_LOOKS = {0xA0: " ", 0x202F: " ", 0x2010: "-", 0x2011: "-", 0x200B: None, 0xFEFF: None, 0xAD: None}
"""Blanks and hyphens that do not break a line, and signs that are not seen."""
FOLDER_OF_GENRE = re.compile(r"^(?:.*/)?([^/.]+)/\1\.")
# Patterns as text run in Arrow, a hundred times as fast; the one that refers back to a group cannot.
SEGMENT_NUMBER = r"([^/.]*[A-Za-z][^/.]*\.\d+)\.\d+$"
NUMBERED_PART = r"(?i)[._ -](?:segment|seg|part|chunk|clip|slice)[._ -]?\d+$"
EXTENSION = r"(?i)\.(?:wav|au|mp3|flac|ogg|oga|opus|aiff?|m4a|aac|wma|npy|png)$"


def numbers(series: "pd.Series[Any]") -> FloatArray | None:
    """Return a column as numbers (n_rows,), NaN where a value is missing; None where it is not numeric."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(series.dtype) or series.isna().all():
        return _floats(series)
    return _numbers_in(texts(series))


def _numbers_in(text: "pd.Series[str]") -> FloatArray | None:
    import pandas as pd

    known = text.dropna()
    if pd.to_numeric(known.iloc[:GLANCE], errors="coerce").isna().all():
        return _floats(text.str.lower().map({"true": 1.0, "false": 0.0})) if _is_truth(known) else None
    parsed = pd.to_numeric(text, errors="coerce")
    return None if parsed.isna().sum() > text.isna().sum() else _floats(parsed)


def texts(series: "pd.Series[Any]", spelled: Collection[str] = ()) -> "pd.Series[str]":
    """Return a column as text without surrounding spaces, whole numbers without `.0`, missing where it is missing.

    What is `spelled` means itself, though it may mean a missing value elsewhere.
    """
    import pandas as pd

    if pd.api.types.is_float_dtype(series.dtype):
        known = series.dropna()
        if (known == known.round()).all() and known.abs().lt(2**53).all():
            series = series.astype("Int64")
    text = series.astype("str").str.strip()
    return text.mask(series.isna() | text.isin([word for word in MISSING if word not in spelled]))


def label_texts(series: "pd.Series[Any]") -> "pd.Series[str]":
    """Return a column as names of genres: text as it stands, `0.0` as `0`."""
    import pandas as pd

    words = _genre_words(series)
    text = texts(series, spelled=words)
    if pd.api.types.is_numeric_dtype(series.dtype):
        return text
    values = numbers(series) if words else _numbers_in(text)
    text = unlisted_text(composed(text))
    if values is None or _is_truth(text.dropna()):
        return text
    if not text.dropna().str.match(_COUNT).all():
        return text  # 01 is not 1
    return texts(pd.Series(values, index=series.index)) if is_whole(values) else text


def composed(text: "pd.Series[str]") -> "pd.Series[str]":
    """Return text in which what looks the same is the same: accents as one letter (NFC), any blank, any hyphen."""
    spelled = {word: normalize("NFC", word).translate(_LOOKS).strip() for word in text.dropna().unique()}
    changed = {word: one for word, one in spelled.items() if word != one}
    return text.replace(changed) if changed else text


def same_names(text: "pd.Series[str]") -> "pd.Series[str]":
    """Return names (n_rows,) of artists or albums in which capitals and the number of blanks tell nothing apart."""
    spelled = composed(text)
    one = {word: " ".join(word.casefold().split()) for word in spelled.dropna().unique()}
    return spelled.map(one)


def _genre_words(series: "pd.Series[Any]") -> frozenset[str]:
    """Return the words for a missing value that are genres: no cell is blank beside them, and they are as common."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(series.dtype) or series.isna().any():
        return frozenset()
    stripped = series.astype("str").str.strip()
    if not stripped.isin(GENRE_WORDS).any():
        return frozenset()
    sizes = stripped.value_counts()
    others = sizes[~sizes.index.isin(MISSING)]
    if "" in sizes.index or len(others) < 1 or len(others) > 1000:
        return frozenset()
    words = sizes[sizes.index.isin(GENRE_WORDS)]
    return frozenset(words.index[words >= max(2, others.min() / 2)])


def track_keys(names: "pd.Series[str]") -> "pd.Series[str]":
    """Return what the segments of one track share: `blues.00012` for `blues/blues.00012.3.wav`."""
    if names.str.isdigit().all():
        return names
    keys = names.str.replace("\\", "/", regex=False).str.replace(EXTENSION, "", regex=True)
    if keys.str.contains("/", regex=False).any():
        keys = keys.str.replace(FOLDER_OF_GENRE, r"\1.", regex=True)
    return keys.str.replace(SEGMENT_NUMBER, r"\1", regex=True).str.replace(NUMBERED_PART, "", regex=True)


@lru_cache(65_536)
def plain(name: str) -> str:
    """Return a column name in lower case, with underscores for spaces and punctuation."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip().replace("(s)", "s"))
    return re.sub(r"[^0-9a-z]+", "_", words.lower()).strip("_")


def is_key(name: str) -> bool:
    """Say whether a column of this name identifies recordings, so that its repeats are pieces of one."""
    return bool(KEY_NAME.fullmatch(plain(name)) or plain(name) == "id")


def is_identifier_name(name: str) -> bool:
    """Say whether a column of this name identifies or names something."""
    return is_key(name) or bool(ID_NAME.fullmatch(plain(name)))


def level_of(name: str) -> str | None:
    """Return the level that a column of this name says: album or artist, None for neither."""
    return next((level for level, pattern in LEVEL_NAMES.items() if pattern.fullmatch(plain(name))), None)


def names_nobody(names: "pd.Series[str]") -> "pd.Series[bool]":
    """Say which names of artists or albums (n_rows,) are none: unknown, Various Artists."""
    import pandas as pd

    every = pd.Series(names.dropna().unique(), dtype="str")
    return names.isin(every[every.str.fullmatch(NOBODY)])


def is_index_name(name: str) -> bool:
    """Say whether a column is an index that was saved with its table."""
    return bool(INDEX_NAME.fullmatch(plain(name)))


def is_length_name(name: str) -> bool:
    """Say whether a column holds how long recordings are."""
    return bool(LENGTH_NAME.fullmatch(plain(name)))


def is_not_sound_name(name: str) -> bool:
    """Say whether a column tells of a recording's success, date or place in a list rather than of its sound."""
    return bool(NOT_SOUND_NAME.fullmatch(plain(name)))


def is_category_name(name: str) -> bool:
    """Say whether a column of this name holds a key, a mode or a time signature: categories, and no genre."""
    return bool(CATEGORY_NAME.fullmatch(plain(name)))


def is_part_name(name: str) -> bool:
    """Say whether a column of this name says in which part of a split, or in which fold, a row is."""
    return bool(PART_NAME.fullmatch(plain(name)))


def refuse_unknown(frame: "pd.DataFrame", name: str, what: str) -> None:
    """Refuse the name of a column that the table does not have, with the names that come close."""
    names = list(map(str, frame.columns))
    if name in names:
        return
    by_plain = {plain(other): other for other in names}
    close = [by_plain[match] for match in get_close_matches(plain(name), by_plain, n=3)]
    hint = f"did you mean {' or '.join(close)}?" if close else f"its first columns are {', '.join(names[:5])}."
    raise DataError(f"The table has no column {name} for the {what}: {hint}")


def is_whole(values: FloatArray) -> bool:
    """Say whether the values that are there are whole numbers."""
    known = values[~np.isnan(values)]
    return bool(np.isfinite(known).all() and (known == np.round(known)).all())


def counts_up(values: FloatArray) -> bool:
    """Say whether values are consecutive whole numbers, in any order, each once."""
    low, high = (values.min(), values.max()) if len(values) else (0.0, np.nan)
    if not (np.isfinite(low) and np.isfinite(high)) or high - low != len(values) - 1:
        return False
    return bool((np.diff(np.sort(values)) == 1).all())


def _floats(series: "pd.Series[Any]") -> FloatArray:
    return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))


def _is_truth(text: "pd.Series[str]") -> bool:
    def says_so(part: "pd.Series[str]") -> bool:
        return set(part.str.lower().unique()) <= {"true", "false"}

    return len(text) > 0 and says_so(text.iloc[:GLANCE]) and (len(text) <= GLANCE or says_so(text))
