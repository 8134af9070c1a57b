"""New rows from sound: the clips of a folder, or one clip, cut as those that a run learned from.

What is measured on them is kept by the store, as of any clip; the clips themselves are in none of its collections.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from genre_core.data.clips.collection import collect
from genre_core.data.clips.gathering import Windowed, cut, gather
from genre_core.data.clips.reading import probe
from genre_core.data.clips.sounds import Location
from genre_core.data.dataset import Dataset, IntArray
from genre_core.errors import DataError
from genre_core.judging.elsewhere import heard_alike
from genre_core.judging.partners import partners
from genre_core.judging.predicting.rows import NewRows
from genre_core.settings.config import SOURCES, ExperimentConfig, SoundConfig
from genre_core.store.runs import RunStore
from genre_core.text import capitalized, count, joined

if TYPE_CHECKING:
    from genre_core.data.clips.shards import Window

MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class NewSounds:
    """Sound files (n) before anything is measured on them: their `clips` by hash, `seconds`, `genres` and tracks.

    `problems` (n,) say why one cannot be heard, or are empty. `config` says how they are cut and measured, `windowed`
    how that came out, of those that can be heard: its numbers are those of `heard` (n_heard,).
    """

    files: tuple[str, ...]
    clips: tuple[str, ...]
    seconds: tuple[float, ...]
    genres: tuple[str, ...]
    problems: tuple[str, ...]
    heard: IntArray
    config: SoundConfig
    windowed: Windowed
    label: str = ""
    notes: tuple[str, ...] = ()

    @property
    def windows(self) -> "tuple[Window, ...]":
        """Return the windows on which something is to be measured."""
        return self.windowed.windows

    @property
    def sentences(self) -> list[str]:
        """Say what will be used, and what is odd."""
        n, n_heard = len(self.files), len(self.heard)
        said = [f"{count(n_heard, 'clip')} will be heard, in {count(len(self.windows), 'window')}."]
        if n_heard < n:
            whys = [problem for problem in self.problems if problem]
            said.append(f"{count(n - n_heard, 'file')} cannot be: {' '.join(whys[:MOST_NAMED])}")
        if short := sum(self._is_short(at) for at in self.heard.tolist()):
            said.append(f"{count(short, 'clip is', 'clips are')} shorter than the windows of {self.config.window:g} s "
                        "that the run learned from.")  # fmt: skip
        if self.label:
            said.append(f"Their genres are known ({self.label}), so clips that are new to the run are judged too.")
        return [capitalized(sentence) for sentence in (*said, *self.notes)]

    def _is_short(self, at: int) -> bool:
        return bool(self.config.window) and self.seconds[at] < self.config.window - 0.001

    def rows(self, store: RunStore) -> NewRows:
        """Return the rows once they are measured.

        Raises NotExtractedError where something is not measured yet, and DataError where nothing of them could be
        measured.
        """
        measured = gather(self.windows, self.config, store.clips)
        clips = self.heard[self.windowed.of[measured.rows]]
        windows = tuple(self.windows[row] for row in measured.rows.tolist())
        refused = {at: f"No answer: {problem}" for at, problem in enumerate(self.problems) if problem}
        unmeasured = dict(measured.problems)
        for window, at in zip(self.windows, self.heard[self.windowed.of].tolist(), strict=True):
            if window in unmeasured and at not in set(clips.tolist()):
                refused[at] = f"No answer: {unmeasured[window]}"
        known = {at: f"Shorter than the {self.config.window:g} s that the run learned from."
                 for at in self.heard.tolist() if self._is_short(at)}  # fmt: skip
        names = tuple(
            f"{self.files[at]} at {window.start / 1000:g} s" if self.config.window else self.files[at]
            for at, window in zip(clips.tolist(), windows, strict=True)
        )
        labels = tuple(self.genres[at] for at in clips.tolist()) if self.label else ()
        groups = {"track": clips} if len(set(clips.tolist())) < len(clips) else {}
        return NewRows(measured.inputs, self.config, names, clips, self.files, labels, groups, windows, known, refused)


def find_new(
    path: Path,
    run: ExperimentConfig,
    learned: Dataset,
    store: RunStore,
    progress: Callable[[int, int], None] | None = None,
) -> NewSounds:
    """Return the sounds of a folder, or the one of a file, cut as those that a run learned from.

    The store is told where those lie that it does not know yet, and `progress` how many files were listened to, of how
    many.
    Raises DataError where there are none that can be heard, or the run cannot be asked about sound.
    """
    config = heard_alike(SOURCES["clips"].model_validate({}), run, learned)
    assert isinstance(config, SoundConfig)
    files, locations, notes = _in_folder(path, progress) if path.is_dir() else _alone(path)
    known = store.clips.locations(sorted(locations))
    new = {clip: place for clip, place in locations.items() if clip not in known or not _is_there(known[clip])}
    store.clips.put({clip: Location(str(place)) for clip, place in new.items()})
    heard = np.array([at for at, file in enumerate(files) if not file.problem], dtype=np.int64)
    if not len(heard):
        raise DataError(
            files[0].problem if files else "There is no sound file among these: WAV, FLAC, MP3, OGG or AIFF."
        )
    windowed = cut([files[at].clip for at in heard.tolist()], [files[at].seconds for at in heard.tolist()], config)
    alike = partners(learned.genres, dict.fromkeys(file.genre for file in files if file.genre))
    return NewSounds(
        tuple(file.name for file in files),
        tuple(file.clip for file in files),
        tuple(file.seconds for file in files),
        tuple(file.genre for file in files),
        tuple(file.problem for file in files),
        heard,
        config,
        windowed,
        _named(list(alike)) if alike else "",
        notes,
    )


def _named(genres: list[str]) -> str:
    """Return the first of some genres, and how many more there are."""
    more = len(genres) - MOST_NAMED
    return joined([*genres[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])])


def _is_there(location: Location) -> bool:
    return bool(location.recipe) or Path(location.path).is_file()


@dataclass(frozen=True)
class _File:
    """A sound file, and why it cannot be heard."""

    name: str
    clip: str = ""
    seconds: float = 0.0
    genre: str = ""
    problem: str = ""


def _alone(path: Path) -> tuple[list[_File], dict[str, Path], tuple[str, ...]]:
    """Return one file; raises ClipError where it cannot be heard."""
    found = probe(path)
    return [_File(path.name, found.clip, found.seconds)], {found.clip: path}, ()


def _in_folder(
    folder: Path, progress: Callable[[int, int], None] | None
) -> tuple[list[_File], dict[str, Path], tuple[str, ...]]:
    collection, locations = collect(folder, progress, needs_genre=False)
    columns = (collection.frame[name].tolist() for name in ("file", "clip", "seconds", "genre", "problem"))
    files = _each_once(_File(*values) for values in zip(*columns, strict=True))
    return files, locations, collection.notes


def _each_once(files: Iterable[_File]) -> list[_File]:
    """Return each clip once, under the first of its genres."""
    found: dict[str, _File] = {}
    for file in files:
        found.setdefault(file.clip or file.name, file)
    return list(found.values())
