"""Predictions for changed features: sliders, and the smallest change that flips it."""

import re

import streamlit as st

from dashboard.components.cell_tracks import choices_of
from dashboard.components.features_meaning import features_meaning
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.promise import promised
from dashboard.components.view import beyond_plain
from dashboard.services.networks import Explanation, Training
from dashboard.services.prediction_sets import set_of_row
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.views.track import changed_features as what_if
from dashboard.views.track.answer import answer_bars
from dashboard.views.track.changed_features import answer_of, apply, crossing, read, way, write
from dashboard.views.track.decision import Decision, decision
from dashboard.views.track.looked_at import LookedAt
from dashboard.views.track.text import change_sentence, changed_answer, flip_sentence, moved, set_sentence
from genre_core.data.feature_words import meaning
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.explaining.network import FittedNetwork
from genre_core.settings.config import MusicConfig

SLIDERS, AT_ONCE = 6, 8
"""As many features, those that count most, have a slider at once; with those that are changed, as many stand open."""
PARTS = {"why": "Why", "genres": "Its genres", "what-if": "What if", "nearest": "Nearest"}
SCORE = {"score": "Score"}
Changed = dict[int, float]


def draw(track: LookedAt, network: FittedNetwork, training: Training, why: Explanation) -> Decision:
    """Draw the answer beside the sliders, and return the decision; what is changed is in the address."""
    features = track.data.features
    changed, notes = read(st.query_params.get("what"), features, training)
    for note in notes:
        address.note(note)
    left, right = st.columns([1, 1.35], gap="large")
    with left:
        now = answer_of(network, training, apply(track.raw, changed)) if changed else track.logits.astype("float64")
        st.subheader("Prediction of the network", anchor=False)
        by_genre = choices_of(now, track.true, track.data.genres)
        ordered = sorted(by_genre, key=lambda choice: track.data.genres.index(choice.genre))
        before = dict(zip(track.data.genres, track.y_prob.tolist(), strict=True))
        answer_bars(ordered, before if changed else None)
        phone_parts(PARTS | (SCORE if isinstance(track.run.config.data, MusicConfig) else {}))
        with part("what-if", "answer"), beyond_plain("changes"):
            st.caption(plain(changed_answer(now, track.logits.astype("float64"), track.data.genres, len(changed))))
            if not changed:  # nothing is promised of tracks that are none of the data's
                _set(track)
    with right, beyond_plain("what if", aside=True), part("what-if"):
        _head(track, changed)
        _sliders(track, training, why, changed)
        _flips(track, network, training, why)
    return decision(track, network, training, why, changed)


def answer_alone(track: LookedAt) -> None:
    """Draw the answer where there is no network to ask more of."""
    st.subheader(f"Prediction of the {'ensemble' if track.run.averages else 'network'}", anchor=False)
    genres = track.data.genres
    answer_bars(sorted(choices_of(track.logits, track.true, genres), key=lambda choice: genres.index(choice.genre)))
    _set(track)


def _set(track: LookedAt) -> None:
    """Say which genres are in the track's prediction set, unless the network learned from it."""
    promise = promised()
    held = set_of_row(track.run, track.data, track.part, track.row, promise, clean=track.clean)
    if held is not None:
        st.caption(
            plain(set_sentence(held, track.true, track.data.genres, promise.level)), help=GLOSSARY["prediction set"]
        )


def _head(track: LookedAt, changed: Changed) -> None:
    with st.container(key="track-what-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("What if", anchor=False, help="Each slider covers the range of the training tracks.")
        features_meaning(track.run.config.data, track.data.features)
        if changed:
            st.button(
                "Reset",
                icon=":material/undo:",
                type="tertiary",
                key="what reset",
                on_click=address.look,
                kwargs={"what": None},
            )


def _sliders(track: LookedAt, training: Training, why: Explanation, changed: Changed) -> None:
    """Draw a slider for the features that count most, for the changed ones, and for one that a person picks."""
    most = [int(feature) for feature in why.asked[:SLIDERS]]
    shown = most + [feature for feature in changed if feature not in most]
    rest = [feature for feature in range(len(track.data.features)) if feature not in shown]
    shown, more = shown[:AT_ONCE], shown[AT_ONCE:]
    with st.container(key="track-sliders"):
        places = st.columns(2, gap="medium")
        for at, feature in enumerate(shown):
            with places[at % 2]:
                _slider(track, training, feature, changed)
        if rest:
            left, right = st.columns(2, gap="medium")
            with left:
                picked = _picker(track, rest)
            if picked is not None:
                with right:
                    _slider(track, training, picked, changed)
        if more:
            with st.expander(f"{len(more)} more changed features", key="what more", type="compact"):
                places = st.columns(2, gap="medium")
                for at, feature in enumerate(more):
                    with places[at % 2]:
                        _slider(track, training, feature, changed)


def _picker(track: LookedAt, rest: list[int]) -> int | None:
    return st.selectbox(
        "Another feature",
        rest,
        index=None,
        key=f"what other {track.run.id} {track.row}",
        format_func=lambda feature: track.data.features[feature],
        placeholder=f"Another of {len(rest):,} features",
        label_visibility="collapsed",
    )


def _slider(track: LookedAt, training: Training, feature: int, changed: Changed) -> None:
    name, limits = track.data.features[feature], way(training, track.raw, feature, changed.get(feature))
    key = f"what {track.run.id} {track.row} {feature}"
    st.session_state[key] = changed.get(feature, limits.value)
    was = f"{limits.value:.4g}" if limits.known else f"unknown, replaced by {limits.value:.4g}"
    st.slider(
        f"{_label(name)} · was {was}" if feature in changed or not limits.known else _label(name),
        limits.low,
        limits.high,
        step=limits.step,
        format="%.4g",
        key=key,
        help=meaning(name) or None,
        on_change=_move,
        args=(key, feature, limits.value, limits.step, track.data.features, changed),
    )


def _label(name: str) -> str:
    """Return a feature's name, not to be read as Markdown; a plain one as it is, as a screen reader says it."""
    return name if re.fullmatch(r"[A-Za-z0-9]([\w. -]*[A-Za-z0-9])?", name) else plain(name)


def _move(key: str, feature: int, value: float, step: float, features: tuple[str, ...], before: Changed) -> None:
    """Put a moved slider into the address; back at its own value it goes out of it."""
    to = float(st.session_state[key])
    kept = {at: number for at, number in before.items() if at != feature}
    changed = kept if abs(to - value) < step / 2 else {**kept, feature: to}
    if what_if.fits(changed, features):
        address.look(what=write(changed, features))


def _flips(track: LookedAt, network: FittedNetwork, training: Training, why: Explanation) -> None:
    """Say what would flip the answer, each with a button that puts it on the sliders."""
    genres, features, raw = track.data.genres, track.data.features, track.raw
    with st.container(key="track-flips", gap="small"):
        values, said = None, ""
        if why.flips:
            first = why.flips[0]
            values = crossing(network, training, raw, {first.feature: first.score})
            if values is not None:
                start = way(training, raw, first.feature).value
                said = moved(features[first.feature], start, values[first.feature])
        _offer(flip_sentence(why, said, genres), values, features, "what flip")
        all_values = None
        if why.change is not None and len(why.change.x) <= what_if.MOST_CHANGED:
            all_values = crossing(network, training, raw, dict(enumerate(why.change.x.tolist())))
        _offer(change_sentence(why.change, genres), all_values, features, "what all")


def _offer(sentence: str, values: Changed | None, features: tuple[str, ...], key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(sentence))
        if values is not None and what_if.fits(values, features):
            st.button("Try it", icon=":material/tune:", type="tertiary", key=key,
                      on_click=address.look, kwargs={"what": write(values, features)})  # fmt: skip
