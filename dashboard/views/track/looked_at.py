"""The track that the page is about, with what its run's network answered for it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from genre_core.data.dataset import PARTS, Dataset, FloatArray, Part
from genre_core.evaluation.metrics import softmax
from genre_core.store.schema import Run
from genre_core.training.predictions import Predictions


@dataclass(frozen=True, eq=False)
class LookedAt:
    """One row of a complete run's data; `clean` says whether its true genre judges, where labels may be wrong."""

    run: Run
    data: Dataset
    answers: Predictions
    row: int
    clean: bool

    @property
    def name(self) -> str:
        """Return what the track is called in its data."""
        return self.data.tracks[self.row]

    @property
    def part(self) -> Part | None:
        """Return the part that it is in; None: the split left it out."""
        number = int(self.answers.part[self.row])
        return PARTS[number] if number < len(PARTS) else None

    @property
    def logits(self) -> npt.NDArray[np.float32]:
        """Return what the network answered (n_genres,)."""
        return self.answers.logits[self.row]

    @property
    def left_out(self) -> bool:
        """Say whether it is in the test part that folds leave out, so that nothing is told of it."""
        return bool(np.isnan(self.logits).any())

    @property
    def listens(self) -> bool:
        """Say whether its network was given a spectrogram of it, and it can be heard."""
        return len(self.data.inputs.shape) == 2 and bool(self.data.heard)

    @property
    def raw(self) -> FloatArray:
        """Return its features in their own units (n_features,), NaN where one is not known."""
        return self.data.X[self.row]

    @cached_property
    def y_prob(self) -> FloatArray:
        """Return the probability of each genre (n_genres,)."""
        return softmax(self.logits[None])[0]

    @property
    def true(self) -> int:
        """Return the genre that it is judged by."""
        y = self.data.y_clean if self.clean and self.data.y_clean is not None else self.answers.y
        return int(y[self.row])

    @property
    def predicted(self) -> int:
        """Return the genre that the network takes it for."""
        return int(self.logits.argmax())

    @property
    def other(self) -> int:
        """Return the genre that the decision was against: the true one, or the second choice where that was right."""
        return decided_against(self.logits, self.true)


def decided_against(logits: npt.NDArray[np.floating], true: int) -> int:
    """Return the genre that logits (n_genres,) decide against: the true one, or the second choice where that won."""
    predicted = int(logits.argmax())
    if true != predicted:
        return true
    others = logits.copy()
    others[predicted] = -np.inf
    return int(others.argmax())
