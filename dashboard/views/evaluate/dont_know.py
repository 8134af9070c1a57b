"""Answering only where the run is sure: what is gained, where the threshold comes from, and which genre pays."""

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.judged import Judged
from dashboard.components.number_fields import address_number, percent_input
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import plot
from dashboard.components.twin import limits, twin
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.services.confidence import Method, can_scale
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.limits import known_already
from dashboard.views.evaluate import answers
from dashboard.views.evaluate import rejecting as services
from dashboard.views.evaluate import rejection_text as sentences
from dashboard.views.evaluate.confidence import METHODS
from dashboard.views.evaluate.figures import MOST_GENRES, genre_answers_figure
from dashboard.views.evaluate.rejecting import Rejected, Rule
from dashboard.views.evaluate.risk_coverage import risk_coverage_chart
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.intervals import Interval
from genre_core.evaluation.rejection import Answering, ScoreName
from genre_core.text import GAP

_THRESHOLD, _TARGET, _SURELY = "reject threshold", "reject target", "reject surely"
DROPPED = {"reject": None, "track": None}


def draw(judged: Judged) -> None:
    """Draw what a threshold does overall and to each genre, with the controls that choose it."""
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        above = st.container()
        rule = _rule(judged)
    with above:
        target, surely = _asked(judged, rule)
        found = services.threshold_for(judged.run, target, rule, surely=surely)
        given = _given()
        threshold = given if given is not None else found if found is not None else 0.0
        seen = services.rejected(judged.run, judged.part, threshold, rule)
        if seen is None:
            return
        _answer(judged, seen, rule, given, found, target, surely)
        every = seen.overall
        numbers(
            numbers_part({"Answered": every.coverage, "Right of these": every.accuracy, "Threshold": every.threshold})
        )
        _controls(threshold, target, surely, rule.score)
        phone_parts({"curve": "Curve", "withheld": "By genre", "answers": "Predictions"})
        with part("curve"):
            _curve(judged, seen, rule)
    with right, beyond_plain("genres", aside=True), part("withheld"):
        _genres(judged, seen)
    with beyond_plain("answers"), part("answers"):
        answers.draw(judged, rule, seen)


def _rule(judged: Judged) -> Rule:
    """Draw the choices of a rule, and return it."""
    problem = can_scale(judged.run, judge=judged.judge)
    methods: dict[Method, str] = {"none": METHODS["none"]} if problem else METHODS
    with st.container(key="reject-choices", horizontal=True, vertical_alignment="top", gap="small"):
        score = address_choice("Measure", "score", sentences.SCORES, on_change=DROPPED, help=GLOSSARY["certainty"])
        method = address_choice(
            "Probabilities", "scaled", methods, on_change=DROPPED, help=GLOSSARY["temperature scaling"]
        )
    return Rule(judged.judge, method, score)


def _given() -> float | None:
    return address_number("reject", 0.0, 1.0, "a threshold from 0 to 1")


def _asked(judged: Judged, rule: Rule) -> tuple[float, bool]:
    """Return the share of right answers that is asked for, and whether its interval has to reach that."""
    wanted = address_number("target", 1.0, 99.9, "a percentage from 1 to 99.9")
    surely = st.query_params.get("surely") == "1"
    if wanted is not None:
        return wanted / 100, surely
    every = services.rejected(judged.run, "validation", 0.0, rule)
    accuracy = None if every is None else every.overall.accuracy
    return sentences.usual_target(accuracy or 0.0), surely


def _answer(
    judged: Judged, seen: Rejected, rule: Rule, given: float | None, found: float | None, target: float, surely: bool
) -> None:
    nouns, few = f"{judged.part} {judged.outcome.noun}s", judged.outcome.evaluation.confusion_matrix.too_few()
    st.subheader(plain(sentences.answering_sentence(seen.overall, nouns, few)), anchor=False, help=GLOSSARY["coverage"])
    validation = services.rejected(judged.run, "validation", seen.overall.threshold, rule)
    on_validation = None if validation is None else validation.overall
    if given is None:
        said = sentences.threshold_sentence(
            found, target, rule.score, surely=surely, part=judged.part, validation=on_validation
        )
    else:
        said = sentences.given_sentence(given, rule.score, judged.part, on_validation)
    st.caption(plain(said), help=GLOSSARY["guaranteed accuracy"] if surely else None)


def _controls(threshold: float, target: float, surely: bool, score: ScoreName) -> None:
    st.session_state[_TARGET] = round(100 * target, 1)
    st.session_state[_SURELY] = surely
    st.session_state[_THRESHOLD] = round(100 * threshold, 1)
    with st.container(key="reject-controls", horizontal=True, vertical_alignment="bottom", gap="small"):
        where = "The threshold is set on validation: the lowest at which this share of the answers is right."
        percent_input("Least accuracy", _TARGET, 1.0, 99.9, width=174, on_change=_ask, help=where)
        where = "The threshold: the position of the point on the curve. Drag it there, or use the arrow keys."
        percent_input(f"Least {score}", _THRESHOLD, 0.0, 100.0, step=0.5, width=174, on_change=_type, help=where)
        meaning = (
            "On new tracks, accuracy falls below the minimum in at most 5 of 100 cases, even if the measure says "
            "nothing about being right. The model answers fewer tracks."
        )
        st.toggle(f"Guarantee with 95{GAP}% confidence", key=_SURELY, on_change=_ask, help=meaning)


def _ask() -> None:
    surely = "1" if st.session_state[_SURELY] else None
    address.look(target=f"{st.session_state[_TARGET]:g}", surely=surely, reject=None, track=None)


def _type() -> None:
    _move(st.session_state[_THRESHOLD] / 100)


def _move(threshold: float) -> None:
    address.look(reject=f"{threshold:.4g}", track=None)


def _curve(judged: Judged, seen: Rejected, rule: Rule) -> None:
    run, part, score = judged.run, judged.part, rule.score
    curve = services.risk_coverage_of(run, part, rule)
    if curve is None:
        return
    best = services.best_risk_coverage(run, part, rule)
    said = sentences.area_sentence(curve, score, best)
    thresholds = services.thresholds_of(run, part, rule)
    risk_coverage_chart(
        curve,
        best,
        thresholds or (),
        seen.overall,
        "risk coverage",
        part=part,
        score=score,
        name=run.name,
        alt=f"Risk-coverage curve on {judged.measured}. {said}",
        on_pick=_move,
    )
    known = known_already(run, judged.outcome.unit)
    if best is not None and known:
        said += f" This is for {known}, but this run knows them from training because its split leaks."
    st.caption(plain(said), help=GLOSSARY["AURC"])
    rows = [_threshold_row(found) for found in thresholds or ()]
    alt = f"Effect of each threshold on {score}, on {judged.measured}."
    twin(rows, "thresholds", alt, tuple(rows[0]) if rows else ())


def _threshold_row(found: Answering) -> dict[str, float | None]:
    """Return a threshold, what it answers and what of that is right, in percent with the limits."""
    answered = _rates("answered", "answered", found.coverage, found.coverage_interval)
    right = _rates("right of answered", "right", found.accuracy, found.accuracy_interval)
    return {"threshold": 100 * found.threshold, **answered, **right}


def _rates(title: str, name: str, rate: float | None, interval: Interval) -> dict[str, float | None]:
    """Return a rate in percent with its limits; None where there is no such rate."""
    names = (title, f"{name} from", f"{name} to")
    values = (None,) * 3 if rate is None else (100 * rate, *limits(interval))
    return dict(zip(names, values, strict=True))


def _genres(judged: Judged, seen: Rejected) -> None:
    names = judged.outcome.genres
    st.subheader("Which genres are withheld", anchor=False)
    unfair = sentences.unfair_sentences(seen.genres, names)
    for sentence in unfair:
        st.markdown(plain(sentence))
    if not unfair:
        st.caption(sentences.fair_sentence(seen.genres))
    alt = f"Each genre's tracks on {judged.measured}: right, wrong, or not answered."
    height = 70 + 30 * min(len(names), MOST_GENRES)
    plot(genre_answers_figure(seen.genres, names), key="genre answers", height=height, alt=alt, revision=judged.run.id)
    if len(names) > MOST_GENRES:
        st.caption(f"The figure shows the {MOST_GENRES} genres that are answered least.")
    rows = [
        {
            "genre": names[g.genre],
            "tracks": g.n,
            **_rates("answered", "answered", g.answered / g.n, g.coverage_interval),
            **_rates("right of answered", "right", g.right / g.answered if g.answered else None, g.accuracy_interval),
            "right answers withheld": None if g.lost_share is None else 100 * g.lost_share,
            "p after Holm": g.p,
        }
        for g in seen.genres
        if g.n
    ]
    shares = tuple(name for name in rows[0] if name not in ("genre", "tracks", "p after Holm"))
    twin(rows, "genre answers", alt, shares)
