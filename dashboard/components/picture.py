"""Pictures to take away: what a component shows, as PNG or as SVG that opens anywhere."""

from functools import cache
from pathlib import Path
from typing import Any

from dashboard.components.file_names import named
from dashboard.shell.mount import mount
from dashboard.shell.served import STATIC, serve

HERE = Path(__file__).parent
CONTROL, STYLE = HERE / "picture.js", HERE / "picture.css"
DRAWN_BY = ("picture_pen.js", "picture_page.js", "picture_file.js")


def pictured(module: str, *scripts: str) -> Any:
    """Return what draws the component of a module, as `mount` does, with the buttons that take it away as a picture.

    Its script calls `offerPicture`. A file is named after the component's key, or after `file` among its data.
    """
    draw_alone = mount(module, CONTROL, *scripts, also=STYLE.read_text(encoding="utf-8"))

    def draw(*, key: str, data: dict[str, Any], **more: Any) -> Any:
        assert "taken" not in data
        taken = {"file": named(data.get("file") or key), "script": install_pictures()}
        return draw_alone(key=key, data={**data, "taken": taken}, **more)

    return draw


@cache
def install_pictures(folder: Path = STATIC) -> str:
    """Write the script that makes pictures to where it is served, once, and return its file name."""
    return serve("pictures", ".js", [HERE / name for name in DRAWN_BY], folder)
