"""Tracks as a list to choose from, to filter and to take away, and one track against the averages of its genres."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.components.cell_tracks import Choice, ListedTracks, choices
from dashboard.components.csv_download import Columns, csv_download
from dashboard.components.drawn import drawn
from dashboard.components.ensembles import say_whose_features
from dashboard.components.has_features import has_features
from dashboard.components.judged import Judged
from dashboard.components.listening import answered, listen
from dashboard.components.promise import promised
from dashboard.components.table import table
from dashboard.components.track_filter import track_filter
from dashboard.components.track_profile import track_profile
from dashboard.services import outcomes
from dashboard.services.outcomes import StandardScores
from dashboard.services.prediction_sets import Promise, genres_in_sets
from dashboard.shell import address
from dashboard.text.track_names import short_names
from dashboard.theme import GAP, count, percent
from genre_core.data.dataset import Dataset
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.evaluation.intervals import Mask

STYLE = Path(__file__).with_name("choices.css").read_text(encoding="utf-8")
ROWS_SHOWN, ROWS_BESIDE_A_TRACK = 12, 4
CHOICES_SHOWN, TRACK_WIDTH = 3, 100
NONE_FITS = "No track here fits the filter."
PASSED_ON = (
    *("part", "right", "unit", "section", "among", "cell", "merge", "by", "order", "against", "diagonal"),
    *("find", "only", "answer", "score", "scaled", "target", "surely", "reject", "level", "promise"),
)
"""Address of the next track, and of the way back."""


def judged_tracks(judged: Judged, chosen: ListedTracks, named: str) -> None:
    """Draw chosen tracks with their filter and download, and the one of them that `?track=` names.

    `named` is what a file of them is called by.
    """
    with st.container(key="track-tools", horizontal=True, vertical_alignment="center", gap="medium"):
        found = track_filter(chosen)
        download(judged, found, f"{named}.csv", promised())
    asked_for = st.query_params.get("track")
    row = judged.data.row_at(asked_for) if asked_for else None
    at = None if row is None else chosen.position(row)
    if asked_for and at is None:
        address.note("The link names a track that is not in this cell, so none is selected.")
        row = None
    listen(judged.run, list(answered(found)), f"player {named}", unit=judged.outcome.unit)
    track_list(judged.data, found, row, f"tracks {named}")
    if at is not None:
        page = {name: st.query_params.get(name) for name in PASSED_ON}
        likely = choices(judged.outcome, int(chosen.rows[at]))
        one_track(chosen, at, likely, outcomes.standard_scores(judged.run), {**page, "track": asked_for})
        if has_features(judged.data, "A track's profile"):
            say_whose_features(judged.run)


def track_list(data: Dataset, found: ListedTracks, chosen: int | None, key: str) -> None:
    """Draw tracks, sortable and searchable; choosing one (its row in the data) puts it into the address.

    True and predicted genre are columns where they differ among the tracks.
    """
    if not len(found):
        st.caption(NONE_FITS)
        return
    import pyarrow as pa

    shown = columns(found, percentages=True)
    table(
        pa.table(shown),
        f"{key} {len(found)}",
        f"The selected tracks, the most confident first: {', '.join(list(shown)[1:])}.",
        n=len(found),
        file=None,
        most=ROWS_SHOWN if chosen is None else ROWS_BESIDE_A_TRACK,
        columns=_titles(),
        on_pick=look_at_one_of(data, found.rows.tolist()),
        at=None if chosen is None else found.position(chosen),
    )


def look_at_one_of(data: Dataset, rows: Sequence[int]) -> Callable[[int | None], None]:
    """Return what puts the track that was chosen of a table into the address; `rows` are its rows in the data."""
    return lambda at: address.look(track=None if at is None else data.address_of(rows[at]))


def download(judged: Judged, found: ListedTracks, file_name: str, promise: Promise, label: str = "CSV") -> None:
    """Draw the button that downloads tracks as a table, with their prediction sets."""
    held = genres_in_sets(judged.run, judged.part, promise, judge=judged.judge)
    sets = {} if held is None else {f"{percent(promise.level, decimals=0)} set".replace(GAP, " "): held}

    def whole() -> Columns:
        at = {row: place for place, row in enumerate(judged.outcome.rows.tolist())}
        places = [at[row] for row in found.rows.tolist()]
        named = {title: [_set(held[place], found.genres) for place in places] for title, held in sets.items()}
        return {**columns(found), **named}

    csv_download(whole, file_name, "tracks", label, "Download these tracks as a table.")


def _set(held: Mask, genres: Sequence[str]) -> str:
    return "; ".join(genres[genre] for genre in np.flatnonzero(held).tolist())


def columns(found: ListedTracks, *, percentages: bool = False) -> Columns:
    """Return tracks by column; probabilities in [0, 1], losses in nats; true and predicted genre in every file.

    With `percentages`, as a narrow list shows them.
    """
    genres = found.genres
    listed: Columns = {"track": short_names(found.names) if percentages else list(found.names)}
    if not (percentages and found.one_true):
        listed["true"] = [genres[number] for number in found.true.tolist()]
    if not (percentages and found.one_predicted):
        listed["predicted"] = [genres[number] for number in found.predicted.tolist()]
    listed["confidence"] = ((100 if percentages else 1) * found.confidence).round(6).tolist()
    listed["margin"] = found.margin.round(6).tolist()
    listed["second choice"] = [genres[number] for number in found.second.tolist()]
    listed["loss"] = found.loss.round(6).tolist()
    if found.groups is not None:
        listed["group"] = found.called
    if titles := found.titled:
        listed["title"] = titles
    return listed


def _titles() -> dict[str, ColumnConfig]:
    column = st.column_config
    return {
        "track": column.TextColumn("Track", width=TRACK_WIDTH),
        "true": column.TextColumn("True", width="small"),
        "predicted": column.TextColumn("Predicted", width="small"),
        "confidence": column.NumberColumn("Confidence", format="%.1f %%", help=GLOSSARY["confidence"], width=92),
        "margin": column.NumberColumn("Margin", format="%.2f", help=GLOSSARY["margin"], width=66),
        "second choice": column.TextColumn("Second", help="The genre with the second highest probability."),
        "loss": column.NumberColumn("Loss", format="%.2f", help=f"In nats. {GLOSSARY['log loss']}", width=58),
        "title": column.TextColumn("Title", width="small"),
        "group": column.TextColumn(
            "Group", help="Tracks of one group belong together, such as segments of a song.", width="small"
        ),
    }


def one_track(
    found: ListedTracks, at: int, likely: Sequence[Choice], scores: StandardScores | None, page: dict[str, str | None]
) -> None:
    """Draw the track at a position of a list: its genres, all probabilities, its features where it has any.

    `page` is what the link to its own page looks at.
    """
    true, guess = int(found.true[at]), int(found.predicted[at])
    names, name, row = found.genres, found.names[at], int(found.rows[at])
    taken = "recognized" if true == guess else f"taken for {names[guess]}"
    with st.container(key="track-head", gap="xxsmall"):
        st.subheader(f"Track {address.plain(name)}: {address.plain(names[true])} {address.plain(taken)}", anchor=False)
        with st.container(key="track-open", horizontal=True, vertical_alignment="center", gap="small"):
            label = "Open this track: why, and what if"
            address.page_link("views/track/page.py", label, ":material/arrow_forward:", **page)
            address.close_button("close track", "track", help="Show more tracks.")
    draw_choices(likely, "choices")
    if scores is None:
        return
    track_profile(scores, scores.X[row], true, guess, names, name)


def draw_choices(likely: Sequence[Choice], key: str) -> None:
    """Draw the likeliest genres and the true one with their probabilities; the others unfold."""
    first = [choice for at, choice in enumerate(likely) if at < CHOICES_SHOWN or choice.role]
    rest = [choice for choice in likely if choice not in first]
    html = f'<ul class="gl-choices" aria-label="Probability of each genre">{"".join(map(_bar, first))}</ul>'
    if rest:
        together = percent(sum(choice.probability for choice in rest))
        others = f'<ul class="gl-choices">{"".join(map(_bar, rest))}</ul>'
        summary = f"{count(len(rest), 'other genre')}, {together} together"
        html += f'<details class="gl-others"><summary>{summary}</summary>{others}</details>'
    drawn(html, key, style=STYLE, file="probabilities")


def _bar(choice: Choice) -> str:
    return (
        f'<li class="{"predicted" if "predicted" in choice.role else ""}"><span>{escape(choice.genre)}</span>'
        f'<span class="bar"><i style="width:{100 * choice.probability:.1f}%"></i></span>'
        f'<span class="share">{percent(choice.probability)}</span><span class="role">{choice.role}</span></li>'
    )
