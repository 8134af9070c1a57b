"""Answers of a run to a sound: along time, on the whole, how sure it may be, and what it knows that is like it."""

import threading
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from genre_core.data.clips.reading import check_same, one_line, probe, read
from genre_core.data.clips.sounds import SAMPLE_RATE, Samples
from genre_core.data.clips.sounds import samples as sound_of
from genre_core.data.dataset import PARTS, Dataset, FloatArray
from genre_core.data.splitting import own_test, split_dataset
from genre_core.errors import ClipError, DataError
from genre_core.evaluation.metrics import softmax
from genre_core.evaluation.prediction_sets import LEVELS
from genre_core.inspection.recordings import SILENT
from genre_core.judging.fitted import DEAF, Fitted, fit_again, of_whole
from genre_core.judging.nearest import Near, Surroundings
from genre_core.judging.trust import trust_of
from genre_core.settings.config import MusicConfig, SoundConfig, SplitConfig
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.text import joined, percent

LONGEST = 300.0
"""Seconds of a sound that are heard, from its beginning."""
CLOSED = "This clip is in the run's test part, which is closed: open it on Evaluate first."
USUAL = 0.05
"""Share of the training clips that lie as far, from which on a sound is not unusual."""
MUSIC_ONLY = "This run knows generated music only."
_alone = threading.Lock()
"""One sound at a time in a process: a network that is asked twice at once would mix up its answers."""


@dataclass(frozen=True)
class NearClip:
    """A training clip that is like a sound: the window of it (start and seconds), its genre, and how far it is."""

    clip: str
    name: str
    genre: str
    start: float
    seconds: float
    distance: float


@dataclass(frozen=True)
class Hearing:
    """Answer of a run to a sound of that many `seconds`, of which `heard` were heard.

    Windows begin at `starts` and last `window` seconds; `along` holds the probability of each genre in each, and `sure`
    that for all of it, both as calibrated on validation. `whole` is the latter as trained (the same where it cannot be
    calibrated), and `held` the genres of the set that was promised at `level`, none where too few tracks give no
    promise. `share` of the training clips lie as far from the nearest other clip as the sound does. `part` is that of a
    clip which the run's own data hold.
    """

    run: str
    genres: tuple[str, ...]
    seconds: float
    heard: float
    window: float
    starts: tuple[float, ...]
    along: tuple[tuple[float, ...], ...]
    whole: tuple[float, ...]
    sure: tuple[float, ...]
    calibrated: bool
    level: float
    held: tuple[str, ...]
    distance: float
    share: float
    unlike: bool
    nearest: tuple[NearClip, ...]
    part: str
    about: str

    @property
    def genre(self) -> str:
        """Return the genre that it answers."""
        return self.genres[int(np.argmax(self.sure))]

    @property
    def confidence(self) -> float:
        """Return the probability of that genre, as calibrated."""
        return max(self.sure)

    def headline(self, threshold: float = 0.0) -> str:
        """Say the answer, or that it does not know where its confidence is below a threshold."""
        rate = percent(self.confidence, decimals=0)
        if self.confidence < threshold:
            said = f"It does not know: {self.genre} reaches {rate}, less than {percent(threshold, decimals=0)}."
        else:
            said = f"Most likely {self.genre}: {rate} sure."
        return f"{said} {self.about}" if self.about else said

    @property
    def sentences(self) -> list[str]:
        """Say how much the answer is worth: calibration, the set, and how far the sound is from what it learned."""
        said = ["Its confidence is calibrated on its validation clips." if self.calibrated else
                "Its confidence is not calibrated: its validation part is too small."]  # fmt: skip
        if self.held:
            among, rate = joined(list(self.held), "or"), percent(self.level, decimals=0)
            said.append(f"With {rate} confidence the genre is {among}, if this sound is like the validation clips.")
        said.insert(0 if self.unlike else len(said), self.far)
        if self.heard < self.seconds - 0.01:
            said.append(f"Only the first {self.heard / 60:.0f} minutes were heard.")
        return said

    @property
    def far(self) -> str:
        """Say how far the sound is from what the run learned from."""
        if self.part == "train":
            return "It learned from this clip, so it may have memorized it."
        if self.unlike:
            rate = percent(1 - self.share, decimals=0)
            return (
                f"Unlike anything it learned: {rate} of its training clips lie closer to their nearest neighbor. Do "
                "not trust the answer."
            )
        rate = percent(self.share, decimals=0)
        usual = "Not unusual" if self.share >= USUAL else "Rather unusual"
        return f"{usual} for this run: {rate} of its training clips lie as far from their nearest neighbor."

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain numbers, lists and dicts, with the answer."""
        return {**asdict(self), "genre": self.genre, "confidence": self.confidence}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Hearing":
        """Read it back."""
        known = {name: document[name] for name in cls.__dataclass_fields__}
        for name in ("genres", "starts", "whole", "sure", "held"):
            known[name] = tuple(known[name])
        known["along"] = tuple(map(tuple, known["along"]))
        known["nearest"] = tuple(NearClip(**one) for one in known["nearest"])
        return cls(**known)


def read_sound(path: Path) -> tuple[str, float, Samples]:
    """Return the identity of a sound file, its length in seconds, and the samples that are heard of it.

    Raises ClipError where it is no sound, broken, or too short; the sentence says why.
    """
    found = probe(path)
    return found.clip, found.seconds, read(path, 0.0, LONGEST)


def clip_sound(store: RunStore, clip: str) -> tuple[str, float, Samples]:
    """Return the same of a clip that the store knows; raises ClipError."""
    location = store.clips.find(clip)
    if location is None:
        raise ClipError(f"The clip {one_line(clip[:12])} is not known to this store: import its folder.")
    if location.path:
        check_same(clip, location.path)
        return read_sound(Path(location.path))
    samples = sound_of(location)
    return clip, len(samples) / SAMPLE_RATE, samples[: round(LONGEST * SAMPLE_RATE)]


def hear(store: RunStore, run: Run, clip: str, seconds: float, samples: Samples) -> Hearing:
    """Return what a complete run says of a sound, given its identity, its length, and what is heard of it.

    Raises DataError where the run learned from no sound, or it is a clip of its test part, which is closed, and
    ClipError where it is silent.
    """
    if not isinstance(run.config.data, SoundConfig):
        raise DataError(DEAF)
    if not 20 * np.log10(np.sqrt(np.square(samples, dtype=np.float64).mean()) + 1e-9) > SILENT:
        raise ClipError("This is silence, or nearly: there is nothing to hear in it. Record it louder.")
    with _alone:
        fitted, surroundings = _ready(store, run.id, run.attempt)
        if clip in closed_clips(fitted.prepared.dataset, run.config.split, opened=store.run(run.id).opened):
            raise DataError(CLOSED)
        starts, windows = fitted.cut(samples)
        inputs = fitted.measure(windows)
        logits = fitted.answers(inputs)
        near = surroundings.near(inputs, clip)
    whole, trust = of_whole(logits).astype(np.float64)[None], trust_of(store, run, fitted.prepared.dataset)
    sets = trust.sets(whole)
    held = () if sets is None else tuple(genre for genre, inside in zip(fitted.genres, sets[0], strict=True) if inside)
    return Hearing(
        run.id,
        fitted.genres,
        round(seconds, 3),
        round(len(samples) / SAMPLE_RATE, 3),
        round(fitted.window_seconds, 3),
        starts,
        tuple(map(_rounded, trust.probabilities(logits))),
        _rounded(softmax(whole)[0]),
        _rounded(trust.probabilities(whole)[0]),
        trust.calibrated,
        LEVELS[0],
        held,
        round(near.distance, 4),
        near.share,
        near.unlike,
        _clips(fitted, near),
        _part_of(fitted, clip),
        MUSIC_ONLY if isinstance(run.config.data, MusicConfig) else "",
    )


@lru_cache(maxsize=2)
def _ready(store: RunStore, run_id: str, _attempt: int) -> tuple[Fitted, Surroundings]:
    fitted = fit_again(store, store.run(run_id))
    return fitted, Surroundings(fitted)


def closed_clips(data: Dataset, config: SplitConfig, *, opened: bool) -> set[str]:
    """Return the clips of a test part that is closed, and of the one that a run on folds leaves out altogether."""
    return {data.heard[row].clip for row in closed_rows(data, config, opened=opened)}


def closed_rows(data: Dataset, config: SplitConfig, *, opened: bool) -> set[int]:
    """Return the rows of the same."""
    rows = set() if opened else set(split_dataset(data, config).test.tolist())
    return rows | set(own_test(data, config).tolist()) if config.folds or config.dealing else rows


def _part_of(fitted: Fitted, clip: str) -> str:
    """Return the part of the run's own data in which a clip is; empty where it is in none."""
    heard, split = fitted.prepared.dataset.heard, fitted.prepared.split
    return next((part for part in reversed(PARTS) if any(heard[row].clip == clip for row in split[part])), "")


def _clips(fitted: Fitted, near: Near) -> tuple[NearClip, ...]:
    data = fitted.prepared.dataset
    found = []
    for row, distance in zip(near.rows.tolist(), near.distances.tolist(), strict=True):
        window = data.heard[row]
        found.append(NearClip(window.clip, data.tracks[row], data.genres[data.y[row]], window.start / 1000,
                              window.length / 1000, round(distance, 4)))  # fmt: skip
    return tuple(found)


def _rounded(shares: FloatArray) -> tuple[float, ...]:
    return tuple(shares.round(6).tolist())
