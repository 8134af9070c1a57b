"""Components of our own: style and script stand beside the module, under its name."""

from pathlib import Path
from typing import Any

import streamlit as st

DOM = Path(__file__).with_name("dom.js")


def mount(
    module: str | Path, *scripts: str | Path, isolate_styles: bool = True, styled: bool = True, also: str = ""
) -> Any:
    """Return what draws the component of a module, given as its `__file__`; `scripts` beside it go before its own.

    A component that is not `styled` brings its style itself; `also` is style that it shares with others.
    """
    own = Path(module)
    texts = [DOM, *(own.parent / name for name in scripts), own.with_suffix(".js")]
    style = own.with_suffix(".css")
    css = also + (style.read_text(encoding="utf-8") if styled and style.exists() else "")
    return st.components.v2.component(
        f"genre_lab_{own.stem}", css=css or None, js="\n".join(map(_script, texts)), isolate_styles=isolate_styles
    )


def _script(path: Path) -> str:
    """Return a script without its indents and the lines that only explain it: it travels with each answer."""
    lines = map(str.strip, path.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
