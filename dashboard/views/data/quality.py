"""Data check: problems to know before trusting a score, and what to do about them."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.components.has_features import has_features
from dashboard.components.listening import Listed, listen
from dashboard.components.table import table
from dashboard.services import datasets, tables
from dashboard.services.datasets import Checked, Gaps
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.theme import count
from dashboard.views.data import importing_text as sentences
from dashboard.views.data.upload import read_again
from genre_core.data.dataset import Dataset
from genre_core.data.tables.roles import read_names
from genre_core.errors import DataError
from genre_core.inspection.in_order import in_order
from genre_core.inspection.remedies import Remedy, remedies, taken
from genre_core.inspection.warnings import Finding
from genre_core.settings.config import ExperimentConfig, TableConfig

BADGES = {"serious": ":red-badge[serious]", "warning": ":orange-badge[check]", "note": ":gray-badge[note]"}
CSS = Path(__file__).with_suffix(".css")
LONGEST = 1000
MOST_ROWS = 1000
"""As many tracks as a finding lists."""
_REFUSED = "refused change of columns"


def draw(config: ExperimentConfig, data: Dataset) -> None:
    """Draw how the rows are dealt, the findings by severity with what can be done, and what was changed."""
    with st.spinner("Checking the data …", show_time=False):
        checked = datasets.checked(config.data, config.split)
    gaps = datasets.gaps(config.data) if has_features(data, "Looking for copies, gaps and leaks") else None
    with st.container(key="findings", gap="small"):
        st.markdown("**Data check**")
        if checked.split or not {"too small to split", "one group"} & {finding.kind for finding in checked.findings}:
            _split(checked, config, data)
        offered = list[Remedy]()
        for number, finding in enumerate(checked.findings):
            found = remedies(finding, config, data, gaps.n_complete if gaps else len(data))
            ways = [way for way in found if way not in offered]
            offered += ways
            _finding(number, finding, ways, config, data)
        _in_order(checked, data)
        for note in data.notes:
            is_said = note in data.lost or "published split" in note or "official split" in note
            if not is_said:  # as a finding, or where the split is
                st.caption(plain(note, LONGEST))
        _changed(config, data)
        if gaps and gaps.columns:
            _missing(gaps, data)


def _in_order(checked: Checked, data: Dataset) -> None:
    """Draw what was looked for and not found, one check a line."""
    passed = [said.partition(": ") for said in in_order(data, checked.findings, checked.split)]
    worry = checked.findings or checked.split is None or checked.split.leaky
    st.markdown(f"{'' if worry else 'Nothing to worry about. '}Checked and in order:")
    st.caption("  \n".join(f":material/check: **{name}:** {plain(said)}" for name, _, said in passed))


def refusal(said: dict[str, str]) -> tuple[str, str]:
    """Return the column whose last change was not taken and why; nothing once the address says something else."""
    column, sentence, before = st.session_state.get(_REFUSED, ("", "", {}))
    return (column, sentence) if before == said else ("", "")


def refuse(column: str, sentence: str, said: dict[str, str]) -> None:
    """Keep why a column's change was not taken: for callbacks."""
    st.session_state[_REFUSED] = (column, sentence, said)


def _split(checked: Checked, config: ExperimentConfig, data: Dataset) -> None:
    """Say how the rows are dealt, or why they cannot be; a leaky split says so, with the way out."""
    badge = ":gray-badge[split]" if checked.split else BADGES["serious"]
    if checked.split and checked.split.leaky:
        badge = ":red-badge[leaky]"
    st.markdown(f"{badge} {plain(sentences.split_sentence(checked))}")
    if checked.split and checked.split.leaky:
        st.markdown(plain(sentences.leaky_sentence(checked.split)))
        if config.split.by == "row":
            with st.container(key="remedies split", horizontal=True):
                _buttons([Remedy("Keep them together", {"split.by": None})], "split", config, data)


def _finding(number: int, finding: Finding, ways: Sequence[Remedy], config: ExperimentConfig, data: Dataset) -> None:
    """Draw a finding, and in one line under it what can be done and which tracks it is about."""
    st.markdown(f"{BADGES[finding.severity]} {plain(finding.sentence, LONGEST)}")
    if not ways and not finding.rows:
        return
    with st.container(key=f"remedies {number}", horizontal=True, gap="small"):
        _buttons(ways, str(number), config, data)
        if finding.rows:
            first = "the first " if len(finding.rows) >= MOST_ROWS else ""
            with st.popover(f"Show {first}{count(len(finding.rows), data.noun)}", type="tertiary"):
                alt = "The tracks that this is about."
                listen(config.data, [Listed(row, data.genres[data.y[row]]) for row in finding.rows], f"hear {number}")
                table(_rows(finding, data), f"tracks {number}", alt, n=len(finding.rows), most=7, row_height=35,
                      file=f"{finding.kind} tracks")  # fmt: skip


def _rows(finding: Finding, data: Dataset) -> dict[str, list[object]]:
    """Return the rows of a finding as columns: names, genres, what they belong to, and the columns it is about."""
    rows = list(finding.rows)
    listed: dict[str, list[object]] = {
        "track": [data.tracks[row] for row in rows],
        "genre": [data.genres[data.y[row]] for row in rows],
    }
    for name in finding.columns[:3]:
        listed[name] = [float(data.X[row, data.features.index(name)]) for row in rows]
    return listed


def _buttons(ways: Sequence[Remedy], key: str, config: ExperimentConfig, data: Dataset) -> None:
    for number, way in enumerate(ways):
        st.button(way.label, key=f"remedy {key} {number}", on_click=_do, args=(way, config, data))


def _do(way: Remedy, config: ExperimentConfig, data: Dataset) -> None:
    if way.read and isinstance(config.data, TableConfig):
        read_again(config.data.table, way.read)
        return
    values = dict(way.values)
    if isinstance(config.data, TableConfig) and (way.leave_out or way.judge_anew or way.take):
        roles = {
            **dict.fromkeys(way.leave_out, "left out"), **dict.fromkeys(way.judge_anew),
            **dict.fromkeys(way.take, "feature"),
        }  # fmt: skip
        try:
            values |= tables.changed(data.columns, roles, config.data)  # type: ignore[arg-type]
        except DataError as error:
            refuse(next(iter(roles)), str(error), address.settings_named())
            return
    forms.take({"values": values})


def _changed(config: ExperimentConfig, data: Dataset) -> None:
    """Draw what was changed here, each with its way back."""
    chosen, left_out = frozenset[str](), tuple[str, ...]()
    if isinstance(config.data, TableConfig):
        chosen, left_out = tables.chosen(config.data), read_names(config.data.left_out)
    ways = taken(config, chosen, left_out)
    if not ways:
        return
    with st.container(key="ways-back", horizontal=True, gap="small", vertical_alignment="center"):
        for number, way in enumerate(ways):
            st.button(
                f"Undo: {way.label}", icon=":material/undo:", key=f"undo {number}", type="tertiary",
                on_click=_do, args=(way, config, data),
            )  # fmt: skip


def _missing(gaps: Gaps, data: Dataset) -> None:
    """Draw where values are missing, by column and by genre."""
    st.caption(plain(sentences.missing_sentence(gaps, len(data))))
    with st.expander("Missing by column and by genre, in %", type="compact"):
        rows = sentences.missing_table(gaps, data.genres)
        numbers = [name for name, value in rows[0].items() if isinstance(value, float)]
        titles = {name: st.column_config.NumberColumn(format="%.1f") for name in numbers}
        alt = "The shares of missing values by column and by genre."
        table(rows, "missing values", alt, n=len(rows), most=8, row_height=35, columns=titles, file="missing values")
