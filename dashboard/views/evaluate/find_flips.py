"""The game's tracks as cards to mark: each beside the averages of its labeled genre and of the nearest other one."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from dashboard.shell.mount import mount
from dashboard.theme import ACCENT, OTHER, RIGHT, TWINS, WRONG

_mount = mount(__file__)


@dataclass(frozen=True)
class Card:
    """One track: `rows` are (feature, track, mean of its label, mean of the nearest other genre) in standard scores.

    `sentence` says the same in words; `hint` what the network thinks, empty where that is hidden; `verdict` what the
    label truly is once it is shown, and `by` who marked it.
    """

    track: str
    label: str
    other: str
    rows: tuple[tuple[str, float, float, float], ...]
    sentence: str
    hint: str = ""
    verdict: str = ""
    wrong: bool = False
    by: tuple[str, ...] = ()


def find_flips(
    cards: Sequence[Card], key: str, revision: str, marks: Sequence[int] | None, on_show: Callable[[list[int]], None]
) -> None:
    """Draw the cards; `marks` is None until they are shown. `on_show` is called with the positions that were marked."""

    def show() -> None:
        said: Any = st.session_state[key]["show"]
        on_show(sorted({int(at) for at in said["marks"]} & set(range(len(cards)))))

    hues = {"track": ACCENT, "label": RIGHT, "other": OTHER, "wrong": WRONG}
    data = {
        "cards": [asdict(card) for card in cards],
        "revision": revision,
        "marks": None if marks is None else list(marks),
        "hues": {name: [light, TWINS[light]] for name, light in hues.items()},
    }
    _mount(key=key, data=data, on_show_change=show)
