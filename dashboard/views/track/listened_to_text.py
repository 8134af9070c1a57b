"""Sentences on what in a sound decided: pure functions."""

from collections.abc import Sequence

import numpy as np

from dashboard.theme import GAP, percent, spread
from genre_core.data.dataset import FloatArray
from genre_core.evaluation.intervals import Interval
from genre_core.explaining.faithfulness import N_RANDOM, SHARES, Curve, Faithfulness
from genre_core.explaining.masks import densest, mask_of, order_of
from genre_core.explaining.patterns import Pattern
from genre_core.workers.explaining import Decided, FirstPatterns

HELP = (
    "A map of the spectrogram that the network was given: which moments and pitches raised its score for a genre, and "
    "which lowered it. You can hear the part that decided, and the rest without it."
)
SHARE_HELP = (
    "How much of the spectrogram counts as what decided: the points that speak most for the genre. Higher: you hear "
    f"more of the music, and less of it mattered. 20{GAP}% is usual."
)
TOLD_HELP = (
    "The points are hidden, or shown alone, the most important first. What is hidden is set to the average training "
    "clip (to silence for the pretrained tagger). Then points are hidden at random: the same map, moved and mirrored "
    f"{N_RANDOM} times, so each random mask has the same size and shape."
)
WAITING = (
    "Waiting for a worker: this takes a few seconds, a minute for the pretrained tagger, and longer while all workers "
    "train."
)
UNLIKE = (
    "The percentages are the network's answers to each sound. A sound with parts missing is unlike any that it learned "
    "from, so these answers can surprise."
)
SPREAD = 0.45
"""Where half of what decided takes up that much, it is not in one place."""


PATTERNS = "What its first layer looks for"
PATTERNS_HELP = (
    "Each picture is a filter that is moved over the spectrogram. It answers where the sound is loud at blue points "
    "and quiet at amber ones. The pitches beside it are those of the training moment that it answers to most."
)


def span_hertz(found: FirstPatterns, one: Pattern) -> tuple[str, str]:
    """Return from what pitch to what pitch a filter reaches where it answers most."""
    middle, around, last = one.moments[0].band, len(one.weights) // 2, len(found.hertz) - 1
    low, high = max(0, middle - around), min(last, middle + around)
    return _hertz(float(found.hertz[low])), _hertz(float(found.hertz[high]))


def moment_detail(seconds: float, hertz: float) -> str:
    """Say when in its clip a filter answers, and at what pitch."""
    return f"at {seconds:.1f} s, around {_hertz(hertz)}"


def where_sentence(found: Decided, share: float, genre: str) -> str:
    """Say where in time and pitch the part lies that decided."""
    decided = np.where(mask_of(order_of(found.saliency), share), np.maximum(found.saliency, 0), 0)
    if not decided.any():
        return f"Nothing in this sound speaks for {genre}: all of it speaks for other genres."
    n_mels, n_frames = decided.shape
    low, high = densest(decided.sum(axis=1))
    first, last = densest(decided.sum(axis=0))
    pitch = _pitch(found.hertz[low : high + 1]) if high - low + 1 <= SPREAD * n_mels else "all pitches"
    start, end = first * found.step, min(last + 1, n_frames - 1) * found.step
    if last - first + 1 > SPREAD * n_frames:
        return f"What speaks for {genre} is spread over the whole time, at {pitch}."
    return f"What speaks for {genre} is mostly between {start:.1f} and {end:.1f} s, at {pitch}."


def _pitch(hertz: FloatArray) -> str:
    low, high = (_hertz(float(of)) for of in (hertz[0], hertz[-1]))
    return f"pitches around {low}" if low == high else f"pitches from {low} to {high}"


def map_sentence(genre: str, start: float, *, padded: bool) -> str:
    """Say how the map is to be read, from where in the clip the window starts (in seconds), and what is left out."""
    begins = f" The window starts {start:.1f} s into the clip." if start else ""
    ends = " The clip ends before the window does: the rest of the window is left out." if padded else ""
    return f"Under the spectrogram: blue speaks for {genre}, amber against it.{begins}{ends}"


def part_titles(y_prob: FloatArray, genre: int, share: float, genres: Sequence[str]) -> list[tuple[str, str]]:
    """Return title and detail of the whole window, of what decided and of the rest (3, n_genres)."""
    names = ("Whole window", f"What decided ({_percent(share)})", f"The rest ({_percent(1 - share)})")
    return [(name, answer(of, genre, genres)) for name, of in zip(names, y_prob, strict=True)]


def answer(y_prob: FloatArray, genre: int, genres: Sequence[str]) -> str:
    """Return the answer with its probability, and that of the genre that is asked about where it is another."""
    best = int(y_prob.argmax())
    own = "" if best == genre else f", {genres[genre]} {percent(float(y_prob[genre]))}"
    return f"{genres[best]} {percent(float(y_prob[best]))}{own}"


def told_sentence(found: Faithfulness, genre: str, share: float) -> str:
    """Say whether the map tells more than chance, by the numbers at the share that is chosen."""
    deletes, inserts = found.deletion_tells, found.insertion_tells
    size = _percent(share)
    hidden = f"without these {size} the network gives {genre} {_against(found.deletion, share)}"
    shown = f"with them alone {_against(found.insertion, share)}"
    if deletes and inserts:
        return f"This map is faithful: {hidden}; {shown}."
    if not deletes and not inserts:
        return f"This map does no better than chance: {hidden}; {shown}. Do not read anything into it."
    if deletes:
        return f"This map is only partly faithful: {hidden}, but {shown}, which could be chance."
    return f"This map is only partly faithful: {shown}, but {hidden}, which could be chance."


def _against(curve: Curve, share: float) -> str:
    at = int(np.abs(np.array(SHARES) - share).argmin())
    low, high = (float(end[at]) for end in curve.interval)
    return f"{percent(float(curve.found[at]))} (random masks: {spread(Interval(low, high), decimals=0)}{GAP}%)"


def _percent(share: float) -> str:
    return percent(share, decimals=0)


def _hertz(frequency: float) -> str:
    return f"{float(f'{frequency:.2g}'):,.0f} Hz"
