"""The pretrained tagger: how it is fetched and read, what it hears, and each way in which it cannot be had."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from genre_core.data.clips.tagger import fetch as fetching
from genre_core.data.clips.tagger import network as networks
from genre_core.data.clips.tagger.about import KEPT_BYTES, LICENSE, WHEEL, WHEEL_BYTES, weights_path
from genre_core.data.clips.tagger.checkpoint import read_checkpoint
from genre_core.data.clips.tagger.fetch import fetch, is_fetched
from genre_core.data.clips.tagger.hearing import (
    SAMPLE_RATE,
    TAGGER_SETS,
    embed,
    extract_tagger,
    log_mels,
)
from genre_core.data.clips.tagger.network import Network, from_checkpoint, network_in
from genre_core.data.clips.tagger.tags import TAGS, genre_from_tags, tags_of, without_tags
from genre_core.errors import DataError
from genre_core.networks.musicnn_layers import shapes
from genre_core.settings.genres import GENRES
from genre_core.terminal.main import main
from tests.tagger import (
    NO_INDEX,
    REFERENCE,
    assert_as_tensorflow,
    checkpoint_arrays,
    fetched,
    metadata,
    write_checkpoint,
    write_wheel,
)

ROOT = Path(__file__).parents[1]
NO_REFERENCE = "TensorFlow's outputs are not beside the project"


@pytest.fixture(scope="module")
def arrays():
    return checkpoint_arrays()


@pytest.fixture(scope="module")
def files(arrays):
    return write_checkpoint(arrays)


@pytest.fixture(scope="module")
def network(arrays):
    return Network(from_checkpoint(arrays))


@pytest.fixture
def wheel(files, tmp_path, monkeypatch):
    """Return a wheel with a checkpoint of random numbers that is known as the right one, offered to pip alone."""
    folder = tmp_path / "index"
    folder.mkdir()
    path = write_wheel(folder, *files)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for module in (fetching, networks):
        monkeypatch.setattr(module, "WHEEL_SHA256", digest)
    offer(monkeypatch, folder)
    return path


def offer(monkeypatch, folder):
    for name, value in (NO_INDEX | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}).items():
        monkeypatch.setenv(name, value)


def sound(seconds, rate=SAMPLE_RATE, seed=0):
    t = np.arange(int(seconds * rate)) / rate
    noise = np.random.default_rng(seed).normal(size=len(t))
    return (0.4 * np.sin(2 * np.pi * 440 * t) * (t % 0.5 < 0.2) + 0.01 * noise).astype(np.float32)


# -- equal to TensorFlow ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(not REFERENCE.is_dir(), reason=NO_REFERENCE)
@pytest.mark.parametrize("instructions", ["", "default"])
def test_tags_and_embedding_are_those_of_tensorflow(instructions):
    folder, why = fetched()
    if folder is None:
        pytest.skip(why)
    if not instructions:
        return assert_as_tensorflow(network_in(folder))
    # which instructions torch uses is chosen as it is imported
    code = (
        "import torch; from pathlib import Path; from tests.tagger import *; import torch\n"
        "torch.set_num_threads(1); from genre_core.data.clips.tagger.network import network_in\n"
        f"assert_as_tensorflow(network_in(Path({str(folder)!r})))"
    )
    environment = os.environ | {"ATEN_CPU_CAPABILITY": instructions}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, timeout=120)
    assert not done.returncode, done.stderr.decode()


def test_the_real_tagger_says_where_it_comes_from():
    folder, why = fetched()
    if folder is None:
        pytest.skip(why)
    path = weights_path(folder)
    assert abs(path.stat().st_size - KEPT_BYTES) < 0.05 * KEPT_BYTES
    about = metadata(path)
    assert about["license"] == LICENSE
    assert "Permission to use, copy, modify" in about["license_text"]
    assert about["wheel_sha256"].startswith("f38a4890")


# -- the network ------------------------------------------------------------------------------------------------------


def by_the_book(arrays, mels):
    """Return embeddings and tags as the paper's layers give them one after the other, each normalized in full."""
    w = {name: torch.from_numpy(array.astype(np.float64)) for name, array in arrays.items()}

    def norm(number, x):
        of = f"batch_normalization_{number}" if number else "batch_normalization"
        parts = (w[f"{of}/{part}"] for part in ("moving_mean", "moving_variance", "gamma", "beta"))
        return F.batch_norm(x, *parts, training=False, eps=1e-3)

    def conv(name, x):
        return F.conv2d(x, w[f"{name}/kernel"].permute(3, 2, 0, 1), w[f"{name}/bias"]).relu()

    x = norm(0, torch.from_numpy(mels.astype(np.float64))[:, None])
    padding = {"conv2d": (3, 3), "conv2d_1": (3, 3), "conv2d_2": (63, 64), "conv2d_3": (31, 32), "conv2d_4": (15, 16)}
    heard = [norm(n, conv(name, F.pad(x, (0, 0, *pad)))).amax(3) for n, (name, pad) in enumerate(padding.items(), 1)]
    layers = [torch.cat(heard, 1)]
    for number in (5, 6, 7):
        pad = F.pad(layers[-1].transpose(1, 2)[:, None], (0, 0, 3, 3))
        y = norm(number + 1, conv(f"conv2d_{number}", pad))[..., 0]
        layers.append(y if number == 5 else y + layers[-1])
    features = torch.cat(layers, 1)
    pooled = norm(9, torch.stack([features.amax(2), features.mean(2)], 2).flatten(1))
    embedding = norm(10, (pooled @ w["dense/kernel"] + w["dense/bias"]).relu())
    return embedding.numpy(), (embedding @ w["dense_1/kernel"] + w["dense_1/bias"]).sigmoid().numpy()


@pytest.mark.parametrize("n_frames", [1, 20, 187])
def test_each_layer_is_as_the_paper_has_it(arrays, network, n_frames):
    mels = np.random.default_rng(n_frames).uniform(0, 4, size=(2, n_frames, 96)).astype(np.float32)
    embedding, tags = network(mels)
    expected = by_the_book(arrays, mels)
    np.testing.assert_allclose(embedding, expected[0], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(tags, expected[1], rtol=1e-4, atol=1e-4)


def test_a_window_is_heard_the_same_whatever_stands_beside_it(network):
    mels = np.random.default_rng(1).uniform(0, 4, size=(3, 40, 96)).astype(np.float32)
    together = network(mels)
    for number in range(3):
        alone = network(mels[number : number + 1])
        assert all(np.array_equal(one[0], all_[number]) for one, all_ in zip(alone, together, strict=True))


# -- what it hears ----------------------------------------------------------------------------------------------------


def test_log_mels_are_librosas():
    import librosa

    samples = sound(1)
    power = librosa.feature.melspectrogram(y=samples, sr=16_000, n_fft=512, hop_length=256, n_mels=96).T
    expected = np.log10(10_000 * power.astype(np.float16).astype(np.float32) + 1)
    found = log_mels(samples)
    assert (found.shape, found.dtype) == ((63, 96), np.float32)
    np.testing.assert_allclose(found, expected, atol=5e-4)  # a power may be rounded up here and down there
    assert np.isclose(found, expected, rtol=1e-6, atol=1e-6).mean() > 0.99
    assert np.array_equal(log_mels(np.zeros(16_000, np.float32)), np.zeros((63, 96)))
    assert np.isfinite(log_mels(1e4 * samples)).all()


def test_sound_is_heard_in_windows_of_three_seconds(network):
    samples = sound(9.2)
    mels = log_mels(samples)
    heard = embed(samples, network)
    assert (heard.embedding.shape, heard.tags.shape) == ((3, 200), (3, 50))
    np.testing.assert_array_equal(heard.tags[1], network(mels[None, 187:374])[1][0])
    np.testing.assert_array_equal(embed(samples, network, hop=1.5).tags[1], network(mels[None, 93:280])[1][0])


@pytest.mark.parametrize("n_samples", [1, 511, 8000, 47_615, 47_616])
def test_sound_shorter_than_a_window_is_one_window(network, n_samples):
    heard = embed(sound(3)[:n_samples], network)
    assert len(heard.embedding) == 1
    assert np.isfinite(heard.embedding).all()


@pytest.mark.parametrize("samples", [[], [0.0, np.nan]])
def test_no_sound_is_told(network, samples):
    with pytest.raises(DataError, match="no samples, or some that are no numbers"):
        embed(np.array(samples, np.float32), network)


def test_feature_sets_are_means_over_windows_at_any_sample_rate(network):
    found = extract_tagger(sound(6.1), SAMPLE_RATE, network)
    heard = embed(sound(6.1), network)
    assert {name: len(values) for name, values in found.items()} == {
        one.name: len(one.names) for one in TAGGER_SETS.values()
    }
    np.testing.assert_array_equal(found["tagger"], heard.embedding.mean(axis=0))
    np.testing.assert_array_equal(found["tags"], heard.tags.mean(axis=0))
    tone = np.sin(2 * np.pi * 440 * np.arange(3 * 44_100) / 44_100).astype(np.float32)
    other = np.sin(2 * np.pi * 440 * np.arange(3 * 16_000) / 16_000).astype(np.float32)
    heard = [extract_tagger(x, rate, network)["tags"] for x, rate in ((tone, 44_100), (other, 16_000))]
    np.testing.assert_allclose(*heard, atol=0.02)


def test_columns_are_named_for_what_they_hold():
    embedding, tags = (TAGGER_SETS[name].names for name in ("tagger", "tags"))
    assert (embedding[0], embedding[-1]) == ("embedding_001", "embedding_200")
    assert len(set(tags)) == len(TAGS) == 50
    assert {"tag_rock", "tag_hip_hop", "tag_female_vocalists"} < set(tags)


# -- genres from tags -------------------------------------------------------------------------------------------------

GTZAN = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")


def test_genres_without_a_tag_are_told():
    assert without_tags(GTZAN) == ("classical", "disco", "reggae")
    assert without_tags(GENRES[:8]) == ("Classical",)
    assert tags_of("Soul-RnB") == tags_of("Soul / R&B") == ("soul", "rnb")
    assert {tag for genre in (*GTZAN, *GENRES) for tag in tags_of(genre)} < set(TAGS)


def test_a_genre_counts_as_much_as_the_most_probable_of_its_tags():
    tags = np.zeros((2, 50))
    for row, tag, value in ((0, "rock", 0.1), (0, "hard rock", 0.6), (0, "jazz", 0.2), (1, "Hip-Hop", 0.3)):
        tags[row, TAGS.index(tag)] = value
    found = genre_from_tags(tags, ("rock", "classical", "jazz", "Hip-Hop"))
    np.testing.assert_allclose(found, [[0.75, 0, 0.25, 0], [0, 0, 0, 1]], atol=1e-9)
    np.testing.assert_allclose(genre_from_tags(np.zeros((1, 50)), ("rock", "classical", "jazz")), [[0.5, 0, 0.5]])
    with pytest.raises(DataError, match="None of the tagger's tags names classical or Genre 17"):
        genre_from_tags(tags, ("classical", "Genre 17"))


# -- a checkpoint -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("per_block", [1, 3, 100])
def test_a_checkpoint_is_read_as_it_was_written(per_block):
    rng = np.random.default_rng(0)
    arrays = {
        "conv/kernel": rng.normal(size=(3, 2, 1, 40)).astype(np.float32),
        "conv/bias": rng.normal(size=40).astype(np.float32),
        "conv_1/bias": np.zeros(0, np.float32),
        "rate": np.float32(0.5).reshape(()),
    }
    step = {"step": np.array(7, dtype=np.int32)}
    found = read_checkpoint(*write_checkpoint(arrays | step, per_block))
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


def test_a_damaged_checkpoint_is_told_in_a_sentence():
    index, data = write_checkpoint({"conv/bias": np.ones(3, np.float32), "conv/kernel": np.ones((2, 3), np.float32)})
    for wrong, sentence in (
        ((b"", data), "its index is no table"),
        ((index[:-1], data), "its index is no table"),
        ((index[-48:], data), "a block lies outside the file"),
        ((index, data[:-1]), "an array lies outside the file"),
    ):
        with pytest.raises(DataError, match=sentence):
            read_checkpoint(*wrong)


def test_any_wrong_byte_gives_arrays_or_a_sentence():
    index, data = write_checkpoint({"conv/bias": np.ones(3, np.float32), "conv/kernel": np.ones((2, 3), np.float32)}, 2)
    told = 0
    for at in range(len(index)):
        for byte in (0, 1, 127, 128, 255):
            try:
                read_checkpoint(index[:at] + bytes([byte]) + index[at + 1 :], data)
            except DataError:
                told += 1
    assert told > len(index)


def test_a_checkpoint_of_another_network_is_told(arrays):
    for other in (
        {name: array for name, array in arrays.items() if name != "dense/bias"},
        arrays | {"dense/bias": np.zeros(3, np.float32)},
        arrays | {"conv2d_5/kernel": np.zeros((7, 3), np.float32)},
        arrays | {"dense/kernel": np.zeros((1, 1, 1506, 200), np.float32)},
    ):
        with pytest.raises(DataError, match="is not that of the tagger"):
            from_checkpoint(other)


# -- fetching ---------------------------------------------------------------------------------------------------------


def test_it_is_fetched_by_pip_and_kept_as_safetensors(wheel, arrays, tmp_path):
    folder = tmp_path / "files"
    assert not is_fetched(folder)
    sizes = list(fetch(folder))
    assert sizes[-1] == wheel.stat().st_size
    assert is_fetched(folder)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == [weights_path(folder).name]
    assert metadata(weights_path(folder))["license_text"] == "Anyone may use it."
    mels = np.ones((1, 10, 96), np.float32)
    for found, expected in zip(network_in(folder)(mels), Network(from_checkpoint(arrays))(mels), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_it_can_be_read_from_a_wheel_without_a_network(wheel, tmp_path, monkeypatch):
    offer(monkeypatch, tmp_path / "nothing")
    assert list(fetch(tmp_path / "files", wheel)) == []
    assert is_fetched(tmp_path / "files")


def test_to_stop_leaves_nothing(wheel, tmp_path):
    progress = fetch(tmp_path / "files")
    next(progress)
    progress.close()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def test_an_index_that_does_not_answer_is_told(tmp_path, monkeypatch):
    for name, value in (NO_INDEX | {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}).items():
        monkeypatch.setenv(name, value)
    told(tmp_path, "The package index cannot be reached: check the network")


def test_an_index_without_it_is_told(tmp_path, monkeypatch):
    offer(monkeypatch, tmp_path)
    told(tmp_path, "The package index in use does not have musicnn 0.1.0")


def test_a_wheel_with_another_hash_is_told_and_not_kept(files, tmp_path, monkeypatch):
    write_wheel(tmp_path, *files)
    offer(monkeypatch, tmp_path)
    told(tmp_path, "is not the musicnn-0.1.0-py3-none-any.whl that is known here .* not f38a4890")


def test_a_wheel_that_is_too_large_is_told(wheel, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_BYTES", 1000)
    told(tmp_path, "3 MB, not|more than 0 MB")


def test_an_index_that_is_too_slow_is_told(wheel, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0)
    told(tmp_path, "took more than 0 minutes")


def test_python_without_pip_is_told(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "python: No module named pip" >&2\nexit 1\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    told(tmp_path, "needs pip, which this Python does not have")


def test_folders_that_pip_removes_while_it_is_watched_do_not_stop_it(tmp_path, monkeypatch):
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "wheel").write_bytes(b"12")
    look = os.scandir

    def just_removed(folder):
        if Path(folder) != tmp_path:
            os.rmdir(folder)
        return look(folder)

    monkeypatch.setattr(os, "scandir", just_removed)
    assert fetching._largest(tmp_path) == 2
    assert not (tmp_path / "unpacked").exists()


@pytest.mark.parametrize("content", [None, b"", b"no wheel", "cut"])
def test_a_wheel_that_cannot_be_used_is_told(wheel, tmp_path, monkeypatch, content):
    if content is None:
        wheel.unlink()
    else:
        content = wheel.read_bytes()[:-1000] if content == "cut" else content
        wheel.write_bytes(content)
    sentence = "cannot be read" if content is None else "is not the musicnn"
    told(tmp_path, sentence, wheel)
    if content is not None:  # were it known as the right one
        monkeypatch.setattr(fetching, "WHEEL_SHA256", hashlib.sha256(content).hexdigest())
        told(tmp_path, "does not hold MSD_musicnn", wheel)


def test_a_folder_that_cannot_be_written_is_told(wheel, tmp_path):
    (tmp_path / "files").write_text("a file")
    with pytest.raises(DataError, match=r"The tagger cannot be kept in .*GENRE_LAB_FILES"):
        list(fetch(tmp_path / "files", wheel))


def told(tmp_path, sentence, wheel=None):
    """Assert that fetching is refused in one sentence, and leaves nothing."""
    with pytest.raises(DataError, match=sentence) as error:
        list(fetch(tmp_path / "files", wheel))
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_a_tagger_that_is_not_there_or_damaged_is_told(wheel, tmp_path):
    with pytest.raises(DataError, match=r"is not in .*fetch it with python -m genre_core tagger"):
        network_in(tmp_path)
    list(fetch(tmp_path, wheel))
    path = weights_path(tmp_path)
    content = path.read_bytes()
    for damaged in (b"", content[:100], content[:-1], content.replace(b"timbre_38", b"timbre_39"), b"\xff" * 100):
        path.write_bytes(damaged)
        assert not is_fetched(tmp_path)
        with pytest.raises(DataError, match=r"is damaged .*fetch it again"):
            network_in(tmp_path)


def test_it_needs_all_arrays_in_their_shapes(arrays):
    weights = from_checkpoint(arrays)
    assert {name: array.shape for name, array in weights.items()} == shapes()
    assert WHEEL.endswith(".whl")
    assert WHEEL_BYTES > 9 * KEPT_BYTES


# -- the terminal -----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that does a command line and gives its status, standard output and standard error."""
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path}/store.sqlite")
    monkeypatch.delenv("GENRE_LAB_FILES", raising=False)

    def do(*arguments):
        status = main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return do


def test_the_terminal_fetches_it_once_and_says_what_it_is(wheel, run, tmp_path):
    status, out, err = run("tagger")
    assert (status, err.count("\n")) == (0, 1)
    assert all(said in err for said in ("Fetching the wheel musicnn 0.1.0 from the package index", "29 MB", LICENSE))
    path = weights_path(tmp_path / "store-files")
    for said in ("MSD_musicnn 0.1.0 fetched.", "Jordi Pons", LICENSE, "pypi.org/project/musicnn", str(path), "GTZAN"):
        assert said in out
    wheel.unlink()
    status, out, err = run("tagger", "--json")
    document = json.loads(out)
    assert (status, err, document["new"]) == (0, "", False)
    assert document["bytes"] == path.stat().st_size
    assert document["tags"] == list(TAGS)
    path.write_bytes(path.read_bytes()[:-1])
    status, out, err = run("tagger")
    assert (status, out) == (2, "")
    assert "does not have musicnn 0.1.0" in err


def test_the_terminal_reads_a_wheel_into_the_folder_for_files(wheel, run, tmp_path, monkeypatch):
    monkeypatch.setenv("GENRE_LAB_FILES", str(tmp_path / "elsewhere"))
    offer(monkeypatch, tmp_path / "nothing")
    status, out, err = run("tagger", "--wheel", wheel)
    assert (status, err) == (0, "")
    assert str(tmp_path / "elsewhere") in out
    status, _, err = run("tagger", "--wheel")
    assert (status, err) == (2, "--wheel needs a value after it.\n")
