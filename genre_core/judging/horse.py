"""Is it a horse? Answers of a run that flip when a clip is changed in ways that leave its genre as it is.

B. Sturm, "A simple method to determine if a music information retrieval system is a 'horse'", IEEE Transactions on
Multimedia 16 (2014). The horse was Clever Hans, who seemed to count and read the faces of people. A run that flips has
heard something else than the genre. Another excerpt of the same clip shows how much its answers vary anyway.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.harmless import CHANGES, LONGER
from genre_core.data.clips.reading import read
from genre_core.data.clips.sounds import SAMPLE_RATE, Samples
from genre_core.data.dataset import Dataset, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.intervals import Interval, share_interval
from genre_core.judging.fitted import DEAF, fit_again
from genre_core.judging.hearing import LONGEST, clip_sound, closed_clips
from genre_core.settings.config import SoundConfig
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.text import count, joined, percent, too_few
from genre_core.values import Frozen

MOST_CLIPS = 40
LEFT, EXCERPT = "left channel alone", "another excerpt"
BEFORE, FIRST = "before", "first half"
_NOT_ASKED = -1
_Mask = npt.NDArray[np.bool_]


class Piece(NamedTuple):
    """The piece of a clip that was asked about: its start and length in seconds."""

    clip: str
    name: str
    start: float
    seconds: float


class Share(NamedTuple):
    """How many of `n` answers flip, with the 95 % interval of their share; `few` says why none can be told."""

    flips: int
    n: int
    interval: Interval
    few: str = ""

    @property
    def rate(self) -> float:
        """Return the share of answers that flip; NaN where none was asked for."""
        return self.flips / self.n if self.n else float("nan")

    @property
    def written(self) -> str:
        """Return the share as it is written."""
        return percent(self.rate, self.interval, self.few)

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain numbers; no rate and no interval where no answer was asked for."""
        known = bool(self.n)
        return {
            "flips": self.flips,
            "n": self.n,
            "rate": self.rate if known else None,
            "interval": [self.interval.low, self.interval.high] if known else None,
        }


@dataclass(frozen=True, eq=False)
class Horse:
    """Answers (n_clips,) before and after each change, as numbers of genres; -1 where a change cannot be asked about.

    `y` (n_clips,) holds the genres, `groups` (n_clips,) what the clips belong to at a `level` such as `artist`, which
    intervals respect; None where clips stand alone. `first` (n_clips,) are the answers that another excerpt is compared
    with: those to the first half of a clip, where the piece lasts longer than half of it, as the other is its second;
    None: those `before`.
    """

    genres: tuple[str, ...]
    pieces: tuple[Piece, ...]
    y: IntArray
    before: IntArray
    after: Mapping[str, IntArray]
    groups: IntArray | None = None
    level: str = ""
    first: IntArray | None = None

    @cached_property
    def any_change(self) -> _Mask:
        """Return which answers (n_clips,) flip under at least one change that leaves the genre as it is."""
        return np.any([self._flipped(name) for name in self.after if name != EXCERPT], axis=0)

    def of(self, change: str, genre: int | None = None) -> Share:
        """Return how often a change flips answers, on all clips or on those of one genre."""
        return self._share(self._flipped(change), self.after[change] != _NOT_ASKED, genre)

    def of_any(self, genre: int | None = None) -> Share:
        """Return how many answers flip under at least one change that leaves the genre as it is."""
        return self._share(self.any_change, np.ones(len(self.y), dtype=np.bool_), genre)

    def average(self, genre: int | None = None) -> Share:
        """Return how often changes that leave the genre as it is flip answers, all of them taken together.

        Answers for one clip count together in the interval, or those for clips of one artist.
        """
        names = [name for name in self.after if name != EXCERPT]
        flipped = np.concatenate([self._flipped(name) for name in names])
        among = np.concatenate([self.after[name] != _NOT_ASKED for name in names])
        if genre is not None:
            among &= np.tile(self.y == genre, len(names))
        own = np.arange(len(self.y)) if self.groups is None else self.groups
        groups = np.tile(own, len(names))
        few = too_few(len(np.unique(groups[among])), self.level or "clip")
        return Share(int((flipped & among).sum()), int(among.sum()), share_interval(flipped, among, groups), few)

    @property
    def headline(self) -> str:
        """Say how often a change flips an answer, and how often another excerpt does."""
        found, other = self.average(), self.of(EXCERPT)
        return (
            f"Changes that keep the genre flip {percent(found.rate)} of its answers on average; "
            f"another excerpt of the same clip flips {percent(other.rate)}."
        )

    @property
    def sentences(self) -> list[str]:
        """Say what to compare the flips with, and what could not be asked."""
        other, any_change = self.of(EXCERPT), self.of_any()
        right, n = int((self.before == self.y).sum()), any_change.n
        flip = "flips" if any_change.flips == 1 else "flip"
        said = [f"{any_change.flips} of {count(n, 'answer')} {flip} under at least one change."]
        more = [name for name in self.after if name != EXCERPT and self.of(name).interval.low > other.interval.high]
        if more:
            said.append(f"These flip clearly more answers than another excerpt: {joined(more)}.")
        else:
            said.append("No single change flips clearly more answers than another excerpt.")
        said.append(f"Before any change {right} of {count(n, 'answer')} {'is' if right == 1 else 'are'} right.")
        if self.first is not None:
            said.append("These clips are shorter than two windows, so the excerpts that are compared are their halves.")
        if not self.of(LEFT).n:
            said.append("These clips have one channel, so there is no left channel to hear alone.")
        return said

    def sentence(self, change: str) -> str:
        """Say how many answers a change flips."""
        found = self.of(change)
        if not found.n:
            return f"{change}: not asked."
        return f"{change}: {found.flips} of {count(found.n, 'answer')} flipped, {found.written}."

    def to_json(self) -> dict[str, Any]:
        """Return all as plain numbers, lists and dicts, with every answer that flips."""
        return {
            "part": "validation",
            "genres": list(self.genres),
            "n_clips": len(self.y),
            "level": self.level,
            "right_before": int((self.before == self.y).sum()),
            "average": self._by_genre("average", lambda genre: self.average(genre)),
            "any": self._by_genre("any change", lambda genre: self.of_any(genre)),
            "changes": [
                {**self._by_genre(name, lambda genre, name=name: self.of(name, genre)), "sentence": self.sentence(name)}
                for name in self.after
            ],
            "flipped": [
                self._flip(name, at) for name in self.after for at in np.flatnonzero(self._flipped(name)).tolist()
            ],
            "headline": self.headline,
            "sentences": self.sentences,
        }

    def _by_genre(self, name: str, share: Any) -> dict[str, Any]:
        numbers = np.unique(self.y).tolist()
        per_genre = [{"genre": self.genres[genre], **share(genre).to_json()} for genre in numbers]
        return {"change": name, **share(None).to_json(), "per_genre": per_genre}

    def _flip(self, change: str, at: int) -> dict[str, Any]:
        names = {"genre": self.y, "before": self._before(change), "after": self.after[change]}
        answers = {name: self.genres[numbers[at]] for name, numbers in names.items()}
        return {"change": change, **self.pieces[at]._asdict(), **answers}

    def _flipped(self, change: str) -> _Mask:
        after = self.after[change]
        return (after != _NOT_ASKED) & (after != self._before(change))

    def _before(self, change: str) -> IntArray:
        """Return the answers (n_clips,) that those after a change are compared with."""
        return self.first if change == EXCERPT and self.first is not None else self.before

    def _share(self, flipped: _Mask, asked: _Mask, genre: int | None) -> Share:
        among = asked if genre is None else asked & (self.y == genre)
        few = "" if self.groups is None else too_few(len(np.unique(self.groups[among])), self.level)
        interval = share_interval(flipped, among, self.groups)
        return Share(int((flipped & among).sum()), int(among.sum()), interval, few)


class HorseConfig(Frozen):
    """Everything that determines what is asked: a stored run, and about how many clips at most."""

    run: str
    clips: int = MOST_CLIPS


class Asking:
    """The validation clips of a complete run that are asked about, one row of its data for each.

    One piece of each: pieces of one clip flip together, so that more of them tell less than more clips do.
    Raises DataError where the run learned from no sound, has no validation clips, or one of them cannot be read, and
    RunStateError where it is not complete.
    """

    def __init__(self, store: RunStore, run: Run, most: int = MOST_CLIPS) -> None:
        if not isinstance(run.config.data, SoundConfig):
            raise DataError(DEAF)
        self._store, self._fitted = store, fit_again(store, run)
        data = self._fitted.prepared.dataset
        closed = closed_clips(data, run.config.split, opened=False)
        rows = _some(data, self._fitted.prepared.split.validation, closed, most)
        if not len(rows):
            raise DataError("This run has no validation clips: train it with a validation part.")
        self.rows: list[int] = rows.tolist()
        groups = data.clusters(rows)
        self.known: dict[str, Any] = {
            "rows": self.rows,
            "genres": list(data.genres),
            "y": data.y[rows].tolist(),
            "groups": None if groups is None else groups.tolist(),
            "level": data.coarsest[0] if data.coarsest and groups is not None else "",
        }
        """All but the answers, as JSON."""

    def answers(self, row: int) -> dict[str, Any]:
        """Return as JSON what the run answers for a row's clip: the number of a genre before and after each change."""
        data, clip = self._fitted.prepared.dataset, self._fitted.prepared.dataset.heard[row].clip
        start, sounds = changed(self._store, clip, self._fitted.sound.window)
        logits = self._fitted.answers(self._fitted.measure(list(sounds.values())))
        lasts = round(len(sounds[BEFORE]) / SAMPLE_RATE, 3)
        piece = Piece(clip, data.names("track")[row], round(start / SAMPLE_RATE, 3), lasts)
        answers = dict(zip(sounds, logits.argmax(axis=1).tolist(), strict=True))
        return {"row": row, "piece": list(piece), "answers": answers}


def horse_of(known: Mapping[str, Any], answered: Sequence[Mapping[str, Any]]) -> Horse:
    """Return what came of clips, in any order, given what is `known` of them beside the answers."""
    by_row = {one["row"]: one for one in answered}
    of_each = [by_row[row] for row in known["rows"]]

    def answers(name: str) -> IntArray:
        return np.array([one["answers"].get(name, _NOT_ASKED) for one in of_each], dtype=np.int64)

    before, first = answers(BEFORE), answers(FIRST)
    return Horse(
        tuple(known["genres"]),
        tuple(Piece(*one["piece"]) for one in of_each),
        np.array(known["y"], dtype=np.int64),
        before,
        {name: answers(name) for name in (*CHANGES, LEFT, EXCERPT)},
        None if known["groups"] is None else np.array(known["groups"], dtype=np.int64),
        known["level"],
        np.where(first == _NOT_ASKED, before, first) if (first != _NOT_ASKED).any() else None,
    )


def _some(data: Dataset, rows: IntArray, closed: set[str], most: int) -> IntArray:
    """Return a row of each clip, as many of each genre as there are, `most` in all; the same ones each time."""
    of_clip: dict[str, int] = {}
    for row in np.random.default_rng(0).permutation(rows).tolist():
        if data.heard[row].clip not in closed:
            of_clip.setdefault(data.heard[row].clip, row)
    by_genre: dict[int, list[int]] = {}
    for row in of_clip.values():
        by_genre.setdefault(int(data.y[row]), []).append(row)
    in_turn = sorted((turn, genre, row) for genre, of in by_genre.items() for turn, row in enumerate(of))
    return np.array([row for _, _, row in in_turn[:most]], dtype=np.int64)


def changed(store: RunStore, clip: str, window: float, only: str = "") -> tuple[int, dict[str, Samples]]:
    """Return a piece of a clip before and after each change, or one of them, and the sample at which it starts.

    It lasts `window` seconds (0: the whole clip) and lies in the first half of the clip; the other excerpt lies in
    the second half, and lasts as long. Where half a clip is too short for that, the halves are two excerpts to compare:
    the sound changes with its length too. Raises ClipError.
    """
    _, _, whole = clip_sound(store, clip)
    n = min(round(window * SAMPLE_RATE), len(whole)) if window else len(whole)
    half = len(whole) // 2
    start, of_other = max(0, (half - n) // 2), min(n, half)
    other = half + (half - of_other) // 2
    longer = whole[start : start + round(LONGER * n)]
    found = {BEFORE: whole[start : start + n]}
    found |= {name: change(longer)[:n] for name, change in CHANGES.items() if only in ("", name)}
    location = store.clips.find(clip)
    if only in ("", LEFT) and location is not None and location.path and _is_stereo(location.path):
        found[LEFT] = read(Path(location.path), 0.0, LONGEST, channel=0)[start : start + n]
    if only in ("", EXCERPT):
        found[EXCERPT] = whole[other : other + of_other]
        if n > half:
            found[FIRST] = whole[:half]
    return start, found


def _is_stereo(path: str) -> bool:
    import soundfile

    return bool(soundfile.info(path).channels > 1)
