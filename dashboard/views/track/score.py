"""The score of a generated clip: what was drawn for it in a sentence, and its notes as a piano roll."""

import streamlit as st

from dashboard.components.plot import chart, chart_part
from dashboard.components.twin import twin
from dashboard.figures.piano_roll import roll_figure, roll_height
from dashboard.services import sounds
from dashboard.shell.address import plain
from dashboard.text.scores import piece_sentence, roll_sentence, score_table
from dashboard.views.track.looked_at import LookedAt
from genre_core.settings.config import MusicConfig

LIVE = "score"
"""Name by which the player finds the piano roll."""
HELP = (
    "The notes that were composed and rendered, one lane for each player. The stronger a note is drawn, the louder it "
    "is. The vertical lines are bars; the chords stand above."
)


def draw(track: LookedAt) -> None:
    """Draw the score of the clip that the track is cut from; of recorded clips nothing."""
    config = track.run.config.data
    if not isinstance(config, MusicConfig):
        return
    window = track.data.heard[track.row]
    found = sounds.composed(window.clip)
    if found is None:
        return
    st.subheader("Its score", anchor=False, help=HELP)
    st.caption(plain(piece_sentence(found.piece)))
    seconds = (window.start / 1000, (window.start + window.length) / 1000) if config.window else None
    part = chart_part(roll_figure(found.roll, seconds), roll_sentence(found.roll))
    chart(part, "score", height=roll_height(found.roll), live=LIVE)
    twin(score_table(found.roll), "score", "The notes of the clip, in the order of time.")
