"""Inputs of networks: spectrograms are read from their file as they are needed, and scaled by the training part."""

import numpy as np
import pytest

from genre_core.data import inputs
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features, LazyRows, Spectrograms
from genre_core.data.splitting import Split
from genre_core.errors import DataError
from genre_core.networks import LinearConfig
from genre_core.settings.config import TrainConfig
from genre_core.training.experiment import Prepared
from genre_core.training.trainer import Trainer

N, MELS, FRAMES = 90, 4, 6


@pytest.fixture
def mapped(tmp_path) -> np.ndarray:
    """Spectrograms in a file, read as they are asked for; each band has a scale of its own."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(N, MELS, FRAMES)) * np.arange(1, MELS + 1)[:, None] + np.arange(N)[:, None, None] % 3
    np.save(tmp_path / "mels.npy", values.astype(np.float32))
    return np.load(tmp_path / "mels.npy", mmap_mode="r")


def dataset_of(array, **more) -> Dataset:
    y = np.arange(N) % 3
    return Dataset(Spectrograms(array, **more), y, ("a", "b", "c"), tuple(map(str, range(N))))


def split() -> Split:
    rows = np.random.default_rng(1).permutation(N)
    return Split(rows[:60], rows[60:75], rows[75:])


@pytest.mark.parametrize("per", ["band", "all"])
def test_the_scale_is_that_of_the_training_part_however_few_rows_are_read_at_a_time(mapped, per, monkeypatch):
    monkeypatch.setattr(inputs, "READ_AT_ONCE", 7 * MELS * FRAMES)
    prepared = Prepared.of(dataset_of(mapped, per=per), split())
    train = np.asarray(mapped, np.float64)[split().train]
    axes = (0, 2) if per == "band" else (0, 1, 2)
    expected = (mapped - train.mean(axes, keepdims=True)) / train.std(axes, keepdims=True)
    np.testing.assert_allclose(np.asarray(prepared.X), expected, atol=1e-5)
    assert np.asarray(prepared.X).dtype == np.float32


@pytest.mark.parametrize(("room", "times"), [(0, 2), (N * MELS * FRAMES, 1)])
def test_rows_are_read_when_they_are_needed_and_kept_where_there_is_room(mapped, monkeypatch, room, times):
    monkeypatch.setattr(inputs, "MOST_KEPT", room)
    read = []

    class Counted(np.memmap):
        def __getitem__(self, rows):
            read.append(len(rows))
            return np.asarray(super().__getitem__(rows))

    prepared = Prepared.of(dataset_of(mapped.view(Counted)), split())
    del read[:]
    X = prepared.X[split().train]
    assert isinstance(X, LazyRows)
    assert X.shape == (60, MELS, FRAMES)
    assert not read
    assert np.asarray(X[:8]).shape == (8, MELS, FRAMES)
    assert read == [8]
    prepared = Prepared.of(dataset_of(mapped.view(Counted)), split())
    trainer = Trainer(LinearConfig(), TrainConfig(batch_size=8, max_epochs=2), prepared.training_data, device="cpu")
    del read[:]
    list(trainer)
    assert max(read) == 15  # the validation part, which is read in one go; batches have 8 rows
    assert sum(read) == times * (60 + 15)


def test_training_from_a_file_is_training_from_memory_to_the_bit(mapped, monkeypatch):
    monkeypatch.setattr(inputs, "MOST_KEPT", 0)
    lazy = Prepared.of(dataset_of(mapped), split())
    flat = lazy.training_data
    held = type(flat)(np.asarray(flat.X_train), flat.y_train, np.asarray(flat.X_validation), flat.y_validation, 3)
    losses, logits = [], []
    for data in (flat, held):
        trainer = Trainer(LinearConfig(), TrainConfig(max_epochs=4), data, device="cpu")
        losses.append([event.validation_loss for event in list(trainer)[:-1]])
        logits.append(trainer.predict(lazy.X))
    assert losses[0] == losses[1]
    assert len(set(losses[0])) == 4
    assert logits[0].shape == (N, 3)
    assert np.array_equal(*logits)


def test_where_there_is_no_sound_nothing_is_learned_and_nothing_said(mapped):
    gaps = np.array(mapped)
    gaps[::2, :, 4:] = np.nan
    data, train = dataset_of(gaps), split().train
    standardizer, X = data.inputs.standardize(train)
    np.testing.assert_allclose(standardizer.mean[:, 0], np.nanmean(gaps[train], (0, 2)), rtol=1e-5)
    np.testing.assert_array_equal(np.isnan(np.asarray(X)), np.isnan(gaps))


def test_what_needs_features_is_refused_in_a_sentence_where_there_are_none(mapped):
    data = dataset_of(mapped)
    assert data.features == ()
    assert data.inputs.shape == (MELS, FRAMES)
    with pytest.raises(DataError, match="These data hold spectrograms, and this needs features"):
        _ = data.X
    assert Features(np.zeros((2, 3)), ("a", "b", "c")).shape == (3,)


def test_spectrograms_are_told_apart_by_their_numbers_or_by_the_name_of_their_content(mapped):
    other = np.array(mapped)
    other[7, 1, 2] += 1
    hashes = [dataset_of(array).content_hash for array in (mapped, np.array(mapped), other)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert dataset_of(mapped, identity="a").content_hash == dataset_of(other, identity="a").content_hash
    assert len({dataset_of(mapped, **of).content_hash for of in ({}, {"identity": "a"}, {"per": "all"})}) == 3
