"""An area that a person drew on a map of tracks: what it holds, and how the address says it.

The text starts with a stamp of the map that it was drawn on, so that an area never chooses tracks on another map.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Corners = list[tuple[float, float]]
MOST_CORNERS = 40


def stamp(*of: str) -> str:
    """Return six hex digits that name a map."""
    return hashlib.sha256("\x1f".join(of).encode()).hexdigest()[:6]


def as_text(corners: Sequence[tuple[float, float]], of: str) -> str:
    """Return an area as an address says it: `3fa2c1~-1.25,0.4~…`."""
    return "~".join([of, *(f"{x:.4g},{y:.4g}" for x, y in corners)])


def from_text(text: str, of: str) -> Corners | None:
    """Return the corners that an address says, None where they are none, or were drawn on another map."""
    given, *rest = text.split("~")
    if given != of or not 3 <= len(rest) <= MOST_CORNERS:
        return None
    try:
        corners = [(float(x), float(y)) for x, y in (corner.split(",") for corner in rest)]
    except ValueError:
        return None
    return corners if np.isfinite(corners).all() else None


def rectangle(across: tuple[float, float], up: tuple[float, float]) -> Corners:
    """Return the corners of the area between two values on each axis."""
    (left, right), (low, high) = across, up
    return [(left, low), (right, low), (right, high), (left, high)]


def inside(points: npt.NDArray[Any], corners: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Return which points (n, 2) lie within the area, by the number of its edges to their right (even-odd rule)."""
    x, y = points[:, 0], points[:, 1]
    found = np.zeros(len(points), dtype=bool)
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y0 == y1:
            continue
        crosses = (y >= min(y0, y1)) & (y < max(y0, y1))
        found ^= crosses & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return found
