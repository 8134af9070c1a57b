"""Generated music: a row is a window of a clip that is composed and rendered as its recipe says.

Clips are numbered from 1 in shuffled order. Their sound is not stored: it is rendered from the recipe when it is heard.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from genre_core.data.clips.gathering import Gather, cut, gather, nothing
from genre_core.data.clips.shards import Window
from genre_core.data.clips.sounds import Location
from genre_core.data.dataset import Dataset, IntArray, telling
from genre_core.data.music.drawing import MusicDraw, draw_pieces
from genre_core.data.music.recipe import RING
from genre_core.data.music.soundfont import soundfont_in_use
from genre_core.data.sources import Clip, Tables
from genre_core.data.tables.delimited import count_of
from genre_core.errors import DataError
from genre_core.settings.config import MusicConfig
from genre_core.settings.genres import genre_names


@lru_cache(maxsize=8)
def _drawn_by(config: MusicConfig, soundfont: str) -> MusicDraw:
    drawn = draw_pieces(config)
    pieces = tuple(piece.model_copy(update={"soundfont": soundfont}) for piece in drawn.pieces)
    return replace(drawn, pieces=pieces)


def _drawn(config: MusicConfig) -> MusicDraw:
    return _drawn_by(config, soundfont_in_use())


def load(config: MusicConfig, tables: Tables | None = None) -> Dataset:
    """Return the clips that `config` composes, and what was measured on them.

    Raises NotExtractedError where something is not measured yet, and DataError where there is no store to read what was
    measured from.
    """
    if tables is None:
        raise DataError("Generated music is measured once and kept in a store: name one.")
    return _dataset(config, tables, gather)


def unmeasured(config: MusicConfig, tables: Tables) -> Dataset:
    """Return the clips that `config` composes, before anything is measured on them."""
    return _dataset(config, tables, nothing)


def _dataset(config: MusicConfig, tables: Tables, gather: Gather) -> Dataset:
    drawn = _drawn(config)
    pieces = cut([piece.identity for piece in drawn.pieces], [piece.seconds for piece in drawn.pieces], config)
    measured = gather(pieces.windows, config, tables.clips)
    of = pieces.of[measured.rows]
    heard = tuple(pieces.windows[row] for row in measured.rows)
    left_out = [f"{count_of(len(measured.problems), 'window')} left out that could not be rendered."]
    return Dataset(
        measured.inputs,
        drawn.y[of],
        genre_names(len(RING)),
        tuple(_name(number, window, config) for number, window in zip(of.tolist(), heard, strict=True)),
        _groups(drawn, of, config),
        tuple(left_out if measured.problems else ()),
        y_clean=drawn.y_clean[of] if config.label_noise else None,
        heard=heard,
        made=True,
    )


def clips_of(config: MusicConfig, tables: Tables) -> tuple[Clip, ...]:
    """Return the clips that are composed, without rendering any."""
    drawn, names = _drawn(config), genre_names(len(RING))
    return tuple(
        Clip(piece.identity, f"{number:,}", names[genre], piece.seconds)
        for number, (piece, genre) in enumerate(zip(drawn.pieces, drawn.y.tolist(), strict=True), 1)
    )


def recipes_of(config: MusicConfig) -> Mapping[str, Location]:
    """Return the recipe of each clip by its hash."""
    return {piece.identity: Location("", piece.model_dump_json()) for piece in _drawn(config).pieces}


def _name(number: int, window: Window, config: MusicConfig) -> str:
    return f"{number + 1:,}" + (f" at {window.start / 1000:g} s" if config.window else "")


def _groups(drawn: MusicDraw, of: IntArray, config: MusicConfig) -> dict[str, IntArray]:
    levels: dict[str, IntArray] = {"track": np.arange(len(drawn.y))[of]}
    if config.artists:
        levels["artist"] = drawn.artist[of]
        if config.albums:
            levels["album"] = drawn.album[of]
    return telling(levels)
