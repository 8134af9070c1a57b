"""Features: which of them tell genres apart, how each lies in each genre, which go together, and train against test."""

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.features_meaning import features_meaning
from dashboard.components.has_features import has_features
from dashboard.components.many_genres import tall
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.plot import plot
from dashboard.components.twin import twin
from dashboard.services import exploring
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.views.data import exploration_text as sentences
from dashboard.views.data.counts_figure import distribution_figure
from dashboard.views.data.features_figure import MOST_DRIFTS, MOST_RANKED, drifts_figure, multiples, separations_figure
from dashboard.views.data.genres_figure import correlations_figure
from dashboard.views.data.multiples import small_multiples
from dashboard.views.data.pair import choose_pair
from genre_core.data.dataset import Dataset
from genre_core.errors import DataError
from genre_core.inspection.features import Separation
from genre_core.settings.config import DatasetConfig

VIEWS = {"apart": "What tells genres apart", "together": "What goes together", "parts": "Training and test"}
MEASURES = {"f": "by variance (F)", "information": "by information"}
MULTIPLES, MOST_CORRELATED = 24, 100
Pair = tuple[int, int] | None


def draw(config: DatasetConfig, data: Dataset) -> None:
    """Draw the features, the best first."""
    if not has_features(data, "This section"):
        return
    with st.container(key="features-section"):
        with st.container(key="features-head", horizontal=True, vertical_alignment="center", gap="small"):
            shown = address_choice("What of the features", "features", VIEWS)
            features_meaning(config, data.features)
        match shown:
            case "together":
                _correlations(config, data)
            case "parts":
                _drift(config)
            case _:
                _apart(config, data)


def _apart(config: DatasetConfig, data: Dataset) -> None:
    with st.container(key="features-choice", horizontal=True, vertical_alignment="center", gap="small"):
        pair = choose_pair(data.genres)
        by = address_choice("Measure", "measure", MEASURES)
    found = exploring.separations(config, pair, "information" if by == "information" else "f")
    phone_parts({"ranking": "Ranking", "every": "Every feature", "one": "One feature"})
    left, right = st.columns([1, 1.25], gap="medium")
    with left, part("ranking"):
        _ranking(found, data, pair, by)
    with right:
        with part("every"):
            _multiples(config, data, found, pair)
        with part("one"):
            _one_feature(config, data)


def _ranking(found: tuple[Separation, ...], data: Dataset, pair: Pair, by: str) -> None:
    between = f"{data.genres[pair[0]]} and {data.genres[pair[1]]}" if pair else "genres"
    n = len(found)
    note = f" :gray[the first {MOST_RANKED} of {n:,}]" if n > MOST_RANKED else ""
    st.markdown(f"**Features that separate {plain(between)}**{note}")
    total = int(data.counts[list(pair)].sum()) if pair else len(data)
    sentence = sentences.separation_sentence(found, between, by, total)
    st.caption(plain(sentence))
    height = 70 + 20 * min(n, MOST_RANKED)
    plot(separations_figure(found), key="separations", height=height, alt=sentence)
    alt = f"How well each feature alone separates {between}, in percent."
    twin(sentences.separation_table(found), "separations", alt, ("variance between genres", "mutual information"))


def _multiples(config: DatasetConfig, data: Dataset, found: tuple[Separation, ...], pair: Pair) -> None:
    """Draw every feature small, on bins that all genres share."""
    n = len(found)
    every = n <= MULTIPLES or st.query_params.get("pictures") == "all"
    names = tuple(item.feature for item in found[: n if every else MULTIPLES])
    lifted = sorted(pair) if pair else exploring.usual_lifted(config)
    note = "the best first" + ("" if every else f", {MULTIPLES} of {n:,}")
    st.markdown(f"**Every feature by genre** :gray[{note}]")
    shown = exploring.histograms(config, names)
    pictures = multiples(shown, data.genres, lifted)
    small_multiples(pictures, "multiples", chosen=_feature(config), on_pick=lambda name: address.look(feature=name))
    if sampled := sentences.drawn_of(shown[0].n, len(data)):
        st.caption(sampled)
    if not every:
        st.button(
            f"Show all {n:,}", key="all features", type="tertiary", on_click=address.look, kwargs={"pictures": "all"}
        )


def _one_feature(config: DatasetConfig, data: Dataset) -> None:
    """Draw one feature by genre; the first is the one that tells genres apart best."""
    found = exploring.separations(config)
    names = [item.feature for item in found]
    with st.container(key="feature-by-genre", gap="small"):
        st.markdown("**One feature by genre** :gray[in order of separation]")
        st.session_state["feature"] = feature = _feature(config)
        st.selectbox("Feature", names, key="feature", label_visibility="collapsed", on_change=_choose_feature)
        rank = names.index(feature)
        sentence = sentences.feature_sentence(found[rank], len(names), rank + 1)
        figure = distribution_figure(data.X[:, data.features.index(feature)], data.y, data.genres, feature)
        height = 70 + min(26, max(12, 420 // len(data.genres))) * len(data.genres)
        with tall(height):
            plot(figure, key="feature plot", height=height, alt=sentence)
        st.caption(plain(sentence))
        alt = f"Quartiles of {feature} in each genre."
        twin(sentences.spread_table(exploring.spreads(config, feature)), "feature by genre", alt)


def _feature(config: DatasetConfig) -> str:
    """Return the feature that the address names, by default the one that tells genres apart best."""
    names = [item.feature for item in exploring.separations(config)]
    asked_for = st.query_params.get("feature", "")
    return asked_for if asked_for in names else names[0]


def _choose_feature() -> None:
    address.look(feature=st.session_state["feature"])


def _correlations(config: DatasetConfig, data: Dataset) -> None:
    found = exploring.correlations(config)
    telling = {item.feature for item in exploring.separations(config)[:MOST_CORRELATED]}
    shown = [at for at, name in enumerate(found.features) if name in telling]
    note = f" :gray[the {len(shown)} best of {len(found.features):,}]" if len(shown) < len(found.features) else ""
    st.markdown(f"**Correlated features**{note}")
    sentence = sentences.correlation_sentence(found, len(data))
    plot(correlations_figure(found, shown), key="correlations", height=520 if len(shown) <= 30 else 560, alt=sentence)
    st.caption(plain(sentence))
    pairs = sentences.pairs_of(found)
    rows = [{"feature": one, "and": other, "correlation": round(value, 3)} for one, other, value in pairs]
    twin(rows, "correlations", f"The {len(rows)} most correlated pairs of features.")


def _drift(config: DatasetConfig) -> None:
    st.markdown("**Training and test compared**")
    try:
        found = exploring.drifts(config, forms.said_config().split)
    except DataError as error:
        st.caption(plain(str(error)))
        return
    sentence = sentences.drift_sentence(found)
    st.caption(plain(sentence))
    plot(drifts_figure(found), key="drift", height=70 + 19 * min(MOST_DRIFTS, len(found.features)), alt=sentence)
    alt = "How much each feature differs between the training and the test part."
    twin(sentences.drift_table(found), "drift", alt, ("largest difference",))
