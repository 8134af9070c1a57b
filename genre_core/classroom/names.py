"""Names of a class and of who is in it: a code that can be read out, and colors and animals instead of names."""

import secrets

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of codes: I and O look like digits."""
CODE_LENGTH = 6
COLORS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "gray")
HUES = dict(
    zip(
        COLORS,
        ("#c4462e", "#d9822b", "#b59410", "#4c8c2b", "#1f8a84", "#2f6fb5", "#7a52b3", "#c2528b", "#8a5a3b", "#6b7480"),
        strict=True,
    )
)
ANIMALS = {
    "otter": "🦦", "fox": "🦊", "owl": "🦉", "whale": "🐋", "panda": "🐼", "tiger": "🐯", "rabbit": "🐰", "frog": "🐸",
    "horse": "🐴", "penguin": "🐧", "dolphin": "🐬", "turtle": "🐢", "koala": "🐨", "lion": "🦁", "hedgehog": "🦔",
    "parrot": "🦜", "seal": "🦭", "sloth": "🦥", "camel": "🐫", "swan": "🦢", "zebra": "🦓",
}  # fmt: skip
MOST_SEATS = len(COLORS) * len(ANIMALS)
"""Students in a class at most; the two counts share no factor, so that each has a pair of their own."""


def new_code() -> str:
    """Return a code that nobody can guess: one of 191 million."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str:
    """Return a code as it was typed, or empty where it is none."""
    code = "".join(text.upper().split()).replace("-", "")
    return code if len(code) == CODE_LENGTH and set(code) <= set(LETTERS) else ""


def seat_name(number: int) -> str:
    """Return what the student of a seat is called, counted from 1: `red otter`."""
    return f"{COLORS[_color(number)]} {list(ANIMALS)[_animal(number)]}"


def seat_hue(number: int) -> str:
    """Return the color of a seat, as a hexadecimal code."""
    return HUES[COLORS[_color(number)]]


def seat_picture(number: int) -> str:
    """Return the animal of a seat as one character."""
    return ANIMALS[list(ANIMALS)[_animal(number)]]


def _color(number: int) -> int:
    return (number - 1) % len(COLORS)


def _animal(number: int) -> int:
    return (number - 1) % len(ANIMALS)
