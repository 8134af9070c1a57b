"""Watch the network: what opens its drawing and its map, both of them, and the units as a table."""

import streamlit as st

from dashboard.components.address_choice import address_menu
from dashboard.components.folded import folded
from dashboard.components.live import follow_from
from dashboard.components.safely import refreshing
from dashboard.components.twin import unfolded
from dashboard.services import datasets, runs
from dashboard.services.watching import epochs, watched
from dashboard.shell import address
from dashboard.text.train import network_size
from dashboard.views.train import watching
from dashboard.views.train import watching_text as sentences
from dashboard.views.train.answer_map import answer_map
from dashboard.views.train.network_drawing import network_drawing
from genre_core.errors import DataError
from genre_core.settings.config import ExperimentConfig
from genre_core.store.schema import Run

TABLE_SECONDS = 1.0
"""How often the table is drawn anew while its run trains."""
_SWITCH = "watch it"


def opener(run: Run | None, config: ExperimentConfig) -> bool:
    """Draw what opens and closes the drawing, and why there is none; return whether it can be drawn now."""
    is_open = st.query_params.get("watch") == "on"
    problem = sentences.why_not(config)
    there, lacks = _look(run, config) if is_open and not problem else (False, "")
    st.session_state[_SWITCH] = is_open and not problem
    with st.container(key="watch-opener", horizontal=True, vertical_alignment="center", gap="small"):
        st.toggle("Watch it learn", key=_SWITCH, help=sentences.HELP, disabled=bool(problem), on_change=_switch)
        if problem or lacks:
            st.caption(address.plain(problem or lacks), width="stretch")
    return there


def _switch() -> None:
    address.look(watch="on" if st.session_state[_SWITCH] else None, watched=None)


def _look(run: Run | None, config: ExperimentConfig) -> tuple[bool, str]:
    """Follow the network of a run; return whether it has weights to draw, and if not, why."""
    if run is None:
        return False, sentences.EARLY
    followed = watching.follow(run, watching.TYPICAL)
    try:
        shape = datasets.shape(config.data)
        small = config.model.can_be_drawn(shape.inputs, shape.n_genres)
        if followed.phase == watching.DRAWN:
            watched(run)
            return True, ""
    except DataError as error:  # its data are gone, or are no features
        return False, str(error)
    if run.active:
        follow_from(watching.path(run, watching.TYPICAL), followed, "live network")
    return False, sentences.EARLY if small else sentences.TOO_LARGE


def drawing(run: Run) -> None:
    """Draw the network of a run, with the track that goes through it, and follow both."""
    track = _track(run)
    of = datasets.shape(run.config.data)
    kept = "" if run.active or len(epochs(run)) > 1 else f" {sentences.NOT_KEPT}"
    about = f"{network_size(run.config.model.n_parameters(of.inputs, of.n_genres), 0, '')[0]}.{kept}"
    path, always, how = watching.path(run, track), watching.for_all_epochs(run), sentences.HOW
    network_drawing(_part(run, track), always, "network drawing", path=path, about=about, how=how)
    units = refreshing(_units, TABLE_SECONDS if run.active else None)
    folded("Units as a table", "units as a table", units, run.id, track)
    follow_from(path, watching.follow(run, track), "live network")


def choose_track(run: Run) -> None:
    """Draw the choice of the track that goes through the network: a typical one of each genre, or that of the map."""
    about = watched(run)
    options = {watching.TYPICAL: f"Most typical: {watching.title(run, about, about.first)}"}
    for genre, position in about.typical.items():
        options[str(about.rows[position] + 1)] = (
            f"Typical {about.genres[genre]}: {watching.title(run, about, position)}"
        )
    asked = st.query_params.get("watched", "")
    if asked not in options and asked.isdecimal() and int(asked) - 1 in about.rows:
        options[asked] = watching.title(run, about, watching.position_of(about, asked)).capitalize()
    address_menu("Track", "watched", options, width=300)


def the_map(run: Run) -> None:
    """Draw the map of a run; a press on a track sends it through the network."""
    always = watching.for_all_epochs(run)
    pick = lambda track: address.look(watched=str(track))  # noqa: E731
    answer_map(_part(run, _track(run)), always, "answer map", how=sentences.MAP_HOW, on_pick=pick)


def _track(run: Run) -> str:
    return st.query_params.get("watched") or watching.TYPICAL


def _part(run: Run, track: str) -> dict[str, str]:
    there = epochs(run)
    return watching.part(run, track, there[-1], there)


def _units(run_id: str, track: str) -> None:
    run = runs.run(run_id)
    if run is not None:
        unfolded(watching.unit_rows(run, track), "units", f"Units of {run.name}", percent=("active on",))
