"""Class: join one with its code, prepare one, or see what its students do."""

import streamlit as st

from dashboard.components import class_strip
from dashboard.services import classroom
from dashboard.services.workers import store
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.views.classroom import board, prepare
from genre_core.classroom.names import seat_name, seat_picture
from genre_core.classroom.plan import page_names
from genre_core.errors import ClassError
from genre_core.store.classes import Class, Seat
from genre_core.text import count

_CODE, _PROBLEM = "code of a class", "why this class was not joined"


def main() -> None:
    """Draw the page for a student, for a teacher, or for somebody who is in no class."""
    if key := st.query_params.get("teach"):
        _take_over(key)
    if found := classroom.mine():
        _student(*found)
    elif room := classroom.taught():
        board.draw(room)
    else:
        _join()
        prepare.draw()


def _take_over(key: str) -> None:
    """Let this browser be the teacher's, and take the key out of the address, which others may see."""
    taken = classroom.take_over(st.query_params.get("room", ""), key)
    address.look(teach=None, room=None)
    if not taken:
        st.error("This teacher's link does not open a class: make a new one beside the board.", icon=":material/error:")


def _join() -> None:
    st.header("Learn together.", anchor=False)
    st.caption("A teacher begins a class and shows its code. Nobody needs an account, and nobody is asked for a name.")
    with st.form("join a class", border=False, width=420), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Code of your class", key=_CODE, max_chars=12, placeholder="six letters")
        st.form_submit_button("Join", type="primary", on_click=_join_by_code)
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(plain(problem), icon=":material/error:")


def _join_by_code() -> None:
    try:
        class_strip.begin(classroom.join(st.session_state[_CODE]))
    except ClassError as error:
        st.session_state[_PROBLEM] = str(error)


def _student(room: Class, seat: Seat) -> None:
    title = plain(room.plan.title) or f"Class {room.code}"
    st.header(f"{title}: you are {seat_name(seat.number)} {seat_picture(seat.number)}.", anchor=False)
    if room.plan.task:
        st.markdown(plain(room.plan.task))
    others = len(store().classes.seats(room.code)) - 1
    st.caption(
        f"{count(others, 'other student')} {'is' if others == 1 else 'are'} here. Your class has the pages "
        f"{page_names(room.plan.pages)}. The teacher sees your predictions, sentences and runs under this name, and "
        "nothing that tells who you are. All of it is deleted after a day."
    )
    address.page_link("views/train/page.py", "Begin", icon=":material/arrow_forward:")


main()
