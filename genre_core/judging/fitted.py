"""A stored run that answers again: its network with its best weights, and all that stands before the network.

Inputs of any data set that has what it learned from, and sound in memory, are standardized by the training part of its
own data. It needs torch, so it lives in workers and in the terminal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.measuring import measure_samples
from genre_core.data.clips.sounds import SAMPLE_RATE, Samples
from genre_core.data.clips.windows import starts
from genre_core.data.inputs import BandStandardizer, Inputs, LazyRows, Rows, Scores, Spectrograms, Standardizer
from genre_core.errors import DataError, RunStateError
from genre_core.settings.config import ExperimentConfig, SoundConfig
from genre_core.settings.ensembles import average_logits, is_mixed
from genre_core.store.runs import RunStore
from genre_core.store.schema import Run
from genre_core.training.experiment import Prepared, prepare_once
from genre_core.training.predictions import Predictions

if TYPE_CHECKING:
    from genre_core.networks.network import Network

Logits = npt.NDArray[np.float32]

HOP = 1.0
"""Seconds from one window to the next along a sound."""
MOST_WINDOWS = 60
"""A longer sound is heard at so many places, evenly spread."""
DEAF = "This run learned from a table of features, so it cannot listen: choose a run on clips or on generated music."
MIXED = "The members of this ensemble listen to different things: choose one of them."


@dataclass(frozen=True, eq=False)
class Fitted:
    """A run's `networks` with their best weights (several of an ensemble), and its data as they were prepared.

    `folder` holds the weights of the pretrained tagger, where they were fetched.
    """

    config: ExperimentConfig
    networks: "tuple[Network, ...]"
    prepared: Prepared
    folder: Path

    @property
    def genres(self) -> tuple[str, ...]:
        """Return the genres that it answers with."""
        return self.prepared.dataset.genres

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of one input."""
        return self.prepared.dataset.inputs.shape

    @property
    def sound(self) -> SoundConfig:
        """Return how its data are cut and measured; raises DataError where they are no sound."""
        if not isinstance(self.config.data, SoundConfig):
            raise DataError(DEAF)
        return self.config.data

    @property
    def window_seconds(self) -> float:
        """Return how long the windows are that it learned from: half of them are not longer.

        Raises DataError where its data are no sound.
        """
        usual = np.median([window.length for window in self.prepared.dataset.heard]) if not self.sound.window else 0
        return self.sound.window or float(usual) / 1000

    def standard_scores(self, inputs: Inputs) -> Rows:
        """Return inputs as its networks take them; features are found by their names.

        Raises DataError where a feature is missing, or they are of another kind or shape than those that it learned
        from.
        """
        own, standardizer = self.prepared.dataset.inputs, self.prepared.standardizer
        if inputs.noun != own.noun:
            raise DataError(f"This run learned from {own.noun}, and these data hold {inputs.noun}.")
        if isinstance(standardizer, Standardizer):
            return standardizer.transform(_columns(inputs, own.names))
        assert isinstance(standardizer, BandStandardizer)
        assert isinstance(inputs, Spectrograms)
        if not self._takes(inputs.shape):
            bands, frames = own.shape
            raise DataError(
                f"This run learned from spectrograms of {bands} bands and {frames} frames, and these have "
                f"{inputs.shape[0]} and {inputs.shape[1]}: cut the clips into windows of the same length."
            )
        return LazyRows(Scores(inputs.array, standardizer), np.arange(len(inputs)))

    def answers(self, inputs: Inputs) -> Logits:
        """Return logits (n, n_genres) for the rows of inputs; raises DataError as `standard_scores` does."""
        from genre_core.training.trainer import predict

        X = self.standard_scores(inputs)
        of_each = [predict(network, X) for network in self.networks]
        return of_each[0] if len(of_each) == 1 else average_logits(of_each)

    def measure(self, sounds: Sequence[Samples]) -> Inputs:
        """Return inputs (n_sounds rows) made of pieces of sound, mono at 22,050 Hz.

        Raises DataError where it learned from no sound, or a piece cannot be measured.
        """
        return measure_samples(sounds, self.sound, self.shape, self.folder)

    def cut(
        self, samples: Samples, hop: float = HOP, most: int = MOST_WINDOWS
    ) -> tuple[tuple[float, ...], list[Samples]]:
        """Return where windows along a sound start, in seconds, and the windows, as long as those it learned from."""
        length = self.window_seconds
        at = starts(len(samples) / SAMPLE_RATE, length, hop, most, "whole")
        n = round(length * SAMPLE_RATE)
        return at, [samples[(first := round(start * SAMPLE_RATE)) : first + n] for start in at]

    def along(self, samples: Samples, hop: float = HOP, most: int = MOST_WINDOWS) -> tuple[tuple[float, ...], Logits]:
        """Return the starts in seconds of windows along a sound, and the logits (n_windows, n_genres) of each.

        Raises DataError as `measure` does.
        """
        at, windows = self.cut(samples, hop, most)
        return at, self.answers(self.measure(windows))

    def _takes(self, shape: tuple[int, ...]) -> bool:
        """Return whether its networks take spectrograms of a shape: of any length where no weight depends on it."""
        own, model = self.shape, self.config.model
        if shape == own:
            return True
        n_genres = len(self.genres)
        return shape[:1] == own[:1] and model.n_parameters(shape, n_genres) == model.n_parameters(own, n_genres)


def of_whole(logits: Logits) -> Logits:
    """Return the answer (n_genres,) for a whole sound: the mean of its windows' log-probabilities (n, n_genres)."""
    n = len(logits)
    rows, nothing = np.arange(n), np.zeros(n, dtype=np.int64)
    by_row = Predictions(rows, nothing, logits, np.zeros(n, dtype=np.uint8))
    return by_row.by_track(nothing).logits[0]


def fit_again(store: RunStore, run: Run) -> Fitted:
    """Return a complete run as it answers.

    Raises RunStateError where it is not complete, and DataError where its data or its weights are not there any more.
    """
    from genre_core.training.trainer import rebuilt

    if run.state != "complete":
        raise RunStateError(f"The run {run.name} is {run.state}: only a complete run can answer.")
    if is_mixed(run.config):
        raise DataError(MIXED)
    config, prepared = run.config, prepare_once(run.config.data, run.config.split, store)
    saved = store.artifact(run.id, "logits")
    if saved is None or not np.array_equal(Predictions.load(saved).y, prepared.dataset.y):
        raise DataError(f"The data of the run {run.name} have changed since it was trained: train it again.")
    shape, n_genres = prepared.dataset.inputs.shape, len(prepared.dataset.genres)
    if len(shape) == 1 and (learned := run.context.get("input_shape", list(shape))) != list(shape):
        raise DataError(
            f"The run {run.name} learned from {learned[0]:,} features, and its data now give {shape[0]:,}, because "
            "columns are taken for features by other rules than before: train it again."
        )
    networks = tuple(
        rebuilt(member.model, shape, n_genres, weights_of(store, run, member)) for member in config.members or (config,)
    )
    return Fitted(config, networks, prepared, store.clips.folder)


def weights_of(store: RunStore, run: Run, member: ExperimentConfig) -> bytes:
    """Return the weights of a run, or of a stored run that is a member of an ensemble."""
    candidates = [run] if member is run.config else store.runs_of(member.fingerprint)
    for found in candidates:
        weights = store.artifact(found.id, "weights") if found.state == "complete" else None
        if weights is not None:
            return weights
    if member is run.config:
        raise DataError(f"The weights of the run {run.name} are not stored: train it again.")
    raise DataError(f"A member of the ensemble {run.name} is not stored as a run: train it, then try again.")


def _columns(inputs: Inputs, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the features (n, n_names) of those names."""
    at = {name: number for number, name in enumerate(inputs.names)}
    missing = [name for name in names if name not in at]
    if missing:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise DataError(f"This run needs the feature {missing[0]}{more}, which these data do not have.")
    return inputs.X[:, [at[name] for name in names]]
