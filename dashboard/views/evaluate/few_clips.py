"""From how many clips? Features, a CNN and the pretrained tagger side by side, each after a few clips a genre."""

import streamlit as st

from dashboard.components.judged import Judged
from dashboard.components.plot import plot
from dashboard.components.safely import refreshing
from dashboard.components.study_page import LOOK_SECONDS, measure_here
from dashboard.components.tagger import tagger_offer
from dashboard.components.twin import limits, twin
from dashboard.services import few_clips
from dashboard.shell.address import plain
from dashboard.views.evaluate.figures import few_figure
from genre_core.settings.config import SoundConfig
from genre_core.studies.few_clips.config import NEED_TAGGER, WAYS, FewClipsConfig
from genre_core.text import capitalized, count, joined

HEIGHT = 340


def draw(judged: Judged) -> None:
    """Draw the question, the button that asks it, and the curves as far as they are."""
    st.subheader("How many clips does it take?", anchor=False)
    if not isinstance(judged.run.config.data, SoundConfig):
        st.caption("This compares ways to learn from sound: choose a run on clips or on generated music.")
        return
    config = few_clips.config_of(judged.run)
    found = few_clips.few_clips(config)
    if found is None or not found.scores:
        st.caption(plain(_about(config), longest=900))
    measure_here(few_clips.STUDIES, config, lambda: few_clips.few_clips(config))
    if found is None and not set(NEED_TAGGER) & set(config.ways):
        tagger_offer("Fetch the pretrained tagger first to compare with it as well")
    refreshing(_curves, LOOK_SECONDS if found and found.study.active else None)(config, len(judged.data.genres))


def _about(config: FewClipsConfig) -> str:
    ways = capitalized(joined([WAYS[way] for way in config.ways]))
    n = len(config.ways) * len(config.sizes) * config.n_repeats
    return (
        f"{ways} learn from {joined([str(size) for size in config.sizes], 'or')} clips of each genre and are judged on "
        f"the validation part. This takes up to {count(n, 'training')}. The test part stays closed."
    )


def _curves(config: FewClipsConfig, n_genres: int) -> None:
    """Draw the curves, or the axes on which they will stand."""
    found = few_clips.few_clips(config)
    points, leads = (found.points, found.leads) if found and found.scores else ((), ())
    said = " ".join(lead.sentence for lead in (leads[:1] + leads[-1:] if len(leads) > 1 else leads))
    alt = said or "Accuracy by the number of clips of each genre."
    sizes = found.plan.sizes if found and found.plan else config.sizes
    plot(few_figure(points, sizes, 1 / n_genres), "few clips", height=HEIGHT, alt=alt)
    if found is None or not found.scores:
        return
    st.caption(plain(f"{said} {found.note}", longest=1200))
    rows = []
    for point in found.points:
        low, high = (None, None) if point.interval is None else limits(point.interval)
        own = {"way": capitalized(WAYS[point.way]), "clips a genre": point.size, "draws": point.n_draws}
        rows.append({**own, "accuracy": 100 * point.accuracy, "low": low, "high": high})
    if not found.study.active:
        twin(rows, "few clips", alt, ("accuracy", "low", "high"))
