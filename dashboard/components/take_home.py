"""The menu beside a run whose entries leave the laboratory with a person; each is made when it is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import streamlit as st

from dashboard.components.safely import refreshing
from dashboard.services import taking_home
from dashboard.shell.address import plain
from dashboard.text.take_home import model_size, size
from genre_core.store.schema import Run

LOOK_SECONDS = 0.5
_ASKED = "taken home"


@dataclass(frozen=True)
class Entry:
    """A thing to take home: its name, what it is in one sentence, how large it is, and how it is made.

    `several` says whether it is made of all the runs together, and not of each.
    """

    name: str
    label: str
    about: str
    size: Callable[[Run], str]
    made: str
    several: bool = False


ENTRIES = (
    Entry(
        "model",
        "Model",
        "Weights, ONNX, preprocessing and a model card with the Python that answers without Genre Lab.",
        model_size,
        "made by a worker in seconds",
    ),
)


def take_home(runs: Sequence[Run]) -> None:
    """Draw the menu of complete runs; nothing where there is none."""
    complete = [run for run in runs if run.state == "complete"]
    if complete:
        refreshing(_menu)(complete)


def _menu(runs: list[Run]) -> None:
    menu = st.popover(
        "Take it home", icon=":material/download:", key="take home", on_change="rerun", type="tertiary",
        help="Download what was trained, to use it or show it elsewhere.",
    )  # fmt: skip
    if not menu.open:
        return
    with menu:
        for entry in ENTRIES:
            for of in [runs] if entry.several else [[run] for run in runs]:
                _entry(entry, of, named=len(runs) > 1 and not entry.several)


def _entry(entry: Entry, runs: list[Run], *, named: bool) -> None:
    """Draw an entry: what it is, and the button that makes it, or the link to what was made."""
    key = f"{entry.name} {'+'.join(run.id for run in runs)}"
    whose = f" of {plain(runs[0].name)}" if named else ""
    with st.container(key=f"take {key}", gap="xsmall"):
        st.markdown(f"**{entry.label}**{whose}")
        st.caption(f"{entry.about} {entry.size(runs[0])}, {entry.made}.")
        if key not in st.session_state.get(_ASKED, set()):
            st.button("Make it", key=f"make {key}", icon=":material/build:", on_click=_ask, args=(key,))
            return
        found = taking_home.made_of(entry.name, runs)
        if found.waiting:
            refreshing(_wait, LOOK_SECONDS)(entry, runs)
        elif found.found is None:
            st.caption(f":material/error: {plain(found.problem)}")
            st.button("Try again", key=f"again {key}", icon=":material/refresh:", type="tertiary",
                      on_click=taking_home.forget, args=(entry.name, runs))  # fmt: skip
        else:
            made = found.found
            st.html(
                f'<a class="take-home" href="take/{quote(entry.name)}/{quote("+".join(run.id for run in runs))}" '
                f'download="{escape(made.name, quote=True)}">Download {escape(made.name)} '
                f"({size(len(made.content))})</a>"
            )


def _ask(key: str) -> None:
    st.session_state[_ASKED] = st.session_state.get(_ASKED, set()) | {key}


def _wait(entry: Entry, runs: list[Run]) -> None:
    """Start the page anew when the thing is there."""
    if not taking_home.made_of(entry.name, runs).waiting:
        st.rerun()
    st.caption(":material/hourglass_top: A worker makes it …")
