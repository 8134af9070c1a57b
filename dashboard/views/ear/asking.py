"""During an ear test: one item, heard or seen, and the genres to choose from."""

from functools import partial

import streamlit as st

from dashboard.components.player import Heard, player
from dashboard.components.plot import plot
from dashboard.components.twin import twin
from dashboard.services import ear
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.views.ear import text as sentences
from dashboard.views.ear.figures import picture_figure
from genre_core.ear.sitting import DONT_KNOW, UNHEARD, Item, Sitting
from genre_core.errors import GenreLabError

DIGITS = "123456789"
"""Keys that choose the first genres; 0 is “don't know”."""
ROW, FRAME = 26, 110
"""Pixels of a picture: a row of it, and all around."""


def draw(sitting: Sitting, number: int) -> None:
    """Draw an item of a test, and what can be said to it."""
    test = sitting.test
    st.header(f"{sentences.where(sitting, number)}: which genre is it?", anchor=False)
    st.progress(number / len(test.items))
    if 0 < number <= test.n_practice:
        st.caption(plain(sentences.told(sitting, number - 1)))
    problem = _hear(sitting, number) if test.kind == "sound" else _see(sitting, test.items[number])
    if problem:
        st.caption(f":material/error: {plain(problem)}")
        st.button("Go on without it", icon=":material/skip_next:", key="unheard",
                  on_click=ear.answer, args=(sitting.id, number, UNHEARD))  # fmt: skip
    else:
        _choices(sitting, number, ready=test.kind == "picture" or sitting.answers[number].plays > 0)
    _rest(sitting, number)


def _hear(sitting: Sitting, number: int) -> str:
    """Draw the player; return why the item cannot be heard."""
    try:
        sound = ear.heard(sitting.test.items[number])
    except GenreLabError:
        return "This clip cannot be heard: its file is gone, has changed or is damaged."  # its name would tell
    heard = Heard(sound.name, "The clip", length=sound.seconds)
    player([heard], key="ear player", on_play=partial(ear.play, sitting.id, number))
    return ""


def _see(sitting: Sitting, item: Item) -> str:
    """Draw the picture of an item's features; return why there is none."""
    found = ear.picture(sitting, item)
    if found is None:
        return "The features of this track are gone: its table or the run was deleted."
    genres = sitting.test.genres
    alt = "Standard scores of this track's features, above each genre's averages over the training part."
    plot(picture_figure(found, genres), "ear picture", height=FRAME + ROW * (len(genres) + 2), alt=alt)
    st.caption(sentences.picture_of(len(found.features), found.n_left_out))
    names = ("this track", *genres)
    rows = [
        {"feature": name, **{who: round(float(value), 2) for who, value in zip(names, column, strict=True)}}
        for name, column in zip(found.features, found.rows.T, strict=True)
    ]
    twin(rows, "ear picture", alt)
    return ""


def _choices(sitting: Sitting, number: int, *, ready: bool) -> None:
    """Draw the genres; each item has buttons of its own, so that a second click on one is none on the next item."""
    with st.container(key="ear-genres", horizontal=True, gap="small"):
        for genre, name in enumerate(sitting.test.genres):
            digit = DIGITS[genre] if genre < len(DIGITS) else None
            st.button(plain(name), key=f"{number} genre {genre}", disabled=not ready, shortcut=digit,
                      on_click=ear.answer, args=(sitting.id, number, genre))  # fmt: skip
        st.button("Don't know", key=f"{number} genre unknown", type="tertiary", disabled=not ready, on_click=ear.answer,
                  args=(sitting.id, number, DONT_KNOW), shortcut="0")  # fmt: skip
    if not ready:
        st.caption("Play it first. You may play it again; that is counted.")


def _rest(sitting: Sitting, number: int) -> None:
    with st.container(key="ear-rest", horizontal=True, gap="small"):
        if sitting.scored:
            done = f"Stop here, after {len(sitting.scored)}"
            st.button(done, icon=":material/stop:", type="tertiary", key="stop ear test", on_click=ear.finish,
                      args=(sitting.id,), help="See the result on what you have answered.")  # fmt: skip
        st.button("Leave", icon=":material/close:", type="tertiary", key="leave ear test", on_click=address.look,
                  kwargs={"ear": None}, help="You can go on later from the list of your tests.")  # fmt: skip
