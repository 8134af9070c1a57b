"""Findings about a run, one sentence each with the way to its evidence."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard.components.folded import folded
from dashboard.components.judged import Judged
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.text.findings import link
from genre_core.findings.finding import Finding
from genre_core.findings.sentences import Told, sentence
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.presets import OPENING
from genre_core.store.run_result import told_of as told_of

FIRST = 5
LONGEST = 600
MOST_OVERLAP = 20.0
FORWARD = ":material/arrow_forward:"
WHEN = (
    "A finding is listed only if its interval or test supports it. By chance alone, each kind would appear in at most "
    "1 of 20 runs."
)


def draw(judged: Judged, found: Sequence[Finding], key: str, here: str) -> None:
    """Draw findings on the page `here` (`views/evaluate/page.py`), the first few open and the others folded."""
    told = told_of(judged.run, judged.part, judged.data, judged.outcome.unit)
    with st.container(key=key, gap="small"):
        several(found[:FIRST], told, key, here, judged.run.config)
        if rest := found[FIRST:]:
            folded(f"{len(rest)} more", f"{key} more", several, rest, told, f"{key} folded", here, judged.run.config)


def several(found: Sequence[Finding], told: Told, key: str, here: str, config: ExperimentConfig) -> None:
    """Draw findings on a run of some settings, each with the way to its evidence unless the page shows that already."""
    for number, finding in enumerate(found):
        way = link(finding, told)
        if unit := st.query_params.get("unit"):
            way = replace(way, looked_at={**way.looked_at, "unit": unit})
        shown = way.page == here and all(st.query_params.get(name) == text for name, text in way.looked_at.items())
        with st.container(key=f"finding {key} {number}", gap=None):
            st.markdown(plain(sentence(finding, told), LONGEST))
            if finding.kind == "all_right":
                _something_harder(config)
            elif way.page == here and not shown:
                address.same_page_link(plain(way.label), f"finding way {key} {number}", FORWARD, **way.looked_at)
            elif not shown:
                address.page_link(way.page, plain(way.label), FORWARD, **way.looked_at)
            if finding.kind == "macro_f1":
                _balanced(config)


def _balanced(config: ExperimentConfig) -> None:
    """Draw the way to the same settings with balanced weights, so that rare genres count as much as common ones."""
    if config.train.class_weighting != "none":
        return
    balanced = config.train.model_copy(update={"class_weighting": "balanced"})
    settings = forms.link(config.model_copy(update={"train": balanced}))
    st.page_link("views/train/page.py", label="Train with balanced weights", icon=FORWARD, query_params=settings)


def _something_harder(config: ExperimentConfig) -> None:
    """Draw the way to something to see, where every track is recognized."""
    drawn, opening = config.data.generator, OPENING.config.data.generator
    if drawn is None or opening is None:
        address.page_link("views/data/page.py", f"Check these {config.data.whole}s", FORWARD, section="check")
        return
    overlap = max(opening.overlap, 2 * drawn.overlap)
    harder = drawn.model_copy(update={"overlap": min(overlap, MOST_OVERLAP)})
    settings = forms.link(config.model_copy(update={"data": harder}))
    st.page_link(
        "views/train/page.py", label=f"Train at overlap {harder.overlap:g}", icon=FORWARD, query_params=settings
    )
