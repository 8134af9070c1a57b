"""The line above every page that tells a student which class this is, and what its teacher has locked is kept."""

import streamlit as st

from dashboard.components.browser_memory import Done, keep_lesson
from dashboard.components.lesson_panel import params_now
from dashboard.services import classroom
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from genre_core.classroom.names import seat_name, seat_picture
from genre_core.classroom.plan import PAGES
from genre_core.errors import ClassError
from genre_core.lessons.reading import lessons
from genre_core.store.classes import Class

ALWAYS = ("classroom", "lessons", "glossary", "ear", "track", "report")
"""Pages that every class has."""
_PROBLEM = "why the class was not joined"


def arrive() -> None:
    """Find the seat of this browser, or take the one that a link offers, and hold the settings that are locked."""
    classroom.arrive()
    if code := st.query_params.get("class"):
        try:
            begin(classroom.join(code))
        except ClassError as error:
            st.session_state[_PROBLEM] = str(error)
            address.look(**{"class": None})
    found = classroom.mine()
    st.session_state[address.LEFT_OUT] = PAGES.keys() - set(found[0].plan.pages) if found else frozenset()
    moves = found[0].plan.moves if found else None
    st.session_state[forms.MOVES] = None if moves is None else frozenset(moves)


def begin(joined: Class) -> None:
    """Begin where the teacher wants a class to begin, with its settings and its lesson, or go on after a return."""
    name, found = joined.plan.lesson, classroom.mine()
    if name in lessons():
        if found and not found[1].page:  # who sat at this browser before may have done the lesson
            keep_lesson(name, Done())
        address.open_step(params_now(name))
        return
    address.say_settings(dict(joined.plan.said))
    address.look(**{"class": None})


def allows(page: str) -> bool:
    """Say whether this browser may see a page, named as its address is."""
    found = classroom.mine()
    return found is None or page in (*ALWAYS, *found[0].plan.pages)


def hold(page: str) -> None:
    """Put back what is locked where an address says something else, and let the class know where its student is."""
    found = classroom.mine()
    if found is None:
        return
    if f"views/{page}/page.py" in address.WITH_SETTINGS:
        said = address.settings_said()
        if (kept := found[0].plan.kept(said)) != said:
            address.say_settings(kept)
    classroom.tell_page(page)


def not_here(title: str) -> None:
    """Say that a page is not one of this class."""
    st.header(f"{title} is not part of this class.", anchor=False)
    st.caption("Your teacher has chosen its pages. Leave the class to see all of them.")


def class_strip() -> None:
    """Draw the line: who one is here, the class and its task, and the way out."""
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(plain(problem), icon=":material/error:")
    found = classroom.mine()
    if found is None:
        return
    room, seat = found
    with st.container(key="class-strip", horizontal=True, vertical_alignment="center", gap="small"):
        who = f"{seat_picture(seat.number)} You are **{seat_name(seat.number)}** in class {room.code}"
        st.caption(" · ".join(filter(None, (who, plain(room.plan.title), plain(room.plan.task)))))
        st.button("Leave the class", key="leave class", type="tertiary", on_click=classroom.leave)
