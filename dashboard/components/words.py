"""An answer, a title or progress in words, drawn anew by what follows a page."""

from collections.abc import Mapping
from typing import Any, Literal

from dashboard.shell.mount import mount

_mount = mount(__file__, isolate_styles=False)


def words(part: Mapping[str, Any], key: str, live: str = "", width: int | Literal["stretch"] = "stretch") -> None:
    """Draw words: an `answer` (heading and sentence), a `title` with its note, `progress`, or `numbers` by name.

    `badges` of an answer and a title map texts to what they mean.
    """
    _mount(key=key, data={**part, "live": live}, width=width)
