"""The part of a window of sound that decided: a map of it, itself and the rest to hear, and whether the map is true."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dashboard.components.address_choice import address_choice, address_menu
from dashboard.components.ensembles import members_instead
from dashboard.components.player import Heard, Line, Map, player
from dashboard.components.plot import plot
from dashboard.components.safely import refreshing
from dashboard.services import clips
from dashboard.services.asking import Asked, ask, ask_again
from dashboard.services.sounds import sound_of
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.views.track import first_layer
from dashboard.views.track import listened_to_text as said
from dashboard.views.track.figures import faithfulness_figure
from dashboard.views.track.looked_at import LookedAt
from genre_core.data.clips.sounds import SAMPLE_RATE
from genre_core.explaining.faithfulness import Faithfulness
from genre_core.explaining.saliency import METHODS, methods_of
from genre_core.text import GAP, joined
from genre_core.workers import explaining
from genre_core.workers.explaining import Decided, Parts

SHARES = (5, 10, 20, 30, 40, 50)
USUAL = 20
LOOK_SECONDS = 0.5
HEIGHT = 240


def draw(track: LookedAt) -> None:
    """Draw the section for a network that listens to spectrograms."""
    st.subheader("What it listened to", anchor=False, help=said.HELP)
    if track.run.averages:
        members_instead(track.run, explaining.NO_SINGLE_NETWORK, "listened")
        return
    methods = methods_of(track.run.config.model)
    with st.container(key="track-listened", horizontal=True, vertical_alignment="center", gap="medium"):
        method = next(iter(methods))
        if len(methods) > 1:
            method = address_choice("Method", "method", {name: one.label for name, one in methods.items()})
        genre = _genre(track)
        share = _share()
    st.caption(METHODS[method].help)
    about = (track.run.id, track.run.attempt, track.row, genre, method)
    questions = _questions(about, share)
    waits = any(ask(*one).waiting for one in questions.values())
    refreshing(partial(_answers, waits), LOOK_SECONDS if waits else None)(track, genre, share, questions)
    if track.run.config.model.maps:
        first_layer.draw(track)


def _questions(about: tuple[Any, ...], share: float) -> dict[str, tuple[Any, ...]]:
    return {
        "decided": (explaining.decided, *about),
        "parts": (explaining.parts, *about, share),
        "told": (explaining.told, *about),
    }


def _genre(track: LookedAt) -> int:
    """Return the genre that is asked about: what the network answered, or another that a person chose."""
    by_answer = sorted(range(len(track.data.genres)), key=lambda genre: -track.logits[genre])
    return int(address_menu("Genre", "for", {str(genre): track.data.genres[genre] for genre in by_answer}))


def _share() -> float:
    """Return the share of the sound that counts as what decided."""
    given, key = st.query_params.get("share"), "listened share"
    st.session_state[key] = next((share for share in SHARES if str(share) == given), USUAL)
    if given and given not in map(str, SHARES):
        address.note(
            f"share is “{given[:40]}” in this link; it can be {joined([str(share) for share in SHARES], 'or')}."
        )

    def choose() -> None:
        value = st.session_state[key]
        address.look(share=None if value == USUAL else str(value))

    chosen = st.select_slider(
        "Share that decided", SHARES, format_func=lambda share: f"{share}{GAP}%", key=key, help=said.SHARE_HELP,
        on_change=choose, width=220,
    )  # fmt: skip
    return float(chosen) / 100


def _answers(waited: bool, track: LookedAt, genre: int, share: float, questions: dict[str, tuple[Any, ...]]) -> None:
    """Draw what is known by now; once all is, the page stops asking."""
    found = {name: ask(*question) for name, question in questions.items()}
    if waited and not any(one.waiting for one in found.values()):
        st.rerun()
    decided: Asked[Decided] = found["decided"]
    if decided.found is None:
        _no_answer(decided, questions)
        return
    name = track.data.genres[genre]
    st.markdown(plain(said.where_sentence(decided.found, share, name)))
    left, right = st.columns([2, 1], gap="large")
    with left:
        _parts(track, genre, share, decided.found, found["parts"], questions)
    with right:
        _told(found["told"], name, share, questions)


def _parts(
    track: LookedAt, genre: int, share: float, decided: Decided, asked: Asked[Parts], questions: dict[str, Any]
) -> None:
    if asked.found is None:
        _no_answer(asked, questions)
        return
    sounds, y_prob = asked.found.sounds, asked.found.y_prob
    length = len(sounds[0]) / SAMPLE_RATE
    gain = sound_of(track.run.config.data, track.data.heard[track.row].clip).gain
    heard = [
        Heard(clips.keep(clips.wav_of(sound)), title, detail=detail, length=length, gain=gain)
        for sound, (title, detail) in zip(
            sounds, said.part_titles(y_prob, genre, share, track.data.genres), strict=True
        )
    ]
    where = said.where_sentence(decided, share, track.data.genres[genre])
    weights = decided.attention
    player(
        heard,
        key="player listened",
        title="Listen to it",
        together=True,
        map=Map(decided.saliency, decided.step, decided.hertz, where),
        line=None if weights is None else Line("attention", decided.moment, tuple(weights.tolist())),
    )
    starts, padded = track.data.heard[track.row].start / 1000, track.data.inputs.shape[1] > decided.saliency.shape[1]
    st.caption(plain(said.map_sentence(track.data.genres[genre], starts, padded=padded)))
    st.caption(said.UNLIKE)


def _told(asked: Asked[Faithfulness], genre: str, share: float, questions: dict[str, Any]) -> None:
    if asked.found is None:
        _no_answer(asked, questions)
        return
    sentence = said.told_sentence(asked.found, genre, share)
    st.markdown(plain(sentence), help=said.TOLD_HELP)
    plot(faithfulness_figure(asked.found, genre, share), key="faithfulness", height=HEIGHT, alt=sentence)


def _no_answer(asked: Asked[Any], questions: dict[str, tuple[Any, ...]]) -> None:
    """Say that one waits, or why there is nothing, with a button to ask again."""
    if asked.waiting:
        st.caption(f":material/hourglass_empty: {said.WAITING}")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/error: {plain(asked.problem)}")
        again: Callable[[], None] = partial(_again, list(questions.values()))
        st.button("Try again", icon=":material/refresh:", type="tertiary", key="listened again", on_click=again)


def _again(questions: list[tuple[Any, ...]]) -> None:
    for question in questions:
        if ask(*question).problem:
            ask_again(*question)
