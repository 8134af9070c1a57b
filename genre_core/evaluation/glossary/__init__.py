"""One to three sentences for each term that is shown on a screen."""

from collections.abc import Mapping

from genre_core.evaluation.glossary.comparing import COMPARING
from genre_core.evaluation.glossary.confidence import CONFIDENCE
from genre_core.evaluation.glossary.data import DATA
from genre_core.evaluation.glossary.scores import SCORES
from genre_core.evaluation.glossary.sound import SOUND
from genre_core.evaluation.glossary.training import TRAINING
from genre_core.text import unbroken

_ALL = {**SCORES, **COMPARING, **DATA, **TRAINING, **CONFIDENCE, **SOUND}
GLOSSARY: dict[str, str] = {name: unbroken(meaning) for name, meaning in _ALL.items()}

_TORN = {
    "track": "segments of {} track",
    "album": "tracks from {} album",
    "artist": "tracks by {} artist",
    "group": "rows from {} group",
}


def leaky(straddlers: Mapping[str, int] | None) -> str:
    """Say what is in both training and test: `straddlers` counts it by level (track, album, artist), where known."""
    if not straddlers:
        return GLOSSARY["leaky"]
    torn = [f"{_TORN[level].format(f'{n:,}')}{'' if n == 1 else 's'}" for level, n in straddlers.items()]
    said = torn[0] if len(torn) == 1 else f"{', '.join(torn[:-1])} and {torn[-1]}"
    return f"{said[0].upper()}{said[1:]} are in both training and test: the score is too good."


def lookup(words: str) -> list[str]:
    """Return the terms that have all these words in them or in their sentences, in the order of the alphabet.

    Terms that have the words in their name come first, and among them the one that is called so.
    """
    asked = words.casefold().split()
    known = {term: term.casefold() for term in sorted(GLOSSARY, key=str.casefold)}
    found = [term for term in known if all(word in f"{known[term]} {GLOSSARY[term].casefold()}" for word in asked)]

    def rank(term: str) -> tuple[bool, bool]:
        return known[term] != " ".join(asked), not all(word in known[term] for word in asked)

    return sorted(found, key=rank)
