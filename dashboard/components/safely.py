"""An error that has a sentence is shown as that sentence: on a page, and in the parts of it that refresh themselves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st

from dashboard.shell.address import plain
from genre_core.errors import GenreLabError

Given = ParamSpec("Given")


@contextmanager
def safely() -> Iterator[None]:
    """Show what goes wrong in the block as one sentence, and draw nothing after it."""
    try:
        yield
    except GenreLabError as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.stop()


def refreshing(body: Callable[Given, None], every: float | None = None) -> Callable[Given, None]:
    """Return `body` as a part of the page that is drawn anew by itself each `every` seconds (None: only with the page).

    It runs without the page around it, so it shows its errors itself.
    """

    @wraps(body)
    def shown(*args: Given.args, **kwargs: Given.kwargs) -> None:
        with safely():
            body(*args, **kwargs)

    return st.fragment(shown, run_every=every)
