"""Windows in which a clip is heard: when each starts, in seconds."""

import math
from typing import Literal

import numpy as np

Where = Literal["middle", "whole"]
TOLERANCE = 1e-6
"""In milliseconds: what floating point loses is no part of a window."""


def starts(seconds: float, length: float, hop: float, most: int, where: Where) -> tuple[float, ...]:
    """Return the starts of windows of `length` seconds in a clip of `seconds`, in whole milliseconds, ascending.

    Windows stand `hop` seconds apart and lie within the clip. Where more than `most` fit, those of the "middle" are
    taken, or some from the "whole" clip, evenly spread. A clip that is not longer than a window is one window, as is
    any clip where `length` is 0.
    Raises ValueError where a number is negative, or hop or most is 0.
    """
    if not (seconds >= 0 and length >= 0 and hop >= 0.001 and most >= 1):
        raise ValueError(f"no windows of {length} s each {hop} s, at most {most}, in {seconds} s")
    rest = seconds - length
    if length == 0 or rest <= 0:
        return (0.0,)
    n_fitting = math.floor(rest / hop + TOLERANCE / 1000) + 1
    n = min(n_fitting, most)
    if where == "middle" or n == 1:
        places = (rest - (n - 1) * hop) / 2 + hop * np.arange(n)
    else:
        places = hop * np.linspace(0, n_fitting - 1, n).round()
    return tuple((np.floor(1000 * places + TOLERANCE) / 1000).tolist())
