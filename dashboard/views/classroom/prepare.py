"""Preparing a class: what its students see, what they may change, and what they are asked to do."""

import streamlit as st
from pydantic import ValidationError

from dashboard.services import classroom
from dashboard.shell import address
from dashboard.shell.address import plain
from genre_core.classroom.plan import MOST_AT_ONCE, MOST_EPOCHS, MOST_RUNS, MOST_TRACKS, PAGES, USUAL_PAGES, ClassPlan
from genre_core.errors import ClassError, ConfigError
from genre_core.lessons.reading import lessons
from genre_core.settings.names import all_settings, settings
from genre_core.settings.naming import run_name
from genre_core.settings.paces import PACES
from genre_core.studies.in_class import unusable

ALL, SOME, NONE = "everything", "only what you choose", "nothing: they train as prepared"
_PROBLEM = "why no class was begun"


def draw() -> None:
    """Draw the form that begins a class."""
    st.subheader("Prepare for a class", anchor=False)
    said = address.settings_kept()
    try:
        plan = ClassPlan(said=tuple(sorted(said.items())))
    except (ValidationError, ConfigError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    task, rules = st.columns(2, gap="large", width=1200)
    with task:
        st.text_input("Title", key="class title", max_chars=120, placeholder="What a learning rate does")
        st.text_area("Task", key="class task", max_chars=600, height=80,
                     placeholder="What your students are to find out. It stands above every page.")  # fmt: skip
        own = {"": "none: they train freely"} | {name: lesson.title for name, lesson in lessons().items()}
        st.selectbox("Lesson", list(own), format_func=own.__getitem__, key="class lesson")
        st.toggle("Hold results back until I show them", key="class together",
                  help="In a lesson nobody trains or sees a result before you show the predictions.")  # fmt: skip
    with rules:
        paces = {"": "as each student chooses"} | {name: name for name in PACES}
        st.selectbox("Pace of their runs", list(paces), format_func=paces.__getitem__, key="class pace", width=300,
                     help="How fast all runs of the class train. Their results are the same at each pace.")  # fmt: skip
        if not st.session_state["class lesson"]:
            _what_may_change(plan)
    st.button("Begin the class", type="primary", icon=":material/school:", key="begin class", on_click=_begin,
              args=(plan.said,))  # fmt: skip
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(plain(problem), icon=":material/error:")


def _what_may_change(plan: ClassPlan) -> None:
    pages = [name for name in PAGES if name != "train"]
    st.multiselect("Pages beside Train", pages, default=[name for name in USUAL_PAGES if name != "train"],
                   format_func=PAGES.__getitem__, key="class pages", wrap=True)  # fmt: skip
    st.radio("Your students may change", [ALL, SOME, NONE], key="class moves", horizontal=True)
    if st.session_state["class moves"] == SOME:
        names = [item.name for item in settings(plan.config)]
        st.multiselect("Settings that they may change", names, default=["train.learning_rate"], wrap=True,
                       format_func=lambda name: all_settings()[name].title, key="class settings")  # fmt: skip
    st.caption(
        f"They begin with the settings that you have now: **{plain(run_name(plan.config, {}))}**. Change "
        f"them on Train first. A student may train {MOST_RUNS} runs, {MOST_AT_ONCE} at a time, on up to "
        f"{MOST_TRACKS:,} tracks for up to {MOST_EPOCHS} epochs."
    )


def _begin(said: tuple[tuple[str, str], ...]) -> None:
    state = st.session_state
    chosen = {ALL: None, SOME: tuple(state.get("class settings", ())), NONE: ()}[state.get("class moves", ALL)]
    lesson = state["class lesson"]
    try:
        plan = ClassPlan(
            title=state["class title"],
            task=state["class task"],
            pages=tuple(PAGES) if lesson else tuple(state["class pages"]),
            said=() if lesson else said,
            moves=None if lesson else chosen,
            lesson=lesson,
            together=state["class together"],
            pace=state["class pace"],
        )
        if problem := unusable(plan):
            state[_PROBLEM] = problem
            return
        state["teacher's key"] = classroom.begin(plan)[1]
    except (ClassError, ValidationError) as error:
        state[_PROBLEM] = str(error)
