"""One setting → its widget ↔ its parameter in the address.

The exact value is the truth: a widget whose key is the setting's dotted name, bound to the address, with the preset's
value as its default. Sliders and lists of choices are mirrors of it (a list would write its labels into the address).
"""

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from genre_core.settings import Setting

FINEST_SLIDER = 2000
"""Most steps a slider has: with more, a pixel skips values and the number alone is clearer."""


def exact(item: Setting, base: Any, options: Mapping[str, str], hidden: DeltaGenerator) -> Any:
    """Draw the widget that holds a setting's exact value, `base` where the address does not say another, and return it.

    With `options` (value → words) it is a list of choices, whose truth is drawn into `hidden`.
    """
    if options:
        return _choice(item, base, options, hidden)
    bound: dict[str, Any] = {"key": item.name, "help": item.help, "bind": "query-params"}
    match item.kind:
        case "int":
            return st.number_input(
                item.title, int(item.low or 0), int(item.high or 0), int(base), int(item.step or 1), "%d", **bound
            )
        case "float":
            low, high = float(item.low or 0), float(item.high or 0)
            return st.number_input(item.title, low, high, float(base), _step(item, base), "%g", **bound)
        case "bool":
            return st.toggle(item.title, bool(base), **bound)
        case _:
            placeholder = "found by itself" if item.kind == "text" else None
            return st.text_input(item.title, typed(item, base), placeholder=placeholder, **bound)


def _choice(item: Setting, base: str, options: Mapping[str, str], hidden: DeltaGenerator) -> str:
    """Draw a list of choices; the choice itself, not its label, is in the address."""
    value = hidden.text_input(item.title, base, key=item.name, bind="query-params")
    key = f"{item.name} choice"
    mirror(key, value if value in options else next(iter(options)))
    st.selectbox(
        item.title,
        list(options),
        key=key,
        format_func=options.__getitem__,
        help=item.help,
        on_change=_copy,
        args=(key, item.name),
    )
    return value


def slider(item: Setting, value: float) -> None:
    """Draw a slider that moves the exact value beside it; on a logarithmic scale it climbs a ladder."""
    low, high, whole = item.low, item.high, item.kind == "int"
    if low is None or high is None:
        return
    key = f"{item.name} slider"
    common: dict[str, Any] = {
        "key": key,
        "label_visibility": "collapsed",
        "on_change": _slide,
        "args": (key, item.name),
    }
    if item.scale == "log":
        mirror(key, value)
        st.select_slider(f"{item.title}, slider", ladder(low, high, value, whole), format_func=item.label, **common)
    elif (high - low) / (item.step or 1) <= FINEST_SLIDER:
        read = int if whole else float
        mirror(key, value)
        st.slider(f"{item.title}, slider", read(low), read(high), step=read(item.step or 1), **common)


def mirror(key: str, value: Any) -> None:
    """Make a mirror show the truth, leaving it alone where it does already."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _copy(source: str, target: str) -> None:
    st.session_state[target] = st.session_state[source]


def _slide(source: str, target: str) -> None:
    """Take over a slider's value without the noise of adding steps (0.30000000000000004)."""
    value = st.session_state[source]
    st.session_state[target] = round(value, 10) if isinstance(value, float) else value


def ladder(low: float, high: float, value: float, whole: bool) -> list[float]:
    """List the steps 1, 2, 3, 5 of each power of ten from `low` to `high`, both included, with `value` among them."""
    read = int if whole else float
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    rungs = {float(f"{digit}e{power}") for power in powers for digit in (1, 2, 3, 5)}
    return sorted({read(rung) for rung in rungs if low <= rung <= high} | {read(low), read(high), read(value)})


def typed(item: Setting, value: Any) -> Any:
    """Return a value as its widget holds it: layers as text."""
    return item.label(value) if item.kind == "layers" else value


def _step(item: Setting, value: float) -> float:
    """Return what an arrow key adds: the declared step, or a tenth of the value's power of ten."""
    return float(item.step) if item.step else 10.0 ** math.floor(math.log10(value))
