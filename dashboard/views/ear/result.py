"""After an ear test: who was right, whether it could be chance, and the clips to hear again."""

from collections.abc import Mapping

import streamlit as st

from dashboard.components import ruler as rulers
from dashboard.components.csv_download import csv_download
from dashboard.components.deleting import delete_or_keep
from dashboard.components.matrix import matrix
from dashboard.components.matrix_table import view_table
from dashboard.components.phone_parts import part, phone_parts
from dashboard.components.ruler_marks import limit_marks
from dashboard.components.run_picker import run_labels
from dashboard.components.take_home import take_home
from dashboard.components.terms import numbers_line
from dashboard.components.view import beyond_plain, numbers, numbers_part
from dashboard.services import ear, workers
from dashboard.services.ear import Compared
from dashboard.services.matrix_views import side_view
from dashboard.services.runs import run as find_run
from dashboard.shell import address
from dashboard.shell.address import plain
from dashboard.text.ear_tests import label
from dashboard.text.run_names import is_named, short_name, without_settings
from dashboard.views.ear import again, shares
from dashboard.views.ear import text as sentences
from genre_core.ear import sentences as said
from genre_core.ear.agreement import Side
from genre_core.ear.sitting import Sitting
from genre_core.errors import GenreLabError
from genre_core.evaluation.glossary import GLOSSARY
from genre_core.settings.config import DatasetConfig
from genre_core.store.runs import new_run_id
from genre_core.store.schema import Run
from genre_core.text import capitalized

SOMEBODY = "the other person"


def draw(sitting: Sitting) -> None:
    """Draw what came of a test that has ended."""
    others = _others(sitting)
    head, choice = st.columns([1.75, 1], gap="medium")
    with choice:
        chosen = _choose(others)
    with head:
        found = _compared(sitting, others.get(chosen or ""))
    if found is None:
        _alone(sitting)
    else:
        _beside(sitting, found, find_run(chosen) if chosen else None, head)
    if sitting.test.kind == "sound":
        st.caption(said.published())
    _next(sitting, found)


def _others(sitting: Sitting) -> dict[str, Run | Sitting]:
    """Return those that a person can be compared with, by identifier: runs, and others who heard the same."""
    others: list[Run | Sitting] = [*ear.likely_runs(sitting), *ear.same_items(sitting, st.query_params.get("with"))]
    return {other.id: other for other in others}


def _choose(others: Mapping[str, Run | Sitting]) -> str | None:
    if not others:
        return None
    named = st.query_params.get("with")
    if named and named not in others:
        address.note("The link compares with a run that is not here or cannot answer these items.")
    chosen = named if named in others else next(iter(others))
    st.session_state["ear beside"] = chosen
    called = {one: _called(other) for one, other in others.items()}
    called |= run_labels(other for other in others.values() if isinstance(other, Run))
    st.selectbox("Compared with", list(others), format_func=called.__getitem__, key="ear beside",
                 label_visibility="collapsed", on_change=_compare)  # fmt: skip
    return chosen


def _compare() -> None:
    address.look(**{"with": st.session_state["ear beside"]})


def _called(other: Run | Sitting) -> str:
    """Return the name of another side: a run's own one, else its network."""
    if not isinstance(other, Run):
        return f"Same items · {label(other)}"
    tables = workers.store().table_names()
    return other.name if is_named(other, tables) else without_settings(short_name(other, tables))


def _compared(sitting: Sitting, other: Run | Sitting | None) -> Compared | None:
    """Return a person beside the other, or say why that cannot be."""
    if other is None or not sitting.scored:
        return None
    try:
        found = (
            ear.beside_run(sitting, other, _called(other))
            if isinstance(other, Run)
            else ear.beside_person(sitting, other, SOMEBODY)
        )
    except GenreLabError as error:  # its data are gone, or have changed
        st.caption(f":material/error: {plain(str(error))}")
        return None
    if found is None:
        st.caption(f":material/error: {plain(_called(other))} can answer none of these items.")
    return found


def _alone(sitting: Sitting) -> None:
    """Draw a person's own answers, where nobody is there to compare with."""
    own, who = ear.alone(sitting), ear.who(sitting)
    if own is None:
        st.header(f"{capitalized(who)} have answered nothing that counts.", anchor=False)
        return
    st.header(said.alone(sitting, own.n_right, who), anchor=False)
    st.caption(plain(f"{sentences.NOBODY} {said.behavior(sitting, own.n_unknown, who)}"))
    rulers.ruler(_ruler(own, None, None, ear.label(sitting)), "ear ruler")
    _matrix(own, sitting)


def _beside(sitting: Sitting, found: Compared, run: Run | None, head: st.delta_generator.DeltaGenerator) -> None:
    both, who, config = found.together, ear.who(sitting), run.config.data if run else None
    with head:
        st.header(plain(said.headline(sitting, both, who)), anchor=False, help=GLOSSARY["McNemar test"])
        numbers_line(said.verdict(sitting, both, who))
        more = [said.agreement(sitting, both, who), sentences.how_hard(sitting)]
        more += [said.behavior(sitting, both.first.n_unknown, who)]
        more += [sentences.left_out(sitting, len(found.numbers), run)] if run else []
        st.caption(plain(" ".join(filter(None, more)), longest=900), help=GLOSSARY["Cohen's kappa"])
    you, other, name = both.first, both.second, ear.label(sitting)
    numbers(numbers_part({name: you.accuracy, other.name: other.accuracy, "Guessing": 1 / len(you.genres)}))
    rulers.ruler(_ruler(you, other, config, name), "ear ruler")
    with beyond_plain("matrices"):
        items = f"{sitting.test.noun}s".capitalize()
        phone_parts({"matrices": "Matrices", "items": items, "shares": "Scores"})
        left, right = st.columns(2, gap="medium")
    with left, part("matrices", "own"):
        _matrix(both.first, sitting)
    with right, part("matrices", "other"):
        _matrix(both.second, sitting, both.second.name)
    with beyond_plain("again"):
        with part("items"):
            again.draw(sitting, found, config)
        with part("shares"):
            shares.draw(sitting, found)


def _ruler(you: Side, other: Side | None, config: DatasetConfig | None, name: str) -> rulers.Ruler:
    marks = [rulers.majority(1 / len(you.genres), "guessing")]
    marks += limit_marks(config, "row", clean=True) if config else []
    marks += [rulers.model(other.accuracy, other.interval, other.name, kind="other")] if other else []
    marks.append(rulers.model(you.accuracy, you.interval, name))
    return rulers.Ruler(tuple(marks), f"accuracy on {len(you.y)} items")


def _matrix(side: Side, sitting: Sitting, other: str = "") -> None:
    """Draw the matrix of one side, that of an `other` if named."""
    key, title = f"ear matrix {not other}", other or ear.label(sitting)
    view = side_view(side, f"{sitting.test.noun}s")
    st.subheader(plain(title), anchor=False)
    matrix(view, key, compact=len(side.genres) > 12, label=f"Confusion matrix: {title}")
    view_table(view, key, f"ear test {sitting.id} {title}.csv")


def _next(sitting: Sitting, found: Compared | None) -> None:
    with st.container(key="ear-next", horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Take another test", icon=":material/play_arrow:", key="another ear test", on_click=address.look,
                  kwargs={"ear": None, "with": None, "who": None})  # fmt: skip
        st.button(f"Let somebody else answer the same {sitting.test.noun}s", icon=":material/group:", type="tertiary",
                  key="same ear test", on_click=_same, args=(new_run_id(), sitting))  # fmt: skip
        if sitting.scored:
            csv_download(lambda: sentences.answers(sitting, found, ear.who(sitting)),
                         f"ear test {sitting.id[:4]} answers", "ear answers",
                         help="Download each answer that counts as a table.")  # fmt: skip
        if run := find_run(sitting.test.run):
            take_home([run])
        if st.button("Delete", icon=":material/delete:", type="tertiary", key="delete ear test"):
            _ask_to_delete(sitting)


def _same(test_id: str, sitting: Sitting) -> None:
    ear.begin_same(test_id, sitting)
    address.look(ear=test_id, **{"with": None, "who": None})


@st.dialog("Delete this ear test?")
def _ask_to_delete(sitting: Sitting) -> None:
    st.write("Your answers are forgotten. This cannot be undone.")
    delete_or_keep("Delete ear test", "ear test", _delete, sitting)


def _delete(sitting: Sitting) -> None:
    ear.forget(sitting.id)
    address.look(ear=None, **{"with": None, "who": None})
