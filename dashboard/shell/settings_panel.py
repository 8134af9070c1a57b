"""The settings: one component that draws every setting in the browser and says what a person changed.

What never changes while the server runs (titles, bounds, explanations, presets: `Panel.about`, and the style) travels
until the browser says that it has it; what does change is small. The component knows kinds of settings and no single
one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.shell.mount import mount

HERE = Path(__file__).parent
KEY = "settings"
_KNOWN = "descriptions that the browser has"

_STYLE = HERE.joinpath("settings_panel.css").read_text(encoding="utf-8")
_mount = mount(__file__, styled=False)


@dataclass(frozen=True)
class Note:
    """A sentence in place of a setting and of those after it in its section, and a way to where that can be changed."""

    name: str
    text: str
    go: str = ""


@dataclass(frozen=True)
class Ticks:
    """Names that a setting lists, separated by commas, each with its title and help; none means the `usual` ones."""

    usual: str
    help: str
    options: Mapping[str, tuple[str, str]]
    noun: str


@dataclass(frozen=True)
class Panel:
    """State of the settings panel."""

    about: str
    """Constant part, as JSON: sections with their settings, and presets."""
    preset: str
    values: Mapping[str, Any]
    """Settings that differ from the preset."""
    seq: int
    """Number of the last change that is in `values`: what the browser changed since stands before it."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Setting → what is wrong with it."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Setting → what was typed and not taken; `problems` says why."""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Setting → what can be chosen for it, as value → words, where that depends on the store."""
    ticks: Mapping[str, "Ticks"] = field(default_factory=dict)
    """Setting → names of which several can be ticked."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Setting → its title, where that depends on other settings."""
    notes: tuple[Note, ...] = ()


def settings_panel(panel: Panel, on_change: Callable[[dict[str, Any]], None]) -> bool:
    """Draw the settings and return whether the way of a note was just taken.

    `on_change` is called with what a person changed: `{"values": {name: value or None for the preset's}, "seq": 3}`,
    with `"preset"` beside them where one was chosen.
    """

    def changed() -> None:
        change = dict(st.session_state[KEY]["change"])
        st.session_state[_KNOWN] = change.pop("known", [])
        on_change(change)

    state = {name: value for name, value in asdict(panel).items() if name != "about"}
    # As texts: Streamlit looks through plain data, value by value, for tables to send apart.
    name = hashlib.sha256(panel.about.encode()).hexdigest()[:16]
    data = {"name": name, "state": json.dumps(state, separators=(",", ":"))}
    if name not in st.session_state.get(_KNOWN, ()):
        data |= {"about": panel.about, "style": _STYLE}
    result = _mount(key=KEY, data=data, on_change_change=changed, on_go_change=lambda: None)
    return bool(result.go)
