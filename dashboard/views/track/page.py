"""One track: what the network thinks of it, why, and what would change its answer."""

import streamlit as st

from dashboard.components.ensembles import members_instead
from dashboard.components.file_names import about
from dashboard.components.has_features import has_features
from dashboard.components.judged_head import ask_to_open, say_headline, wait_for
from dashboard.components.listening import Listed, listen
from dashboard.components.phone_parts import part
from dashboard.components.terms import numbers_line
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.services import datasets, networks, openings, runs
from dashboard.services.outcomes import predictions
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import evaluate_states
from dashboard.text.badges import badges
from dashboard.text.evaluate_states import Step
from dashboard.views.track import listened_to, score, ways, what_if, why
from dashboard.views.track import text as said
from dashboard.views.track.decision import Decision
from dashboard.views.track.looked_at import LookedAt
from genre_core.errors import GenreLabError
from genre_core.store.schema import Run
from genre_core.takehome.naming import file_name

EVALUATE = "views/evaluate/page.py"


def main() -> None:
    """Draw the track that the address names, or say why there is none to draw."""
    with st.container(key="track-page", gap="small"):
        asked_for = address.run_id()
        run = runs.latest_complete() if asked_for is None else runs.run(asked_for)
        if run is None:
            say_headline(*evaluate_states.no_run(asked_for, bool(runs.listed(limit=1))))
        elif run.state != "complete":
            wait_for(run)
        elif (track := _looked_at(run)) is not None:
            _draw(track)


def _looked_at(run: Run) -> LookedAt | None:
    """Return the track that the address names; where there is none to show, say why."""
    try:
        data = datasets.dataset(run.config.data)
    except GenreLabError as error:  # its table was deleted
        say_headline(*evaluate_states.no_tracks(str(error)))
        return None
    answers = predictions(run)
    if answers is None:
        say_headline(*evaluate_states.not_complete(run))
        return None
    text = st.query_params.get("track")
    row = data.row_at(text) if text else None
    if row is None:
        say_headline(said.no_track(text, data), Step(EVALUATE, "Choose a track on Evaluate"))
        return None
    track = LookedAt(run, data, answers, row, st.query_params.get("right") == "true")
    if track.part == "test" and not openings.openings_of([run])[run.id].opened:
        ask_to_open(said.closed(track.name), [run], EVALUATE)
        return None
    if track.left_out:
        say_headline(said.left_out(track.name), Step(EVALUATE, "Choose a track on Evaluate"))
        return None
    return track


def _draw(track: LookedAt) -> None:
    about(f"{file_name(track.run)} {track.name}")
    ways.draw(track)
    opened = openings.openings_of([track.run])[track.run.id] if track.part == "test" else None
    genres, noisy = track.data.genres, track.data.y_clean is not None and not track.clean
    sure = float(track.y_prob[track.predicted])
    judged_by = "label" if noisy else ""
    st.header(plain(said.title(track.name, genres[track.true], genres[track.predicted], sure, judged_by)), anchor=False)
    marked = [*said.part_badges(track.part, track.data, track.row), *badges(track.run, opened)]
    numbers_line(f"Run {track.run.name}", marked)
    numbers(numbers_part(said.three(track.y_prob, genres, track.predicted, track.true)))
    listen(track.run, [Listed(track.row, genres[track.true])], "player track", cursor_on=score.LIVE)
    among_all = st.query_params.get("among") == "all"
    if among_all and track.part == "train":
        st.caption(said.LEARNED)
    given = st.query_params.get("part")
    if given and given != track.part and not among_all:
        address.note(said.other_part(given, track.part))
    explained = _explained(track)
    with beyond_plain("why"):
        why.draw(track, explained)
        with part("score"):
            score.draw(track)


def _explained(track: LookedAt) -> Decision | None:
    """Draw the answer and what would change it, and return why it is so; without weights, the answer alone."""
    if not track.data.features:
        what_if.answer_alone(track)
        if track.listens:
            with st.container(key="listened", gap="small"):
                listened_to.draw(track)
        else:
            has_features(track.data, "Why the network answers so")
        return None
    try:
        network, training = networks.network(track.run), networks.training(track.run)
        found = networks.explanation(track.run, track.row, track.predicted, track.other)
    except GenreLabError as error:
        what_if.answer_alone(track)
        if track.run.averages:
            members_instead(track.run, str(error), "track")
        else:
            address.note(str(error))
        return None
    return what_if.draw(track, network, training, found)


main()
