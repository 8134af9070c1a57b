"""Answers of a run for new tracks: calibrated probabilities, prediction sets, and how much each answer is worth."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from genre_core.data.dataset import FloatArray, IntArray
from genre_core.evaluation.intervals import Mask
from genre_core.text import count, percent

UNCALIBRATED = "Probabilities are not calibrated: the run's validation part is too small, or holds no error."


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers of a run for tracks (n): the `probabilities` of `genres` (n, k), NaN where there is no answer.

    They are calibrated on the `n_validation` validation tracks if `calibrated`. `sets` (n, k) holds the genres that
    remain possible with confidence `level`, None where nothing can be promised. `n_rows` (n,) are the rows of each
    track, `far` (n,) says which are unlike anything learned, `notes` (n,) what else is to be known. `labels` (n,) are
    genres where they are known, and `evaluation` judges the answers by them, or is empty; `problem` says why. `whole`
    is what a piece of music is called.
    """

    run: str
    genres: tuple[str, ...]
    names: tuple[str, ...]
    probabilities: FloatArray
    sets: Mask | None
    level: float
    calibrated: bool
    n_validation: int
    temperature: float
    n_rows: IntArray
    far: Mask
    notes: tuple[str, ...]
    labels: tuple[str, ...]
    evaluation: dict[str, Any]
    problem: str = ""
    about: tuple[str, ...] = ()
    whole: str = "track"

    def __len__(self) -> int:
        return len(self.names)

    @property
    def answered(self) -> Mask:
        """Return which tracks have an answer (n,)."""
        return ~np.isnan(self.probabilities[:, 0])

    @property
    def confidence(self) -> FloatArray:
        """Return the probability of the likeliest genre (n,), NaN where there is no answer."""
        return self.probabilities.max(axis=1)

    def known(self, threshold: float) -> Mask:
        """Return for which tracks it is sure enough to answer (n,)."""
        return self.confidence >= threshold

    @property
    def likeliest(self) -> IntArray:
        """Return the number of the likeliest genre (n,), 0 where there is no answer."""
        return np.where(self.answered[:, None], self.probabilities, 0.0).argmax(axis=1)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many tracks each genre is the likeliest of."""
        found = np.bincount(self.likeliest[self.answered], minlength=len(self.genres))
        return dict(zip(self.genres, found.tolist(), strict=True))

    def headline(self, threshold: float = 0.0) -> str:
        """Say how many tracks it answers for."""
        n, n_known, n_left = len(self), int(self.known(threshold).sum()), int((~self.answered).sum())
        if not n_left and n_known == n:
            return f"An answer for {'each of ' if n > 1 else ''}{count(n, self.whole)}."
        unsure, parts = n - n_known - n_left, [f"Answers for {n_known:,} of {count(n, self.whole)}"]
        if unsure:
            parts.append(f"it does not know {unsure:,}, less than {percent(threshold, decimals=0)} sure")
        if n_left:
            parts.append(
                f"{n_left:,} {'is left out, with its' if n_left == 1 else 'are left out, each with its'} reason"
            )
        return f"{'; '.join(parts)}."

    @property
    def sentences(self) -> list[str]:
        """Say how much the probabilities and the sets are worth, and how many tracks are to be doubted."""
        said = list[str]()
        if n_far := int(self.far.sum()):
            far = count(n_far, f"{self.whole} is", f"{self.whole}s are")
            said.append(f"{far} unlike anything that the run learned from: do not trust these answers.")
        said.append(f"Probabilities are calibrated on the run's {count(self.n_validation, f'validation {self.whole}')} "
                    f"(temperature {self.temperature:.2f})." if self.calibrated else UNCALIBRATED)  # fmt: skip
        if self.sets is None:
            said.append("There are no prediction sets: the validation part is too small to promise anything.")
        else:
            rate = percent(self.level, decimals=0)
            said.append(
                f"The prediction set holds the right genre for at least {rate} of new {self.whole}s like those of "
                "validation."
            )
        if self.problem:
            said.append(f"The answers are not judged. {self.problem}")
        return [*said, *self.about]

    def to_json(self, threshold: float = 0.0) -> dict[str, Any]:
        """Return what is to be said of all of them as plain numbers, lists and dicts."""
        return {
            "n_tracks": len(self),
            "n_answered": int(self.answered.sum()),
            "n_known": int(self.known(threshold).sum()),
            "n_far": int(self.far.sum()),
            "n_noted": sum(map(bool, self.notes)),
            "genres": self.counts,
            "calibrated": self.calibrated,
            "temperature": self.temperature,
            "level": self.level if self.sets is not None else None,
            "evaluation": self.evaluation or None,
            "headline": self.headline(threshold),
            "sentences": self.sentences,
        }
