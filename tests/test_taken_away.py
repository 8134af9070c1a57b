"""The contract of what a page shows: every picture and every table can be taken away."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

DASHBOARD = Path(__file__).parents[1] / "dashboard"
SOURCES = {path.relative_to(DASHBOARD).as_posix(): path for path in sorted(DASHBOARD.rglob("*.py"))}

NO_PICTURES = {
    "components/browser_memory.py", "components/copy_link.py", "components/live.py", "components/view.py",
    "components/words.py", "shell/settings_panel.py", "shell/sidebar.py", "views/data/columns.py",
    "views/evaluate/find_flips.py", "views/evaluate/scrubber.py",
}  # fmt: skip
"""Components of which nothing is to be looked at: controls, and words."""
OWN_BUTTONS = {"components/plot.py"}
"""Components that bring the buttons themselves."""


@cache
def all_calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Yield the calls of a function, or of a method, by its name."""
    for node in all_calls(path):
        if getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
            yield node


def users(name: str) -> set[str]:
    return {file for file, path in SOURCES.items() if any(calls(path, name))}


def test_a_component_is_a_control_or_has_the_buttons_that_take_its_picture_away():
    assert users("mount") - {"components/picture.py"} == NO_PICTURES | OWN_BUTTONS
    pictured = users("pictured")
    assert len(pictured) >= 8
    assert [file for file in pictured if "offerPicture(" not in SOURCES[file].with_suffix(".js").read_text()] == []
    assert re.search(r"toImage.*svg", SOURCES["components/plot.py"].with_suffix(".js").read_text())


WRITTEN_ANYWAY = {"views/predict/answer.py"}
"""Pages whose table is a file anyway, and is downloaded as it was written."""


def test_a_table_is_drawn_by_the_one_function_which_downloads_it_or_has_a_button_beside_it():
    for file in users("table") - {"components/table.py"}:
        for call in calls(SOURCES[file], "table"):
            given = {item.arg: item.value for item in call.keywords}
            if "n" not in given:  # another function of that name, as pyarrow's
                continue
            is_none = isinstance(given["file"], ast.Constant) and given["file"].value is None
            assert not is_none or file in WRITTEN_ANYWAY or any(calls(SOURCES[file], "csv_download")), file
    # Streamlit's own button would write cells that a spreadsheet takes for formulas: ours makes them harmless.
    bare = users("dataframe") | users("data_editor")
    assert bare == {"components/table.py", "views/runs/page.py", "views/runs/studies.py"}
    plain = re.compile(r"<table|\bst\.table\(")
    for file in bare | {file for file, path in SOURCES.items() if plain.search(path.read_text(encoding="utf-8"))}:
        assert any(calls(SOURCES[file], "csv_download")), file


def test_nothing_is_drawn_that_cannot_be_taken_away():
    charts = {"line_chart", "bar_chart", "area_chart", "scatter_chart", "altair_chart", "vega_lite_chart", "map"}
    charts |= {"plotly_chart", "pyplot", "graphviz_chart", "pydeck_chart", "bokeh_chart", "image"}
    found = re.compile(rf"\bst\.({'|'.join(charts)})\(")
    assert [file for file, path in SOURCES.items() if found.search(path.read_text(encoding="utf-8"))] == []
