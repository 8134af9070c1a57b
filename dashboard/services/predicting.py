"""Files that a person brings for a run to predict: kept for a day, looked over by a worker, and answered by one."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.services import server_files
from dashboard.services.asking import Asked, ask, ask_again
from dashboard.services.tables import uploads
from genre_core.data.clips.uploads import write
from genre_core.judging.predicting.answers import Answers
from genre_core.store.schema import Run
from genre_core.studies.extraction import Task, measure
from genre_core.takehome.answers import answer_table, with_threshold
from genre_core.workers.predicting import Brought as Brought
from genre_core.workers.predicting import Seen as Seen
from genre_core.workers.predicting import Wanted as Wanted
from genre_core.workers.predicting import answer_for, look_over

AT_ONCE = 2
"""Tasks of sixteen clips that are measured at a time for one person: others ask workers as well."""
Said = tuple[str, ...]


def bring(files: Sequence[tuple[str, bytes]], *, is_sound: bool) -> Brought:
    """Keep files in a folder of their own.

    Raises DataError where they are too many or the disk does not take them, and StoreError where no place is known.
    """
    return Brought(str(write(files, uploads())), is_sound)


def offered() -> list[str]:
    """Return the tables and folders of sound on the server that a run can answer for, by name."""
    return [name for name in server_files.offered(genres=False) if not name.endswith("/")]


def take_offered(name: str) -> Brought:
    """Return what the server offers by that name, where it lies; raises DataError where it is not offered."""
    path = server_files.find(name)
    return Brought(str(path), is_sound=path.is_dir(), is_ours=False)


def let_go(brought: Brought) -> None:
    """Remove the files that were brought; what lies on the server stays."""
    if not brought.is_ours:
        return
    shutil.rmtree(Path(brought.folder), ignore_errors=True)


def seen(run: Run, brought: Brought, said: Said) -> Asked[Seen]:
    """Have a worker say what a run would use of files."""
    return ask(look_over, run.id, run.attempt, brought, said)


def forget_seen(run: Run, brought: Brought, said: Said) -> None:
    """Forget what was said of files, so that they are looked over anew."""
    ask_again(look_over, run.id, run.attempt, brought, said)


def measured(tasks: Sequence[Task]) -> tuple[int, str]:
    """Have workers measure what is missing of clips; return how many of the tasks are done, and why one failed."""
    done = waiting = 0
    for task in tasks:
        if waiting == AT_ONCE:
            break
        asked = ask(measure, task)
        if asked.problem:
            return done, asked.problem
        done, waiting = done + (not asked.waiting), waiting + asked.waiting
    return done, ""


def answers(run: Run, wanted: Wanted) -> Asked[Answers]:
    """Have a worker say what a run answers."""
    return ask(answer_for, run.id, (run.attempt, run.opened), wanted)


def forget_answers(run: Run, wanted: Wanted) -> None:
    """Forget what a run answered, so that it is asked anew."""
    ask_again(answer_for, run.id, (run.attempt, run.opened), wanted)


def shown(run: Run, wanted: Wanted, found: Answers, threshold: float) -> Any:
    """Return answers as an Arrow table."""
    table = _table(run.id, run.attempt, run.opened, wanted, found)
    return with_threshold(table, found, threshold) if threshold else table


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs={Wanted: repr, Brought: repr})
def _table(run_id: str, attempt: int, opened: bool, wanted: Wanted, _found: Answers) -> Any:
    return answer_table(_found)
