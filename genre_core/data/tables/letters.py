"""Encodings of one byte a letter, told apart by what the words of a text would be in each.

A word fits an encoding where its letters beyond ASCII are all of one language that is written in it, no sign stands
among them, and capitals stand where they do. Between encodings that fit as well, fewer languages win, and then vowels
and consonants that alternate; of scripts other than the Latin one, letters that are common ones.
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
    ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "^[ъыь]"),
    ("оаніивртелскумдпязьбгйючхцїжшфєщґ", "^[ь]"),
    ("аоиентрсјвукмдпљзбгчцшћжњхђфџ", ""),
)
_GREEK = (("αοιετνσηυρπκμλςίόάγέήδώχθφωβύξζψϊϋΐΰ", "ς."),)
_HEBREW = (("יוהלאמתרבנשדםעקחפכגטןסצזךףץ", "[ךםןףץ].|^[ךםןףץ]"),)
_ARABIC = (("اليمونرتبعدسكفقحهةجشصخطضزءغثذىظئؤإأآپچژگکھ", "ة.|^[ءؤئةى]|ى."),)
_THAI = (("านรกอเงลมยวดทส่ต้ัิบีคปหพะแขจใชูุไซโ์ื็ถผำณภธญึศๆษฟฉฐ๊ฆฝ๋ฎฮฌฏฑฒฬๅ", "[เแโใไ](?![ก-ฮ])|(?<![ก-ฮิ-ูั])[่-๋]|(?<![ก-ฮ])[ัิ-ู็]"),)
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
    "windows-1255": _HEBREW,
    "windows-1256": _ARABIC,
    "iso-8859-6": _ARABIC,
    "cp874": _THAI,
    "cp866": _CYRILLIC,
    "koi8-u": _CYRILLIC,
    "iso-8859-5": _CYRILLIC,
    "mac-cyrillic": _CYRILLIC,
    "cp737": _GREEK,
    "cp862": _HEBREW,
    "iso-8859-15": _WESTERN,
    "mac-latin2": _CENTRAL,
    "cp850": _WESTERN,
    "cp852": _CENTRAL,
    "cp857": _TURKISH,
    "cp775": _BALTIC,
}
"""Encodings, the likeliest first; of each the letters beyond ASCII of its languages, and what never stands in them.

Letters of other scripts than the Latin one stand in the order of how common they are."""
SCRIPTS = tuple(encoding for encoding, ((letters, _), *_others) in LANGUAGES.items() if letters[0] > "\u0370")
"""Those of other scripts than the Latin one."""
RIVALS = {
    "windows-1252": ("windows-1250", "windows-1254"),
    "windows-1250": ("windows-1252", "windows-1257", "iso-8859-2"),
    "iso-8859-2": ("windows-1250",),
    **dict.fromkeys(SCRIPTS, SCRIPTS),
}
"""Encodings between which a person has to choose where the words fit both."""

MOST_WORDS = 300
LEAST_FITTING = 0.6
"""Share of the words that must fit an encoding."""
CLOSE = 0.1
"""How far the scores of two encodings may lie apart where nothing else tells between them."""
_VOWELS = frozenset("aeiouyıäöüáéíóúýàèìòùâêîôûãõåæøœëïÿąęěůőűăıėįųūāēīаеёиоуыэюяіїєαεηιουωάέήίόύώϊϋΐΰ")
_WORD = re.compile(r"(?:[^\W\d_]|[^\x00-\x7f’\xa0])+")
_OPENING, _CLOSING = "‘“„«¿¡", "”»…°º™©®"
"""Signs that may stand before a word, and after one."""


@dataclass(frozen=True)
class Found:
    """An encoding, another one that is as likely, a word as each has it, and the share of words that fit the first."""

    encoding: str
    rival: str = ""
    words: tuple[str, str] = ("", "")
    fitting: float = 1.0


@dataclass(frozen=True)
class _Reading:
    """The words of a text in an encoding: the share that fits, in how many languages, how usual their letters are."""

    encoding: str
    words: tuple[str, ...]
    fitting: float
    n_languages: int
    score: float


def likely(sample: bytes) -> Found | None:
    """Return the likeliest encoding, and another that is as likely; None where no encoding fits."""
    readings = [reading for encoding in LANGUAGES if (reading := _read(sample, encoding)) is not None]
    found = [reading for reading in readings if reading.fitting >= LEAST_FITTING]
    if not found:
        return None
    first = max(found, key=lambda one: (one.fitting, -one.n_languages))
    equal = [one for one in found if (one.fitting, one.n_languages) == (first.fitting, first.n_languages)]
    best = max([one for one in equal if one.encoding in RIVALS] or equal, key=lambda one: one.score)
    rivals = [one for one in equal if one.words != best.words and one.encoding in RIVALS.get(best.encoding, ())]
    rival = next((one for one in rivals if abs(one.score - best.score) < CLOSE), None)
    if rival is None:
        return Found(best.encoding, fitting=best.fitting)
    if list(LANGUAGES).index(rival.encoding) < list(LANGUAGES).index(best.encoding):
        best, rival = rival, best
    pairs = (pair for pair in zip(best.words, rival.words, strict=False) if pair[0] != pair[1])
    differ = max(pairs, key=lambda pair: len(pair[0]), default=("", ""))
    return Found(best.encoding, rival.encoding if any(differ) else "", differ, best.fitting)


def _read(sample: bytes, encoding: str) -> _Reading | None:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return None
    found = dict.fromkeys(word.lstrip(_OPENING).rstrip(_CLOSING) for word in _WORD.findall(text))
    words = tuple(word for word in found if not word.isascii() and any(map(str.isalpha, word)))[:MOST_WORDS]
    if not words:
        return None
    languages = LANGUAGES[encoding]
    spoken = [{n for n, (letters, never) in enumerate(languages) if _fits(word, letters, never)} for word in words]
    fitting = [found for found in spoken if found]
    usual = _commonness if encoding in SCRIPTS else _alternates
    score = sum(max(usual(word, letters) for letters, _ in languages) for word in words) / len(words)
    return _Reading(encoding, words, len(fitting) / len(words), _fewest(fitting), score)


def _fits(word: str, letters: str, never: str) -> bool:
    """Say whether a word can be of a language; one with letters of its own takes no Latin ones among them."""
    if _falls(word):
        return False
    word = word.lower()
    if never and re.search(never, word):
        return False
    return all((letter.isascii() and letters[0] < "\u0370") or letter in letters for letter in word)


def _falls(word: str) -> bool:
    """Say whether a capital beyond ASCII follows a small letter, or stands beside another one before a small letter."""
    if any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word)):
        return True
    return any(
        a.isupper() and b.isupper() and c.islower() and not (a + b).isascii()
        for a, b, c in zip(word, word[1:], word[2:], strict=False)
    )


def _fewest(spoken: Sequence[set[int]]) -> int:
    """Return in how few languages the words can be, taking the one of the most words first."""
    left, n = list(spoken), 0
    while left:
        every = {language for languages in left for language in languages}
        most = max(every, key=lambda language: sum(language in languages for languages in left))
        left, n = [languages for languages in left if most not in languages], n + 1
    return n


def _commonness(word: str, letters: str) -> float:
    """Return how early in a language's letters, common ones first, those of a word stand; capitals alone count less."""
    found = [1 - letters.index(one) / len(letters) for one in word.lower() if one in letters]
    return sum(found) / (len(word) + (word.isupper() and len(word) > 2))


def _alternates(word: str, _letters: str) -> float:
    """Return how often a letter beyond ASCII stands beside one of the other kind: a vowel beside a consonant."""
    word = word.lower()
    beside = [
        (word[i] in _VOWELS) != (word[j] in _VOWELS)
        for i in range(len(word))
        for j in (i - 1, i + 1)
        if not word[i].isascii() and 0 <= j < len(word)
    ]
    return sum(beside) / max(1, len(beside))
