"""A picture that is made as HTML, with the buttons that take it away."""

from dashboard.components.picture import pictured

_mount = pictured(__file__)


def drawn(html: str, key: str, *, style: str, file: str) -> None:
    """Draw HTML, whose texts are escaped where it is made, by a style sheet of its own.

    `file` says what a file of it holds.
    """
    _mount(key=key, data={"html": html, "style": style, "file": file})
