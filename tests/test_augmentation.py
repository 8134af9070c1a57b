"""Training clips changed at random: each change does what it says, padding stays, judging hears clips as they are."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from genre_core.data.clips.changes import CHANGES
from genre_core.data.clips.gathering import extractor_of
from genre_core.data.clips.measuring import measure_sets
from genre_core.data.clips.sounds import samples
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Spectrograms
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import Split, split_dataset
from genre_core.errors import NotExtractedError
from genre_core.networks import CnnConfig, MlpConfig
from genre_core.networks.config import Augmentation
from genre_core.settings.config import ClipsConfig, SplitConfig, TrainConfig
from genre_core.settings.names import configure
from genre_core.store.runs import RunStore
from genre_core.studies.extraction import Extraction, ExtractionConfig
from genre_core.studies.study import iter_results
from genre_core.training.augmentation import augmented, mixed, noisy, shifted, stretched
from genre_core.training.events import EpochEnd
from genre_core.training.experiment import Prepared
from genre_core.training.trainer import Trainer, TrainingData
from genre_core.workers.run import execute
from tests.hums import import_hums, write_hums

SCORES = (np.linspace(-40, -60, 12)[:, None], np.linspace(8, 12, 12)[:, None])
EACH = {"crop": 20, "mute_frames": 6, "mute_bands": 3, "gain": 6.0, "noise": 0.3, "shift": 2.0, "stretch": 0.2}
SETTINGS = {"crop": 4, "mute_seconds": 1, "mute_bands": 3, "gain": 6, "noise": 0.1, "shift": 1, "stretch": 0.1}


def clips(n=40, n_frames=30):
    """Return spectrograms of which the second half sounds in its first 10 frames alone."""
    X = torch.randn(n, 12, n_frames, generator=torch.Generator().manual_seed(0))
    X[n // 2 :, :, 10:] = torch.nan
    return X


@pytest.mark.parametrize("name", EACH)
def test_a_change_leaves_padding_as_it_is_and_no_clip_as_it_was(name):
    X = clips()
    torch.manual_seed(0)
    found = augmented(X.clone(), Augmentation(**{name: EACH[name]}), SCORES)
    assert found.dtype == torch.float32
    assert found.shape[:2] == X.shape[:2]
    gaps = found.isnan()
    assert torch.equal(gaps.any(1), gaps.all(1))
    lengths = (~gaps[:, 0]).sum(1)
    assert torch.equal(gaps[:, 0], torch.arange(found.shape[2]) >= lengths[:, None])
    assert (lengths[20:] - 10).abs().max() <= (2 if name == "stretch" else 0)
    changed = [not torch.equal(one, whole) for one, whole in zip(found, X[:, :, : found.shape[2]], strict=True)]
    assert sum(changed[:20]) > 15


def test_nothing_is_drawn_where_nothing_is_changed():
    before = torch.get_rng_state()
    assert augmented(X := clips(), Augmentation(), SCORES) is X
    assert torch.equal(torch.get_rng_state(), before)


def test_half_of_a_clip_is_left_at_least():
    X = clips().nan_to_num(1.0) + 10
    for by in (Augmentation(mute_frames=1000), Augmentation(mute_bands=1000)):
        muted = augmented(X, by, SCORES) == 0
        along = muted.all(1) if by.mute_frames else muted.all(2)
        assert muted.any()
        assert along.float().mean(1).max() <= 0.5
        assert muted.sum() == along.sum() * (12 if by.mute_frames else 30)


def test_gain_is_in_decibels_whatever_the_scale():
    X = clips(200)
    change = (augmented(X, Augmentation(gain=6.0), SCORES) - X) * torch.as_tensor(SCORES[1], dtype=torch.float32)
    each = change.nan_to_num(0).sum((1, 2)) / (~X.isnan()).sum((1, 2))
    assert torch.allclose(change.nan_to_num(0), each[:, None, None].expand_as(change) * ~X.isnan(), atol=1e-3)
    assert each.abs().max() <= 6
    assert each.max() > 5
    assert each.min() < -5


def test_a_line_moves_by_so_many_bands():
    levels = torch.zeros(3, 12, 5)
    levels[:, 6] = 10
    up, down, half = shifted(levels, torch.tensor([2.0, -3.0, 0.5]))
    assert up[:, 0].argmax() == 8
    assert down[:, 0].argmax() == 3
    assert half[6:8, 0].tolist() == [5, 5]


def test_a_moment_comes_sooner_at_a_higher_speed():
    X = torch.zeros(3, 2, 30)
    X[:, :, 20] = 1
    X[2, :, 24:] = torch.nan
    faster, slower, short = stretched(X, torch.tensor([1.25, 0.8, 0.8]))
    assert faster[0].nan_to_num(0).argmax() == 16
    assert faster[0].isnan().sum() == 30 - 24  # frames 0 to 23 begin before the last frame, 29
    assert slower[0].argmax() == 25
    assert not slower.isnan().any()
    assert short[0].isnan().sum() == 1  # of 24 frames 29 were made


def test_noise_has_that_share_of_the_amplitude():
    levels = torch.full((2, 64, 400), -30.0)
    torch.manual_seed(0)
    quiet, loud = (10 ** (one / 10) for one in noisy(levels, torch.tensor([0.1, 1.0])))
    assert quiet.mean() / 1e-3 == pytest.approx(1.01, rel=2e-3)
    assert loud.mean() / 1e-3 == pytest.approx(2, rel=0.03)


def test_rows_are_mixed_with_others_and_keep_their_label_for_the_most():
    X, y = torch.eye(50), torch.arange(50)
    torch.manual_seed(0)
    shares = set()
    for _ in range(20):
        found, others, share = mixed(X, y, 0.5)
        assert 0.5 <= share <= 1
        torch.testing.assert_close(found, share * X + (1 - share) * F.one_hot(others, 50))
        shares.add(share)
    assert len(shares) == 20


def data(n_train=60):
    X = np.random.default_rng(0).normal(size=(120, 12, 10)).astype(np.float32)
    X[::4, :, 7:] = np.nan
    y = np.arange(120) % 3
    return TrainingData(X[:n_train], y[:n_train], X[n_train:], y[n_train:], 3, frame_seconds=0.5, decibels=SCORES)


def losses(events):
    return [(one.train_loss, one.validation_loss) for one in events if isinstance(one, EpochEnd)]


@pytest.mark.parametrize("listens", [True, False])
def test_it_goes_on_within_an_epoch_bit_for_bit(listens, monkeypatch):
    model = CnnConfig(channels=(4,), **SETTINGS) if listens else MlpConfig(hidden=(6,))
    given = data()
    if not listens:
        X = np.nan_to_num(given.X_train).reshape(60, -1)
        given = TrainingData(X, given.y_train, X, given.y_train, 3)
    config = TrainConfig(max_epochs=3, batch_size=16, mixup=0.4)
    plain, first, second = (Trainer(model, config, given) for _ in range(3))
    expected = losses(plain)
    assert plain.side_by_side is None
    monkeypatch.setattr("genre_core.training.trainer.REPORT_SECONDS", 0.0)
    assert next(event for event in first if event.epoch == 2 and getattr(event, "fraction", 0) > 0.5)
    second.restore(first.checkpoint())
    assert losses(second) == expected[1:]
    assert second.weights() == plain.weights()


def test_what_is_judged_is_never_changed():
    given = data()
    one = Trainer(CnnConfig(channels=(4,), **SETTINGS), TrainConfig(max_epochs=1, batch_size=60, mixup=0.4), given)
    seen = []
    one.network.register_forward_pre_hook(lambda network, X: seen.append((network.training, X[0])))
    next(event for event in one if isinstance(event, EpochEnd))
    one.predict(given.X_validation)
    judged = [X for training, X in seen if not training]
    assert len(judged) == 2
    for X in judged:
        np.testing.assert_array_equal(X.numpy(), given.X_validation)
    (heard,) = (X for training, X in seen if training)
    assert heard.shape == (60, 12, 8)


def test_the_loss_of_a_mix_is_mixed(monkeypatch):
    X, y = np.eye(4, dtype=np.float32), np.arange(4)
    monkeypatch.setattr("genre_core.training.trainer.mixed", lambda X, y, alpha: (X, (y + 1) % 4, 0.7))
    model = MlpConfig(hidden=(6,), dropout=0.0)
    one = Trainer(model, TrainConfig(max_epochs=1, batch_size=4, mixup=1.0), TrainingData(X, y, X, y, 4))
    logits = torch.as_tensor(one.predict(X))
    expected = 0.7 * F.cross_entropy(logits, torch.arange(4)) + 0.3 * F.cross_entropy(logits, (torch.arange(4) + 1) % 4)
    assert losses(one)[0][0] == pytest.approx(float(expected), rel=1e-6)


def test_a_trainer_is_told_the_scale_of_scores_in_decibels():
    array = np.random.default_rng(0).normal(-40, 9, size=(30, 4, 5)).astype(np.float32)
    for per, unit_db in (("band", 1.0), ("none", 10.0)):
        dataset = Dataset(Spectrograms(array, per, unit_db=unit_db), np.arange(30) % 3, ("a", "b", "c"), ("",) * 30)
        prepared = Prepared.of(dataset, Split(*np.split(np.arange(30), [10, 20])))
        mean, scale = prepared.training_data.decibels
        np.testing.assert_allclose(np.asarray(prepared.X) * scale + mean, array * unit_db, rtol=1e-4)


@pytest.fixture(scope="module")
def table(store, tmp_path_factory):
    return import_hums(write_hums(tmp_path_factory.mktemp("hums"), 6, 0.5), store)


@pytest.mark.parametrize("features", ["logmel", "rhythm,spectral"])
def test_only_the_training_part_gets_changed_copies(store, table, features):
    plain, copied = (ClipsConfig(table=table, features=features, copies=of) for of in ("none", "both"))
    for config in (plain, copied):
        list(iter_results(Extraction(ExtractionConfig(data=config), store)))
    dataset, more = (load_dataset(config, store) for config in (plain, copied))
    assert (more.content_hash, plain.identity) == (dataset.content_hash, copied.identity)
    split = split_dataset(dataset, SplitConfig())
    usual, prepared = (Prepared.of(one, split) for one in (dataset, more))
    np.testing.assert_array_equal(prepared.X, usual.X)  # those of validation and test among them
    given, without = prepared.training_data, usual.training_data
    n = len(split.train)
    assert (len(given.X_train), len(without.X_train)) == (5 * n, n)
    np.testing.assert_array_equal(given.X_train[:n], without.X_train)
    np.testing.assert_array_equal(given.X_validation, without.X_validation)
    np.testing.assert_array_equal(given.y_train.reshape(5, n), np.tile(without.y_train, (5, 1)))
    for number, change in enumerate(copied.changes, 1):
        for at in (0, n - 1):  # each is that of its own training clip
            sound = CHANGES[change].of(samples(store.clips.find(dataset.heard[split.train[at]].clip)))
            measured = measure_sets(lambda _, of=sound: of, plain.sets, store.clips.folder)
            numbers = np.concatenate([measured[name] for name in plain.sets])[None]
            expected = prepared.standardizer.transform(numbers)[0]
            own = np.asarray(given.X_train[number * n + at : number * n + at + 1])[0]
            np.testing.assert_allclose(own, expected, atol=1e-4)


def test_a_run_learns_from_copies_of_its_training_part_alone(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path / 'store.sqlite'}")
    table = import_hums(write_hums(tmp_path / "hums", 6, 0.5), store)
    said = {"data.source": "clips", "data.table": table, "data.features": "logmel", "data.copies": "tempo"}
    network = {"model.architecture": "cnn", "model.channels": "4", "train.max_epochs": 1, "train.mixup": 0.2}
    store.submit("copies", configure(said | network))
    execute("copies", 1, store.url)
    run = store.run("copies")
    assert run.state == "complete", run.error
    data = load_dataset(run.config.data, store)
    split = split_dataset(data, run.config.split)
    learned = {data.heard[row].clip for row in split.train.tolist()}
    for name in map("logmel {}".format, run.config.data.changes):  # of validation and test nothing is measured changed
        places = store.clips.places(extractor_of(name), [window.clip for window in data.heard])
        assert {window.clip for window in places} == learned
    with pytest.raises(NotExtractedError):
        data.inputs.learned(split.test)
    store.close()


def test_a_change_that_is_mended_is_measured_anew_and_what_is_unchanged_stays(monkeypatch):
    before = extractor_of("logmel"), extractor_of("logmel slower")
    monkeypatch.setitem(CHANGES, "slower", CHANGES["slower"]._replace(version=9))
    assert before == ("logmel-1", "logmel-1-slower-2")
    assert (extractor_of("logmel"), extractor_of("logmel slower")) == ("logmel-1", "logmel-1-slower-9")


def test_a_copy_that_could_not_be_measured_is_left_out(store, table):
    config = ClipsConfig(table=table, features="rhythm", copies="tempo")
    list(iter_results(Extraction(ExtractionConfig(data=config), store)))
    data = load_dataset(config, store)
    split = split_dataset(data, SplitConfig())
    slower, faster = data.inputs.copies
    measured = slower.measured.copy()
    measured[split.train[:2]] = False
    one = replace(data, inputs=replace(data.inputs, copies=(slower._replace(measured=measured), faster)))
    given, n = Prepared.of(one, split).training_data, len(split.train)
    assert len(given.X_train) == len(given.y_train) == 3 * n - 2
    np.testing.assert_array_equal(given.y_train[n : 2 * n - 2], data.y[split.train[2:]])
