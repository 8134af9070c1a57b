"""The glossary, opened and searched."""

import pytest

from genre_core.evaluation.glossary import GLOSSARY, lookup
from tests.views.opening import opened, own_store


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    with own_store(tmp_path_factory.mktemp("glossary")) as own:
        yield own


def said(page):
    return " ".join(item.proto.body for item in page.get("html"))


def test_it_says_every_term_with_its_sentence():
    page = opened("views/glossary/page.py")
    assert said(page).count("<dt>") == len(GLOSSARY)
    assert "The mean of the genres&#x27; recalls." in said(page)


def test_words_find_the_term_that_is_called_so_first():
    page = opened("views/glossary/page.py", find="recall")
    assert (
        said(page).index("<dt>recall<")
        < said(page).index("<dt>macro recall<")
        < said(page).index("<dt>balanced accuracy<")
    )
    page.text_input(key="find").set_value("nothing like it").run()
    assert "No term" in page.caption[0].value


def test_a_term_whose_sentence_has_the_words_comes_after_those_whose_name_has_them():
    found = lookup("ECE")
    assert found[0] == "ECE"
    assert found[1] == "class-wise ECE"
    assert lookup("MEAN recalls") == ["balanced accuracy", "macro recall", "weighted recall"]
    assert lookup("") == sorted(GLOSSARY, key=str.casefold)
