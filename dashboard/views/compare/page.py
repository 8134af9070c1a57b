"""Compare: whether one run is really better than another, where they differ, and on which tracks."""

import streamlit as st

from dashboard.components.ensembles import average_button
from dashboard.components.file_names import about
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.take_home import take_home
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.views.compare import chosen, curves, difference, genres, verdict
from dashboard.views.compare import text as sentences
from genre_core.takehome.naming import file_name


def main() -> None:
    """Draw the page: the verdict with the rulers, the difference matrix with its tracks, curves, genres, settings."""
    with st.container(key="evaluate-page", gap="small"):
        head, side = st.columns([1.75, 1], gap="medium", vertical_alignment="top")
        with side:
            chooser, row = (
                st.container(gap=None),
                st.container(key="compare-by", horizontal=True, vertical_alignment="center", gap="xsmall"),
            )
        found = chosen.choose(head, chooser, row)
        if found is None:
            return
        with head:
            verdict.head(found)
        runs = [one.run for one in (found.compared.first, *found.compared.others)]
        about(f"{' and '.join(map(file_name, runs[:2]))}{' and others' if len(runs) > 2 else ''} {found.part}")
        with row:
            if not any(run.averages for run in runs):
                average_button(runs)
            take_home(runs)
        numbers(numbers_part(sentences.three(found.pair)))
        verdict.draw_rulers(found)
        with beyond_plain("differences"):
            verdict.draw_pairs(found)
            phone_parts(sentences.PARTS)
            difference.draw(found)
            with part("difference", "scores"):
                verdict.score_twin(found)
            with part("curves"):
                curves.draw(found)
            left, right = st.columns([1.75, 1], gap="medium")
        with left, part("by-genre"):
            genres.draw(found)
        with right, part("settings"):
            verdict.draw_settings(found)


main()
