"""A model that leaves the laboratory: the text in its card answers as we do, and its archive becomes a run again."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch

from genre_core.data.clips.spectrograms import SPECTROGRAM_SETS
from genre_core.data.dataset import Dataset
from genre_core.data.inputs import Features, Spectrograms
from genre_core.data.splitting import Split
from genre_core.errors import DataError
from genre_core.judging.fitted import Fitted, fit_again
from genre_core.judging.trust import Trust, trust_of
from genre_core.networks import ARCHITECTURES
from genre_core.networks.musicnn_layers import N_MELS
from genre_core.settings.config import ExperimentConfig, MusicConfig, SyntheticConfig, TrainConfig
from genre_core.store.openings import open_test
from genre_core.takehome import archive
from genre_core.takehome.graph import graph_of
from genre_core.takehome.importing import import_model
from genre_core.takehome.model import KIND, VERSION, export_model
from genre_core.takehome.preprocessing import preprocessing_of, takes_any_length
from genre_core.takehome.python_text import python_for
from genre_core.terminal.main import main
from genre_core.training.experiment import Prepared
from genre_core.workers.run import execute
from tests.test_architectures import CONFIGS, shape_for

N, GENRES = 12, ("blues", "jazz", "rock")


@pytest.fixture(scope="module")
def inputs():
    """Features with gaps, and spectrograms some of whose clips end before others."""
    rng = np.random.default_rng(0)
    features = rng.normal(3, 2, (N, 5))
    features[2, 1] = np.nan
    found = {(5,): Features(features, tuple("abcde"))}
    for shape in ((5, 6), (N_MELS, 3)):
        mels = rng.normal(-40, 9, (N, *shape)).astype(np.float16)
        mels[3, :, 2:] = np.nan
        found[shape] = Spectrograms(mels)
    return found


def fitted_with(config, inputs, data=None, **more):
    """Return networks with random weights on data in memory."""
    dataset = Dataset(inputs, np.arange(N) % 3, GENRES, tuple(map(str, range(N))), **more)
    rows = np.arange(N)
    prepared = Prepared.of(dataset, Split(rows[:6], rows[6:9], rows[9:]))
    networks = []
    for member in config.members or (config,):
        torch.manual_seed(len(networks))
        networks.append(member.model.build(inputs.shape, 3).eval())
    return Fitted(config, tuple(networks), prepared, Path())


def run_text(fitted, trust, folder, monkeypatch):
    """Return the names that the card's Python leaves, run where an archive was unpacked."""
    made = json.loads(json.dumps(preprocessing_of(fitted, trust)))
    (folder / "preprocessing.json").write_text(json.dumps(made))
    (folder / "model.onnx").write_bytes(graph_of(fitted.networks, fitted.shape, any_length=takes_any_length(fitted)))
    monkeypatch.chdir(folder)
    names = {}
    exec(python_for(made), names)
    return names


@pytest.mark.parametrize("model", CONFIGS.values(), ids=CONFIGS)
def test_the_text_in_the_card_answers_as_we_do_for_every_network(model, inputs, tmp_path, monkeypatch, capsys):
    shape = shape_for(model)
    if shape[-1] == 3:
        shape = (N_MELS, 3)
    config = ExperimentConfig.model_construct(
        data=SyntheticConfig(), split=None, model=model, train=TrainConfig(), before=None, averaged_with=()
    )
    fitted, trust = fitted_with(config, inputs[shape]), Trust(1.7, True, None, 3)
    names = run_text(fitted, trust, tmp_path, monkeypatch)
    given = inputs[shape].X if len(shape) == 1 else inputs[shape].array
    ours = trust.probabilities(fitted.answers(inputs[shape]))
    assert names["predict"](given) == pytest.approx(ours, abs=1e-5)
    assert set(GENRES) <= set(re.findall(r"\w+", capsys.readouterr().out))


def test_several_networks_answer_together(inputs):
    from onnxruntime import InferenceSession

    member = {"model": {"architecture": "linear"}, "train": {"seed": 7}}
    config = ExperimentConfig.model_validate({"model": {"architecture": "mlp"}, "averaged_with": [member]})
    fitted = fitted_with(config, inputs[(5,)])
    graph = InferenceSession(graph_of(fitted.networks, (5,), any_length=False))
    found = graph.run(None, {"X": fitted.standard_scores(inputs[(5,)])})[0]
    assert found == pytest.approx(fitted.answers(inputs[(5,)]), abs=1e-5)


def test_the_text_measures_sound_as_we_do(inputs, tmp_path, monkeypatch):
    logmel = SPECTROGRAM_SETS["logmel"]
    config = ExperimentConfig(data=MusicConfig(features="logmel", window=1.0), model=ARCHITECTURES["cnn"]())
    rng = np.random.default_rng(1)
    mels = Spectrograms(np.stack([logmel.measured(rng.normal(0, 0.1, 22_050)) for _ in range(N)]))
    fitted = fitted_with(config, mels)
    names = run_text(fitted, Trust(1.0, True, None, 3), tmp_path, monkeypatch)
    samples = np.sin(np.arange(22_050) / 9).astype(np.float32) * np.linspace(0, 1, 22_050, dtype=np.float32)
    ours = fitted.answers(Spectrograms(logmel.measured(samples)[None]))
    assert names["spectrogram"](samples) == pytest.approx(logmel.measured(samples), abs=0.1)
    softmax = np.exp(ours) / np.exp(ours).sum()
    assert names["predict"]([names["spectrogram"](samples)]) == pytest.approx(softmax, abs=1e-4)


# -- the archive -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(store):
    """A run whose name holds what a file name, YAML and Markdown would stumble over."""
    data = SyntheticConfig(n_samples=400, n_features=5, n_genres=3, artists=6)
    store.submit("out", ExperimentConfig(data=data, train=TrainConfig(max_epochs=3)), 'a/b "c" | *d*: ../e')
    execute("out", 1, store.url)
    return store.run("out")


@pytest.fixture(scope="module")
def made(store, run):
    return export_model(store, run)


def files_of(made):
    with zipfile.ZipFile(BytesIO(made.content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def test_the_text_as_it_stands_in_the_card_gives_the_answers_of_the_run(store, run, made, tmp_path, monkeypatch):
    for name, data in files_of(made).items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    (text,) = re.findall(r"```python\n(.*?)```", (tmp_path / "README.md").read_text(), re.DOTALL)
    names = {}
    exec(text, names)
    fitted = fit_again(store, run)
    trust = trust_of(store, run, fitted.prepared.dataset)
    X = fitted.prepared.dataset.X[:20]
    ours = trust.probabilities(fitted.answers(Features(X, fitted.prepared.dataset.features)))
    assert names["predict"](X) == pytest.approx(ours, abs=1e-5)


def test_the_card_says_what_there_is_to_know_and_no_test_score_before_it_was_opened(store, run, made):
    card = files_of(made)["README.md"].decode()
    assert made.name == "ab c d ..e out model.zip"
    assert 'name: "a/b \\"c\\" | *d*: ../e"' in card
    assert '# a/b "c" \\| \\*d\\*: ../e' in card
    for title in ("Intended use", "Data", "Split", "Calibration", "What it does not know", "Known leaks"):
        assert f"\n## {title}" in card
    assert run.context["data_hash"] in card
    assert "It is closed for this model" in card
    assert "| test |" not in card.replace("| test | ", "", 1)
    before = card.partition("## Evaluation")[2]
    assert "| score | validation |" in before
    open_test(store, run)
    card = files_of(export_model(store, store.run("out")))["README.md"].decode()
    assert "| score | validation | test |" in card
    assert "It was opened for this model." in card


def test_an_exported_model_is_a_run_again_with_the_same_answers(store, run, made, other):
    again = import_model(other, made.content)
    assert (again.state, again.name, again.config) == ("complete", run.name, run.config)
    assert (again.best_epoch, again.epoch, again.stopped_because) == (run.best_epoch, run.epoch, run.stopped_because)
    assert not again.opened
    assert again.summary["validation"] == run.summary["validation"]
    assert np.array_equal(other.all_predictions(again.id), store.all_predictions(run.id))
    assert other.artifact(again.id, "weights") == store.artifact(run.id, "weights")
    assert fit_again(other, again).genres == fit_again(store, run).genres


def changed(made, **files):
    """Return the archive with other files in it, listed as they are unless the manifest is given."""
    found = {**files_of(made), **{name.replace("__", "."): data for name, data in files.items()}}
    if manifest := files.get("manifest__json"):
        listed = json.loads(files_of(made)["manifest.json"]) | json.loads(manifest)
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w") as out:
            for name, data in (found | {"manifest.json": json.dumps(listed).encode()}).items():
                out.writestr(name, data)
        return buffer.getvalue()
    del found["manifest.json"]
    return archive.pack(KIND, VERSION, found)


def test_what_was_changed_is_too_new_or_a_bomb_is_refused_in_a_sentence(made, other, monkeypatch):
    tampered, wrong_data = (
        changed(made, weights__safetensors=b"x", manifest__json=b"{}"),
        json.loads(files_of(made)["run.json"]),
    )
    wrong_data["config"]["data"]["seed"] += 1
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("weights.safetensors", bytes(8 << 20))
    named = BytesIO()
    with zipfile.ZipFile(named, "w") as out:
        out.writestr("manifest.json", b'{"format": "model", "version": 1, "files": {}}')
        out.writestr("../../etc/passwd", b"x")
    cases = {
        "weights.safetensors in the archive was changed after it was exported": tampered,
        "exported by a newer version of Genre Lab": changed(made, manifest__json=b'{"version": 2}'),
        "is a report of Genre Lab, and a model is needed": changed(made, manifest__json=b'{"format": "report"}'),
        "would unpack to 8 MB, which no export does": bomb.getvalue(),
        "lacks run.json": named.getvalue(),
        "holds extra, which is not in its list": changed(made, extra=b"x", manifest__json=b"{}"),
        "cannot be unpacked": made.content[: len(made.content) // 2],
        "The stored weights are not those": changed(made, weights__safetensors=b"\x80\x04K\x01."),
        "settings that this version does not know": changed(made, run__json=b'{"config": {"model": {"layers": 3}}}'),
        "holds no run": changed(made, run__json=b"[]"),
        "are not those that the model learned from": changed(made, run__json=json.dumps(wrong_data).encode()),
    }  # fmt: skip
    for sentence, data in cases.items():
        with pytest.raises(DataError, match=sentence):
            import_model(other, data)
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match="more than the 0 MB that are read"):
        import_model(other, made.content)
    assert other.runs() == []


def test_the_terminal_exports_and_imports(store, run, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    file = tmp_path / "model.zip"
    assert main(["export", "out", "--out", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == file.stat().st_size
    monkeypatch.setenv("GENRE_LAB_STORE", f"sqlite:///{tmp_path / 'third.sqlite'}")
    assert main(["import", str(file)]) == 0
    assert f"({run.name})" in capsys.readouterr().out
    assert main(["export", "nobody"]) == 2
    assert main(["import", str(tmp_path / "third.sqlite")]) == 2
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    assert main(["export", "out", "--out", str(tmp_path / "no" / "model.zip")]) == 2
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err
