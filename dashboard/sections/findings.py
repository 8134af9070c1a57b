"""What stands out in a run, one sentence each with the way to its evidence."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard import address
from dashboard.address import plain
from dashboard.sections.evaluate.judged import Judged
from dashboard.sentences.findings import link
from dashboard.sentences.limits import known_already
from genre_core.dataset import Dataset, Part
from genre_core.findings import Finding, Told, sentence
from genre_core.store import Run

CSS = Path(__file__).parents[1] / "components" / "findings.css"
FIRST = 5
LONGEST = 600
WHEN = (
    "A finding stands here only where its interval or test supports it. Where there is nothing of its kind, it would "
    "appear in at most 1 of 20 runs."
)


def told_of(run: Run, part: Part, data: Dataset) -> Told:
    """Return what the sentences on a run's findings need to know."""
    level = data.coarsest[0] if data.coarsest else "group"
    return Told(data.genres, part, known_already(run), level)


def draw(judged: Judged, found: Sequence[Finding], key: str, here: str) -> None:
    """Draw findings on the page `here` (`views/evaluate.py`), the first few open and the others folded."""
    told = told_of(judged.run, judged.part, judged.data)
    with st.container(key=key, gap="small"):
        several(found[:FIRST], told, key, here)
        if len(found) <= FIRST:
            return
        folded = st.expander(f"{len(found) - FIRST} more", key=f"{key} more", type="compact", on_change="rerun")
        if folded.open:
            with folded:
                several(found[FIRST:], told, f"{key} folded", here)


def several(found: Sequence[Finding], told: Told, key: str, here: str) -> None:
    """Draw findings, each with the way to its evidence unless that is what the page shows already."""
    st.html(CSS)
    for number, finding in enumerate(found):
        way = link(finding, told)
        shown = way.page == here and all(st.query_params.get(name) == text for name, text in way.looked_at.items())
        with st.container(key=f"finding {key} {number}", gap=None):
            st.markdown(plain(sentence(finding, told), LONGEST))
            if not shown:
                address.page_link(way.page, plain(way.label), ":material/arrow_forward:", **way.looked_at)
