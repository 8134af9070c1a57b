"""A search as pictures: best so far, every trial across its settings, one setting at a time, what decides."""

from collections.abc import Sequence
from math import log, log10
from typing import Any

from dashboard.figures.parts import bars, fixed_axis, name_axis, note, scatter, upright
from dashboard.theme import ACCENT, AXIS, FAINT, GAP, MUTED, PALETTE, Figure, heading, layout
from dashboard.views.tune.text import end_text
from genre_core.settings.names import all_settings, validate
from genre_core.studies.tuning.config import OBJECTIVES, SearchConfig
from genre_core.studies.tuning.rows import TrialResult
from genre_core.studies.tuning.space import Dimension

SHADES = (FAINT, PALETTE["accent_pale"].light, PALETTE["accent_light"].light)
"""From the worst third of the trials to the best; the best alone has the full color."""
MARGIN = 0.04
"""The room beside the ends of a range, as a share of it."""


def best_figure(config: SearchConfig, trials: Sequence[TrialResult], best: TrialResult | None) -> Figure:
    """Return each trial's objective in the order of the trials, and the best so far as a line."""
    done = [trial for trial in trials if trial.value is not None]
    complete = [trial for trial in done if trial.state == "complete"]
    pruned = [trial for trial in done if trial.state == "pruned"]
    xs, ys = _best_so_far(config, complete)
    dots = [
        _dots(config, complete, "trained to the end", {"color": SHADES[2], "size": 7}),
        _dots(config, pruned, "stopped early", {"color": MUTED, "size": 6, "symbol": "circle-open"}),
    ]
    line = scatter(xs, ys, "lines", line={"color": ACCENT, "width": 2.5, "shape": "hv"}, hoverinfo="skip")
    winner = _dots(config, [best] if best else [], "best", {"color": ACCENT, "size": 12})
    hollow = note(1, 0, "hollow: stopped early", xref="paper", yref="paper", xanchor="right", yanchor="bottom")
    return {
        "data": [*(trace for trace in dots if trace["x"]), line, winner],
        "layout": layout(
            "Best so far",
            xaxis=fixed_axis("trial", 0, max(config.n_planned, 1) + 0.5),
            yaxis=_value_axis(config),
            hovermode="closest",
            annotations=[hollow] if pruned else [],
        ),
    }


def parallel_figure(config: SearchConfig, trials: Sequence[TrialResult], best: TrialResult | None) -> Figure:
    """Return a line for each trial across its settings to its objective; the better, the darker, the best on top."""
    done = [trial for trial in trials if trial.value is not None]
    axes = [_Axis(dimension) for dimension in config.space]
    values = sorted((trial.value or 0.0 for trial in done), reverse=not config.maximize)
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    ranked = {
        id(trial): rank for rank, trial in enumerate(sorted(done, key=lambda t: _sign(config) * (t.value or 0.0)))
    }
    bands: list[dict[str, list[Any]]] = [{"x": [], "y": []} for _ in SHADES]
    for trial in done:
        shade = min(len(SHADES) - 1, len(SHADES) * ranked[id(trial)] // max(1, len(done)))
        _across(bands[shade], axes, trial, low, high)
    traces = [_lines(band, SHADES[shade], 1.2) for shade, band in enumerate(bands) if band["x"]]
    if best:
        top: dict[str, list[Any]] = {"x": [], "y": []}
        _across(top, axes, best, low, high)
        traces.append(_lines(top, ACCENT, 4))
    last = len(axes)
    names = [*(_title(axis.name) for axis in axes), OBJECTIVES[config.objective]]
    ends = [note for at, axis in enumerate(axes) for note in axis.notes(at)]
    if values:
        ends += [_end(last, 0, _written(config, low)), _end(last, 1, _written(config, high))]
    return {
        "data": traces,
        "layout": layout(
            heading("Every trial", "the bluer, the better"),
            xaxis={"tickvals": list(range(last + 1)), "ticktext": names, "range": [-0.4, last + 0.4], "side": "top",
                   "fixedrange": True},
            yaxis={"visible": False, "range": [-0.12, 1.12], "fixedrange": True},
            shapes=[upright(at, AXIS, yref="y", layer="below") for at in range(last + 1)],
            annotations=ends,
            hovermode=False,
            margin={"l": 8, "r": 8, "t": 64, "b": 8},
        ),
    }  # fmt: skip


def slice_figure(
    config: SearchConfig, trials: Sequence[TrialResult], best: TrialResult | None, dimension: Dimension
) -> Figure:
    """Return one searched setting's value against the objective."""
    pruned = [trial for trial in trials if trial.value is not None and trial.state == "pruned"]
    complete = [trial for trial in trials if trial.state == "complete"]
    named = {"type": "category", "categoryorder": "array", "categoryarray": _labels(dimension)}
    scale = named if dimension.values else {"type": dimension.setting.scale, "tickformat": "~g", **_ticks(dimension)}
    traces = (
        _slice(config, dimension, pruned, {"color": MUTED, "size": 6, "symbol": "circle-open"}),
        _slice(config, dimension, complete, {"color": SHADES[2], "size": 7}),
        _slice(config, dimension, [best] if best else [], {"color": ACCENT, "size": 12}),
    )
    return {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            _title(dimension.name),
            xaxis={**scale, "range": _reach(dimension), "fixedrange": True},
            yaxis={**_value_axis(config), "fixedrange": True},
            hovermode="closest",
        ),
    }


def importance_figure(importances: Sequence[tuple[str, float]]) -> Figure:
    """Return what part of the objective each setting decides, largest first."""
    drawn = bars(
        [_title(name) for name, _ in importances],
        [round(100 * share, 1) for _, share in importances],
        marker={"color": SHADES[2]},
        hovertemplate=f"%{{y}}: %{{x:.0f}}{GAP}%<extra></extra>",
        texttemplate=f"%{{x:.0f}}{GAP}%",
        textposition="auto",
        textangle=0,
    )
    return {
        "data": [drawn],
        "layout": layout(
            heading("Most important settings", "share of the objective's variance"),
            xaxis={"range": [0, 105], "ticksuffix": f"{GAP}%", "fixedrange": True},
            yaxis=name_axis(autorange="reversed", ticklabelstandoff=0),
            bargap=0.4,
            hovermode="closest",
        ),
    }


class _Axis:
    """One upright axis of the parallel coordinates."""

    def __init__(self, dimension: Dimension) -> None:
        self.name, self._dimension = dimension.name, dimension
        self._values = _labels(dimension)

    def place(self, value: Any) -> float:
        """Return where a value stands, from 0 to 1."""
        if self._values:
            label = _label(self._dimension, value)
            at = self._values.index(label) if label in self._values else 0
            return at / max(1, len(self._values) - 1)
        low, high = float(self._dimension.low or 0.0), float(self._dimension.high or 0.0)
        if low == high:
            return 0.5
        if self._dimension.setting.scale == "log":
            return (log(value) - log(low)) / (log(high) - log(low))
        return float((value - low) / (high - low))

    def notes(self, at: int) -> list[dict[str, Any]]:
        """Return what is written along the axis."""
        if self._values:
            return [
                _end(at, self.place(raw), name) for raw, name in zip(self._dimension.values, self._values, strict=True)
            ]
        low, high = self._dimension.low, self._dimension.high
        return [_end(at, 0, end_text(low)), _end(at, 1, end_text(high))]


def _reach(dimension: Dimension) -> list[float]:
    """Return the ends of an axis on which all that is searched has room, as plotly has them: of a log scale its log."""
    if dimension.values:
        return [-0.5, len(dimension.values) - 0.5]
    low, high = float(dimension.low or 0.0), float(dimension.high or 0.0)
    if dimension.setting.scale == "log":
        low, high = log10(low), log10(high)
    room = MARGIN * (high - low)
    return [round(low - room, 6), round(high + room, 6)]


def _ticks(dimension: Dimension) -> dict[str, Any]:
    """Return where an axis has its numbers: at the decades where it spans two or more."""
    low, high = dimension.low or 0.0, dimension.high or 0.0
    return {"dtick": 1} if dimension.setting.scale == "log" and high >= 100 * low else {"nticks": 5}


def _labels(dimension: Dimension) -> list[str]:
    """Return the values of a setting as a person reads them."""
    return [_label(dimension, value) for value in dimension.values]


def _label(dimension: Dimension, value: Any) -> str:
    """Return a value as a person reads it; those of a search come as they were typed."""
    return dimension.setting.label(validate(dimension.name, value))


def _across(band: dict[str, list[Any]], axes: Sequence[_Axis], trial: TrialResult, low: float, high: float) -> None:
    ys = [axis.place(trial.params[axis.name]) for axis in axes]
    ys.append(0.5 if high == low else ((trial.value or 0.0) - low) / (high - low))
    band["x"] += [*range(len(ys)), None]
    band["y"] += [*(round(y, 3) for y in ys), None]


def _lines(band: dict[str, list[Any]], colour: str, width: float) -> dict[str, Any]:
    line = {"color": colour, "width": width}
    return scatter(**band, mode="lines", line=line, connectgaps=False, hoverinfo="skip")


def _slice(
    config: SearchConfig, dimension: Dimension, trials: Sequence[TrialResult], marker: dict[str, Any]
) -> dict[str, Any]:
    values = [trial.params[dimension.name] for trial in trials]
    return scatter(
        [_label(dimension, tried) if dimension.values else tried for tried in values],
        [_shown(config, trial) for trial in trials],
        "markers",
        text=[f"trial {trial.trial}" for trial in trials],
        marker=marker,
        hovertemplate=f"%{{text}}: %{{x}}, {_hover(config)}<extra></extra>",
    )


def _dots(config: SearchConfig, trials: Sequence[TrialResult], name: str, marker: dict[str, Any]) -> dict[str, Any]:
    xs, ys = [trial.trial for trial in trials], [_shown(config, trial) for trial in trials]
    hover = f"trial %{{x}}, {name}: {_hover(config)}<extra></extra>"
    return scatter(xs, ys, "markers", name=name, marker=marker, hovertemplate=hover)


def _best_so_far(config: SearchConfig, complete: Sequence[TrialResult]) -> tuple[list[int], list[float]]:
    xs, ys, best = list[int](), list[float](), None
    for trial in complete:
        if trial.value is not None and config.better(trial.value, best):
            best = trial.value
            xs.append(trial.trial)
            ys.append(_shown(config, trial))
    if xs:
        xs.append(max(trial.trial for trial in complete))
        ys.append(ys[-1])
    return xs, ys


def _shown(config: SearchConfig, trial: TrialResult) -> float:
    value = trial.value or 0.0
    return round(value, 4) if config.objective == "log_loss" else round(100 * value, 2)


def _written(config: SearchConfig, value: float) -> str:
    return f"{value:.3f}" if config.objective == "log_loss" else f"{100 * value:.1f}{GAP}%"


def _hover(config: SearchConfig) -> str:
    return "%{y:.3f} nats" if config.objective == "log_loss" else f"%{{y:.1f}}{GAP}%"


def _value_axis(config: SearchConfig) -> dict[str, Any]:
    if config.objective == "log_loss":
        return {"title": {"text": "log loss (nats)"}, "rangemode": "tozero", "nticks": 6}
    return {"range": [0, 101], "ticksuffix": f"{GAP}%", "nticks": 6}


def _sign(config: SearchConfig) -> float:
    return 1.0 if config.maximize else -1.0


def _title(name: str) -> str:
    return all_settings()[name].title


def _end(x: float, y: float, text: str) -> dict[str, Any]:
    anchor = "top" if y == 0 else "bottom" if y == 1 else "middle"
    place, shift = ("center", 0) if y in (0, 1) else ("left", 6)
    return note(x, y, text, size=11, yanchor=anchor, xanchor=place, xshift=shift)
