"""Players over the clips that PLAYER_CLIPS lists, by parts: `?part=many`."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import streamlit as st

from dashboard.components.player import Heard, Line, Map, player

CLIPS = json.loads(Path(os.environ["PLAYER_CLIPS"]).read_text())


def heard(name: str, **more: object) -> Heard:
    clip = CLIPS[name]
    return Heard(clip["clip"], name, genre=clip["genre"], length=clip["seconds"], gain=clip["gain"], **more)


def many() -> None:
    shown = [heard(name, detail="taken for Jazz, 81\u202f%", href=f"track?track={name}") for name in list(CLIPS)[:-1]]
    player(shown, key="many", title="Rock taken for Jazz")


def one() -> None:
    said = tuple((2.0 * n, 2.0, {"Rock": 0.2 + 0.15 * n, "Jazz": 0.6 - 0.15 * n, "Pop": 0.2}) for n in range(4))
    player([heard("long.wav", start=2.0, seconds=2.0, windows=said)], key="one")


def gone() -> None:
    player([heard("gone.wav", detail="taken for Jazz"), heard("float.wav")], key="gone", title="A clip is gone")


def none() -> None:
    player([], key="none")
    st.caption("no player")


def changing() -> None:
    first = int(st.number_input("First", 0, 5, 0, key="first"))
    player([heard(name) for name in list(CLIPS)[first : first + 3]], key="changing")


def capped() -> None:
    player([heard("tone 0.wav", start=n / 100, seconds=0.5) for n in range(250)], key="capped")


def followed() -> None:
    player([heard("long.wav")], key="followed", cursor_on="seconds")


def together() -> None:
    values = np.sin(np.arange(64))[:, None] * np.cos(np.arange(172) / 9)
    seen = Map(values, 1024 / 22_050, np.linspace(50, 11_000, 64), "What speaks for Rock is in the middle.")
    line = Line("attention", 0.5, tuple(range(16)))
    player([heard("long.wav"), heard("long.wav")], key="together", together=True, map=seen, line=line)


def blind() -> None:
    st.session_state.setdefault("plays", 0)

    def count() -> None:
        st.session_state["plays"] += 1

    player([heard("tone 0.wav")], key="blind", on_play=count)
    st.caption(f"played {st.session_state['plays']} times")


def two() -> None:
    many()
    one()


PARTS = {
    "two": two,
    "many": many,
    "one": one,
    "gone": gone,
    "none": none,
    "changing": changing,
    "capped": capped,
    "followed": followed,
    "together": together,
    "blind": blind,
}

st.set_page_config(page_title="Players", layout="wide")
PARTS[st.query_params["part"]]()
