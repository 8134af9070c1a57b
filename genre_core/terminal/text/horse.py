"""Answers that flip when clips are changed, in the terminal."""

from genre_core.terminal.text.words import Document, columns, count, plain, rate


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
