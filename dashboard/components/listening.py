"""Listening to tracks, wherever a page shows some: one player over them, nothing where they cannot be heard."""

from dashboard.components.player import Heard, player

from dashboard.components.cell_tracks import ListedTracks
from dashboard.services import datasets
from dashboard.services.sounds import sound_of
from dashboard.theme import percent
from genre_core.settings.config import DatasetConfig


def listen(config: DatasetConfig, found: ListedTracks, key: str, title: str = "") -> None:
    """Draw the player over listed tracks, in their order."""
    windows = datasets.dataset(config).heard
    if not windows or not len(found):
        return
    heard = []
    for at, row in enumerate(found.rows.tolist()):
        window = windows[row]
        sound = sound_of(config, window.clip)
        true, guess = found.genres[found.true[at]], found.genres[found.predicted[at]]
        taken = "recognized" if true == guess else f"taken for {guess}"
        heard.append(
            Heard(
                clip=window.clip,
                title=found.names[at],
                genre=true,
                detail=f"{taken}, {percent(float(found.confidence[at]))}",
                start=window.start / 1000,
                seconds=window.length / 1000,
                length=sound.seconds or (window.start + window.length) / 1000,
                gain=sound.gain,
            )
        )
    player(heard, key=key, title=title)
