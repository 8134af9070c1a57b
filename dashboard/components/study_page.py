"""Shared parts of the pages of studies: the one that the address names, how one is started, earlier ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

from dashboard.components.ruler import ruler
from dashboard.components.safely import refreshing
from dashboard.components.words import words
from dashboard.services import runs
from dashboard.services.studies import Named, config_or_none, latest_studies, resume_study, stop_study, with_losses
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text.studies import what_differs, what_differs_from_run
from dashboard.text.train import duration
from genre_core.errors import ConfigError, RunStateError, StoreError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.runs import new_run_id
from genre_core.store.schema import Study
from genre_core.studies.kinds import Kind
from genre_core.values import Frozen

Found = TypeVar("Found")
Config = TypeVar("Config", bound=Frozen)

LEAST_LETTERS, LOOK_SECONDS = 4, 1.0
_UNSAVED = "why no study was started"


def looked_at(study_id: str | None, read: Callable[[str], Found]) -> Found | None:
    """Return the study that the address names; say why where it cannot be shown, or where none was started."""
    if unsaved := st.session_state.pop(_UNSAVED, ""):
        _say(unsaved)
    if not study_id:
        return None
    try:
        return read(study_id)
    except RunStateError as error:
        _say(str(error))
        return None


def start_and_look(begin: Callable[[], None], **looked_at: str | None) -> None:
    """Start a study and look at it, or let the page say why it could not be started."""
    try:
        begin()
    except (StoreError, ConfigError) as error:  # there is nothing to look at
        st.session_state[_UNSAVED] = f"Nothing was started. {error}"
        return
    address.look(**looked_at)


def ask_or_wait(studies: Named[Config], config: Config, label: str, wait: Callable[[], None]) -> None:
    """Draw how far the study of a page's section is, by `wait`, and the button that begins or stops it."""
    study = studies.find(config)
    if study is not None and study.active:
        refreshing(wait, LOOK_SECONDS)()
    ask_button(studies, config, study, label, begun=study is not None)
    if study is not None and study.error:
        st.caption(f":material/error: {plain(study.error)}")


def ask_button(studies: Named[Config], config: Config, study: Study | None, label: str, *, begun: bool) -> None:
    """Draw the button that begins the study of a page's section, goes on with one that has `begun`, or stops it."""
    if study is not None and study.active:
        st.button("Stop", icon=":material/stop:", key=f"stop {studies.prefix}", on_click=studies.stop, args=(config,),
                  help="Stop now and keep the results so far.")  # fmt: skip
    elif study is None or study.state in ("failed", "cancelled"):
        label = "Continue" if begun else label
        st.button(label, icon=":material/play_arrow:", type="primary", key=f"ask {studies.prefix}",
                  on_click=start_and_look, args=(lambda: studies.ask(config),))  # fmt: skip


def measure_here(studies: Named[Config], config: Config, find: Callable[[], Any]) -> None:
    """Draw the button that measures what a section shows, and how far that is.

    `find` returns the study as far as it is, None before it was asked for: its `scores` of `n_scores`, the share of the
    work that is `done`, and the `seconds_left`, where they are known.
    """
    found = find()
    with st.container(key=f"{studies.prefix}-buttons", horizontal=True, vertical_alignment="center", gap="small"):
        ask_button(studies, config, found.study if found else None, "Measure it", begun=bool(found and found.scores))
        if found is not None:
            refreshing(_trainings_done, LOOK_SECONDS if found.study.active else None)(find, found.study.state)


def _trainings_done(find: Callable[[], Any], drawn: str) -> None:
    """Say how many trainings are done, and draw the page anew once the study's state is not that `drawn`."""
    found = find()
    if found is None or found.study.state != drawn:
        st.rerun()
    study, so_far, left = found.study, f"{len(found.scores)} of {found.n_scores}", found.seconds_left
    if study.active:
        text = "waiting for a free worker" if study.state == "queued" else f"{so_far} trained"
        if study.measuring:
            text = "measuring the clips first"
        study_progress(study, found.done, text if left is None else f"{text}, about {duration(left)} left", 260)
    elif study.error:
        st.caption(f":material/error: {plain(study.error)}")
    elif study.state == "cancelled":
        st.caption(f"Stopped after {so_far}.")


def study_progress(study: Study, share: float, text: str, width: int | Literal["stretch"] = "stretch") -> None:
    """Draw how far a study with a page's section is, in [0, 1] and in words, and which workers it has lost."""
    st.progress(share, text, width=width)
    if lost := with_losses("", study):
        st.caption(lost)


def answer(name: str, parts: Mapping[str, Mapping[str, Any]] | None, before: Mapping[str, Any]) -> None:
    """Draw the answer of a study and its ruler, or what is said `before` there is one."""
    words(parts["answer"] if parts else before, f"{name} answer words", live="answer" if parts else "")
    if parts and "ruler" in parts:
        ruler(parts["ruler"], f"{name} ruler", live="ruler")


def start_button(
    label: str,
    key: str,
    ready: bool,
    begin: Callable[..., None],
    *args: Any,
    type: Literal["primary", "secondary"] = "primary",
) -> None:
    """Draw the button that starts a study; `begin` is given a name for it and `args`."""
    named = new_run_id()  # made when the page is drawn: a double click starts one study
    st.button(label, icon=":material/play_arrow:", type=type, key=key, disabled=not ready, on_click=begin,
              args=(named, *args))  # fmt: skip


def rest_button(study: Study | None, go_on: str, stop: str, rest: str = "Stop", icon: str = "stop") -> None:
    """Draw the button that stops a study, or goes on with one that was stopped or has failed; each has its help."""
    args = (study.id if study else "",)
    if study and study.state in ("failed", "cancelled"):
        st.button("Continue", icon=":material/resume:", key="go on", on_click=resume_study, args=args, help=go_on)
    else:
        st.button(rest, icon=f":material/{icon}:", key="rest", disabled=not (study and study.active),
                  on_click=stop_study, args=args, help=stop)  # fmt: skip


def former(
    title: str,
    of: Kind[Config],
    study: Study | None,
    label: Callable[[Study, Config | None], str],
    look: Callable[[str], None],
    *,
    width: int = 300,
) -> None:
    """Draw the list of former studies of a kind, the one looked at among them; `look` is told which one was chosen."""
    found = latest_studies(of)
    if study and study.id not in {one.id for one in found}:
        found.append(study)
    study_choice(
        title,
        found,
        study.id if study else None,
        lambda one: label(one, config_or_none(of, one)),
        look,
        placeholder="Open an earlier one",
        width=width,
    )


def study_choice(
    title: str,
    studies: Sequence[Study],
    chosen: str | None,
    label: Callable[[Study], str],
    look: Callable[[str], None],
    *,
    placeholder: str,
    width: int,
) -> None:
    """Draw a list of studies, newest first, and `look` at the one that a person chooses; none is drawn without any."""
    if not studies:
        return
    texts, key = _labels(studies, label), f"choice of {title}"
    st.session_state[key] = chosen if chosen in texts else None

    def choose() -> None:
        if (study_id := st.session_state[key]) in texts:  # else its label has changed, and nobody chose anything
            look(study_id)

    st.selectbox(
        title,
        list(texts),
        format_func=lambda study_id: texts.get(study_id, ""),
        key=key,
        placeholder=placeholder,
        label_visibility="collapsed",
        width=width,
        on_change=choose,
    )


def say_what_differs(name: str, config: ExperimentConfig | None, of: ExperimentConfig, done: str, whose: str) -> None:
    """Say where the settings in the sidebar are not those that a study is of, which can be taken over."""
    if config:
        _offer(name, what_differs(config, of, done, whose), of, done)


def say_what_differs_from_run(config: ExperimentConfig) -> None:
    """Say where the settings in the sidebar, which a study would be of, are not those of the run in the address."""
    run = runs.run(st.query_params.get("run"))
    if run is not None and run.known_config and not run.averages:
        text = what_differs_from_run(config, run.known_config, run.name)
        _offer("run", text, run.known_config, f"of {plain(run.name)}")


def _offer(name: str, text: str, config: ExperimentConfig, done: str) -> None:
    """Draw what differs, if anything, beside the button that takes other settings over."""
    if text:
        with st.container(key=f"{name}-differs", horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f":material/difference: {plain(text)}", width="content")
            st.button(f"Use the settings {done}", type="tertiary", on_click=forms.adopt, args=(config,))


def _labels(studies: Sequence[Study], label: Callable[[Study], str]) -> dict[str, str]:
    """Return a text for each study; the start of its identifier tells it from others that are or were called alike.

    A list goes by these words, and the browser's may be those of a minute ago.
    """
    ids = [study.id for study in studies]
    n = next(n for n in range(LEAST_LETTERS, 99) if len({one[:n] for one in ids}) == len(ids))
    return {study.id: f"{label(study)} · {study.id[:n]}" for study in studies}


def _say(sentence: str) -> None:
    st.caption(f":material/error: {plain(sentence)}")
