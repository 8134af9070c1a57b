"""Commands of buttons to runs: each command may come late or twice, and then changes nothing."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, cast

import streamlit as st

from dashboard.services import classroom, workers
from dashboard.services.workers import Link, NotYet, store
from genre_core.errors import ClusterError, GenreLabError, StoreError
from genre_core.settings.config import ExperimentConfig
from genre_core.settings.ensembles import ensemble_of
from genre_core.settings.naming import run_name
from genre_core.settings.paces import BY_HAND, FAST, PACES
from genre_core.store.runs import RunStore, new_run_id
from genre_core.store.schema import Run
from genre_core.workers import commands as jobs

if TYPE_CHECKING:
    from distributed import Client

_Raised = type[GenreLabError] | tuple[()]


def train(run_id: str, config: ExperimentConfig, pace: str = FAST) -> None:
    """Save a new run under the name that its settings give it, and send it to the workers.

    A pace that is fixed for a student's class takes the place of the one that is chosen. Raises StoreError where it
    could not be saved, or a student may not train it.
    """
    classroom.allow(config)
    classroom.begin_run(run_id)
    name, pace = run_name(config, store().table_names()), classroom.pace_for(pace)
    order(lambda to: jobs.submit(store(), to, run_id, config, name, PACES[pace]), raises=StoreError)
    if pace == BY_HAND and not config.averaged_with:
        step(run_id)


def average(runs: Sequence[Run]) -> str:
    """Let the workers average complete runs; return the run of it, the one that is there already where there is one.

    Raises StoreError where it could not be saved, and ConfigError where they cannot be averaged.
    """
    config, run_id = ensemble_of([run.config for run in runs]), new_run_id()
    for there in store().runs_of(config.fingerprint):
        if there.state not in ("failed", "cancelled"):
            return there.id
    train(run_id, config)
    return run_id


def pause(run_id: str) -> None:
    """Pause a run after its epoch."""
    act(lambda: jobs.pause(store(), run_id))


def step(run_id: str) -> None:
    """Train one epoch, then pause."""
    order(lambda to: jobs.step(store(), to, run_id))


def resume(run_id: str, pace: str = FAST) -> None:
    """Go on with a paused run, by one epoch where it pauses after each."""
    go_on = jobs.step if classroom.pace_for(pace) == BY_HAND else jobs.resume
    order(lambda to: go_on(store(), to, run_id))


def stop(run_id: str) -> None:
    """End a run with its best weights."""
    order(lambda to: jobs.stop(store(), to, run_id))


def restart(run_id: str) -> None:
    """Train an ended run again from the beginning."""
    order(lambda to: jobs.restart(store(), to, run_id))
    if classroom.fixed_pace() == BY_HAND:
        step(run_id)


def set_pace(run: Run, pace: str) -> None:
    """Set how fast an unfinished run trains, unless that is fixed for a student's class."""
    pace = classroom.pace_for(pace)
    act(lambda: store().set_pace(run.id, PACES[pace]))
    if run.active and pace == BY_HAND:
        step(run.id)


def order(command: "Callable[[Client], bool]", raises: _Raised = ()) -> None:
    """Do what needs the workers; while they start it is saved alone, and they fetch it when they are there."""
    link = workers.linked().link
    if link.done():
        act(lambda: command(link.result().client), raises)
        return

    def save() -> bool:
        with suppress(ClusterError):
            return command(cast("Client", NotYet()))
        return True

    act(save, raises)
    runs = store()
    link.add_done_callback(lambda done: _fetch(runs, done))


def act(command: Callable[[], object], raises: _Raised = ()) -> None:
    """Do it, and say why where that cannot be; the errors `raises` are left to the caller."""
    try:
        command()
    except raises:
        raise
    except GenreLabError as error:
        st.toast(str(error), icon=":material/error:", duration="long")


def _fetch(runs: RunStore, link: "Future[Link]") -> None:
    if link.exception() is None:  # otherwise the next try fetches what waits
        jobs.recover(runs, link.result().client)


def rename(run_id: str, name: str) -> None:
    """Give a run another name."""
    act(lambda: store().rename(run_id, name))


def say_of(run_id: str, tags: Sequence[str], note: str) -> None:
    """Give a run these tags and this note."""
    act(lambda: store().notes.put(run_id, tags, note))


def delete(run_id: str) -> None:
    """Forget a run and all that it saved."""
    act(lambda: store().delete(run_id))
