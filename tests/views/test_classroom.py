"""A class on the pages: a student who joins, what is locked, and the teacher's board."""

import asyncio
import json
import re

import pytest
import streamlit as st
from sqlalchemy import text
from starlette.applications import Starlette

from dashboard.components import browser_memory
from dashboard.components.browser_memory import Answer, Done, Memory
from dashboard.components.class_strip import ALWAYS
from dashboard.components.lesson_panel import _COVER
from dashboard.services import classroom, commands, runs, studies
from dashboard.services.classroom import TOO_MANY_CODES, WRONG_CODES, WRONG_FROM_A_PLACE
from dashboard.services.people import COOKIE, person_of
from dashboard.views.classroom import board
from genre_core.classroom.plan import PAGES, ClassPlan
from genre_core.ear.sitting import DONT_KNOW, EarTest, Item
from genre_core.errors import ClassError, QuotaError
from genre_core.settings.names import configure
from genre_core.settings.paces import BY_HAND, FAST
from genre_core.studies.kinds import REPEATS, SEARCH
from genre_core.studies.repeats.config import OtherSeeds, RepeatsConfig
from genre_core.studies.tuning.config import search_config
from genre_core.studies.tuning.space import suggested
from genre_core.workers.run import execute
from tests.views.opening import drawn, opened, own_store, panel, press, texts

CLASS = "views/classroom/page.py"
PLAN = ClassPlan(
    title="Rates <b>",
    task="Find the best rate.",
    pages=("evaluate", "runs"),
    said=(("data.n_samples", "300"), ("model.hidden", "8"), ("train.max_epochs", "3")),
    moves=("train.learning_rate",),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("class")) as own:
        yield own


@pytest.fixture
def be(monkeypatch):
    """Give `be(person)`: from then on, pages are opened in the browser of that person."""

    def become(person: str) -> None:
        monkeypatch.setattr(classroom, "person", lambda: person)

    become("nobody in particular")
    yield become
    st.session_state.pop(classroom._MINE, None)  # of a test that asked outside a page


@pytest.fixture
def code(store, be):
    return store.classes.begin(PLAN, "teacher")[0]


def ask(server: Starlette, path: str, cookie: str) -> str:
    """Return what the server answers to a browser with this cookie."""
    return asked(server, path, cookie)[1]


def asked(server: Starlette, path: str, cookie: str) -> tuple[dict[str, str], str]:
    """Return the headers and the text that the server answers to a browser with this cookie."""
    said, headers = bytearray(), {}

    async def send(message) -> None:
        headers.update({name.decode(): value.decode() for name, value in message.get("headers", ())})
        said.extend(message.get("body", b""))

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "root_path": ""}
    asyncio.run(server({**scope, "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())]}, receive, send))
    return headers, said.decode()


def join(code: str):
    page = opened("views/train/page.py", **{"class": code})
    assert "class" not in page.query_params
    return page


def test_a_class_is_prepared_with_the_settings_of_now_and_its_teacher_sees_the_board(store, be):
    be("a new teacher")
    page = opened(CLASS)
    page.text_input(key="class title").set_value("My class")
    page.text_area(key="class task").set_value("Look.")
    page.multiselect(key="class pages").set_value(["runs"])
    page.radio(key="class moves").set_value("only what you choose").run()
    page.multiselect(key="class settings").set_value(["train.batch_size"])
    press(page, "Begin the class")
    room = store.classes.of_teacher("a new teacher")
    assert (room.plan.title, room.plan.task, room.plan.pages) == ("My class", "Look.", ("train", "runs"))
    assert room.plan.moves == ("train.batch_size",)
    assert page.title[0].value == room.code
    assert any(f"?class={room.code}" in code.value for code in page.code)
    link = next(code.value for code in page.code if "teach=" in code.value)
    be("the teacher at home")
    opened(CLASS, room=room.code, teach=link.rpartition("teach=")[2])
    assert store.classes.of_teacher("the teacher at home") == store.classes.find(room.code)
    page = opened(CLASS, room=room.code, teach="a-wrong-key-of-22-chars")
    assert "does not open a class" in page.error[0].value


def test_a_student_joins_by_link_or_code_and_sees_what_the_teacher_has_chosen(store, be, code):
    be("first")
    page = join(code)
    assert "You are **red otter** in class" in texts(page)
    assert "Rates <b>" in texts(page)
    assert panel(page)["values"]["train.max_epochs"] == 3
    assert '"train.learning_rate"' in drawn(page, "settings")["about"]
    assert '"train.max_epochs"' not in drawn(page, "settings")["about"]
    assert opened("views/tune/page.py").header[0].value == "Tune is not part of this class."
    be("second")
    page = opened(CLASS)
    page.text_input(key="code of a class").set_value(code.lower())
    press(page, "Join")
    assert "you are orange fox" in texts(page)
    assert "1 other student is here" in texts(page)
    press(page, "Leave the class")
    assert page.header[0].value == "Learn together."
    assert "train" not in ALWAYS


def test_what_is_locked_stays_locked_in_the_address_and_for_whoever_goes_around_it(store, be, code):
    be("third")
    join(code)
    page = opened("views/train/page.py", train__max_epochs="90", train__learning_rate="0.05")
    assert page.query_params["train.max_epochs"] in ("3", ["3"])
    assert page.query_params["train.learning_rate"] in ("0.05", ["0.05"])
    classroom.arrive()
    with pytest.raises(ClassError, match="Maximum epochs is locked in this class: 3"):
        commands.train("around", configure({"train.max_epochs": 90}, PLAN.config))
    for run_id in ("one", "two"):
        commands.train(run_id, configure({"train.learning_rate": 0.05}, PLAN.config))
    with pytest.raises(QuotaError, match="2 runs under way"):
        commands.train("three", PLAN.config)
    assert {run.id for run in runs.listed()} == {"one", "two"}
    other = store.classes.begin(PLAN, "colleague")[0]
    be("fourth")
    store.classes.join(other, "fourth")
    classroom.arrive()
    assert runs.run("one") is None
    assert not runs.listed()
    be("nobody in particular")
    classroom.arrive()
    assert not runs.listed()


def test_wrong_codes_are_told_and_cannot_be_tried_without_end(store, be, code, request):
    request.addfinalizer(classroom._wrong_codes.clear)
    be("a guesser")
    page = opened(CLASS)
    for _ in range(WRONG_CODES):
        page.text_input(key="code of a class").set_value("AAAAAA")
        press(page, "Join")
        assert "no class with this code" in page.error[0].value
    page.text_input(key="code of a class").set_value(code)
    press(page, "Join")
    assert page.error[0].value.replace("\\", "") == TOO_MANY_CODES
    for number in range(WRONG_FROM_A_PLACE - WRONG_CODES):
        be(f"a guesser who threw away {number} cookies")
        with pytest.raises(ClassError, match="no class with this code"):
            classroom.join("AAAAAA")
    be("who sits at the same place")
    with pytest.raises(ClassError, match="too many wrong codes"):
        classroom.join(code)
    be("")
    page = opened("views/train/page.py", **{"class": code})
    assert "needs cookies" in page.error[0].value


def test_the_board_shows_who_is_where_predictions_until_the_result_is_shown_and_runs(store, be):
    code = store.classes.begin(PLAN, "teacher of three")[0]
    seats = [store.classes.join(code, f"s{number}") for number in range(3)]
    for seat, said in zip(seats, (50, 60, 95), strict=True):
        value = {"question": "How many are right?", "value": said, "text": f"{said} %"}
        store.classes.enter(seat, "prediction", "rates.1", value)
        store.classes.enter(seat, "result", "rates.1", {"truth": 81.25})
        store.classes.enter(seat, "prediction", "rates.2", {"question": "Which?", "text": "rock"})
    store.classes.enter(seats[0], "sentence", "why", "Because <b>of</b> *this*")
    for number, (run_id, rate) in enumerate({"slow": 0.001, "fast": 0.05}.items()):
        store.submit(run_id, configure({"train.learning_rate": rate}, PLAN.config))
        execute(run_id, 1, store.url)
        store.classes.begin_run(seats[number], run_id)
    be("teacher of three")
    page = opened(CLASS)
    said = texts(page)
    assert "3 students here" in [item.value for item in page.subheader]
    assert "Half of them said 60 or less; from 50 to 95." in said
    assert "81.25" not in said
    assert "Most often: rock, 3 of 3." in said
    assert "2 runs of the class" in [item.value for item in page.subheader]
    assert {mark["kind"] for mark in drawn(page, "class ruler")["marks"]} == {"baseline", "limit", "tick", "model"}
    assert "looks better than it is" in said
    assert "Because \\<b\\>" in " ".join(item.value for item in page.markdown)
    page.button(key="reveal rates.1").click().run()
    assert "The latest result: 81.25." in texts(page)
    page.button(key="remove 1 why").click().run()
    assert "Because" not in texts(page)
    page.button(key="close class").click().run()
    assert page.header[0].value == "Rates \\<b\\> is over."
    page.button(key="delete-class-for-good").click().run()
    assert page.header[0].value == "Learn together."
    assert not {"slow", "fast"} & {run.id for run in store.runs()}


def test_the_board_pools_what_the_class_heard(store, be):
    code = store.classes.begin(PLAN, "teacher of music")[0]
    items = tuple(Item(row, f"track {row}", row % 2) for row in range(3))
    test = EarTest("run", "validation", "source", 1, "sound", ("jazz", "rock"), items)
    for person, said in (("a", (0, 1, 1)), ("b", (0, 0, 1)), ("c", (0, 1, 0))):
        store.ear_tests.begin(person, test, person, code)
        for number, answer in enumerate(said):
            store.ear_tests.answer(person, number, answer)
    store.ear_tests.begin("elsewhere", test, "d", "")
    store.ear_tests.answer("elsewhere", 0, 1)
    be("teacher of music")
    page = opened(CLASS)
    assert "By ear: 3 tests" in [item.value for item in page.subheader]
    said = texts(page)
    assert "of 9 answers." in said
    assert "Right: 66.7" in said
    assert "Of the 3 items that two or more answered, the majority is right on 66.7" in said


def test_the_download_holds_the_ear_tests_of_the_class(store, be):
    code = store.classes.begin(PLAN, "teacher who listens")[0]
    test = EarTest("run", "validation", "source", 1, "sound", ("jazz", "rock"), (Item(7, "a", 0), Item(8, "b", 1)), 1)
    for person, said in (("here", 1), ("gone", DONT_KNOW)):
        store.classes.join(code, person)
        store.ear_tests.begin(f"ear of {person}", test, person, code)
        store.ear_tests.play(f"ear of {person}", 1)
        for number in range(2):
            store.ear_tests.answer(f"ear of {person}", number, said)
    store.classes.leave(code, "gone")
    tests = json.loads(board._document(store.classes.find(code)))["ear tests"]
    heard = {"track": "b", "genre": "rock", "plays": 1}
    assert sorted((one["student"], one["answers"]) for one in tests) == [
        ("a student who left", [{**heard, "answer": "don't know"}]),
        ("red otter", [{**heard, "answer": "rock"}]),
    ]


def test_a_class_takes_a_lesson_together(store, be):
    be("teacher of a lesson")
    page = opened(CLASS)
    page.selectbox(key="class lesson").set_value("what-a-network-learns")
    page.toggle(key="class together").set_value(True).run()
    press(page, "Begin the class")
    code = store.classes.of_teacher("teacher of a lesson").code
    be("a student of a lesson")
    page = join(code)
    assert page.query_params["lesson"] in ("what-a-network-learns.1", ["what-a-network-learns.1"])
    press(page, "This is my prediction")
    assert "Your teacher will show what comes of it." in texts(page)
    assert _COVER in [item.proto.body for item in page.get("html")]
    [said] = store.classes.entries(code, "prediction")
    assert (said.about, said.value["value"]) == ("what-a-network-learns.first", 50)
    store.classes.reveal(code, said.about)
    page.run()
    assert "Now press **Train** below." in texts(page)
    assert _COVER not in [item.proto.body for item in page.get("html")]


def test_who_comes_back_to_a_class_goes_on_where_they_were(store, be):
    plan = ClassPlan(pages=tuple(PAGES), lesson="what-a-network-learns")
    code = store.classes.begin(plan, "teacher of two lessons")[0]
    be("a student who comes back")
    before = Memory(lessons={"what-a-network-learns": Done(at=3, answers={"first": Answer(prediction=1.0)})})
    page = opened("views/train/page.py", {browser_memory._KEY: before}, **{"class": code})
    assert "what-a-network-learns.1" in page.query_params["lesson"], "who sat here before may have done it"
    assert page.session_state[browser_memory._KEY].lessons == {"what-a-network-learns": Done()}
    page = opened("views/train/page.py", {browser_memory._KEY: before}, **{"class": code})
    assert "what-a-network-learns.3" in page.query_params["lesson"]
    assert len(store.classes.seats(code)) == 1


def test_a_browser_is_known_again_after_it_was_closed():
    import dashboard.app  # its routes

    server = Starlette(routes=dashboard.app.ROUTES)
    first, again = (asked(server, "/", cookie)[0]["set-cookie"] for cookie in ("", "mine"))
    assert re.search(rf"^{COOKIE}=[\w-]{{20,}};.* HttpOnly; Max-Age=172800;", first)
    assert again.startswith(f"{COOKIE}=mine; ")


def test_no_route_tells_a_student_of_a_run_of_another_class(store, be):
    import dashboard.app  # its routes

    cookies = {name: f"token-{name}" for name in ("own", "other", "nobody")}
    codes = [store.classes.begin(PLAN, "two classes")[0] for _ in range(2)]
    for code, name in zip(codes, ("own", "other"), strict=True):
        seat = store.classes.join(code, person_of({COOKIE: cookies[name]}))
    store.submit("secret", PLAN.config)
    store.classes.begin_run(seat, "secret")
    what = RepeatsConfig(experiment=PLAN.config, what=OtherSeeds(times=2))
    store.studies.submit("secret study", REPEATS.kind, what.model_dump_json())
    store.classes.begin_study(seat, "secret study")
    server = Starlette(routes=dashboard.app.ROUTES)
    for name, sees in (("own", False), ("other", True), ("nobody", True)):
        assert ('"gone"' in ask(server, "/live/secret", cookies[name])) != sees
        assert ('"gone"' in ask(server, "/live/repeat/secret study", cookies[name])) != sees
    assert "in this class" in ask(server, "/take/model/secret", cookies["own"])


def test_a_fixed_pace_holds_for_who_chooses_another(store, be):
    code = store.classes.begin(PLAN.model_copy(update={"pace": BY_HAND}), "teacher with a pace")[0]
    be("an impatient student")
    page = join(code)
    assert [box.value for box in page.selectbox if box.label == "Pace"] == [BY_HAND]
    assert page.selectbox(key="fixed pace").disabled
    classroom.arrive()
    commands.train("paced", PLAN.config, FAST)
    with store.transaction() as connection:
        assert connection.execute(text("SELECT request FROM runs WHERE id = 'paced'")).scalar() == "step"
    execute("paced", 1, store.url)
    assert (store.run("paced").state, store.run("paced").epoch) == ("paused", 1)
    commands.resume("paced", FAST)
    execute("paced", 2, store.url)
    assert (store.run("paced").state, store.run("paced").epoch) == ("paused", 2)
    press(page, "Leave the class")
    assert not page.selectbox(key="pace").disabled


def test_a_study_of_a_student_is_held_to_the_plan(store, be):
    plan = PLAN.model_copy(update={"pages": (*PLAN.pages, "tune")})
    be("a searching student")
    join(store.classes.begin(plan, "teacher of a search")[0])
    classroom.arrive()
    config = search_config(plan.config, [suggested(plan.config, "train.batch_size")])
    with pytest.raises(ClassError, match="Batch size is locked in this class, so Tune cannot vary it"):
        studies.start_study(SEARCH, "around", config)
    assert store.studies.find("around") is None
    studies.start_study(
        SEARCH, "own search", search_config(plan.config, [suggested(plan.config, "train.learning_rate")])
    )
    assert [one.id for one in studies.latest_studies(SEARCH)] == ["own search"]
    be("nobody's student")
    classroom.arrive()
    assert "own search" not in {one.id for one in studies.latest_studies(SEARCH)}
    be("a searching student")
    classroom.arrive()
    page = opened("views/tune/page.py")
    assert "Learning rate" in page.get("button_group")[0].options
    assert "Batch size" not in page.get("button_group")[0].options


def test_no_link_leads_to_a_page_that_the_class_does_not_have(store, be, code):
    be("a linked student")
    join(code)
    seat = store.classes.join(code, "a linked student")
    store.submit("linked", PLAN.config)
    store.classes.begin_run(seat, "linked")
    execute("linked", 1, store.url)
    for left_out, there in ((frozenset(), True), (frozenset({"compare"}), False)):
        plan = PLAN.model_copy(update={"pages": tuple(page for page in PAGES if page not in left_out)})
        store.classes.change(code, plan)
        page = opened("views/evaluate/page.py", run="linked")
        assert ("compare" in {link.proto.page for link in page.get("page_link")}) == there
