"""The script that marks the glossary's terms in all that a page says, and its style."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from genre_core.data.feature_words import IN_TEXTS
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.glossary.spelling import in_order, pattern

HERE = Path(__file__).parent
_HOME = "() => window.__streamlit?.MAIN_PAGE_BASE_URL ?? './'"


@cache
def script() -> str:
    """Return the script with the glossary in it; a feature's term has no name, as it has many spellings."""
    ordered = in_order(GLOSSARY)
    terms = [[term, GLOSSARY[term]] for term in ordered] + [["", said] for said in IN_TEXTS.values()]
    told = json.dumps({"pattern": pattern(ordered, IN_TEXTS), "terms": terms}, ensure_ascii=False)
    return f"const GLOSSARY = {{ ...{told}, home: {_HOME} }};\n{(HERE / 'marks.js').read_text(encoding='utf-8')}"


@cache
def tags() -> str:
    """Return what a page has at its end: the style of the marks, and the script under a name that changes with it."""
    version = sha256(script().encode()).hexdigest()[:12]
    style = (HERE / "marks.css").read_text(encoding="utf-8")
    return f'<style id="marks-style">{style}</style><script src="marks.js?{version}" defer></script>'
