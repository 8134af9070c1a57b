"""Stored runs that answer again: as they did on their own data, and along sound that they never saw."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import soundfile

from genre_core.data.clips.sounds import samples
from genre_core.data.inputs import Features
from genre_core.data.sources import load_dataset
from genre_core.errors import ClipError, DataError, RunStateError
from genre_core.evaluation.metrics import softmax
from genre_core.judging.fitted import fit_again, of_whole
from genre_core.judging.hearing import Hearing, clip_sound, closed_clips, hear, read_sound
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.terminal.main import main
from genre_core.training.predictions import Predictions
from genre_core.workers.explaining import decided, parts, told
from genre_core.workers.run import execute
from tests.hums import GENRES, import_hums, write_hums

N = 8


@pytest.fixture(scope="module")
def table(store, tmp_path_factory):
    return import_hums(write_hums(tmp_path_factory.mktemp("hums"), N, 1.0), store)


def train(store, name, config):
    store.submit(name, config)
    execute(name, 1, store.url)
    return store.run(name)


def settings(table, **more):
    given = {"data.source": "clips", "data.table": table, "train.max_epochs": 3, "train.batch_size": 8}
    return configure(given | {key.replace("__", "."): value for key, value in more.items()})


@pytest.fixture(scope="module")
def listening(store, table):
    """Runs that can listen: features of whole clips, spectrograms of windows, and an ensemble."""
    cnn = {"model__architecture": "cnn", "model__channels": (4,), "data__features": "logmel", "data__window": 0.5}
    rhythm = settings(table, data__features="notebook20,rhythm")
    other = rhythm.model_copy(update={"train": rhythm.train.model_copy(update={"seed": 7})})
    configs = {"features": rhythm, "other": other, "both": ensemble_of([rhythm, other]), "cnn": settings(table, **cnn)}
    return {name: train(store, name, config) for name, config in configs.items()}


def stored_logits(store, name):
    return Predictions.load(store.artifact(name, "logits")).logits


@pytest.mark.parametrize("name", ["features", "cnn", "both"])
def test_a_run_answers_again_as_it_did(store, listening, name):
    run = listening[name]
    fitted = fit_again(store, run)
    assert fitted.genres == tuple(sorted(GENRES))
    logits = fitted.answers(load_dataset(run.config.data, store).inputs)
    assert np.allclose(logits, stored_logits(store, name), atol=1e-5)


def test_a_run_whose_data_give_other_features_now_says_so(store, listening):
    run = listening["features"]
    (n,) = run.context["input_shape"]
    other = replace(run, context={**run.context, "input_shape": [n + 1]})
    with pytest.raises(DataError, match=rf"learned from {n + 1:,} features, and its data now give {n:,}, .* train it"):
        fit_again(store, other)


@pytest.mark.parametrize(("name", "starts"), [("features", (0.0,)), ("cnn", (0.0, 0.5)), ("both", (0.0,))])
def test_a_sound_in_memory_is_answered_as_its_clip_was(store, listening, name, starts):
    fitted = fit_again(store, listening[name])
    data = fitted.prepared.dataset
    rows = [row for row, window in enumerate(data.heard) if window.clip == data.heard[0].clip]
    at, logits = fitted.along(samples(store.clips.find(data.heard[0].clip)), hop=0.5)
    assert at == starts == tuple(data.heard[row].start / 1000 for row in rows)
    assert np.allclose(logits, stored_logits(store, name)[rows], atol=1e-3)
    whole = of_whole(logits)
    log_prob = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    assert np.allclose(whole, log_prob.mean(axis=0), atol=1e-5)


def test_a_sound_that_is_shorter_or_longer_than_a_window_is_heard(store, listening):
    fitted = fit_again(store, listening["cnn"])
    hum = samples(store.clips.find(fitted.prepared.dataset.heard[0].clip))
    assert [len(fitted.along(sound)[0]) for sound in (hum[:4_000], np.tile(hum, 4))] == [1, 4]
    at, logits = fitted.along(np.tile(hum, 100), most=5)
    assert logits.shape == (5, len(GENRES))
    assert at[-1] == 99.0


def test_features_are_found_by_their_names(store, listening):
    fitted = fit_again(store, listening["features"])
    inputs = fitted.prepared.dataset.inputs
    order = np.random.default_rng(0).permutation(len(inputs.names))
    shuffled = Features(inputs.X[:, order], tuple(inputs.names[at] for at in order))
    assert np.array_equal(fitted.answers(shuffled), fitted.answers(inputs))
    fewer = Features(inputs.X[:, 2:], inputs.names[2:])
    with pytest.raises(DataError, match=rf"needs the feature {inputs.names[0]} and 1 more, which these data do not"):
        fitted.answers(fewer)


def test_what_a_run_cannot_take_is_a_sentence(store, listening):
    features, cnn = (fit_again(store, listening[name]) for name in ("features", "cnn"))
    with pytest.raises(DataError, match="learned from spectrograms, and these data hold features"):
        cnn.answers(features.prepared.dataset.inputs)
    store.submit("queued", listening["cnn"].config)
    with pytest.raises(RunStateError, match="queued is queued: only a complete run can answer"):
        fit_again(store, store.run("queued"))


def test_a_run_on_a_table_cannot_listen(store):
    table = train(store, "table", configure({"data.n_samples": 80, "data.n_genres": 2, "train.max_epochs": 1}))
    sound = np.zeros(22_050, dtype=np.float32)
    for listen in (fit_again(store, table).along, lambda sound: hear(store, table, "", 1.0, sound)):
        with pytest.raises(DataError, match="so it cannot listen: choose a run on clips or on generated music"):
            listen(sound)


# -- listening ---------------------------------------------------------------------------------------------------------


def clip_in(fitted, part):
    return fitted.prepared.dataset.heard[fitted.prepared.split[part][0]].clip


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """Clicks, which are none of the genres."""
    sound = np.zeros(3 * 22_050)
    sound[::7_000] = 1.0
    path = tmp_path_factory.mktemp("strange") / "clicks.wav"
    soundfile.write(path, sound, 22_050)
    return path


@pytest.mark.parametrize("name", ["features", "cnn", "both"])
def test_a_clip_is_answered_along_time_and_on_the_whole(store, listening, name):
    fitted = fit_again(store, listening[name])
    clip = clip_in(fitted, "validation")
    found = hear(store, listening[name], *clip_sound(store, clip))
    row = next(row for row, window in enumerate(fitted.prepared.dataset.heard) if window.clip == clip)
    assert found.part == "validation"
    if name == "cnn":
        assert found.starts == (0.25,)  # where one fits, it is heard in the middle
    else:
        assert np.allclose(found.whole, softmax(stored_logits(store, name))[row], atol=1e-3)
    assert len(found.along) > 1 or np.allclose(found.along[0], found.sure, atol=1e-5), "calibrated alike"
    assert sum(found.sure) == pytest.approx(1, abs=1e-3)
    assert found.genre == found.genres[int(np.argmax(found.whole))]
    trained = {fitted.prepared.dataset.heard[row].clip for row in fitted.prepared.split.train}
    assert {one.clip for one in found.nearest} <= trained
    assert [one.distance for one in found.nearest] == sorted(one.distance for one in found.nearest)
    assert len({one.clip for one in found.nearest}) == 5
    assert Hearing.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_clip_that_it_learned_from_is_not_its_own_neighbor(store, listening):
    fitted = fit_again(store, listening["cnn"])
    clip = clip_in(fitted, "train")
    found = hear(store, listening["cnn"], *clip_sound(store, clip))
    assert clip not in {one.clip for one in found.nearest}
    assert found.distance > 0
    assert "It learned from this clip, so it may have memorized it." in found.sentences


def test_a_clip_of_the_closed_test_part_is_not_answered(store, listening):
    clip = clip_in(fit_again(store, listening["features"]), "test")
    with pytest.raises(DataError, match="test part, which is closed: open it on Evaluate first"):
        hear(store, listening["features"], *clip_sound(store, clip))


def test_what_decided_in_a_closed_clip_is_not_told(store, listening):
    run, split = listening["cnn"], fit_again(store, listening["cnn"]).prepared.split
    about = run.id, run.attempt, int(split.test[0]), 0, "gradients"
    for ask in (decided, partial(parts, share=0.2), told):
        with pytest.raises(DataError, match="test part, which is closed: open it on Evaluate first"):
            ask(*about, store_url=store.url)
    assert decided(*about[:2], int(split.train[0]), *about[3:], store.url).saliency.shape[0] == 64


def test_what_another_deal_leaves_out_stays_closed(store, listening):
    data, split = fit_again(store, listening["features"]).prepared.dataset, listening["features"].config.split
    test = closed_clips(data, split, opened=False)
    again = split.model_copy(update={"dealing": 1})
    assert closed_clips(data, split, opened=True) == set()
    assert closed_clips(data, again, opened=True) == test
    assert test < closed_clips(data, again, opened=False)


def test_a_sound_like_nothing_in_training_is_called_so(store, listening, strange):
    found = hear(store, listening["features"], *read_sound(strange))
    assert found.unlike
    assert found.share == 0
    assert "Unlike anything it learned" in " ".join(found.sentences)


def test_below_the_threshold_it_does_not_know(store, listening, strange):
    found = hear(store, listening["cnn"], *read_sound(strange))
    assert found.headline().startswith(f"Most likely {found.genre}: ")
    assert found.headline(1.0).startswith("It does not know: ")


@pytest.mark.parametrize("level", [0.0, 1e-4])
def test_silence_is_not_answered(store, listening, level):
    with pytest.raises(ClipError, match="silence"):
        hear(store, listening["cnn"], "", 1.0, np.full(22_050, level, dtype=np.float32))


def test_few_training_clips_that_lie_as_far_are_not_called_usual(store, listening, strange):
    found = replace(hear(store, listening["cnn"], *read_sound(strange)), unlike=False, part="")
    assert "Rather unusual" in replace(found, share=0.02).far
    assert "Not unusual" in replace(found, share=0.3).far


def test_the_terminal_listens_and_prints_both_ways(store, listening, strange, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    assert main(["listen", "cnn", str(strange), "--json", "--threshold", "100"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["starts"] == [0.0, 1.0, 2.0]
    assert document["known"] is False
    assert main(["listen", "cnn", str(strange)]) == 0
    printed = capsys.readouterr().out
    assert "clicks.wav, 3.0 s, in windows of 0.5 s" in printed
    assert "Nearest training clips:" in printed


def test_what_cannot_be_heard_is_a_sentence(store, listening, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF\x00\x00\x00\x00WAVEfmt ")
    assert main(["listen", "cnn", str(broken)]) == 2
    assert "broken.wav is damaged" in capsys.readouterr().err
    assert main(["listen", "table", str(broken.with_name("none.wav"))]) == 2
    assert "none.wav" in capsys.readouterr().err
