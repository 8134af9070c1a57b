"""A class: its code, who sits where, what is kept of what is said, and that all of it is gone after a day."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from genre_core.classroom import names
from genre_core.classroom.plan import MOST_EPOCHS, PAGES, ClassPlan
from genre_core.errors import ClassError
from genre_core.settings.names import configure
from genre_core.settings.paces import BY_HAND
from genre_core.settings.presets import OPENING, PRESETS
from genre_core.store import classes
from genre_core.store.classes import KEPT_FOR, LONGEST
from genre_core.store.runs import RunStore
from genre_core.studies.cross_predictions import CrossPredictionsConfig
from genre_core.studies.in_class import unusable, why_not
from genre_core.studies.lens.config import LensConfig
from genre_core.studies.repeats.config import Folds, OtherSeeds, RepeatsConfig
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.space import Dimension
from genre_core.workers.commands import delete_left

RATE = ClassPlan(title="Rates", said=(("train.max_epochs", "12"),), moves=("train.learning_rate",))


@pytest.fixture
def store(tmp_path):
    with_classes = RunStore(f"sqlite:///{tmp_path}/store.sqlite")
    yield with_classes
    with_classes.close()


@pytest.fixture
def code(store):
    return store.classes.begin(RATE, "teacher")[0]


@given(st.integers(1, names.MOST_SEATS), st.integers(1, names.MOST_SEATS))
def test_two_seats_have_two_names(one, other):
    assert (names.seat_name(one) == names.seat_name(other)) == (one == other)


@given(st.text(max_size=9))
def test_a_code_is_read_as_it_was_said(text):
    code = names.new_code()
    assert names.read_code(f" {code[:3].lower()}-{code[3:]} ") == code
    read = names.read_code(text)
    assert read == "" or len(read) == names.CODE_LENGTH


def test_thirty_students_who_come_at_once_have_thirty_seats_and_find_them_again(store, code):
    with ThreadPoolExecutor(8) as several:
        seats = list(several.map(lambda n: store.classes.join(code.lower(), f"p{n}"), range(30)))
    assert sorted(seat.number for seat in seats) == list(range(1, 31))
    assert [store.classes.join(code, f"p{n}").number for n in range(30)] == [seat.number for seat in seats]
    assert len(store.classes.seats(code)) == 30
    found, seat = store.classes.seat_of("p7")
    assert (found.plan, seat.number) == (RATE, seats[7].number)


def test_a_wrong_code_a_class_that_is_over_and_a_full_one_are_told_in_a_sentence(store, code, monkeypatch):
    with pytest.raises(ClassError, match="no class with this code"):
        store.classes.join("ABCDEF" if code != "ABCDEF" else "ABCDEG", "p")
    monkeypatch.setattr(classes, "MOST_SEATS", 1)
    seat = store.classes.join(code, "first")
    with pytest.raises(ClassError, match="is full"):
        store.classes.join(code, "second")
    store.classes.close(code)
    with pytest.raises(ClassError, match="is over: ask"):
        store.classes.join(code, "third")
    with pytest.raises(ClassError, match="is over: nothing"):
        store.classes.enter(seat, "sentence", "why", "late")
    assert store.classes.seat_of("first") is None


def test_what_is_said_again_takes_the_place_of_what_was_said_until_it_is_revealed(store, code):
    seat = store.classes.join(code, "p")
    assert store.classes.enter(seat, "prediction", "rate.2", 71.5)
    assert store.classes.enter(seat, "prediction", "rate.2", 80)
    store.classes.reveal(code, "rate.2")
    assert store.classes.revealed(code) == {"rate.2"}
    assert not store.classes.enter(seat, "prediction", "rate.2", 82.1)
    [entry] = store.classes.entries(code, "prediction")
    assert (entry.number, entry.about, entry.value) == (seat.number, "rate.2", 80)
    store.classes.enter(seat, "sentence", "why", " <b>" + "x" * 9999)
    [said] = store.classes.entries(code, "sentence")
    assert said.value == "<b>" + "x" * (LONGEST - 3)
    store.classes.remove(code, said)
    assert not store.classes.entries(code, "sentence")


def test_nobody_says_without_end(store, code, monkeypatch):
    monkeypatch.setattr(classes, "MOST_ENTRIES", 3)
    monkeypatch.setattr(classes, "MOST_RUNS", 2)
    seat = store.classes.join(code, "p")
    store.classes.begin_run(seat, "a")
    store.classes.begin_run(seat, "b")
    with pytest.raises(ClassError, match="trained 2 runs"):
        store.classes.begin_run(seat, "c")
    store.classes.enter(seat, "result", "one", "x")
    store.classes.enter(seat, "result", "one", "y")
    with pytest.raises(ClassError, match="3 things"):
        store.classes.enter(seat, "result", "two", "x")


def test_a_class_sees_nothing_of_another_and_what_is_a_day_old_is_gone_with_its_runs(store, code, monkeypatch):
    other, key = store.classes.begin(ClassPlan(title="Other"), "colleague")
    seats = [store.classes.join(one, "p") for one in (code, other)]
    for run_id in ("mine", "theirs", "nobodys"):
        store.submit(run_id, configure({"data.n_samples": 200}))
    for seat, run_id in zip(seats, ("mine", "theirs"), strict=True):
        store.classes.begin_run(seat, run_id)
        store.classes.enter(seat, "sentence", "why", run_id)
    for study_id in ("my search", "a search"):
        store.studies.submit(study_id, "search", "{}")
    store.classes.begin_study(seats[0], "my search")
    assert [entry.value for entry in store.classes.entries(code, "sentence")] == ["mine"]
    assert [run.id for run in store.runs(whose=seats[0])] == ["mine"]
    assert [run.id for run in store.runs(whose="outside")] == ["nobodys"]
    assert len(store.runs()) == 3
    whose = (*seats, "outside")
    found = [[study.id for study in store.studies.studies("search", whose=one)] for one in whose]
    assert found == [["my search"], [], ["a search"]]
    assert store.classes.of_teacher("colleague").code == other
    assert not store.classes.take_over(other, key[:-1], "colleague at home")
    assert store.classes.take_over(other, key, "colleague at home")
    assert store.classes.of_teacher("colleague") is None
    assert store.classes.sweep() == ([], [])
    late = time.time() + KEPT_FOR + 1
    monkeypatch.setattr(time, "time", lambda: late)
    assert store.classes.find(code) is None
    assert store.classes.of_teacher("teacher") is None
    gone = store.classes.sweep()
    assert sorted(gone.runs) == ["mine", "theirs"]
    delete_left(store, gone)
    assert [run.id for run in store.runs()] == ["nobodys"]
    assert [study.id for study in store.studies.studies("search")] == ["a search"]
    assert not store.classes.entries(code)
    assert not store.classes.seats(other)


def test_who_leaves_has_no_seat_and_what_was_said_stays(store, code):
    seat = store.classes.join(code, "p")
    store.classes.seen(seat, "evaluate")
    assert [(one.number, one.page) for one in store.classes.seats(code)] == [(1, "evaluate")]
    store.classes.enter(seat, "sentence", "why", "because")
    store.classes.leave(code, "p")
    assert store.classes.seat_of("p") is None
    assert not store.classes.seats(code)
    assert store.classes.join(code, "p").number == 2
    assert len(store.classes.entries(code)) == 1


def test_what_is_locked_stays_as_the_plan_has_it():
    assert RATE.kept({"train.learning_rate": "0.1", "train.max_epochs": "90", "preset": "overfitting"}) == {
        "train.max_epochs": "12",
        "train.learning_rate": "0.1",
    }
    assert ClassPlan().kept({"train.max_epochs": "90"}) == {"train.max_epochs": "90"}
    assert RATE.why_not(configure({"train.learning_rate": 0.1}, RATE.config)) == ""
    assert RATE.why_not(OPENING.config) == "Maximum epochs is locked in this class: 12."
    assert "at most 300 epochs" in ClassPlan().why_not(configure({"train.max_epochs": MOST_EPOCHS + 1}))
    assert "at most 20,000 tracks" in ClassPlan().why_not(configure({"data.n_samples": 20_001}))
    assert ClassPlan(pages=("runs",)).pages == ("train", "runs")
    for bad in ({"pages": ("secrets",)}, {"moves": ("train.magic",)}, {"said": (("train.max_epochs", "many"),)}):
        with pytest.raises(ValueError, match=r"secrets|magic|many"):
            ClassPlan.model_validate(bad)


def test_the_runs_of_a_class_are_read_again_only_where_they_changed(store, code):
    for number, run_id in enumerate(("one", "two", "elsewhere"), 1):
        store.submit(run_id, RATE.config)
        seat = store.classes.join(code if number < 3 else store.classes.begin(RATE, "teacher")[0], f"p{number}")
        store.classes.begin_run(seat, run_id)
    known = {run.id: run for _, run in store.runs_of_class(code)}
    assert list(known) == ["one", "two"]
    store.cancel("two")
    (first, one), (second, two) = store.runs_of_class(code, known)
    assert one is known["one"]
    assert (first, second, two.state) == (1, 2, "cancelled")
    store.delete("one")
    assert [run.id for _, run in store.runs_of_class(code, known)] == ["two"]


LOOSE = ClassPlan(pages=tuple(PAGES), moves=("train.learning_rate", "train.max_epochs", "train.seed"))
BASE = LOOSE.config


@pytest.mark.parametrize(
    ("study", "sentence"),
    [
        (search_config(BASE, [Dimension(name="train.learning_rate", low=0.001, high=0.1)]), ""),
        (
            search_config(BASE, [Dimension(name="model.dropout", low=0.1, high=0.5)]),
            "Dropout is locked in this class, so Tune cannot vary it.",
        ),
        (
            search_config(BASE, [Dimension(name="train.learning_rate", low=0.001, high=0.1)], folds=5, n_trials=5),
            "Folds is locked in this class, so Tune cannot vary it.",
        ),
        (
            search_config(BASE, [Dimension(name="train.learning_rate", low=0.001, high=0.1)], n_trials=80),
            "A class has at most 50 networks in a search: this would be 80. Choose fewer.",
        ),
        (
            search_config(BASE, [Dimension(name="train.max_epochs", low=10, high=400)]),
            "A class trains for at most 300 epochs: choose fewer.",
        ),
        (RepeatsConfig(experiment=BASE, what=OtherSeeds(vary="network")), ""),
        (
            RepeatsConfig(experiment=BASE, what=OtherSeeds(vary="both")),
            "Split seed is locked in this class, so Repeat cannot vary it.",
        ),
        (RepeatsConfig(experiment=BASE, what=Folds()), "Folds is locked in this class, so Repeat cannot vary it."),
        (LensConfig(experiment=BASE), "Keep together is locked in this class, so Split lens cannot vary it."),
        (CrossPredictionsConfig(experiment=BASE), ""),
        (CrossPredictionsConfig(experiment=PRESETS["notebook"].config), "Overlap is locked in this class: 4.25."),
    ],
)
def test_a_study_varies_only_what_is_open_and_stays_small(study, sentence):
    assert why_not(LOOSE, study).startswith(sentence)
    assert bool(why_not(LOOSE, study)) == bool(sentence)


def test_a_study_that_is_open_is_bounded_and_belongs_to_a_page_of_the_class():
    everything = ClassPlan(pages=tuple(PAGES))
    assert why_not(everything, LensConfig(experiment=BASE, n_repeats=5)) == ""
    assert "at most 10 splits in a lens" in why_not(everything, LensConfig(experiment=BASE, n_repeats=50))
    assert "at most 50 networks in a repetition" in why_not(everything, RepeatsConfig(what=Folds(k=20, repeats=10)))
    assert why_not(ClassPlan(), RepeatsConfig()) == "Repeat is not part of this class."
    assert unusable(everything) == unusable(ClassPlan(moves=())) == ""
    assert unusable(ClassPlan(pages=("lens",), moves=())) == (
        "Split lens varies Keep together: let your students change it, or leave the page out."
    )
    assert unusable(ClassPlan(pages=("tune",), moves=("data.overlap",))).startswith("Tune varies settings of")


def test_a_pace_is_one_that_there_is():
    assert ClassPlan(pace=BY_HAND).pace == BY_HAND
    with pytest.raises(ValidationError, match="no pace called “at once”"):
        ClassPlan(pace="at once")
