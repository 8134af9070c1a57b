"""Every technical word that a page says has its sentence: `opened` asks this of each page that a test opens."""

import json
import re

import pytest

from dashboard.shell import marks
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.glossary.spelling import in_order, pattern
from tests.views.opening import opened, own_store
from tests.views.wording import EXPLAINED, UNUSED, explained


def terms_in(text: str) -> list[str]:
    ordered = in_order(GLOSSARY)
    found = re.finditer(pattern(ordered), text, re.IGNORECASE)
    return [ordered[match.lastindex - 1] for match in found if match.lastindex]


def test_the_words_of_the_field_are_in_the_glossary():
    assert [word for word in EXPLAINED if not explained(word)] == []
    assert [word for word in UNUSED if explained(word)] == [], "these are used by now"


def test_a_term_is_found_by_its_name_and_by_its_other_spellings_and_nowhere_else():
    assert [term for term in GLOSSARY if terms_in(term) != [term]] == []
    assert terms_in("All intervals overlap; two intervals may overlap, or do not overlap. A corrected t test.") == [
        *("interval", "interval", "t test")
    ], "where intervals overlap, that of genres is not explained, nor the test part where a test is another one"
    said = "McNemar's test on losses; Macro-F1 of 10 batches, held out. Hip-Hop, tests-in-law, unfold."
    assert terms_in(said) == ["McNemar test", "loss", "macro-F1", "batch", "held-out", "test"]


def test_the_script_of_the_marks_has_every_sentence():
    told = json.loads(marks.script().split("= { ...", 1)[1].split(", home:", 1)[0])
    assert dict(told["terms"]).keys() >= GLOSSARY.keys()
    assert re.compile(told["pattern"]).groups == len(told["terms"])


def test_a_page_with_a_word_that_has_no_sentence_is_refused(tmp_path, monkeypatch):
    with own_store(tmp_path):
        opened("views/glossary/page.py")
        monkeypatch.setitem(GLOSSARY, "overlap", "Measured by the Kolmogorov distance.")
        with pytest.raises(AssertionError, match="kolmogorov"):
            opened("views/glossary/page.py")
