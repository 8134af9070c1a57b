"""One run: what can be done with it, and its card: everything that is needed to get the same result again."""

from typing import Any

import streamlit as st

from dashboard.components.csv_download import csv_download
from dashboard.components.deleting import delete_or_keep
from dashboard.components.ensembles import member_list
from dashboard.components.file_names import about, named
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.table import table
from dashboard.components.take_home import take_home
from dashboard.components.terms import numbers_line
from dashboard.services import commands, openings
from dashboard.services.runs import all_tags, loss, notes_of
from dashboard.services.workers import store
from dashboard.shell import address, forms
from dashboard.shell.address import plain
from dashboard.shell.fields import TITLES
from dashboard.text.badges import badges
from dashboard.text.runs import STATES, changed_at_random, clock, copies, scores_of, state_sentence
from dashboard.text.train import duration
from genre_core.errors import RunStateError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.names import SECTIONS, Setting, flatten, label_in, settings
from genre_core.store.notes import LONGEST_NOTE, MOST_TAGS
from genre_core.store.schema import Run, RunNote
from genre_core.takehome.command import HASHED, command
from genre_core.takehome.naming import file_name

ENDED = ("complete", "failed", "cancelled")
COLOURS = {"complete": "green", "failed": "red", "running": "blue", "queued": "gray", "paused": "orange"}


def run_card(run: Run) -> None:
    """Draw a run's name, state, buttons and card."""
    about(file_name(run))
    with st.container(key="run-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(run.name), anchor=False, width="content")
        st.badge(STATES[run.state], color=COLOURS.get(run.state, "gray"))  # type: ignore[arg-type]
    st.caption(plain(" ".join(filter(None, (state_sentence(run), loss(run))))))
    _scores(run)
    _actions(run)
    try:
        run.config  # noqa: B018  # a run of another version has a name and curves, and nothing else that can be read
    except RunStateError as error:
        st.caption(plain(str(error)))
        return
    phone_parts({"settings": "Settings", "notes": "Tags and note", "made": "How to repeat it"})
    left, right = st.columns(2, gap="medium")
    with left, part("settings"):
        if run.averages:
            member_list(run)
        _settings(run.config)
    with right:
        with part("notes"):
            _notes(run)
        with part("made"):
            _provenance(run)


def _notes(run: Run) -> None:
    """Draw the tags and the note of a run, which can be changed and by which the list finds it."""
    said = notes_of([run]).get(run.id, RunNote())
    tags, note = f"tags of {run.id}", f"note of {run.id}"
    keep = (run.id, tags, note)
    st.multiselect("Tags", sorted({*all_tags(), *said.tags}), list(said.tags), key=tags, accept_new_options=True,
                   placeholder="Add a tag, such as lesson 2", max_selections=MOST_TAGS, wrap=True, on_change=_say,
                   args=keep)  # fmt: skip
    st.text_area("Note", said.note, 68, LONGEST_NOTE, key=note, placeholder="What you tried and saw", on_change=_say,
                 args=keep)  # fmt: skip


def _say(run_id: str, tags: str, note: str) -> None:
    commands.say_of(run_id, st.session_state[tags], st.session_state[note])


def _scores(run: Run) -> None:
    """Draw what a complete run reached, on the test part only where somebody has opened it."""
    if run.state != "complete" or not run.summary:
        return
    opened = openings.openings_of([run])[run.id]
    with st.container(key="run-scores", gap="xsmall"):
        numbers_line(scores_of(run, "validation"), badges(run))
        if opened.opened:
            numbers_line(scores_of(run, "test"), badges(run, opened))
        else:
            numbers_line("Test: closed for this run until you open it on Evaluate.")


def _actions(run: Run) -> None:
    """Draw what can be done with a run in its state."""
    with st.container(key="run-actions", horizontal=True, vertical_alignment="center", gap="small"):
        if run.state == "complete":
            address.page_link("views/evaluate/page.py", "Evaluate", icon=":material/analytics:", run=run.id)
        address.page_link("views/train/page.py", "Curves on Train", icon=":material/show_chart:", run=run.id)
        if not run.averages and st.button(
            "Same settings", icon=":material/tune:", help="Open Train with exactly the settings of this run."
        ):
            _open_with(run)
        if run.state == "paused":
            st.button("Resume", icon=":material/play_arrow:", on_click=commands.resume, args=(run.id,))
        if run.state not in ENDED:
            meaning = "Keep the best weights so far."
            st.button("Stop", icon=":material/stop:", on_click=commands.stop, args=(run.id,), help=meaning)
        else:
            again = "Train it again from the beginning and replace its results."
            st.button("Restart", icon=":material/restart_alt:", on_click=commands.restart, args=(run.id,), help=again)
        with st.popover("Rename", icon=":material/edit:"):
            key = f"name of {run.id}"
            st.text_input("Name", run.name, 200, key=key, on_change=_rename, args=(run.id, key))
            st.button("Save name", key="save name")  # leaving the field saves; the button is where to go
        take_home([run])
        if st.button("Delete", icon=":material/delete:", key="delete run"):
            _ask(run)


@st.dialog("Delete this run?")
def _ask(run: Run) -> None:
    st.write(f"**{plain(run.name)}**, its weights, curves and predictions are deleted. This cannot be undone.")
    if run.state not in ENDED:
        st.write("Its training stops.")
    delete_or_keep("Delete run", "run", _delete, run.id)


def _delete(run_id: str) -> None:
    commands.delete(run_id)
    address.look(run=None)


def _open_with(run: Run) -> None:
    try:
        st.switch_page("views/train/page.py", query_params={**forms.link(run.config), "run": run.id})
    except RunStateError as error:
        st.toast(str(error), icon=":material/error:")


def _rename(run_id: str, key: str) -> None:
    if name := st.session_state[key].strip():
        commands.rename(run_id, name)


def _settings(config: ExperimentConfig) -> None:
    """Draw all settings of a run; those that differ from the product's own are marked."""
    values, usual = flatten(config), flatten(ExperimentConfig())
    rows: list[dict[str, Any]] = []
    for item in settings(config):
        base = usual.get(item.name, item.default)
        value = values[item.name]
        is_changed = value != base
        rows.append(
            {
                "setting": f"{'● ' if is_changed else ''}{TITLES[item.section]} · {item.title}",
                "value": _short(config, item, value),
                "usual": _short(config, item, base) if is_changed else "",
            }
        )
    rows.sort(key=lambda row: not row["setting"].startswith("●"))
    n_changed = sum(row["setting"].startswith("●") for row in rows)
    widths = {"setting": 182, "value": 106, "usual": 70 if n_changed else None}
    looks = {name: st.column_config.TextColumn(width=width) if width else None for name, width in widths.items()}
    whose = "Settings of one of them" if config.averaged_with else "Settings"
    st.markdown(f"**{whose}** :gray[{n_changed} of {len(rows)} differ from the default (marked ●)]")
    alt = "Settings of this run, with the default value of those that differ."
    most = min(12, max(3, n_changed + 1))  # what is the same everywhere is scrolled to
    table(rows, "run settings", alt, n=len(rows), most=most, row_height=35, file="settings", columns=looks)


def _short(config: ExperimentConfig, item: Setting, value: Any) -> str:
    if item.name in HASHED and value:
        return store().table_names().get(value, f"{value[:8]}…, no longer stored")
    return label_in(config, item.name, value) or "found by itself"


def _provenance(run: Run) -> None:
    """Draw the command that repeats a run, and what it ran on."""
    st.markdown("**Repeat it in a terminal**")
    st.code(command(run, store().table_names()), language=None, wrap_lines=True)
    context, versions = run.context, run.context.get("versions", {})
    seeds = {section: getattr(getattr(run.config, section), "seed", None) for section in SECTIONS}
    facts = {
        "run": run.id,
        "settings hash": run.fingerprint[:16],
        "data hash": context.get("data_hash", "")[:16],
        "tracks": _sizes(context),
        "copies": copies(run.config),
        "changed at random": changed_at_random(run.config),
        "seeds": ", ".join(f"{section} {seed}" for section, seed in seeds.items() if seed is not None),
        "device": context.get("device", ""),
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "made": clock(run.created_at),
        "ended": clock(run.finished_at) if run.finished_at else "",
        "took": duration(run.seconds) if run.seconds is not None else "",
    }
    st.markdown("**Made with**")
    rows = [{"name": name, "value": value} for name, value in facts.items() if value]
    st.table([{name: plain(text) for name, text in row.items()} for row in rows], border="horizontal", hide_index=True,
             hide_header=True, alt="The software and computer that made this run.")  # fmt: skip
    csv_download({name: [row[name] for row in rows] for name in rows[0]}, f"{named('made with')}.csv", "made with")


def _sizes(context: dict[str, Any]) -> str:
    if "n_train" not in context:
        return ""
    parts = (("n_train", "training"), ("n_validation", "validation"), ("n_test", "test"))
    return ", ".join(f"{context[name]:,} {word}" for name, word in parts)
