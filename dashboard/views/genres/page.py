"""Genres: how one genre is recognized, what it is taken for, and what it rests on; or all of them side by side."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import ruler as rulers
from dashboard.components.address_choice import address_choice
from dashboard.components.file_names import about
from dashboard.components.judged import Judged
from dashboard.components.judged_head import judged_head
from dashboard.components.take_home import take_home
from dashboard.components.terms import numbers_line
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.services import datasets
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.badges import Badge
from dashboard.text.evaluate import scores_line, three
from dashboard.text.limits import KNOWS_RECIPE, known_already, on, unheard
from dashboard.views.genres import calibration, features, glance, groups, learning, overview, threshold, tracks
from dashboard.views.genres import text as sentences
from dashboard.views.genres.one_genre import OneGenre

SECTIONS = {
    "glance": "At a glance",
    "threshold": "Threshold",
    "features": "Features",
    "tracks": "Tracks",
    "learning": "Learning",
    "calibration": "Calibration",
}
PICKER, ALL = "genre picker", "All genres"


def main() -> None:
    """Draw the page of the genre that the address names, or of all genres."""
    with st.container(key="evaluate-page", gap="small"), st.container(key="genre-page", gap="small"):
        judged = judged_head(_answer)
        if judged is None:
            return
        one = _looked_at(judged)
        if one is None:
            numbers(numbers_part(three(judged.outcome.evaluation)))
            overview.draw(judged)
            return
        about(f"{judged.file_name} {one.name}")
        _ruler(one)
        score = one.score
        numbers(numbers_part({"Recall": score.recall, "Precision": score.precision, "F1": score.f1}))
        _section(one)


def _looked_at(judged: Judged) -> OneGenre | None:
    """Return the genre that the address names, of the run that is judged."""
    name, genres = st.query_params.get("genre"), judged.outcome.genres
    return OneGenre(judged, genres.index(name)) if name in genres else None


def _answer(judged: Judged, marked: Sequence[Badge]) -> None:
    address.genre(judged.outcome.genres)  # says so where the link names a genre that this run has not
    one = _looked_at(judged)
    _steps(judged, one)
    outcome = judged.outcome
    with st.container(key="genre-answer", gap=None):
        if one is None:
            answer, reason = sentences.all_genres(outcome, judged.part)
            st.header(plain(answer), anchor=False)
            st.caption(plain(reason))
            numbers_line(scores_line(outcome.evaluation), marked)
            return
        st.markdown(plain(sentences.answer(outcome, judged.part, one.number)))
        known = known_already(judged.run, outcome.unit)
        said = [sentences.against(outcome, one.number, known), sentences.confused(outcome, one.number)]
        st.caption(plain(" ".join(filter(None, said)), 600))
        numbers_line(sentences.scores_line(outcome, one.number), marked)


def _steps(judged: Judged, one: OneGenre | None) -> None:
    """Draw the genre between the one before and the one after it, and the list of all."""
    genres = judged.outcome.genres
    with st.container(key="genre-steps", horizontal=True, vertical_alignment="center", gap="small"):
        if one is not None:
            st.header(plain(one.name), anchor=False, width="content")
        if one is not None and len(genres) > 1:
            before, after = genres[one.number - 1], genres[(one.number + 1) % len(genres)]
            # Not page links: one that leads to the page it stands on leaves the address as it was.
            st.button(f"‹ {plain(before)}", key="genre before", on_click=_look, args=(before,))
            st.button(f"{plain(after)} ›", key="genre after", on_click=_look, args=(after,))
        st.session_state[PICKER] = one.name if one else ALL
        st.selectbox("Genre", [ALL, *genres], key=PICKER, label_visibility="collapsed", width=170, on_change=_choose)
        take_home([judged.run])


def _choose() -> None:
    chosen = st.session_state[PICKER]
    _look(None if chosen == ALL else chosen)


def _look(genre: str | None) -> None:
    address.look(genre=genre, threshold=None, track=None)


def _ruler(one: OneGenre) -> None:
    judged, score = one.judged, one.score
    marks = [
        rulers.Mark("tick", other.recall)
        for other in judged.outcome.evaluation.per_genre
        if other is not score and other.recall is not None
    ]
    best = sentences.best_recall(judged.outcome, one.number)
    at_random = sentences.chance_recall(judged.outcome, one.number)
    marks.append(rulers.majority(at_random, "the same number of predictions at random"))
    if best is not None:
        whom = on(unheard(judged.run.config.data, judged.outcome.unit))
        marks.append(rulers.Mark("best", best, f"the best possible classifier{whom}"))
    elif known := datasets.recipe_limit(judged.run.config.data, clean=judged.clean):
        marks.append(rulers.Mark("best", float(known.confusion[one.number, one.number]), KNOWS_RECIPE))
    few = judged.outcome.evaluation.confusion_matrix.too_few(one.number)
    if score.recall is not None:
        name = "recall" if judged.part == "test" else "recall, validation"
        marks.append(rulers.model(score.recall, score.recall_interval, name, judged.part, too_few=few))
    measure = f"recall of {one.name} on {judged.measured}; thin lines are the other genres"
    rulers.ruler(rulers.Ruler(tuple(marks), measure), key="genre ruler")


def _section(one: OneGenre) -> None:
    """Draw the section that the address names."""
    level = groups.level_of(one.judged)
    more = {"groups": f"Errors by {level}"} if level else {}
    with beyond_plain("genre sections"):
        section = address_choice("Section", "section", {**SECTIONS, **more}, on_change={"track": None})
    match section:
        case "threshold":
            threshold.draw(one)
        case "features":
            features.draw(one)
        case "tracks":
            tracks.draw(one)
        case "learning":
            learning.draw(one)
        case "calibration":
            calibration.draw(one)
        case "groups":
            groups.draw(one)
        case _:
            glance.draw(one)


main()
