"""The contract of what a page shows: every picture and every table can be taken away."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

DASHBOARD = Path(__file__).parents[1] / "dashboard"
SOURCES = {path.relative_to(DASHBOARD).as_posix(): path for path in sorted(DASHBOARD.rglob("*.py"))}

NO_PICTURES = {
    "components/browser_memory.py", "components/copy_link.py", "components/live.py", "components/view.py",
    "components/words.py", "shell/settings_panel.py", "views/data/columns.py", "views/evaluate/find_flips.py",
    "views/evaluate/scrubber.py",
}  # fmt: skip
"""Components of which nothing is to be looked at: controls, and words."""
OWN_BUTTONS = {"components/plot.py"}
"""Components that bring the buttons themselves."""


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Yield the calls of a function, or of a method, by its name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
            yield node


def users(name: str) -> set[str]:
    return {file for file, path in SOURCES.items() if any(calls(path, name))}


def test_a_component_is_a_control_or_has_the_buttons_that_take_its_picture_away():
    assert users("mount") - {"components/picture.py"} == NO_PICTURES | OWN_BUTTONS
    pictured = users("pictured")
    assert len(pictured) >= 8
    assert [file for file in pictured if "offerPicture(" not in SOURCES[file].with_suffix(".js").read_text()] == []
    assert re.search(r"toImage.*svg", SOURCES["components/plot.py"].with_suffix(".js").read_text())
