"""Names in a figure stand as they are written: no dates or numbers made of them, no markup, and long ones cut."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard.theme import Figure

LONGEST = 32
"""Letters of a name on an axis."""
NAMES = ("name", "text", "customdata")
MARKUP = re.compile(r"<(?!br>)")


def as_written(figure: Figure) -> Figure:
    """Return a figure whose axes of names are categories, with names escaped and long ones cut on the axis."""
    traces, axes = [], dict[str, dict[str, Any]]()
    for trace in figure["data"]:
        drawn = dict(trace)
        for side in ("x", "y"):
            values: Any = drawn.get(side)
            if _has_names(values):
                axis = f"{side}axis{str(drawn.get(f'{side}axis', side))[1:]}"
                drawn[side] = [_escaped(value) for value in values]
                axes.setdefault(axis, {}).update(dict.fromkeys(value for value in values if isinstance(value, str)))
        drawn |= {name: _escaped(drawn[name]) for name in NAMES if name in drawn}
        traces.append(drawn)
    layout = dict(figure["layout"])
    for name in {*axes, *(key for key in layout if re.fullmatch(r"[xy]axis\d*", key))}:
        layout[name] = _axis(layout.get(name) or {}, list(axes.get(name, ())))
    return {**figure, "data": traces, "layout": layout}


def _axis(given: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Return an axis; of `names`, where it has some, it is one of categories."""
    axis = dict(given)
    if names:
        axis.setdefault("type", "category")
        if "ticktext" not in axis and "tickvals" not in axis and any(len(name) > LONGEST for name in names):
            axis |= {"tickmode": "array", "tickvals": names, "ticktext": [shortened(name) for name in names]}
    for key in ("ticktext", "tickvals", "categoryarray"):
        if key in axis:
            axis[key] = _escaped(axis[key])
    return axis


def _has_names(values: Any) -> bool:
    return isinstance(values, list | tuple) and any(isinstance(value, str) for value in values)


def shortened(name: str) -> str:
    """Return a name as it stands where there is little room."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _escaped(value: Any) -> Any:
    """Return text, or lists of it, in which nothing but a line break is markup."""
    if isinstance(value, str):
        return MARKUP.sub("&lt;", value)
    return [_escaped(one) for one in value] if isinstance(value, list | tuple) else value
