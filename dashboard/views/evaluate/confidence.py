"""Whether a run is right as often as it says: reliability, what scaling changes, and the true probabilities."""

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.address_choice import address_choice
from dashboard.components.judged import Judged
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import plot
from dashboard.components.twin import limits, twin
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.figures.calibration import posterior_figure, reliability_figure
from dashboard.services import confidence as services
from dashboard.services.confidence import Method, Trusted
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.limits import known_already, unheard
from dashboard.theme import GAP, percent, spread
from dashboard.views.evaluate.before_after import ScoreRow, before_after
from genre_core.evaluation import calibration_sentences as sentences
from genre_core.evaluation.calibration import Binning, ReliabilityCurve
from genre_core.evaluation.calibration_error import CalibrationError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.intervals import Measured

METHODS: dict[Method, str] = {"none": "As trained", "temperature": "After temperature", "vector": "After vector"}
SHORT: dict[Method, str] = {"none": "as trained", "temperature": "temperature", "vector": "vector"}
BINS: dict[Binning, str] = {"width": "Equal width", "mass": "Equal mass"}
ALL = "All genres"


def draw(judged: Judged) -> None:
    """Draw how often the run is right by its confidence, the scores before and after scaling, and the posterior."""
    problem = services.can_scale(judged.run, judge=judged.judge)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        answer = st.container()
        phone_parts({"reliability": "Reliability", "scores": "Scores", "true": "True probabilities"})
        method, by, genre = _choices(judged, problem)
        looked_at = services.trusted(judged.run, judged.part, judge=judged.judge, method=method, by=by)
        if looked_at is None:
            return
        _reliability(judged, looked_at, method, by, genre, answer)
    with right, beyond_plain("scores", aside=True), part("scores"):
        st.subheader(f"Can you trust its confidence? On {judged.measured}", anchor=False)
        _scores(judged, method, by, problem)
    _posterior(judged, method)


def _choices(judged: Judged, problem: str) -> tuple[Method, Binning, int | None]:
    with st.container(key="confidence-choices", horizontal=True, vertical_alignment="top", gap="xsmall"):
        methods: dict[Method, str] = {"none": METHODS["none"]} if problem else METHODS
        method = address_choice("Probabilities", "scaled", methods, help=GLOSSARY["temperature scaling"])
        by = address_choice("Bins", "bins", BINS, help=GLOSSARY["bins"])
        genre = genre_choice(judged.outcome.genres)
    return method, by, genre


def genre_choice(genres: tuple[str, ...]) -> int | None:
    """Draw the choice between all genres and one of them, which the address names; return its number."""
    chosen = address.genre(genres)
    st.session_state["confidence genre"] = chosen or ALL
    st.selectbox(
        "Genre",
        [ALL, *genres],
        key="confidence genre",
        label_visibility="collapsed",
        width=130,
        on_change=_look_at_genre,
    )
    return genres.index(chosen) if chosen else None


def _look_at_genre() -> None:
    chosen = st.session_state["confidence genre"]
    address.look(genre=None if chosen == ALL else chosen)


def _reliability(
    judged: Judged, looked_at: Trusted, method: Method, by: Binning, genre: int | None, answer: DeltaGenerator
) -> None:
    """Draw in `answer` whether confidence and accuracy agree, and the diagram here."""
    run, on, judge = judged.run, judged.part, judged.judge
    curve = services.reliability_of(run, on, judge=judge, method=method, by=by, genre=genre)
    before = None
    if method != "none":
        before = services.reliability_of(run, on, judge=judge, by=by, genre=genre)
    if curve is None:
        return
    name = "" if genre is None else judged.outcome.genres[genre]
    scores, evaluation = looked_at.scores, looked_at.evaluation
    error = scores.ece if genre is None else scores.per_genre[genre]
    few, nouns = evaluation.confusion_matrix.too_few(), f"{on} {run.whole}s"
    said = sentences.reliability_answer(
        curve, error, scores.confidence, evaluation.accuracy, evaluation.accuracy_interval, nouns, name, few
    )
    with answer:
        st.subheader(plain(said), anchor=False, help=GLOSSARY["reliability"])
        st.caption(plain(sentences.error_sentence(curve, error)), help=GLOSSARY["ECE"])
    shown = {"Mean confidence": scores.confidence, "Accuracy": evaluation.accuracy, "Calibration error": error.value}
    numbers(numbers_part(shown))
    alt = f"Reliability of {run.name} on {judged.measured}. {said}"
    with part("reliability"):
        plot(reliability_figure(curve, on, name, before), key="reliability", height=400, alt=alt, revision=run.id)
        st.caption(f"A filled mark is off by more than chance, a hollow mark is not. Bars are 95{GAP}% intervals.")
        twin(_bins_table(curve), "reliability", alt, ("mean confidence", "right", "from", "to"))


def _bins_table(curve: ReliabilityCurve) -> list[dict[str, object]]:
    return [
        {
            "confidence above": round(b.low, 3),
            "up to": round(b.high, 3),
            "tracks": b.n,
            "mean confidence": 100 * b.confidence,
            "right": 100 * b.accuracy,
            **dict(zip(("from", "to"), limits(b.interval), strict=True)),
            "beyond chance": "yes" if b.beyond_chance else "no",
        }
        for b in curve.bins
        if b.n
    ]


def _scores(judged: Judged, method: Method, by: Binning, problem: str) -> None:
    run, part, judge = judged.run, judged.part, judged.judge
    methods: tuple[Method, ...] = ("none",) if problem else tuple(METHODS)
    found = [services.trusted(run, part, judge=judge, method=name, by=by) for name in methods]
    there = [scores for scores in found if scores is not None]
    rows = [
        ScoreRow("ECE", "ECE", [_error(each.scores.ece) for each in there]),
        ScoreRow("by chance alone", "ECE by chance", [_chance(each.scores.ece) for each in there]),
        ScoreRow("Class-wise ECE", "class-wise ECE", [_error(each.scores.classwise_ece) for each in there]),
        ScoreRow("by chance alone", "ECE by chance", [_chance(each.scores.classwise_ece) for each in there]),
        ScoreRow("Brier score", "Brier score", [_score(each.scores.brier) for each in there]),
        ScoreRow("Log loss, nats", "log loss", [_score(each.scores.log_loss) for each in there]),
        ScoreRow("Mean confidence", "confidence", [(percent(each.scores.confidence), "") for each in there]),
        ScoreRow("Accuracy", "accuracy", [_accuracy(each) for each in there]),
    ]
    columns = [SHORT[name] for name in methods]
    before_after(columns, rows, methods.index(method), f"Scores of the probabilities on {judged.measured}")
    if problem:
        st.caption(plain(problem))
    scaling = {"temperature": services.temperature, "vector": services.vector}
    for name, trusted in zip(methods[1:], there[1:], strict=True):
        fitted = scaling[name](run, judge=judge)
        if fitted is not None and name in (method, "temperature" if method == "none" else method):
            together = "tracks" if judged.outcome.groups is None else "groups of tracks"
            said = sentences.scaling_sentence(fitted, part, trusted.n_changed, trusted.scores.n, together)
            st.caption(plain(said), help=GLOSSARY["cross-fitting"] if part == "validation" else None)


def _error(error: CalibrationError) -> tuple[str, str]:
    return percent(error.value), spread(error.interval)


def _chance(error: CalibrationError) -> tuple[str, str]:
    return "", spread(error.by_chance)


def _score(score: Measured) -> tuple[str, str]:
    low, high = score.interval.low, score.interval.high
    return f"{score.value:.3f}", "too few" if high == math.inf else f"{low:.3f}–{high:.3f}"


def _accuracy(each: Trusted) -> tuple[str, str]:
    return percent(each.evaluation.accuracy), spread(each.evaluation.accuracy_interval, "too few")


def _posterior(judged: Judged, method: Method) -> None:
    gap = services.against_posterior(judged.run, judged.part, judge=judged.judge, method=method)
    if gap is None:
        return
    with beyond_plain("posterior"), part("true"):
        left, right = st.columns([1.5, 1], gap="medium")
    said = sentences.posterior_sentence(gap, judged.outcome.evaluation.confusion_matrix.too_few())
    with left:
        st.subheader("Compared with the true probabilities", anchor=False, help=GLOSSARY["posterior"])
        alt = f"True probability of what {judged.run.name} predicts, on {judged.measured}. {said}"
        plot(posterior_figure(gap), key="posterior", height=360, alt=alt, revision=judged.run.id,
             name="true probabilities")  # fmt: skip
        rows = [
            {
                "tracks": b.n,
                "mean confidence": 100 * b.confidence,
                "mean true probability": 100 * b.truth,
                "lower quartile": 100 * b.lower,
                "upper quartile": 100 * b.upper,
            }
            for b in gap.bins
        ]
        shares = ("mean confidence", "mean true probability", "lower quartile", "upper quartile")
        twin(rows, "posterior", alt, shares, name="true probabilities")
    with right:
        st.container(height=28, border=False)
        st.markdown(plain(said), help=GLOSSARY["KL divergence"])
        st.caption(
            "Each blue dot is a track: the run's confidence, and the true probability of its prediction. Each dark "
            "mark is the mean of a tenth of the tracks, with a bar for the middle half. This compares with the true "
            "probabilities, so it shows errors that a reliability diagram averages away: dots off the line."
        )
        unit = judged.outcome.unit
        known, whom = known_already(judged.run, unit), unheard(judged.run.config.data, unit)
        if known:
            st.caption(
                f"The true probabilities are for {known}, but this run knows them from training because its split "
                "leaks."
            )
        elif whom:
            st.caption(f"The true probabilities are for {whom}.")
