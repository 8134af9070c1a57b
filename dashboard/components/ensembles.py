"""Making an ensemble of chosen runs, and the ways to the members of one."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.ruler_marks import member_rates
from dashboard.services import commands
from dashboard.services.runs import members
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text import ensembles as sentences
from dashboard.theme import percent
from genre_core.data.dataset import Part
from genre_core.errors import StoreError
from genre_core.store.schema import Run

RUNS_SHOWN = 5


def average_button(runs: Sequence[Run]) -> None:
    """Draw the button that averages runs and opens what comes out; disabled where they cannot be, and why."""
    problem = sentences.why_not_averaged(runs)
    pressed = st.button(
        f"Average these {len(runs)}",
        icon=":material/join_inner:",
        key="average runs",
        type="tertiary",
        disabled=bool(problem),
        help=plain(problem) or sentences.HELP,
    )
    if pressed:
        try:
            run_id = commands.average(runs)
        except StoreError as error:
            st.toast(str(error), icon=":material/error:")
            return
        st.switch_page("views/evaluate/page.py", query_params={"run": run_id})


def beside_members(run: Run, part: Part) -> None:
    """Say what an ensemble averages, with the way to compare it with its members."""
    text = sentences.beside_members(run, part, member_rates(run, part))
    found = members(run)[:RUNS_SHOWN]
    with st.container(key="ensemble-members", horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text, width="content")
        if found:
            named = ",".join([run.id, *(member.id for member in found)])
            address.page_link("views/compare/page.py", "Compare with them", ":material/compare_arrows:", runs=named)


def members_instead(run: Run, sentence: str, key: str) -> None:
    """Say what an ensemble has not, with its members to look at instead, in the same place."""
    st.caption(sentence)
    with st.container(key=f"members instead {key}", horizontal=True, gap="small"):
        for member in members(run)[:RUNS_SHOWN]:
            st.button(plain(member.name), icon=":material/arrow_forward:", key=f"instead {key} {member.id}",
                      on_click=address.look, kwargs={"run": member.id})  # fmt: skip


def say_whose_features(run: Run) -> None:
    """Say whose features are shown of an ensemble whose members are given different ones."""
    if text := sentences.whose_features(run.config):
        st.caption(text)


def member_list(run: Run) -> None:
    """Draw the members of an ensemble, each a way to its card."""
    found = members(run)
    st.markdown(f"**Averages {len(run.config.members)} networks**")
    for member in found:
        rate = percent(member.summary["validation"]["accuracy"])
        label = plain(f"{member.name} · {rate} on validation")
        address.same_page_link(label, f"member {member.id}", run=member.id)
    if missing := len(run.config.members) - len(found):
        st.caption(f"{missing} of them are no longer stored. The command below trains them again.")
