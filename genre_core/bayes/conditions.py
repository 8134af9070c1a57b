"""For whom and from what the best possible classifier's limit holds, in words: for pages and the terminal alike.

The limit is that of what the classifier hears together: a single row, a whole track of segments, or all tracks by an
artist. It has never heard the artist, or another segment of the track, before: a split by row that lets it hear them in
training lets it exceed the limit.
"""

from collections.abc import Mapping
from typing import Literal

from genre_core.data.generator.law import Law
from genre_core.settings.config import DatasetConfig, SyntheticConfig

Heard = Literal["row", "track", "artist"]
"""Rows that a classifier hears before it predicts: one row, all segments of a track, or all tracks by an artist."""


def is_known(config: SyntheticConfig, heard: Heard) -> bool:
    """Return whether the limit is known for what is heard together: a row that is a whole track is a track.

    Several rows have a joint law in closed form where no value is missing, and several tracks where none is an outlier.
    """
    if heard == "artist":
        return bool(config.artists) and not config.missing_rate and not config.outlier_rate
    return heard == "row" or config.segments == 1 or not config.missing_rate


def heard_together(config: SyntheticConfig) -> tuple[Heard, ...]:
    """Return what the limit is known for, each once: the rows, whole tracks of segments, all tracks by an artist."""
    there: tuple[tuple[Heard, bool], ...] = (("row", True), ("track", config.segments > 1), ("artist", True))
    return tuple(heard for heard, several in there if several and is_known(config, heard))


def tracks_by_artist(config: SyntheticConfig) -> int:
    """Return how many tracks an artist has, on average over the genres: their number must not tell the genre."""
    return max(1, config.n_samples // config.segments // config.n_genres // config.artists) if config.artists else 1


def unheard(data: DatasetConfig, heard: Heard = "row") -> str:
    """Return what the limit holds for, such as `single tracks by unknown artists`; empty where all tracks are alike."""
    drawn = data.generator
    if drawn is None or not (drawn.artists or drawn.segments > 1):
        return ""
    if heard == "artist":
        return f"all {tracks_by_artist(drawn)} tracks by unknown artists, heard together"
    noun = "segments" if drawn.segments > 1 and heard == "row" else "tracks"
    if not drawn.artists:
        return f"single {noun} of unknown tracks" if noun == "segments" else "unknown tracks"
    return f"{'whole' if drawn.segments > 1 and heard == 'track' else 'single'} {noun} by unknown artists"


def condition(config: SyntheticConfig, law: Law, heard: Heard = "row", *, clean: bool = False) -> str:
    """Say what the limit holds for, and what it is right about, where neither goes without saying."""
    sentences = []
    if whom := unheard(config, heard):
        sentences.append(f"It holds for {whom}.")
    if config.label_noise and clean:
        sentences.append("It counts predictions of the true genre, whatever the label says.")
    elif wrong := round(100 * float(law.shares @ (1 - law.flips.diagonal())), 2):
        sentences.append(f"It counts predictions of the label, which is wrong for {wrong:g} % of the tracks.")
    return " ".join(sentences)


def heard_more(data: DatasetConfig, heard: Heard, accuracy: str) -> str:
    """Say the limit of what is heard together, an accuracy as it is written."""
    return f"On {unheard(data, heard)}, the best possible classifier is right on {accuracy}."


def exceeded(data: DatasetConfig, straddlers: Mapping[str, int] | None) -> str:
    """Say that a limit does not hold where a split puts the same artists or tracks in training and test; else nothing.

    `straddlers` counts what stands on both sides, by level; None or empty: nothing does.
    """
    if not straddlers or not unheard(data):
        return ""
    level = "artist" if "artist" in straddlers else next(iter(straddlers))
    return (
        f"It does not hold here: the same {level}s are in both training and test, and a model that knows them can "
        "exceed it."
    )
