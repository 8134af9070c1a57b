"""Ear tests that travel with the run that asked: answers come along, and nothing of who gave them."""

import json

import pytest

from genre_core.data.sources import load_dataset
from genre_core.ear.agreement import Together
from genre_core.errors import DataError
from genre_core.judging.ear import draw_test, person_side, run_side
from genre_core.settings.names import configure
from genre_core.store.openings import open_test
from genre_core.takehome import archive, ear_tests
from genre_core.takehome.collection import KIND, VERSION, export_runs
from genre_core.takehome.importing_runs import import_runs
from genre_core.workers.run import execute
from tests.test_collection import files_of, new_store

SMALL = {"data.n_samples": 400, "data.n_features": 4, "data.n_genres": 3, "model.hidden": (6,), "train.max_epochs": 2}


def take(store, test_id, say, part="validation", **whose):
    """Take a test of the run `one` by a rule (item → answer)."""
    run = store.run("one")
    test = draw_test(store, run, load_dataset(run.config.data, store), part, 12, 3)
    store.ear_tests.begin(test_id, test, **whose)
    for number, item in enumerate(test.items):
        store.ear_tests.play(test_id, number)
        store.ear_tests.answer(test_id, number, say(item))
    store.ear_tests.finish(test_id)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = new_store(tmp_path_factory.mktemp("ears"), "store")
    opened.submit("one", configure(SMALL), "one")
    execute("one", 1, opened.url)
    take(opened, "whole", lambda item: item.genre, person="anna-of-3b")
    take(opened, "half", lambda item: -1, person="berta-of-3b")
    take(opened, "pooled", lambda item: 0, person="carl-of-3b", session="AB12")
    test = opened.ear_tests.sitting("half").test
    opened.ear_tests.begin("begun", test, person="dora-of-3b")
    yield opened
    opened.close()


def exported(store):
    return export_runs(store, [store.run("one")], with_data=False).content


def test_answers_come_along_without_who_gave_them_and_can_be_compared(store, other):
    content = exported(store)
    assert b"3b" not in b"".join(files_of(content).values()), "no name of a browser, no class"
    assert "2 ear tests came along, listed on Runs." in import_runs(other, content).notes[-1].replace("\u202f", " ")
    assert {one.id for one in other.ear_tests.of_runs(["one"])} == {"whole", "half"}, "none of a class, or half done"
    ours, theirs = (one.ear_tests.sitting("whole") for one in (store, other))
    assert (theirs.test, theirs.answers) == (ours.test, ours.answers)
    assert abs(theirs.created_at - ours.created_at) < ear_tests.DAY
    assert theirs.created_at % ear_tests.DAY == ear_tests.DAY / 2, "the day is told, and no time"
    run = other.run("one")
    side, numbers = run_side(other, run, load_dataset(run.config.data, other), theirs)
    both = Together(person_side(theirs, numbers), side)
    assert both.first.accuracy == 1.0
    assert import_runs(other, content).notes == (), "a second time they are here"


def test_a_test_on_an_open_test_part_comes_with_the_look(store, tmp_path):
    here, there = new_store(tmp_path, "here"), new_store(tmp_path, "there")
    import_runs(here, exported(store))
    open_test(here, here.run("one"))
    take(here, "tested", lambda item: item.genre, "test")
    import_runs(there, exported(here))
    assert there.ear_tests.sitting("tested").test.part == "test"
    assert there.run("one").opened
    here.close()
    there.close()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda one: one.update(id="../etc"), r"ear_tests\.json in the archive cannot be read \(0\.id\)"),
        (lambda one: one.update(person="anna"), r"cannot be read \(0\.person\)"),
        (lambda one: one["test"].update(run="two"), "an ear test of a run that is not in it"),
        (lambda one: one["test"].update(part="test"), "on a test part that nobody has opened"),
        (lambda one: one["test"].update(source="0" * 64), "does not fit to its run"),
        (lambda one: one["test"]["genres"].append("Polka"), "does not fit to its run"),
        (lambda one: one["test"]["items"][0].__setitem__(0, 10**6), "does not fit to its run"),
        (lambda one: one["test"]["items"][0].__setitem__(4, "../x"), r"cannot be read \(0\.test\.items\.0\.4\)"),
        (lambda one: one["answers"].pop(), "does not fit to its run"),
        (lambda one: one["answers"][0].__setitem__(0, 3), "does not fit to its run"),
    ],
)
def test_what_was_changed_is_refused_and_nothing_comes(store, other, change, sentence):
    files = files_of(exported(store))
    said = json.loads(files[ear_tests.FILE])
    change(said[0])
    data = archive.pack(KIND, VERSION, files | {ear_tests.FILE: json.dumps(said).encode()})
    with pytest.raises(DataError, match=sentence):
        import_runs(other, data)
    assert other.runs() == []
