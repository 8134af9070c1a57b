"""Drawing pieces by the law that the package's docstring states.

Each purpose has a random stream of its own, so that raising the label noise adds wrong labels and moves nothing else.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from genre_core.data.dataset import IntArray
from genre_core.data.generator.law import paired_labels
from genre_core.data.music.piece import Piece
from genre_core.data.music.recipe import RING, TRAITS, neighbors, recipes
from genre_core.settings.config import MusicConfig
from genre_core.settings.genres import GENRES

Stream = Literal["artists", "albums", "pieces", "labels", "order"]
STREAMS: tuple[Stream, ...] = get_args(Stream)
SHARED: dict[str, tuple[int, int]] = {"key": (0, 11), "transpose": (-5, 5), "balance": (-30, 30)}
"""Traits that have nothing to do with the genre, with their ranges."""
BARS = 16
"""A clip begins at one of so many bars of its form."""


@dataclass(frozen=True, eq=False)
class MusicDraw:
    """Pieces in shuffled order, with their labels `y` (n,) and true genres `y_clean` (n,).

    `album` and `artist` (n,) number what each belongs to; -1 where there are none.
    """

    pieces: tuple[Piece, ...]
    y: IntArray
    y_clean: IntArray
    album: IntArray
    artist: IntArray


@dataclass(frozen=True)
class _Source:
    """Source of copied traits: values by trait, which of them are borrowed, and the neighbor it leans to."""

    leans: str
    values: dict[str, Any]
    borrowed: frozenset[str]


def draw_pieces(config: MusicConfig) -> MusicDraw:
    """Draw the pieces of a configuration."""
    pieces: list[Piece] = []
    genres, albums, artists = [], [], []
    for genre, count in enumerate(config.clips_by_genre):
        for number in range(count):
            artist = genre * config.artists + number % config.artists if config.artists else -1
            album = (
                artist * config.albums + number // config.artists % config.albums
                if config.artists and config.albums
                else -1
            )
            pieces.append(_piece(config, genre, number, artist, album))
            genres.append(genre)
            artists.append(artist)
            albums.append(album)
    y_clean = np.array(genres, dtype=np.int64)
    y = _labels(config, y_clean)
    order = np.random.default_rng([config.seed, STREAMS.index("order")]).permutation(len(pieces))
    return MusicDraw(
        tuple(pieces[at] for at in order),
        y[order],
        y_clean[order],
        np.array(albums, dtype=np.int64)[order],
        np.array(artists, dtype=np.int64)[order],
    )


def wrong_labels(config: MusicConfig) -> np.ndarray:
    """Return which labels (8, 8) the noise puts on each genre's clips, all equally often; its own where none is."""
    names = GENRES[: len(RING)]
    if config.noise_kind == "uniform":
        return ~np.eye(len(names), dtype=np.bool_)
    if config.noise_kind == "chosen":
        return paired_labels(config.noise_pairs, len(names))
    return np.array([[other in neighbors(genre) for other in names] for genre in names])


def _piece(config: MusicConfig, genre: int, number: int, artist: int, album: int) -> Piece:
    name = GENRES[genre]
    rng = _stream(config, "pieces", genre, number)
    if artist >= 0:
        by_artist = _fresh(config, name, _stream(config, "artists", artist))
        source = by_artist
        if album >= 0:
            source = _copy(config, name, by_artist, _stream(config, "albums", album))
        drawn = _copy(config, name, source, rng)
    else:
        drawn = _fresh(config, name, rng)
    return Piece(
        seed=int(rng.integers(2**32)),
        seconds=config.seconds,
        genre=name,
        leans=drawn.leans,
        borrowed=tuple(trait for trait in TRAITS if trait in drawn.borrowed),
        begin=int(rng.integers(BARS)),
        **drawn.values,
    )


def _fresh(config: MusicConfig, genre: str, rng: np.random.Generator, leans: str = "") -> _Source:
    """Draw every trait anew."""
    side = int(rng.integers(2))
    leans = leans or neighbors(genre)[side]
    values: dict[str, Any] = {}
    borrowed = set()
    for trait in TRAITS:
        borrows, place = rng.random() < config.difficulty / 2, rng.random()
        options = recipes()[leans if borrows else genre].options(trait)
        values[trait] = options[int(place * len(options))]
        if borrows:
            borrowed.add(trait)
    for trait, (low, high) in SHARED.items():
        values[trait] = int(rng.integers(low, high + 1))
    return _Source(leans, values, frozenset(borrowed))


def _copy(config: MusicConfig, genre: str, source: _Source, rng: np.random.Generator) -> _Source:
    """Copy traits from an artist or album, and draw the others anew."""
    fresh = _fresh(config, genre, rng, source.leans)
    kept = {trait for trait in fresh.values if rng.random() < config.artist_sound}
    values = {trait: source.values[trait] if trait in kept else value for trait, value in fresh.values.items()}
    return _Source(source.leans, values, frozenset((source.borrowed & kept) | (fresh.borrowed - kept)))


def _labels(config: MusicConfig, genre: IntArray) -> IntArray:
    """Return each clip's label (n,): its genre, or where the noise strikes a wrong one."""
    rng = np.random.default_rng([config.seed, STREAMS.index("labels")])
    struck, place = rng.random(len(genre)) < config.label_noise, rng.random(len(genre))
    possible = [np.flatnonzero(row) for row in wrong_labels(config)]
    other = np.array(
        [possible[g][int(p * len(possible[g]))] for g, p in zip(genre, place, strict=True)], dtype=np.int64
    )
    return np.where(struck, other, genre)


def _stream(config: MusicConfig, name: Stream, *numbers: int) -> np.random.Generator:
    return np.random.default_rng([config.seed, STREAMS.index(name), *numbers])
