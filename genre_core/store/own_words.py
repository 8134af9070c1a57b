"""A person's own paragraphs on a run: they stay where it is trained again, and go with it when it is deleted."""

from sqlalchemy import delete, insert, select

from genre_core.store.database import Shelf
from genre_core.store.schema import own_words as _own_words

LONGEST = 20_000
"""Most letters of a section."""


class OwnWords(Shelf):
    """The paragraphs that were written for the reports of a database."""

    def of(self, run_id: str) -> dict[str, str]:
        """Return what was written for the report on a run, by section."""
        query = select(_own_words.c.section, _own_words.c.text).where(_own_words.c.run_id == run_id)
        return {row.section: row.text for row in self._database.all(query)}

    def write(self, run_id: str, section: str, text: str) -> None:
        """Keep what was written for a section in place of what was there; nothing is kept of an empty text."""
        of = (_own_words.c.run_id == run_id) & (_own_words.c.section == section)
        with self._database.transaction() as connection:
            connection.execute(delete(_own_words).where(of))
            if text := text.replace("\x00", "").strip()[:LONGEST]:  # which PostgreSQL does not take
                connection.execute(insert(_own_words).values(run_id=run_id, section=section, text=text))
