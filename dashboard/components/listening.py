"""Listening to tracks, wherever a page shows some: one player over them, nothing where they cannot be heard."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dashboard.components.cell_tracks import ListedTracks
from dashboard.components.player import Heard, player
from dashboard.services import datasets
from dashboard.services.sounds import sound_of
from dashboard.theme import percent
from genre_core.errors import DataError
from genre_core.settings.config import DatasetConfig, SoundConfig


class Listed(NamedTuple):
    """A row of the data as it is listed: its genre, and what a page says of it."""

    row: int
    genre: str
    detail: str = ""


def listen(config: DatasetConfig, listed: Sequence[Listed], key: str, title: str = "") -> None:
    """Draw the player over rows of the data, in their order."""
    if not isinstance(config, SoundConfig) or not listed:
        return
    try:
        data = datasets.dataset(config)
    except DataError:  # said where the page loads them
        return
    heard = []
    for one in listed:
        window = data.heard[one.row]
        sound = sound_of(config, window.clip)
        heard.append(
            Heard(
                clip=window.clip,
                title=data.tracks[one.row],
                genre=one.genre,
                detail=one.detail,
                start=window.start / 1000,
                seconds=window.length / 1000,
                length=sound.seconds or (window.start + window.length) / 1000,
                gain=sound.gain,
            )
        )
    player(heard, key=key, title=title)


def answered(found: ListedTracks) -> Iterable[Listed]:
    """Yield listed tracks with what each was taken for."""
    for at, row in enumerate(found.rows.tolist()):
        true, guess = found.genres[found.true[at]], found.genres[found.predicted[at]]
        taken = "recognized" if true == guess else f"taken for {guess}"
        yield Listed(row, true, f"{taken}, {percent(float(found.confidence[at]))}")
