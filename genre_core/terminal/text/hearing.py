"""Answers of a run to a sound, and those that flip when clips are changed, in the terminal."""

from genre_core.terminal.text.words import Document, columns, count, plain, rate

MOST_GENRES = 5
"""Genres in the table along time, at most."""


def hearing(document: Document) -> str:
    """Say the answer and what it is worth, then list the genres along time and the nearest training clips."""
    genres, whole = document["genres"], document["sure"]
    likeliest = sorted(range(len(genres)), key=lambda g: -whole[g])[:MOST_GENRES]
    rows = [(f"{start:.1f} s", *(rate(shares[g]) for g in likeliest)) for start, shares in
            zip(document["starts"], document["along"], strict=True)]  # fmt: skip
    rows.append(("all", *(rate(whole[g]) for g in likeliest)))
    numbers = range(len(likeliest) + 1)
    near = [(f"{one['distance']:.2f}", one["genre"], one["name"]) for one in document["nearest"]]
    return "\n".join(
        [
            f"{document['file']}, {document['seconds']:.1f} s, in windows of {document['window']:g} s",
            plain(document["headline"]),
            *map(plain, document["sentences"]),
            "",
            *columns(("from", *(genres[g] for g in likeliest)), rows, right=numbers),
            "",
            "Nearest training clips:",
            *columns(("distance", "genre", "clip"), near, right=(0,)),
        ]
    )


def horse(document: Document) -> str:
    """Say how many answers flip, then list the changes and the genres."""
    other = document["changes"][-1]
    changes = [(one["change"], *_share(one)) for one in document["changes"] if one["n"]]
    genres = [
        (found["genre"], *_share(found), *_share(excerpt))
        for found, excerpt in zip(document["average"]["per_genre"], other["per_genre"], strict=True)
    ]
    return "\n".join(
        [
            f"{count(document['n_clips'], 'validation clip')}, changed in ways that leave the genre as it is",
            plain(document["headline"]),
            *map(plain, document["sentences"]),
            "",
            *columns(("change", "flips", "share"), changes, right=(1,)),
            "",
            *columns(("genre", "all changes", "share", other["change"], "share"), genres, right=(1, 3)),
        ]
    )


def _share(one: Document) -> tuple[str, str]:
    return f"{one['flips']} of {one['n']}", rate(one["rate"], one["interval"])
