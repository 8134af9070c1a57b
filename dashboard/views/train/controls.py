"""The buttons that train, pause, step, resume and stop, the pace, and the progress of the run they act on."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.services import classroom, commands, watching
from dashboard.services.diagnoses import diagnosis
from dashboard.shell import address, forms
from dashboard.text import train as sentences
from genre_core.errors import ConfigError, StoreError
from genre_core.settings.branches import branch_of
from genre_core.settings.config import BeforeConfig, ExperimentConfig
from genre_core.settings.names import all_settings
from genre_core.settings.paces import FAST, PACES
from genre_core.store.runs import new_run_id
from genre_core.store.schema import Run

_UNSAVED = "why train started nothing"


@dataclass(frozen=True)
class _Button:
    key: str
    label: str
    icon: str
    act: Callable[[str], None]
    states: tuple[str, ...]
    help: str


def draw(run: Run | None, config: ExperimentConfig | None) -> None:
    """Draw the buttons for the run looked at; `config` is what Train starts (None: it cannot be trained)."""
    state = run.state if run else "none"
    st.button(
        "Train",
        icon=":material/play_arrow:",
        type="primary",
        key="train",
        disabled=config is None or bool(run and run.active),
        on_click=_train,
        args=(new_run_id(), config),  # made when the page is drawn: a double click starts one run
    )
    for button in _buttons(state):
        st.button(
            button.label,
            icon=f":material/{button.icon}:",
            key=button.key,
            disabled=state not in button.states,
            help=button.help,
            on_click=button.act,
            args=(run.id if run else "",),
        )
    _choose_pace(run)


def _choose_pace(run: Run | None) -> None:
    usual = "How fast you watch. The result is the same. Step goes on to the next epoch where it pauses after each."
    fixed = classroom.fixed_pace()
    st.selectbox(
        "Pace",
        [fixed] if fixed else list(PACES),
        key="fixed pace" if fixed else "pace",
        bind=None if fixed else "query-params",
        label_visibility="collapsed",
        width=222,  # the longest is not cut
        help="Your teacher has chosen how fast runs train." if fixed else usual,
        on_change=_set_pace,
        args=(run,),
        disabled=bool(fixed),
    )


def remedy(run: Run) -> None:
    """Draw the button that changes the setting at fault and trains, where the run's diagnosis names one."""
    found = diagnosis(run)
    if found is None or found.remedy is None:
        return
    st.button(
        found.remedy.label,
        icon=":material/healing:",
        key="remedy",
        help="Change this setting in the sidebar and train a new run with it.",
        on_click=_mend,
        args=(new_run_id(), run.config, found.remedy.config),
    )


def _mend(run_id: str, config: ExperimentConfig, mended: ExperimentConfig) -> None:
    """Let the settings be the mended ones, as a variation of those of the run, and train them."""
    address.say_settings(forms.link(mended, config))
    _train(run_id, mended)


def branch(run: Run, epochs: tuple[int, int], planned: int) -> None:
    """Draw the way to branch from a run: `epochs` are the one that is offered and the last one possible.

    `planned` is the epoch after which the settings branch by now, 0 where they do not.
    """
    offered, last = epochs
    key = f"branch {run.id} {planned}"  # it closes once a branch is planned
    with st.popover(
        "Branch", icon=":material/call_split:", key=key, help="Continue from an epoch with other settings."
    ):
        key = f"branch epoch of {run.id} {run.epoch}"
        st.number_input("After epoch", 1, last, min(offered, last), key=key, width=140, help=sentences.branch_help(run))
        st.button("Branch here", key="branch here", on_click=_branch, args=(run, key, 1.0))
        st.button("With a tenth of the learning rate", key="branch slower", on_click=_branch, args=(run, key, 0.1))


def _branch(run: Run, key: str, factor: float) -> None:
    """Let the settings be those of a branch of the run: Train then trains it."""
    lowest = all_settings()["train.learning_rate"].low or 0.0
    try:
        config = branch_of(run.config, int(st.session_state[key]))
        rate = max(lowest, float(f"{config.train.learning_rate * factor:.6g}"))
        forms.adopt(branch_of(run.config, config.before.epochs, learning_rate=rate))
    except ConfigError as error:
        st.toast(str(error), icon=":material/error:")


def no_branch(config: ExperimentConfig) -> None:
    """Let the settings be what the branch has, from the first epoch on: for callbacks."""
    forms.adopt(config.model_copy(update={"before": BeforeConfig()}))


def unsaved() -> str:
    """Return why the last press of Train started nothing."""
    problem: str = st.session_state.get(_UNSAVED, "")
    return f"Nothing was started. {problem}" if problem else ""


def _buttons(state: str) -> tuple[_Button, ...]:
    """Return the buttons beside Train; Pause, Resume and Start again share one place and keep the keyboard's focus."""
    active, unfinished = ("queued", "running"), ("queued", "running", "paused")
    pause = _Button("pause", "Pause", "pause", commands.pause, active, "Pause after this epoch and free the worker.")
    resume = _Button("pause", "Resume", "resume", _resume, ("paused",), "Resume as if it had never been paused.")
    meaning, ended = "Train this run again from epoch 1.", ("failed", "cancelled")
    again = _Button("pause", "Start again", "replay", commands.restart, ended, meaning)
    first = {"paused": resume, "failed": again, "cancelled": again}.get(state, pause)
    return (
        first,
        _Button("step", "Step", "skip_next", commands.step, unfinished, "Train one epoch, then pause."),
        _Button("stop", "Stop", "stop", commands.stop, unfinished, "Stop now and keep the best weights."),
    )


def _train(run_id: str, config: ExperimentConfig) -> None:
    st.session_state[_UNSAVED] = ""
    try:
        commands.train(run_id, config, _pace())
    except StoreError as error:  # there is no run to look at
        st.session_state[_UNSAVED] = str(error)
        return
    if st.query_params.get("watch"):
        watching.watch(run_id)  # its first epoch may end before the page is drawn
    address.look(run=run_id, cell=None)


def _resume(run_id: str) -> None:
    commands.resume(run_id, _pace())


def _pace() -> str:
    """Return the pace that a person chose; where it is fixed, none is to be chosen."""
    return str(st.session_state.get("pace", FAST))


def _set_pace(run: Run | None) -> None:
    if run and run.state in ("queued", "running", "paused"):
        commands.set_pace(run, _pace())
