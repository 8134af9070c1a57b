"""Genres told from the pretrained tagger's tags alone, without any training: a baseline for runs on clips."""

from dataclasses import dataclass, replace

import numpy as np

from genre_core.data.clips.gathering import extractor_of
from genre_core.data.clips.tagger.tags import genre_from_tags, without_tags
from genre_core.data.dataset import Dataset, Part
from genre_core.errors import DataError
from genre_core.evaluation.intervals import Interval, accuracy_interval
from genre_core.store.gate import need_open, predictions_of
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.text import capitalized, joined

LEAST = 1e-12
"""Least probability: a genre that no tag names is never answered."""


@dataclass(frozen=True)
class TagsAlone:
    """Accuracy of the tags alone on what is judged of a run; they never answer the genres `without` a tag."""

    accuracy: float
    interval: Interval
    without: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Say which genres the tags cannot tell; nothing where there is none."""
        if not self.without:
            return ""
        verb = "has" if len(self.without) == 1 else "have"
        return f"{capitalized(joined(list(self.without)))} {verb} no tag, so the tags alone are never right there."


def tags_alone(store: RunStore, run: Run, part: Part, data: Dataset, judge: Judge = JUDGE) -> TagsAlone | None:
    """Return what the tags alone reach on the part of a complete run, judged as the run is.

    None where they are not measured on all of its clips, or name none of the genres.
    Raises RunStateError where it is the test part, and nobody has opened it.
    """
    need_open(run, part)
    every = predictions_of(store, run) if data.heard else None
    if every is None or not np.array_equal(every.y, data.y):
        return None
    answered = every.of(part)
    windows = [data.heard[row] for row in answered.rows]
    known = store.clips.places(extractor_of("tags"), {window.clip for window in windows})
    if any(window not in known or known[window].row < 0 for window in windows):
        return None
    try:
        told = genre_from_tags(store.clips.values([known[window] for window in windows]), data.genres)
    except DataError:
        return None
    by_row = replace(answered, logits=np.log(np.maximum(told, LEAST)).astype(np.float32))
    seen = (by_row.true_genres(data) if judge.clean else by_row).by(judge.unit, data)
    interval = accuracy_interval(seen.y, seen.y_pred, data.clusters(seen.rows))
    return TagsAlone(float((seen.y == seen.y_pred).mean()), interval, without_tags(data.genres))
