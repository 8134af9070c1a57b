"""Every lesson from its first step to its last, on the pages, with runs made small."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard.components import browser_memory
from dashboard.components.browser_memory import Done, Memory
from dashboard.components.lesson_panel import SELECTORS, params_of
from dashboard.shell.address import judge
from genre_core.data.clips.sounds import SAMPLE_RATE
from genre_core.data.music import rendering
from genre_core.lessons.lesson import Cell, Choice, Number, Step
from genre_core.lessons.reading import lessons
from genre_core.settings.names import configure
from genre_core.workers.run import execute
from tests.views.opening import APP, own_store, press, texts

FEW = {"synthetic": {"data.n_samples": 1200}, "music": {"data.clips": 10, "data.seconds": 2, "data.window": 2}}
QUICK = {"train.max_epochs": 2}
"""What makes a step small."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("lessons")) as own, pytest.MonkeyPatch.context() as patch:
        whole = Step.config
        small = property(lambda step: configure({**FEW[whole.fget(step).data.source], **QUICK}, whole.fget(step)))
        patch.setattr(Step, "config", small)
        patch.setattr(rendering, "_play", noise)
        yield own


def noise(score, reverb, soundfont):
    """Return noise in place of what a soundfont plays, which takes long."""
    return np.random.default_rng(score.seed).standard_normal(round(score.seconds * SAMPLE_RATE)).astype(np.float32)


def at_step(page_name: str, params: dict[str, str], memory: Memory) -> AppTest:
    """Open a page at a step, as a person who did what is in the memory."""
    view = Path(f"views/{page_name}/page.py")
    page = AppTest.from_file(APP, default_timeout=60)
    page._page_hash = calc_hash(view.parent.name)
    page.session_state[browser_memory._KEY] = memory
    for name, text in params.items():
        page.query_params[name] = text
    page.run()
    assert not page.exception, [item.message for item in page.exception]
    return page


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
            page.slider[0].set_value(step.ask.high)
        case Choice():
            page.radio[0].set_value(len(step.ask.answers) - 1)
        case Cell():
            next(box for box in page.selectbox if box.label == "are taken for").set_value(2)
    press(page, "This is my prediction")


def has(page: AppTest, key: str) -> bool:
    ids = (getattr(getattr(node, "proto", None), "id", "") for node in page._tree)
    return any(isinstance(one, str) and one.endswith(f"-{key}") for one in ids)


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
            assert step.explain not in texts(page)
            predict(page, step)
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
        if step.point:
            selector = SELECTORS[step.point]
            assert not selector.startswith(".st-key-") or has(page, selector.removeprefix(".st-key-")), selector
        memory = memory_of(page)
        assert [*page.get("page_link"), *page.button]
    end = at_step(lesson.step[-1].page, params_of(name, lesson, at + 1, {}), memory)
    assert lesson.open_question in [item.value for item in end.markdown]
