"""The address: what its parameters say, checked at each run, and the only place that writes them.

Settings count relative to the preset, so that `?preset=notebook` alone is the notebook and only what was changed stands
beside it. What is looked at (`run`, `lens`, `genre`, `cell`) is here as well.

A link of the navigation drops all parameters. What the address said last is kept in the session and put back; where the
address says something, and after Back and Forward, the address is right.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Literal

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.shell.cells import MERGE_PATTERN, PATTERN, Selection, merges_of
from genre_core.errors import ConfigError
from genre_core.evaluation.merging import Merges, members_of
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import BRANCH, SECTIONS, TAGS, all_settings, configure, flatten, settings, validate
from genre_core.settings.presets import OPENING, PRESETS

LOOKED_AT = {
    "run": (re.compile(r"[0-9A-Za-z_-]{1,64}"), "a run's identifier"),
    "runs": (re.compile(r"[0-9A-Za-z_-]{1,64}(,[0-9A-Za-z_-]{1,64}){0,5}"), "identifiers of up to six runs, as a,b,c"),
    "with": (re.compile(r"[0-9A-Za-z_-]{1,64}"), "a run's identifier"),
    "ear": (re.compile(r"[0-9A-Za-z_-]{1,64}"), "an ear test's identifier"),
    "lens": (re.compile(r"[0-9A-Za-z_-]{1,64}"), "a lens's identifier"),
    "lesson": (re.compile(r"[a-z][a-z0-9-]{0,40}(\.[1-9]\d?)?"), "a step of a lesson such as learning-rate.2"),
    "class": (re.compile(r"[A-Za-z]{6}"), "the six letters of a class"),
    "teach": (re.compile(r"[0-9A-Za-z_-]{10,40}"), "a teacher's key"),
    "room": (re.compile(r"[A-Za-z]{6}"), "the six letters of a class"),
    "clip": (re.compile(r"[0-9a-f]{64}"), "a clip's identity"),
    "on": (re.compile(r"[a-z_]{1,40}(\.[0-9a-f]{64})?"), "stored data or a preset"),
    "pairs": (re.compile(r"[^\x00-\x1f]{1,2000}"), "pairs of genres such as Hip-Hop=rap"),
    "study": (re.compile(r"[0-9A-Za-z_-]{1,64}"), "a study's identifier"),
    "genre": (re.compile(r"[^\x00-\x1f]{1,200}"), "a genre's name"),
    "cell": (
        PATTERN,
        "cells such as 3-5 (true and predicted genre counted from 0), a row 3-*, a column *-5, or several 3-5,4-4",
    ),
    "answer": (PATTERN, "cells such as 3-5, a row 3-*, or *-8: all tracks without an answer where there are 8 genres"),
    "merge": (MERGE_PATTERN, "sets of genres counted from 0, such as 0.3 or 0.3,4.6"),
    "epoch": (re.compile(r"\d{1,6}"), "an epoch such as 7"),
    "lift": (re.compile(r"\d{1,3}([-.]\d{1,3}){0,59}"), "genres such as 3-5, counted from 0"),
    "find": (re.compile(r"[^\x00-\x1f]{1,120}"), "words of at most 120 letters"),
    "columns": (re.compile(r"[a-z0-9_.]{1,60}(,[a-z0-9_.]{1,60}){0,39}"), "columns such as validation,train.seed"),
    "only": (
        re.compile(r"(sure|margin|loss):\d{1,4}(\.\d{1,4})?-(\d{1,4}(\.\d{1,4})?)?"),
        "a range such as sure:20-60, margin:0-0.1 or loss:2-",
    ),
    "game": (re.compile(r"\d{1,6}"), "the number of a round such as 7"),
    "marks": (re.compile(r"none|(\d|1[01])(-(\d|1[01])){0,11}"), "marked tracks such as 0-3-11, or none"),
    "watch": (re.compile("on"), "on"),
    "view": (re.compile("plain|projector"), "plain or projector"),
    "watched": (re.compile(r"[1-9]\d{0,8}"), "the number of a track such as 17"),
    "what": (re.compile(r"[^\x00-\x1f]{1,2000}"), "changed features such as mfcc1:2.3,mfcc2:-1"),
}
WITH_SETTINGS = (
    "views/train/page.py",
    "views/data/page.py",
    "views/lens/page.py",
    "views/repeat/page.py",
    "views/tune/page.py",
)
"""Pages whose address says the settings."""
REMEMBERED = {"run", "runs", "lens", "lesson", "view"}
"""State that stays the same from page to page."""
LEFT_OUT = "pages left out"
"""Where the session keeps the names of pages that are not there for this browser."""
ADDRESS = re.compile(r"https?:(?=//)|www(?=\.)|(?<=[\w.+-])@(?=[\w-]+\.)", re.IGNORECASE)
"""What an address of a page or of a person is known by in Markdown."""
_NOTES, _SETTINGS, _NAMED = "address notes", "address settings", "run that a link names"


def read(run_named: Callable[[str], tuple[str | None, str]] = lambda _: (None, "")) -> None:
    """Check the address, take out what does not fit, and show what was wrong with it until it is dismissed.

    `run_named` returns the identifier of the run that a link names, None where there is none, and what is to be said.
    """
    _look_up(run_named)
    given = _given()
    kept, notes = judge(given)
    if kept != given:
        _write({}, drop=given.keys() - kept.keys())
        st.session_state[_NOTES] = [*st.session_state.get(_NOTES, ()), *notes]
    if st.session_state.get(_NOTES):
        _show_notes(st.session_state[_NOTES])


def _look_up(run_named: Callable[[str], tuple[str | None, str]]) -> None:
    """Put the identifier of a run in the place of its name, once for each that a link names."""
    text = st.query_params.get("run")
    if not text or text == st.session_state.get(_NAMED):
        return
    found, said = run_named(text)
    st.session_state[_NAMED] = found or text
    if said:
        st.session_state[_NOTES] = [*st.session_state.get(_NOTES, ()), said]
    if found and found != text:
        _write({"run": found})


def judge(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the parameters that fit, and one sentence for each that does not."""
    kept, notes = _judged(tuple(given.items()))
    return dict(kept), list(notes)


@lru_cache(maxsize=1000)
def _judged(given: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, str], Sequence[str]]:
    kept, notes = dict(given), list[str]()
    for name, (pattern, expected) in LOOKED_AT.items():
        if name in kept and not pattern.fullmatch(kept[name]):
            notes.append(f"{name} is {_short(kept.pop(name))} in this link, but should be {expected}; ignored.")
    if kept.get("preset", OPENING.name) not in PRESETS:
        notes.append(f"There is no preset named {_short(kept.pop('preset'))}; using {OPENING.title}.")
    named = {name: text for name, text in kept.items() if _is_setting(name)}
    fitting, more = _judge_settings(named, PRESETS[kept.get("preset", OPENING.name)].config)
    return {name: text for name, text in kept.items() if name not in named or name in fitting}, [*notes, *more]


def settings_said(looked_at: str = "run") -> dict[str, str]:
    """Return the preset and the settings that the address names, put back where a navigation link dropped them.

    What the page looks at (`run`, `lens`) is put back with them, in the same Back step.
    """
    said = settings_named()
    kept: dict[str, str] = st.session_state.get(_SETTINGS, {})
    if kept and not said and not _went_back():
        seen = st.session_state.get(_remembered(looked_at))
        _write({**kept, **({looked_at: seen} if seen else {})})
        return kept
    st.session_state[_SETTINGS] = said
    return said


def settings_kept() -> dict[str, str]:
    """Return the preset and the settings that the session said last: for pages whose address does not say them."""
    return dict(st.session_state.get(_SETTINGS, {}))


def settings_named() -> dict[str, str]:
    """Return the preset and the settings that the address names just now: for callbacks."""
    return {name: text for name, text in _given().items() if name == "preset" or _is_setting(name)}


def say_settings(said: Mapping[str, str]) -> None:
    """Let the address name this preset and these settings and no others, in one Back step."""
    st.session_state[_SETTINGS] = dict(said)
    named = settings_named()
    if named != said:
        _write(said, drop=named.keys() - said.keys())


def run_id() -> str | None:
    """Return the run looked at, put back into the address where a navigation link dropped it."""
    return _put_back("run")


def run_ids() -> list[str]:
    """Return the runs that are compared, put back into the address where a navigation link dropped them."""
    named = _put_back("runs")
    return named.split(",") if named else []


def view() -> str:
    """Return how much of a page is in sight, put back where a navigation link dropped it; empty for all of it."""
    return _put_back("view") or ""


def lens_id() -> str | None:
    """Return the lens looked at, put back into the address where a navigation link dropped it."""
    return _put_back("lens")


def lesson() -> str | None:
    """Return the step of a lesson that the address names, put back where a navigation link dropped it.

    A step looks at what its own address says: of the runs and settings before it, nothing is put back.
    """
    given, before = st.query_params.get("lesson"), st.session_state.get(_remembered("lesson"))
    if given and given != before:
        for name in ("run", "runs"):
            st.session_state.pop(_remembered(name), None)
        st.session_state.pop(_SETTINGS, None)
    return _put_back("lesson")


def names_lesson_alone() -> bool:
    """Say whether a link has just named a step of a lesson, and nothing else but a view."""
    given = _given()
    is_new = given.get("lesson") != st.session_state.get(_remembered("lesson"))
    return is_new and "lesson" in given and given.keys() <= {"lesson", "view"}


def run_seen() -> str | None:
    """Return the run looked at, without a change of the address."""
    return st.query_params.get("run") or st.session_state.get(_remembered("run"))


def step_link(
    page: str,
    here: bool,
    label: str,
    key: str,
    params: Mapping[str, str],
    type: Literal["primary", "secondary"] = "primary",
) -> None:
    """Draw the link to a step of a lesson, on the page it stands on (`here`) or on another; it says all there is."""
    icon = ":material/arrow_forward:"
    if here:
        st.button(label, icon=icon, key=key, type=type, on_click=open_step, args=(params,))
    else:
        st.page_link(page, label=label, icon=icon, query_params=dict(params))


def open_step(params: Mapping[str, str]) -> None:
    """Let the address say these parameters, and keep none of its own but the view: for callbacks too."""
    st.session_state[_SETTINGS] = {name: text for name, text in params.items() if name == "preset" or _is_setting(name)}
    for name in REMEMBERED - {"view"}:
        st.session_state.pop(_remembered(name), None)
    st.session_state.update({_remembered(name): params[name] for name in REMEMBERED & params.keys()})
    bound = {name for name in _given() if name in st.session_state}  # widgets that say their own parameter
    _write(params, drop=_given().keys() - params.keys() - bound - {"view"})


def selection(n_genres: int) -> Selection | None:
    """Return what of the confusion matrix is chosen (`cell`), if the matrix has it."""
    text = st.query_params.get("cell")
    if not text:
        return None
    try:
        return Selection.of(text, n_genres)
    except ConfigError:
        note(f"cell is {_short(text)} in this link, but the matrix has {n_genres} genres; no cell is chosen.")
        return None


def merges(n_genres: int) -> Merges:
    """Return which genres count as one (`merge`), if they are there."""
    text = st.query_params.get("merge")
    if not text or not MERGE_PATTERN.fullmatch(text):
        return ()
    try:
        members_of(n_genres, merges_of(text))
    except ConfigError as error:
        note(f"{str(error).rstrip('.')}; no genres are merged.")
        return ()
    return merges_of(text)


def genre(names: Sequence[str]) -> str | None:
    """Return the genre looked at, if it is one of `names`."""
    text = st.query_params.get("genre")
    if text and text not in names:
        note(f"This run has no genre named {_short(text)}; none is chosen.")
    return text if text in names else None


def look(**looked_at: str | tuple[int, int] | None) -> None:
    """Change what is looked at (`run`, `lens`, `genre`, `cell`) in one Back step; None takes it out of the address."""
    texts, given = _texts(looked_at), _given()
    for name in REMEMBERED & looked_at.keys():
        st.session_state.pop(_remembered(name), None)
        if name in texts:
            st.session_state[_remembered(name)] = texts[name]
    drop = (looked_at.keys() - texts.keys()) & given.keys()
    if drop or any(given.get(name) != text for name, text in texts.items()):
        _write(texts, drop)


def page_link(page: str, label: str, icon: str | None = None, **looked_at: str | tuple[int, int] | None) -> None:
    """Draw a link to a page of the app (`views/evaluate/page.py`) that keeps run and settings, in one Back step.

    To a page that a teacher has left out there is none.
    """
    if page.split("/")[1] in st.session_state.get(LEFT_OUT, ()):
        return
    settings = st.session_state.get(_SETTINGS, {}) if page in WITH_SETTINGS else {}
    params = {**settings, **_texts({"run": run_seen(), "lesson": _lesson_seen(), **looked_at})}
    st.page_link(page, label=label, icon=icon, query_params=params)


def same_page_link(label: str, key: str, icon: str | None = None, **looked_at: str | tuple[int, int] | None) -> None:
    """Draw what does the same as `page_link` to the page it stands on: a page link there would leave the address."""
    st.button(label, icon=icon, key=key, type="tertiary", on_click=_go, args=(_texts(looked_at),))


def close_button(key: str, *names: str, help: str | None = None) -> None:
    """Draw the button that closes what these names in the address open."""
    closed = dict.fromkeys(names)
    st.button("Close", icon=":material/close:", type="tertiary", key=key, help=help, on_click=look, kwargs=closed)


def _go(looked_at: Mapping[str, str]) -> None:
    given = _given()
    texts = {**settings_named(), **_texts({"run": run_seen(), "lesson": _lesson_seen()}), **looked_at}
    _write(texts, drop=given.keys() - texts.keys())


def _lesson_seen() -> str | None:
    return st.session_state.get(_remembered("lesson"))


def _put_back(name: str) -> str | None:
    given, key = st.query_params.get(name), _remembered(name)
    if given:
        st.session_state[key] = given
    elif key in st.session_state and not _went_back():
        st.query_params[name] = st.session_state[key]
    return st.session_state.get(key)


def _remembered(name: str) -> str:
    """Return where the session keeps what was looked at last."""
    return f"address {name}"


def _is_setting(name: str) -> bool:
    section, dot, _ = name.partition(".")
    return bool(dot) and section in SECTIONS


def _given() -> dict[str, str]:
    """Return the parameters of the address as it is by now."""
    given = st.query_params.to_dict()
    return {name: text for name, text in given.items() if text or st.query_params.get_all(name)}


def _write(texts: Mapping[str, str], drop: Collection[str] = ()) -> None:
    """Write parameters and take others out in one Back step: an empty list takes one out."""
    st.query_params.update({**{name: [] for name in drop}, **texts})


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
        around = {name: text for name, text in fitting.items() if section == "before" and name.startswith("train.")}
        try:
            configure({**around, **own}, base)
        except ConfigError as error:
            instead = "there is no branch" if section == "before" else "using the preset's values instead"
            more.append(f"{str(error).rstrip('.')}; {instead}.")
            fitting = {name: text for name, text in fitting.items() if name not in own}
    return fitting, notes + more


def _drop_idle(fitting: dict[str, str], base: ExperimentConfig) -> tuple[dict[str, str], list[str]]:
    """Take out the settings of another source or network than the one chosen: they would do nothing."""
    tags = {name: text for name, text in fitting.items() if name in {f"{s}.{tag}" for s, (tag, _) in TAGS.items()}}
    active = {item.name for item in settings(configure(tags, base))}
    if fitting.get(BRANCH, "0") != "0":
        active |= {name for name in all_settings() if name.startswith("before.")}
    notes = [
        f"{name} has no effect with the other settings in this link; ignored." for name in fitting if name not in active
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
        if value  # what was just taken out of the address reads as empty
    }


def _went_back() -> bool:
    """Return whether the browser's Back or Forward made this run: writing the address then would undo it."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _short(text: str) -> str:
    """Return what a link says, short enough for a sentence."""
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def plain(sentence: str, longest: int = 600) -> str:
    """Return a sentence that may quote a link, so that nothing in it is read as Markdown.

    An address is made a link however it is escaped: a character without width takes it apart.
    """
    apart = ADDRESS.sub("\\g<0>\u2060", sentence[:longest])
    return re.sub(r"([\\`*_{}\[\]#|<>~$:])", r"\\\1", apart)


def _show_notes(notes: Sequence[str]) -> None:
    with st.container(key="address-notes", horizontal=True, vertical_alignment="top", gap="small"):
        st.caption(":material/link_off: " + "  \n".join(plain(note) for note in notes))
        st.button("Dismiss", icon=":material/close:", key="dismiss address notes", type="tertiary", on_click=_dismiss)


def _dismiss() -> None:
    st.session_state[_NOTES] = []


def note(sentence: str) -> None:
    """Say what is wrong with a link."""
    st.caption(f":material/link_off: {plain(sentence)}")
