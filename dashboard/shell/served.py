"""Scripts that a browser fetches when it needs them, and keeps: those of components travel with every answer."""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import get_ident
from zlib import crc32

STATIC = Path(__file__).parents[1] / "static"


def serve(name: str, ending: str, sources: Sequence[Path], folder: Path = STATIC) -> str:
    """Write scripts, one after the other, as one file to where it is served, unless it is there; return its name."""
    content = b"\n".join(source.read_bytes() for source in sources)
    # What is in it stands in its name: a browser fetches it anew once it is another one.
    target = folder / f"{name}-{crc32(content):08x}{ending}"
    if not target.exists():
        folder.mkdir(exist_ok=True)
        # Several sessions of one process may come here at once, each in a thread of its own.
        partial = target.with_suffix(f".{os.getpid()}-{get_ident()}")
        partial.write_bytes(content)
        partial.replace(target)
    return target.name
