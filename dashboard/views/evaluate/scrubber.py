"""The scrubber: a slider over a run's epochs that moves the matrix and the charts in the browser, and can play.

All matrices go to the browser once, as differences from epoch to epoch: a page of 8 genres and 50 epochs takes 3 kB.
"""

import base64
import zlib
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import streamlit as st

from dashboard.figures.matrix import MatrixView
from dashboard.shell.mount import mount
from dashboard.theme import percent
from genre_core.evaluation.history import ConfusionHistory

MOST_COUNTS = 1_000_000
"""Counts that a browser is given at most: 277 epochs of 60 genres."""

_OF_ONE_EPOCH = {"counts", "rates", "intervals", "recalls", "precisions"}

_mount = mount(__file__)


def epoch_step(n_epochs: int, n_genres: int) -> int:
    """Return which multiple of epochs is on the slider: 1 for each, 2 for every other one."""
    return -(-n_epochs * n_genres**2 // MOST_COUNTS)


def scrubber_part(
    history: ConfusionHistory, best: int | None, *, after: int = 0, also: Collection[int] = ()
) -> dict[str, Any]:
    """Return the epochs beyond `after` as the browser is given them: counts, and how good each was in words.

    Where there are too many, only some are given, the first, the best, the last and those of `also` among them.
    """
    step = epoch_step(len(history), len(history.genres))
    kept = {*range(1, len(history) + 1, step), len(history), *({best} if best else ()), *also}
    epochs = sorted(epoch for epoch in kept if after < epoch <= len(history))
    chosen = np.asarray(epochs, dtype=np.int64) - 1
    differences = np.diff(history.counts[chosen], axis=0, prepend=0).astype("<i4")
    accuracies, macro_f1s = history.accuracies[chosen].tolist(), history.macro_f1s[chosen].tolist()
    right = [percent(rate, history.accuracy_interval(epoch)) for rate, epoch in zip(accuracies, epochs, strict=True)]
    return {
        "after": after,
        "step": step,
        "last": len(history),
        "best": best,
        "epochs": epochs,
        "counts": base64.b64encode(zlib.compress(differences.tobytes())).decode(),
        "right": right,
        "briefly": [percent(rate, decimals=0) for rate in accuracies],
        "macro_f1": [percent(rate) for rate in macro_f1s],
    }


def scrubber(
    part: dict[str, Any],
    key: str,
    *,
    view: MatrixView,
    at: int | None,
    default: int | None,
    revision: str,
    active: bool,
    on_rest: Callable[[int | None], None],
    matrix: str,
    chart: str,
    live: str = "",
) -> None:
    """Draw the scrubber over the epochs of `part`; it redraws the parts named `matrix` and `chart` in the browser.

    `view` is what the matrix shows of one of the epochs; while it moves, it shows the counts alone.
    `at` is the epoch that the address says, None for `default`, which is None for the latest; who stands at the latest
    follows an `active` run. `on_rest` gets the epoch that scrubbing came to rest at, None for the default; the browser
    replaces the address by itself, so that a rest is no Back step. Another `revision` begins anew.
    """
    said: dict[str, Any] = st.session_state.get(f"{key} rest", {})

    def rest() -> None:
        given = dict(st.session_state[key]["rest"])
        st.session_state[f"{key} rest"] = given
        on_rest(None if given["epoch"] is None else int(given["epoch"]))

    data = {
        "history": part,
        "view": {name: value for name, value in view.__dict__.items() if name not in _OF_ONE_EPOCH},
        "at": at,
        "default": default,
        "revision": revision,
        "active": active,
        "seq": said.get("seq", 0),
        "matrix": matrix,
        "chart": chart,
        "live": live,
    }
    _mount(key=key, data=data, on_rest_change=rest)
