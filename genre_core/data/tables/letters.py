"""Encodings of one byte a letter, told apart by what the words of a text would be in each.

A word fits an encoding where its letters beyond ASCII are all of one language that is written in it, no sign stands
among them, and no capital follows a small letter. Between encodings that fit as well, fewer languages win, and then
vowels and consonants that alternate.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_WESTERN = (
    ("éèêëàâçôîïûùœÿæ", ""),
    ("äöüß", ""),
    ("áéíóúñüç", "ñ(?![aeiouáéíóú])"),
    ("áâãàçéêíóôõú", "õ(?!e)|ã(?![oe]|s?$)"),
    ("àèéìíîòóùú", ""),
    ("åäöé", ""),
    ("åæøéü", ""),
    ("éëïóöüèê", ""),
    ("áéíóúýþæöð", ""),
    ("àèéïíòóúüç", ""),
)
_CENTRAL = (
    ("ąćęłńóśźż", "ń[aeiouyąęó]"),
    ("áčďéěíňóřšťúůýž", ""),
    ("áäčďéíĺľňóôŕšťúýž", ""),
    ("áéíóöőúüű", ""),
    ("ăâîşţșț", "ă[oea]"),
    ("čćđšž", ""),
    ("äöüß", ""),
)
_TURKISH = (("çğıöşüâîİ\u0307", ""),)
_BALTIC = (("ąčęėįšųūž", ""), ("āčēģīķļņšūž", ""), ("äõöüšž", ""))
_CYRILLIC = (
    ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", ""),
    ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", ""),
    ("абвгдђежзијклљмнњопрстћуфхцчџш", ""),
)
_GREEK = (("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ", ""),)
LANGUAGES = {
    "windows-1252": _WESTERN,
    "windows-1250": _CENTRAL,
    "iso-8859-2": _CENTRAL,
    "mac-roman": _WESTERN,
    "windows-1254": _TURKISH,
    "windows-1257": _BALTIC,
    "windows-1251": _CYRILLIC,
    "koi8-r": _CYRILLIC,
    "windows-1253": _GREEK,
    "cp866": _CYRILLIC,
    "iso-8859-5": _CYRILLIC,
    "mac-cyrillic": _CYRILLIC,
    "mac-latin2": _CENTRAL,
    "cp850": _WESTERN,
    "cp852": _CENTRAL,
}
"""Encodings, the likeliest first; of each the letters beyond ASCII of its languages, and what never stands in them."""
RIVALS = {"windows-1252": ("windows-1250", "windows-1254"), "windows-1250": ("windows-1252", "windows-1257")}
"""Encodings between which a person has to choose where the words fit both."""

MOST_WORDS = 300
LEAST_FITTING = 0.6
"""Share of the words that must fit an encoding."""
CLOSE = 0.1
"""How far the alternation of two encodings may lie apart where nothing else tells between them."""
_VOWELS = frozenset("aeiouyıäöüáéíóúýàèìòùâêîôûãõåæøœëïÿąęěůőűăıėįųūāēīаеёиоуыэюяіїєαεηιουωάέήίόύώϊϋΐΰ")
_WORD = re.compile(r"(?:[^\W\d_]|[^\x00-\x7f‘’“”–—…«»¿¡°·€™©®\xa0])+")


@dataclass(frozen=True)
class _Reading:
    """The words of a text in an encoding: the share that fits, in how many languages, how their letters alternate."""

    encoding: str
    words: tuple[str, ...]
    fitting: float
    n_languages: int
    alternation: float


def likely(sample: bytes) -> tuple[str, str, tuple[str, str]]:
    """Return the likeliest encoding, another that is as likely, and a word as each of the two has it.

    The other is empty where one is clear, and both are where no encoding fits.
    """
    readings = [reading for encoding in LANGUAGES if (reading := _read(sample, encoding)) is not None]
    found = [reading for reading in readings if reading.fitting >= LEAST_FITTING]
    if not found:
        return "", "", ("", "")
    first = max(found, key=lambda one: (one.fitting, -one.n_languages))
    equal = [one for one in found if (one.fitting, one.n_languages) == (first.fitting, first.n_languages)]
    best = max([one for one in equal if one.encoding in RIVALS] or equal[:1], key=lambda one: one.alternation)
    rivals = [one for one in equal if one.encoding in RIVALS.get(best.encoding, ()) and one.words != best.words]
    rival = next((one for one in rivals if abs(one.alternation - best.alternation) < CLOSE), None)
    if rival is None:
        return best.encoding, "", ("", "")
    if list(LANGUAGES).index(rival.encoding) < list(LANGUAGES).index(best.encoding):
        best, rival = rival, best
    differ = next(pair for pair in zip(best.words, rival.words, strict=False) if pair[0] != pair[1])
    return best.encoding, rival.encoding, differ


def _read(sample: bytes, encoding: str) -> _Reading | None:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    words = tuple(dict.fromkeys(word for word in _WORD.findall(text) if not word.isascii()))[:MOST_WORDS]
    if not words:
        return None
    languages = LANGUAGES[encoding]
    spoken = [{n for n, (letters, never) in enumerate(languages) if _fits(word, letters, never)} for word in words]
    fitting = [found for found in spoken if found]
    alternation = sum(map(_alternates, words)) / len(words)
    return _Reading(encoding, words, len(fitting) / len(words), _fewest(fitting), alternation)


def _fits(word: str, letters: str, never: str) -> bool:
    """Say whether a word can be of a language; one with letters of its own takes no Latin ones among them."""
    if not word.isalpha() or _falls(word):
        return False
    word = word.lower()
    if never and re.search(never, word):
        return False
    return all((letter.isascii() and letters[0] < "\u0370") or letter in letters for letter in word)


def _falls(word: str) -> bool:
    """Say whether a capital beyond ASCII follows a small letter."""
    return any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word))


def _fewest(spoken: Sequence[set[int]]) -> int:
    """Return in how few languages the words can be, taking the one of the most words first."""
    left, n = list(spoken), 0
    while left:
        every = {language for languages in left for language in languages}
        most = max(every, key=lambda language: sum(language in languages for languages in left))
        left, n = [languages for languages in left if most not in languages], n + 1
    return n


def _alternates(word: str) -> float:
    """Return how often a letter beyond ASCII stands beside one of the other kind: a vowel beside a consonant."""
    word = word.lower()
    beside = [
        (word[i] in _VOWELS) != (word[j] in _VOWELS)
        for i in range(len(word))
        for j in (i - 1, i + 1)
        if not word[i].isascii() and 0 <= j < len(word)
    ]
    return sum(beside) / max(1, len(beside))
