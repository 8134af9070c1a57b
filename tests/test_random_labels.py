"""Labels at random cannot be learned: what was trained on them is right on new clips as often as guessing is."""

from functools import partial

import numpy as np
import pytest
from scipy.stats import binom

from genre_core.data.clips.spectrograms import SPECTROGRAM_SETS
from genre_core.data.clips.tagger.about import weights_path
from genre_core.data.clips.tagger.network import read_weights
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Spectrograms
from genre_core.data.splitting import Split
from genre_core.settings.names import configure
from genre_core.training.experiment import Prepared, drain, make_trainer
from tests.tagger import fetched

N, N_GENRES = 180, 3
SPLIT = Split(*np.split(np.arange(N), [60, 80]))
Y = np.arange(N) % N_GENRES
HIGHEST, LOWEST = (int(binom.ppf(share, 100, 1 / N_GENRES)) for share in (1 - 1e-6, 1e-6))
"""Of 100 independent guesses, more or fewer are right once in a million times."""
SETTINGS = {"model.dropout": 0.1, "train.batch_size": 8, "train.max_epochs": 12, "train.learning_rate": 0.01}


def n_right(inputs, y, **model):
    """Return how many of 100 test clips a network is right on that learned from others."""
    data = Dataset(inputs, y, tuple("abc"), tuple(map(str, range(N))))
    prepared = Prepared.of(data, SPLIT)
    trainer = make_trainer(configure(SETTINGS | {f"model.{name}": value for name, value in model.items()}), prepared)
    drain(trainer)
    return int((trainer.predict(prepared.X[SPLIT.test]).argmax(1) == y[SPLIT.test]).sum())


def assert_learns_labels_alone(inputs, **model):
    assert n_right(inputs, Y, **model) > HIGHEST
    assert LOWEST <= n_right(inputs, np.random.default_rng(1).integers(N_GENRES, size=N), **model) <= HIGHEST


def test_a_network_on_spectrograms_stays_at_chance():
    X = np.random.default_rng(0).normal(size=(N, 6, 10)).astype(np.float32)
    X[np.arange(N), 2 * Y] += 2
    assert_learns_labels_alone(Spectrograms(X), architecture="cnn", channels=(4,), crop=0)


def test_the_pretrained_tagger_stays_at_chance():
    folder, why = fetched()
    if folder is None:
        pytest.skip(why)
    one = SPECTROGRAM_SETS["musicnn"]
    time = np.arange(one.sample_rate // 4) / one.sample_rate
    rng, rows = np.random.default_rng(0), []
    for genre in Y:
        sound = np.sin(2 * np.pi * (300, 900, 2_700)[genre] * rng.uniform(0.8, 1.25) * time)
        rows.append(one.measured((0.2 * sound + 0.05 * rng.standard_normal(len(time))).astype(np.float32)))
    weights = partial(read_weights, weights_path(folder))
    inputs = Spectrograms(np.stack(rows), "none", frame_seconds=one.frame_seconds, pretrained=weights)
    assert_learns_labels_alone(inputs, architecture="musicnn")
