"""Words that explain themselves: an answer, a title or progress, drawn anew by what follows a page."""

from collections.abc import Mapping
from typing import Any, Literal

from dashboard.shell.mount import mount

_mount = mount(__file__, isolate_styles=False)


def words(part: Mapping[str, Any], key: str, live: str = "", width: int | Literal["stretch"] = "stretch") -> None:
    """Draw words: an `answer` (heading and the sentence under it), a `title` with its note, or `progress` in words.

    `terms` maps words to their explanations, shown where a person points at them or reaches them by keyboard.
    """
    _mount(key=key, data={**part, "live": live}, width=width)
