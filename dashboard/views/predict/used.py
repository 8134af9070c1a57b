"""The use of a person's files: what is taken, what is odd, and what a person says of it, before there is an answer."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from dashboard.services.predicting import Brought, Seen
from dashboard.shell.address import plain
from dashboard.views.predict import text as sentences
from genre_core.judging.predicting.matching import Matching
from genre_core.training.predictions import Unit

MOST_ASKED = 12
"""Missing features that a column can be named for at a time."""
_SAID, _ASKED = "predict said", "predict asked"
Said = tuple[str, ...]


class Order(NamedTuple):
    """An order to predict: which files, the pairs of features and columns, and whether each row counts alone."""

    run: str
    brought: Brought
    said: Said
    unit: Unit


def said_of(brought: Brought) -> Said:
    """Return the pairs of a feature and its column that a person has said of these files."""
    return tuple(f"{feature}={column}" for feature, column in _said(brought).items())


def used(run_id: str, brought: Brought, seen: Seen) -> Order | None:
    """Draw what will be used and what can be said of it; return the order once a person has given it."""
    said, asked = said_of(brought), st.session_state.get(_ASKED)
    is_new = asked is None or asked[:3] != (run_id, brought, said)
    with st.expander("What will be used" if is_new else "What was used", expanded=is_new, key=f"predict used {is_new}"):
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in seen.sentences))
        ready = seen.matching is None or _complete(brought, seen.matching)
        unit: Unit = "track"
        if seen.matching and seen.n_tracks < seen.n_rows:
            alone = st.checkbox("Answer for each row by itself", key="predict rows", help=sentences.ALONE_HELP)
            unit = "row" if alone else "track"
    order = Order(run_id, brought, said, unit)
    if ready and asked == order:
        return order
    st.button(sentences.ask(seen), key="predict", type="primary", disabled=not ready, on_click=_ask, args=(order,))
    return None


def _complete(brought: Brought, matching: Matching) -> bool:
    """Draw what can be done about missing columns; return whether nothing is left to do."""
    columns = (*matching.others, *(column for column in (matching.label, matching.name) if column))
    if matching.perhaps:
        st.button("Use the columns that may be meant", key="use perhaps", icon=":material/auto_fix_high:",
                  on_click=_say, args=(brought, dict(matching.perhaps)))  # fmt: skip
    if matching.missing and columns:
        with st.expander("Name the columns", expanded=len(matching.missing) <= 3):
            for feature in matching.missing[:MOST_ASKED]:
                _column_of(brought, feature, columns)
    if matching.said:
        st.button("Forget what I said of columns", key="forget said", type="tertiary", on_click=_say,
                  args=(brought, None))  # fmt: skip
    if not matching.columns:
        return False
    return not matching.missing or st.checkbox(sentences.MEDIAN, key="predict fill", help=sentences.FILL_HELP)


def _column_of(brought: Brought, feature: str, columns: Sequence[str]) -> None:
    key = f"column of {feature}"

    def take() -> None:
        if chosen := st.session_state[key]:
            _say(brought, {feature: chosen})

    st.selectbox(plain(feature), columns, index=None, key=key, placeholder="choose its column", on_change=take)


def _said(brought: Brought) -> dict[str, str]:
    of, said = st.session_state.get(_SAID, (None, {}))
    return dict(said) if of == brought else {}


def _say(brought: Brought, pairs: dict[str, str] | None) -> None:
    """Take over what a person says of columns; None forgets all of it."""
    st.session_state[_SAID] = (brought, {} if pairs is None else {**_said(brought), **pairs})


def _ask(order: Order) -> None:
    st.session_state[_ASKED] = order
