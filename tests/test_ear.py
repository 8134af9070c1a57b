"""Ear tests: what is asked, what is stored of it, and a person beside a run on the same items."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, f1_score
from statsmodels.stats.contingency_tables import mcnemar

from genre_core.data.clips.loudness import HIGHEST_PEAK, SILENCE, as_loud_as, loudness
from genre_core.data.clips.sounds import SAMPLE_RATE
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.ear import sentences
from genre_core.ear.agreement import WHO, Side, Together, bands, kappa
from genre_core.ear.drawing import as_hard, draw, shares
from genre_core.ear.pooling import majority, pooled
from genre_core.ear.sitting import DONT_KNOW, UNHEARD, Answer, EarTest, Item, Sitting
from genre_core.errors import DataError, RunStateError
from genre_core.judging.ear import FEWEST, draw_test, person_side, run_side, why_unlike
from genre_core.store.gate import predictions_of
from genre_core.store.openings import open_test
from genre_core.store.runs import RunStore
from tests.views.stored import put_segments, trained

SMALL = {"data.n_samples": 240, "data.n_genres": 3, "data.overlap": 5.0, "model.hidden": (8,), "train.max_epochs": 2}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    own = RunStore(f"sqlite:///{tmp_path_factory.mktemp('ear')}/store.sqlite")
    trained(own, "first", SMALL, "first")
    trained(own, "second", SMALL | {"split.seed": 7}, "second")
    trained(own, "others", SMALL | {"data.seed": 3}, "others")
    yield own
    own.close()


def data_of(store, run_id="first"):
    return load_dataset(store.run(run_id).config.data, store)


def drawn(store, n=24, seed=1, run_id="first"):
    return draw_test(store, store.run(run_id), data_of(store, run_id), "validation", n, seed)


def taken(store, name, said, n=24):
    """Take a test by a rule (item → answer), and return it."""
    test = drawn(store, n)
    store.ear_tests.begin(name, test)
    for number, item in enumerate(test.items):
        store.ear_tests.answer(name, number, said(item))
    return store.ear_tests.sitting(name)


# -- what is drawn -----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.integers(0, 60), st.integers(0, 99))
def test_genres_get_as_much_as_each_other_as_far_as_they_have_it(available, n, seed):
    room = np.array(available)
    sizes = shares(room, n, np.random.default_rng(seed))
    assert sizes.sum() == min(n, room.sum())
    assert (sizes <= room).all()
    short = sizes < room
    assert not short.any() or sizes[short].min() >= sizes.max() - 1, "no genre with room left is two behind another"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 25)), min_size=1, max_size=80), st.integers(0, 99))
def test_a_track_is_asked_about_once_and_practice_does_not_count(candidates, seed):
    y, tracks = np.array(candidates).T
    found = draw(y, tracks, 4, 12, 3, seed)
    asked = tracks[np.concatenate(found)]
    assert len(np.unique(asked)) == len(asked) == min(15, len(np.unique(tracks)))
    assert len(found.practice) == min(3, len(asked)), "practice is kept"
    again = draw(y, tracks, 4, 12, 3, seed)
    assert np.array_equal(found.scored, again.scored), "the same seed asks the same"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 18)), min_size=1, max_size=60))
def test_half_of_each_genre_is_easier_and_half_is_harder(pieces):
    y, borrowed = np.array(pieces).T
    easier, harder = (as_hard(y, borrowed, hard) for hard in ("easier", "harder"))
    assert as_hard(y, borrowed, "any").all()
    assert (easier | harder).all(), "pieces in the middle are both"
    for genre in np.unique(y):
        of = y == genre
        assert 2 * easier[of].sum() >= of.sum() <= 2 * harder[of].sum()
        assert borrowed[of & easier].max() <= borrowed[of & harder].min() or (easier & harder & of).any()


def test_what_is_asked_comes_from_validation_alone_with_equal_genres(store):
    test, data = drawn(store), data_of(store)
    split = split_dataset(data, store.run("first").config.split)
    rows = [item.row for item in test.items]
    assert set(rows) <= set(split.validation.tolist())
    assert len(set(rows)) == len(rows) == 24 + test.n_practice
    assert [item.genre for item in test.items] == data.y[rows].tolist()
    assert np.bincount([item.genre for item in test.items[test.n_practice :]]).tolist() == [8, 8, 8]
    assert EarTest.from_json(test.to_json()) == test


def test_a_closed_test_part_is_not_asked_about(store):
    run = store.run("others")
    with pytest.raises(RunStateError, match=r"is closed: open it first"):
        draw_test(store, run, data_of(store, "others"), "test", 12, 1)
    open_test(store, run)
    test = draw_test(store, store.run("others"), data_of(store, "others"), "test", 12, 1)
    assert {item.row for item in test.items} <= set(split_dataset(data_of(store, "others"), run.config.split).test)


def test_a_part_with_too_few_tracks_is_named(store):
    trained(store, "tiny", SMALL | {"data.n_samples": 42, "split.validation_fraction": 0.1})
    with pytest.raises(
        DataError, match=r"^The validation part has \d tracks? .* needs at least 6 besides 3 for practice: train"
    ):
        draw_test(store, store.run("tiny"), data_of(store, "tiny"), "validation", 12, 1)


def test_no_segment_of_a_training_track_is_asked_about(store):
    network = {"model.hidden": (8,), "train.max_epochs": 2}
    trained(store, "torn", network, **put_segments(store, "ear"), split__by="row")
    data, run = data_of(store, "torn"), store.run("torn")
    with pytest.raises(DataError, match=f"at least {FEWEST}"):  # nearly every recording has a segment in training
        draw_test(store, run, data, "validation", 12, 1)
    trained(store, "whole", network, **put_segments(store, "ear"), split__validation_fraction=0.5)
    test = draw_test(store, store.run("whole"), data_of(store, "whole"), "validation", 12, 1)
    assert test.kind == "picture"
    tracks = data.groups["track"][[item.row for item in test.items]]
    assert len(set(tracks.tolist())) == len(test.items), "one segment of a recording"


# -- what is stored ----------------------------------------------------------------------------------------------------


def test_the_first_answer_stays_and_plays_are_counted_before_it(store):
    test = drawn(store, 12)
    assert store.ear_tests.begin("one", test, person="anna", session="class")
    assert not store.ear_tests.begin("one", test), "a double click"
    for _ in range(3):
        store.ear_tests.play("one", 0)
    store.ear_tests.answer("one", 0, 2)
    store.ear_tests.answer("one", 0, 1)
    store.ear_tests.play("one", 0)
    found = store.ear_tests.sitting("one")
    assert found.answers[0] == (2, 3)
    assert found.at == 1
    assert found.scored == (), "practice does not count"
    assert [one.id for one in store.ear_tests.of_person("anna")] == ["one"]
    assert [one.id for one in store.ear_tests.of_session("class")] == ["one"]
    with pytest.raises(ValueError, match="no answer"):
        store.ear_tests.answer("one", 1, 3)
    store.ear_tests.answer("one", test.n_practice, DONT_KNOW)
    store.ear_tests.answer("one", test.n_practice + 1, UNHEARD)
    store.ear_tests.finish("one")
    store.ear_tests.answer("one", test.n_practice + 2, 1)
    found = store.ear_tests.sitting("one")
    assert found.at is None
    assert found.scored == (test.n_practice,)
    assert found.n_unheard == 1
    assert "You did not know 1 track" in sentences.behavior(found, 1)
    assert "You stopped before the last 10 tracks." in sentences.behavior(found, 1)
    store.ear_tests.delete("one")
    with pytest.raises(RunStateError, match="There is no ear test one"):
        store.ear_tests.sitting("one")


# -- who is right ------------------------------------------------------------------------------------------------------

LABELS = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3), st.integers(0, 3)), min_size=6, max_size=48)


def together(triples):
    y, first, second = np.array(triples).T
    genres = ("a", "b", "c", "d")
    return Together(Side("you", genres, y, first), Side("it", genres, y, second))


@settings(max_examples=80)
@given(LABELS)
def test_mcnemar_and_kappa_are_those_of_the_books(triples):
    found = together(triples)
    pair, (one, two) = found.matched, (found.first, found.second)
    table = [[pair.both, pair.only_first], [pair.only_second, pair.neither]]
    assert pair.p == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert np.bincount(found.who, minlength=4).tolist() == [
        pair.neither, pair.only_first, pair.only_second, pair.both,
    ]  # fmt: skip
    assert WHO[3] == "both right"
    if len(set(one.said.tolist()) | set(two.said.tolist())) > 1:
        assert found.kappa.value == pytest.approx(cohen_kappa_score(one.said, two.said))
        assert found.kappa.interval.low <= found.kappa.value <= found.kappa.interval.high
    assert one.n_unknown == int((one.said == DONT_KNOW).sum()) == one.matrix.counts[:, -1].sum()
    assert one.matrix.correct == one.n_right == pair.both + pair.only_first
    assert sum(share.n for share in found.by_genre()) == len(one.y)
    assert sum(share.first for share in found.by_genre()) == one.n_right


def test_dont_know_is_no_genre_of_macro_f1():
    y = np.array([0, 0, 1, 1])
    assert Side("you", ("a", "b"), y, np.array([0, 0, 1, DONT_KNOW])).macro_f1 == pytest.approx((1 + 2 / 3) / 2)
    said = np.array([0, 1, 1, 1])
    assert Side("you", ("a", "b"), y, said).macro_f1 == pytest.approx(f1_score(y, said, average="macro"))


@pytest.mark.parametrize(("n", "rate"), [(12, 0.3), (12, 0.8), (48, 0.6)])
def test_the_interval_of_kappa_holds_the_true_one(n, rate):
    rng, held = np.random.default_rng(n), 0
    for _ in range(400):
        y = rng.integers(4, size=n)
        said = np.where(rng.random(n) < rate, y, (y + rng.integers(1, 4, size=n)) % 4)
        ends = kappa(y, said).interval
        held += ends.low <= (rate - 0.25) / 0.75 <= ends.high
    assert held / 400 >= 0.92


def test_all_answers_alike_leave_kappa_open():
    assert kappa(np.zeros(12, int), np.zeros(12, int)).interval == kappa(np.ones(6, int), np.ones(6, int)).interval
    same = kappa(np.arange(12) % 4, np.arange(12) % 4)
    assert same.value == 1.0
    assert same.interval.low < 0.75, "twelve items prove no perfect agreement"


@given(st.lists(st.integers(-1, 9), max_size=50))
def test_every_known_value_lies_in_one_band(values):
    found = bands(np.array(values, dtype=np.int64))
    assert len(found) <= 3
    for value in values:
        assert sum(low <= value <= high for low, high in found) == (value >= 0)


def test_a_run_answers_the_same_items_as_the_person(store):
    sitting = taken(store, "all right", lambda item: item.genre)
    side, numbers = run_side(store, store.run("first"), data_of(store), sitting)
    assert tuple(numbers) == sitting.scored
    rows = [sitting.test.items[number].row for number in numbers]
    assert side.said.tolist() == predictions_of(store, store.run("first")).logits[rows].argmax(axis=1).tolist()
    found = Together(person_side(sitting, numbers), side)
    assert sentences.headline(sitting, found) == f"You were right on 24 of 24 tracks, first on {side.n_right}."
    assert found.matched.only_second == 0
    assert sentences.verdict(sitting, found).startswith("You are clearly better.") == (found.matched.p < 0.05)
    assert "kappa" in sentences.agreement(sitting, found)


def test_another_run_answers_only_what_it_was_not_trained_on_and_shows_of_its_closed_test_part(store):
    sitting = taken(store, "of the first", lambda item: item.genre)
    run = store.run("second")
    assert why_unlike(run, sitting.test) == ""
    _, numbers = run_side(store, run, data_of(store, "second"), sitting)
    split = split_dataset(data_of(store, "second"), run.config.split)
    rows = {sitting.test.items[number].row for number in numbers}
    assert rows
    assert rows < {item.row for item in sitting.test.items}
    assert rows <= set(split.validation.tolist())
    open_test(store, run)
    _, more = run_side(store, store.run("second"), data_of(store, "second"), sitting)
    assert {sitting.test.items[number].row for number in more} <= set(split.validation) | set(split.test)
    assert len(more) > len(numbers)


def test_a_run_on_other_data_cannot_answer(store):
    assert why_unlike(store.run("others"), drawn(store)) == "others learned from other data."


# -- how loud, and what was published ----------------------------------------------------------------------------------


def tone(hertz, amplitude=1.0, seconds=2.0, rate=SAMPLE_RATE):
    return (amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def test_loudness_is_that_of_the_recommendation():
    assert loudness(tone(997, rate=48_000), 48_000) == pytest.approx(-3.01, abs=0.02)
    assert loudness(tone(997)) == pytest.approx(-3.01, abs=0.05)
    assert loudness(tone(997, 0.1)) == pytest.approx(-23.01, abs=0.05)
    assert loudness(tone(60, 0.1)) < loudness(tone(1000, 0.1)) < loudness(tone(4000, 0.1)), "as the ear hears"
    assert loudness(np.zeros(22_050, dtype=np.float32)) == SILENCE


@given(st.sampled_from([100, 440, 3000]), st.floats(0.01, 1.0), st.floats(0.1, 2.0))
@settings(max_examples=30)
def test_clips_come_out_equally_loud_whatever_they_were(hertz, amplitude, seconds):
    made = as_loud_as(tone(hertz, amplitude, seconds), -23.0)
    assert np.abs(made).max() <= HIGHEST_PEAK + 1e-6
    assert loudness(made) == pytest.approx(-23.0, abs=0.1) or np.abs(made).max() == pytest.approx(HIGHEST_PEAK)


def test_silence_between_does_not_make_a_clip_louder():
    gap = np.concatenate([tone(997, 0.1), np.zeros(2 * SAMPLE_RATE, dtype=np.float32)])
    assert loudness(gap) == pytest.approx(loudness(tone(997, 0.1)), abs=0.6)


def test_a_published_figure_says_who_heard_what_and_where_it_stands():
    assert all(0 < one.accuracy < 1 and one.url.startswith("https://") for one in sentences.PUBLISHED)
    assert "on other music" in sentences.published()


# -- a class together --------------------------------------------------------------------------------------------------


def sat(said, rows=(0, 1, 2), genres=("a", "b", "c"), name="x"):
    items = tuple(Item(row, f"t{row}", row % len(genres)) for row in rows)
    test = EarTest("run", "validation", "source", 1, "sound", genres, items)
    return Sitting(name, test, tuple(Answer(one, 1) for one in said), 0.0)


@given(st.lists(st.lists(st.sampled_from([0, 1, 2, DONT_KNOW]), min_size=3, max_size=3), min_size=1, max_size=9))
def test_all_answers_of_a_class_count_and_each_item_once_for_the_majority(said):
    sittings = [sat(one) for one in said]
    together, most = pooled(sittings), majority(sittings)
    assert len(together.y) == 3 * len(said)
    assert together.n_right == sum(one[at] == at for one in said for at in range(3))
    assert (most is None) == (len(said) < 2)
    for at in range(3) if most else ():
        votes = [one[at] for one in said]
        elected = most.said[at]
        others = [votes.count(genre) for genre in range(3) if genre != elected]
        assert elected == DONT_KNOW or votes.count(elected) > max(others)
        assert elected != DONT_KNOW or len([n for n in others if n == max(others)]) > 1 or not max(others)


def test_only_tests_on_the_genres_of_most_are_pooled():
    sittings = [sat((0, 1, 2)), sat((0, 1, 2)), sat((0, 1, 0), genres=("a", "b"))]
    assert len(pooled(sittings).y) == 6
    assert pooled([sat((None, None, None))]) is None
    assert majority([]) is None
