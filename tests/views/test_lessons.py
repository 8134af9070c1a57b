"""Every lesson from its first step to its last, on the pages, with runs made small."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import browser_memory
from dashboard.components.browser_memory import Answer, Done, Memory
from dashboard.components.lesson_panel import SELECTORS, params_of
from dashboard.shell.address import judge
from dashboard.shell.forms import MOVES
from genre_core.data.music import rendering
from genre_core.lessons.lesson import Cell, Choice, Number, Step
from genre_core.lessons.reading import lessons
from genre_core.settings.names import configure
from genre_core.workers.run import execute
from tests.sounds import noise_for
from tests.views.opening import drawn, opened, own_store, press, texts

FEW = {"synthetic": {"data.n_samples": 1200}, "music": {"data.clips": 10, "data.seconds": 2}}
QUICK = {"train.max_epochs": 2}
"""Settings that make a step small."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("lessons")) as own, pytest.MonkeyPatch.context() as patch:
        whole = Step.config
        small = property(lambda step: configure({**FEW[whole.fget(step).data.source], **QUICK}, whole.fget(step)))
        patch.setattr(Step, "config", small)
        patch.setattr(rendering, "_play", noise_for)
        yield own


def at_step(page_name: str, params: dict[str, str], memory: Memory) -> AppTest:
    """Open a page at a step, as a person who did what is in the memory."""
    return opened(f"views/{page_name}/page.py", {browser_memory._KEY: memory}, **params)


def memory_of(page: AppTest) -> Memory:
    return page.session_state[browser_memory._KEY]


def train(store, config) -> str:
    """Return a run of these settings, which the store may have already."""
    there = [run for run in store.runs_of(config.fingerprint) if run.state == "complete"]
    if there:
        return there[0].id
    run_id = config.fingerprint[:10]
    store.submit(run_id, config)
    execute(run_id, 1, store.url)
    assert store.run(run_id).state == "complete", store.run(run_id).error
    return run_id


def predict(page: AppTest, step: Step) -> None:
    match step.ask:
        case Number():
            page.select_slider[0].set_value(step.ask.high)
        case Choice():
            page.radio[0].set_value(len(step.ask.answers) - 1)
        case Cell():
            next(box for box in page.selectbox if box.label == "are taken for").set_value(2)
    press(page, "This is my prediction")


def said(page: AppTest, name: str) -> str:
    """Return what the address says of a parameter."""
    value = page.query_params[name]
    return value if isinstance(value, str) else value[0]


def has(page: AppTest, key: str) -> bool:
    ids = (getattr(getattr(node, "proto", None), "id", "") for node in page._tree)
    return any(isinstance(one, str) and one.replace(" ", "-").endswith(f"-{key}") for one in ids)


@pytest.mark.parametrize("name", lessons())
def test_a_lesson_goes_from_its_first_step_to_its_last(store, name):
    lesson, memory = lessons()[name], Memory()
    for at, step in enumerate(lesson.step, 1):
        answers = memory.lessons.get(name, Done()).answers
        params = params_of(name, lesson, at, answers)
        assert judge(params) == (params, [])
        page = at_step(step.page, params, memory)
        assert step.title in [head.value for head in page.subheader]
        if step.ask:
            assert step.trains == bool(has(page, "controls"))
            assert step.trains == ("The Train button appears after your prediction." in texts(page))
            assert step.explain not in texts(page)
            if isinstance(step.ask, Cell):
                noun = "Clips" if lesson.called(step.of).preset == "music" else "Tracks"
                assert f"{noun} of" in [box.label for box in page.selectbox]
            predict(page, step)
            assert not step.free or page.session_state[MOVES] == {*step.free}
            if step.trains:
                assert "Now press **Train** below" in texts(page)
                page = at_step(step.page, params | {"run": train(store, step.config)}, memory_of(page))
            assert "You predicted" in texts(page)
            if step.write:
                page.text_area[0].set_value("Because.")
                press(page, "Compare with the explanation")
            assert step.explain in [item.value for item in page.markdown]
            answered = memory_of(page).lessons[name].answers[step.name]
            assert bool(answered.run) == step.trains
        for place in step.point:
            assert has(page, re.findall(r"st-key-([\w-]+)", SELECTORS[place])[0]), place
        memory = memory_of(page)
        assert [*page.get("page_link"), *page.button]
    end = at_step(lesson.step[-1].page, params_of(name, lesson, at + 1, {}), memory)
    assert lesson.open_question in [item.value for item in end.markdown]


class TestTheFirstMinute:
    def test_says_what_this_is_and_leads_into_the_first_lesson(self, store):
        page = opened("views/train/page.py")
        assert any(item.value.startswith("A small network learns") for item in page.markdown)
        press(page, "The first lesson")
        first = next(iter(lessons()))
        assert {name: said(page, name) for name in page.query_params} == {
            **params_of(first, lessons()[first], 1, {}),
            "view": "plain",
        }
        assert has(page, "lesson")
        assert not has(page, "welcome")

    def test_one_click_trains_on_music_two_epochs_a_second_and_shows_it(self, store):
        page = press(opened("views/train/page.py"), "Watch one learn")
        run = store.run(said(page, "run"))
        assert (run.config.data.source, run.pace) == ("music", 0.5)
        assert said(page, "preset") == "music"
        assert any(item.value.startswith("Genre Lab composes 320 clips") for item in page.markdown)

    def test_it_is_over_once_it_is_hidden_and_nobody_sees_it_who_came_for_something_else(self, store):
        page = press(opened("views/train/page.py"), "Hide this")
        assert memory_of(page) == Memory(welcomed=True)
        assert json.loads(drawn(page, "browser memory")["text"])["welcomed"]
        pages = page, opened("views/train/page.py", preset="notebook"), opened("views/train/page.py", run="none")
        assert not any(button.label == "Watch one learn" for one in pages for button in one.button)


@pytest.mark.parametrize("readable", [True, False])
def test_a_new_session_knows_what_the_browser_kept(monkeypatch, readable):
    kept = Memory(lessons={"learning-rate": Done(at=2, answers={"too-high": Answer(prediction=40.0, run="r")})})
    state = {browser_memory._COMPONENT: {"kept": kept.model_dump_json() if readable else "{no json"}}
    monkeypatch.setattr(browser_memory.st, "session_state", state)
    browser_memory._read_back()
    assert browser_memory.memory() == (kept if readable else Memory(welcomed=True))


def test_what_a_new_session_did_first_takes_nothing_from_what_the_browser_kept(monkeypatch):
    done = {"a": Done(at=2, answers={"one": Answer(prediction=40.0)}), "b": Done(at=4), "c": Done(at=3)}
    now = {"a": Done(at=3, answers={"two": Answer(prediction=1.0)}), "b": Done()}
    kept = Memory(lessons=done, welcomed=True).model_dump_json()
    state = {browser_memory._COMPONENT: {"kept": kept}, browser_memory._KEY: Memory(lessons=now)}
    monkeypatch.setattr(browser_memory.st, "session_state", state)
    browser_memory._read_back()
    both = Done(at=3, answers={**done["a"].answers, **now["a"].answers})
    assert browser_memory.memory() == Memory(lessons={"a": both, "b": Done(), "c": Done(at=3)}, welcomed=True)
    assert [browser_memory.came_back(), browser_memory.came_back()] == [True, False]
    browser_memory.remember(Memory())
    browser_memory._read_back()
    assert browser_memory.memory() == Memory(), "it is read once"


def test_a_step_says_that_its_answer_has_come(store):
    lesson = lessons()["learning-rate"]
    step, params = lesson.step[0], params_of("learning-rate", lesson, 1, {}) | {"view": "projector"}
    page = at_step("train", params, Memory())
    predict(page, step)
    assert has(page, "lesson-text")
    assert not has(page, "lesson-answered")
    page = at_step("train", params | {"run": train(store, step.config)}, memory_of(page))
    assert has(page, "lesson-answered")


class TestALessonThatIsLeft:
    def test_another_page_leads_back_to_the_step(self, store):
        page = opened("views/data/page.py", lesson="learning-rate.2", preset="overlapping")
        link = next(item.proto for item in page.get("page_link") if item.proto.label == "Go there")
        assert "lesson=learning-rate.2" in link.query_string

    def test_a_step_without_the_run_it_needs_leads_to_the_step_that_trains_it(self, store):
        page = opened("views/evaluate/page.py", lesson="what-a-network-learns.4")
        assert "This step needs the run of step 1" in texts(page)
        assert not has(page, "evaluate-page")

    def test_a_link_that_names_a_step_alone_opens_it_as_a_click_does(self, store):
        page = opened("views/train/page.py", lesson="the-leak.1")
        own = params_of("the-leak", lessons()["the-leak"], 1, {})
        assert {name: said(page, name) for name in page.query_params} == {**own, "view": "plain"}
        lesson = lessons()["what-a-network-learns"]
        run = train(store, lesson.step[0].config)
        memory = Memory(lessons={"what-a-network-learns": Done(answers={"first": Answer(run=run)})})
        page = at_step("evaluate", {"lesson": "what-a-network-learns.4"}, memory)
        assert said(page, "run") == run

    def test_a_link_to_its_beginning_leads_a_browser_that_knows_it_to_where_the_person_was(self, store):
        memory = Memory(lessons={"what-a-network-learns": Done(at=4)})
        state = {browser_memory._KEY: memory, browser_memory._KNOWN: "just now"}
        page = opened("views/evaluate/page.py", state, lesson="what-a-network-learns.1")
        assert said(page, "lesson") == "what-a-network-learns.4"

    def test_other_settings_are_said_and_put_right_by_one_click(self, store):
        lesson = lessons()["learning-rate"]
        memory = Memory(lessons={"learning-rate": Done(answers={"too-high": Answer(prediction=40.0)})})
        params = params_of("learning-rate", lesson, 1, {})
        page = at_step("train", params | {"train.batch_size": "8"}, memory)
        assert "The settings are not those of this step." in texts(page)
        press(page, "Use this step's settings")
        assert {name: said(page, name) for name in page.query_params} == params
        assert "Now press **Train** below" in texts(page)

    def test_a_run_in_the_address_is_not_shown_before_the_prediction(self, store):
        params = params_of("learning-rate", lessons()["learning-rate"], 1, {})
        page = at_step("train", params | {"run": train(store, lessons()["learning-rate"].step[0].config)}, Memory())
        assert not has(page, "answer")
        press(page, "This is my prediction")
        assert has(page, "answer")
        assert "You predicted" in texts(page)

    def test_a_prediction_that_was_not_made_is_asked_for(self, store):
        params = params_of("learning-rate", lessons()["learning-rate"], 2, {})
        trained = {"too-high": Answer(run=train(store, lessons()["learning-rate"].step[0].config))}
        page = at_step("train", params, Memory(lessons={"learning-rate": Done(at=2, answers=trained)}))
        press(page, "This is my prediction")
        assert page.toast[0].value == "Choose an answer first."

    def test_closing_it_closes_it_and_the_address_of_no_lesson_is_told(self, store):
        page = press(opened("views/train/page.py", lesson="learning-rate.1"), "Close")
        assert "lesson" not in page.query_params
        assert not has(page, "lesson")
        assert "There is no lesson named" in texts(opened("views/train/page.py", lesson="nothing.1"))

    def test_it_begins_again_on_the_page_of_all_lessons(self, store):
        memory = Memory(lessons={"learning-rate": Done(at=4)})
        page = at_step("lessons", {}, memory)
        assert "Look again" in [item.proto.label for item in page.get("page_link")]
        press(page, "Start again")
        assert memory_of(page).lessons["learning-rate"] == Done()
