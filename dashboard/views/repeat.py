"""Repeat: one configuration with other seeds or on folds: how far its score moves by luck."""

from functools import partial

import streamlit as st

from dashboard import address, following_repeat, forms, services
from dashboard.address import plain
from dashboard.components.address_choice import address_choice
from dashboard.components.live import words
from dashboard.components.plot import chart
from dashboard.components.ruler import ruler
from dashboard.sections import repeated
from dashboard.sentences import repeats as sentences
from dashboard.services import Repetition
from genre_core.config import ExperimentConfig
from genre_core.errors import ConfigError, RunStateError, StoreError
from genre_core.presets import PRESETS
from genre_core.selection import Folds, OtherSeeds
from genre_core.store import new_run_id

WAYS = (
    OtherSeeds(),
    OtherSeeds(vary="network"),
    OtherSeeds(times=30, vary="network"),
    OtherSeeds(vary="split"),
    Folds(),
    Folds(k=10),
    Folds(repeats=5),
)
OPTIONS = {sentences.option(way): way for way in WAYS}
PARTS = {"validation": "Validation", "test": "Test"}
MOST_LETTERS = 1000
CHOICE, UNSAVED = "repetition choice", "why nothing was repeated"


def main() -> None:
    """Draw the page: the answer, the buttons, the curves, the runs; settings in the sidebar."""
    form = forms.sidebar_settings(PRESETS, services.tables(), looked_at="study")
    found, missing = _looked_at()
    with st.container(key="repeat-page", gap="small"):
        for note in filter(None, (missing, st.session_state.pop(UNSAVED, ""))):
            st.caption(f":material/error: {plain(note)}")
        answer = st.container(key="repeat-answer", gap="xsmall")
        with st.container(key="repeat-controls", horizontal=True, vertical_alignment="center", gap="small"):
            _controls(found, form.config)
            if found:
                found = _judged(found)
                words(following_repeat.parts(found)["progress"], "repeat progress", live="progress", width=230)
        with answer:
            _answer(found)
        if found:
            _repetition(found, form.config)


def _looked_at() -> tuple[Repetition | None, str]:
    """Return the repetition that the address names, or the sentence why it cannot be shown."""
    study_id = st.query_params.get("study")
    if not study_id:
        return None, ""
    try:
        return services.repetition(study_id), ""
    except RunStateError as error:
        return None, str(error)


def _answer(found: Repetition | None) -> None:
    if found is None:
        text = following_repeat.answer_part(sentences.BEFORE.answer, sentences.BEFORE.reason)
        words(text, "repeat answer words")
        return
    parts = following_repeat.parts(found)
    words(parts["answer"], "repeat answer words", live="answer")
    ruler(parts["ruler"], "repeat ruler", live="ruler")


def _controls(found: Repetition | None, config: ExperimentConfig | None) -> None:
    """Draw the buttons and the choices."""
    active, state = bool(found and found.study.active), found.study.state if found else ""
    place = st.container(key="repeat-start", width="content")
    if state in ("failed", "cancelled"):
        st.button("Go on", icon=":material/resume:", key="go on repeating", on_click=services.resume_repeating,
                  args=(_id(found),), help="Train the runs that are missing; those that are there stay.")  # fmt: skip
    else:
        st.button("Stop", icon=":material/stop:", key="stop repeating", disabled=not active,
                  on_click=services.stop_repeating, args=(_id(found),),
                  help="End now and keep the runs that are done; the others can go on later.")  # fmt: skip
    way = OPTIONS[
        st.selectbox(
            "How",
            OPTIONS,
            key="how",
            bind="query-params",
            label_visibility="collapsed",
            width=265,
            help="Other seeds say what luck does to a score. Folds judge every track outside the test part.",
        )
    ]
    with place:
        st.button(
            "Repeat",
            icon=":material/play_arrow:",
            type="primary",
            key="repeat",
            disabled=config is None or active,
            on_click=_repeat,
            args=(new_run_id(), config, way),  # made when the page is drawn: a double click starts one repetition
        )
    _former(found)


def _id(found: Repetition | None) -> str:
    return found.study.id if found else ""


def _repeat(study_id: str, config: ExperimentConfig, way: OtherSeeds | Folds) -> None:
    try:
        services.repeat(study_id, services.repeats_config(config, way))
    except (StoreError, ConfigError) as error:  # there is nothing to look at
        st.session_state[UNSAVED] = f"Nothing was started. {error}"
        return
    address.look(study=study_id, part=None, **{"with": None})


def _former(found: Repetition | None) -> None:
    """Draw the list of former repetitions; choosing one puts it into the address."""
    former = {study.id: study for study in services.repetitions()}
    if found:
        former.setdefault(found.study.id, found.study)
    if not former:
        return
    st.session_state[CHOICE] = found.study.id if found else None
    st.selectbox(
        "Former repetitions",
        list(former),
        format_func=lambda name: sentences.label(former[name], services.repeats_config_or_none(former[name])),
        key=CHOICE,
        placeholder="Open a former one",
        label_visibility="collapsed",
        width=330,
        on_change=partial(_choose, CHOICE, tuple(former)),
    )


def _choose(key: str, former: tuple[str, ...]) -> None:
    # Streamlit knows an option by its label: one whose state has changed meanwhile counts as a choice, of its old label
    if (study_id := st.session_state[key]) in former:
        address.look(study=study_id, part=None, **{"with": None})


def _judged(found: Repetition) -> Repetition:
    """Draw the choice of the part that other seeds are judged on; the test part only once it was opened."""
    if isinstance(found.config.what, Folds) or not found.complete:
        return found
    part = address_choice("Part", "part", PARTS, help="Validation is for choosing; test is for reporting.")
    if part == "validation":
        return found
    if not found.opened:
        st.button("Open the test parts", icon=":material/lock_open:", key="open tests", help=sentences.CLOSED,
                  on_click=services.open_repetition, args=(found.study.id,))  # fmt: skip
        return found
    return services.repetition(found.study.id, test=True)


def _repetition(found: Repetition, config: ExperimentConfig | None) -> None:
    if st.query_params.get("part") == "test" and found.part == "validation":
        st.caption(f":material/lock: {plain(sentences.CLOSED)}")
    if held_out := sentences.held_out(found):
        st.caption(plain(held_out, MOST_LETTERS))
    if config:
        _say_what_differs(found, config)
    parts = following_repeat.parts(found)
    for name, column in zip(("loss", "accuracy"), st.columns(2, gap="medium"), strict=True):
        with column:
            chart(parts[name], f"repeat {name}", height=following_repeat.HEIGHT, revision=found.study.id, live=name)
    repeated.runs(found)
    repeated.matrix_of_folds(found)
    repeated.comparison(found)
    following_repeat.follow_from(found)


def _adopt(config: ExperimentConfig) -> None:
    forms.adopt(config, PRESETS)


def _say_what_differs(found: Repetition, config: ExperimentConfig) -> None:
    """Say where the settings in the sidebar are not those that were repeated."""
    text = sentences.what_differs(config, found.config.experiment)
    if text:
        with st.container(key="repeat-differs", horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f":material/difference: {plain(text)}", width="content")
            st.button("Use the settings repeated", type="tertiary", on_click=_adopt, args=(found.config.experiment,))


main()
