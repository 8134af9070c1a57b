"""The answer of a run that has listened: along time, on the whole, and the training clips that are nearest."""

import numpy as np
import streamlit as st

from dashboard.components.cell_tracks import Choice
from dashboard.components.listening import windows_shown
from dashboard.components.player import Heard, Windows, player
from dashboard.components.tracks import draw_choices
from dashboard.components.twin import twin
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.services.listening import Brought
from dashboard.services.sounds import sound_of
from dashboard.shell.address import plain
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.judging.hearing import Hearing, NearClip
from genre_core.store.schema import Run

NEAREST = (
    "These training clips are nearest to the sound: in the features that the network is given or, if it listens to "
    "spectrograms, in the input of its last layer. Distances are in standard deviations."
)


def draw_head(found: Hearing, threshold: float) -> None:
    """Draw the answer, and how much it is worth."""
    st.header(plain(found.headline(threshold)), anchor=False)
    st.caption(plain(" ".join(found.sentences), longest=900), help=GLOSSARY["temperature scaling"])


def draw_sound(sound: Brought, windows: Windows = ()) -> None:
    """Draw the player over the sound, with what the run says along it."""
    whole = Heard(sound.name, sound.title, length=sound.seconds, gain=sound.gain, windows=windows)
    player([whole], key="listened player")


def draw(run: Run, sound: Brought, found: Hearing) -> None:
    """Draw the sound with its answers along time, those on the whole, and the nearest training clips."""
    along = tuple(
        (start, min(found.window, found.heard - start), np.array(shares))
        for start, shares in zip(found.starts, found.along, strict=True)
    )
    numbers(numbers_part({one.genre: one.probability for one in _choices(found)[:3]}))
    left, right = st.columns([1.75, 1], gap="medium")
    with left:
        draw_sound(sound, windows_shown(along, found.genres))
        rows = [
            {"from (s)": start, **{genre: 100 * share for genre, share in zip(found.genres, shares, strict=True)}}
            for start, shares in zip(found.starts, found.along, strict=True)
        ]
        alt = "The probability of each genre along the sound."
        twin(rows, "along", alt, found.genres, name="along the sound")
    with right, beyond_plain("on the whole", aside=True):
        st.subheader("On the whole", anchor=False)
        draw_choices(_choices(found), "choices")
        player([_near(run, one) for one in found.nearest], key="nearest player", title="Nearest training clips")
        st.caption(NEAREST)


def _choices(found: Hearing) -> list[Choice]:
    """Return the genres, the likeliest first."""
    order = sorted(range(len(found.genres)), key=lambda genre: -found.sure[genre])
    return [Choice(found.genres[g], found.sure[g], _role(found, g)) for g in order]


def _role(found: Hearing, genre: int) -> str:
    if found.genres[genre] == found.genre:
        return "predicted"
    return "in the set" if found.genres[genre] in found.held else ""


def _near(run: Run, one: NearClip) -> Heard:
    sound = sound_of(run.config.data, one.clip)
    return Heard(
        one.clip,
        one.name,
        one.genre,
        f"distance {one.distance:.2f}",
        one.start,
        one.seconds,
        sound.seconds or one.start + one.seconds,
        sound.gain,
    )
