"""Names of synthetic genres, and pairs of them as a person writes them."""

GENRES = (
    "Rock", "Electronic", "Hip-Hop", "Classical", "Jazz", "Folk", "Pop", "Experimental",
    "Blues", "Country", "Soul", "Reggae", "Metal", "Latin", "Ambient", "Punk",
)  # fmt: skip
"""The notebook's eight genres first."""

MAX_PAIRS = 60
"""As many as the most genres there can be: each with the next one, all around."""


def genre_names(n_genres: int) -> tuple[str, ...]:
    """Return the names of the first genres; those beyond the named ones are numbered."""
    return tuple(GENRES[g] if g < len(GENRES) else f"Genre {g + 1}" for g in range(n_genres))


def genre_pairs(text: str, n_genres: int) -> tuple[tuple[int, int], ...]:
    """Read pairs such as `"Jazz-Folk, 1-7"`, genres by name or by number from 1, into indices from 0, each pair once.

    Raises ValueError where a part is no pair of two different ones of the first `n_genres` genres, or there are more
    than `MAX_PAIRS`.
    """
    known = {name.lower(): number for number, name in enumerate(genre_names(n_genres))}
    known |= {str(number + 1): number for number in range(n_genres)}
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > MAX_PAIRS:
        raise ValueError(f"wrong labels are chosen between {len(parts)} pairs of genres, but at most {MAX_PAIRS} fit")
    return tuple(dict.fromkeys(_pair(part, known, n_genres) for part in parts))


def _pair(part: str, known: dict[str, int], n_genres: int) -> tuple[int, int]:
    """Return the two genres of a part, in ascending order; a name may hold a hyphen itself, as Hip-Hop does."""
    pieces = [piece.strip() for piece in part.replace("–", "-").split("-")]
    cuts = [("-".join(pieces[:at]), "-".join(pieces[at:])) for at in range(1, len(pieces))]
    ways = [way for way in cuts if all(way)]
    if not ways or "-".join(pieces).lower() in known:
        raise ValueError(f"'{part}' is no pair of genres: write two of them, such as {GENRES[0]}-{GENRES[1]} or 1-2")
    # The way with most genres that are known: where none has two, it is the one that a person will have meant.
    ways.sort(key=lambda way: sum(name.lower() in known for name in way), reverse=True)
    for name in ways[0]:
        if name.lower() not in known:
            has = f"the genres are numbers 1 to {n_genres}, {GENRES[0]} to {genre_names(n_genres)[-1]}"
            raise ValueError(f"there is no genre '{name}' for the wrong labels '{part}': {has}")
    a, b = sorted(known[name.lower()] for name in ways[0])
    if a == b:
        raise ValueError(f"'{part}' pairs a genre with itself, which makes no label wrong: write two different genres")
    return a, b
