"""How much of a page is in sight: chosen on the page, kept in the link and from page to page."""

import pytest

from tests.views.opening import opened, own_store


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("view")) as own:
        yield own


def hides(page) -> str:
    return " ".join(item.proto.body for item in page.get("html"))


def test_a_view_is_chosen_and_is_in_the_link():
    page = opened("views/train/page.py")
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
