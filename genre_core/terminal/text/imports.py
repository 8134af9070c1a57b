"""Text about an imported table, FMA, collection of clips or published split."""

from shlex import quote

from genre_core.terminal.text.words import PARTS, Document, columns, count

MOST_REFUSED = 20
"""Files that cannot be used that are listed."""


def table(document: Document) -> str:
    """Say what an imported table was taken for."""
    tracks, n_genres = count(document["n_tracks"], "track"), len(document["genres"])
    lines = [f"{document['name']} {_state(document)}: {tracks} of {n_genres} genres.", ""]
    lines += columns(("column", "taken for", "why"), [(c["name"], c["role"], c["reason"]) for c in document["columns"]])
    lines += ["", *columns(("genre", "tracks"), [(g, f"{n:,}") for g, n in document["genres"].items()], right=(1,)), ""]
    lines += [f"Note: {note}" for note in document["notes"]]
    lines += [f"{finding['severity'].capitalize()}: {finding['sentence']}" for finding in document["findings"]]
    lines.append(f"Train on it with --data.source table --data.table {quote(document['name'])}")
    return "\n".join(lines)


def fma(document: Document) -> str:
    """Say what an import of FMA came to."""
    lines = [f"{document['name']}: {_state(document)}.", *(f"Note: {note}" for note in document["notes"])]
    return "\n".join([*lines, f"Train on it with --fma {document['table'][:8]}"])


def clips(document: Document) -> str:
    """Say what a collection of clips holds, and which files cannot be used."""
    genres, hours, refused = document["genres"], document["hours"], document["refused"]
    n_genres, length = count(len(genres), "genre"), f"{sum(hours.values()):.2f} hours"
    lines = [
        f"{document['name']} {_state(document)}: {count(document['n_clips'], 'clip')} of {n_genres}, {length}.",
        "",
    ]
    rows = [(genre, f"{n:,}", f"{hours[genre]:.2f}") for genre, n in genres.items()]
    lines += [*columns(("genre", "clips", "hours"), rows, right=(1, 2)), ""]
    lines += [f"Note: {note}" for note in document["notes"]]
    lines += [f"Not used: {row['problem']}" for row in refused[:MOST_REFUSED]]
    if len(refused) > MOST_REFUSED:
        lines.append(f"Not used: {count(len(refused) - MOST_REFUSED, 'more file')}; --json lists them.")
    return "\n".join(lines).rstrip()


def split(document: Document) -> str:
    """Say what a published split names."""
    parts = ", ".join(f"{n:,} {PARTS.get(part, part)}" for part, n in document["parts"].items())
    lines = [
        f"{document['name']} {_state(document)}: {parts} tracks.",
        *(f"Note: {note}" for note in document["notes"]),
    ]
    return "\n".join([*lines, f"Split a table by it with --table FILE --published {document['split'][:8]}"])


def tagger(document: Document) -> str:
    """Say what the pretrained tagger is, where it comes from, and where it is kept."""
    size = f"{document['bytes'] / 10**6:.1f} MB"
    lines = [
        f"{document['tagger']} {document['version']} {'fetched' if document['new'] else 'was fetched already'}.",
        document["about"],
        "",
        f"Source:  {document['source']}, SHA-256 {document['wheel_sha256'][:8]}",
        f"Author:  {document['author']}",
        f"License: {document['license']}",
        f"Kept in: {document['file']} ({size})",
        "",
        document["warning"],
    ]
    return "\n".join(lines)


def _state(document: Document) -> str:
    return "stored" if document["new"] else "was in the store already"
