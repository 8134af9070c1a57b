"""The step of a lesson that the address names, drawn above the page where it takes place.

Read, predict, do, compare, explain in a sentence, go on. What came is read from the run that the person trained.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import streamlit as st

from dashboard.components import class_following
from dashboard.components.browser_memory import Answer, answer_step, browser_memory, came_back, done_in, keep_lesson
from dashboard.components.lesson_question import Prediction, prediction_fields, read_prediction, reveal, said
from dashboard.components.view import PLAIN
from dashboard.services import classroom
from dashboard.services import lessons as service
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from genre_core.errors import DataError
from genre_core.lessons.lesson import Lesson, Number, Place, Question, Step
from genre_core.lessons.reading import lessons
from genre_core.settings.presets import PRESETS
from genre_core.store.schema import Run

SELECTORS: Mapping[Place, str] = {
    "curves": ".st-key-train-charts",
    "losses": '.st-key-train-charts > :first-child [data-testid="stColumn"]:first-child',
    "matrix": ".st-key-matrix",
    "reliability": ".st-key-reliability",
    "threshold": ".st-key-reject-controls",
    "genres withheld": ".st-key-beyond-plain-aside-genres",
    "what it listened to": ".st-key-listened",
}
"""Where on a page lies what a step can point at."""
_SETTINGS, _CONTROLS = '[data-testid="stSidebarUserContent"]', ".st-key-controls"
_FRAME = (
    "<style>{0} {{ outline: 2px solid light-dark(#b9770e, #e3a94a); outline-offset: 5px; border-radius: 4px; }} "
    "@media (max-width: 767px), (max-height: 800px) "
    "{{ [class*=st-key-][class*=-page] :is({0}, :has({0})) {{ order: -1 }} }} "
    "@media (pointer: coarse) {{ {0}:has(.gl-plot) {{ padding-top: 20px; }} }} "
    ".st-key-track-page > :has({0}) {{ order: -1 }}</style>"
)
"""What is to be looked at has a frame, and stands first where a window is small or the page long."""
_SHOW = (
    "<style>{0} {{ display: flex !important; }} "
    '[data-testid="stColumn"]:has({0}) {{ display: block !important; }}</style>'
)
"""What a step points at is there in the plain view, too."""
_NO_SETTINGS = '<style>[data-testid="stSidebar"] { background: transparent; border: 0; }</style>'
"""Where the page is not drawn, nothing stands at its side but the logo."""
_SHOW_SETTINGS = '<style>[data-testid="stSidebar"] { display: block !important; }</style>'
"""Where a setting is to be moved, it is there for a projector, too."""
_COVER = "<style>.st-key-controls, .st-key-train-next { display: none; }</style>"
"""Until the person predicts, and in a class until the teacher shows the predictions, no run can be started."""


def lesson_panel(page: str) -> bool:
    """Draw the step that the address names, if any; return whether the page below it is to be drawn.

    A page that would show what is asked is drawn once the person has predicted.
    """
    alone = address.names_lesson_alone()
    named = address.lesson()
    if not named or page in ("lessons", "glossary"):
        return True
    name, _, number = named.partition(".")
    lesson = lessons().get(name)
    if lesson is None:
        address.note(f"There is no lesson named “{name}”: choose one on the page Lessons.")
        return True
    at, before = min(int(number or 1), len(lesson.step) + 1), done_in(name).at
    if came_back() and at == 1 < before <= len(lesson.step):
        at, alone = before, True  # a class's link, or one into the lesson: the person was further
    _open_whole(name, lesson, at, page, alone)
    if done_in(name).at != at:
        keep_lesson(name, done_in(name).model_copy(update={"at": at}))
    browser_memory(f"{name}.{at}")
    with st.container(key="lesson", gap="xsmall"):
        panel = Panel(name, lesson, at, page)
        return panel.draw()


def _open_whole(name: str, lesson: Lesson, at: int, page: str, alone: bool) -> None:
    """Open a step as a click on its link does, where the address names it `alone`, or without the run that it is of."""
    step, params = lesson.step[min(at, len(lesson.step)) - 1], params_of(name, lesson, at, done_in(name).answers)
    no_run = step.of and page == step.page and params.keys() & {"run", "runs"} - st.query_params.keys()
    if alone or no_run:
        address.open_step({"view": address.view() or PLAIN, **params} if alone else params)
        if page != step.page:
            st.switch_page(step_page(step), query_params=st.query_params.to_dict())
        st.rerun()


def step_page(step: Step) -> str:
    """Return the file of the page where a step takes place."""
    return f"views/{step.page}/page.py"


def params_of(name: str, lesson: Lesson, at: int, answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return the parameters of the address that opens a step, from 1, with the runs that the person trained."""
    step = lesson.step[min(at, len(lesson.step)) - 1]
    own, beside = (answers.get(one, Answer()).run for one in (step.of or step.name, step.beside))
    runs = {"runs": f"{own},{beside}"} if own and beside else {"run": own} if own else {}
    trained = lesson.called(step.of) if step.of else step
    preset = PRESETS[trained.preset]
    settings = {"preset": preset.name, **forms.parameters(trained.config, preset)}
    shown = settings if step_page(step) in address.WITH_SETTINGS else {}
    return {"lesson": f"{name}.{at}", **shown, **runs, **step.look}


def begin_link(label: str, page: str, name: str = "", type: Literal["primary", "secondary"] = "secondary") -> None:
    """Draw the link on a page into a lesson, the first one if none is named, at the step where the person is.

    A lesson begins in the plain view; the person may choose another.
    """
    name = name or next(iter(lessons()))
    step = lessons()[name].step[_at(name) - 1]
    address.step_link(step_page(step), step.page == page, label, f"begin {name}", params_now(name), type)


def params_now(name: str) -> dict[str, str]:
    """Return the parameters of the address that opens a lesson where the person is, in the plain view."""
    return {**params_of(name, lessons()[name], _at(name), done_in(name).answers), "view": PLAIN}


def _at(name: str) -> int:
    return min(done_in(name).at, len(lessons()[name].step))


class Panel:
    """One step of a lesson on a page, as it is drawn."""

    def __init__(self, name: str, lesson: Lesson, at: int, page: str) -> None:
        self.name, self.lesson, self.at, self.page = name, lesson, at, page
        self.is_last = at > len(lesson.step)
        self.step = lesson.step[min(at, len(lesson.step)) - 1]
        self.answers = done_in(name).answers
        self.answer = self.answers.get(self.step.name, Answer())

    def draw(self) -> bool:
        """Draw it; return whether the page below may be drawn."""
        self._head()
        if self.is_last:
            self._end()
            return True
        if self.page != self.step.page:
            st.markdown(f"This step takes place on the page {self.step.page.capitalize()}.")
            self._link("Go there", self.at, "go to the step")
            return True
        return self._step()

    def _head(self) -> None:
        last = len(self.lesson.step)
        where = "one more question" if self.is_last else f"step {self.at} of {last}"
        with st.container(key="lesson-head", horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"Lesson: {self.lesson.title} · {where}")
            address.page_link("views/lessons/page.py", "All lessons")
            leave = "Your answers stay in this browser."
            address.close_button("leave the lesson", "lesson", "view", help=leave)

    def _step(self) -> bool:
        missing, ask = self._missing(), self.step.ask
        left, right = st.columns([1.15, 1], gap="medium") if ask else (st.container(), st.container())
        with left:
            st.subheader(self.step.title, anchor=False)
            st.container(key="lesson-text").markdown(self.step.text)
        with right:
            if missing:
                self._say_missing(missing)
                return False
            has_come = self._asked(ask) if ask else True
        if has_come:
            with st.container(key="lesson-answered", gap="xsmall"):
                if self._explained():
                    with st.container(key="lesson-foot"):
                        self._link("Go on", self.at + 1, "go on")
        may_look = ask is None or (self.answer.prediction is not None and not self._waits)
        if may_look:
            self._point(has_come)
        elif self.step.trains:
            st.html(_COVER)
        is_drawn = may_look or not self._page_tells
        if not is_drawn:
            st.html(_NO_SETTINGS)
        return is_drawn

    def _point(self, has_come: bool) -> None:
        """Frame what to look at now: where to train, or what came of it."""
        shown = [SELECTORS[place] for place in self.step.point]
        to_do = [_CONTROLS] * self.step.trains + [_SETTINGS] * bool(self.step.free)
        for place in shown:
            st.html(_SHOW.format(place))
        if self.step.free:
            st.html(_SHOW_SETTINGS)
            forms.lock_but(self.step.free)
        for place in shown if has_come else to_do:
            st.html(_FRAME.format(place))

    @property
    def _page_tells(self) -> bool:
        """Whether the page below would show what is asked: it shows a run."""
        return not self.step.trains or bool(address.run_seen())

    def _missing(self) -> str:
        """Return the name of an earlier step whose run this one needs and does not have."""
        step = self.step
        needs = [step.of, step.beside, step.ask.compared_with if step.ask else ""]
        return next((name for name in needs if name and self._run_of(name) is None), "")

    def _say_missing(self, name: str) -> None:
        at = 1 + self.lesson.step.index(self.lesson.called(name))
        st.markdown(f"This step needs the run of step {at}, “{self.lesson.called(name).title}”.")
        self._link(f"Go to step {at}", at, "go to the missing step")

    def _run_of(self, step: str) -> Run | None:
        run = self.answers.get(step, Answer()).run
        return service.complete_run(run) if run else None

    def _asked(self, ask: Question) -> bool:
        """Draw the question, then what came; return whether it has."""
        predicted = self.answer.prediction
        if predicted is None:
            self._predict(ask)
            return False
        if self._waits:
            st.markdown(f"Your prediction: {plain(self._said())}. Your teacher will show what comes of it.")
            class_following.until_shown(self._waits, self._about)
            return False
        run = self._own_run()
        if run is None:
            self._waiting(ask)
            return False
        self._reveal(ask, predicted, run)
        return True

    @property
    def _about(self) -> str:
        return f"{self.name}.{self.step.name}"

    @cached_property
    def _waits(self) -> str:
        """The code of the class whose teacher has not yet shown what comes of the question; empty where none waits."""
        return classroom.waits(self._about)

    def _own_run(self) -> Run | None:
        """Return the run that answers the question: the one looked at where the step asks for it, else the last."""
        if self.step.of:
            return self._run_of(self.step.of)
        seen = service.complete_run(address.run_seen() or "")
        if seen and self.step.is_result(seen.config):
            if seen.id != self.answer.run:
                self._keep(run=seen.id)
            return seen
        return self._run_of(self.step.name)

    def _keep(self, **known: object) -> None:
        self.answer = self.answer.model_copy(update=known)
        answer_step(self.name, self.step.name, self.answer)

    # -- predicting and comparing ------------------------------------------------------------------------------------

    @property
    def _genres(self) -> list[str]:
        """The genres of the run that the step looks at; none before there is one."""
        return list(self._looked_at.context["genres"]) if self._looked_at else []

    @cached_property
    def _looked_at(self) -> Run | None:
        return self._run_of(self.step.of) if self.step.of else None

    def _said(self) -> str:
        return said(self.step.ask, self.answer.prediction, self._genres)

    def _predict(self, ask: Question) -> None:
        key = f"prediction {self._about}"
        st.markdown(f"**{ask.text}**")
        run = self._looked_at
        prediction_fields(ask, key, self._genres, run.noun if run else "track")
        st.button("This is my prediction", key="predict", type="primary", on_click=self._predicted, args=(ask, key))
        st.caption(f"The {'page opens' if self._page_tells else 'Train button appears'} after your prediction.")

    def _predicted(self, ask: Question, key: str) -> None:
        if (prediction := read_prediction(ask, key)) is not None:
            self._keep(prediction=prediction)
            classroom.tell("prediction", self._about, self._told(ask))

    def _told(self, ask: Question) -> dict[str, object]:
        """Return the prediction as a class's board shows it."""
        told: dict[str, object] = {"question": ask.text, "text": self._said()}
        if isinstance(ask, Number):
            return told | {"value": self.answer.prediction, "low": ask.low, "high": ask.high}
        return told

    def _waiting(self, ask: Question) -> None:
        """Say what to do while no run answers the question."""
        st.markdown(f"**{ask.text}**  \nYour prediction: {self._said()}.")
        if self.step.is_result(forms.said_config()):
            st.markdown("Now press **Train** below. When the run has ended, its result appears here.")
        else:
            st.markdown("The settings are not those of this step.")
            self._link("Use this step's settings", self.at, "use the settings")

    def _reveal(self, ask: Question, predicted: Prediction, run: Run) -> None:
        earlier = self._run_of(ask.compared_with) if ask.compared_with else None
        try:
            truth = reveal(ask, predicted, service.result(run), service.result(earlier) if earlier else None)
        except DataError as error:
            st.markdown(plain(str(error)))
            return
        if truth is not None:
            classroom.tell_once("result", self._about, {"truth": truth})

    def _explained(self) -> bool:
        """Draw the field for a sentence, then the explanation; return whether it is there."""
        if self.step.write and not self.answer.sentence:
            if classroom.mine():
                st.caption("Your teacher reads it on the board, under the name of your animal.")
            with st.form("sentence", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
                st.text_area(self.step.write, key="own sentence", max_chars=500, height=68)
                st.form_submit_button("Compare with the explanation", on_click=self._written)
            return False
        if self.answer.sentence:
            st.caption(f"You wrote: {plain(self.answer.sentence)}")
        st.markdown(self.step.explain)
        return True

    def _written(self) -> None:
        sentence = str(st.session_state["own sentence"]).strip()
        if sentence:
            self._keep(sentence=sentence)
            classroom.tell("sentence", self._about, sentence)
        else:
            st.toast("Write a sentence first.", icon=":material/error:")

    # -- going on ----------------------------------------------------------------------------------------------------

    def _link(self, label: str, at: int, key: str) -> None:
        """Draw the link to a step of this lesson, from 1; after the last comes the question without an answer."""
        step = self.lesson.step[min(at, len(self.lesson.step)) - 1]
        params = params_of(self.name, self.lesson, at, self.answers)
        here = step.page == self.page
        address.step_link(step_page(step), here, label, key, params)

    def _end(self) -> None:
        st.subheader("A question that this page does not answer", anchor=False)
        st.markdown(self.lesson.open_question)
        names = list(lessons())
        following = names[names.index(self.name) + 1 :]
        if following:
            with st.container(key="lesson-foot", horizontal=True):
                begin_link(f"Next lesson: {lessons()[following[0]].title}", self.page, following[0], "primary")
