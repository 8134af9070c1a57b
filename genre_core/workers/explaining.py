"""A worker's answers to what a person asks of a clip: what decided there, how that sounds, and whether it is true."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genre_core.data.clips.gathering import chosen_sets
from genre_core.data.clips.sounds import SAMPLE_RATE, Samples, samples
from genre_core.data.dataset import FloatArray
from genre_core.errors import DataError
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.faithfulness import Faithfulness, faithfulness
from genre_core.explaining.masks import Analysis, analysis_of, heard_through, mask_of, order_of
from genre_core.explaining.patterns import Pattern, patterns_of
from genre_core.explaining.saliency import AT_ONCE, saliency
from genre_core.judging.fitted import Fitted, fit_again
from genre_core.judging.hearing import CLOSED, closed_rows
from genre_core.networks.config import MOST_BYTES
from genre_core.store.runs import open_store
from genre_core.store.schema import Run

if TYPE_CHECKING:
    from genre_core.networks.network import Network

NO_SINGLE_NETWORK = "An ensemble has no single network to look into: open one of its members."


@dataclass(frozen=True, eq=False)
class Decided:
    """How much each bin (n_mels, n_frames) of a window speaks for a genre; frames without sound are left out.

    Frames lie `step` seconds apart, bands are centered on `hertz` (n_mels,). `attention` (n_moments,) says how much the
    network weighs each moment of `moment` seconds; None: it weighs none.
    """

    saliency: FloatArray
    step: float
    hertz: FloatArray
    attention: FloatArray | None
    moment: float


@dataclass(frozen=True, eq=False)
class Parts:
    """A window, what of it decided, and the rest: samples (n,) at 22,050 Hz of each, and the answers (3, n_genres)."""

    sounds: tuple[Samples, ...]
    y_prob: FloatArray


@dataclass(frozen=True, eq=False)
class FirstPatterns:
    """Patterns of the first layer; frames lie `step` seconds apart, bands are centered on `hertz` (n_mels,)."""

    patterns: tuple[Pattern, ...]
    step: float
    hertz: FloatArray


def decided(run_id: str, attempt: int, row: int, genre: int, method: str, store_url: str) -> Decided:
    """Find what in a row of a run's data speaks for a genre.

    Raises DataError where the run is an ensemble, its weights or data are gone, or the row is of a test part that is
    closed.
    """
    fitted, analysis = _open(run_id, attempt, row, store_url)
    found = _saliency(run_id, attempt, row, genre, method, store_url)
    heard, network, step = ~np.isnan(found[0]), fitted.networks[0], analysis.hop / analysis.sample_rate
    weights = _attention(network, _row(fitted, row)[:, heard])
    return Decided(found[:, heard].astype(np.float32), step, analysis.hertz, weights, network.moment_frames * step)


def parts(run_id: str, attempt: int, row: int, genre: int, method: str, share: float, store_url: str) -> Parts:
    """Take a window apart into the `share` of its bins that decided and the rest, and ask the network about both.

    Raises DataError as `decided`; or the clip cannot be read any more.
    """
    fitted, analysis = _open(run_id, attempt, row, store_url)
    window = fitted.prepared.dataset.heard[row]
    location = open_store(store_url).clips.find(window.clip)
    if location is None:
        raise DataError("The store no longer knows where this clip lies: import its folder again.")
    whole = samples(location, window.start / 1000, window.length / 1000, analysis.sample_rate)
    found = _saliency(run_id, attempt, row, genre, method, store_url)
    mask = mask_of(order_of(found), share)[:, ~np.isnan(found[0])]
    every = (whole, heard_through(whole, mask, analysis), heard_through(whole, ~mask, analysis))
    sounds = tuple(_usual_rate(sound, analysis.sample_rate) for sound in every)
    return Parts(sounds, softmax(fitted.answers(fitted.measure(sounds))))


def told(run_id: str, attempt: int, row: int, genre: int, method: str, store_url: str) -> Faithfulness:
    """Compare what is found in a row with masks at random; raises DataError as `decided` does."""
    fitted, _ = _open(run_id, attempt, row, store_url)
    found = _saliency(run_id, attempt, row, genre, method, store_url)
    return faithfulness(lambda X: _probabilities(fitted, X)[:, genre], _row(fitted, row), found)


def first_patterns(run_id: str, attempt: int, store_url: str) -> FirstPatterns:
    """Find what the first layer of a run looks for, and the training clips that answer most; raises as `decided`."""
    fitted, analysis = _fitted(run_id, attempt, store_url)
    prepared = fitted.prepared
    clips = [window.clip for window in prepared.dataset.heard]
    found = patterns_of(fitted.networks[0], prepared.X, prepared.split.train, clips)
    return FirstPatterns(found, analysis.hop / analysis.sample_rate, analysis.hertz)


def _open(run_id: str, attempt: int, row: int, store_url: str) -> tuple[Fitted, Analysis]:
    """Return a run and what its sound is analyzed by, where a row of its data may be looked at; raises DataError."""
    fitted, analysis = _fitted(run_id, attempt, store_url)
    opened = open_store(store_url).run(run_id).opened
    if row in closed_rows(fitted.prepared.dataset, fitted.config.split, opened=opened):
        raise DataError(CLOSED)
    return fitted, analysis


@lru_cache(maxsize=2)
def _fitted(run_id: str, attempt: int, store_url: str) -> tuple[Fitted, Analysis]:
    store = open_store(store_url)
    run: Run = store.run(run_id)
    if run.averages:
        raise DataError(NO_SINGLE_NETWORK)
    fitted = fit_again(store, run)
    fitted.networks[0].eval()
    return fitted, analysis_of(chosen_sets(fitted.sound)[0])


@lru_cache(maxsize=16)
def _saliency(run_id: str, attempt: int, row: int, genre: int, method: str, store_url: str) -> FloatArray:
    fitted, _ = _fitted(run_id, attempt, store_url)
    most = MOST_BYTES // (4 * fitted.config.model.n_kept(fitted.shape))  # a whole clip may be much longer than a crop
    return saliency(fitted.networks[0], _row(fitted, row), genre, method, min(AT_ONCE, max(1, most)))


def _row(fitted: Fitted, row: int) -> npt.NDArray[np.float32]:
    return np.asarray(fitted.prepared.X[np.array([row])])[0]


def _attention(network: "Network", x: npt.NDArray[np.float32]) -> FloatArray | None:
    import torch

    with torch.no_grad():
        weights = network.attention(torch.tensor(x)[None])
    return None if weights is None else weights[0].double().numpy()


def _probabilities(fitted: Fitted, X: npt.NDArray[np.float32]) -> FloatArray:
    """Return the probability of every genre (n, n_genres) for rows of standard scores."""
    from genre_core.training.trainer import predict

    return softmax(predict(fitted.networks[0], X))


def _usual_rate(sound: Samples, rate: int) -> Samples:
    import soxr

    return sound if rate == SAMPLE_RATE else soxr.resample(sound, rate, SAMPLE_RATE, quality="HQ")
