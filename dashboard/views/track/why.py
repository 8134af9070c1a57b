"""Which features the decision rests on, and how the track stands to its true and its predicted genre."""

import streamlit as st

from dashboard.components.ensembles import say_whose_features
from dashboard.components.plot import plot
from dashboard.figures.profile import profile_figure
from dashboard.services import outcomes
from dashboard.services.networks import Explanation
from dashboard.shell.address import plain
from dashboard.views.track.figures import attribution_figure
from dashboard.views.track.looked_at import LookedAt
from dashboard.views.track.text import adds_up
from genre_core.evaluation.glossary import GLOSSARY

MOST, HEIGHT, ROW = 12, 125, 20
HELP = (
    "Integrated gradients (Sundararajan, Taly and Yan 2017): how much each feature adds to the lead of one genre over "
    "the other, along the straight line from the average training track to this one."
)


def draw(track: LookedAt, why: Explanation | None) -> None:
    """Draw the attribution beside the profile; without an explanation, the profile alone."""
    if why is None:
        _profile(track)
        return
    left, right = st.columns([1, 1], gap="large")
    with left:
        _attribution(track, why)
    with right:
        _profile(track)


def _attribution(track: LookedAt, why: Explanation) -> None:
    features, genres = track.data.features, track.data.genres
    genre, other = genres[why.attribution.genre], genres[why.attribution.other]
    n = min(len(features), MOST + 1)
    alt = f"What each feature adds to the lead of {genre} over {other}, the largest first."
    plot(attribution_figure(why.attribution, features, genres), key="attribution", height=HEIGHT + ROW * n, alt=alt)
    st.caption(plain(adds_up(why.attribution, genres)), help=HELP)


def _profile(track: LookedAt) -> None:
    scores = outcomes.standard_scores(track.run)
    if scores is None:
        return
    true, guess, genres = track.true, track.predicted, track.data.genres
    plot(
        profile_figure(
            scores.X[track.row],
            scores.means[true],
            scores.means[guess],
            scores.features,
            true_genre=genres[true],
            predicted_genre=genres[guess],
            most=MOST + 1,
        ),
        key="profile",
        height=HEIGHT + ROW * min(len(scores.features), MOST + 1),
        alt=f"Standard scores of track {track.name} beside the training averages of {genres[true]} and "
        f"{genres[guess]}, features farthest from the average of its true genre first.",
    )
    st.caption("Compared with the training averages of its genres.", help=GLOSSARY["standard score"])
    say_whose_features(track.run)
