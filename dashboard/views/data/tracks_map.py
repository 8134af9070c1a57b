"""Tracks on a plane, and those that a person drew around as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.has_features import has_features
from dashboard.components.plot import Played, plot
from dashboard.components.right_about import about_true_genres
from dashboard.components.safely import refreshing
from dashboard.components.twin import twin
from dashboard.components.view import beyond_plain
from dashboard.services import exploring
from dashboard.services.sounds import sound_of
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.views.data import chosen_tracks, counts, drawn_area, maps
from dashboard.views.data import exploration_text as sentences
from dashboard.views.data import tracks_map_figure as figures
from dashboard.views.data.run_on_data import choose_run, say_of
from genre_core.data.dataset import Dataset, count_groups
from genre_core.errors import DataError, StoreError
from genre_core.inspection.projection import MapConfig, Method, Projection
from genre_core.settings.config import DatasetConfig, SoundConfig
from genre_core.store.schema import Run
from genre_core.values import fingerprint

PLANES: dict[Method, str] = {"lda": "LDA", "pca": "PCA", "tsne": "t-SNE"}
PLANES_HELP = (
    "LDA is the plane that separates genres best. PCA is the plane along which tracks vary most. t-SNE keeps neighbors "
    "together; it takes a few seconds once."
)
HOVER_HELP = "Rest the mouse on a track to hear it. By keyboard or touch, choose tracks and use the player."
HEIGHT = 430
LOOK_SECONDS = 0.5
MOST_TRACKS = 300
"""Of more recordings in pieces no eight of them say anything."""


@dataclass(frozen=True, eq=False)
class _Chosen:
    """Which of the drawn tracks were chosen, by an area, by a genre, or by both."""

    inside: npt.NDArray[np.bool_]
    area: drawn_area.Corners | None
    genre: str | None


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw the map, and beside it the tracks that were chosen on it, or the number of tracks of each genre."""
    left, right = st.columns([1.45, 1], gap="medium")
    with left, st.container(key="plane-block", gap="small"):
        found, chosen, of = _map(config, data)
    with right, beyond_plain("chosen tracks", aside=True):
        if found is not None and chosen is not None:
            _list(config, data, found, chosen)
        if found is not None:
            if chosen is None:
                st.caption(
                    f"Press a {data.noun} on the map, or draw around several, to list them here"
                    f"{' and hear them' if isinstance(config, SoundConfig) else ''}. You can also choose them by genre "
                    "and range."
                )
            _by_numbers(found, data, chosen, of)
        counts.draw(config, data)


def _map(config: DatasetConfig, data: Dataset) -> tuple[Projection | None, _Chosen | None, str]:
    if not has_features(data, "The map"):
        return None, None, ""
    with st.container(key="map-choice", horizontal=True, vertical_alignment="center", gap="small"):
        method = address_choice("Plane", "plane", PLANES, help=PLANES_HELP, on_change={"area": None})
        colour = address_choice("Color", "colour", _colours(data))
        plays = isinstance(config, SoundConfig) and st.toggle("Play on hover", key="hover plays", help=HOVER_HELP)
    of = drawn_area.stamp(fingerprint(config), method)
    try:
        found = _placed(config) if method == "tsne" else exploring.projection(config, method)
    except (DataError, StoreError) as error:
        st.caption(plain(str(error)))
        return None, None, of
    if found is None:
        return None, None, of
    chosen = _chosen(found, data, of)
    clouds, said, run = _clouds(config, data, found, colour)
    sentence = sentences.projection_sentence(found, data)
    names = [data.tracks[row] for row in found.rows.tolist()]
    plot(
        figures.map_figure(
            found.points,
            clouds,
            sentences.axes(found),
            names,
            chosen.area if chosen else None,
            chosen.inside if chosen else None,
        ),
        key="plane plot",
        height=HEIGHT,
        alt=sentence,
        revision=of,
        name="map of tracks",
        picked=st.query_params.get("area", ""),
        on_pick=lambda corners: _pick(corners, of),
        sounds=[[_played(config, data, row) for row in found.rows[cloud.members].tolist()] for cloud in clouds]
        if plays
        else (),
    )
    say_of(run, f"{sentence} {said}".strip())
    twin(sentences.centres_table(found, data), "map", "The position of each genre on the plane.", name="map of genres")
    return found, chosen, of


def _played(config: DatasetConfig, data: Dataset, row: int) -> Played:
    clip, start, length = data.heard[row]
    return clip, start / 1000, (start + length) / 1000, round(sound_of(config, clip).gain, 4)


def _placed(config: DatasetConfig) -> Projection | None:
    """Return the map of neighbors; while a worker draws it, say so and return None."""
    study = maps.placing(config)
    if study.state == "complete":
        return maps.placed(config, study)
    refreshing(_waiting, LOOK_SECONDS if study.active else None)(config, study.active)
    return None


def _waiting(config: DatasetConfig, was_active: bool) -> None:
    study = maps.placing(config)
    if study.active != was_active or study.state == "complete":
        st.rerun()
    with st.container(key="placing", height=HEIGHT):
        st.caption(plain(sentences.placing_sentence(study)))
        if not study.active:
            st.button("Try again", icon=":material/refresh:", on_click=maps.STUDIES.ask, args=(MapConfig(data=config),))


def _colours(data: Dataset) -> dict[str, str]:
    coarsest_first = [level for level in reversed(tuple(data.groups)) if _says_something(data, level)]
    levels = {level: f"by {level}" for level in coarsest_first}
    return {"genre": "by genre", **levels, "part": "by part", "answer": "right and wrong"}


def _says_something(data: Dataset, level: str) -> bool:
    return level != "track" or len(data.groups) == 1 or count_groups(data.groups[level]) <= MOST_TRACKS


def _clouds(
    config: DatasetConfig, data: Dataset, found: Projection, colour: str
) -> tuple[list[figures.Cloud], str, Run | None]:
    """Return the tracks as they are colored, what is to be said of it, and the run that this is about."""
    if colour == "part":
        try:
            return figures.by_part(found.rows, exploring.split(config, forms.said_config().split)), "", None
        except DataError as error:
            return figures.by_genre(found.y, data.genres, _lifted(config, data)), str(error), None
    if colour == "answer":
        run, clean = choose_run(config), about_true_genres(config)
        answers = exploring.answers(run, clean=clean) if run else None
        if run and answers:
            clouds = figures.by_answer(found.rows, answers.rows, answers.right)
            n_right, n_wrong = (len(cloud.members) for cloud in clouds[1:])
            about = "" if data.y_clean is None else "true genre" if clean else "label"
            return clouds, sentences.answers_sentence(run.name, n_right, n_wrong, about), run
    elif colour in data.groups:
        return figures.by_group(data.groups[colour][found.rows], colour, partial(data.called, colour)), "", None
    return figures.by_genre(found.y, data.genres, _lifted(config, data)), "", None


def _lifted(config: DatasetConfig, data: Dataset) -> list[int]:
    """Draw the choice of genres that stand out, where there are more than there are colors."""
    usual = exploring.usual_lifted(config)
    if len(data.genres) <= figures.MOST_LIFTED:
        return usual
    text = st.query_params.get("lift", "")
    given = [int(part) for part in text.split(".") if part.isdecimal() and len(part) < 5]
    lifted = [number for number in given if number < len(data.genres)][: figures.MOST_LIFTED] or usual
    names = dict(enumerate(data.genres))
    st.session_state["lifted"] = lifted
    st.multiselect(
        "Highlighted genres",
        list(names),
        key="lifted",
        format_func=lambda number: names[number],
        max_selections=figures.MOST_LIFTED,
        label_visibility="collapsed",
        on_change=_lift,
    )
    return lifted


def _lift() -> None:
    chosen: Sequence[int] = st.session_state["lifted"]
    address.look(lift=".".join(map(str, chosen)) or None)


def _chosen(found: Projection, data: Dataset, of: str) -> _Chosen | None:
    """Return what the address says of chosen tracks."""
    text, genre = st.query_params.get("area", ""), st.query_params.get("genre")
    area = drawn_area.from_text(text, of) if text else None
    if text and area is None:
        address.note("The area in this link was drawn on another map, so no tracks are selected.")
    if genre not in data.genres:
        genre = None
    if area is None and genre is None:
        return None
    inside = np.ones(len(found.rows), dtype=bool) if area is None else drawn_area.inside(found.points, area)
    if genre is not None:
        inside = inside & (found.y == data.genres.index(genre))
    return _Chosen(inside, area, genre)


def _pick(corners: drawn_area.Corners | None, of: str) -> None:
    address.look(area=drawn_area.as_text(corners, of) if corners else None)


def _by_numbers(found: Projection, data: Dataset, chosen: _Chosen | None, of: str) -> None:
    """Draw the choice of tracks without a mouse: a genre, and a range on each axis."""
    with st.popover("Choose by genre or range", icon=":material/tune:", type="tertiary"):
        st.session_state["listed genre"] = chosen.genre if chosen else None
        st.selectbox("Genre", data.genres, index=None, key="listed genre", placeholder="all genres", on_change=_genre)
        low, high = np.floor(found.points.min(axis=0)), np.ceil(found.points.max(axis=0))
        for at, key in enumerate(("across", "up")):
            ends = (float(low[at]), float(max(high[at], low[at] + 1)))
            area = [corner[at] for corner in chosen.area or ()] if chosen else []
            now = (max(min(area), ends[0]), min(max(area), ends[1])) if area else ends
            st.session_state[f"{key} {of}"] = now if now[0] <= now[1] else ends
            st.slider(key.capitalize(), *ends, key=f"{key} {of}", on_change=_range, args=(of,))


def _genre() -> None:
    address.look(genre=st.session_state["listed genre"])


def _range(of: str) -> None:
    _pick(drawn_area.rectangle(st.session_state[f"across {of}"], st.session_state[f"up {of}"]), of)


def _list(config: DatasetConfig, data: Dataset, found: Projection, chosen: _Chosen) -> None:
    rows = found.rows[chosen.inside]
    of_genre = np.bincount(data.y[rows], minlength=len(data.genres))
    order = np.argsort(-of_genre, kind="stable")
    genres = [(data.genres[g], int(of_genre[g])) for g in order if of_genre[g]]
    try:
        split = exploring.split(config, forms.said_config().split)
    except DataError:
        split = None
    sentence = sentences.chosen_sentence(len(rows), len(found.rows), genres)
    chosen_tracks.draw(config, data, rows, split, sentence)
