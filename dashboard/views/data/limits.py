"""The best possible score on these tracks, and how far a run is from it."""

import streamlit as st

from dashboard.components.matrix import matrix
from dashboard.components.number_fields import percent_input
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import plot
from dashboard.components.right_about import about_true_genres
from dashboard.components.twin import twin
from dashboard.figures.matrix import MatrixView
from dashboard.services import datasets, exploring
from dashboard.shell import forms
from dashboard.shell.address import plain
from dashboard.text.badges import is_leaky
from dashboard.text.limits import known_already
from dashboard.theme import count, percent
from dashboard.views.data import exploration_text as sentences
from dashboard.views.data.limits_figure import MOST_GENRES, RunPoint, curve_figure, shortfall_figure
from dashboard.views.data.run_on_data import choose_run, run_on, say_of
from genre_core.bayes.conditions import Heard, heard_more, heard_together
from genre_core.bayes.curve import overlap_for
from genre_core.bayes.limit import BayesLimit
from genre_core.bayes.recipe import recipe_known
from genre_core.bayes.shortfall import Shortfall
from genre_core.data.dataset import Dataset
from genre_core.errors import ConfigError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.settings.config import DatasetConfig, SyntheticConfig
from genre_core.store.schema import Run

FEW = 5
"""Runs that are judged anew where scores are not about the labels."""
_WANTED, _PROBLEM = "wanted limit", "why no overlap was found"


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw the limit against the overlap, its confusions beside a run's, and what of the run's error was avoidable."""
    drawn, clean = config.generator, about_true_genres(config)
    if drawn is None:
        _of_recipes(config, data, clean)
        return
    limit = datasets.limit(config, clean=clean)
    assert limit is not None
    phone_parts({"curve": "By overlap", "avoidable": "A run's errors", "confusions": "Confusions"})
    left, right = st.columns([1, 1.1], gap="medium")
    with left, part("curve"):
        _curve(drawn, data, limit, clean)
    with right, part("avoidable"):
        st.markdown("**Errors that a run could have avoided**")
        run = choose_run(config)
        answers = exploring.answers(run, clean=clean) if run else None
        if run and answers and answers.shortfall:
            _shortfall(run, answers.shortfall, data)
    with part("confusions"):
        _confusions(exploring.limit_view(drawn, clean=clean), limit, run, clean)


def _of_recipes(config: DatasetConfig, data: Dataset, clean: bool) -> None:
    """Draw how far whoever knows the recipes of generated music can get."""
    limit = datasets.recipe_limit(config, clean=clean)
    assert limit is not None
    st.caption(recipe_known(percent(limit.accuracy)))
    _confusions(exploring.view_of(limit, data.genres), limit, choose_run(config), clean, "whoever knows the recipes")


def _curve(config: SyntheticConfig, data: Dataset, limit: BayesLimit, clean: bool) -> None:
    st.markdown("**The best possible score by overlap**")
    guessing = float(limit.shares.max())
    sentence = sentences.limit_sentence(limit, guessing)
    st.caption(plain(f"{sentence} {limit.about}".strip(), 800))
    runs = _runs(config, clean)
    figure = curve_figure(exploring.curve(config, clean=clean), (config.overlap, limit.accuracy), guessing, runs)
    plot(figure, key="limit curve", height=320, alt=sentence, revision="limit")
    if runs:
        n_leaky = sum(run.leaky for run in runs)
        st.caption(sentences.circles_sentence(len(runs), n_leaky), help=GLOSSARY["leaky"] if n_leaky else None)
    _solve(config, clean)
    more = [_heard_more(config, heard, clean) for heard in heard_together(config)[1:]]  # slow: the figure comes first
    if said := " ".join(filter(None, more)):
        st.caption(plain(said))
    points = exploring.curve(config, clean=clean)
    rows = [{"overlap": point.overlap, "best possible": round(100 * point.accuracy, 2)} for point in points]
    twin(rows, "limit", "The best possible accuracy at each overlap.", ("best possible",))


def _heard_more(config: SyntheticConfig, heard: Heard, clean: bool) -> str:
    found = datasets.limit(config, heard, clean=clean)
    return heard_more(config, heard, percent(found.accuracy)) if found else ""


def _runs(config: SyntheticConfig, clean: bool) -> list[RunPoint]:
    """Return the runs on such tracks, judged as the curve is."""
    found = []
    looked_at = run_on(config)
    runs = exploring.runs_on(config)[:FEW] if clean else exploring.runs_on(config, at_any_overlap=True)
    for run in runs:
        data = exploring.data_of(run)
        drawn = data.generator if data else None
        judged = exploring.scores(run, clean=clean) if drawn else None
        if drawn and judged:
            found.append(RunPoint(run.name, drawn.overlap, *judged, looked_at=run == looked_at, leaky=is_leaky(run)))
    return found


def _solve(config: SyntheticConfig, clean: bool) -> None:
    """Draw the way back: from the best possible accuracy that a person wants to the overlap that makes it so."""
    with st.container(key="solve", horizontal=True, vertical_alignment="bottom", gap="small"):
        percent_input("Target for the best possible accuracy", _WANTED, 1.0, 100.0, value=80.0, width=300)
        st.button("Find the overlap", key="find overlap", on_click=_find, args=(config, clean))
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.caption(f":material/error: {plain(problem)}")


def _find(config: SyntheticConfig, clean: bool) -> None:
    try:
        overlap = overlap_for(config, st.session_state[_WANTED] / 100, clean=clean)
    except ConfigError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    forms.take({"values": {"data.overlap": overlap}})


def _shortfall(run: Run, found: Shortfall, data: Dataset) -> None:
    known = known_already(run)
    sentence = sentences.shortfall_sentence(found, data.genres, known)
    order = list(range(len(data.genres)))
    note = ""
    if len(order) > MOST_GENRES:
        order = sorted(order, key=lambda number: -found.per_genre[number].avoidable)[:MOST_GENRES]
        note = f" The figure shows the {MOST_GENRES} genres with the most to gain."
    say_of(run, sentence + note)
    height = 90 + min(30, max(18, 480 // len(order))) * len(order)
    plot(shortfall_figure(found, data.genres, order), key="shortfall", height=height, alt=sentence)
    percentages = ("error", "unavoidable", "could be avoided", "from", "to", sentences.rest(known))
    rows = sentences.shortfall_table(found, data.genres, known)
    twin(rows, "shortfall", "The parts of each genre's error.", percentages)


def _confusions(
    view: MatrixView, limit: BayesLimit, run: Run | None, clean: bool, who: str = "the best possible classifier"
) -> None:
    """Draw what the best possible classifier confuses, beside what the run does."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**Confusions of {who}**")
        st.caption(f"Right on {percent(limit.accuracy)} of many new tracks, macro-F1 {percent(limit.macro_f1)}.")
        matrix(view, "limit matrix", label=f"Confusion rates of {who}")
    answers = exploring.answers(run, clean=clean) if run else None
    if not run or not answers:
        return
    with right:
        st.markdown("**Confusions of the run**")
        n, right_on = count(answers.matrix.n, "validation track"), percent(answers.accuracy, answers.interval)
        say_of(run, f"Right on {right_on} of {n}, macro-F1 {percent(answers.macro_f1)}.")
        label = f"Confusion rates of {run.name} on {n}"
        matrix(exploring.answers_view(run, clean=clean), "run matrix", label=label)
