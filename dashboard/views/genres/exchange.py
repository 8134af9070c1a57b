"""Exchange of a genre with the others: bars to both sides, each leading to its cell of the matrix."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.file_names import named
from dashboard.shell.address import plain
from dashboard.theme import PALETTE, count, fade, percent
from dashboard.views.genres.one_genre import EVALUATE, OneGenre, link
from dashboard.views.genres.text import Taken, exchanges

MOST = 8


def draw(one: OneGenre) -> None:
    """Draw the bars of a genre, the longest first."""
    gone, come = exchanges(one.judged.outcome, one.number)
    longest = max((taken.n for taken in (*gone, *come)), default=1)
    with st.container(key="exchange", gap=None):
        left, right = st.columns(2, gap="xsmall")
        with left:
            _side(gone, "gone", f"{one.name} taken for", longest)
        with right:
            _side(come, "come", f"Taken for {one.name}", longest)
    if gone or come:
        csv_download(columns(one.name, gone, come), f"{named('exchange')}.csv", "exchange of a genre")


def columns(genre: str, gone: Sequence[Taken], come: Sequence[Taken]) -> Columns:
    """Return all bars by column; a share is that of the tracks of the true genre."""
    return {
        "true": [genre] * len(gone) + [taken.genre for taken in come],
        "predicted": [taken.genre for taken in gone] + [genre] * len(come),
        "tracks": [taken.n for taken in (*gone, *come)],
        "share": [taken.share for taken in (*gone, *come)],
    }


def _side(found: Sequence[Taken], side: str, title: str, longest: int) -> None:
    with st.container(key=f"exchange-{side}", gap=None):
        st.markdown(f"**{plain(title)}**")
        if not found:
            st.caption("No track.")
        styles = [_bar(f"{side}-{number}", taken.n / longest, side) for number, taken in enumerate(found[:MOST])]
        st.html(f"<style>{''.join(styles)}</style>")
        for number, taken in enumerate(found[:MOST]):
            share = percent(taken.share, decimals=0)
            with st.container(key=f"{side}-{number}", gap=None):
                link(EVALUATE, f"{taken.genre} · {taken.n:,} · {share}", cell=taken.cell)
        if len(found) > MOST:
            rest = sum(taken.n for taken in found[MOST:])
            st.caption(f"and {count(len(found) - MOST, 'other genre')} with {count(rest, 'track')}")


def _bar(key: str, share: float, side: str) -> str:
    """Return the style that draws a bar under a link, growing from the middle of both sides."""
    colour = PALETTE["wrong"]
    light, dark = (fade(hue, 0.9 if side == "gone" else 0.55) for hue in colour)
    towards = "var(--gone, left)" if side == "gone" else "right"
    hue = f"light-dark({light},{dark})"
    return (
        f".st-key-{key} a{{background:linear-gradient(to {towards},{hue} {100 * share:.1f}%,"
        f"transparent {100 * share:.1f}%) bottom/100% 5px no-repeat!important}}"
    )
