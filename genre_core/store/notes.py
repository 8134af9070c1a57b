"""Tags and notes of runs: tags to find them by, and a note."""

import json
from collections.abc import Collection, Iterable

from sqlalchemy import Connection, delete, insert, select

from genre_core.store.database import Shelf
from genre_core.store.schema import RunNote
from genre_core.store.schema import run_notes as _notes

LONGEST_TAG, MOST_TAGS, LONGEST_NOTE = 40, 20, 5000


class NoteStore(Shelf):
    """Tags and notes of the runs of a database."""

    def put(self, run_id: str, tags: Iterable[str], note: str) -> None:
        """Say this of a run in place of what was said; what is too long is cut."""
        kept = clean_tags(tags)
        with self._database.transaction() as connection:
            forget_note(connection, run_id)
            if kept or note.strip():
                said = {"tags": json.dumps(kept), "note": note.strip()[:LONGEST_NOTE]}
                connection.execute(insert(_notes).values(run_id=run_id, **said))

    def of(self, run_ids: Collection[str]) -> dict[str, RunNote]:
        """Return what is said of these runs, each of which anything is said of."""
        rows = self._database.all(select(_notes))
        wanted = set(run_ids)
        return {row.run_id: RunNote(tuple(json.loads(row.tags)), row.note) for row in rows if row.run_id in wanted}


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return tags as they are kept: without commas or the same twice."""
    found = (" ".join(tag.replace(",", " ").split())[:LONGEST_TAG] for tag in tags)
    return list(dict.fromkeys(filter(None, found)))[:MOST_TAGS]


def forget_note(connection: Connection, run_id: str) -> None:
    """Forget what is said of a run."""
    connection.execute(delete(_notes).where(_notes.c.run_id == run_id))
