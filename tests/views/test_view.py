"""How much of a page is in sight: chosen on the page, kept in the link and from page to page."""

import pytest

from tests.views.opening import drawn, opened, own_store
from tests.views.stored import trained


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("view")) as own:
        for run_id, seed in (("one", 0), ("two", 1)):
            small = {"data.n_samples": 200, "data.n_genres": 3, "model.hidden": (4,), "train.max_epochs": 1}
            trained(own, run_id, small, train__seed=seed)
        yield own


def hides(page) -> str:
    return " ".join(item.proto.body for item in page.get("html"))


def test_a_view_is_chosen_and_is_in_the_link():
    page = opened("views/train/page.py", preset="notebook")
    assert "The plain view" not in hides(page)
    page.radio(key="view of the page").set_value("plain").run()
    assert page.query_params["view"] in ("plain", ["plain"])
    assert "The plain view" in hides(page)
    page = opened("views/evaluate/page.py", view="projector")
    assert "zoom" in hides(page)
    page.button(key="leave projector").click().run()
    assert "zoom" not in hides(page)
    assert not [radio for radio in opened("views/runs/page.py", view="plain").radio if radio.key == "view of the page"]
    told = " ".join(item.value for item in opened("views/train/page.py", view="x").caption)
    assert "should be plain or projector" in told


@pytest.mark.parametrize("page", ["train", "data", "runs", "predict", "lessons"])
def test_each_page_has_a_button_that_copies_its_link(page):
    assert drawn(opened(f"views/{page}/page.py"), "copy link")["label"] == "Copy a link to this page"


def test_a_first_visit_is_plain_until_the_person_chooses():
    page = opened("views/train/page.py")
    choice = page.radio(key="view of the page")
    assert ("The plain view" in hides(page), choice.value) == (True, "plain")
    choice.set_value("").run()
    assert ("The plain view" in hides(page), page.radio(key="view of the page").value) == (False, "")


@pytest.mark.parametrize(
    ("view", "named", "first"),
    [
        ("train", {"run": "one"}, "Validation accuracy"),
        ("evaluate", {"run": "one"}, "Accuracy"),
        ("evaluate", {"run": "one", "section": "confidence"}, "Mean confidence"),
        ("evaluate", {"run": "one", "section": "reject"}, "Answered"),
        ("evaluate", {"run": "one", "section": "sets"}, "Promised"),
        ("genres", {"run": "one"}, "Accuracy"),
        ("genres", {"run": "one", "genre": "Rock"}, "Recall"),
        ("track", {"run": "one", "track": "5"}, ""),
        ("compare", {"runs": "one,two"}, "Accuracy of A"),
        ("data", {"run": "one"}, "Tracks"),
    ],
)
def test_a_plain_page_has_three_numbers(view, named, first):
    shown = drawn(opened(f"views/{view}/page.py", **named, view="plain"), "plain numbers")["numbers"]
    assert len(shown) == 3
    assert next(iter(shown)).startswith(first)


def test_pages_without_settings_let_go_of_the_sidebar():
    def has(view):
        page = opened(f"views/{view}/page.py")
        return any(item.proto.id.endswith("-no sidebar") for item in page.get("bidi_component"))

    assert [view for view in ("train", "genres", "runs", "repeat") if has(view)] == ["genres", "runs"]
