"""The drawing of a network that is watched: layers of units, their strongest connections, and what each unit does."""

from collections.abc import Mapping
from typing import Any

from dashboard.components.picture import pictured
from dashboard.theme import PALETTE

_mount = pictured(__file__)


def network_drawing(
    part: Mapping[str, str], always: Mapping[str, Any], key: str, *, path: str, about: str, how: str
) -> None:
    """Draw a part of `watching.part`, with what is the same for all epochs; it follows `live/{path}` and can go back.

    `about` says how large the network is, and `how` explains the picture. Where an earlier epoch is chosen,
    the map is moved there as well.
    """
    hues = {name: PALETTE[name] for name in ("accent", "other", "ink", "muted", "axis", "background", "wrong")}
    _mount(key=key, data={**part, **always, "path": path, "about": about, "how": how, "live": "watch", "hues": hues})
