"""Checks that found nothing: what was looked for in data, and that it is in order."""

from collections.abc import Iterable, Mapping

from genre_core.data.dataset import Dataset
from genre_core.data.splitting import Split
from genre_core.inspection import leaks
from genre_core.inspection.genre_sizes import FEWEST_IN_TEST
from genre_core.inspection.warning import Finding, Kind

Checks = Mapping[str, tuple[Kind, ...]]
"""What is true where none of these kinds of finding was found, after a name; `{noun}` is what a row is called."""
_OF_FEATURES: Checks = {
    "Copies: no {noun} seems to be a copy of another.": ("copies under several genres", "copies", "near copies"),
    "Gaps: no feature misses many values, and no gap depends on the genre.": (
        "missing in a genre", "missing by genre", "missing",
    ),
    "Features: none is constant, copies another or has values far out.": (
        "constant", "copied column", "code for missing", "outliers", "long tails",
    ),
}  # fmt: skip
_OF_SEVERAL: Checks = {
    "Leaks: no single feature predicts a genre far better than the others.": ("gives the genre away",),
}
_OF_GENRES: Checks = {
    "Sizes: no genre is far more common than another.": ("imbalance",),
    "Names: no two are nearly the same.": ("alike names", "names and numbers"),
}
_OF_SPLIT: Checks = {f"Test part: each genre has at least {FEWEST_IN_TEST} {{noun}}s there.": ("small",)}
_OF_FILES: Checks = {
    "Recordings: no genre is recorded another way.": ("recorded another way",),
    "Sound: no {noun} is silent or clipped.": ("faulty recordings",),
}


def in_order(dataset: Dataset, findings: Iterable[Finding], split: Split | None) -> list[str]:
    """Return a sentence for each check that found nothing, of those that these data and their split can have."""
    having = (
        (_OF_SEVERAL, leaks.are_looked_for(dataset)),
        (_OF_FEATURES, dataset.features),
        (_OF_GENRES, True),
        (_OF_SPLIT, split),
        (_OF_FILES, dataset.recorded),
    )
    kinds = {finding.kind for finding in findings}
    checks = {said: own for some, there in having if there for said, own in some.items()}
    return [said.format(noun=dataset.noun) for said, own in checks.items() if kinds.isdisjoint(own)]
