"""A trained network in numpy answers as torch does, whatever its architecture, and its gradient is torch's."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from genre_core.errors import DataError
from genre_core.explaining.network import FittedNetwork
from genre_core.networks import ARCHITECTURES, MlpConfig
from genre_core.training.trainer import Trainer, TrainingData
from genre_core.training.trainer import predict as torch_predict

CONFIGS = {name: variant() for name, variant in ARCHITECTURES.items() if variant.explainable}


def saved(network):
    return save({name: value.numpy() for name, value in network.state_dict().items()})


def both(config, n_features, n_genres, seed=1):
    torch.manual_seed(seed)
    network = config.build((n_features,), n_genres)
    return network.eval(), FittedNetwork.load(saved(network))


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
class TestContract:
    @pytest.mark.parametrize("n", [0, 1, 50])
    def test_logits_are_torchs(self, config, n):
        theirs, ours = both(config, 20, 8)
        X = np.random.default_rng(0).normal(size=(n, 20)).astype(np.float32) * 3
        np.testing.assert_allclose(ours.logits(X), torch_predict(theirs, X), rtol=0, atol=1e-5)
        assert (ours.n_features, ours.n_genres) == (20, 8)

    def test_the_gradient_is_torchs(self, config):
        theirs, ours = both(config, 7, 4)
        X = np.random.default_rng(1).normal(size=(30, 7)).astype(np.float32)
        directions = np.random.default_rng(2).normal(size=(30, 4)).astype(np.float32)
        inputs = torch.tensor(X, requires_grad=True)
        (theirs(inputs) * torch.tensor(directions)).sum().backward()
        np.testing.assert_allclose(ours.gradient(X, directions), inputs.grad.numpy(), rtol=0, atol=1e-5)
        one = np.array([1.0, -1.0, 0.0, 0.0])
        np.testing.assert_allclose(ours.gradient(X, one), ours.gradient(X, np.tile(one, (30, 1))))

    def test_the_weights_that_a_training_keeps_predict_what_it_predicts(self, config):
        from genre_core.settings.config import TrainConfig

        rng = np.random.default_rng(3)
        X, y = rng.normal(size=(90, 6)).astype(np.float32), np.arange(90) % 3
        trainer = Trainer(config, TrainConfig(max_epochs=2), TrainingData(X[:60], y[:60], X[60:], y[60:], 3))
        list(trainer)
        found = FittedNetwork.load(trainer.weights())
        np.testing.assert_allclose(found.logits(X), trainer.predict(X), rtol=0, atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=4).map(tuple), st.integers(0, 1000))
def test_layers_of_any_widths(hidden, seed):
    theirs, ours = both(MlpConfig(hidden=hidden, dropout=0.5), 5, 3, seed)
    X = np.random.default_rng(seed).normal(size=(9, 5)).astype(np.float32)
    np.testing.assert_allclose(ours.logits(X), torch_predict(theirs, X), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        (b"not weights", "cannot be read"),
        (save({"convolution.weight": np.zeros((2, 2), np.float32)}), "not those of fully connected layers"),
        (save({}), "not those of fully connected layers"),
        (
            save({
                "layers.0.weight": np.zeros((2, 3), np.float32), "layers.0.bias": np.zeros(2, np.float32),
                "layers.1.weight": np.zeros((2, 3), np.float32), "layers.1.bias": np.zeros(2, np.float32),
            }),
            "do not fit each other",
        ),
    ],
)  # fmt: skip
def test_what_is_no_such_network_is_said(stored, says):
    with pytest.raises(DataError, match=says):
        FittedNetwork.load(stored)
