"""The button that copies the address: it says all that one sees, so that somebody else sees the same."""

from dashboard.shell.mount import mount

_mount = mount(__file__)


def copy_link() -> None:
    """Draw the button."""
    _mount(key="copy link", data={"label": "Copy a link to this page"})
