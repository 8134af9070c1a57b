"""Parts of a page that follow a run or a lens by themselves: words that change, and what fetches them and the charts.

A component that is given `live`, the name of its part, is drawn anew from each answer that `follow` fetches.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from dashboard.shell.mount import mount

_words = mount(Path(__file__).with_name("words"), isolate_styles=False)
_follower = mount(__file__, isolate_styles=False)


def words(part: Mapping[str, Any], key: str, live: str = "", width: int | Literal["stretch"] = "stretch") -> None:
    """Draw words: an `answer` (heading and the sentence under it), a `title` with its note, or `progress` in words.

    `terms` maps words to their explanations, shown where a person points at them or reaches them by keyboard.
    """
    _words(key=key, data={**part, "live": live}, width=width)


def follow(path: str, phase: str, state: str) -> None:
    """Let the browser ask `live/{path}` what has changed and draw parts anew; a new `phase` runs the page again."""
    _follower(
        key="live", data={"path": path, "phase": phase, "state": state}, height=0, on_phase_change=_nothing_but_a_rerun
    )


def _nothing_but_a_rerun() -> None:
    """Do nothing: that the page runs again is all there is to do."""
