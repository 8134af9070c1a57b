"""Text about an imported table, FMA, collection of clips, published split or archive, and an exported one."""

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
    found = {finding["sentence"] for finding in document["findings"]}
    lines += [f"Note: {note}" for note in document["notes"] if note not in found]
    for finding in document["findings"]:
        lines.append(f"{finding['severity'].capitalize()}: {finding['sentence']}")
        lines += [f"    {way['label']}: {way['options']}" for way in finding["ways"] if way["options"]]
    settings = {"data.source": "table", "data.table": document["name"], **document["settings"]}
    lines.append(f"Train on it with {' '.join(f'--{name} {quote(value)}' for name, value in settings.items())}")
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


def written(document: Document) -> str:
    """Return where an archive lies, and how large it is."""
    return f"{document['file']} ({document['bytes'] / 1e6:.1f} MB)"


def exported(document: Document) -> str:
    """Return what was written of runs."""
    data = "with their data" if document["with_data"] else "without their data: it holds their hash alone"
    if document["left_behind"]:
        data = "with their data as far as these are still here"
    return f"Wrote {written(document)}: {count(len(document['runs']), 'run')}, {data}."


def imported(document: Document) -> str:
    """Return which runs an archive brought, which were here, and what is to be known of them."""
    lines = [f"Imported the run {one['run']} ({one['name']})." for one in document["runs"]]
    lines += [f"The run {one['run']} ({one['name']}) is already here." for one in document["here"]]
    lines += [f"Imported the table {name}." for name in document["tables"]]
    return "\n".join([*lines, *document["notes"]])


def _state(document: Document) -> str:
    return "stored" if document["new"] else "was in the store already"
