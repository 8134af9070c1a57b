"""The ear test's page: how one begins, what is asked without telling, and what comes of it."""

import json

import pytest
import streamlit as st

from dashboard.services import classroom, clips, ear
from genre_core.classroom.plan import ClassPlan
from genre_core.data.sources import load_dataset
from genre_core.data.splitting import split_dataset
from genre_core.ear.sitting import DONT_KNOW, UNHEARD
from genre_core.store.ear_tests import put_sittings
from genre_core.store.gate import predictions_of
from genre_core.store.openings import open_test
from tests.hums import GENRES, import_hums, write_hums
from tests.views.opening import drawn, opened, own_store, press, texts, track_named
from tests.views.stored import trained
from tests.views.test_closed import everything

PAGE = "views/ear/page.py"
SYNTHETIC = {"data.n_samples": 240, "data.n_genres": 3, "data.overlap": 5.0, "model.hidden": (8,)}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("ear")) as own:
        assert "There is no run yet." in texts(opened(PAGE))
        folder = write_hums(tmp_path_factory.mktemp("hums"), 12, 0.6)
        hums = {"data.source": "clips", "data.table": import_hums(folder, own), "data.features": "notebook20"}
        trained(own, "hums", hums, "hums", split__validation_fraction=0.5, train__max_epochs=3, train__batch_size=8)
        trained(own, "again", hums, "again", split__validation_fraction=0.5, train__max_epochs=3, train__seed=7)
        trained(own, "table", SYNTHETIC | {"train.max_epochs": 2}, "table")
        yield own


@pytest.fixture(autouse=True)
def none_yet(store):
    for one in (*ear.own(), *ear.arrived()):
        store.ear_tests.delete(one.id)


def begun(run="hums", **params):
    """Begin a test on the page; return the page that asks."""
    page = press(opened(PAGE, run=run, **params), "Start")
    return page, page.query_params["ear"]


def heard(page, store, test_id):
    """Let the sound of what is asked now be played, as the player tells it."""
    store.ear_tests.play(test_id, store.ear_tests.sitting(test_id).at)
    return page.run()


def button(page, genre):
    """Return the button that says that the item is of a genre, whichever item it is."""
    return next(one for one in page.button if one.key and one.key.endswith(f" genre {genre}"))


def choose(page, genre):
    button(page, genre).click().run()
    assert not page.exception, [item.message for item in page.exception]
    return page


def finished(store, run="hums", say=lambda item: item.genre, n=12):
    """Return a test to which all was said at once."""
    test_id = f"{run}-{n}-{len(store.ear_tests.of_person(''))}"
    ear.begin(test_id, store.run(run), "validation", n, 5)
    for number, item in enumerate(store.ear_tests.sitting(test_id).test.items):
        store.ear_tests.answer(test_id, number, say(item))
    return test_id


def test_a_run_that_listens_asks_first_and_the_page_says_what_comes(store):
    page = opened(PAGE)
    assert "How well do you hear genres?" in texts(page)
    assert "You and the network answer the same clips" in texts(page)
    assert "70\u202f% in 10 genres" in texts(page)
    assert page.segmented_control(key="choice n").options == ["12 clips", "24 clips", "48 clips"]
    assert "choice part" not in [item.key for item in page.segmented_control], "the test part is closed"


def test_how_many_are_asked_is_chosen(store):
    page = opened(PAGE, run="table")
    page.segmented_control(key="choice n").set_value("12").run()
    page, test_id = press(page, "Start"), page.query_params["ear"]
    assert store.ear_tests.sitting(test_id).test.n_scored == 12


def test_once_opened_the_test_part_can_be_asked_about(store):
    trained(store, "opened", SYNTHETIC | {"data.seed": 9, "train.max_epochs": 1})
    open_test(store, store.run("opened"))
    page = opened(PAGE, run="opened")
    page.segmented_control(key="choice part").set_value("test").run()
    assert "which nobody has trained on" in texts(page)
    page = press(page, "Start")
    assert store.ear_tests.sitting(page.query_params["ear"]).test.part == "test"


def test_nothing_that_is_sent_tells_what_is_asked(store):
    page, test_id = begun()
    test = store.ear_tests.sitting(test_id).test
    sent = everything(page)
    for item in test.items:
        assert item.clip not in sent
        assert item.track not in sent
    (clip,) = drawn(page, "ear player")["clips"]
    assert clip | {"clip": ""} == drawn(page, "ear player")["clips"][0] | {"clip": ""}
    assert {name for name in GENRES if name in str(clip)} == set()
    wav = clips.sound(clip["clip"])
    assert isinstance(wav, bytes)
    assert not any(name.encode() in wav for name in GENRES)
    assert clip["to"] == test.items[0].length / 1000, "the window that the network hears"


def test_one_plays_first_then_answers_and_practice_tells(store):
    page, test_id = begun()
    test = store.ear_tests.sitting(test_id).test
    assert "Practice 1 of 3: which genre is it?" in texts(page)
    assert button(page, "0").disabled
    assert button(page, "unknown").disabled
    page = heard(page, store, test_id)
    assert not button(page, "0").disabled
    page = choose(page, test.items[0].genre)
    assert f"Right: the last one was {test.genres[test.items[0].genre]}." in texts(page)
    page = choose(heard(page, store, test_id), "unknown")
    assert "you did not know" in texts(page)
    page = choose(heard(page, store, test_id), 0)
    page = choose(heard(page, store, test_id), 1)
    assert "Clip 2 of" in texts(page)
    assert "the last one was" not in texts(page).lower(), "what counts is told at the end"
    assert [answer.said for answer in store.ear_tests.sitting(test_id).answers[:4]] == [
        test.items[0].genre, DONT_KNOW, 0, 1,
    ]  # fmt: skip


def test_a_click_that_comes_twice_answers_one_item(store):
    page, test_id = begun("table", n="12")
    first = button(page, 1)
    choose(page, 1)
    first.click().run()  # the browser has not seen the next item yet
    assert store.ear_tests.sitting(test_id).at == 1


def test_one_may_leave_go_on_later_and_stop_before_the_end(store):
    page, test_id = begun()
    for _ in range(5):
        page = choose(heard(page, store, test_id), 0)
    page = press(page, "Leave")
    assert "ear" not in page.query_params
    page.selectbox(key="earlier ear tests").set_value(test_id).run()
    assert "Clip 3 of" in texts(page)
    page = press(page, "Stop here, after 2")
    assert "of 2 clips" in texts(page)
    assert "You stopped before the last" in texts(page)


def test_a_clip_that_is_gone_counts_for_nobody(store, monkeypatch):
    from genre_core.errors import ClipError

    page, test_id = begun()

    def gone(*_):
        raise ClipError("drone.00001.wav is no longer there")

    with monkeypatch.context() as patch:
        patch.setattr(ear, "_wav", gone)
        page.run()
        assert "This clip cannot be heard" in texts(page)
        assert "drone.0" not in everything(page)
        page = press(page, "Go on without it")
    assert store.ear_tests.sitting(test_id).answers[0].said == UNHEARD


def test_at_the_end_one_stands_beside_the_run_on_the_same_clips(store):
    page = opened(PAGE, ear=finished(store))
    said = texts(page)
    assert "You were right on 12 of 12 clips, perceptron 128-64-32 on " in said
    assert "kappa" in said
    assert "You heard each clip once." in said
    marks = drawn(page, "ear ruler")["marks"]
    assert [mark["kind"] for mark in marks] == ["baseline", "other", "model"]
    assert sum(map(sum, drawn(page, "ear matrix True")["view"]["counts"])) == 12
    assert sum(map(sum, drawn(page, "ear matrix False")["view"]["counts"])) == 12
    scores = next(table.value for table in page.dataframe if "who" in table.value)
    assert list(scores["who"]) == ["You", "perceptron 128-64-32"]
    assert next(iter(scores["right"])) == "12 of 12"
    genres = next(table.value for table in page.dataframe if "genre" in table.value)
    assert genres["clips"].sum() == 12
    assert page.get("button_group")[0].options == ["Matrices", "Clips", "Scores"]


def test_answers_and_the_run_that_asked_are_taken_home(store, monkeypatch):
    files = {}

    def download_button(label, data, file_name, *args, **named):
        files[file_name] = data() if callable(data) else data
        return False

    monkeypatch.setattr(st, "download_button", download_button)
    sitting = store.ear_tests.sitting(finished(store))
    page = opened(PAGE, ear=sitting.id)
    rows = files[f"ear test {sitting.id[:4]} answers.csv"].splitlines()
    assert rows[0] == "track,genre,you,plays,perceptron 128-64-32"
    assert len(rows) == 13
    assert all(genre == said for _, genre, said, *_ in (row.split(",") for row in rows[1:]))
    page.session_state["take home"] = True
    page.run()
    assert any(str(button.key) == "make runs hums" for button in page.button)


def test_clips_are_heard_again_by_who_was_right(store):
    page = opened(PAGE, ear=finished(store, say=lambda _: DONT_KNOW))
    found = page.segmented_control(key="choice who")
    assert found.options[1] == "Only you right (0)"
    again = drawn(page, "ear again")["clips"]
    assert all("You: don't know" in clip["detail"] for clip in again)
    page.segmented_control(key="choice who").set_value("you").run()
    assert "No clip here." in texts(page)
    assert "You did not know 12 clips" in texts(page)
    assert drawn(page, "ear matrix True")["view"]["held"], "a column of its own"


def test_one_is_compared_with_other_runs_and_with_another_person(store, monkeypatch):
    first = finished(store)
    page = press(opened(PAGE, ear=first), "Let somebody else answer the same clips")
    second = page.query_params["ear"]
    assert store.ear_tests.sitting(second).test == store.ear_tests.sitting(first).test
    for number in range(len(store.ear_tests.sitting(second).test.items)):
        store.ear_tests.answer(second, number, 0)
    page = opened(PAGE, ear=second)
    beside = page.selectbox(key="ear beside")
    assert [option.partition(" ")[0] for option in beside.options] == ["perceptron", "perceptron", "Same"]
    beside.set_value("again").run()
    assert page.query_params["with"] == "again"
    assert ", perceptron 128-64-32 on " in texts(page)
    page.selectbox(key="ear beside").set_value(first).run()
    assert "the other person on 12." in texts(page)
    monkeypatch.setattr(ear, "person", lambda: "another browser")
    assert "the other person on 12." in texts(opened(PAGE, ear=second, **{"with": first})), "by its link"
    assert "not here or cannot answer" in texts(opened(PAGE, ear=first, **{"with": "table"}))


def test_of_a_deleted_run_ones_own_answers_stay(store):
    trained(store, "short", SYNTHETIC | {"data.seed": 4, "train.max_epochs": 1}, "short")
    test_id = finished(store, "short")
    store.delete("short")
    said = texts(opened(PAGE, ear=test_id))
    assert "You were right on 12 of 12 tracks." in said
    assert "nobody to compare with" in said


def test_a_test_is_deleted_after_a_question(store):
    test_id = finished(store)
    page = press(opened(PAGE, ear=test_id), "Delete")
    page = press(page, "Delete ear test")
    assert ear.sitting(test_id) is None
    assert "This ear test is not here." in texts(opened(PAGE, ear=test_id))


def test_another_test_is_begun_from_the_result(store):
    page = press(opened(PAGE, ear=finished(store)), "Take another test")
    assert "How well do you hear genres?" in texts(page)


def test_without_sound_a_track_is_a_picture_and_is_looked_at_again(store):
    page, test_id = begun("table", n="12")
    assert "Can you tell genres" not in texts(page)
    assert not button(page, "0").disabled
    figure = drawn(page, "ear picture")["figure"]
    genres = store.ear_tests.sitting(test_id).test.genres
    assert json.loads(figure)["data"][0]["y"] == ["this track", " ", *genres], "in one order, whatever it is"
    page.expander(key="ear picture twin")
    page = opened(PAGE, ear=finished(store, "table"))
    listed = next(table.value for table in page.dataframe if "true" in table.value)
    assert set(listed.columns) == {"track", "true", "You", "perceptron 8"}
    test_id = page.query_params["ear"]
    row = next(item.row for item in store.ear_tests.sitting(test_id).test.items if item.track == listed["track"][0])
    named = track_named("table", row)
    page = opened(PAGE, ear=test_id, track=named)
    link = next(link.proto for link in page.get("page_link") if "Open this track" in link.proto.label)
    assert f"track={named}" in link.query_string
    assert opened("views/track/page.py", run="table", track=named).header[0].value.startswith(f"Track {named} is ")
    assert "Why does the network win?" not in texts(page), "it does not"


def test_why_the_network_wins_is_said_where_it_clearly_does(store):
    every = predictions_of(store, store.run("table")).of("validation")
    right = set(every.rows[every.logits.argmax(axis=1) == every.y].tolist())
    missed = iter(range(5))  # and of these up to three are practice

    def nearly_as_good(item):
        return item.genre if item.row in right and next(missed, None) is None else DONT_KNOW

    nobody, behind = (
        texts(opened(PAGE, ear=finished(store, "table", say, 24))) for say in (lambda _: DONT_KNOW, nearly_as_good)
    )
    assert "Why does the network win?" in nobody
    assert "Why does the network win?" not in behind


def test_the_picture_is_what_the_network_was_given(store):
    _, test_id = begun("table", n="12")
    sitting = store.ear_tests.sitting(test_id)
    found = ear.picture(sitting, sitting.test.items[0])
    data = load_dataset(store.run("table").config.data, store)
    train = data.X[split_dataset(data, store.run("table").config.split).train]
    expected = (data.X[sitting.test.items[0].row] - train.mean(axis=0)) / train.std(axis=0)
    assert found.rows[0] == pytest.approx(expected, abs=1e-4)
    assert found.rows.shape == (4, len(data.features))


def test_a_run_that_is_not_there_or_not_complete_asks_nothing(store):
    assert "This run is not here." in texts(opened(PAGE, run="gone"))
    store.submit("waiting", store.run("table").config)
    assert "waiting for a free worker" in texts(opened(PAGE, run="waiting"))


def test_too_few_tracks_are_said(store):
    trained(store, "few", {"data.n_samples": 42, "data.n_genres": 3, "train.max_epochs": 1},
            split__validation_fraction=0.1)  # fmt: skip
    page = press(opened(PAGE, run="few"), "Start")
    assert "an ear test needs at least 6" in texts(page)


def test_ear_tests_are_listed_among_what_there_is_and_opened_from_there(store):
    assert "ear tests" not in [item.key for item in opened("views/runs/page.py").expander]
    test_id = finished(store)
    page = opened("views/runs/page.py", ear=test_id)
    page.expander(key="ear tests")
    page.session_state["ear tests"] = True
    page.run()
    listed = next(table.value for table in page.dataframe if "asked about" in table.value)
    assert listed[["run", "asked about", "result", "who"]].values.tolist() == [
        ["hums", "clips", "12 of 12 clips right", "You"]
    ]
    assert any("12 of 12 clips right" in link.proto.label for link in page.get("page_link"))


def test_a_test_that_came_with_a_run_is_theirs_and_goes_with_what_one_may_see(store, monkeypatch):
    monkeypatch.setattr(ear, "person", lambda: "somebody")
    sitting = store.ear_tests.sitting(finished(store, say=lambda item: 0))
    store.ear_tests.delete(sitting.id)
    with store.transaction() as connection:
        assert put_sittings(connection, [sitting]) == 1
        assert put_sittings(connection, [sitting]) == 0
    assert [one.id for one in ear.arrived()] == [sitting.id]
    page = opened(PAGE, ear=sitting.id)
    said = texts(page)
    assert "They were right on 4 of 12 clips, perceptron 128-64-32 on " in said
    assert "They heard each clip once." in said
    assert page.segmented_control(key="choice who").options[1].startswith("Only they right")
    monkeypatch.setattr(ear.runs, "run", lambda run_id: None)
    assert ear.arrived() == []
    assert ear.sitting(sitting.id) is None


def test_tests_of_a_class_are_pooled_under_its_code_and_go_with_it(store, monkeypatch):
    code, _ = store.classes.begin(ClassPlan(), "teacher")
    monkeypatch.setattr(classroom, "person", lambda: "a student")
    monkeypatch.setattr(ear, "person", lambda: "a student")
    opened(PAGE, **{"class": code})
    trained(store, "asked", SYNTHETIC | {"train.max_epochs": 1})
    _, test_id = begun("asked", **{"class": code})
    (found,) = store.ear_tests.of_session(code)
    assert found.id == test_id
    monkeypatch.setattr(classroom, "person", lambda: "somebody outside")
    assert "This ear test is not here." in texts(opened(PAGE, ear=test_id))
    store.classes.delete(code)
    assert store.ear_tests.of_session(code) == []
