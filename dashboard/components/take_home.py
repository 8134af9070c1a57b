"""The menu beside a run whose entries leave the laboratory with a person; each is made when it is asked for."""

import time
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

import streamlit as st

from dashboard.components.safely import refreshing
from dashboard.services import runs as run_service
from dashboard.services import taking_home
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import take_home as sentences
from dashboard.text.take_home import ENTRIES, Entry
from genre_core.store.schema import Run
from genre_core.takehome.collection import ENDED
from genre_core.takehome.made import Made

LOOK_SECONDS = 0.5
PICKER = "take home of"
_ASKED = "taken home"


def take_home(runs: Sequence[Run]) -> None:
    """Draw the menu of complete runs; nothing where there is none."""
    complete = [run for run in runs if run.state == "complete"]
    if complete:
        refreshing(_menu)(complete)


def export_several(runs: Sequence[Run]) -> None:
    """Draw the button behind which an archive of several runs is made."""
    refreshing(_archive)([run for run in runs if run.state in ENDED])


def _archive(runs: list[Run]) -> None:
    menu = st.popover(
        f"Export these {len(runs)}", icon=":material/archive:", key="export several", on_change="rerun",
        type="tertiary", disabled=not runs, help=sentences.EXPORT,
    )  # fmt: skip
    if menu.open and runs:
        with menu, st.container(key="take-home-several", gap="small"):
            _entry(sentences.RUNS, runs)


def _menu(runs: list[Run]) -> None:
    menu = st.popover(
        "Take it home", icon=":material/download:", key="take home", on_change="rerun", type="tertiary",
        help=sentences.HELP,
    )  # fmt: skip
    if not menu.open:
        return
    with menu, st.container(key="take-home-menu", gap="small"):
        _entry(sentences.REPORT, runs)
        several = ",".join(run.id for run in runs) if len(runs) > 1 else None
        address.page_link("views/report/page.py", sentences.OWN, ":material/edit_note:", run=runs[0].id, runs=several)
        for entry in (entry for entry in ENTRIES if entry.several and entry != sentences.REPORT):
            _entry(entry, runs)
        one = _one_of(runs)
        for entry in (entry for entry in ENTRIES if not entry.several):
            _entry(entry, [one])


def _one_of(runs: list[Run]) -> Run:
    """Return the run that the other entries are of: the only one, or that of a menu."""
    if len(runs) == 1:
        return runs[0]
    named = {run.id: run for run in runs}
    chosen = st.selectbox("Of one run", list(named), format_func=lambda run_id: named[run_id].name, key=PICKER)
    return named.get(chosen or "", runs[0])


def _entry(entry: Entry, runs: list[Run]) -> None:
    with st.container(key=f"take {entry.label} {len(runs)}", gap="xsmall"):
        st.markdown(f"**{entry.label}**")
        seconds = _seconds(runs[0]) if entry.trains else 0.0
        how_long = f", {sentences.how_long(seconds)}" if entry.trains else ""
        st.caption(f"{entry.about} {entry.size(runs[0])}{how_long}.")
        if entry == sentences.RUNS and (said := taking_home.said_of_data(tuple(run.id for run in runs))):
            st.caption(plain(said, 1000))
        if too_long := sentences.too_long(runs[0], seconds):
            st.caption(plain(too_long))
        else:
            forms(entry, runs)


def _seconds(run: Run) -> float:
    return sentences.notebook_seconds(run_service.progress(run).epochs)


def forms(entry: Entry, runs: list[Run]) -> None:
    """Draw the forms of an entry: a button that makes each, or the link to what was made; or why it is not."""
    why_not = entry.why_not(runs[0])
    key = f"forms {entry.label} {len(runs)}"
    with st.container(key=key, horizontal=True, vertical_alignment="center", gap="medium"):
        for name, form in entry.forms.items():
            if not (why_not and name.startswith("plain")):
                _form(name, form, runs, entry.trains)
    if why_not:
        st.caption(plain(why_not))


def _form(name: str, form: str, runs: list[Run], trains: bool) -> None:
    key = f"{name} {'+'.join(run.id for run in runs)}"
    if key not in st.session_state.get(_ASKED, {}):
        st.button(f"Make {form}", key=f"make {key}", type="tertiary", on_click=_ask, args=(key,))
        return
    found = taking_home.made_of(name, runs)
    if found.waiting:
        refreshing(_wait, LOOK_SECONDS)(name, form, runs, key, trains)
    elif found.found is None:
        st.caption(f":material/error: {plain(found.problem)}")
        st.button("Try again", key=f"again {key}", icon=":material/refresh:", type="tertiary",
                  on_click=_again, args=(name, runs, key))  # fmt: skip
    else:
        download_link(name, form, runs, found.found)


def download_link(name: str, form: str, runs: Sequence[Run], made: Made) -> None:
    """Draw the link that downloads a thing that was made of runs."""
    file = escape(made.name, quote=True)
    st.html(
        f'<a class="take-home" href="{link(name, runs)}" download="{file}" title="{file}">Download {form} '
        f"({sentences.size(len(made.content))})</a>",
        width="content",
    )


def link(name: str, runs: Sequence[Run]) -> str:
    """Return where a browser finds a thing of runs."""
    return f"take/{quote(name)}/{quote('+'.join(run.id for run in runs))}"


def _ask(key: str) -> None:
    st.session_state[_ASKED] = st.session_state.get(_ASKED, {}) | {key: time.monotonic()}


def _again(name: str, runs: list[Run], key: str) -> None:
    taking_home.forget(name, runs)
    _ask(key)


def _wait(name: str, form: str, runs: list[Run], key: str, trains: bool) -> None:
    """Say how far it is, and start the page anew when the thing is there."""
    if not taking_home.made_of(name, runs).waiting:
        st.rerun()
    expected = _seconds(runs[0]) if trains else 0.0
    if not expected:
        st.caption(f":material/hourglass_top: A worker makes the {form} …")
        return
    passed = time.monotonic() - st.session_state[_ASKED][key]
    st.progress(min(0.95, passed / expected), f"A worker runs the cells of the {form} …")
