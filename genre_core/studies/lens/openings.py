"""Counting each look at a published test part through a lens."""

from collections.abc import Iterable

from genre_core.store.openings import count_opening
from genre_core.store.runs import RunStore
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.lens.judging import LensPlan, LensScore, fingerprint_of


def open_published(
    store: RunStore, lens_id: str, config: LensConfig, plan: LensPlan, scores: Iterable[LensScore]
) -> None:
    """Write down those scores of a lens for which the test part of a published split was looked at.

    Raises
    ------
    StoreError
        It could not be written down.
    """
    for score in scores:
        if score.level == "published" and plan.test_hash:
            count_opening(store, plan.test_hash, fingerprint_of(config, score), lens_id)
