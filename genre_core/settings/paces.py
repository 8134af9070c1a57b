"""Paces at which a person watches a run: its result is the same at each."""

from collections.abc import Mapping

FAST, BY_HAND = "as fast as it can", "pause after each epoch"
PACES: Mapping[str, float] = {FAST: 0.0, "two epochs a second": 0.5, "one epoch a second": 1.0, BY_HAND: 0.0}
"""Seconds that an epoch takes at least."""
