"""The ruler: one scale from 0 to 100 % with chance, baselines, the model and the best possible on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.components.picture import pictured
from dashboard.theme import ACCENT, OTHER, TWINS, HasLimits, percent
from genre_core.data.clips.tagger.about import TAGS_ALONE
from genre_core.data.dataset import Part
from genre_core.evaluation.intervals import Interval
from genre_core.store.tag_baseline import TagsAlone
from genre_core.text import NO_INTERVAL, nothing_told

Kind = Literal["baseline", "limit", "best", "model", "other", "tick"]

_mount = pictured(__file__)


@dataclass(frozen=True)
class Mark:
    """One value on the ruler, a rate in [0, 1], with its interval, or what is `too_few` for one.

    `model` and `other` are drawn as a dot, on the test part as a diamond; a `tick` as a thin line, what is `best`
    but no limit as the limit is, without hatching.
    """

    kind: Kind
    value: float
    label: str = ""
    low: float | None = None
    high: float | None = None
    part: Part = "validation"
    too_few: str = ""

    @property
    def text(self) -> str:
        """Return the label as it stands on the ruler: name first for a model, value first for a line."""
        if not self.label:
            return ""
        if self.kind == "tick":
            return f"{percent(self.value)} · {self.label}"
        if self.kind in ("model", "other"):
            return f"{self.label} {self.number}"
        return f"{self.number} · {self.label}"

    @property
    def number(self) -> str:
        """Return the value with its interval: `79.9 % (77.6–82.1)`."""
        if self.low is None or self.high is None:
            return f"{percent(self.value)} ({self.too_few})" if self.too_few else percent(self.value)
        return percent(self.value, Interval(self.low, self.high))


@dataclass(frozen=True)
class Ruler:
    """The marks on one ruler, and what it measures ("accuracy", "recall of Jazz").

    Where ticks are not `ticks_named` on it, a chart beside it names them.
    """

    marks: tuple[Mark, ...]
    measure: str = "accuracy"
    ticks_named: bool = True

    @property
    def sentence(self) -> str:
        """Return what the ruler shows in words."""
        shown = "; ".join(f"{mark.label}: {mark.number}" for mark in self.marks if mark.label)
        return f"{self.measure.capitalize()} on a scale from 0 to 100 %. {shown}." if shown else ""


def majority(rate: float, label: str = "always the most common genre") -> Mark:
    """Return the mark of the majority baseline (or of another simple one, with its label)."""
    return Mark("baseline", rate, label)


def bayes_limit(rate: float, label: str = "no classifier can expect more") -> Mark:
    """Return the mark of the best that any classifier can do; the label says on what, where that needs saying."""
    return Mark("limit", rate, label)


def tags_alone(told: TagsAlone) -> Mark:
    """Return the mark of what a pretrained tagger's tags tell without training."""
    few = NO_INTERVAL if nothing_told(told.interval) else ""
    low, high = (None, None) if few else (told.interval.low, told.interval.high)
    return Mark("baseline", told.accuracy, TAGS_ALONE, low, high, too_few=few)


def model(
    rate: float,
    interval: HasLimits | None,
    label: str,
    part: Part = "validation",
    kind: Kind = "model",
    too_few: str = "",
) -> Mark:
    """Return the mark of a model with its interval, where it has one, or what is `too_few` for one."""
    if interval is not None and nothing_told(interval):
        return Mark(kind, rate, label, part=part, too_few=too_few or NO_INTERVAL)
    low, high = (interval.low, interval.high) if interval else (None, None)
    return Mark(kind, rate, label, low, high, part)


def ruler_part(marks: Ruler) -> dict[str, Any]:
    """Return what changes of a ruler while it follows a run: its marks, and the sentence that describes them."""
    shown = [
        {
            "kind": mark.kind,
            "value": round(mark.value, 5),
            "low": mark.low,
            "high": mark.high,
            "text": mark.text if marks.ticks_named or mark.kind != "tick" else "",
            "part": mark.part,
        }
        for mark in marks.marks
        if mark.value == mark.value
    ]
    return {"marks": shown, "alt": marks.sentence}


def ruler(marks: Ruler | Mapping[str, Any], key: str, height: int = 84, live: str = "") -> None:
    """Draw a ruler across its container; it grows beyond `height` pixels where labels have to stack.

    With `live`, the name of the part that `ruler_part` returned, it follows a run.
    """
    hues = {"model": [ACCENT, TWINS[ACCENT]], "other": [OTHER, TWINS[OTHER]]}
    part = (
        {**ruler_part(marks), "file": f"ruler of {marks.measure.split(';')[0]}"} if isinstance(marks, Ruler) else marks
    )
    _mount(key=key, data={**part, "height": height, "hues": hues, "live": live})
