"""Searches: ended for good, and what they have come to so far."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import streamlit as st
from sqlalchemy import make_url

from dashboard.services.commands import act
from dashboard.services.openings import openings_of
from dashboard.services.runs import run
from dashboard.services.studies import as_far_as, config_of, open_study
from dashboard.services.workers import store
from genre_core.settings.config import ExperimentConfig
from genre_core.store.openings import Openings
from genre_core.store.schema import Run, RunState, Study
from genre_core.studies.kinds import SEARCH
from genre_core.studies.tuning.config import SearchConfig, params_of, trial_config, trial_of
from genre_core.studies.tuning.rows import SearchSummary, TrialResult, best_of, rank, read_rows

_IN_TRAINING: tuple[RunState, ...] = ("queued", "running", "paused")


@dataclass(frozen=True)
class UnderWay:
    """A trial in training: its number, what it tries, and its runs."""

    trial: int
    params: Mapping[str, Any]
    runs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Search:
    """A search as far as it is: its study, what it searches, the trials that have ended and those in training."""

    study: Study
    config: SearchConfig
    trials: tuple[TrialResult, ...]
    summary: SearchSummary | None
    under_way: tuple[UnderWay, ...] = ()
    too_few: str = ""
    """Reason why a trial has no interval, such as `3 artists are too few for an interval`; empty if enough."""

    @cached_property
    def best(self) -> TrialResult | None:
        """Return the best trial so far; None before one is complete."""
        return best_of(self.config, self.trials)

    @property
    def ranked(self) -> list[TrialResult]:
        """Return the trials from the best to the worst, the earliest of equals first."""
        return sorted(self.trials, key=lambda trial: rank(self.config, trial))

    @property
    def complete(self) -> tuple[TrialResult, ...]:
        """Return the trials that were trained to their own end."""
        return tuple(trial for trial in self.trials if trial.state == "complete")

    @property
    def over(self) -> bool:
        """Return whether the search has ended for good."""
        return self.study.state == "complete"

    @property
    def winner_config(self) -> ExperimentConfig | None:
        """Return the winner's settings, on the split."""
        return trial_config(self.config, self.best.params) if self.best else None


@dataclass(frozen=True)
class Winner:
    """The run that reports for a search: of the best trial, or with folds of its settings on the split."""

    run: Run
    opened: Openings


def end_search(study_id: str) -> None:
    """End a search with the trials that it has, for good."""
    act(lambda: store().studies.end(study_id))


def search(study_id: str) -> Search:
    """Return a search as far as it is.

    Raises RunStateError where there is none of that name, or another version of Genre Lab made it.
    """
    return _read(open_study(SEARCH, study_id))


def winner(found: Search) -> Winner | None:
    """Return the run that reports for a search that is over; None where there is none."""
    if not found.over or found.best is None:
        return None
    run_id = found.best.runs[0] if not found.config.folds else found.summary.final_run if found.summary else ""
    run = store().find(run_id)  # none where it was deleted, or the search ended before it was made
    return Winner(run, openings_of([run])[run.id]) if run and run.state == "complete" else None


def optuna_command() -> str:
    """Return the command that shows a search in Optuna's own dashboard."""
    return f"optuna-dashboard {shlex.quote(make_url(store().url).render_as_string())}"  # a password stays hidden


def _under_way(study: Study, config: SearchConfig) -> tuple[UnderWay, ...]:
    """Return the trials of which a run waits or trains, in whichever worker."""
    found: dict[int, list[Run]] = {}
    for number, each in store().members.runs(study.id, _IN_TRAINING).items():
        found.setdefault(trial_of(config, number), []).append(each)
    return tuple(
        UnderWay(trial, params_of(config, runs[0].config), tuple(one.id for one in runs))
        for trial, runs in found.items()
        if trial <= config.n_planned  # after them comes the winner
    )


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs={Study: as_far_as})
def _read(study: Study) -> Search:
    trials: Sequence[TrialResult]
    trials, summary = read_rows(store().studies.results(study.id))
    config = config_of(SEARCH, study)
    found = Search(study, config, tuple(trials), summary, _under_way(study, config) if study.active else ())
    judged = run(found.best.runs[0]) if found.best and not found.config.folds else None
    return replace(found, too_few=judged.too_few("validation")) if judged else found
