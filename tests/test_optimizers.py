"""Steps, rates and class weights, against those of torch and scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight
from torch import nn

from genre_core.settings.config import TrainConfig
from genre_core.training.optimizers import Optimizer, Schedule, balanced_weights, flatten
from tests.reference import optimizer_of, schedule_of

configs = st.builds(
    TrainConfig,
    optimizer=st.sampled_from(["adam", "adamw", "sgd"]),
    learning_rate=st.floats(1e-6, 10),
    momentum=st.floats(0, 0.99),
    weight_decay=st.one_of(st.just(0.0), st.floats(0, 1)),
)


@given(configs, st.integers(0, 1000))
def test_steps_are_torchs_to_the_bit(config, seed):
    generator = torch.Generator().manual_seed(seed)
    weights, gradients = torch.randn(37, generator=generator), torch.zeros(37)
    theirs = nn.Parameter(weights.clone())
    reference, ours = optimizer_of(config, [theirs]), Optimizer(config, weights, gradients)
    for _ in range(8):
        gradients.copy_(torch.randn(37, generator=generator))
        theirs.grad = gradients.clone()
        reference.step()
        ours.step(config.learning_rate)
    assert torch.equal(weights, theirs.detach())


@given(
    st.sampled_from(["constant", "cosine", "plateau"]),
    st.floats(1e-6, 10),
    st.lists(st.floats(0, 5), min_size=1, max_size=30),
)
def test_rates_are_torchs(schedule, learning_rate, losses):
    config = TrainConfig(schedule=schedule, learning_rate=learning_rate, max_epochs=len(losses))
    reference = optimizer_of(config, [nn.Parameter(torch.zeros(1))])
    advance, ours = schedule_of(config, reference), Schedule(config)
    reference.step()
    for epoch, loss in enumerate(losses, start=1):
        advance(loss)
        ours.advance(epoch, loss)
        assert ours.rate == pytest.approx(reference.param_groups[0]["lr"], rel=1e-9, abs=1e-15)


def test_a_cosine_ends_at_zero_and_passes_half_its_rate_in_the_middle():
    schedule = Schedule(TrainConfig(schedule="cosine", learning_rate=0.1, max_epochs=10))
    rates = []
    for epoch in range(1, 11):
        rates.append(schedule.rate)
        schedule.advance(epoch, 1.0)
    assert rates[0] == 0.1
    assert rates == sorted(rates, reverse=True)
    assert rates[5] == pytest.approx(0.05)
    assert schedule.rate == pytest.approx(0, abs=1e-17)


def test_a_plateau_halves_the_rate_after_three_epochs_without_a_lower_loss():
    schedule = Schedule(TrainConfig(schedule="plateau", learning_rate=0.1))
    rates = []
    for epoch, loss in enumerate([1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5], start=1):
        schedule.advance(epoch, loss)
        rates.append(schedule.rate)
    assert rates == [0.1] * 5 + [0.05] * 2


def test_weights_and_gradients_become_views_of_one_vector_each():
    network = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    before = [parameter.detach().clone() for parameter in network.parameters()]
    weights, gradients = flatten(network)
    assert torch.equal(weights, torch.cat([parameter.flatten() for parameter in before]))
    weights += 1
    gradients += 2
    for parameter, old in zip(network.parameters(), before, strict=True):
        assert torch.equal(parameter.detach(), old + 1)
        assert torch.equal(parameter.grad, torch.full_like(old, 2))


@given(st.lists(st.integers(0, 4), min_size=5, max_size=60))
def test_class_weights_are_scikit_learns(y):
    y = np.concatenate([np.arange(5), y])
    expected = compute_class_weight("balanced", classes=np.arange(5), y=y)
    assert np.allclose(balanced_weights(torch.tensor(y), 5).numpy(), expected)


def test_a_genre_without_tracks_has_a_finite_weight():
    assert torch.isfinite(balanced_weights(torch.tensor([0, 0, 2]), 3)).all()
