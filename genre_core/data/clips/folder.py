"""Folders of clips: which files are clips, and what genre, track, album and artist each belongs to.

Three layouts are told apart:

- a manifest: a table at the root with a column of files and one of genres, and perhaps of artists, albums and tracks.
  It is called manifest, or names files that are there;
- FMA's: `000/000002.mp3`, with `tracks.csv` at the root or in `fma_metadata`;
- folders: `genre/name.wav` as GTZAN has it, or `genre/artist/album/name.wav`.

Nothing outside the root is ever named: what leads there, by a link or by a manifest, is refused.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from genre_core.data.clips.reading import one_line, shown
from genre_core.data.fma.genres import read_genres
from genre_core.data.fma.layout import GENRES, TRACKS
from genre_core.data.fma.reading import Tracks, read_tracks
from genre_core.data.tables.cells import level_of, plain, texts, track_keys
from genre_core.data.tables.labels import LABEL_NAMES
from genre_core.errors import DataError
from genre_core.text import count, joined

if TYPE_CHECKING:
    import pandas as pd

MAX_CLIPS = 120_000
"""Clips of a collection: all 106,574 of FMA fit."""
MAX_ENTRIES = 1_000_000
"""Files of any kind that are looked at."""
MAX_DEPTH = 32

DECODED = ("wav", "wave", "aif", "aiff", "aifc", "au", "snd", "flac", "mp3", "ogg", "oga", "opus", "caf", "w64", "rf64")
NOT_DECODED = ("m4a", "mp4", "aac", "wma", "webm", "ape", "wv")
SOUND = frozenset(f".{ending}" for ending in (*DECODED, *NOT_DECODED))
"""Endings of files that are taken for clips; some of them only to say that they are not decoded."""
TABLES = (".csv", ".tsv", ".parquet")

FILE_NAMES = ("file", "filename", "file_name", "filepath", "file_path", "path", "audio", "audio_file", "clip")
TRACK_NAMES = ("track", "track_id", "song", "song_id")
GENRE_NAMES = tuple(chain(*LABEL_NAMES))
FMA_CLIP = re.compile(r"(?:.*/)?\d{3}/(\d{6})\.\w+")
NAMED_GENRE = re.compile(r"([A-Za-z][A-Za-z _&-]*)\.\d+(\.\d+)*")
"""A file's name that says its genre, as GTZAN's do: `blues.00012`, `blues.00012.3`."""


@dataclass(frozen=True)
class FoundClip:
    """A file to be probed, and what it belongs to; empty where that is unknown."""

    path: Path
    file: str
    """Path below the root, with slashes."""
    genre: str
    track: str
    album: str = ""
    artist: str = ""


@dataclass(frozen=True)
class RefusedFile:
    """A file that cannot be used, and why, in one sentence."""

    file: str
    problem: str


@dataclass(frozen=True)
class Found:
    """A folder's clips in the order of their files, what was refused, and what to know about it."""

    clips: tuple[FoundClip, ...]
    refused: tuple[RefusedFile, ...]
    notes: tuple[str, ...]


@dataclass
class _Walk:
    """Contents of a folder."""

    sounds: dict[str, Path] = field(default_factory=dict)
    refused: list[RefusedFile] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    """Number of files that are no clips, by their ending."""
    tables: list[Path] = field(default_factory=list)
    """Tables beside the folders, of which one may be the manifest."""


def find_clips(root: Path, *, needs_genre: bool = True) -> Found:
    """Find the clips of a folder, and what each belongs to. No sound is read.

    A clip whose genre nothing says is refused where it `needs_genre`.
    Raises DataError where it is no folder, cannot be read, holds no clips or too many, or its tracks.csv is broken.
    """
    root = Path(os.path.realpath(root))
    walk = _walk(root)
    found = (
        _by_manifest(walk, needs_genre=needs_genre)
        or _by_fma(root, walk, needs_genre=needs_genre)
        or _by_folders(walk, needs_genre=needs_genre)
    )
    if not found.clips and not found.refused and not walk.refused:
        raise DataError(f"{shown(root)} holds no sound files: name a folder of clips, such as blues/one.wav.")
    return Found(
        tuple(sorted(found.clips, key=lambda clip: (clip.file, clip.genre))),
        tuple(sorted({*walk.refused, *found.refused}, key=lambda refused: (refused.file, refused.problem))),
        (*found.notes, *_skipped(walk.skipped)),
    )


def holds_sounds(root: Path) -> bool:
    """Say whether there is any sound file in a folder, by the endings of names."""
    return any(os.path.splitext(name)[1].lower() in SOUND for _, _, names in os.walk(root) for name in names)


def _walk(root: Path) -> _Walk:
    """List a folder, without following links to folders, so that it ends."""
    walk = _Walk()
    waiting, n_entries = [(root, "", 0)], 0
    while waiting:
        folder, prefix, depth = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            if not prefix:
                raise _unreadable(root, error) from error
            walk.refused.append(
                _refused(prefix.rstrip("/"), f"cannot be read ({error.strerror}): check its permissions")
            )
            continue
        n_entries += len(entries)
        for entry in entries:
            file = prefix + entry.name
            if entry.name.startswith(".") or entry.name == "__MACOSX":
                walk.skipped["hidden"] += 1
            elif entry.is_dir(follow_symlinks=False):
                if depth < MAX_DEPTH:
                    waiting.append((Path(entry.path), f"{file}/", depth + 1))
                else:
                    walk.refused.append(_refused(file, "lies too deep below its folder: move it up"))
            else:
                _take(walk, root, entry, file)
        if len(walk.sounds) > MAX_CLIPS or n_entries > MAX_ENTRIES:
            most = f"{MAX_CLIPS:,} clips" if len(walk.sounds) > MAX_CLIPS else f"{MAX_ENTRIES:,} files"
            raise DataError(f"{shown(root)} holds more than {most}: name a smaller folder.")
    return walk


def _take(walk: _Walk, root: Path, entry: "os.DirEntry[str]", file: str) -> None:
    """Put a file where it belongs: among the sounds, the refused or the skipped."""
    path = Path(os.path.realpath(entry.path) if entry.is_symlink() else entry.path)
    ending = os.path.splitext(entry.name)[1].lower()
    is_folder = entry.is_symlink() and path.is_dir()
    if ending in TABLES and "/" not in file:
        if entry.name != TRACKS and entry.is_file(follow_symlinks=False):
            walk.tables.append(path)
        return
    if not is_folder and ending not in SOUND:
        walk.skipped[ending or "without an ending"] += 1
    elif not path.is_relative_to(root):
        walk.refused.append(_refused(file, "is a link that leads outside its folder: put the file itself there"))
    elif is_folder:
        walk.skipped["links to folders"] += 1  # what is in the folder is found there
    elif not _is_text(file):
        walk.refused.append(_refused(file, "has a name that is not Unicode: rename it"))
    else:
        walk.sounds[file] = path


def _by_manifest(walk: _Walk, *, needs_genre: bool) -> Found | None:
    """Read clips from the manifest at the root; None where there is none."""
    tables = sorted(walk.tables, key=lambda path: (not _is_manifest(path), path.name))
    manifests = (_read_manifest(path, walk, needs_genre=needs_genre) for path in tables)
    found = [one for one in manifests if one is not None]
    return max(found, key=lambda one: len(one.clips), default=None)  # the first of those that name the most files


def _is_manifest(path: Path) -> bool:
    return path.stem.lower() == "manifest"


def _read_manifest(path: Path, walk: _Walk, *, needs_genre: bool) -> Found | None:
    from genre_core.data.tables.reading import check_size, read_table

    try:
        check_size(path.name, path.stat().st_size)
        reading = read_table([(path.name, path.read_bytes())])
    except OSError as error:
        raise DataError(f"{shown(path)} cannot be read ({error.strerror}): check its permissions.") from error
    except DataError:
        if _is_manifest(path):
            raise
        return None  # a table of something else
    frame = _frame(reading.parquet)
    columns = _manifest_columns(list(frame.columns))
    if lacking := [name for name in ("file", "genre") if name not in columns]:
        if _is_manifest(path):
            raise DataError(f"{shown(path)} has no column {lacking[0]}: name one so.")
        return None
    cells = {name: texts(frame[column]).fillna("").tolist() for name, column in columns.items()}
    files = [_below(name) for name in cells["file"]]
    if not _is_manifest(path) and not any(file in walk.sounds for file in files):
        return None
    if len(files) > MAX_CLIPS:
        raise DataError(f"{shown(path)} names more than {MAX_CLIPS:,} clips: leave some out.")
    tracks = cells.get("track") or [""] * len(files)
    tracks = [own or key for own, key in zip(tracks, _keys(files), strict=True)]
    albums, artists = (cells.get(level) or [""] * len(files) for level in ("album", "artist"))
    clips: dict[tuple[str, str], FoundClip] = {}
    refused = []
    told = {one.file for one in walk.refused}
    for at, (file, genre) in enumerate(zip(files, map(one_line, cells["genre"]), strict=True)):
        if file not in walk.sounds:
            if file and file not in told:
                refused.append(_refused(cells["file"][at], _missing(file, path.name)))
        elif needs_genre and not genre:
            refused.append(_refused(file, f"has no genre in {shown(path)}: write one there"))
        else:
            belongs = [one_line(text) for text in (tracks[at], albums[at], artists[at])]
            clips.setdefault((file, genre), FoundClip(walk.sounds[file], file, genre, *belongs))
    n_left = len(walk.sounds.keys() - set(files))
    notes = [f"Genres come from {shown(path)}.", *reading.notes]
    if n_left:
        notes.append(f"{count(n_left, 'sound file')} left out: not in {shown(path)}.")
    if n_nameless := files.count(""):
        notes.append(f"{count(n_nameless, 'row')} of {shown(path)} left out: no file is named there.")
    return Found(tuple(clips.values()), tuple(refused), tuple(notes))


def _frame(parquet: bytes) -> "pd.DataFrame":
    import io

    import pandas as pd

    return pd.read_parquet(io.BytesIO(parquet))


def _manifest_columns(names: list[str]) -> dict[str, str]:
    """Return which column of a table holds files, genres, tracks, albums and artists: the most telling of each."""
    found: dict[str, str] = {}
    for role, known in (("file", FILE_NAMES), ("genre", GENRE_NAMES), ("track", TRACK_NAMES)):
        fitting = [name for word in known for name in names if plain(name) == word and name not in found.values()]
        if fitting:
            found[role] = fitting[0]
    for level in ("album", "artist"):
        fitting = [name for name in names if level_of(name) == level]
        if fitting:
            found[level] = min(fitting, key=lambda name: (plain(name) != level, names.index(name)))
    return found


def _below(name: str) -> str:
    """Return a path as a manifest writes it, in the form that files below the root have."""
    text = name.replace("\\", "/")
    return text if text.startswith("/") else str(PurePosixPath(text)) if text else ""


def _missing(file: str, manifest: str) -> str:
    if file.startswith("/") or ".." in file.split("/") or re.match(r"[A-Za-z]:/", file):
        return f"is named in {shown(manifest)} but lies outside its folder: put the file there"
    return f"is named in {shown(manifest)} but is no sound file that is there: put it back, or correct the name"


def _by_fma(root: Path, walk: _Walk, *, needs_genre: bool) -> Found | None:
    """Read clips in FMA's layout with its tracks.csv; None where either is missing."""
    files = {file: match[1] for file in walk.sounds if (match := FMA_CLIP.fullmatch(file))}
    places = [root, root / "fma_metadata"]
    folder = next((place for place in places if _is_inside(place / TRACKS, root)), None)
    if not files or folder is None:
        return None
    genres = folder / GENRES
    *_, tracks = read_tracks(folder / TRACKS, read_genres(genres if _is_inside(genres, root) else None))
    assert isinstance(tracks, Tracks)
    names = ("genre_top", "album_id", "artist", "artist_id")
    rows = dict(
        zip(tracks.ids.tolist(), zip(*(tracks.columns[n].to_pylist() for n in names), strict=True), strict=True)
    )
    ids_of: dict[str, set[int]] = {}
    for _, _, artist, artist_id in rows.values():
        ids_of.setdefault(artist or "", set()).add(artist_id)
    clips, refused = [], []
    n_unlabelled = 0
    for file, number in files.items():
        if int(number) not in rows:
            refused.append(_refused(file, f"is not in {TRACKS}: take both from the same release"))
            continue
        genre, album_id, artist, artist_id = rows[int(number)]
        if needs_genre and not genre:
            n_unlabelled += 1
            continue
        if not artist or len(ids_of[artist]) > 1:
            artist = f"{artist or 'artist'} ({artist_id})"  # two artists may have one name
        album = "" if album_id is None or album_id < 0 else str(album_id)
        clips.append(FoundClip(walk.sounds[file], file, one_line(genre or ""), number, album, one_line(artist)))
    notes = [f"Genres come from {TRACKS} of FMA."]
    if n_unlabelled:
        notes.append(f"{count(n_unlabelled, 'track')} left out: {TRACKS} names no top genre.")
    if n_left := len(walk.sounds) - len(files):
        notes.append(f"{count(n_left, 'sound file')} left out: not in FMA's layout, such as 000/000002.mp3.")
    return Found(tuple(clips), tuple(refused), tuple(notes))


def _is_inside(path: Path, root: Path) -> bool:
    return path.is_file() and Path(os.path.realpath(path)).is_relative_to(root)


def _by_folders(walk: _Walk, *, needs_genre: bool) -> Found:
    """Read genres from the folders in which clips lie, artists and albums from those below."""
    files = list(walk.sounds)
    above = _shared_folder(files)
    clips, refused = [], []
    for file, track in zip(files, _keys(files), strict=True):
        *folders, name = file.split("/")
        folders = folders[len(above) :]
        named = NAMED_GENRE.fullmatch(os.path.splitext(name)[0])
        if needs_genre and not folders and not named:
            refused.append(_refused(file, "lies in no genre's folder: move it into one, such as blues"))
            continue
        genre, *levels = folders or [named[1] if named else ""]
        artist, album = levels[0] if levels else "", "/".join(levels[1:])
        belongs = [one_line(text) for text in (genre, track, album, artist)]
        clips.append(FoundClip(walk.sounds[file], file, *belongs))
    notes = [f"Genres are the folders in {one_line('/'.join(above))}."] if above else []
    return Found(tuple(clips), tuple(refused), tuple(notes))


def _shared_folder(files: list[str]) -> list[str]:
    """Return the folders above all genres: those that hold all clips, in more than one folder below them."""
    folders = [file.split("/")[:-1] for file in files if "/" in file]
    levels = zip(*folders, strict=False)
    shared = [level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels)]
    if any(folder == shared for folder in folders):
        shared = shared[:-1]  # the innermost holds clips itself: it is a genre
    return shared


def _keys(files: list[str]) -> list[str]:
    """Return the track that each file belongs to: one for all segments of it, its path without the ending else."""
    import pandas as pd

    return track_keys(pd.Series([os.path.splitext(file)[0] for file in files], dtype="str")).tolist()


def _refused(file: str, problem: str) -> RefusedFile:
    return RefusedFile(file if _is_text(file) else one_line(file), f"{shown(file)} {problem}.")


def _is_text(file: str) -> bool:
    """Say whether a name can be written as UTF-8."""
    try:
        file.encode()
    except UnicodeEncodeError:
        return False
    return True


def _skipped(skipped: Counter[str]) -> Iterator[str]:
    """Say how many files were skipped, the most common kinds first."""
    if total := sum(skipped.values()):
        kinds = sorted(skipped.items(), key=lambda item: (-item[1], item[0]))
        shares = [f"{n:,} {shown(kind)}" for kind, n in kinds[:5]]
        rest = total - sum(n for _, n in kinds[:5])
        yield f"{count(total, 'other file')} skipped: {joined([*shares, f'{rest:,} others'] if rest else shares)}."


def _unreadable(root: Path, error: OSError) -> DataError:
    if isinstance(error, NotADirectoryError):
        return DataError(f"{shown(root)} is no folder: name a folder of clips.")
    if isinstance(error, FileNotFoundError):
        return DataError(f"There is no folder {shown(root)}: check its name.")
    return DataError(f"The folder {shown(root)} cannot be read ({error.strerror}): check its permissions.")
