"""The address: what its parameters say, checked once when a link is opened, and what is looked at.

Settings are bound to their parameters by `forms`; their values count relative to the preset, so that `?preset=notebook`
alone is the notebook and only what was changed stands beside it. What is looked at (`run`, `genre`, `cell`) is here.
"""

import re
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from genre_core.config import ExperimentConfig
from genre_core.errors import ConfigError
from genre_core.presets import OPENING, PRESETS
from genre_core.settings import SECTIONS, TAGS, all_settings, configure, flatten, settings, validate

LOOKED_AT = {
    "run": (re.compile(r"[0-9A-Za-z_-]{1,64}"), "a run's identifier"),
    "genre": (re.compile(r"[^\x00-\x1f]{1,200}"), "a genre's name"),
    "cell": (re.compile(r"\d{1,4}-\d{1,4}"), "two numbers such as 3-5, true and predicted genre counted from 0"),
}
_NOTES, _RUN = "address notes", "address run"


def read() -> None:
    """Check the address once, before any widget of a session's first run, and show what was wrong with it.

    A part that does not fit is taken out of the address, so that its widget starts at its default.
    """
    if _NOTES not in st.session_state:
        given = st.query_params.to_dict()
        kept, st.session_state[_NOTES] = judge(given)
        if kept != given:
            st.query_params.from_dict(kept)
            st.rerun()  # widgets take their first value from the address as the run began
    if st.session_state[_NOTES]:
        _show_notes(st.session_state[_NOTES])


def judge(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the parameters that fit, and one sentence for each that does not."""
    kept, notes = dict(given), list[str]()
    for name, (pattern, expected) in LOOKED_AT.items():
        if name in kept and not pattern.fullmatch(kept[name]):
            notes.append(f"{name} is {_short(kept.pop(name))} in this link, but should be {expected}; ignored.")
    if kept.get("preset", OPENING.name) not in PRESETS:
        notes.append(f"There is no preset named {_short(kept.pop('preset'))}; using {OPENING.title}.")
    named = {name: text for name, text in kept.items() if name.partition(".")[0] in SECTIONS and "." in name}
    fitting, more = _judge_settings(named, PRESETS[kept.get("preset", OPENING.name)].config)
    return {name: text for name, text in kept.items() if name not in named or name in fitting}, notes + more


def run_id() -> str | None:
    """Return the run looked at, put back into the address where a navigation link dropped it."""
    given = st.query_params.get("run")
    if given:
        st.session_state[_RUN] = given
    elif _RUN in st.session_state and not _went_back():
        st.query_params["run"] = st.session_state[_RUN]
    return st.session_state.get(_RUN)


def cell(n_genres: int) -> tuple[int, int] | None:
    """Return the chosen cell of the confusion matrix as (true, predicted) genre, counted from 0."""
    text = st.query_params.get("cell")
    if not text:
        return None
    if LOOKED_AT["cell"][0].fullmatch(text):
        true, predicted = (int(part) for part in text.split("-"))
        if max(true, predicted) < n_genres:
            return true, predicted
    _say(f"cell is {_short(text)} in this link, but the matrix has {n_genres} genres; no cell is chosen.")
    return None


def genre(names: Sequence[str]) -> str | None:
    """Return the genre looked at, if it is one of `names`."""
    text = st.query_params.get("genre")
    if text and text not in names:
        _say(f"This run has no genre named {_short(text)}; none is chosen.")
    return text if text in names else None


def look(**looked_at: str | tuple[int, int] | None) -> None:
    """Change what is looked at (`run`, `genre`, `cell`) in one Back step; None takes it out of the address."""
    for name in [name for name, value in looked_at.items() if value is None]:
        if name == "run":
            st.session_state.pop(_RUN, None)
        if name in st.query_params:
            del st.query_params[name]
    texts = _texts(looked_at)
    if "run" in texts:
        st.session_state[_RUN] = texts["run"]
    if any(st.query_params.get(name) != text for name, text in texts.items()):
        st.query_params.update(texts)


def page_link(page: str, label: str, icon: str | None = None, **looked_at: str | tuple[int, int] | None) -> None:
    """Draw a link to a page of the app (`views/evaluate.py`) that keeps the run looked at, in one Back step."""
    run = st.session_state.get(_RUN) or st.query_params.get("run")
    st.page_link(page, label=label, icon=icon, query_params=_texts({"run": run, **looked_at}))


def _judge_settings(named: Mapping[str, str], base: ExperimentConfig) -> tuple[dict[str, str], list[str]]:
    """Return the settings that fit, each alone and then together, and a sentence for each that does not."""
    fitting, notes = dict[str, str](), list[str]()
    for name, text in named.items():
        try:
            validate(name, text)
            fitting[name] = text
        except ConfigError as error:
            notes.append(_fallback(str(error), name, base))
    fitting, more = _drop_idle(fitting, base)
    for section in SECTIONS:
        own = {name: text for name, text in fitting.items() if name.startswith(f"{section}.")}
        try:
            configure(own, base)
        except ConfigError as error:
            more.append(f"{str(error).rstrip('.')}; using the preset's values instead.")
            fitting = {name: text for name, text in fitting.items() if name not in own}
    return fitting, notes + more


def _drop_idle(fitting: dict[str, str], base: ExperimentConfig) -> tuple[dict[str, str], list[str]]:
    """Take out the settings of another source or network than the one chosen: they would do nothing."""
    tags = {name: text for name, text in fitting.items() if name in {f"{s}.{tag}" for s, (tag, _) in TAGS.items()}}
    active = {item.name for item in settings(configure(tags, base))}
    notes = [
        f"{name} does nothing with what else this link chooses; ignored." for name in fitting if name not in active
    ]
    return {name: text for name, text in fitting.items() if name in active}, notes


def _fallback(sentence: str, name: str, base: ExperimentConfig) -> str:
    item = all_settings().get(name)
    if item is None:
        return f"{sentence.rstrip('.')}; ignored."
    return f"{sentence.rstrip('.')}; using {item.label(flatten(base).get(name, item.default)) or 'none instead'}."


def _texts(looked_at: Mapping[str, str | tuple[int, int] | None]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else f"{value[0]}-{value[1]}"
        for name, value in looked_at.items()
        if value is not None
    }


def _went_back() -> bool:
    """Return whether the browser's Back or Forward made this run: writing the address then would undo it."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _short(text: str) -> str:
    """Return what a link says, short enough for a sentence."""
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def plain(sentence: str) -> str:
    """Return a sentence that may quote a link, so that nothing in it is read as Markdown."""
    return re.sub(r"([\\`*_{}\[\]#|<>~$:])", r"\\\1", sentence[:300])


def _show_notes(notes: Sequence[str]) -> None:
    with st.container(key="address-notes", horizontal=True, vertical_alignment="top", gap="small"):
        st.caption(":material/link_off: " + "  \n".join(plain(note) for note in notes))
        st.button("Dismiss", icon=":material/close:", key="dismiss address notes", type="tertiary", on_click=_dismiss)


def _dismiss() -> None:
    st.session_state[_NOTES] = []


def _say(sentence: str) -> None:
    st.caption(f":material/link_off: {plain(sentence)}")
