"""Which runs are compared, on which part and by what they are judged; why those that are not, are not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.components.address_choice import address_choice
from dashboard.components.judged_head import PARTS, ask_to_open, say_headline
from dashboard.components.right_about import choose_judge
from dashboard.components.run_picker import run_labels
from dashboard.services import openings, runs
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.run_names import how_it_did, same_tracks
from dashboard.views.compare import comparing
from dashboard.views.compare import text as sentences
from dashboard.views.compare.comparing import Compared, Side
from genre_core.data.dataset import Part
from genre_core.evaluation.comparison import Comparison
from genre_core.store.openings import Openings
from genre_core.store.run_result import JUDGE, Judge
from genre_core.store.schema import Run

KEY = "compared runs"
MOST, MOST_LISTED, MOST_OFFERED = 6, 200, 5
FORGET = {"cell": None, "track": None}
PART_HELP = (
    "Use validation for choosing; it also chose each run's best epoch. Use test for reporting: it opens the test parts "
    "of all compared runs."
)
Place = st.delta_generator.DeltaGenerator


@dataclass(frozen=True, eq=False)
class Chosen:
    """Runs that are compared on a part; `number` is that of the one whose difference is drawn, among the others."""

    compared: Compared
    part: Part
    number: int
    opened: Openings | None
    """How often the test tracks were looked at, on the test part."""
    notes: tuple[str, ...] = ()
    """Notes on runs that the address names and that are not compared."""

    @property
    def pair(self) -> Comparison:
        """Return what tells the run looked at from the one whose difference is drawn, with letters for their names."""
        return self.compared.lettered(self.number)

    @property
    def other(self) -> Side:
        """Return the run whose difference is drawn."""
        return self.compared.others[self.number]

    @property
    def nouns(self) -> str:
        """Return what is counted: `test tracks`."""
        return f"{self.part} {self.compared.first.outcome.noun}s"

    @property
    def clean(self) -> bool:
        """Say whether the true genres judge them."""
        return self.compared.first.outcome.about == "true genre"


def choose(head: Place, side: Place, row: Place) -> Chosen | None:
    """Draw the choice of runs at the side and of what judges them in a row, and return what is compared.

    None where the head says why nothing is.
    """
    asked, notes = _asked()
    with side:
        _picker(asked)
    with row:
        part, judge = _judged_by(asked)
    found = None
    if len(asked) > 1:
        if part == "test" and (closed := _closed(asked)):
            with head:
                ask_to_open(sentences.closed(comparing.names_of(closed)), closed)
                say(notes)
            return None
        found = comparing.compared(asked, part, judge=judge)
        notes += _left_out(asked, found, part, judge)
    with head:
        chosen = _answerable(asked, found, part)
        if chosen is None:
            say(notes)
    return None if chosen is None else replace(chosen, notes=tuple(notes))


def say(notes: Sequence[str]) -> None:
    """Draw what is to be said of runs that are not compared."""
    if notes:
        st.caption("  \n".join(f":material/link_off: {plain(note, longest=600)}" for note in notes))


def _left_out(asked: Sequence[Run], found: Compared | None, part: Part, judge: Judge) -> list[str]:
    if found is not None:
        return list(found.left_out.values())
    return [comparing.why_not(asked[0], part, judge=judge)]


def _asked() -> tuple[list[Run], list[str]]:
    """Return the complete runs that the address names, without one the run looked at; and what to say of the others."""
    named, notes, found = address.run_ids(), list[str](), dict[str, Run]()
    for run_id in named:
        run = runs.run(run_id)
        if run is None:
            notes.append(sentences.missing(run_id))
        elif run_id in found:
            notes.append(sentences.twice(run.name))
        elif run.state != "complete":
            notes.append(sentences.incomplete(run))
        else:
            found[run_id] = run
    if not named:
        looked_at = runs.run(address.run_id()) or runs.latest_complete()
        if looked_at is not None and looked_at.state == "complete":
            found[looked_at.id] = looked_at
    return list(found.values()), notes


def _picker(asked: Sequence[Run]) -> None:
    """Draw the runs to choose from: those that the first can be compared with; why the others are not among them."""
    complete = runs.listed(MOST_LISTED, runs.COMPLETE)
    there = {run.id: run for run in complete if not asked or same_tracks(run) == same_tracks(asked[0])}
    there |= {run.id: run for run in asked}
    if not there:
        return
    labels = run_labels([*complete, *asked])
    if len(asked) > 1:  # those that are chosen by what tells them apart: little of a label is in sight
        told = zip(asked, comparing.names_of(asked), strict=True)
        labels |= {run.id: f"{name} · {how_it_did(run)}" for run, name in told}
    st.session_state[KEY] = [run.id for run in asked]
    st.multiselect(
        "Runs to compare",
        list(there),
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=KEY,
        max_selections=MOST,
        wrap=True,
        placeholder="Choose two runs or more",
        label_visibility="collapsed",
        on_change=_choose,
    )
    if asked and (others := [(run, labels[run.id]) for run in complete if run.id not in there]):
        said, reasons = sentences.not_offered(others, asked[0])
        with st.popover(said, icon=":material/link_off:", type="tertiary", key="not compared", width="content"):
            st.caption("  \n".join(plain(reason, 200) for reason in reasons))


def _choose() -> None:
    address.look(runs=",".join(st.session_state[KEY]) or None, **{"with": None}, **FORGET)


def _judged_by(asked: Sequence[Run]) -> tuple[Part, Judge]:
    if not asked:
        return "validation", JUDGE
    part = address_choice("Part", "part", PARTS, help=PART_HELP, on_change=FORGET)
    known = asked[0].known_config  # none where another version made it: the comparison says so
    return part, choose_judge(known.data, FORGET) if known else JUDGE


def _closed(asked: Sequence[Run]) -> list[Run]:
    """Return the runs to open before they are compared on test: those with the test part of the first, if several."""
    alike = [run for run in asked if run.context.get("test_hash") == asked[0].context.get("test_hash")]
    return [run for run in alike if not run.opened] if len(alike) > 1 else []


def _answerable(asked: Sequence[Run], found: Compared | None, part: Part) -> Chosen | None:
    """Return what is compared; where nothing is, say what to do."""
    if len(asked) < 2:
        _say_too_few(asked)
        return None
    if found is None or not found.others:
        st.header(sentences.INCOMPARABLE, anchor=False)
        return None
    opened = None
    if part == "test":
        runs = [side.run for side in (found.first, *found.others)]
        opened = max(openings.openings_of(runs).values(), key=lambda one: one.n)
    return Chosen(found, part, found.against(_with(found)), opened)


def _with(found: Compared) -> str | None:
    """Return the run whose difference is drawn, by the address."""
    asked = st.query_params.get("with")
    if asked and asked not in {other.run.id for other in found.others}:
        address.note("The link asks for the difference from a run that is not compared, so the first one is shown.")
    return asked


def _say_too_few(asked: Sequence[Run]) -> None:
    """Say what to do where there are no two runs to compare, and offer the latest that the one there is goes with."""
    complete = runs.listed(MOST_LISTED, runs.COMPLETE)
    if len(complete) < 2:
        say_headline(*sentences.no_runs(bool(runs.listed(limit=1))))
        return
    if not asked:
        say_headline(sentences.choose_more(None))
        return
    first = asked[0]
    others = [run for run in complete if run.id != first.id and same_tracks(run) == same_tracks(first)][:MOST_OFFERED]
    if not others:
        say_headline(*sentences.none_alike(first.name))
        return
    say_headline(sentences.choose_more(first.name))
    labels = run_labels([first, *others])
    with st.container(key="compare-offers", gap=None):
        for other in others:
            st.button(
                plain(labels[other.id]),
                icon=":material/compare_arrows:",
                key=f"compare with {other.id}",
                type="tertiary",
                on_click=address.look,
                kwargs={"runs": f"{first.id},{other.id}", "with": None, **FORGET},
            )
