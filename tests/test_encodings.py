"""Letters of one byte: names are read in the encoding that they are in, or two are left to choose from."""

import pytest

from genre_core.data.tables.letters import Found, likely
from genre_core.data.tables.reading import read_table
from genre_core.inspection.remedies import remedies
from genre_core.inspection.warnings import findings
from genre_core.settings.names import configure
from tests.test_table import load_bytes

WORDS = {
    "windows-1252": (
        *("Forró", "Música española", "Variété française", "Mötley Crüe, Björk, Beyoncé", "Niño", "Sertão, canção"),
        *(
            "Schlager für Mädchen",
            "Bjørn, Åse",
            "kærlighed",
            "Sigur Rós, Þór",
            "l’été – “Été”",
            "¿Qué?",
            "crème brûlée",
        ),
    ),
    "windows-1250": (
        *("Dvořák, Janáček", "Śląska, żałobna", "Erdő, Őszi, tűz", "Bătrân, ţară", "Žižka", "Gdańsk", "Szőke, Bartók"),
        *("Beyoncé, Dvořák, Björk", "Góralska, śpiew"),
    ),
    "iso-8859-2": ("Śląska, żałobna", "šanson, žánr", "Gdańsk, śpiew"),
    "mac-roman": ("Forró", "Variété française", "Español", "Mötley Crüe"),
    "windows-1251": ("Джаз, Рок", "Музыка народная"),
    "koi8-r": ("Джаз, Рок", "Музыка народная"),
    "cp866": ("Джаз, Рок",),
    "windows-1253": ("Ρεμπέτικο, Λαϊκά",),
    "windows-1255": ("רוק, פופ, מוזיקה עממית", "מזרחית, קלאסית, בלוז"),
    "windows-1256": ("طرب, شعبي, راي",),
    "cp874": ("แจ๊ส, ร็อก, ลูกทุ่ง", "หมอลำ, เพลงไทยเดิม"),
    "koi8-u": ("Українська, Народна пісня",),
    "mac-cyrillic": ("Джаз, Рок, Шансон",),
    "cp737": ("Ρεμπέτικο, Λαϊκά",),
    "cp850": ("Forró, Sertão", "Schlager für Mädchen, Größe"),
    "cp437": ("Música, Français",),
    "iso-8859-15": ("Chœur, Variété",),
    "cp857": ("Türkü, Arabesk müziği, şarkı",),
    "windows-1254": ("Türk halk müziği, şarkı",),
    "windows-1257": ("Lietuvių, šokis",),
}


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in WORDS.items() for text in texts])
def test_words_are_read_in_their_encoding(encoding: str, text: str) -> None:
    found = likely(text.encode(encoding))
    assert found is not None
    assert text.encode(encoding).decode(found.encoding) == text


def test_what_is_a_guess_says_so() -> None:
    lines = (f"{('a', 'b')[i % 2]}½é¤¾¼,{i},{i * i}" for i in range(20))
    (note,) = read_table([("t.csv", "\n".join(["label,a,b", *lines]).encode("latin-1"))]).notes
    assert ", which is a guess: if that looks wrong, choose another encoding." in note


def test_where_two_encodings_are_as_likely_a_person_chooses() -> None:
    def table(word: str, encoding: str) -> bytes:
        rows = (f"{(word, 'rock')[i // 2 % 2]},{i % 7 / 3},{i % 11 / 4}" for i in range(40))
        return "\n".join(["genre,a,b", *rows]).encode(encoding)

    assert likely("première".encode("cp1252")) == Found("windows-1252", "windows-1250", ("première", "premičre"), 1.0)
    data = load_bytes([("t.csv", table("première", "cp1252"))])
    (told,) = [finding for finding in findings(data) if finding.kind == "encoding"]
    assert told.sentence == (
        "Read as Windows-1252, in which it says “première”; just as likely, as windows-1250 it says “premičre”: "
        "choose the one that is right."
    )
    ways = remedies(told, configure({"data.source": "table"}), data, len(data))
    assert [(way.label, way.read) for way in ways] == [
        ("Read it as windows-1252", {"encoding": "windows-1252"}),
        ("Read it as windows-1250", {"encoding": "windows-1250"}),
    ]
    assert not [note for note in read_table([("t.csv", table("Dvořák", "cp1250"))]).notes if "just as likely" in note]
