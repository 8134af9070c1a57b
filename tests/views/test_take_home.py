"""The menu of what leaves the laboratory: made on a click, and downloaded through its route."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components import take_home_routes
from dashboard.components.take_home import ENTRIES
from dashboard.services import taking_home
from dashboard.services.asking import Asked
from dashboard.text.take_home import size
from genre_core.errors import RunStateError
from genre_core.takehome.made import Made
from genre_core.workers.takehome import MAKERS
from tests.test_clip_routes import ask_routes

RUN = SimpleNamespace(id="ab", name="A <run>", state="complete", attempt=1, revision=3, opened=False,
                      context={"n_parameters": 1000})  # fmt: skip
MADE = Made("a & b model.zip", "application/zip", b"zip")


def page():
    from dashboard.components.take_home import take_home
    from tests.views.test_take_home import RUN

    take_home([RUN, RUN.__class__(**{**vars(RUN), "state": "running"})])


@pytest.fixture
def answers(monkeypatch):
    """Give a list of what a worker says, one after another."""
    said = []
    monkeypatch.setattr(taking_home, "made_of", lambda name, runs: said.pop(0) if len(said) > 1 else said[0])
    monkeypatch.setattr(taking_home, "forget", lambda name, runs: said.append(Asked(found=MADE)))
    return said


def test_everything_in_the_menu_can_be_made():
    assert {entry.name for entry in ENTRIES} == set(MAKERS)
    assert all(entry.about.endswith(".") for entry in ENTRIES)


def test_nothing_is_made_before_it_is_asked_for_and_then_it_can_be_downloaded(answers):
    answers.append(Asked(problem="The weights are gone."))
    menu = AppTest.from_function(page).run()
    assert not menu.button
    menu.session_state["take home"] = True
    menu.run()
    model = next(button for button in menu.button if button.key == "make model ab")
    assert "About 48\u202fKB" in " ".join(caption.value for caption in menu.caption)
    model.click().run()
    assert "The weights are gone." in " ".join(caption.value for caption in menu.caption)
    answers[:] = [Asked(found=MADE)]
    menu.run()
    (link,) = (item.proto.body for item in menu.get("html"))
    assert 'href="take/model/ab"' in link
    assert "a &amp; b model.zip (1 KB)" in link.replace("\u202f", " ")


def test_the_route_gives_the_file_or_a_sentence(answers, monkeypatch):
    def run(run_id):
        if run_id != "ab":
            raise RunStateError("There is no run.")
        return RUN

    monkeypatch.setattr(take_home_routes, "store", lambda: SimpleNamespace(run=run))
    monkeypatch.setattr(take_home_routes, "LOOK_SECONDS", 0.001)
    answers += [Asked(), Asked(found=MADE)]
    status, headers, body = ask_routes(take_home_routes.ROUTES, "/take/model/ab")
    assert (status, body, headers["cache-control"]) == (200, b"zip", "no-store")
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''a%20%26%20b%20model.zip"
    assert ask_routes(take_home_routes.ROUTES, "/take/model/cd")[0::2] == (404, b'{"problem":"There is no run."}')
    assert ask_routes(take_home_routes.ROUTES, "/take/secret/ab")[0] == 404
    answers[:] = [Asked(problem="The weights are gone.")]
    assert b"gone" in ask_routes(take_home_routes.ROUTES, "/take/model/ab")[2]


def test_sizes_are_told_as_a_person_says_them():
    assert [size(n).replace("\u202f", " ") for n in (3, 107_555, 3_130_000)] == ["1 KB", "108 KB", "3.1 MB"]
