"""Listen: what a run says of a sound that a person brings along, and how much that is worth."""

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.ensembles import members_instead
from dashboard.components.file_names import about
from dashboard.components.judged_head import say_headline
from dashboard.components.number_fields import reject_below
from dashboard.components.run_picker import run_picker
from dashboard.components.safely import refreshing
from dashboard.services import listening, runs
from dashboard.services.listening import Brought
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import evaluate_states
from dashboard.views.listen import answer
from dashboard.views.listen import text as sentences
from dashboard.views.listen.keep import keep_it
from genre_core.data.tables.formats import MAX_BYTES
from genre_core.errors import GenreLabError
from genre_core.judging.fitted import DEAF, MIXED
from genre_core.store.schema import Run
from genre_core.takehome.naming import file_name

LOOK_SECONDS = 0.3


def main() -> None:
    """Draw the run that listens, what it listens to, and what it says."""
    with st.container(key="listen-page", gap="small"):
        found = listening.listeners()
        run = _looked_at(found)
        head, choice = st.columns([1.75, 1], gap="medium")
        with choice, st.container(key="listen-choice", horizontal=True, vertical_alignment="top", gap="small"):
            run_picker(run, found)
            threshold = reject_below("listen threshold", sentences.THRESHOLD_HELP) if run else 0.0
        if run is None:
            with head:
                _say_why_not()
            return
        _listen(run, threshold, head)


def _say_why_not() -> None:
    named, any_runs = address.run_id(), bool(runs.listed(limit=1))
    asked_for = runs.run(named)
    if asked_for is None:
        say_headline(*(sentences.nobody(any_runs) if named is None else evaluate_states.no_run(named, any_runs)))
    elif asked_for.state != "complete":
        say_headline(*evaluate_states.not_complete(asked_for))
    else:
        st.header(plain(f"{asked_for.name} cannot listen."), anchor=False)
        members_instead(asked_for, MIXED if asked_for.averages else DEAF, "listen")


def _looked_at(found: list[Run]) -> Run | None:
    """Return the run of the address, which must be there and able to listen, or without one the newest that can."""
    named = address.run_id()
    if named is None:
        return found[0] if found else None
    asked_for = runs.run(named)
    return asked_for if asked_for and asked_for.state == "complete" and listening.can_listen(asked_for) else None


def _listen(run: Run, threshold: float, head: st.delta_generator.DeltaGenerator) -> None:
    about(file_name(run))
    try:
        sound = _sound(run)
    except GenreLabError as error:
        with head:
            say_headline(evaluate_states.no_answer(str(error)))
        return
    if sound is None:
        with head:
            say_headline(sentences.waiting(run))
        return
    hearing = listening.hearing(run, sound)
    if not hearing.done():
        with head:
            st.header("Listening …", anchor=False)
            refreshing(_wait, LOOK_SECONDS)(run, sound)
        answer.draw_sound(sound)
        return
    try:
        found = hearing.result()
    except GenreLabError as error:
        with head:
            say_headline(evaluate_states.no_answer(str(error)))
            st.button("Try again", icon=":material/refresh:", type="tertiary", on_click=listening.forget,
                      args=(run, sound))  # fmt: skip
        return
    with head:
        answer.draw_head(found, threshold)
    answer.draw(run, sound, found)


def _wait(run: Run, sound: Brought) -> None:
    """Start the page anew when the answer is there."""
    if listening.hearing(run, sound).done():
        st.rerun()
    st.caption("A worker measures the sound and asks the network.")


def _sound(run: Run) -> Brought | None:
    """Draw where the sound comes from, and return it; raises GenreLabError where it cannot be heard."""
    source = address_choice("Sound", "sound", sentences.SOURCES, on_change={"clip": None})
    if source == "clip":
        return _clip(run)
    given = (
        st.audio_input(sentences.RECORD, sample_rate=44_100, key="recording")
        if source == "microphone"
        else st.file_uploader(sentences.UPLOAD, max_upload_size=MAX_BYTES // 1024**2, key="sound file")
    )
    if given is None:
        return None
    name = f"recording {given.file_id[:6]}.wav" if source == "microphone" else given.name
    sound = listening.bring(given.file_id, name, given.getvalue())
    keep_it(run, name, given.getvalue())
    return sound


def _clip(run: Run) -> Brought | None:
    clips = {clip.clip: clip for clip in listening.offered(run)}
    chosen = st.query_params.get("clip", "")
    if chosen and chosen not in clips:
        address.note("The clip in this link is not in the run's data, or its test part is closed; choose another.")
    if not chosen:
        chosen = next(iter(clips), "")
    st.session_state["listened clip"] = chosen if chosen in clips else None
    st.selectbox("Clip", list(clips), key="listened clip", index=None, placeholder="choose a clip",
                 format_func=lambda name: f"{clips[name].name} · {clips[name].genre}", label_visibility="collapsed",
                 on_change=lambda: address.look(clip=st.session_state["listened clip"]))  # fmt: skip
    return listening.of_clip(run, clips[chosen]) if chosen in clips else None


main()
