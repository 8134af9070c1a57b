"""Which features the decision rests on, how the track stands to its two genres, and which tracks are most like it."""

import streamlit as st

from dashboard.components.ensembles import say_whose_features
from dashboard.components.phone_parts import part
from dashboard.components.plot import plot
from dashboard.components.track_profile import height, track_profile
from dashboard.services import outcomes
from dashboard.shell.address import plain
from dashboard.views.track import nearby
from dashboard.views.track.decision import Decision
from dashboard.views.track.figures import attribution_figure
from dashboard.views.track.looked_at import LookedAt
from dashboard.views.track.text import adds_up, of_which_features
from genre_core.evaluation.glossary import GLOSSARY

HELP = (
    "Integrated gradients (Sundararajan, Taly and Yan 2017): how much each feature adds to the lead of one genre over "
    "the other, along the straight line from the average training track to this one."
)


def draw(track: LookedAt, why: Decision | None) -> None:
    """Draw the attribution, where there is one, with a person's changes; the profile; and the nearest tracks."""
    *first, middle, right = st.columns(2 if why is None else 3, gap="medium")
    if why is not None:
        with first[0], part("why"):
            _attribution(track, why)
    with middle, part("genres"):
        _profile(track, why)
    with right, part("nearest"):
        nearby.draw(track)


def _attribution(track: LookedAt, why: Decision) -> None:
    features, genres = track.data.features, track.data.genres
    genre, other = genres[why.attribution.genre], genres[why.attribution.other]
    alt = f"What each feature adds to the lead of {genre} over {other}, the largest first."
    plot(
        attribution_figure(why.attribution, features, genres), key="attribution", height=height(len(features)), alt=alt
    )
    st.caption(
        plain(of_which_features(why.n_changed) + adds_up(why.attribution, genres)), help=f"{HELP} {GLOSSARY['nats']}"
    )


def _profile(track: LookedAt, why: Decision | None) -> None:
    scores = outcomes.standard_scores(track.run)
    if scores is None:
        return
    x, predicted = (scores.X[track.row], track.predicted) if why is None else (why.x, why.predicted)
    track_profile(scores, x, track.true, predicted, track.data.genres, track.name)
    st.caption(
        f"{of_which_features(why.n_changed if why else 0)}Compared with the training averages of its genres.",
        help=GLOSSARY["standard score"],
    )
    say_whose_features(track.run)
