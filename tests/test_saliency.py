"""Places in a spectrogram that decided, whether hiding it shows that, and what is heard through a mask of it."""

import numpy as np
import pytest
import torch
from torch import nn

from genre_core.data.clips.features.mels import mel_triangles
from genre_core.data.clips.spectrograms import SPECTROGRAM_SETS
from genre_core.errors import DataError
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.faithfulness import N_RANDOM, SHARES, faithfulness, moved
from genre_core.explaining.masks import analysis_of, heard_through, mask_of, order_of
from genre_core.explaining.patterns import patterns_of
from genre_core.explaining.saliency import METHODS, integrated_gradients, methods_of, saliency
from genre_core.networks import ARCHITECTURES, CnnConfig, LinearConfig

spectrogram = SPECTROGRAM_SETS["logmel"].measured
MELS, FRAMES = 16, 20
HERE = np.s_[4:8, 10:14]


class Here(nn.Module):
    """A network that answers by the energy of one patch: genre 0 where it is strong."""

    def forward(self, X):
        energy = torch.where(X.isnan(), 0.0, X)[:, HERE[0], HERE[1]].square().mean((1, 2))
        return torch.stack([3 * energy, 3 - 3 * energy], dim=1)


class Patterns(nn.Module):
    """A network of two patterns, of which the first, the level itself, speaks for genre 0; they are seen in `maps`."""

    def __init__(self):
        super().__init__()
        self.maps = nn.Identity()

    def forward(self, X):
        seen = torch.stack([X, torch.full_like(X, 0.1)], dim=1)[:, :, ::2, ::2]
        return self.maps(seen.relu()).mean((2, 3))


def with_patch(padded=0):
    x = np.random.default_rng(0).normal(0, 0.3, (MELS, FRAMES)).astype(np.float32)
    x[HERE] = 1.5
    if padded:
        x[:, -padded:] = np.nan
    return x


def probability(network, genre):
    def answers(X):
        with torch.no_grad():
            return softmax(network(torch.tensor(X)).numpy().astype(np.float64))[:, genre]

    return answers


# -- what decided ------------------------------------------------------------------------------------------------------


def test_integrated_gradients_add_up_to_the_change_of_the_lead():
    network, x = CnnConfig(channels=(4, 4)).build((MELS, FRAMES), 3), with_patch()
    network.eval()
    with torch.no_grad():
        logits = network(torch.tensor(np.stack([x, np.zeros_like(x)])))
    leads = (logits[:, 1] - logits.mean(1)).tolist()
    found = integrated_gradients(network, x, 1, n_steps=200)
    assert found.sum() == pytest.approx(leads[0] - leads[1], abs=0.02 * np.abs(found).sum())


@pytest.mark.parametrize("padded", [0, 3])
def test_what_a_network_looks_at_is_found(padded):
    found = saliency(Here(), with_patch(padded), 0)
    assert np.array_equal(np.isnan(found).any(0), np.isnan(with_patch(padded)).any(0))
    band, frame = np.unravel_index(np.nanargmax(found), found.shape)
    assert 4 <= band < 8
    assert 10 <= frame < 14
    assert np.nanargmin(saliency(Here(), with_patch(padded), 1)) == np.nanargmax(found)


def test_class_activation_shows_where_the_last_patterns_respond():
    x = np.where(with_patch() > 1, with_patch(), np.float32(0))
    found = saliency(Patterns(), x, 0, "activation")
    assert np.unravel_index(found.argmax(), found.shape) in {(b, f) for b in range(4, 8) for f in range(10, 14)}
    assert found[12:].max() < 0.1 * found.max()


def test_gradients_are_the_same_however_many_are_computed_together():
    network, x = CnnConfig(channels=(4,)).build((MELS, FRAMES), 3), with_patch()
    one, eight = (integrated_gradients(network, x, 1, at_once=n) for n in (1, 8))
    np.testing.assert_allclose(one, eight, rtol=1e-4, atol=1e-6)


def test_a_network_without_maps_is_explained_by_gradients_alone():
    assert list(methods_of(LinearConfig())) == ["gradients"]
    assert methods_of(CnnConfig()) == METHODS
    with pytest.raises(DataError, match="choose integrated gradients"):
        saliency(Here(), with_patch(), 0, "activation")


@pytest.mark.parametrize(
    "architecture", [name for name, one in ARCHITECTURES.items() if one.feature_set in ("", "logmel")]
)
def test_every_network_can_be_asked_what_decided(architecture):
    config = ARCHITECTURES[architecture]()
    network, x = config.build((MELS, FRAMES), 3), with_patch(padded=5)
    for method in methods_of(config):
        found = saliency(network, x, 2, method)
        assert np.array_equal(np.isnan(found), np.isnan(x))


@pytest.mark.parametrize("scale", [1.0, -1.0])
def test_what_a_filter_answers_to_most_is_found_each_time_in_another_clip(scale):
    network = CnnConfig(channels=(2, 4)).build((MELS, FRAMES), 3)
    wanted = np.array([[-1, 0, 1]] * 3, dtype=np.float32)
    with torch.no_grad():
        network.kernels[0].weight[0, 0] = torch.tensor(scale * wanted)
        network.norms[0].weight[0] = scale
    X = np.random.default_rng(4).normal(0, 0.1, (6, MELS, FRAMES)).astype(np.float32)
    X[2, 6:9, 10:13] = X[3, 6:9, 10:13] = 3 * wanted
    X[5, 2:5, 4:7] = 2 * wanted
    X[:, :, -3:] = np.nan
    first = patterns_of(network, X, np.arange(1, 6), ["a", "b", "c", "c", "d", "e"])[0]
    assert np.array_equal(first.weights, wanted)
    assert first.moments[:2] == ((2, 7, 11), (5, 3, 5))
    assert len(first.moments) == 4  # of the clips b to e


# -- whether it is true ------------------------------------------------------------------------------------------------


def test_an_explanation_that_is_right_beats_masks_at_random_and_one_that_is_not_does_not():
    x = with_patch(padded=3)
    told = faithfulness(probability(Here(), 0), x, saliency(Here(), x, 0))
    assert told.deletion_tells
    assert told.insertion_tells
    assert told.deletion.found[0] == told.insertion.found[-1] == pytest.approx(probability(Here(), 0)(x[None])[0])
    assert told.deletion.random.shape == (N_RANDOM, len(SHARES))
    low, high = told.deletion.interval
    assert (low <= high).all()
    wrong = np.where(np.isnan(x), np.nan, 0.0)
    wrong[:4, :5] = 1.0  # elsewhere
    elsewhere = faithfulness(probability(Here(), 0), x, wrong)
    assert not elsewhere.deletion_tells
    assert not elsewhere.insertion_tells


def test_random_masks_are_as_large_and_leave_out_what_has_no_sound():
    found = saliency(Here(), with_patch(padded=3), 0)
    other = moved(found, np.random.default_rng(1))
    assert np.array_equal(np.isnan(other), np.isnan(found))
    assert np.array_equal(np.sort(other, axis=None), np.sort(found, axis=None), equal_nan=True)
    for share in SHARES:
        masks = [mask_of(order_of(one), share) for one in (found, other)]
        assert masks[0].sum() == masks[1].sum() == round(share * MELS * (FRAMES - 3))


# -- what is heard -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECTROGRAM_SETS)
@pytest.mark.parametrize("n", [22_050, 30_001, 1024 * 20, 700])
def test_through_a_mask_of_ones_one_hears_the_sound(name, n):
    sound = np.random.default_rng(2).uniform(-1, 1, n).astype(np.float32)
    shape, analysis = SPECTROGRAM_SETS[name].measured(sound).shape, analysis_of(name)
    assert np.abs(heard_through(sound, np.ones(shape), analysis) - sound).max() < 1e-6
    assert not heard_through(sound, np.zeros(shape), analysis).any()
    assert (len(analysis.hertz), analysis.sample_rate) == (shape[0], SPECTROGRAM_SETS[name].sample_rate)
    assert (np.diff(analysis.hertz) >= 0).all()


def test_through_a_mask_and_its_complement_one_hears_what_adds_up_to_the_sound():
    rng = np.random.default_rng(3)
    sound = rng.uniform(-1, 1, 30_000).astype(np.float32)
    mask = rng.random(spectrogram(sound).shape) < 0.2
    parts = [heard_through(sound, one, analysis_of("logmel")) for one in (mask, ~mask)]
    assert np.abs(parts[0] + parts[1] - sound).max() < 1e-6
    assert all(np.abs(part - sound).max() > 0.01 for part in parts)


def test_a_mask_of_some_bands_lets_their_tones_through():
    time = np.arange(22_050) / 22_050
    low, high = (0.4 * np.sin(2 * np.pi * hertz * time).astype(np.float32) for hertz in (440, 3000))
    mask = np.zeros(spectrogram(low).shape)
    mask[:20] = 1  # up to about 1,200 Hz
    within = slice(2048, -2048)
    assert np.abs(heard_through(low + high, mask, analysis_of("logmel")) - low)[within].max() < 1e-3
    assert (mel_triangles(64)[:, :20].sum(1) > 0)[int(440 / 22_050 * 2048)]
