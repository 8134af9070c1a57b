"""Answers of a run for new tracks, in the terminal."""

from genre_core.terminal.text.elsewhere import elsewhere
from genre_core.terminal.text.words import Document, columns, plain, rate

MOST_SHOWN = 10


def predictions(document: Document) -> str:
    """Say how many tracks are answered, list the first of them, and judge them where genres are known."""
    lines = [plain(document["headline"]), *map(plain, document["sentences"])]
    lines += ["", *columns(("track", "answer", "sure", "note"), [_row(one) for one in document["first"]], right=(2,))]
    if (left := document["n_tracks"] - len(document["first"])) > 0:
        lines.append(f"… and {left:,} more in {document['out']}")
    else:
        lines.append(f"Wrote {document['out']}")
    if document["evaluation"]:
        lines += ["", elsewhere({**document["evaluation"], "on": document["on"]})]
    return "\n".join(lines)


def _row(one: Document) -> tuple[str, str, str, str]:
    sure = "–" if one["confidence"] is None else rate(one["confidence"])
    return one["track"][:40], one["answer"] or "–", sure, one["note"][:100]
