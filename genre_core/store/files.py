"""Where what is too large for the database lies: what is measured on clips, uploaded clips, the tagger's weights."""

import os
from pathlib import Path

from sqlalchemy import make_url

from genre_core.errors import StoreError


def files_folder(store_url: str) -> Path:
    """Return the folder that GENRE_LAB_FILES names, or else one beside the SQLite file.

    Where it names another address, such as an object store, what has to be a file lies beside the SQLite file.
    Raises StoreError where the database is no file, and no folder is named.
    """
    named = os.environ.get("GENRE_LAB_FILES", "")
    if named and "://" not in named:
        return Path(named).absolute()
    url = make_url(store_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise StoreError(
            "Sound needs a folder that dashboard and workers share: name it in GENRE_LAB_FILES, as the database is "
            "not a file."
        )
    path = Path(url.database).absolute()
    return path.parent / f"{path.stem}-files"


def shards_address(store_url: str) -> str:
    """Return where shards lie, as fsspec writes it; raises StoreError where no place is known."""
    named = os.environ.get("GENRE_LAB_FILES", "")
    return f"{named.rstrip('/')}/extracted" if "://" in named else str(files_folder(store_url) / "extracted")
