"""Sentences of Data about clips: pure functions from what was found to what is said of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dashboard.text.sounds import signed
from dashboard.theme import count, percent
from genre_core.data.clips.gathering import SETS, chosen_sets, columns_of
from genre_core.data.sources import Clip
from genre_core.settings.config import MusicConfig, SoundConfig

if TYPE_CHECKING:
    import pandas as pd

CHANNELS = {1: "mono", 2: "stereo"}
MOST_KINDS = 4
"""Most codecs or sample rates that are listed."""
UNKNOWN_ARTISTS = "not known: clips by one artist may be in both training and test"

ONE_GENRE = "You can listen to them now. Training needs at least two genres: add clips of another one."

Facts = dict[str, str]
"""Facts about clips, by their subject."""


def found(clips: Sequence[Clip], name: str) -> str:
    """Say how many clips there are, of how many genres, how long they last, and where they come from."""
    sizes = Counter(clip.genre for clip in clips)
    each = f" of {sizes[clips[0].genre]:,} each" if len(set(sizes.values())) == 1 and len(sizes) > 1 else ""
    what = f"{count(len(clips), 'clip')}{'' if name else ' of generated music'}"
    said = f"{what} in {count(len(sizes), 'genre')}{each}, {lasting(sum(clip.seconds for clip in clips))} of sound"
    return f"{said}, from {name}." if name else f"{said}."


def lasting(seconds: float) -> str:
    """Return a time in the unit that suits it: `52 seconds`, `3.3 minutes`, `12 minutes`, `3.2 hours`."""
    if seconds < 90:
        return count(round(seconds), "second")
    if seconds < 5400:
        return f"{seconds / 60:.{1 if seconds < 600 else 0}f} minutes"
    return f"{seconds / 3600:,.1f} hours"


def next_step(config: SoundConfig, n_missing: int, n_windows: int) -> str:
    """Say what has to be measured before a network can learn, and that training does it."""
    noun = "window" if config.window else "clip"
    sets = [SETS[name].title for name in chosen_sets(config)]
    titles = f" ({sets[0]})" if len(sets) == 1 else f" ({count(len(sets), 'feature set')})"
    n_columns = len(columns_of(config))
    needed = f"{count(n_columns, 'feature') if n_columns else 'the levels'} of each {noun}{titles}"
    done = f" {n_windows - n_missing:,} of {count(n_windows, noun)} are measured." if n_missing < n_windows else ""
    return (
        f"You can listen to them now. A network learns from numbers: {needed}. Training measures them by itself.{done}"
    )


def genres_table(clips: Sequence[Clip], genres: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each genre how many clips it has and how long they last, in seconds."""
    rows: dict[str, dict[str, Any]] = {genre: {"genre": genre, "clips": 0, "seconds": 0.0} for genre in genres}
    for clip in clips:
        rows[clip.genre]["clips"] += 1
        rows[clip.genre]["seconds"] += clip.seconds
    return list(rows.values())


def bars_alt(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say how much sound each genre has."""
    return "Sound of each genre: " + ", ".join(f"{row['genre']} {lasting(row['seconds'])}" for row in rows) + "."


def file_facts(frame: "pd.DataFrame") -> Facts:
    """Return what the files of a collection are like: lengths, sample rates, codecs, channels, loudness, artists."""
    artists = {artist for artist in frame["artist"] if artist}
    return {
        "Length": _range(frame["seconds"], lambda value: f"{value:.1f}", "s"),
        "Sample rate": _kinds([f"{rate:,} Hz" for rate in frame["sample_rate"]]),
        "Codec": _kinds(frame["codec"].tolist()),
        "Channels": _kinds([CHANNELS.get(n, f"{n} channels") for n in frame["channels"]]),
        "Loudness": _range(frame["loudness"], signed, "dB"),
        "Artists": count(len(artists), "artist") if artists else UNKNOWN_ARTISTS,
    }


def music_facts(config: MusicConfig) -> Facts:
    """Return how generated music is made."""
    artists = count(config.artists, "artist") + " for each genre" if config.artists else "none"
    albums = f", {count(config.albums, 'album')} each" if config.artists and config.albums else ""
    facts = {
        "Made of": "notes that a recipe for each genre draws, rendered by a synthesizer when you listen",
        "Length": f"{config.seconds:g} s",
        "Difficulty": f"{config.difficulty:g}: genres borrow from their neighbors" if config.difficulty else "0: pure",
        "Artists": f"{artists}{albums}",
    }
    return facts | ({"Wrong labels": percent(config.label_noise, decimals=0)} if config.label_noise else {})


def refused(n: int) -> str:
    """Say how many files cannot be used."""
    return f"{count(n, 'file')} cannot be used"


def _range(values: "pd.Series[Any]", shown: Any, unit: str) -> str:
    low, middle, high = (shown(float(value)) for value in (values.min(), values.median(), values.max()))
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}, median {middle} {unit}"


def _kinds(values: Sequence[str]) -> str:
    """Return the kinds of files, the most common first, with their numbers where they differ."""
    kinds = Counter(values).most_common()
    if len(kinds) == 1:
        return kinds[0][0]
    listed = [f"{kind} ({n:,})" for kind, n in kinds[:MOST_KINDS]]
    more = f" and {count(len(kinds) - MOST_KINDS, 'other')}" if len(kinds) > MOST_KINDS else ""
    return ", ".join(listed) + more
