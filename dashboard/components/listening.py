"""Listening to tracks, wherever a page shows some: one player over them, nothing where they cannot be heard."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from dashboard.components.cell_tracks import ListedTracks
from dashboard.components.player import MOST, Heard, Windows, player
from dashboard.services import datasets
from dashboard.services.sounds import Along, says_along, sound_of, title_of
from dashboard.theme import percent
from genre_core.errors import DataError
from genre_core.settings.config import DatasetConfig, SoundConfig
from genre_core.store.schema import Run
from genre_core.training.predictions import Unit

MOST_GENRES = 4
"""Genres of which the player draws what a network says, at most."""


class Listed(NamedTuple):
    """A row of the data as it is listed: its genre, and what a page says of it."""

    row: int
    genre: str
    detail: str = ""


def listen(
    of: Run | DatasetConfig,
    listed: Sequence[Listed],
    key: str,
    title: str = "",
    *,
    unit: Unit = "row",
    cursor_on: str = "",
) -> None:
    """Draw the player over rows of the data, in their order.

    Of a run, clips that are cut into windows come with what it says of each window; by track the whole clip is heard.
    A hairline on the chart that is live by the name `cursor_on` stands where the sound is.
    """
    run, config = (of, of.config.data) if isinstance(of, Run) else (None, of)
    if not isinstance(config, SoundConfig) or not listed:
        return
    try:
        data = datasets.dataset(config)
    except DataError:  # said where the page loads them
        return
    heard = []
    for one in listed[:MOST]:
        window, whole = data.heard[one.row], unit == "track" and config.window > 0
        sound, name = sound_of(config, window.clip), data.names(unit)[one.row]
        heard.append(
            Heard(
                clip=window.clip,
                title=title_of(config, name),
                genre=one.genre,
                detail=one.detail,
                start=0.0 if whole else window.start / 1000,
                seconds=0.0 if whole else window.length / 1000,
                length=sound.seconds or (window.start + window.length) / 1000,
                gain=sound.gain,
                windows=windows_shown(says_along(run, window.clip), data.genres, one.genre) if run else (),
            )
        )
    player(heard, key=key, title=title, total=len(listed), cursor_on=cursor_on)


def windows_shown(along: Along, genres: Sequence[str], true: str = "") -> Windows:
    """Return windows with the genres that matter along the clip: its own, the likeliest, and the first of each window.

    Among many genres most are next to nothing, and a list of clips would be heavy with them.
    """
    if not along:
        return ()
    shares = np.array([probabilities for *_, probabilities in along])
    likeliest = np.argsort(-shares.sum(axis=0), kind="stable")[:MOST_GENRES]
    shown = {*likeliest.tolist(), *shares.argmax(axis=1).tolist(), *([genres.index(true)] if true in genres else [])}
    return tuple(
        (start, seconds, {genres[g]: float(probabilities[g]) for g in sorted(shown)})
        for start, seconds, probabilities in along
    )


def answered(found: ListedTracks) -> Iterable[Listed]:
    """Yield listed tracks with what each was taken for."""
    for at, row in enumerate(found.rows.tolist()):
        true, guess = found.genres[found.true[at]], found.genres[found.predicted[at]]
        taken = "recognized" if true == guess else f"taken for {guess}"
        yield Listed(row, true, f"{taken}, {percent(float(found.confidence[at]))}")
