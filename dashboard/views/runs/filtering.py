"""The filter of the list of runs: words that a run has to have, and numbers that it has to reach."""

import operator
import re
from collections.abc import Callable, Mapping

_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?"
_COMPARED = re.compile(rf"([a-z][a-z0-9 ._-]*?)\s*(<=|>=|<|>|=)\s*({_NUMBER})\s*%?", re.IGNORECASE)
_HOW: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
HELP = (
    "Words that a run must have in its name, tags, notes, settings, data or state. With a minus, words that it must "
    "not have. Numbers: accuracy > 80, learning rate <= 0.01. Separate several conditions with commas."
)


def fits(query: str, text: str, numbers: Mapping[str, float]) -> bool:
    """Return whether a run fits all conditions of a query, of which there is one between two commas.

    `text` is all that is said of the run, `numbers` are its scores, in percent, and its settings by their titles.
    """
    return all(_fits(part.strip().casefold(), text.casefold(), numbers) for part in query.split(",") if part.strip())


def _fits(condition: str, text: str, numbers: Mapping[str, float]) -> bool:
    if compared := _COMPARED.fullmatch(condition):
        name, how, given = compared.groups()
        known = {title.casefold(): value for title, value in numbers.items()}
        return name in known and _HOW[how](known[name], float(given))
    if condition.startswith("-") and condition != "-":
        return condition[1:].strip() not in text
    return all(word in text for word in condition.split())
