"""The network that is watched: its drawing and its map, as plain data, and how an open page follows them."""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from dashboard.components.live import Followed, Parts
from dashboard.services import runs, watching
from dashboard.services.caching import cached_by_run
from dashboard.services.datasets import dataset
from dashboard.services.sounds import title_of
from dashboard.services.watching import FINAL, Look, Watched
from dashboard.theme import percent
from dashboard.views.train import watching_text as sentences
from genre_core.data.dataset import FloatArray, IntArray
from genre_core.errors import DataError
from genre_core.evaluation.metrics import softmax
from genre_core.explaining.units import strongest, vanishing
from genre_core.settings.config import SoundConfig
from genre_core.store.schema import Run
from genre_core.text import capitalized

TYPICAL = "typical"
DRAWN, EARLY = "drawn", "early"
"""Phases of a watched network: it has weights to draw, or none yet."""
MOST_LINES, MOST_UNITS, MOST_NAMED = 120, 256, 3
"""Most connections drawn of a layer, units drawn of one, and features or genres named of a unit."""
MINUS = "\u2212"
FAR = 3.0
"""Standard scores beyond this are drawn as this."""


def look(followed: str) -> Followed | None:
    """Return a watched network as it is followed; `followed` is `run/track/epoch`, as `path` writes it."""
    run_id, track, asked = [*followed.split("/"), "", ""][:3]
    run = runs.run(run_id)
    return None if run is None else follow(run, track, int(asked) if asked.isdecimal() else None)


def follow(run: Run, track: str, asked: int | None = None) -> Followed:
    """Return a run's network as it is followed, as of the epoch `asked` or the latest; it counts as watched now."""
    watching.renew(run)
    epochs = watching.epochs(run)
    phase = DRAWN if epochs else EARLY

    def parts(_: str) -> Parts:
        shown = asked if asked in epochs else epochs[-1] if epochs else None
        return {} if shown is None else {"watch": part(run, track, shown, epochs)}

    return Followed(f"{run.attempt} {run.state} {epochs[-1:]}", phase, runs.poll_seconds(run), parts)


def path(run: Run, track: str) -> str:
    """Return how the route names what a page follows."""
    return f"watch/{run.id}/{track}"


def part(run: Run, track: str, epoch: int, epochs: list[int]) -> dict[str, str]:
    """Return what changes with the epochs and the track, as text."""
    about = watching.watched(run)
    said = {str(one): sentences.which_epoch(run, one, FINAL) for one in epochs}
    more = json.dumps({"epoch": epoch, "epochs": epochs, "said": said}, separators=(",", ":"))
    return {"picture": f"{more[:-1]},{_picture(run, epoch, position_of(about, track))[1:]}"}


def position_of(about: Watched, track: str) -> int:
    """Return which of the shown tracks a number in the address names, counted from 1; the most typical for none."""
    found = np.flatnonzero(about.rows == (int(track) - 1 if track.isdecimal() else -1))
    return int(found[0]) if len(found) else about.first


def title(run: Run, about: Watched, position: int) -> str:
    """Return a shown track as it is called: `track 5,618`, or the name of its file."""
    name = dataset(run.config.data).tracks[about.rows[position]]
    if isinstance(run.config.data, SoundConfig):
        return title_of(run.config.data, name)
    return name if any(map(str.isalpha, name)) else f"{run.noun} {name}"


def for_all_epochs(run: Run) -> dict[str, Any]:
    """Return what stays the same: names, where the tracks of the map lie (thousandths), and their genres."""
    about = watching.watched(run)
    n = len(about.rows)
    return {
        "features": list(about.names),
        "genres": list(about.genres),
        "nouns": f"{n:,} validation {run.noun}s",
        "shown": f"{n:,} of {about.n_validation:,} validation {run.noun}s" if n < about.n_validation else "",
        "points": json.dumps(np.round(1000 * about.plane.points).astype(int).ravel().tolist(), separators=(",", ":")),
        "y": about.y.tolist(),
        "tracks": (about.rows + 1).tolist(),
        "columns": watching.COLUMNS,
        "rows": watching.ROWS,
    }


@cached_by_run(64)
def _picture(of: Run, epoch: int, position: int) -> str:
    about, seen = watching.watched(of), watching.look(of, epoch)
    values = _values(about, seen, position)
    shown = _shown(seen.network.weights)
    layers = [_layer(seen, values, shown, at) for at in range(len(values))]
    lines = [_lines(w[np.ix_(up, down)]) for w, (down, up) in zip(seen.network.weights, pairwise(shown), strict=True)]
    drawn = [(len(line) // 3, int(w.size)) for line, w in zip(lines, seen.network.weights, strict=True)]
    sizes = [(name_of(at, len(layers)), len(layer["shown"]), layer["n"]) for at, layer in enumerate(layers)]
    answer, probability = int(values[-1].argmax()), float(values[-1].max())
    heading = f"{title(of, about, position)} ({about.genres[about.y[position]]})"
    found = {
        "layers": layers,
        "lines": lines,
        "drawn": " ".join(filter(None, (sentences.lines_drawn(drawn), sentences.units_drawn(sizes)))),
        "track": f"{capitalized(heading)}: answered {about.genres[answer]}, {percent(probability, decimals=0)}",
        "chosen": position,
        "answers": seen.answers.tolist(),
        "ground": seen.ground.tolist(),
        "agreement": sentences.agreement(_agreement(about, seen)),
    }
    return json.dumps(found, separators=(",", ":"))


def name_of(at: int, n_layers: int) -> str:
    """Return what a layer is called: `features`, `hidden layer 2`, `genres`."""
    return "features" if at == 0 else "genres" if at == n_layers - 1 else f"hidden layer {at}"


def _values(about: Watched, seen: Look, position: int) -> list[FloatArray]:
    """Return what each layer holds for a track: standard scores, activations, probabilities."""
    x = about.X[[position]]
    *hidden, logits = seen.network.outputs(x)
    return [x[0], *(layer[0] for layer in hidden), softmax(logits)[0]]


def _shown(weights: tuple[FloatArray, ...]) -> list[IntArray]:
    """Return which units of each layer are drawn: all, or those with the strongest connections in their order."""
    strengths = [np.zeros(weights[0].shape[1]), *(np.abs(w).max(axis=1) for w in weights)]
    for at, weight in enumerate(weights):
        strengths[at] = np.maximum(strengths[at], np.abs(weight).max(axis=0))
    return [np.sort(np.argsort(-one, kind="stable")[:MOST_UNITS]) for one in strengths]


def _layer(seen: Look, values: list[FloatArray], shown: list[IntArray], at: int) -> dict[str, Any]:
    own, is_hidden, last = values[at], 0 < at < len(values) - 1, at == len(values) - 1
    scale = FAR if at == 0 else max(float(own.max()), 1e-9) if is_hidden else 1.0
    dead = seen.units.dead[at - 1] if is_hidden else np.zeros(len(own), bool)
    active = seen.units.active[at - 1] if is_hidden else np.ones(len(own))
    fed, speaks = seen.units.fed[at], seen.units.speaks[at]
    centred = speaks - speaks.mean(axis=0)
    chosen = shown[at].tolist()
    return {
        "n": len(own),
        "shown": chosen,
        "fill": [round(float(np.clip(own[unit] / scale, -1, 1)), 2) for unit in chosen],
        "value": [round(float(own[unit]), 2) for unit in chosen],
        "active": [round(100 * float(active[unit])) for unit in chosen],
        "dead": [place for place, unit in enumerate(chosen) if dead[unit]],
        "n_dead": int(dead.sum()),
        "fed": [] if at == 0 else _strongest_of(fed[chosen]),
        "speaks": [] if last else _strongest_of(centred.T[chosen]),
        **(_gradient(seen.gradients, at) if at else {}),
    }


def _gradient(sizes: FloatArray, at: int) -> Mapping[str, Any]:
    """Return the size of a layer's gradient as a share of the last layer's."""
    share = float(sizes[at - 1] / sizes[-1]) if sizes[-1] > 0 else 0.0
    return {"gradient": float(f"{share:.2g}"), "vanishing": bool(vanishing(sizes)[at - 1])}


def _strongest_of(weights: FloatArray) -> list[list[int]]:
    """Return the numbers of the largest weights of each row (n, m) with their signs, from 1; the largest first."""
    order = np.argsort(-np.abs(weights), axis=1, kind="stable")[:, :MOST_NAMED]
    found = np.take_along_axis(weights, order, axis=1)
    signed = np.where(np.abs(found) > 1e-9, np.sign(found), 0).astype(int) * (order + 1)
    return [[one for one in row if one] for row in signed.tolist()]


def _lines(weight: FloatArray) -> list[int]:
    """Return the drawn connections as unit above, unit below, strength in hundredths of the strongest, one by one."""
    pairs = strongest(weight, MOST_LINES)
    found = weight[tuple(pairs.T)]
    relative = np.round(100 * found / max(float(np.abs(found).max(initial=0)), 1e-9)).astype(int)
    return np.column_stack([pairs, relative]).ravel().tolist()


def _agreement(about: Watched, seen: Look) -> float:
    """Return the share of tracks that lie on ground of their answer."""
    columns = np.minimum((about.plane.points[:, 0] * watching.COLUMNS).astype(int), watching.COLUMNS - 1)
    rows = np.minimum((about.plane.points[:, 1] * watching.ROWS).astype(int), watching.ROWS - 1)
    return float((seen.ground[rows * watching.COLUMNS + columns] == seen.answers).mean())


def unit_rows(run: Run, track: str) -> list[dict[str, Any]]:
    """Return a table of all units of the latest weights: what each does with the track, what feeds it, and for what."""
    epochs = watching.epochs(run)
    if not epochs:
        raise DataError(sentences.EARLY)
    about, seen = watching.watched(run), watching.look(run, epochs[-1])
    values, rows = _values(about, seen, position_of(about, track)), []
    for at, own in enumerate(values):
        is_hidden, speaks = 0 < at < len(values) - 1, seen.units.speaks[at]
        names = about.names if at == 0 else about.genres if at == len(values) - 1 else ()
        fed, for_genres = _strongest_of(seen.units.fed[at]), _strongest_of((speaks - speaks.mean(axis=0)).T)
        for unit, value in enumerate(own.tolist()):
            rows.append(
                {
                    "layer": name_of(at, len(values)),
                    "unit": names[unit] if names else str(unit + 1),
                    "on this track": value,
                    "active on": 100 * float(seen.units.active[at - 1][unit]) if is_hidden else None,
                    "fed by": _named(fed[unit], about.names) if at else "",
                    "speaks for": _named(for_genres[unit], about.genres) if at < len(values) - 1 else "",
                }
            )
    return rows


def _named(signed: list[int], names: tuple[str, ...]) -> str:
    return ", ".join(f"{names[abs(one) - 1]} ({'+' if one > 0 else MINUS})" for one in signed)
