"""What stands out in a run, one sentence each with the way to its evidence."""

from collections.abc import Sequence

import streamlit as st

from dashboard import address
from dashboard.address import plain
from dashboard.sections.evaluate.judged import Judged
from dashboard.sentences.findings import Told, link, sentence
from dashboard.sentences.limits import known_already
from genre_core.dataset import Dataset, Part
from genre_core.findings import Finding
from genre_core.store import Run

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


def draw(judged: Judged, found: Sequence[Finding], key: str) -> None:
    """Draw findings, the first few open and the others folded."""
    told = told_of(judged.run, judged.part, judged.data)
    with st.container(key=key, gap="small"):
        for number, finding in enumerate(found[:FIRST]):
            _one(finding, told, f"{key} {number}")
        if len(found) <= FIRST:
            return
        folded = st.expander(f"{len(found) - FIRST} more", key=f"{key} more", type="compact", on_change="rerun")
        if folded.open:
            with folded:
                for number, finding in enumerate(found[FIRST:]):
                    _one(finding, told, f"{key} {FIRST + number}")


def _one(finding: Finding, told: Told, key: str) -> None:
    way = link(finding, told)
    with st.container(key=key, gap=None):
        st.markdown(plain(sentence(finding, told), LONGEST))
        address.page_link(way.page, plain(way.label), ":material/arrow_forward:", **way.looked_at)
