"""Files that were made to be taken home."""

from typing import NamedTuple


class Made(NamedTuple):
    """A file to be taken home: its name, its media type, and what is in it."""

    name: str
    media_type: str
    content: bytes
