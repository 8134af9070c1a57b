"""The pretrained tagger with a new last layer: what it hears, what learns in it, and how it is refused."""

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from genre_core.data.clips.tagger.about import COMMAND, WHEEL_SHA256, weights_path
from genre_core.data.clips.tagger.hearing import log_mels
from genre_core.data.clips.tagger.network import Network, from_checkpoint, read_weights
from genre_core.data.inputs import Spectrograms
from genre_core.data.sources import load_dataset, windows_of
from genre_core.errors import DataError
from genre_core.networks.fine_tuned import FineTuned
from genre_core.networks.musicnn import MusicnnConfig
from genre_core.networks.musicnn_layers import N_MELS, shapes
from genre_core.settings.config import TrainConfig
from genre_core.takehome.plain_script import beyond
from genre_core.takehome.script import script
from genre_core.terminal.options import configuration, parse
from genre_core.training.events import EpochEnd
from genre_core.training.trainer import Trainer, TrainingData
from tests.hums import import_hums, write_hums
from tests.tagger import checkpoint_arrays, fetched
from tests.test_scripts import repeats
from tests.test_spectrograms import run

RNG = np.random.default_rng(1)
WEIGHTS = {
    name: RNG.normal(size=shape).astype(np.float32) / np.sqrt(np.prod(shape[1:], dtype=np.float32))
    if name.endswith("kernel")
    else np.full(shape, name.endswith("scale"), dtype=np.float32)
    for name, shape in shapes().items()
}
"""Random features that say a little of everything."""
SIGNED = from_checkpoint(checkpoint_arrays(1))
"""Weights whose normalizations turn signs, as those of the real tagger do."""
N, N_FRAMES = 16, 6
TRAINED = ("head", "last", "all")


def keep_tagger(folder):
    """Keep a tagger of random weights as a fetched one."""
    path = weights_path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(WEIGHTS, path, {"wheel_sha256": WHEEL_SHA256})


def two_kinds(n, seed=0, n_frames=N_FRAMES):
    """Return log-mels (n, 96, n_frames) that are loud below or above, and which."""
    rng, y = np.random.default_rng(seed), np.arange(n) % 2
    X = rng.random((n, N_MELS, n_frames)).astype(np.float16)
    for row, of in zip(X, y, strict=True):
        row[: N_MELS // 2] += 2 * (of == 0)
        row[N_MELS // 2 :] += 2 * (of == 1)
    return X, y


def data(pretrained=lambda: WEIGHTS):
    X, y = two_kinds(N)
    inputs = Spectrograms(X, "none", pretrained=pretrained)
    _, rows = inputs.standardize(np.arange(N))
    train, validation = np.split(np.arange(N), 2)
    return TrainingData(rows[train], y[train], rows[validation], y[validation], 2, pretrained=inputs.pretrained)


def trainer(trained, given=None, epochs=3, **settings):
    settings = {"learning_rate": 0.01, "batch_size": 8, "patience": 50, **settings}
    return Trainer(MusicnnConfig(trained=trained), TrainConfig(max_epochs=epochs, **settings), given or data())


def is_epoch(event):
    return isinstance(event, EpochEnd)


def tagger_of(one):
    return {name: array.clone() for name, array in one.network.state_dict().items() if name.startswith("tagger.")}


# -- what it hears -----------------------------------------------------------------------------------------------------


def assert_hears_as_the_tagger(weights, mels):
    """Compare what the new last layer is given with the tagger's own embedding of log-mels (n, n_frames, 96)."""
    network = MusicnnConfig().build((N_MELS, mels.shape[1]), 2).eval()
    network.start_from(lambda: weights)
    own, _ = Network(weights)(mels)
    heard = network.frozen().layers(torch.from_numpy(mels.transpose(0, 2, 1).copy()))
    np.testing.assert_allclose(heard.numpy(), own, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("n_frames", [1, 40])
def test_untouched_it_hears_what_the_tagger_hears(n_frames):
    assert_hears_as_the_tagger(SIGNED, two_kinds(2, n_frames=n_frames)[0].astype(np.float32).transpose(0, 2, 1))


def test_untouched_it_hears_what_the_real_tagger_hears():
    folder, why = fetched()
    if folder is None:
        pytest.skip(why)
    sound = np.random.default_rng(0).normal(size=3 * 16_000).astype(np.float32) / 4
    assert_hears_as_the_tagger(read_weights(weights_path(folder)), log_mels(sound)[None])


@pytest.mark.parametrize("trained", TRAINED)
def test_frames_without_sound_are_not_heard(trained):
    network = MusicnnConfig(trained=trained).build((N_MELS, N_FRAMES), 3).eval()
    network.start_from(lambda: WEIGHTS)
    X = torch.from_numpy(two_kinds(2)[0].astype(np.float32))
    padded = torch.cat([X, torch.full((2, N_MELS, 9), torch.nan)], 2)
    assert torch.equal(network(padded), network(X))
    assert network(torch.full((1, N_MELS, 4), torch.nan)).isfinite().all()


# -- what learns -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trained", TRAINED)
def test_only_what_is_said_to_learn_moves(trained):
    one = trainer(trained)
    before = tagger_of(one)
    events = [event for event in one if is_epoch(event)]
    moved = {name.split(".")[1] for name, array in tagger_of(one).items() if not torch.equal(array, before[name])}
    expected = {"head": set(), "last": {"pooled", "embedding"}, "all": {name.split(".")[1] for name in before}}
    assert moved == expected[trained]
    assert max(event.validation_accuracy for event in events) > 0.8
    names = {f"tagger.{name}": array for name, array in WEIGHTS.items() if not name.startswith("tags")}
    for name, array in before.items():
        np.testing.assert_array_equal(array, names[name])


def test_pretrained_layers_learn_at_their_share_of_the_rate():
    far, near = trainer("last", epochs=1, batch_size=100), trainer("last", epochs=1, batch_size=100)
    before = tagger_of(far)["tagger.embedding.kernel"]
    near.optimizer.rates = torch.where(near.optimizer.rates < 1, 0.01, 1.0)
    steps = []
    for one in (far, near):
        list(one)
        steps.append((tagger_of(one)["tagger.embedding.kernel"] - before).abs().max())
    assert steps[0] == pytest.approx(0.1 * 0.01, rel=0.01)  # Adam's first step is as long as the rate
    assert steps[1] == pytest.approx(0.01 * 0.01, rel=0.1)


@pytest.mark.parametrize("trained", ["head", "last"])
def test_what_does_not_learn_is_computed_once_for_all_trainings_on_the_data(trained, monkeypatch):
    heard, hear = [], FineTuned._heard
    monkeypatch.setattr(FineTuned, "_heard", lambda self, X: heard.append(len(X)) or hear(self, X))
    prepared = data()
    first, second = ([event.train_loss for event in trainer(trained, prepared) if is_epoch(event)] for _ in range(2))
    assert sum(heard) == N
    assert first == second


@pytest.mark.parametrize("trained", TRAINED)
def test_it_goes_on_from_a_checkpoint_bit_for_bit(trained):
    plain, first, second = (trainer(trained) for _ in range(3))
    expected = [event for event in plain if is_epoch(event)]
    next(event for event in first if is_epoch(event))
    second.restore(first.checkpoint())
    found = [event for event in second if is_epoch(event)]
    assert [one.validation_loss for one in found] == [one.validation_loss for one in expected[1:]]
    assert second.weights() == plain.weights()


# -- on clips ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table(store, tmp_path_factory):
    return import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 0.5), store)


ON_CLIPS = {"data__features": "musicnn", "model__architecture": "musicnn", "train__learning_rate": 0.02}


def test_without_the_tagger_a_run_says_so_before_anything_is_measured(store, table):
    failed = run(store, "early", table, **ON_CLIPS)
    assert failed.state == "failed"
    assert failed.error.endswith(f"fetch it with {COMMAND}.")
    assert store.clips.places("musicnn-1", [one.clip for one in windows_of(failed.config.data, store)]) == {}


def test_other_features_are_refused_before_anything_is_measured(store, table):
    failed = run(store, "other", table, **ON_CLIPS | {"data__features": "rhythm"})
    assert failed.error.endswith("choose the feature set musicnn.")


def test_a_run_learns_and_answers_again(store, table):
    from genre_core.judging.fitted import fit_again

    keep_tagger(store.clips.folder)
    found = run(store, "learned", table, train__max_epochs=8, **ON_CLIPS)
    assert found.state == "complete", found.error
    assert found.context["input_shape"] == [N_MELS, 32]
    assert found.context["n_parameters"] == 3 * 201
    assert found.summary["validation"]["accuracy"] >= 0.75
    data = load_dataset(found.config.data, store)
    assert data.inputs.array[[0]].dtype == np.float16
    fitted = fit_again(store, found)
    logits = fitted.answers(data.inputs)
    assert (logits.argmax(1) == data.y).mean() > 0.75
    weights_path(store.clips.folder).unlink()
    np.testing.assert_array_equal(fit_again(store, found).answers(data.inputs), logits)


def test_its_script_gives_its_figures_and_there_is_no_plain_one(store, table, tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    keep_tagger(store.clips.folder)
    found = store.run("learned")
    repeats(found, script(found, store.table_names()), tmp_path)
    assert beyond(found.config) == "pretrained networks"


def test_inputs_of_anything_else_have_no_pretrained_weights():
    with pytest.raises(DataError, match="choose the feature set musicnn"):
        trainer("head", data(pretrained=None))


@pytest.mark.parametrize(("given", "features"), [((), "musicnn"), (("--data.features", "rhythm"), "rhythm")])
def test_the_terminal_takes_the_feature_set_that_the_network_is_made_for(given, features):
    line = ["train", "--preset", "music", "--model.architecture", "musicnn", *given]
    assert configuration(parse(line)).data.features == features
