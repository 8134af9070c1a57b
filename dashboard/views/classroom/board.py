"""The teacher's board: who is where, what was predicted, what the runs reached, and what was written."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

import segno
import streamlit as st

from dashboard.components import ruler as rulers
from dashboard.components.class_following import board_follows
from dashboard.components.drawn import drawn
from dashboard.components.matrix import matrix
from dashboard.components.plot import plot
from dashboard.components.ruler_marks import limit_marks
from dashboard.components.safely import refreshing
from dashboard.services import class_board
from dashboard.services.matrix_views import side_view
from dashboard.services.workers import store
from dashboard.shell.address import plain
from dashboard.views.classroom import figures
from dashboard.views.classroom import text as sentences
from genre_core.classroom.names import seat_name, seat_picture
from genre_core.ear.pooling import majority, pooled
from genre_core.ear.sitting import DONT_KNOW, Sitting
from genre_core.settings.names import all_settings, flatten
from genre_core.store.classes import Class, Entry
from genre_core.store.schema import Run

FIRST_QUESTIONS, FIRST_SENTENCES = 4, 12
"""Latest questions and sentences that are drawn with each change; the earlier ones are folded."""
COMPACT_FROM = 12
"""Genres from which a matrix is drawn small."""
HEIGHT, LOW_HEIGHT = 300, 190
Item = TypeVar("Item")
CODE_STYLE = "svg { display: block; width: 170px; }"
_SETTING = "setting of the board"


def draw(room: Class) -> None:
    """Draw the head, which stays, and what the class does, drawn anew as soon as it does something."""
    _head(room)
    refreshing(_live)(room)
    _end(room)


def _head(room: Class) -> None:
    link = f"{_base()}?class={room.code}"
    left, right = st.columns([4, 1], vertical_alignment="center")
    with left:
        st.header(sentences.board_title(room), anchor=False)
        if room.plan.task:
            st.caption(plain(room.plan.task))
        if not room.closed:
            st.title(room.code, anchor=False)
            st.caption("Open this link, or enter the code on the page Class.")
            st.code(link, language=None, width=480)
            with st.popover("For another browser of yours", icon=":material/devices:", type="tertiary"):
                _key(room)
    if not room.closed:
        with right:
            drawn(_code_to_scan(link), "class code", style=CODE_STYLE, file=f"class {room.code} code")


@lru_cache(maxsize=32)
def _code_to_scan(link: str) -> str:
    return segno.make(link, error="m").svg_inline(scale=4, border=2, dark="#14171b", light="#ffffff")


def _key(room: Class) -> None:
    key = st.session_state.get("teacher's key")
    if key:
        st.caption("Open this link there. Whoever has it can see the board and end the class: do not project it.")
        st.code(f"{_base()}classroom?room={room.code}&teach={key}", language=None, wrap_lines=True)
    else:
        st.caption("The link was shown to the browser in which the class began, until it was closed.")


def _base() -> str:
    """Return the address that the pages stand right below."""
    return (st.context.url or "http://localhost/").split("?")[0].rsplit("/", 1)[0] + "/"


def _live(room: Class) -> None:
    """Draw what the class did so far."""
    code = room.code
    if not room.closed:
        board_follows(code)  # before anything is read: what comes meanwhile is another state
    classes = store().classes
    entries, seats = classes.entries(code, "prediction", "result", "sentence"), classes.seats(code)
    st.subheader(sentences.who_is_here(seats), anchor=False)
    st.markdown(sentences.students(seats, datetime.now(UTC)))
    _questions(code, entries)
    _runs(code, class_board.runs(code))
    _heard(class_board.ear_tests(code))
    _sentences(code, [entry for entry in entries if entry.kind == "sentence"])


def _questions(code: str, entries: Sequence[Entry]) -> None:
    """Draw what was predicted of each question, the latest first."""
    asked, results = defaultdict[str, list[Entry]](list), dict[str, object]()
    for entry in entries:
        if entry.kind == "prediction":
            asked[entry.about].append(entry)
        elif entry.kind == "result":
            results[entry.about] = entry.value["truth"]
    if not asked:
        return
    st.subheader("Predictions", anchor=False)
    shown = store().classes.revealed(code)
    for about in _latest(list(asked), FIRST_QUESTIONS, "earlier questions"):
        _asked(code, about, asked[about], about in shown, results.get(about))


def _latest(given: Sequence[Item], first: int, more: str) -> Iterator[Item]:
    """Yield what came last, latest first; the earlier, which `more` names, where somebody opens them."""
    latest = list(reversed(given))
    yield from latest[:first]
    if rest := latest[first:]:
        folded = st.expander(f"{len(rest)} {more}", key=f"class {more}", type="compact", on_change="rerun")
        if folded.open:
            with folded:
                yield from rest


def _asked(code: str, about: str, given: Sequence[Entry], is_shown: bool, result: object) -> None:
    """Draw what was predicted of a question, and the result once the teacher shows it."""
    with st.container(key=f"question {about}", gap="xsmall"):
        head = st.container(horizontal=True, vertical_alignment="center", gap="small")
        head.markdown(f"**{plain(str(given[-1].value.get('question', about)))}** · {sentences.given(given)}")
        if not is_shown:
            head.button("Show the result", key=f"reveal {about}", icon=":material/visibility:",
                        on_click=store().classes.reveal, args=(code, about))  # fmt: skip
        _question(about, [entry.value for entry in given], result if is_shown else None)


def _question(about: str, values: Sequence[Mapping[str, object]], truth: object) -> None:
    alt = sentences.predicted_alt(values, truth)
    numbers = [float(str(value["value"])) for value in values if isinstance(value.get("value"), (int, float))]
    if numbers:
        low, high = (float(str(values[-1].get(name, usual))) for name, usual in (("low", 0), ("high", 100)))
        mark = float(truth) if isinstance(truth, (int, float)) else None
        plot(figures.predicted_numbers(numbers, low, high, mark), f"predicted {about}", height=LOW_HEIGHT, alt=alt)
    else:
        texts = [str(value.get("text", "")) for value in values]
        right = None if truth is None else str(truth)
        plot(figures.predicted_choices(texts, right), f"predicted {about}", height=LOW_HEIGHT, alt=alt)
    st.caption(alt)


def _runs(code: str, found: Sequence[tuple[int, Run]]) -> None:
    """Draw the runs on one ruler, and against a setting: a class is a search."""
    complete = [(number, run) for number, run in found if run.state == "complete" and "validation" in run.summary]
    if not found:
        return
    st.subheader(sentences.runs_title(found), anchor=False)
    if not complete:
        return
    best = class_board.best_of(code, [run for _, run in complete])
    st.caption(sentences.best(complete, best))
    rulers.ruler(_ruler([run for _, run in complete]), "class ruler")
    values = [flatten(run.config) for _, run in complete]  # a run that is known was parsed before
    differing = [name for name in values[0] if _differs(values, name)]
    if not differing:
        return
    titles = {name: all_settings()[name].title for name in differing}
    item = all_settings()[st.selectbox("Setting", differing, format_func=titles.__getitem__, key=_SETTING, width=300)]
    points = [
        (number, float(own[item.name]), 100 * run.summary["validation"]["accuracy"], run.name)
        for (number, run), own in zip(complete, values, strict=True)
        if own.get(item.name) is not None
    ]
    is_log = item.scale == "log" and all(x > 0 for _, x, _, _ in points)
    figure = figures.runs_scatter(points, item.title, is_log=is_log)
    plot(figure, "class runs", height=HEIGHT, alt=sentences.scatter_alt(points, item.title))


def _ruler(runs: Sequence[Run]) -> rulers.Ruler:
    *others, best = sorted(runs, key=lambda run: run.summary["validation"]["accuracy"])
    marks = [rulers.majority(rate)] if (rate := best.context.get("majority_accuracy")) is not None else []
    marks += limit_marks(best.config.data)
    marks += [rulers.Mark("tick", run.summary["validation"]["accuracy"]) for run in others]
    marks.append(rulers.Mark("model", best.summary["validation"]["accuracy"], "best of the class"))
    return rulers.Ruler(tuple(marks), ticks_named=False)


def _differs(values: Sequence[Mapping[str, object]], name: str) -> bool:
    """Say whether a setting is a number in all runs, and not the same one."""
    found = [own.get(name) for own in values]
    return len(set(found)) > 1 and all(type(value) in (int, float) for value in found)


def _heard(sittings: Sequence[Sitting]) -> None:
    """Draw what the class heard in its ear tests: all answers together, and the majority's."""
    together = pooled(sittings)
    if together is None:
        return
    most = majority(sittings)
    st.subheader(sentences.ear_title(sittings), anchor=False)
    st.caption(sentences.heard(together, most))
    marks = [rulers.model(together.accuracy, together.interval, together.name)]
    marks += [rulers.model(most.accuracy, most.interval, most.name, kind="other")] if most else []
    rulers.ruler(rulers.Ruler(tuple(marks), "accuracy by ear"), "class ear ruler")
    matrix(side_view(together, "answers"), "class ear matrix", compact=len(together.genres) > COMPACT_FROM,
           label="Confusion matrix of the class")  # fmt: skip


def _sentences(code: str, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    st.subheader("In their own words", anchor=False)
    with st.container(key="class-sentences", gap="xsmall", height=320 if len(entries) > 6 else "content"):
        for entry in _latest(entries, FIRST_SENTENCES, "earlier sentences"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{seat_picture(entry.number)} {plain(str(entry.value))}")
                st.button("Remove", icon=":material/close:", type="tertiary", on_click=store().classes.remove,
                          key=f"remove {entry.number} {entry.about}", help="Take this sentence away for everybody.",
                          args=(code, entry))  # fmt: skip


def _end(room: Class) -> None:
    """Draw what a teacher does at the end: keep the data, end the class, delete it."""
    with st.container(key="class-end", horizontal=True, gap="small"):
        st.download_button("Download all of it", lambda: _document(room), f"class {room.code}.json", "application/json",
                           key="class download", icon=":material/download:", type="tertiary", on_click="ignore",
                           help="Who predicted, wrote, heard and trained what, as JSON.")  # fmt: skip
        if not room.closed:
            st.button("End the class", key="close class", icon=":material/logout:", on_click=store().classes.close,
                      args=(room.code,), help="Nobody joins or says anything more. The board stays.")  # fmt: skip
        with st.popover("Delete the class", icon=":material/delete:", type="tertiary"):
            st.caption("Its predictions, sentences and runs are deleted now, and not only a day after it began.")
            st.button("Delete for good", key="delete-class-for-good", on_click=class_board.delete, args=(room.code,))


def _document(room: Class) -> bytes:
    said = store().classes.entries(room.code)
    entries = [
        {"student": seat_name(entry.number), "kind": entry.kind, "about": entry.about, "value": entry.value,
         "at": entry.made_at.isoformat(timespec="seconds")}
        for entry in said
    ]  # fmt: skip
    runs = [
        {"student": seat_name(number), "run": run.id, "name": run.name, "state": run.state,
         "settings": flatten(run.config), "validation": run.summary.get("validation")}
        for number, run in class_board.runs(room.code)
    ]  # fmt: skip
    ears = [
        {"student": seat_name(number) if number else "a student who left", "run": sitting.test.run,
         "part": sitting.test.part, "answers": _answers(sitting)}
        for number, sitting in class_board.ear_tests_by_seat(room.code)
    ]  # fmt: skip
    document = {"class": room.code, "plan": room.plan.model_dump(), "entries": entries, "runs": runs, "ear tests": ears}
    return json.dumps(document, indent=1, ensure_ascii=False, default=str).encode()


def _answers(sitting: Sitting) -> list[dict[str, object]]:
    """Return what was answered in an ear test, but for practice: the track, its genre, the answer, and the plays."""
    genres, said = sitting.test.genres, sitting.said(sitting.scored)
    return [
        {"track": item.track, "genre": genres[item.genre], "plays": sitting.answers[number].plays,
         "answer": "don't know" if answer == DONT_KNOW else genres[answer]}
        for number, answer in zip(sitting.scored, said.tolist(), strict=True)
        for item in [sitting.test.items[number]]
    ]  # fmt: skip
