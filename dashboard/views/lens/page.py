"""Split lens: the same data judged by row, by track, by album and by artist, side by side."""

import streamlit as st

from dashboard.components import study_page
from dashboard.components.file_names import about
from dashboard.components.folded import folded
from dashboard.components.live import answer_part
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import chart, plot
from dashboard.components.right_about import about_true_genres, choose_unit
from dashboard.components.ruler import ruler
from dashboard.components.safely import refreshing
from dashboard.components.table import table
from dashboard.components.usable import usable
from dashboard.components.view import beyond_plain, numbers
from dashboard.components.words import words
from dashboard.services import lenses, studies, tables, workers
from dashboard.services.lenses import Lens, Unit
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text.studies import label
from dashboard.text.train import Headline
from dashboard.views.lens import live as following
from dashboard.views.lens import text as sentences
from dashboard.views.lens.figures import RANKING, SLOPE, ranking_figure
from genre_core.errors import DataError, NotExtractedError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import configure
from genre_core.studies.kinds import LENS
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.lens.judging import LensPlan

REPEATS = {f"{n} splits": n for n in (5, 3, 10, 20)}
TABLE_SECONDS = 1.0
MOST_LETTERS = 1000
LEAKS = ("data.artists", "data.artist_spread", "data.segments", "data.segment_spread")
"""The settings by which a leak is caused, and removed."""
LEAKY = {"data.n_samples": 2000, "data.overlap": 2.0, "data.artists": 10, "data.artist_spread": 3.75}
EXAMPLE = LensConfig(experiment=configure(LEAKY), n_repeats=3)


def main() -> None:
    """Draw the page: the answer, the buttons, a ruler for each way to split; settings in the sidebar."""
    form = forms.sidebar_settings(
        tables.tables(),
        genres=tables.genres,
        columns=tables.columns,
        begins=tables.begins,
        looked_at="lens",
        first=LEAKS,
    )
    able = usable(form, to_split=False)
    with st.container(key="lens-page", gap="small"):
        lens = study_page.looked_at(address.lens_id(), lenses.lens)
        answer = st.container(key="lens-answer", gap="xsmall")
        controls = st.container(key="lens-controls", horizontal=True, vertical_alignment="center", gap="small")
        with controls:
            repeats = _controls(lens, able.config)
        config = LensConfig(experiment=able.config, n_repeats=repeats) if able.config else None
        if lens is None:
            plan, headline = _plan(config, able.problem)
            with answer:
                words(answer_part(headline.answer, headline.reason), "lens answer words")
            _asides(plan, f"{headline.answer} {headline.reason}")
            _preview(plan, config)
        else:
            _lens(lens, answer, controls, form.config)


def _preview(plan: LensPlan | None, config: LensConfig | None) -> None:
    """Draw the way to an example, and the rulers on which scores will stand: the example's where there is one alone."""
    study_page.start_button(sentences.EXAMPLE, "lens example", True, _try, type="secondary")
    if plan is None or config is None or len(plan.levels) < 2:
        plan, config = lenses.lens_plan(EXAMPLE), EXAMPLE
        st.caption(sentences.of_the_example(plan))
    for level in plan.levels:
        with st.container(key=f"lens-{level}", gap=None):
            found = following.preview(level, config.experiment.data)
            words(found["title"], f"lens title {level}")
            ruler(found["ruler"], f"lens ruler {level}")


def _try(lens_id: str) -> None:
    """Judge the example, with its settings in the sidebar."""
    settings = {**dict.fromkeys(address.settings_named()), **forms.link(EXAMPLE.experiment)}
    study_page.start_and_look(lambda: studies.start_study(LENS, lens_id, EXAMPLE), **{**settings, "lens": lens_id})


def _plan(config: LensConfig | None, problem: str) -> tuple[LensPlan | None, Headline]:
    """Return what a lens on the sidebar's settings would judge, None where that cannot be known, and what is said."""
    plan = None
    try:
        plan = lenses.lens_plan(config) if config else None
    except NotExtractedError as missing:
        return None, sentences.to_measure(missing.n_missing, missing.n_windows)
    except DataError as error:
        problem = str(error)
    return plan, sentences.before(plan, config, problem)


def _controls(lens: Lens | None, config: ExperimentConfig | None) -> int:
    """Draw the buttons and the choices; return how many splits are to be judged."""
    study = lens.study if lens else None
    place = st.container(key="lens-start", width="content")
    study_page.rest_button(
        study, "Gets the missing scores; finished scores stay.", "Stop now and keep the scores so far."
    )
    repeats = REPEATS[
        st.selectbox(
            "Splits",
            REPEATS,
            key="repeats",
            bind="query-params",
            label_visibility="collapsed",
            width=120,
            help="How many splits of each kind. More splits give narrower intervals and take longer.",
        )
    ]
    with place:
        ready = config is not None and not (study and study.active)
        study_page.start_button("Judge these splits", "judge", ready, _judge, config, repeats)
    names = workers.store().table_names()
    study_page.former(
        "Earlier lenses",
        LENS,
        study,
        lambda one, of: label(one, of, names),
        lambda lens_id: address.look(lens=lens_id),
        width=240,
    )
    return repeats


def _judge(lens_id: str, config: ExperimentConfig, repeats: int) -> None:
    judged = LensConfig(experiment=config, n_repeats=repeats)
    study_page.start_and_look(lambda: studies.start_study(LENS, lens_id, judged), lens=lens_id)


def _lens(
    lens: Lens,
    answer: "st.delta_generator.DeltaGenerator",
    controls: "st.delta_generator.DeltaGenerator",
    config: ExperimentConfig | None,
) -> None:
    about(f"lens {lens.study.id}")
    if lens.about:
        with controls:
            clean = about_true_genres(lens.config.experiment.data)
        lens = lenses.lens(lens.study.id, clean=clean)
        if clean and lens.about == "label":
            st.caption(sentences.BY_LABELS_ALONE)
    unit: Unit = "track"
    if lens.in_segments:
        with controls:
            unit = choose_unit(lens.config.experiment.data)
        lens = lenses.lens(lens.study.id, clean=lens.about == "true genre", unit=unit)
        if lens.unit != unit:
            st.caption(sentences.BY_SEGMENT_ALONE)
    parts = following.parts(lens)
    with answer:
        words(parts["answer"], "lens answer words", live="answer")
    with controls:
        words(parts["progress"], "lens progress", live="progress", width=210)
    numbers(parts["numbers"], live="numbers")
    ranked = bool(lens.rankings) and not lens.study.active
    if ranked:
        phone_parts({"splits": "Splits", "classifiers": "Classifiers"})
    for level in lens.plan.levels if lens.plan else ():
        with part("splits", level), st.container(key=f"lens-{level}", gap=None):
            words(parts[f"{level} title"], f"lens title {level}", live=f"{level} title")
            ruler(parts[f"{level} ruler"], f"lens ruler {level}", live=f"{level} ruler")
    with beyond_plain("rankings"):
        if "slope" in parts:
            with part("splits", "slope"):
                chart(parts["slope"], "lens slope", height=SLOPE, revision=lens.study.id, live="slope")
        if ranked:
            with part("classifiers"):
                _rankings(lens)
    study_page.say_what_differs("lens", config, lens.config.experiment, "judged", "judged here")
    estimates = refreshing(_table, TABLE_SECONDS if lens.study.active else None)
    folded("As a table", "lens as a table", estimates, lens.study.id, lens.about == "true genre", unit)
    if not lens.study.active:
        st.caption("  \n".join(plain(aside, MOST_LETTERS) for aside in sentences.asides(lens)))
    following.follow(lens)


def _rankings(lens: Lens) -> None:
    """Draw who is clearly ahead of whom at each level, two beside each other."""
    st.subheader("Which classifiers are clearly ahead?", anchor=False)
    for at in range(0, len(lens.rankings), 2):
        for ranking, column in zip(lens.rankings[at : at + 2], st.columns(2, gap="medium"), strict=False):
            with column:
                key, said = f"ranking {ranking.level}", ranking.sentence
                plot(ranking_figure(ranking), key, height=RANKING, alt=said, revision=lens.study.id)
                st.caption(plain(said, MOST_LETTERS))
    st.caption(plain(sentences.ranked(lens), MOST_LETTERS))


def _table(lens_id: str, clean: bool, unit: Unit) -> None:
    lens = lenses.lens(lens_id, clean=clean, unit=unit)
    scores, alt = sentences.table(lens), "Test accuracy and macro-F1 by split and classifier."
    table(scores, "lens scores", alt, n=len(scores["split"]), file="scores by split")
    if lens.rankings:
        alt = "Differences between classifiers by split, with their probabilities."
        pairs = sentences.pairs(lens)
        table(pairs, "lens pairs", alt, n=len(pairs["split"]), file="classifiers compared")


def _asides(plan: LensPlan | None, said: str) -> None:
    """Say what is to be known before a lens is started, but for what was said."""
    for sentence in [*sentences.gaps(plan), sentences.own_splits(plan)] if plan else ():
        if sentence not in said:
            st.caption(plain(sentence, MOST_LETTERS))


main()
