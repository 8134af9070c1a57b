"""Runs judged on other data: genres under other names, tracks of their own left out, and what there is to compare."""

import json
from dataclasses import replace

import numpy as np
import pytest

from genre_core.data.inputs import Features
from genre_core.data.sources import load_dataset
from genre_core.errors import DataError
from genre_core.judging.elsewhere import MUSIC_ONLY, ElsewhereConfig, heard_alike, judge_elsewhere
from genre_core.judging.fitted import fit_again
from genre_core.judging.partners import partners, plain_name, read_pairs
from genre_core.settings.config import ClipsConfig, MusicConfig, SyntheticConfig, TableConfig
from genre_core.settings.names import configure
from genre_core.terminal.main import main
from genre_core.workers.run import execute
from genre_core.workers.study import execute_study
from tests.hums import import_hums, write_hums

# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hip-Hop", "hiphop"), ("Hip Hop", "Rap"), ("Blues", "blue"), ("R&B", "rhythm and blues"), ("Electronica",
     "ELECTRONIC"), ("Drum & Bass", "dnb")],
)  # fmt: skip
def test_names_of_one_genre_are_found(one, other):
    assert partners([one, "Polka"], [other]) == {other: one}


def test_names_that_are_merely_alike_are_not():
    assert partners(["Rock", "Pop", "Jazz"], ["Punk Rock", "Poplar", "Acid Jazz", "ja"]) == {}
    assert plain_name("Jazz") == "jazz"
    assert partners(["rock", "Rock"], ["Rock"]) == {"Rock": "Rock"}


def test_pairs_are_read_in_either_order_and_a_genre_can_be_left_out():
    ours, theirs = ("Hip-Hop", "Rock"), ("rap music", "metal", "rock")
    assert read_pairs("Hip-Hop=rap music, metal = rock; rock=", ours, theirs) == {
        "rap music": "Hip-Hop", "metal": "Rock", "rock": "",
    }  # fmt: skip
    assert read_pairs("", ours, theirs) == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Hip-Hop", "Hip-Hop is no pair of genres: write two of them, such as Rock=rock."),
        ("Polka=rock", "The run has no genre Polka, but Rock."),
        ("Rock=polka", "The other data have no genre polka, but rock."),
        ("=", "= is no pair of genres"),
    ],
)
def test_what_is_no_pair_is_said(text, sentence):
    with pytest.raises(DataError, match=sentence):
        read_pairs(text, ("Rock",), ("rock",))


# -- judging -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(store, tmp_path_factory):
    table = import_hums(write_hums(tmp_path_factory.mktemp("hums"), 8, 0.6), store)
    store.submit("hums", configure({"data.source": "clips", "data.table": table, "data.features": "notebook20"}))
    execute("hums", 1, store.url)
    return store.run("hums")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Longer hums under other names, a genre more, and the run's own drones among them."""
    folder = write_hums(tmp_path_factory.mktemp("elsewhere"), 6, 0.9)
    for old, new in (("drone", "Drones"), ("chirp", "CHIRP"), ("hiss", "noise")):
        (folder / old).rename(folder / new)
        for file in (folder / new).iterdir():
            file.rename(file.with_stem(f"other {file.stem}"))
    other = write_hums(tmp_path_factory.mktemp("again"), 8, 0.6) / "drone"
    for number, file in enumerate(sorted(other.iterdir())[:3]):
        file.rename(folder / "Drones" / f"copy {number}.wav")
    return folder


@pytest.fixture(scope="module")
def judged(store, run, elsewhere):
    fitted = fit_again(store, run)
    data = heard_alike(ClipsConfig(table=import_hums(elsewhere, store)), run.config, fitted.prepared.dataset)
    config = ElsewhereConfig(run=run.id, data=data, pairs=(("noise", ""),))
    store.studies.submit("judged", "elsewhere", config.model_dump_json())
    execute_study("judged", 1, store.url)
    study = store.studies.study("judged")
    assert study.state == "complete", study.error
    found = judge_elsewhere(store, run, fitted, config, load_dataset(data, store))
    assert store.studies.results("judged") == [json.loads(json.dumps(found.to_json()))]
    return config, found


def test_other_clips_are_cut_and_measured_as_those_it_learned_from(judged):
    config, _ = judged
    assert (config.data.features, config.data.window) == ("notebook20", 0.6)


def test_it_is_judged_among_the_genres_that_both_have(judged):
    _, found = judged
    assert found.pairs == {"CHIRP": "chirp", "Drones": "drone"}
    assert found.ours_alone == ("hiss",)
    assert found.without_partner == {"noise": 6}
    assert found.chance == 0.5
    assert found.evaluation.confusion_matrix.genres == ("chirp", "drone")
    assert found.evaluation.n == found.n_tracks == 12
    assert found.evaluation.accuracy > 0.8
    assert "6 tracks left out: the run does not know noise." in found.sentences
    assert "It may not answer hiss: these data have no such genre." in found.sentences


def test_its_own_tracks_are_left_out_wherever_they_are_found_again(judged):
    _, found = judged
    assert found.n_own == 3
    assert "3 tracks left out: the run's own data hold them too." in found.sentences


def test_beside_it_stands_its_own_validation_part_with_the_same_genres(store, run, judged):
    _, found = judged
    labels = np.frombuffer(store.artifact(run.id, "validation_labels"), dtype=np.uint8)
    assert found.validation.n == (labels < 2).sum()


def test_the_runs_own_data_are_refused_so_that_its_test_part_stays_closed(store, run):
    fitted = fit_again(store, run)
    config = ElsewhereConfig(run=run.id, data=run.config.data)
    with pytest.raises(DataError, match="All these tracks are in the run's own data"):
        judge_elsewhere(store, run, fitted, config, load_dataset(config.data, store))


def synthetic(store, **more):
    given = {"data.n_samples": 240, "data.n_genres": 3, "data.n_features": 4, "train.max_epochs": 2}
    config = configure(given | {f"data.{name}": value for name, value in more.items()})
    name = config.fingerprint[:8]
    if store.submit(name, config):
        execute(name, 1, store.url)
    return store.run(name)


def test_drawn_tracks_of_another_seed_are_others_and_those_of_the_same_are_not(store):
    run = synthetic(store)
    fitted = fit_again(store, run)
    other = run.config.data.model_copy(update={"seed": 7})
    found = judge_elsewhere(store, run, fitted, ElsewhereConfig(run=run.id, data=other), load_dataset(other))
    assert (found.evaluation.n, found.n_own, found.about) == (240, 0, "")
    noisy = run.config.data.model_copy(update={"label_noise": 0.2})
    with pytest.raises(DataError, match="All these tracks are in the run's own data"):
        judge_elsewhere(store, run, fitted, ElsewhereConfig(run=run.id, data=noisy), load_dataset(noisy))


def test_data_without_shared_genres_are_refused_in_a_sentence(store, run):
    fitted, other = fit_again(store, run), MusicConfig(features="notebook20", clips=10, seconds=2.0)
    data = load_dataset(SyntheticConfig(n_samples=60, n_features=2, n_genres=2))
    config = ElsewhereConfig(run=run.id, data=other)
    with pytest.raises(DataError, match="share no genre, and two are needed: the run knows chirp, drone and hiss"):
        judge_elsewhere(store, run, fitted, config, data)
    config = ElsewhereConfig(run=run.id, data=other, pairs=(("Rock", "drone"), ("Electronic", "chirp")))
    with pytest.raises(DataError, match="needs the feature spectral_centroid and 17 more, which these data do not"):
        judge_elsewhere(store, run, fitted, config, data)


def test_drawn_features_are_not_measured_ones(store, run):
    drawn = SyntheticConfig(n_samples=60, n_features=2, n_genres=2)
    config = ElsewhereConfig(run=run.id, data=drawn)
    with pytest.raises(DataError, match="a run on them can only be judged on other synthetic tracks"):
        judge_elsewhere(store, run, fit_again(store, run), config, load_dataset(drawn))


def test_a_run_on_a_table_says_what_is_to_be_measured_on_sound(store, run):
    data = load_dataset(run.config.data, store)
    table = run.config.model_copy(update={"data": TableConfig(table="ab" * 32)})
    assert heard_alike(MusicConfig(), table, data).features == "notebook20"
    more = Features(np.c_[data.X, data.X[:, :1]], (*data.features, "danceability"))
    with pytest.raises(DataError, match="needs the feature danceability, which is not measured on sound"):
        heard_alike(MusicConfig(), table, replace(data, inputs=more))


# -- the terminal ------------------------------------------------------------------------------------------------------


def test_the_terminal_judges_a_folder_with_pairs_and_prints_both_ways(
    store, run, elsewhere, judged, monkeypatch, capsys
):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    asked = ["evaluate", run.id, "--on", str(elsewhere), "--map", "hiss=noise"]
    assert main([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["mapping"] == {"CHIRP": "chirp", "Drones": "drone", "noise": "hiss"}
    assert document["evaluation"]["n"] == 18
    assert document["n_own"] == 3
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert document["headline"].split(":")[0] in printed
    assert "Guessing among 3 genres is right on 33.3 %." in printed
    assert MUSIC_ONLY not in printed


def test_data_that_there_are_not_are_a_sentence(store, run, monkeypatch, capsys):
    monkeypatch.setenv("GENRE_LAB_STORE", store.url)
    assert main(["evaluate", run.id, "--on", "nowhere"]) == 2
    assert "No stored data are called nowhere: import them, or check the name." in capsys.readouterr().err
    assert main(["evaluate", run.id, "--map", "a=b"]) == 2
    assert "name those with --on" in capsys.readouterr().err
    assert main(["evaluate", run.id, "--on", "notebook", "--part", "test"]) == 2
    assert "leave out --part or --on" in capsys.readouterr().err
