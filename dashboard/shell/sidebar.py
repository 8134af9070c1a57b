"""The sidebar of pages without settings: there is none."""

import time

from dashboard.shell.mount import mount

_mount = mount(__file__)


def no_sidebar() -> None:
    """Let go of the sidebar of the page before.

    Streamlit decides that while a page's run ends. Where that run came in the middle of another page's, what stood in
    the sidebar goes a moment later, and an empty one stays until the next run: its script asks for one.
    """
    # Its data change with each run, so that it looks after each.
    _mount(key="no sidebar", data={"run": time.monotonic()}, height=0, on_empty_change=lambda: None)
