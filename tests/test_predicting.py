"""Answers for new rows: columns found by name, what is odd told first, and answers as the stored run gives them."""

import csv
import io
import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import soundfile

from genre_core.data.sources import load_dataset
from genre_core.data.tables.reading import read_table
from genre_core.errors import DataError
from genre_core.judging.elsewhere import MUSIC_ONLY, ElsewhereConfig, judge_elsewhere, own_rows
from genre_core.judging.fitted import fit_again
from genre_core.judging.predicting.answering import CLOSED, OWN, answer, never_heard, ready
from genre_core.judging.predicting.sounds import find_new
from genre_core.judging.predicting.spelling import perhaps_renamed, read_renamed, spelled_otherwise
from genre_core.judging.predicting.tables import learned_by, read_new
from genre_core.judging.trust import trust_of
from genre_core.settings.config import TableConfig
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.names import configure
from genre_core.store.gate import predictions_of
from genre_core.store.openings import open_test
from genre_core.studies.extraction import Extraction, ExtractionConfig, dealt
from genre_core.takehome.answers import UNKNOWN, answer_table, written
from genre_core.terminal.main import main
from genre_core.workers.predicting import Brought, look_over
from genre_core.workers.run import execute
from tests.hums import import_hums, write_hums

FEATURES = ("tempo", "mfcc1_mean", "mfcc_2_mean", "rms")
CENTERS = {"blues": (90, 0, 1, 0.1), "jazz": (120, 2, -1, 0.2), "rock": (150, -2, 0, 0.4)}

# -- names of columns --------------------------------------------------------------------------------------------------


def test_names_of_the_same_words_and_numbers_are_found():
    assert spelled_otherwise(["mfcc1_mean", "spectral_centroid"], ["MFCC 01 Mean", "spectralCentroid"]) == {
        "mfcc1_mean": "MFCC 01 Mean", "spectral_centroid": "spectralCentroid",
    }  # fmt: skip
    assert spelled_otherwise(["mfcc_1_2"], ["mfcc_12"]) == {}
    assert spelled_otherwise(["tempo"], ["Tempo", "TEMPO"]) == {}


def test_a_renamed_column_is_proposed_only_with_the_same_numbers():
    assert perhaps_renamed(["mfcc4_mean"], ["mfcc4_avg", "mfcc5_mean"]) == {"mfcc4_mean": "mfcc4_avg"}
    assert perhaps_renamed(["mean_mfcc4"], ["mfcc4_mean"]) == {"mean_mfcc4": "mfcc4_mean"}
    assert perhaps_renamed(["tempo"], ["loudness"]) == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("tempo", "tempo is no pair: write FEATURE=COLUMN, such as tempo=BPM."),
        ("temp=BPM", "The run has no feature temp: did you mean tempo?"),
        ("tempo=bpm2", "The table has no column bpm2, but BPM, a=b."),
    ],
)
def test_what_is_no_pair_of_a_feature_and_a_column_is_said(text, sentence):
    with pytest.raises(DataError) as error:
        read_renamed([text], ["tempo", "x"], ["BPM", "a=b"])
    assert str(error.value) == sentence
    assert read_renamed(["tempo = BPM", "x=a=b"], ["tempo", "x"], ["BPM", "a=b"]) == {"tempo": "BPM", "x": "a=b"}


# -- a run on a table --------------------------------------------------------------------------------------------------


def tracks(n, seed, prefix="song"):
    """Draw a table of n tracks."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(list(CENTERS), n)
    X = np.array([CENTERS[label] for label in labels]) + rng.normal(size=(n, 4)) * (15, 1, 1, 0.1)
    frame = pd.DataFrame(X.round(6), columns=FEATURES)
    frame.insert(0, "file", [f"{prefix} {number}.wav" for number in range(n)])
    return frame.assign(label=labels)


def read(frame):
    return read_table([("new.csv", frame.to_csv(index=False).encode())])


def train(store, name, config):
    store.submit(name, config)
    execute(name, 1, store.url)
    assert store.run(name).state == "complete", store.run(name).error
    return store.run(name)


OWN_TABLE = tracks(300, 0)


@pytest.fixture(scope="module")
def run(store):
    reading = read(OWN_TABLE)
    store.put_table(reading.content_hash, reading.name, reading.parquet, reading.n_rows, reading.n_columns)
    return train(store, "table", config_of(reading))


def config_of(reading, **more):
    given = {"data.source": "table", "data.table": reading.content_hash, "train.max_epochs": 15, "model.hidden": (16,)}
    return configure(given | {name.replace("__", "."): value for name, value in more.items()})


def taken(store, run, frame, said=()):
    fitted, _ = ready(store, run.id, run.attempt)
    return read_new(read(frame), learned_by(fitted), fitted.genres, said)


def answers(store, run, frame, **how):
    return answer(store, run, taken(store, run, frame).rows, **how)


def test_the_same_rows_get_the_probabilities_of_the_stored_validation_predictions(store, run):
    found, data = answers(store, run, OWN_TABLE), load_dataset(run.config.data, store)
    validation = predictions_of(store, run).of("validation")
    trust = trust_of(store, run, data)
    assert np.allclose(found.probabilities[validation.rows], trust.probabilities(validation.logits), atol=1e-6)
    assert np.array_equal(found.sets[validation.rows], trust.sets(validation.logits))
    assert found.calibrated
    assert f"calibrated on the run's {len(validation)} validation tracks" in " ".join(found.sentences)
    assert all(found.notes[row].startswith(OWN[1]) for row in validation.rows)


def test_tracks_of_the_closed_test_part_get_no_answer(store, run):
    found, split = answers(store, run, OWN_TABLE), fit_again(store, run).prepared.split
    assert sorted(np.flatnonzero(~found.answered)) == sorted(split.test)
    assert {found.notes[row] for row in split.test} == {OWN[CLOSED]}
    renamed = OWN_TABLE.assign(file=[f"another {number}" for number in range(300)])
    assert np.array_equal(answers(store, run, renamed).answered, found.answered)
    assert found.evaluation == {}
    assert "use its validation part instead" in found.problem
    assert "45 are left out, each with its reason" in found.headline()


def test_tracks_that_only_have_the_number_of_a_row_in_common_are_others(store, run):
    one, other = (load_dataset(TableConfig(table=put(store, tracks(60, seed).drop(columns="file"))), store)
                  for seed in (1, 2))  # fmt: skip
    assert one.tracks == other.tracks
    assert not own_rows(one, TableConfig(table="a" * 64), other, TableConfig(table="b" * 64)).any()


def put(store, frame):
    reading = read(frame)
    store.put_table(reading.content_hash, reading.name, reading.parquet, reading.n_rows, reading.n_columns)
    return reading.content_hash


def test_the_order_and_spelling_of_columns_changes_nothing_and_is_told(store, run):
    new = tracks(50, 7, "new")
    usual = answers(store, run, new)
    other = new.rename(columns={"mfcc1_mean": "MFCC 01 Mean"}).iloc[:, ::-1].assign(comment="x")
    table = taken(store, run, other)
    assert np.array_equal(answer(store, run, table.rows).probabilities, usual.probabilities)
    said = " ".join(table.matching.sentences)
    assert "1 column is spelled otherwise: MFCC 01 Mean for mfcc1_mean." in said
    assert "stand in another order, which does not matter" in said
    assert "1 other column is not used: comment." in said
    renamed = taken(store, run, new.rename(columns={"tempo": "BPM"}), ["tempo=BPM"])
    assert np.array_equal(answer(store, run, renamed.rows).probabilities, usual.probabilities)
    assert "As you said, BPM for tempo." in renamed.matching.sentences


def test_a_missing_column_is_refused_or_stands_at_the_training_median(store, run):
    new = tracks(20, 8, "new")
    table = taken(store, run, new.rename(columns={"mfcc1_mean": "mfcc1_avg"}))
    with pytest.raises(DataError, match=r"lacks 1 feature .*: mfcc1_mean\. Perhaps mfcc1_avg for mfcc1_mean\. Do so\."):
        table.matching.check(fill=False, remedy="Do so.")
    table.matching.check(fill=True, remedy="")
    data = fit_again(store, run).prepared
    median = np.median(data.dataset.X[data.split.train, 1])
    same = answers(store, run, new.assign(mfcc1_mean=median))
    found = answer(store, run, table.rows)
    assert np.allclose(found.probabilities, same.probabilities)
    assert all("Lacks mfcc1_mean: the training median stands in." in note for note in found.notes)
    with pytest.raises(DataError, match="none of the 4 features"):
        taken(store, run, new[["file", "label"]].assign(other=1.0)).matching.check(fill=True, remedy="")


def test_another_unit_is_told_before_there_is_an_answer(store, run):
    new = tracks(20, 9, "new")
    (odd,) = taken(store, run, new.assign(tempo=1000 * new["tempo"])).matching.odd
    assert (odd.feature, odd.factor) == ("tempo", 1000)
    assert odd.sentence.endswith("that the run learned from, 1,000 times as large: another unit?")
    (odd,) = taken(store, run, new.assign(tempo=new["tempo"] / 60)).matching.odd
    assert "60 times as small" in odd.sentence
    assert taken(store, run, new).matching.odd == ()


def test_missing_infinite_and_odd_values_are_noted_in_their_rows(store, run):
    new = tracks(30, 10, "new").astype({"rms": object})
    new.loc[0, "tempo"], new.loc[1, "mfcc1_mean"], new.loc[2, "rms"] = np.inf, np.nan, "loud"
    new.loc[3, list(FEATURES)] = np.nan
    empty = taken(store, run, new.assign(tempo=np.nan)).matching.sentences
    assert "In tempo, there is no number at all." in empty
    table = taken(store, run, new)
    said = " ".join(table.matching.sentences)
    assert "In tempo, 1 infinite value counted as missing." in said
    assert "In rms, 1 value is no number and counts as missing: “loud” in row 3." in said
    found = answer(store, run, table.rows)
    lacking = ("tempo", "mfcc1_mean", "rms")
    assert all(f"Lacks {name}: " in note for name, note in zip(lacking, found.notes, strict=False))
    assert found.notes[3] == "No answer: it has no value of any feature."
    assert np.flatnonzero(~found.answered).tolist() == [3]


def test_rows_that_are_unlike_anything_learned_are_named(store, run):
    new = tracks(200, 11, "new")
    new.loc[:4, "tempo"] = 5000
    found = answers(store, run, new)
    assert found.far[:5].all()
    assert found.far[5:].mean() < 0.05
    assert "tempo is 5000, outside " in found.notes[0]
    assert "unlike anything that the run learned from" in " ".join(found.sentences)


def test_segments_are_averaged_by_track(store, run):
    new = tracks(12, 12).assign(file=[f"blues.{number // 3:05}.{number % 3}.wav" for number in range(12)])
    whole, alone = answers(store, run, new), answers(store, run, new, unit="row")
    assert whole.names == tuple(f"blues.{number:05}" for number in range(4))
    assert whole.n_rows.tolist() == [3] * 4
    temperature = whole.temperature
    log = temperature * np.log(alone.probabilities).reshape(4, 3, 3)  # logits, up to a constant
    log -= np.log(np.exp(log).sum(axis=2, keepdims=True))
    mean = np.exp(log.mean(axis=1) / temperature)
    assert np.allclose(whole.probabilities, mean / mean.sum(axis=1, keepdims=True), atol=1e-5)
    assert "12 rows are segments of 4 tracks, by file." in taken(store, run, new).matching.sentences
    assert answer_table(whole)["rows"].to_pylist() == [3] * 4


def test_with_genres_the_answers_are_judged_as_on_any_other_data(store, run):
    new = tracks(80, 13, "new").replace({"label": {"blues": "Blues", "rock": "polka"}})
    found = answers(store, run, new)
    assert found.labels[:3] == tuple(new["label"][:3])
    data = TableConfig(table=put(store, new))
    config = ElsewhereConfig(run=run.id, data=data)
    other = judge_elsewhere(store, run, fit_again(store, run), config, load_dataset(data, store)).to_json()
    assert found.evaluation["evaluation"] == other["evaluation"]
    assert found.evaluation["without_partner"] == {"polka": int((new["label"] == "polka").sum())}
    unknown = taken(store, run, new.assign(label="x", mood=["up", "down"] * 40))
    assert (unknown.matching.label, unknown.rows.labels) == ("", ())
    assert "The column label holds no genre that the run knows" in " ".join(unknown.matching.sentences)


def test_a_table_of_answers_is_harmless_and_the_same_in_both_forms(store, run):
    new = tracks(40, 14, "new").drop(columns="label")
    new.loc[0, "file"] = "=HYPERLINK(1)"
    found = answers(store, run, new)
    threshold = float(np.median(found.confidence))
    rows = list(csv.DictReader(io.StringIO(written(answer_table(found, threshold), ".csv").decode())))
    assert rows[0]["track"] == "'=HYPERLINK(1)"
    frame = pd.read_parquet(io.BytesIO(written(answer_table(found, threshold), ".parquet")))
    assert frame["track"][0] == "=HYPERLINK(1)"
    assert [row["answer"] for row in rows] == frame["answer"].tolist()
    unknown = frame["answer"] == UNKNOWN
    assert unknown.equals(frame["confidence"] < threshold)
    assert np.allclose(frame[[f"P({genre})" for genre in found.genres]].sum(axis=1), 1, atol=1e-5)
    assert all(likeliest in held.split(" | ") for likeliest, held in
               zip(frame.loc[~unknown, "answer"], frame.loc[~unknown, "prediction set"], strict=True))  # fmt: skip
    assert f"it does not know {unknown.sum()}" in found.headline(threshold)


def test_an_ensemble_answers_by_the_mean_of_its_members(store, run):
    other = train(store, "other", config_of(read(OWN_TABLE), train__seed=5))
    both = train(store, "both", ensemble_of([run.config, other.config]))
    rows = taken(store, both, tracks(20, 15, "new")).rows
    one, two, mean = (fit_again(store, one).answers(rows.inputs) for one in (run, other, both))
    assert not np.allclose(one, two, atol=0.01)
    shares = [np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True) for logits in (one, two, mean)]
    assert np.allclose(shares[2], (shares[0] + shares[1]) / 2, atol=1e-5)
    found = answer(store, both, rows)
    assert found.genres == ("blues", "jazz", "rock")
    assert np.array_equal(found.likeliest, mean.argmax(axis=1))


# -- sound -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def listening(store, tmp_path_factory):
    table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 1.0), store)
    given = {"data.source": "clips", "data.table": table, "data.features": "notebook20", "data.window": 0.6}
    return train(store, "hums", configure({**given, "train.max_epochs": 30, "train.batch_size": 8}))


@pytest.fixture
def new_clips(tmp_path):
    """New hums without folders of genres, a short one, one that the run knows, and one that is broken."""
    for genre in ("drone", "chirp"):
        for file in sorted((write_hums(tmp_path / "made", 12, 1.3) / genre).iterdir())[8:]:
            file.rename(tmp_path / f"{genre} {file.stem[-2:]}.wav")
    shutil.rmtree(tmp_path / "made")
    short, rate = soundfile.read(tmp_path / "drone 09.wav")
    soundfile.write(tmp_path / "short.wav", short[: round(0.55 * rate)], rate)
    (tmp_path / "broken.wav").write_bytes(b"RIFF nothing")
    return tmp_path


def measured(store, run, path):
    fitted, _ = ready(store, run.id, run.attempt)
    sounds = find_new(path, run.config, fitted.prepared.dataset, store)
    work = Extraction(ExtractionConfig(data=sounds.config), store, windows=sounds.windows, learned=())
    list(dealt(work.tasks(), store.url))
    return sounds


def test_a_folder_of_clips_needs_no_genres_and_nothing_in_it_is_lost(store, listening, new_clips):
    sounds = measured(store, listening, new_clips)
    found = answer(store, listening, sounds.rows(store))
    assert len(found) == 10
    notes = dict(zip(found.names, found.notes, strict=True))
    assert notes["broken.wav"].startswith("No answer: broken.wav ")
    assert "Shorter than the 0.6 s that the run learned from." in notes["short.wav"]
    assert "1 clip is shorter than the windows of 0.6 s that the run learned from." in sounds.sentences
    assert found.labels == ()
    assert len(store.tables("clips")) == 1


def test_clips_of_the_closed_test_part_get_no_answer_and_others_are_judged(store, listening, tmp_path):
    folder = write_hums(tmp_path / "again", 8, 1.0)
    for number, file in enumerate(sorted((write_hums(tmp_path / "new", 20, 1.4) / "hiss").iterdir())[8:]):
        file.rename(folder / "hiss" / f"new {number}.wav")
    drones = sorted((write_hums(tmp_path / "more", 14, 1.2) / "drone").iterdir())[8:]
    for file in drones:
        file.rename(folder / "drone" / f"more {file.name}")
    found = answer(store, listening, measured(store, listening, folder).rows(store))
    fitted = fit_again(store, listening)
    data = fitted.prepared.dataset
    closed = {data.heard[row].clip for row in fitted.prepared.split.test}
    assert int((~found.answered).sum()) == len(closed)
    own, trust = predictions_of(store, listening), trust_of(store, listening, data)
    for row in [*fitted.prepared.split.train, *fitted.prepared.split.validation]:
        name = next(name for name in found.names if name.endswith(data.names("track")[row]))
        stored = trust.probabilities(own.logits[row : row + 1])[0]
        assert np.allclose(found.probabilities[found.names.index(name)], stored, atol=1e-4)
    assert found.evaluation["n_tracks"] == 18
    assert set(found.labels) == {"chirp", "drone", "hiss"}


def test_clips_of_known_genres_among_others_are_judged_by_a_run_on_spectrograms(store, listening, new_clips):
    data = listening.config.data.model_dump(exclude={"features"})
    cnn = {"data.features": "logmel", "model.architecture": "cnn", "model.channels": (4,), "train.max_epochs": 2}
    run = train(store, "cnn", configure({f"data.{name}": value for name, value in data.items()} | cnn))
    for genre in ("drone", "chirp"):
        (new_clips / genre).mkdir()
        (new_clips / f"{genre} 10.wav").rename(new_clips / genre / "known.wav")
    found = answer(store, run, measured(store, run, new_clips).rows(store))
    assert found.evaluation["n_tracks"] == 2
    assert sorted(filter(None, found.labels)) == ["chirp", "drone"]
    assert found.answered.sum() == 9


def test_one_clip_is_answered_alone(store, listening, new_clips):
    sounds = measured(store, listening, new_clips / "drone 09.wav")
    found = answer(store, listening, sounds.rows(store))
    assert found.names == ("drone 09.wav",)
    assert found.headline() == "An answer for 1 clip."
    with pytest.raises(DataError, match=r"broken\.wav"):
        measured(store, listening, new_clips / "broken.wav")


def test_a_run_on_generated_music_says_that_it_never_heard_recordings(store, listening, new_clips):
    rows = measured(store, listening, new_clips / "drone 09.wav").rows(store)
    generated = replace(listening, config_json=configure({"data.source": "music"}).model_dump_json())
    assert never_heard(generated, rows) == (MUSIC_ONLY,)
    assert never_heard(listening, rows) == ()
    assert never_heard(generated, replace(rows, config=generated.config.data)) == ()


def test_a_run_that_cannot_be_asked_so_says_why(store, run, listening, new_clips):
    with pytest.raises(DataError, match=r"needs the feature .*, which is not measured on sound"):
        measured(store, run, new_clips)


# -- the terminal ------------------------------------------------------------------------------------------------------


@pytest.fixture
def at(store, monkeypatch, tmp_path):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_terminal_says_what_is_odd_and_writes_a_table(run, at, capsys):
    new = tracks(30, 20, "new")
    new.to_csv(at / "new.csv", index=False)
    assert main(["predict", "table", "new.csv", "--threshold", "60"]) == 0
    said = capsys.readouterr()
    assert "4 columns are used, of the 4 that the run learned from." in said.err
    assert "30 tracks" in said.out
    assert "On new.csv" in said.out
    assert "Probabilities are calibrated on the run's" in said.out
    (written_to,) = at.glob("*predictions.csv")
    assert len(pd.read_csv(written_to)) == 30
    assert main(["predict", "table", "new.csv", "--out", "x.parquet", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["n_answered"] == 30
    assert document["evaluation"]["n_rows"] == 30
    assert sum(document["genres"].values()) == 30
    assert len(pd.read_parquet(at / "x.parquet")) == 30


def test_the_terminal_listens_to_a_folder_and_to_one_clip(listening, new_clips, at, capsys):
    assert main(["predict", "hums", str(new_clips), "--out", "out.csv"]) == 0
    assert "9 clips will be heard" in capsys.readouterr().err
    frame = pd.read_csv(at / "out.csv")
    assert len(frame) == 10
    assert main(["predict", "hums", str(new_clips / "chirp 09.wav"), "--out", "one.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["first"][0]["track"] == "chirp 09.wav"


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        ("tempo,label\n", [], "new.csv has a header and no rows below it"),
        ("tempo,rms,mfcc1_mean\n1,2,3\n", [], "lacks 1 feature that the run learned from: mfcc_2_mean. Name its "
         "column with --column FEATURE=COLUMN, or let the training median stand in with --fill."),
        ("tempo,rms\n1,2\n", ["--column", "loud=rms"], "The run has no feature loud, but tempo"),
        ("tempo,rms\n1,2\n", ["--out", "x.xlsx"], "--out x.xlsx is neither .csv nor .parquet"),
        ("\x00\x01junk" * 1000, [], "new.csv is a binary file, not a table"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(run, at, capsys, content, more, sentence):
    (at / "new.csv").write_text(content)
    assert main(["predict", "table", "new.csv", *more]) == 2
    assert sentence in capsys.readouterr().err.splitlines()[-1]
    assert not list(at.glob("*predictions.csv"))


def test_files_that_are_not_there_and_runs_without_data_are_sentences(store, run, listening, at, capsys):
    assert main(["predict", "table", "nowhere.csv"]) == 2
    assert "There is no file nowhere.csv" in capsys.readouterr().err
    assert main(["predict", "hums", "nowhere.wav"]) == 2
    assert "There is no file nowhere.wav" in capsys.readouterr().err
    lost = train(store, "lost", config_of(read(gone := tracks(90, 30)), data__table=put(store, gone)))
    gone.to_csv(at / "gone.csv", index=False)
    store.delete_table(lost.config.data.table)
    ready.cache_clear()
    assert main(["predict", "lost", "gone.csv"]) == 2
    assert capsys.readouterr().err.endswith(".\n")


def test_a_table_that_is_gone_from_the_server_is_a_sentence(store, run, at):
    with pytest.raises(DataError, match="no longer on the server"):
        look_over(run.id, run.attempt, Brought(str(at / "gone.csv")), (), store.url)


def test_once_the_test_part_is_open_its_tracks_are_answered(store, run):
    open_test(store, run)
    found, split = answers(store, store.run(run.id), OWN_TABLE), fit_again(store, run).prepared.split
    assert found.answered.all()
    assert all(found.notes[row].startswith(OWN[2]) for row in split.test)
