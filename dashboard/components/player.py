"""The player: one list of clips to hear, each with the spectrogram that a network hears it by."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.components.picture import pictured
from dashboard.services.clips import LONGEST
from dashboard.theme import PALETTE, count
from genre_core.data.dataset import FloatArray

MOST = 200
"""Clips in one list, at most."""
SHOWN_SECONDS = 60.0
"""Length of a clip up to which all of it is shown around the window that is heard."""

RAMPS = (
    ("#f3f6f9", "#bfdee6", "#8dc3db", "#61a5d3", "#4283d0", "#3461bc", "#2c41a0", "#262873", "#1d1148"),
    ("#191d23", "#222e64", "#284593", "#2b5fc3", "#3384cd", "#4aa8cf", "#7cc8cc", "#b5e3cb", "#fdf6d3"),
)
"""Colors of a spectrogram from nothing to the strongest, on a light page and on a dark one, even steps in lightness."""

MAP_RAMPS = tuple(
    [getattr(PALETTE[name], theme) for name in ("other", "other_light", "background", "accent_light", "accent")]
    for theme in ("light", "dark")
)
"""Colors of a map from what speaks against to what speaks for, as everywhere."""

MAP_TICKS = (500, 1000, 2000, 4000)

SCRIPTS = ("player_picture.js", "player_list.js", "player_sound.js")
_mount = pictured(__file__, *SCRIPTS)

Windows = tuple[tuple[float, float, Mapping[str, float]], ...]
"""Windows of a clip: start and length in seconds, and the probability of each genre."""


@dataclass(frozen=True)
class Heard:
    """Something to hear: a window (start and seconds) of a clip, or the whole clip where `seconds` is 0.

    `length` is that of the clip in seconds. `gain`, at most 1, makes it as loud as others. `href` is the address of the
    track's page, and `windows` what a network says along the clip.
    """

    clip: str
    title: str
    genre: str = ""
    detail: str = ""
    start: float = 0.0
    seconds: float = 0.0
    length: float = 0.0
    gain: float = 1.0
    href: str = ""
    windows: Windows = ()

    @property
    def shown(self) -> tuple[float, float]:
        """Return from when to when the clip is shown: all of a short one, a minute around the window of a long one."""
        if not self.seconds:
            return 0.0, min(self.length, LONGEST)
        span = min(max(self.seconds, min(self.length, SHOWN_SECONDS)), LONGEST)
        start = max(0.0, min(self.start + (self.seconds - span) / 2, self.length - span))
        return start, start + span


@dataclass(frozen=True, eq=False)
class Map:
    """How much each part of a sound speaks for something: `values` (n_mels, n_frames), and in words, `sentence`.

    Frames lie `step` seconds apart, bands are centered on `hertz` (n_mels,).
    """

    values: FloatArray
    step: float
    hertz: FloatArray
    sentence: str


@dataclass(frozen=True)
class Line:
    """A number along a sound, drawn under it by its name: one each `step` seconds, from the beginning."""

    name: str
    step: float
    values: tuple[float, ...]


def player(
    heard: Sequence[Heard],
    *,
    key: str,
    title: str = "",
    total: int = 0,
    cursor_on: str = "",
    together: bool = False,
    map: Map | None = None,
    line: Line | None = None,
    on_play: Callable[[], None] | None = None,
) -> None:
    """Draw one player over clips, in their order; without clips nothing.

    `total` is how many there are, where only the first of them are given. `cursor_on` is the name by which a chart over
    the seconds is `live`: a hairline on it stands where the sound is. Clips that are heard `together` are equally
    long: from one to another the sound goes on at the same moment. `map` and `line` are drawn under each of them. With
    `on_play`, which is called whenever a clip plays from its start, there is sound alone: no picture, and no moving
    within the clip.
    """
    if not heard:
        return
    listed, total = heard[:MOST], max(total, len(heard))
    more = f"The first {MOST:,} of {count(total, 'clip')} are listed." if total > MOST else ""
    data = {
        "file": "spectrogram of",
        "title": title,
        "more": more,
        "clips": [_clip(one) for one in listed],
        "ramps": RAMPS,
        "blind": on_play is not None,
        "cursor_on": cursor_on,
        "together": together,
        "map": map and _map(map),
        "line": line and {"name": line.name, "step": line.step, "values": [round(value, 4) for value in line.values]},
    }

    plays = {} if on_play is None else {"on_play_change": on_play}
    _mount(key=key, data=data, **plays)


def _clip(one: Heard) -> dict[str, Any]:
    start, end = one.shown
    return {
        "clip": one.clip,
        "title": one.title,
        "genre": one.genre,
        "detail": one.detail,
        "from": round(one.start, 3) if one.seconds else 0.0,
        "to": round(one.start + one.seconds, 3) if one.seconds else round(one.length, 3),
        "shown": [round(start, 3), round(end, 3)],
        "gain": round(min(one.gain, 1.0), 4),
        "href": one.href,
        "windows": [
            [round(start, 3), round(seconds, 3), {genre: round(p, 3) for genre, p in probabilities.items()}]
            for start, seconds, probabilities in one.windows
        ],
    }


def _map(one: Map) -> dict[str, Any]:
    largest = float(np.abs(one.values).max()) or 1.0
    levels = np.round(128 + 127 * one.values / largest).astype(np.uint8)
    heights = (np.interp(MAP_TICKS, one.hertz, np.arange(len(one.hertz))) + 0.5) / len(one.hertz)
    return {
        "levels": b64encode(levels.tobytes()).decode(),
        "shape": levels.shape,
        "step": one.step,
        "ticks": list(zip(MAP_TICKS, heights.tolist(), strict=True)),
        "sentence": one.sentence,
        "ramps": MAP_RAMPS,
    }
