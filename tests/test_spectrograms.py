"""Spectrograms of clips: measured once, read from their shards as they are needed, and learned from by a CNN."""

import json
import math
import os
import signal
from copy import deepcopy
from unittest import mock

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from genre_core.data.clips.gathering import input_shape
from genre_core.data.clips.shards import Padded, Place, Shards, Window
from genre_core.data.clips.sounds import samples
from genre_core.data.clips.spectrograms import SPECTROGRAM_SETS, shape_of
from genre_core.data.inputs import Spectrograms
from genre_core.data.sources import load_dataset, windows_of
from genre_core.errors import ConfigError, DataError
from genre_core.networks import ARCHITECTURES, CnnConfig, MlpConfig
from genre_core.networks.listening import _normalized
from genre_core.networks.spectrograms import SpectrogramNetworkConfig
from genre_core.settings.config import ClipsConfig, ExperimentConfig, TrainConfig
from genre_core.settings.ensembles import average_logits, ensemble_of
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.studies.extraction import Extraction, ExtractionConfig, by_processes
from genre_core.studies.study import iter_results
from genre_core.terminal import inputs
from genre_core.terminal.main import main
from genre_core.training.augmentation import random_crops
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import run_experiment
from genre_core.training.predictions import Predictions
from genre_core.training.trainer import Trainer, TrainingData, predict, rebuilt
from genre_core.workers.run import execute
from tests.hums import GENRES, import_hums, write_hums
from tests.terminal import forked

N = 8


@pytest.fixture(scope="module")
def table(store, tmp_path_factory):
    return import_hums(write_hums(tmp_path_factory.mktemp("hums"), N, 1.0), store)


@pytest.fixture(scope="module")
def config(store, table):
    found = ClipsConfig(table=table, features="logmel")
    measured(found, store)
    return found


def measured(config, store):
    return list(iter_results(Extraction(ExtractionConfig(data=config), store)))


def run(store, name, table, **settings):
    given = {"data.source": "clips", "data.table": table, "train.max_epochs": 2, "train.batch_size": 8}
    store.submit(name, configure(given | {key.replace("__", "."): value for key, value in settings.items()}))
    execute(name, 1, store.url)
    return store.run(name)


# -- where they lie ----------------------------------------------------------------------------------------------------


def test_a_row_is_the_spectrogram_of_its_window(store, config):
    data = load_dataset(config, store)
    assert isinstance(data.inputs, Spectrograms)
    assert data.inputs.shape == input_shape(windows_of(config, store), config) == (64, 22)
    assert len(data) == N * len(GENRES)
    for row in (0, 17):
        own = SPECTROGRAM_SETS["logmel"].measured(samples(store.clips.find(data.heard[row].clip)))
        assert np.array_equal(data.inputs.array[[row]][0], own)
        assert own.dtype == data.inputs.array[[row]].dtype == np.float16


def test_nothing_is_read_before_it_is_needed_and_then_no_more_than_that(store, config, monkeypatch):
    asked = []
    read = Shards.rows
    monkeypatch.setattr(Shards, "rows", lambda self, shard, rows: asked.append(len(rows)) or read(self, shard, rows))
    data = load_dataset(config, store)
    assert len(data.content_hash) == 64
    assert asked == []
    assert data.inputs.array[[3, 5]].shape == (2, 64, 22)
    assert sum(asked) == 2


def test_what_tells_them_apart_is_which_windows_they_are(store, config):
    again = load_dataset(config, store).content_hash
    assert again == load_dataset(config, store).content_hash
    other = config.model_copy(update={"window": 0.5})
    measured(other, store)
    assert load_dataset(other, store).content_hash != again


def test_a_clip_that_is_shorter_than_the_window_has_nothing_at_its_end(store, config):
    longer = config.model_copy(update={"window": 1.5})
    measured(longer, store)
    whole, padded = (load_dataset(one, store).inputs.array[:] for one in (config, longer))
    assert padded.shape == (N * len(GENRES), 64, 33)
    assert np.array_equal(padded[..., :22], whole)
    assert np.isnan(padded[..., 22:]).all()


@pytest.mark.parametrize("address", ["folder", "memory://spectrograms"])
def test_rows_of_any_width_are_read_in_any_order(tmp_path, address):
    shards = Shards(address if "://" in address else str(tmp_path / address))
    rows = [np.full((2, width), width, dtype=np.float16) for width in (3, 5, 5)]
    short = shards.write("logmel-1", [Window("a" * 64, 0, 3)], np.stack(rows[:1]))
    long = shards.write("logmel-1", [Window("b" * 64, 0, 5), Window("c" * 64, 0, 5)], np.stack(rows[1:]))
    found = Padded(shards, [Place(long, 1), Place(short, 0), Place(long, 0)], (2, 4))
    assert found.shape == (3, 2, 4)
    np.testing.assert_array_equal(found[[1, 0]][:, 0], [[3, 3, 3, np.nan], [5, 5, 5, 5]])
    assert found[:2].shape == (2, 2, 4)
    np.testing.assert_array_equal(found[1], [[3, 3, 3, np.nan]] * 2)
    assert found[[]].shape == (0, 2, 4)


@pytest.mark.parametrize("damage", [None, b"not what was written"])
def test_a_shard_that_is_gone_while_it_is_needed_is_a_sentence(tmp_path, damage):
    shards = Shards(str(tmp_path))
    name = shards.write("logmel-1", [Window("a" * 64, 0, 1)], np.ones((1, 2, 3), dtype=np.float16))
    (tmp_path / name).unlink()
    if damage:
        (tmp_path / name).write_bytes(damage)
    with pytest.raises(DataError, match="measure the clips again"):
        Padded(shards, [Place(name, 0)], (2, 3))[[0]]


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_a_spectrogram_stands_alone(store, config):
    both = config.model_copy(update={"features": "gtzan57, logmel"})
    with pytest.raises(DataError, match="logmel is a spectrogram and stands alone: choose it without gtzan57"):
        load_dataset(both, store)


def test_whole_clips_longer_than_a_minute_need_a_window():
    assert shape_of("logmel", [Window("a" * 64, 0, 60_000), Window("b" * 64, 0, 1000)], 0) == (64, 1292)
    with pytest.raises(DataError, match=r"lasts 61 seconds, and a network is given at most 60 at once: set a window"):
        shape_of("logmel", [Window("a" * 64, 0, 61_000)], 0)


def test_a_cnn_on_features_fails_in_a_sentence_before_anything_is_measured(store, table):
    failed = run(store, "features", table, model__architecture="cnn", data__features="rhythm")
    assert failed.state == "failed"
    assert failed.error == "A CNN needs spectrograms: choose clips or generated music, with the feature set logmel."
    assert store.clips.places("rhythm-1", [window.clip for window in windows_of(failed.config.data, store)]) == {}


# -- what is learned ---------------------------------------------------------------------------------------------------


def test_a_run_measures_its_spectrograms_and_learns_from_them(store, table):
    found = run(
        store, "cnn", table, model__architecture="cnn", model__channels="4, 8",
        train__max_epochs=12, train__learning_rate=0.01,
    )  # fmt: skip
    assert found.state == "complete", found.error
    assert found.context["input_shape"] == [64, 22]
    assert found.context["n_parameters"] == CnnConfig(channels=(4, 8)).n_parameters((64, 22), 3)
    assert found.summary["validation"]["accuracy"] >= 0.75


def test_what_a_network_needs_is_measured_unless_somebody_chose_otherwise(table):
    clips = {"data.source": "clips", "data.table": table}
    asked = configure({**clips, "model.architecture": "crnn"})
    assert asked.data.features == "logmel"
    assert asked == configure({**clips, "model.architecture": "crnn", "data.features": "logmel"})
    assert configure(clips).data.features == ""
    assert configure({**clips, "model.architecture": "cnn", "data.features": "rhythm"}).data.features == "rhythm"
    assert configure({"model.architecture": "cnn"}).data == ExperimentConfig().data


def test_one_command_trains_a_network_on_spectrograms_of_a_folder(store, table, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(inputs, "by_processes", by_processes)
    folder = write_hums(tmp_path, N, 1.0)
    words = ["train", "--clips", str(folder), "--model.architecture", "crnn", "--model.channels", "4,4"]
    words += ["--model.units", "4", "--train.max_epochs", "2", "--part", "validation", "--json"]
    with mock.patch.dict(os.environ, {"GENRE_LAB_STORE": store.url}):
        assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["config"]["data"]["features"] == "logmel"
    assert len(document["history"]) == 2


def killed(run_id, store_url):
    """Train until the second epoch is in the store."""
    append = RunStore.append

    def last(self, run_id, attempt, epoch, *rest):
        answer = append(self, run_id, attempt, epoch, *rest)
        return answer if epoch.epoch < 2 else os.kill(os.getpid(), signal.SIGKILL)

    RunStore.append = last
    execute(run_id, 1, store_url)


def test_a_run_whose_process_is_killed_comes_to_the_same(store, config):
    model = {"model.architecture": "cnn", "model.channels": (4,), "model.crop": 0.5}
    learning = configure(model | {"train.max_epochs": 4, "train.batch_size": 4})
    for one in ("killed", "unharmed"):
        store.submit(one, learning.model_copy(update={"data": config}))
    process = forked.Process(target=killed, args=("killed", store.url))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert (store.run("killed").state, store.run("killed").epoch) == ("running", 2)
    execute("killed", store.requeue("killed", ["running"], anew=True), store.url)
    execute("unharmed", 1, store.url)
    saved = [store.artifact(one, name) for name in ("logits", "weights") for one in ("killed", "unharmed")]
    assert saved[0] == saved[1]
    assert saved[2] == saved[3]


def test_runs_on_features_and_on_spectrograms_of_the_same_clips_are_averaged_and_compared(store, table, capsys):
    heard = run(store, "heard", table, model__architecture="cnn", model__channels="4")
    counted = run(store, "counted", table, model__architecture="linear", data__features="rhythm")
    both = ensemble_of([heard.config, counted.config])
    assert ExperimentConfig.model_validate_json(both.model_dump_json()) == both
    assert {one.fingerprint for one in both.members} == {heard.config.fingerprint, counted.config.fingerprint}
    store.submit("both", both)
    execute("both", 1, store.url)
    found = store.run("both")
    assert found.state == "complete", found.error
    logits = {one: Predictions.load(store.artifact(one, "logits")).logits for one in ("heard", "counted", "both")}
    np.testing.assert_array_equal(logits["both"], average_logits([logits["heard"], logits["counted"]]))
    assert found.context["n_parameters"] == sum(one.context["n_parameters"] for one in (heard, counted))
    np.testing.assert_array_equal(run_experiment(both, store).logits, logits["both"])
    with mock.patch.dict(os.environ, {"GENRE_LAB_STORE": store.url}):
        assert main(["compare", "heard", "counted", "--part", "validation", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["comparisons"][0]["verdict"]
    other = configure({"data.window": 0.5}, counted.config)
    with pytest.raises(ConfigError, match="differ in their data"):
        ensemble_of([heard.config, other])


@pytest.mark.parametrize("architecture", ["linear", "mlp"])
def test_other_networks_take_them_as_so_many_numbers(store, table, architecture):
    found = run(store, architecture, table, data__features="logmel", model__architecture=architecture)
    assert found.state == "complete", found.error
    assert found.context["input_shape"] == [64, 22]


def test_clips_of_different_lengths_are_learned_from_whole(tmp_path, store):
    write_hums(tmp_path / "a", 6, 1.0)
    for file in write_hums(tmp_path / "b", 6, 0.5).rglob("*.wav"):
        file.rename(tmp_path / "a" / file.parent.name / f"short-{file.name}")
    table = import_hums(tmp_path / "a", store)
    for model in ("cnn", "linear"):
        found = run(store, f"whole {model}", table, data__features="logmel", model__architecture=model)
        assert found.state == "complete", found.error
        assert found.context["input_shape"] == [64, 22]
    array = load_dataset(found.config.data, store).inputs.array[:]
    assert sorted(np.isfinite(array[:, 0]).sum(1).tolist()) == [11] * 18 + [22] * 18


def stripes(seed, n=150):
    """Return noise (n, 12, 10) with a pattern somewhere: falling, rising, or none; and which it is."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    X = rng.normal(size=(n, 12, 10)).astype(np.float32)
    for row, of in enumerate(y):
        if of < 2:
            top, left = rng.integers(0, 12 - 6), rng.integers(0, 10 - 6)
            X[row, top : top + 6, left : left + 6] += 4 * (np.eye(6) if of else np.eye(6)[::-1])
    return X, y


def trainer(shuffled=False, **settings):
    (X, y), (X_validation, y_validation) = stripes(0), stripes(1)
    if shuffled:
        y = np.random.default_rng(2).permutation(y)
    model = CnnConfig.model_validate({"channels": (4, 8), **settings})
    config = TrainConfig(max_epochs=12, patience=12, batch_size=32, learning_rate=0.02)
    return Trainer(model, config, TrainingData(X, y, X_validation, y_validation, 3, frame_seconds=0.5))


def best_accuracy(one):
    accuracies = {event.epoch: event.validation_accuracy for event in one if isinstance(event, EpochEnd)}
    return accuracies[max(accuracies)]


def test_it_finds_patterns_wherever_they_are():
    assert best_accuracy(trainer()) > 0.8


def test_with_random_labels_it_learns_nothing():
    assert best_accuracy(trainer(shuffled=True)) < 1 / 3 + 3 * np.sqrt(2 / 9 / 150)


@pytest.mark.parametrize("batch_norm", [True, False])
def test_it_goes_on_from_a_checkpoint_bit_for_bit(batch_norm):
    plain, first, second = (trainer(batch_norm=batch_norm) for _ in range(3))
    expected = [event for event in plain if isinstance(event, EpochEnd)]
    for event in first:
        if isinstance(event, EpochEnd) and event.epoch == 3:
            break
    assert bool(list(second.network.buffers())) == batch_norm
    second.restore(first.checkpoint())
    assert losses(second) == losses(expected)[3:]
    assert second.weights() == plain.weights()
    X = stripes(3)[0]
    assert np.array_equal(second.predict(X), plain.predict(X))


def losses(events):
    return [(one.train_loss, one.validation_loss) for one in events if isinstance(one, EpochEnd)]


@pytest.mark.parametrize("crop", [0.0, 3.0])
def test_it_goes_on_within_an_epoch_bit_for_bit(crop, monkeypatch):
    plain = trainer(crop=crop)
    expected = losses(plain)
    monkeypatch.setattr("genre_core.training.trainer.REPORT_SECONDS", 0.0)
    first, second = trainer(crop=crop), trainer(crop=crop)
    assert next(event for event in first if event.epoch == 3 and getattr(event, "fraction", 0) > 0.5)
    second.restore(first.checkpoint())
    assert losses(second) == expected[2:]
    assert second.weights() == plain.weights()


def test_pieces_are_taken_at_random_from_what_is_heard_and_whole_clips_are_judged():
    X = torch.arange(40.0).repeat(300, 2, 1)
    X[:150, :, 10:] = torch.nan
    torch.manual_seed(0)
    found = random_crops(X, 8)
    assert found.shape == (300, 2, 8)
    assert not found.isnan().any()
    starts = found[:, 0, 0]
    assert torch.equal(found, starts[:, None, None] + torch.arange(8.0).expand(300, 2, 8))
    assert set(starts[:150].tolist()) == {0, 1, 2}
    assert set(starts[150:].tolist()) == set(range(33))
    assert torch.equal(random_crops(X[150:], 40), X[150:])
    one, seen = trainer(crop=3.0), set()
    one.network.register_forward_pre_hook(lambda network, given: seen.add((network.training, given[0].shape[2])))
    next(iter(one))
    assert seen == {(True, 6), (False, 10)}


LISTENING = {name: variant for name, variant in ARCHITECTURES.items() if issubclass(variant, SpectrogramNetworkConfig)}


def small(architecture, **settings):
    """Return a small network of a kind."""
    usual = {"channels": (4, 8), "units": 6, "attention": 5, "width": 8, "patch": 3, "depth": 1}
    variant = LISTENING[architecture]
    return variant(**{name: value for name, value in (usual | settings).items() if name in variant.model_fields})


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("architecture", LISTENING)
def test_what_it_says_of_a_clip_does_not_depend_on_what_is_beside_it(architecture, training):
    torch.manual_seed(0)
    network = small(architecture, dropout=0.0, batch_norm=not training).build((12, 40), 3).train(training)
    clips = [torch.randn(1, 12, n_frames) for n_frames in (40, 9, 1, 23)]
    padded = torch.cat([F.pad(clip, (0, 40 - clip.shape[2]), value=torch.nan) for clip in clips])
    torch.testing.assert_close(network(padded), torch.cat([network(clip) for clip in clips]))
    torch.testing.assert_close(network(padded[1:3]), network(padded)[1:3])


@pytest.mark.parametrize("training", [True, False])
def test_a_cnn_learns_and_answers_as_torchs_own_layers_do(training):
    torch.manual_seed(1)
    network = CnnConfig(channels=(4, 8), dropout=0.0).build((13, 22), 3).train(training)
    blocks = [
        layer
        for kernel, norm in zip(network.kernels, network.norms, strict=True)
        for layer in (deepcopy(kernel), deepcopy(norm), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True))
    ]
    plain = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), deepcopy(network.genres)).train(training)
    X, y = torch.randn(6, 13, 22), torch.arange(6) % 3
    for answers in (network(X), plain(X.unsqueeze(1))):
        F.cross_entropy(answers, y).backward()
    torch.testing.assert_close(network(X), plain(X.unsqueeze(1)))
    torch.testing.assert_close(network.kernels[0].weight.grad, plain[0].weight.grad)


def test_batches_are_normalized_by_what_is_heard_in_them():
    X = torch.randn(6, 4, 5, 12)
    masked, plain = nn.BatchNorm2d(4), nn.BatchNorm2d(4)
    _normalized(F.pad(X, (0, 7)), masked, torch.cat([torch.ones(6, 1, 1, 12), torch.zeros(6, 1, 1, 7)], 3), learns=True)
    plain(X)
    torch.testing.assert_close(masked.running_mean, plain.running_mean)
    torch.testing.assert_close(masked.running_var, plain.running_var)


def test_it_is_trained_by_itself():
    assert trainer().side_by_side is None


@pytest.mark.parametrize("architecture", LISTENING)
def test_the_number_of_weights_does_not_depend_on_the_length(architecture):
    model = LISTENING[architecture]()
    assert model.n_parameters((64, 108), 8) == model.n_parameters((64, 22), 8)
    assert CnnConfig().n_parameters((64, 108), 8) == 6_208


@pytest.mark.parametrize(
    ("architecture", "settings"),
    [
        ("cnn", {"kernel": 5, "batch_norm": False}),
        ("crnn", {"cell": "gru", "directions": "one", "channels": (4, 4, 4)}),
        ("lstm", {"cell": "gru"}),
        ("lstm", {"directions": "one", "units": 9}),
        ("attention", {"channels": (3,), "kernel": 1}),
        ("transformer", {"depth": 3, "width": 5, "patch": 1}),
    ],
)
def test_weights_are_counted_whatever_the_settings(architecture, settings):
    model = small(architecture, **settings)
    built = sum(parameter.numel() for parameter in model.build((13, 20), 4).parameters())
    assert model.n_parameters((13, 20), 4) == built


@pytest.mark.parametrize("architecture", LISTENING)
def test_it_learns_goes_on_bit_for_bit_and_answers_again(architecture, monkeypatch):
    (X, y), (X_validation, y_validation) = stripes(0, 60), stripes(1, 60)
    X[::4, :, 7:] = np.nan
    data = TrainingData(X, y, X_validation, y_validation, 3, frame_seconds=0.5)
    config = TrainConfig(max_epochs=3, batch_size=16, learning_rate=0.01)
    first, second, plain = (Trainer(small(architecture, crop=4.0), config, data) for _ in range(3))
    expected = losses(plain)
    assert expected[-1][0] < expected[0][0]
    monkeypatch.setattr("genre_core.training.trainer.REPORT_SECONDS", 0.0)
    assert next(event for event in first if event.epoch == 2 and getattr(event, "fraction", 0) > 0.5)
    second.restore(first.checkpoint())
    assert losses(second) == expected[1:]
    again = rebuilt(small(architecture), (12, 10), 3, plain.weights())
    assert np.array_equal(predict(again, X), plain.predict(X))


def span_of(network, shape):
    """Return how many bands and frames a pattern of the last block depends on."""
    X = torch.randn(1, *shape, requires_grad=True)
    patterns, _ = network.eval().patterns(X, None)
    patterns[0, :, patterns.shape[2] // 2, patterns.shape[3] // 2].sum().backward()
    seen = X.grad[0] != 0
    return int(seen.any(1).sum()), int(seen.any(0).sum())


@pytest.mark.parametrize(("channels", "kernel"), [((4, 8), 3), ((4, 4, 4), 3), ((4, 8), 5), ((4,), 1)])
def test_a_receptive_field_is_what_a_pattern_depends_on(channels, kernel, monkeypatch):
    # A maximum hides all but one of what it looks at.
    monkeypatch.setattr("genre_core.networks.listening.F.max_pool2d", F.avg_pool2d)
    monkeypatch.setattr("genre_core.networks.listening.F.relu", lambda X: X)
    model = CnnConfig(channels=channels, kernel=kernel)
    assert span_of(model.build((64, 80), 3), (64, 80)) == model.receptive_field((64, 80))


def test_how_much_it_hears_is_said():
    shape, between = (64, 108), 1024 / 22_050
    assert CnnConfig().hears(shape, between) == "hears 22 of 64 bands, 1.0\u202fs at once"
    assert LISTENING["attention"]().hears(shape, 0.0) == "hears all bands, 22 frames at once"
    assert LISTENING["crnn"]().hears(shape, between) == "hears the whole clip at once"
    assert CnnConfig(channels=(8,) * 8).hears(shape, between) == "hears the whole clip at once"
    assert MlpConfig().hears(shape, between) == ""


@pytest.mark.parametrize("architecture", ["attention", "transformer"])
def test_attention_is_a_share_of_what_is_heard(architecture):
    network = small(architecture).build((12, 40), 3).eval()
    n, n_heard = (math.ceil(frames / network.moment_frames) for frames in (40, 9))
    X = torch.randn(2, 12, 40)
    X[1, :, 9:] = torch.nan
    shares = network.attention(X)
    assert shares.shape == (2, n)
    torch.testing.assert_close(shares.sum(1), torch.ones(2))
    assert (shares[0] > 0).all()
    assert (shares[1] > 0).tolist() == [True] * n_heard + [False] * (n - n_heard)
