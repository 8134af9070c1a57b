"""Which genres are taken for which: the matrix, the tracks behind what is chosen of it, and what stands out."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard.components import findings
from dashboard.components.address_choice import address_menu
from dashboard.components.cell_tracks import in_cells, tracks_in
from dashboard.components.judged import Judged
from dashboard.components.many_genres import MANY, find_genre, worst_pairs
from dashboard.components.matrix import matrix, picked
from dashboard.components.matrix_table import view_table
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.safely import refreshing
from dashboard.components.scores import genre_table, score_table
from dashboard.components.tracks import judged_tracks
from dashboard.components.view import beyond_plain
from dashboard.figures.matrix import Compared
from dashboard.services import confusions, diagnoses, tables
from dashboard.services.confusions import Confusions
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.shell.cells import Selection, merges_text
from dashboard.text import cells as sentences
from dashboard.text.limits import known_already
from genre_core.data.genres import one_name
from genre_core.errors import DataError
from genre_core.evaluation.confusion import Normalization
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.merging import Merges
from genre_core.evaluation.ordering import Order
from genre_core.settings.config import ExperimentConfig

MATRIX, EVALUATE, TRAIN = "matrix", "views/evaluate/page.py", "views/train/page.py"
SHARES: dict[Normalization, str] = {
    "count": "Counts",
    "true": "% of true",
    "predicted": "% of predicted",
    "all": "% of all",
}
ORDERS: dict[Order, str] = {
    "given": "Order as given",
    "name": "By name",
    "size": "By size",
    "recall": "Hardest first",
    "cluster": "In blocks",
}
COMPARED: dict[Compared, str] = {
    "model": "This model",
    "limit": "The best possible",
    "difference": "Minus the best possible",
}


def draw(judged: Judged) -> None:
    """Draw the matrix, beside it the chosen tracks or what stands out, and under it every score."""
    phone_parts({"matrix": "Matrix", "findings": "Findings", "by-genre": "By genre", "scores": "All scores"})
    refreshing(_matrix_and_tracks)(judged, _arranged())
    _all_scores(judged)


def _arranged() -> tuple[str | None, ...]:
    """Return what the address says of the matrix as a whole."""
    return tuple(st.query_params.get(name) for name in ("by", "order", "against", "diagonal", "merge"))


def _matrix_and_tracks(judged: Judged, arranged: tuple[str | None, ...]) -> None:
    """Draw the part of the page that a chosen cell changes; only with another matrix is the whole page drawn anew."""
    if _arranged() != arranged:
        st.rerun()
    k = len(judged.outcome.genres)
    chosen, merges = address.selection(k), address.merges(k)
    left, right = st.columns([2.1, 1], gap="medium")
    with left, part("matrix"):
        found = _matrix(judged, chosen, merges)
    with right, st.container(key="beside", gap="small"):
        if chosen is None or found is None:
            with part("findings"):
                _what_stands_out(judged, found)
        else:
            with st.container(key="cell", gap=None):
                _chosen(judged, found, chosen, merges)


def _matrix(judged: Judged, chosen: Selection | None, merges: Merges) -> Confusions | None:
    with st.container(key="matrix-choices", horizontal=True, vertical_alignment="center", gap="small"):
        known = judged.outcome.limit is not None
        against: Compared = "model"
        shares = SHARES
        if known and st.query_params.get("against") == "difference":  # of the predicted the wholes differ
            shares = {name: text for name, text in SHARES.items() if name != "predicted"}
        by = address_menu("Show", "by", shares, width=145)
        order = address_menu("Order", "order", _orders(len(judged.outcome.genres)), width=160)
        if known:
            leave = {"by": None} if by == "predicted" else {}
            against = address_menu("Compare", "against", COMPARED, width=205, on_change=leave)
        hide = _hide()
        finding = st.container(width="content")
    found = confusions.confusions(
        judged.run, judged.part, by, judge=judged.judge, order=order, against=against, merges=merges
    )
    if found is None:
        return None
    if len(found.members) >= MANY:
        with finding:
            find_genre(found.matrix.genres, found.members)
    if found.merged is not None:
        _merged(judged, found)
    said = sentences.selection_sentence(found.matrix, chosen, found.view.nouns, merges) if chosen else ""
    drawn = {"model": judged.run.name, "limit": "The best possible classifier", "difference": "The difference"}
    matrix(
        replace(found.view, hide=hide),
        MATRIX,
        selected=chosen.text if chosen else "",
        on_pick=_pick,
        label=f"Confusion matrix of {drawn[against]} on {judged.measured}",
        note=_said(judged, found, against),
        said=said,
    )
    view_table(found.view, "matrix", f"{judged.file_name} matrix.csv")
    return found


def _orders(n_genres: int) -> dict[Order, str]:
    """Return the orders of genres: of many, those that are confused stand together."""
    return {"cluster": ORDERS["cluster"], **ORDERS} if n_genres >= MANY else ORDERS


def _said(judged: Judged, found: Confusions, against: Compared) -> str:
    """Return the sentence for the whole matrix as it is drawn."""
    if against == "limit" and found.best is not None:
        return sentences.whole_sentence(found.best)
    if against == "difference" and found.difference is not None:
        return sentences.difference_sentence(found.difference, known_already(judged.run, judged.outcome.unit))
    return sentences.whole_sentence(found.matrix)


def _hide() -> bool:
    st.session_state["hide diagonal"] = st.query_params.get("diagonal") == "hidden"
    return st.checkbox("Hide the diagonal", key="hide diagonal", on_change=_hide_or_show)


def _hide_or_show() -> None:
    address.look(diagonal="hidden" if st.session_state["hide diagonal"] else None)


def _merged(judged: Judged, found: Confusions) -> None:
    assert found.merged is not None
    with st.container(key="merged", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(sentences.merge_sentence(judged.outcome.evaluation, found.merged), longest=900))
        _train_merged(judged, found.merged.members)
        st.button("Undo", icon=":material/undo:", type="tertiary", key="undo merge", on_click=address.look,
                  kwargs=dict.fromkeys(("merge", "cell", "track")))  # fmt: skip


def _train_merged(judged: Judged, members: Sequence[Sequence[int]]) -> None:
    """Link to Train with the run's settings and these genres as one, where its tracks can be labeled so."""
    genres = judged.outcome.genres
    named = {genres[genre]: one_name([genres[g] for g in own]) for own in members for genre in own}
    config: ExperimentConfig = judged.run.config
    with suppress(DataError):  # its tracks are no longer stored
        if tables.genre_sizes(config.data):
            data = config.data.model_copy(update={"genres": tables.genres_anew(config.data, named)})
            settings = forms.link(config.model_copy(update={"data": data}))
            st.page_link(TRAIN, label="Train with them as one", icon=":material/merge:", query_params=settings)


def _pick() -> None:
    address.look(cell=picked(MATRIX), track=None)


def _chosen(judged: Judged, found: Confusions, chosen: Selection, merges: Merges) -> None:
    outcome, title = judged.outcome, sentences.selection_title(found.matrix, chosen, merges)
    tracks = tracks_in(outcome, judged.data, in_cells(outcome, chosen, merges))
    with st.container(key="cell-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(title), anchor=False)
        address.close_button("close cell", "cell", "track")
    said = sentences.selection_sentence(found.matrix, chosen, found.view.nouns, merges)
    if found.view.compare == "limit":
        said += " These are this model's tracks, not those of the best possible classifier."
    st.caption(plain(said, longest=900), help=GLOSSARY["Wilson interval"])
    _offer_merge(found, chosen, merges)
    if not len(tracks):
        st.caption("No track is in this cell." if chosen.kind == "cell" else "No track is in these cells.")
        return
    judged_tracks(judged, tracks, f"{judged.file_name} {title}")


def _offer_merge(found: Confusions, chosen: Selection, merges: Merges) -> None:
    """Draw a button that merges the genres that are chosen, where there are some to merge and two are left."""
    cells = chosen.mask(found.members)
    if chosen.kind not in ("cell", "rows", "columns"):
        return
    either = np.asarray(cells.any(axis=0) | cells.any(axis=1))
    whole = {"rows": cells.all(axis=1), "columns": cells.all(axis=0)}.get(chosen.kind, either)
    genres = [number for number, there in enumerate(np.asarray(whole).tolist()) if there]
    if not 2 <= len(genres) < len(found.members):
        return
    names = " and ".join(found.matrix.genres[g] for g in genres) if len(genres) < 4 else f"{len(genres)} genres"
    together = tuple(sorted(member for g in genres for member in found.members[g]))
    kept = tuple(merge for merge in merges if not set(merge) & set(together))
    st.button(
        f"Merge {plain(names)}",
        icon=":material/merge:",
        type="tertiary",
        key="merge",
        help="What would the score be if they were one genre?",
        on_click=address.look,
        kwargs={"merge": merges_text((*kept, together)), "cell": None, "track": None},
    )


def _what_stands_out(judged: Judged, found: Confusions | None) -> None:
    st.subheader("What stands out", anchor=False, help=findings.WHEN)
    findings.draw(judged, diagnoses.findings(judged.run, judged.part, judge=judged.judge), "findings", EVALUATE)
    if found is not None and len(found.members) >= MANY:
        worst_pairs(found.matrix, found.members)
    nouns = f"{judged.outcome.noun}s"
    st.caption(f"Select a cell, a row or a column of the matrix to see its {nouns}. Select two rows to merge them.")


def _all_scores(judged: Judged) -> None:
    merges = address.merges(len(judged.outcome.genres))
    with beyond_plain("scores"):
        left, right = st.columns([2.1, 1], gap="medium")
    with left, part("by-genre"):
        st.subheader(f"By genre, on {judged.measured}", anchor=False)
        genre_table(judged.outcome.evaluation, f"{judged.part} tracks", f"{judged.file_name} genres.csv")
    with right, part("scores"):
        st.subheader(f"All scores, on {judged.measured}", anchor=False)
        in_tree = confusions.in_tree(judged.run, judged.part, judge=judged.judge, merges=merges)
        if in_tree is not None:
            st.caption(plain(in_tree.sentence(judged.outcome.evaluation.confusion_matrix.too_few())))
        score_table(judged.outcome, judged.measured, judged.limit_in_the_long_run, in_tree)
