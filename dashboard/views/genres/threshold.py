"""A genre against the rest: the curves, with a threshold to drag."""

import re

import streamlit as st

from dashboard.components.threshold import Words, threshold
from dashboard.components.twin import twin
from dashboard.services import one_genre
from dashboard.services.one_genre import AgainstTheRest
from dashboard.shell import address
from dashboard.theme import GAP, percent
from dashboard.views.genres.one_genre import OneGenre
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.text import told

USUAL = 50
_GIVEN = re.compile(r"0(\.\d{1,2})?|1(\.0{1,2})?")


def draw(one: OneGenre) -> None:
    """Draw both curves, large, and the table of all thresholds."""
    found = curves(one, both=True)
    if found is None:
        return
    st.caption(
        f"The threshold is the lowest probability at which the model answers {address.plain(one.name)}; it has "
        f"{len(found.points) - 1} steps of one percent. Intervals are 95{GAP}%.",
        help=f"{GLOSSARY['ROC curve']} {GLOSSARY['AUC']} {GLOSSARY['average precision']}",
    )
    rows = [
        {
            "threshold": 100 * point.threshold,
            "recall": 100 * point.recall,
            "precision": None if point.precision is None else 100 * point.precision,
            "false alarms": 100 * point.false_alarm,
            "found": point.found,
            "answered": point.answered,
        }
        for point in found.points
    ]
    alt = f"Recall, precision and false alarms of {one.name} at each threshold."
    twin(rows, f"{one.key} thresholds", alt, ("threshold", "recall", "precision", "false alarms"), name="thresholds")


def curves(one: OneGenre, *, both: bool) -> AgainstTheRest | None:
    """Draw the curves of a genre with the threshold that the address says, or the sentence why there are none."""
    judged = one.judged
    found = one_genre.against_the_rest(judged.run, judged.part, one.number, judge=judged.judge)
    if found is None:
        st.caption(f"These curves need {judged.part} tracks of {address.plain(one.name)} and of another genre.")
        return None
    roc, areas = found.roc, found.precision_recall
    words = Words(
        one.name,
        f"{judged.part} tracks",
        f"ROC · AUC {percent(roc.auc, told(roc.auc_interval))}",
        "Precision and recall · average precision "
        f"{percent(areas.average_precision, told(areas.average_precision_interval))}",
        judged.outcome.evaluation.confusion_matrix.too_few(one.number),
    )
    size = "both" if both else "one"
    threshold(found, words, f"{one.key} threshold {size}", at=_chosen(), on_pick=_choose, both=both)
    return found


def _chosen() -> int:
    """Return the threshold in hundredths that the address says, and say so where it says none that can be."""
    given = st.query_params.get("threshold")
    if not given:
        return USUAL
    if not _GIVEN.fullmatch(given):
        said = f"threshold is “{given[:40]}” in this link, but should be a number from 0 to 1"
        address.note(f"{said}, such as 0.25; using 0.5.")
        return USUAL
    return round(100 * float(given))


def _choose(threshold: float) -> None:
    at = round(100 * threshold)
    address.look(threshold=None if at == USUAL else f"{min(max(at, 0), 100) / 100:g}")
