"""Whether the probability of a genre can be believed: one against the rest."""

import streamlit as st

from dashboard.components.plot import plot
from dashboard.components.twin import limits, twin
from dashboard.figures.calibration import reliability_figure
from dashboard.services import confidence as services
from dashboard.shell.address import plain
from dashboard.views.genres.one_genre import EVALUATE, OneGenre, link
from genre_core.evaluation.calibration_sentences import error_sentence, reliability_answer
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.text import GAP

HEIGHT = 380


def draw(one: OneGenre) -> None:
    """Draw how often tracks are of the genre, by the probability that the model gives it."""
    judged = one.judged
    run, part = judged.run, judged.part
    curve = services.reliability_of(run, part, judge=judged.judge, genre=one.number)
    trusted = services.trusted(run, part, judge=judged.judge)
    if curve is None or trusted is None:
        return
    scores, evaluation, nouns = trusted.scores, trusted.evaluation, f"{part} {run.whole}s"
    error = scores.per_genre[one.number]
    few = evaluation.confusion_matrix.too_few()
    said = reliability_answer(
        curve, error, scores.confidence, evaluation.accuracy, evaluation.accuracy_interval, nouns, one.name, few
    )
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        st.subheader("Its probability and how often it is right", anchor=False, help=GLOSSARY["reliability"])
        plot(
            reliability_figure(curve, part, one.name),
            f"{one.key} reliability",
            height=HEIGHT,
            alt=said,
            name="reliability",
        )
    with right:
        st.markdown(plain(said, 600))
        st.caption(plain(error_sentence(curve, error), 600), help=GLOSSARY["ECE"])
        st.caption(f"A filled mark is off by more than chance, a hollow mark is not. Bars are 95{GAP}% intervals.")
        link(EVALUATE, "Effect of scaling", ":material/arrow_forward:", section="confidence", genre=one.name)
        rows = [
            {
                f"P({one.name})": 100 * b.confidence,
                f"are {one.name}": 100 * b.accuracy,
                **dict(zip(("low", "high"), limits(b.interval), strict=True)),
                "tracks": b.n,
            }
            for b in curve.bins
            if b.n
        ]
        twin(
            rows,
            f"{one.key} calibration",
            said,
            (f"P({one.name})", f"are {one.name}", "low", "high"),
            name="reliability",
        )
