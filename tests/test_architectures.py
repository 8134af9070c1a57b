"""The contract of every network, and the perceptron against the layers it stands for."""

import math
from importlib import import_module
from inspect import isabstract
from pathlib import Path

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from safetensors.torch import save
from torch import nn

from genre_core import networks
from genre_core.errors import DataError
from genre_core.judging.nearest import before_genres
from genre_core.networks import ARCHITECTURES, LinearConfig, MlpConfig, NetworkConfig
from genre_core.networks.listening import Listening
from genre_core.networks.musicnn_layers import N_MELS
from genre_core.training.trainer import rebuilt
from tests.reference import layers_of
from tests.twin_network import TwinConfig

CONFIGS = {name: variant() for name, variant in ARCHITECTURES.items()} | {"twin": TwinConfig()}

MINUTE = 1 + 60 * 22_050 // 1024
REFUSED = {
    "patches of one frame": ({"architecture": "transformer", "patch": 1, "depth": 4}, 64, (64, MINUTE)),
    "batches of thousands": ({"architecture": "cnn"}, 8_192, (64, MINUTE)),
    "wide blocks, even to answer": ({"architecture": "crnn", "channels": (1024, 1024)}, 1, (64, MINUTE)),
    "a long memory": ({"architecture": "lstm", "units": 512}, 512, (64, MINUTE)),
    "the whole tagger": ({"architecture": "musicnn", "trained": "all"}, 64, (N_MELS, 3_750)),
    "as many weights": ({"architecture": "mlp", "hidden": (1024,)}, 64, (64, 20 * MINUTE)),
}


@pytest.mark.parametrize(("settings", "n_rows", "shape"), REFUSED.values(), ids=REFUSED)
def test_what_would_exhaust_the_memory_is_refused_in_a_sentence(settings, n_rows, shape):
    config = ARCHITECTURES[settings["architecture"]](**settings)
    with pytest.raises(DataError, match=r"needs about \d+ GB of memory at a time, and a training may take 4:"):
        config.check_memory(shape, n_rows, 0.046)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_network_as_it_is_may_learn_from_minutes_and_with_crops_from_more_at_a_time(name):
    config = ARCHITECTURES[name]()
    shape = next(of for of in ((64, MINUTE), (N_MELS, 3_750)) if takes(config, of))
    config.check_memory(shape, 64, 0.046)
    if "crop" in type(config).model_fields and name != "transformer":
        with pytest.raises(DataError):
            config.check_memory(shape, 2_048, 0.046)
        type(config)(crop=1.0).check_memory(shape, 2_048, 0.046)


widths = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(tuple)


def test_every_network_that_a_file_declares_is_in_the_registry():
    files = {path.stem for path in Path(networks.__file__).parent.glob("*.py")} - {"__init__"}
    modules = [import_module(f"genre_core.networks.{name}") for name in files]
    declared = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    declared = {one for one in declared if issubclass(one, NetworkConfig) and not isabstract(one)}
    assert declared == set(ARCHITECTURES.values())
    assert all(one.model_fields["architecture"].default == name for name, one in ARCHITECTURES.items())


def takes(config, shape):
    """Say whether a network takes inputs of this shape."""
    try:
        config.check(shape)
    except DataError:
        return False
    return True


def shape_for(config, n_features=5):
    """Return a shape that a network takes: features, spectrograms, or those of the pretrained tagger."""
    return next(shape for shape in ((n_features,), (n_features, 6), (N_MELS, 3)) if takes(config, shape))


def seeded(config, shape=None, n_genres=3, seed=1):
    torch.manual_seed(seed)
    return config.build(shape or shape_for(config), n_genres)


def inputs_for(config, n=9, n_features=5):
    return torch.randn(n, *shape_for(config, n_features))


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
class TestContract:
    def test_it_says_what_it_is(self, config):
        assert config.label
        assert config.phrase.endswith(config.label)
        assert type(config).__doc__.strip().endswith(".")
        assert type(config).model_validate(config.model_dump()) == config
        assert type(config.faster()) is type(config)

    @pytest.mark.parametrize("n", [0, 1, 7])
    @pytest.mark.parametrize("training", [True, False])
    @pytest.mark.parametrize("shape", [(5,), (8, 16), (64, 1), (N_MELS, 2)])
    def test_inputs_become_one_logit_for_each_genre_or_are_refused(self, config, n, training, shape):
        if not takes(config, shape):
            for asked in (config.build, config.layers, config.n_parameters):
                with pytest.raises(DataError, match=r"needs .*: choose .*\.$"):
                    asked(shape, 3)
            return
        logits = seeded(config, shape).train(training)(torch.randn(n, *shape))
        assert logits.shape == (n, 3)
        assert logits.dtype == torch.float32

    def test_the_seed_determines_weights_and_dropout(self, config):
        X = inputs_for(config)
        first, second = (seeded(config).train()(X) for _ in range(2))
        assert torch.equal(first, second)
        assert not torch.equal(first, seeded(config, seed=2).train()(X))

    def test_it_shows_where_its_last_patterns_respond_where_it_says_so(self, config):
        assert ("maps" in dict(seeded(config).named_children())) == config.maps

    def test_it_is_rebuilt_from_its_weights(self, config):
        network, X = seeded(config).eval(), inputs_for(config)
        saved = save({name: value.contiguous() for name, value in network.state_dict().items()})
        again = rebuilt(config, shape_for(config), 3, saved)
        assert torch.equal(again(X), network(X))
        if len(shape_for(config)) == 2 and isinstance(again, Listening):
            assert before_genres(again, X.numpy(), 3).shape == (len(X), again.genres.in_features)
        with pytest.raises(DataError, match="not those of this run's network"):
            rebuilt(config, shape_for(config), 4, saved)

    def test_evaluation_is_without_chance(self, config):
        network = seeded(config).eval()
        X = inputs_for(config)
        assert torch.equal(network(X), network(X))

    def test_it_learns_what_a_line_can_tell(self, config):
        network = seeded(config, shape_for(config, 2), 2).train()
        X = torch.cat([inputs_for(config, 40, 2) - 2, inputs_for(config, 40, 2) + 2])
        y = torch.repeat_interleave(torch.arange(2), 40)
        if frozen := network.frozen():
            X = frozen.layers(X)
        optimizer = torch.optim.Adam(network.parameters(), 0.02)
        for _ in range(30):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(X), y).backward()
            optimizer.step()
        assert (network.eval()(X).argmax(1) == y).float().mean() > 0.95

    @pytest.mark.parametrize(("n_features", "n_genres"), [(20, 8), (2, 60), (500, 2)])
    def test_parameters_are_counted_without_building(self, config, n_features, n_genres):
        shape = shape_for(config, n_features)
        built = sum(parameter.numel() for parameter in config.build(shape, n_genres).parameters())
        assert config.n_parameters(shape, n_genres) == built
        layers = config.layers(shape, n_genres)
        assert (layers[0].units, layers[-1].units) == (math.prod(shape), n_genres)


def test_the_notebooks_network_has_13_288_parameters():
    assert MlpConfig().n_parameters((20,), 8) == 13_288
    assert [layer.units for layer in MlpConfig().layers((20,), 8)] == [20, 128, 64, 32, 8]


# -- the perceptron ----------------------------------------------------------------------------------------------------


def gradients_of(network, X, y):
    """Return loss, logits and gradients as the trainer finds them: in place, over what was there before."""
    for parameter in network.parameters():
        parameter.grad = torch.full_like(parameter, 7.0)
    loss, logits = network.backpropagate(X, y, nn.functional.cross_entropy)
    return loss, logits, [parameter.grad for parameter in network.parameters()]


@given(widths, st.sampled_from([0.0, 0.3, 0.9]), st.integers(1, 70), st.integers(0, 1000))
@example((128, 64, 32), 0.3, 64, 42)
@example((), 0.0, 5, 1)
def test_the_perceptron_learns_as_its_layers_do_to_the_bit(hidden, dropout, n, seed):
    config = MlpConfig(hidden=hidden, dropout=dropout) if hidden else LinearConfig()
    generator = torch.Generator().manual_seed(seed)
    X, y = torch.randn(n, 6, generator=generator), torch.randint(0, 4, (n,), generator=generator)
    torch.manual_seed(seed)
    loss, logits, gradients = gradients_of(config.build((6,), 4).train(), X, y)
    stream = torch.random.get_rng_state()
    torch.manual_seed(seed)
    theirs = layers_of(config, (6,), 4).train()
    their_logits = theirs(X)
    their_loss = nn.functional.cross_entropy(their_logits, y)
    their_loss.backward()
    assert torch.equal(torch.random.get_rng_state(), stream)
    assert torch.equal(logits, their_logits)
    assert torch.equal(loss, their_loss)
    for ours, their in zip(gradients, theirs.parameters(), strict=True):
        assert torch.equal(ours, their.grad)


@given(widths, st.integers(1, 20), st.integers(0, 1000), st.booleans())
def test_the_perceptron_predicts_as_its_layers_do_to_the_bit(hidden, n, seed, training):
    config = MlpConfig(hidden=hidden)
    X = torch.randn(n, 6)
    outputs = []
    for build in (MlpConfig.build, layers_of):
        torch.manual_seed(seed)
        outputs.append(build(config, (6,), 4).train(training)(X))
    assert torch.equal(*outputs)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_gradient_is_that_of_the_forward_pass(config):
    network, X, y = seeded(config), inputs_for(config), torch.arange(9) % 3
    torch.manual_seed(3)
    _, _, found = gradients_of(network.train(), X, y)
    found = [gradient.clone() for gradient in found]
    torch.manual_seed(3)
    network.zero_grad()
    nn.functional.cross_entropy(network(X), y).backward()
    for ours, parameter in zip(found, network.parameters(), strict=True):
        torch.testing.assert_close(ours, parameter.grad)
