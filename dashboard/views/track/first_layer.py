"""The patterns that a network's first layer looks for, as small pictures, and the moments that answer each most."""

from html import escape
from pathlib import Path

import streamlit as st

from dashboard.components.address_choice import address_menu
from dashboard.components.drawn import drawn
from dashboard.components.player import Heard, player
from dashboard.components.safely import refreshing
from dashboard.services.asking import ask, ask_again
from dashboard.services.sounds import sound_of
from dashboard.shell.address import plain
from dashboard.views.track import listened_to_text as said
from dashboard.views.track.looked_at import LookedAt
from genre_core.explaining.patterns import Moment, Pattern
from genre_core.workers.explaining import FirstPatterns, first_patterns

STYLE = Path(__file__).with_name("patterns.css").read_text(encoding="utf-8")
LOOK_SECONDS = 0.5
AROUND = 0.5
"""Seconds that are heard before and after a moment."""


def draw(track: LookedAt) -> None:
    """Draw the section of a network that begins with filters; workers are asked once it is opened."""
    opened = st.expander(said.PATTERNS, key="first layer", type="compact", on_change="rerun")
    if not opened.open:
        return
    with opened:
        waits = ask(first_patterns, track.run.id, track.run.attempt).waiting
        refreshing(_patterns, LOOK_SECONDS if waits else None)(track, waits)


def _patterns(track: LookedAt, waited: bool) -> None:
    asked = ask(first_patterns, track.run.id, track.run.attempt)
    if waited and not asked.waiting:
        st.rerun()
    if asked.found is None:
        st.caption(said.WAITING if asked.waiting else plain(asked.problem))
        if asked.problem:
            st.button("Try again", icon=":material/refresh:", type="tertiary", key="patterns again",
                      on_click=ask_again, args=(first_patterns, track.run.id, track.run.attempt))  # fmt: skip
        return
    found = asked.found
    st.caption(said.PATTERNS_HELP)
    names = {str(number): f"Filter {number + 1}" for number in range(len(found.patterns))}
    pictures = (_picture(found, one, f"Filter {number + 1}") for number, one in enumerate(found.patterns))
    drawn(f'<ul class="gl-patterns">{"".join(pictures)}</ul>', "patterns", style=STYLE, file="filters")
    chosen = int(address_menu("Filter", "filter", names))
    heard = [_heard(track, found, moment) for moment in found.patterns[chosen].moments]
    player(heard, key="player filter", title=f"What filter {chosen + 1} answers to most")


def _cell(weight: float) -> str:
    tone = "accent" if weight > 0 else "other"
    return f'<i style="background:color-mix(in srgb,var(--gl-{tone}) {100 * abs(weight):.0f}%,transparent)"></i>'


def _picture(found: FirstPatterns, one: Pattern, name: str) -> str:
    """Return a filter's weights as cells, with its axes: pitch where it answers most, and how long it is."""
    most = abs(one.weights).max() or 1.0
    cells = "".join(_cell(weight / most) for band in one.weights[::-1] for weight in band)
    low, high = said.span_hertz(found, one)
    lasts = f"{1000 * found.step * one.weights.shape[1]:.0f} ms"
    label = escape(f"{name}: {low} to {high}, {lasts}")
    return (
        f'<li><b>{name}</b><div role="img" aria-label="{label}"><span class="hz"><s>{high}</s><s>{low}</s></span>'
        f'<span class="cells" style="--n:{one.weights.shape[1]}">{cells}</span></div><small>{lasts}</small></li>'
    )


def _heard(track: LookedAt, found: FirstPatterns, moment: Moment) -> Heard:
    """Return a second of the clip around a moment."""
    window = track.data.heard[moment.row]
    at = window.start / 1000 + moment.frame * found.step
    end = (window.start + window.length) / 1000
    sound = sound_of(track.run.config.data, window.clip)
    start = max(0.0, at - AROUND)
    return Heard(
        window.clip,
        track.data.tracks[moment.row],
        genre=track.data.genres[track.data.y[moment.row]],
        detail=said.moment_detail(at, float(found.hertz[moment.band])),
        start=start,
        seconds=min(at + AROUND, end) - start,
        length=sound.seconds or end,
        gain=sound.gain,
    )
