"""Published figures on how well people name genres: of other music, so they stand beside a test in words alone."""

from typing import NamedTuple


class HumanFigure(NamedTuple):
    """A published figure: who heard what, the share that was right, in [0, 1], and where it stands."""

    accuracy: float
    listeners: str
    heard: str
    n_genres: int
    source: str
    url: str


PUBLISHED = (
    HumanFigure(
        0.70,
        "students",
        "3 seconds of popular and classical recordings",
        10,
        "R. Gjerdingen & D. Perrott, “Scanning the Dial”, Journal of New Music Research 37 (2008)",
        "https://doi.org/10.1080/09298210802479268",
    ),
)
"""Figures on people. M. Dong (2018, arXiv:1802.09697) compares a network on GTZAN with this one: a much quoted “human
accuracy of 70 % on GTZAN” was not measured there."""
