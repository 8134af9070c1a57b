"""Lessons: what to learn here, one after the other, and what was done so far."""

import streamlit as st

from dashboard.components.browser_memory import Done, browser_memory, done_in, keep_lesson, memory
from dashboard.components.lesson_panel import begin_link
from genre_core.lessons.lesson import Lesson
from genre_core.lessons.reading import lessons


def main() -> None:
    """Draw each lesson with the way into it."""
    browser_memory()
    st.header("Learn by predicting", anchor=False)
    st.markdown(
        "In each lesson you say what will happen, let a network learn, and compare. "
        "Your predictions stay in this browser; in a class, your teacher sees them without your name."
    )
    with st.grid(2, min_column_width=420):
        for number, (name, lesson) in enumerate(lessons().items(), 1):
            with st.container(key=f"lesson-{name}", border=True, height="stretch", gap="xsmall"):
                _lesson(number, name, lesson)
    st.page_link("views/glossary/page.py", label="What a word means: the glossary", icon=":material/menu_book:")


def _lesson(number: int, name: str, lesson: Lesson) -> None:
    done, last = done_in(name), len(lesson.step)
    st.subheader(f"{number}. {lesson.title}", anchor=False)
    st.markdown(lesson.goal)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        begun = "Look again" if done.at > last else f"Continue at step {done.at}"
        begin_link(begun if name in memory().lessons else "Begin", "lessons", name)
        st.caption(f"{lesson.minutes} minutes · {last} steps{' · done' if done.at > last else ''}", width="content")
        if name in memory().lessons:
            st.button("Start again", key=f"again {name}", type="tertiary", on_click=keep_lesson, args=(name, Done()))
    with st.expander("For teachers", key=f"teachers {name}", type="compact"):
        st.markdown(f"**The misconception:** {lesson.against}\n\n**Listen for:** {lesson.listen_for}")


main()
